package systole.daemon.witness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import systole.daemon.DaemonException;
import systole.formats.CorosyncConf;
import systole.formats.InterconnectConf;
import systole.kernel.ByteSource;
import systole.kernel.NodeId;
import systole.witness.ArbiterMemory;
import systole.witness.ContactEffect;
import systole.witness.ContactInput;
import systole.witness.WitnessMessage;
import systole.witness.WitnessMessage.Farewell;
import systole.witness.WitnessMessage.Report;
import systole.witness.WitnessMessage.Verdict;
import systole.witness.WitnessMessage.Vote;
import systole.witness.WitnessRules;

/** The real thing on loopback: TLS, keys, files. */
class WitnessDaemonTest {
    private static final long PATIENCE = 30;

    @TempDir
    Path root;

    private WitnessDaemon daemon;

    @AfterEach
    void close() {
        if (daemon != null) {
            daemon.close();
        }
    }

    private void start() {
        daemon = WitnessDaemon.open(root, "127.0.0.1", 0);
        Thread thread = new Thread(daemon::run, "witness-under-test");
        thread.setDaemon(true);
        thread.start();
    }

    /** A node of the cluster, as far as the witness sees it. */
    private final class Node implements AutoCloseable {
        final BlockingQueue<ContactInput> inbox = new LinkedBlockingQueue<>();
        final WitnessClient client;
        final int id;

        Node(int id, Path key) {
            this.id = id;
            InterconnectConf conf = conf(daemon.port());
            this.client = WitnessClient.of(conf, conf.quorum().device().orElseThrow(), key);
            client.carryOut(new ContactEffect.Connect(1), inbox::add);
        }

        void say(WitnessMessage message) {
            client.carryOut(new ContactEffect.Send(1, message), inbox::add);
        }

        void hello() throws InterruptedException {
            assertThat(next()).isInstanceOf(ContactInput.Connected.class);
            say(new WitnessMessage.Hello(
                    "lab",
                    client.secret(),
                    new NodeId(id),
                    new TreeSet<>(List.of(new NodeId(1), new NodeId(2))),
                    new WitnessRules(WitnessRules.Algorithm.FFSPLIT, 0),
                    100,
                    20_000));
        }

        void report(long view, int... members) {
            var set = new TreeSet<NodeId>();
            for (int member : members) {
                set.add(new NodeId(member));
            }
            say(new Report(view, set.first(), set, true));
        }

        ContactInput next() throws InterruptedException {
            ContactInput input = inbox.poll(PATIENCE, TimeUnit.SECONDS);
            assertThat(input)
                    .as("something from the witness within " + PATIENCE + " s")
                    .isNotNull();
            return input;
        }

        /** The next verdict that decides something. */
        Verdict verdict(long view) throws InterruptedException {
            while (true) {
                if (next() instanceof ContactInput.Received received
                        && received.message() instanceof Verdict verdict
                        && verdict.viewSequence() == view
                        && verdict.vote() != Vote.WAIT) {
                    return verdict;
                }
            }
        }

        @Override
        public void close() {
            client.close();
        }
    }

    private static InterconnectConf conf(int port) {
        return CorosyncConf.read("cluster.conf", """
                totem {
                    cluster_name: lab
                }
                nodelist {
                    node {
                        nodeid: 1
                        name: a
                        ring0_addr: 127.0.0.1
                    }
                    node {
                        nodeid: 2
                        name: b
                        ring0_addr: 127.0.0.2
                    }
                }
                quorum {
                    device {
                        model: net
                        net {
                            host: 127.0.0.1
                            port: %d
                        }
                    }
                }
                """.formatted(port));
    }

