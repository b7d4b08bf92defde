package systole.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import systole.api.Answer;
import systole.coordinator.ClientRequest;
import systole.coordinator.NodeEffect;
import systole.coordinator.Reply;
import systole.formats.InterconnectConf.Logging;
import systole.kernel.NodeId;
import systole.state.ClusterState;
import systole.state.NodeList;

/** The interconnect's file that is put in force while daemons run. */
class NodeListShellTest {
    private static final String TEXT = """
            totem {
                version: 2
                cluster_name: shop
                config_version: 4
                transport: udpu
            }
            nodelist {
                node {
                    name: n1
                    nodeid: 1
                    ring0_addr: 127.0.0.1
                }
            }
            logging {
                debug: off
            }
            """;
    private static final long SECONDS = 20;

    @TempDir
    Path folder;

    private final List<ClientRequest.ChangeNodes> asked = new CopyOnWriteArrayList<>();
    private final List<Logging> logs = new ArrayList<>();
    private NodeListShell shell;
    private Path file;

    @BeforeEach
    void open() throws IOException {
        file = Files.writeString(folder.resolve("cluster.conf"), TEXT);
        shell = new NodeListShell(new Door(), new NodeId(1), file, TEXT, new byte[32], (conf, nodes) -> {}, logs::add);
    }

    @AfterEach
    void close() {
        shell.close();
    }

    private Answer reload(boolean check) throws Exception {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        shell.reload("root", check, answer::complete);
        return answer.get(SECONDS, TimeUnit.SECONDS);
    }

    private void write(String from, String to) throws IOException {
        Files.writeString(file, Files.readString(file).replace(from, to));
    }

    @Test
    void aLogThatChangesGoesToAllWithTheNextVersion() throws Exception {
        write("debug: off", "debug: on");

        assertThat(reload(true))
                .isEqualTo(new Answer.Facts(Map.of("logging.debug", "off -> on", "config_version", "5")));
        assertThat(asked).isEmpty();
        assertThat(reload(false))
                .isEqualTo(new Answer.Facts(Map.of("logging.debug", "off -> on", "config_version", "5")));
        NodeList list = asked.get(0).list();
        assertThat(list.version()).isEqualTo(5);
        assertThat(list.text()).contains("config_version: 5").contains("debug: on");

        shell.changed(new NodeEffect.NodesChanged(new TreeSet<>(List.of(new NodeId(1))), list));
        assertThat(reload(true)).isEqualTo(new Answer.Facts(Map.of("config_version", "5")));
        assertThat(logs).extracting(Logging::debug).containsExactly("on");
        assertThat(Files.readString(file)).isEqualTo(list.text());
    }

    @Test
    void whatIsReadAtAStartIsRefusedWholeWithAllItsLines() throws Exception {
        write("debug: off", "debug: on");
        write("    transport: udpu\n", "    transport: udpu\n    token: 700\n");
        write("127.0.0.1", "127.0.0.2");

        assertThat(reload(false))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        failed -> assertThat(failed.whatHappened())
                                .contains(file + ":6: totem.token: (not set) -> 700")
                                .contains(file + ":12: nodelist.node[1].ring0_addr: 127.0.0.1 -> 127.0.0.2"));
        assertThat(asked).isEmpty();
        assertThat(logs).isEmpty();
    }

    @Test
    void aFileThatIsNotSoundIsRefusedWithItsLine() throws Exception {
        write("debug: off", "debug: loud");

        assertThat(reload(false))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        failed -> assertThat(failed.whatHappened())
                                .contains(file + ":15")
                                .contains("loud"));
        Files.delete(file);
        assertThat(reload(false)).isInstanceOf(Answer.Failed.class);
        assertThat(asked).isEmpty();
    }

    /** Says yes to everything. */
    private final class Door implements NodeDoor {
        @Override
        public String name() {
            return "n1";
        }

        @Override
        public ClusterState state() {
            throw new AssertionError("not read here");
        }

        @Override
        public boolean isQuorate() {
            return true;
        }

        @Override
        public SortedMap<String, String> facts() {
            return new TreeMap<>();
        }

        @Override
        public Map<String, String> ring() {
            return Map.of();
        }

        @Override
        public void submit(String author, ClientRequest request, Consumer<Reply> answer) {
            asked.add((ClientRequest.ChangeNodes) request);
            answer.accept(new Reply.Done(""));
        }

        @Override
        public String token(long seconds) {
            throw new AssertionError("not asked here");
        }

        @Override
        public void remove(String author, String removed, Consumer<Answer> answer) {
            throw new AssertionError("not asked here");
        }

        @Override
        public void reload(String author, boolean check, Consumer<Answer> answer) {
            throw new AssertionError("not asked here");
        }

        @Override
        public void shutDown(String reason) {
            throw new AssertionError("not asked here");
        }
    }
}