    @Test
    void oneOfTwoHalvesHasTheVoteAlsoAfterARestart() throws Exception {
        Path key = WitnessDaemon.admit(root, "lab");
        start();
        try (Node one = new Node(1, key);
                Node two = new Node(2, key)) {
            one.hello();
            two.hello();
            one.report(10, 1, 2);
            assertThat(one.verdict(10).vote()).isEqualTo(Vote.NO);
            two.report(10, 1, 2);
            assertThat(one.verdict(10).vote()).isEqualTo(Vote.YES);
            assertThat(two.verdict(10).vote()).isEqualTo(Vote.YES);

            one.report(20, 1);
            two.report(21, 2);

            assertThat(one.verdict(20).vote()).isEqualTo(Vote.YES);
            assertThat(two.verdict(21).vote()).isEqualTo(Vote.NO);
        }
        daemon.close();
        start();
        try (Node two = new Node(2, key)) {
            two.hello();
            two.report(30, 2);
            assertThat(two.verdict(30).vote()).isEqualTo(Vote.NO);

            assertThat(WitnessDaemon.release(root, "127.0.0.1", daemon.port(), "lab"))
                    .startsWith("released");

            assertThat(two.verdict(30).vote()).isEqualTo(Vote.YES);
        }
    }

    @Test
    void whoDoesNotKnowTheSecretIsTurnedAwayInWords() throws Exception {
        Path key = WitnessDaemon.admit(root, "lab");
        Path wrong = root.resolve("wrong");
        WitnessKey good = WitnessKey.read(key);
        new WitnessKey("lab", good.fingerprint(), new byte[32]).write(wrong);
        start();
        try (Node node = new Node(1, wrong)) {
            node.hello();

            assertThat(node.next()).isInstanceOfSatisfying(ContactInput.Received.class, received -> {
                assertThat(received.message()).isInstanceOf(Farewell.class);
                assertThat(received.message().toString()).contains("another one here");
            });
            assertThat(node.next()).isInstanceOf(ContactInput.Disconnected.class);
        }
    }

    @Test
    void aWitnessWithAnotherCertificateIsNotTalkedTo() throws Exception {
        WitnessDaemon.admit(root, "lab");
        Path wrong = root.resolve("wrong");
        new WitnessKey("lab", new byte[32], new byte[32]).write(wrong);
        start();
        try (Node node = new Node(1, wrong)) {
            assertThat(node.next())
                    .isInstanceOfSatisfying(
                            ContactInput.Disconnected.class,
                            lost -> assertThat(lost.why()).contains("copy the key file again"));
        }
    }

    @Test
    void aKeyIsForItsOwnerAndMadeOnce() throws Exception {
        Path key = WitnessDaemon.admit(root, "my cluster/../x");

        assertThat(key.getParent()).isEqualTo(root.resolve("etc/systole/witness"));
        assertThat(Files.getPosixFilePermissions(key)).hasSize(1);
        assertThat(WitnessKey.read(key).cluster()).isEqualTo("my cluster/../x");
        assertThatThrownBy(() -> WitnessDaemon.admit(root, "my cluster/../x"))
                .isInstanceOf(DaemonException.class)
                .hasMessageContaining("admitted already");
        assertThatThrownBy(() ->
                        WitnessClient.of(conf(1), conf(1).quorum().device().orElseThrow(), key))
                .hasMessageContaining("this is 'lab'");
    }

    @Test
    void theCertificateIsOneThatOthersRead() throws Exception {
        SelfSigned made = SelfSigned.make("Systole witness");

        made.certificate().verify(made.keys().getPublic());
        assertThat(made.certificate().getVersion()).isEqualTo(3);
        assertThat(made.certificate().getSubjectX500Principal().getName()).isEqualTo("CN=Systole witness");
        assertThat(WitnessTls.fingerprint(made.certificate()))
                .isEqualTo(MessageDigest.getInstance("SHA-256")
                        .digest(made.certificate().getEncoded()));
    }

    @Test
    void whatItRemembersIsReadBackOrRefused() {
        var members = new TreeSet<>(List.of(new NodeId(1), new NodeId(300)));
        var memory = new ArbiterMemory(1_700_000_000_123L, members, members.headSet(new NodeId(2)), true);
        byte[] bytes = WitnessFiles.encode(memory);

        assertThat(WitnessFiles.decode(bytes)).isEqualTo(memory);
        for (int at = 0; at < bytes.length; at++) {
            byte[] spoiled = bytes.clone();
            spoiled[at] ^= 4;
            assertThatThrownBy(() -> WitnessFiles.decode(spoiled)).isInstanceOf(ByteSource.Malformed.class);
        }
    }
}
