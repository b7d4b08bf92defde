package systole.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import systole.formats.InterconnectConf.Address;
import systole.formats.InterconnectConf.Transport;
import systole.kernel.BadInputException;
import systole.kernel.NodeId;

class CorosyncConfTest {
    private static final Path BAD = Path.of("src/test/resources/bad-conf");

    private static String conf(String totem, String rest) {
        return "totem {\n version: 2\n cluster_name: demo\n" + totem + "}\nnodelist {\n"
                + " node {\n ring0_addr: 10.0.0.2\n nodeid: 2\n name: beta\n }\n"
                + " node {\n ring0_addr: 10.0.0.1\n nodeid: 1\n name: alpha\n }\n}\n" + rest;
    }

    @Test
    void readsTheUsualFile() {
        var conf = CorosyncConf.read(
                "c",
                conf(
                        "  transport: udp # no comment here\n".replace(" # no comment here", ""),
                        "quorum {\n provider: corosync_votequorum\n two_node: 1\n}\nlogging {\n to_syslog: yes\n}\n"));

        assertThat(conf.transport()).isEqualTo(Transport.MULTICAST);
        assertThat(conf.nodes()).extracting(node -> node.id()).containsExactly(new NodeId(1), new NodeId(2));
        assertThat(conf.node("beta").orElseThrow().addresses()).containsEntry(0, new Address("10.0.0.2", 5405));
        assertThat(conf.links()).hasSize(1);
        assertThat(conf.links().get(0).group()).startsWith("239.192.");
        assertThat(conf.quorum().twoNode()).isTrue();
        assertThat(conf.quorum().waitForAll()).as("follows from two_node").isTrue();
        assertThat(conf.quorum().expectedVotes()).isEqualTo(2);
        assertThat(conf.notes()).isEmpty();
    }

    @Test
    void givesEveryNodeOnOneHostItsOwnPort() {
        var conf = CorosyncConf.read(
                "c",
                "totem {\ncluster_name: q\ntransport: udpu\n}\nnodelist {\n"
                        + "node {\nnodeid: 1\nring0_addr: 127.0.0.1\nname: a\nport: 7001\n}\n"
                        + "node {\nnodeid: 2\nring0_addr: 127.0.0.1\nname: b\nport: 7002\n}\n}\n");

        assertThat(conf.node("a").orElseThrow().addresses()).containsEntry(0, new Address("127.0.0.1", 7001));
        assertThat(conf.node("b").orElseThrow().addresses()).containsEntry(0, new Address("127.0.0.1", 7002));
    }

    @Test
    void derivesTimersFromTheToken() {
        var timing = CorosyncConf.read("c", conf(" token: 3000\n", "")).timing();

        assertThat(timing.token()).isEqualTo(3000);
        assertThat(timing.tokenLoss()).isEqualTo(12_000);
        assertThat(timing.tokenRetransmit()).isEqualTo(50);
        assertThat(timing.hold()).isEqualTo(35);
        assertThat(timing.consensus()).isEqualTo(6000);
    }

    @Test
    void suspectsWithinTheSameTimeHoweverManyNodesThereAre() {
        StringBuilder nodes = new StringBuilder();
        for (int i = 1; i <= 100; i++) {
            nodes.append("node {\nnodeid: " + i + "\nring0_addr: 10.0.0." + i + "\n}\n");
        }
        var conf = CorosyncConf.read("c", "totem {\ncluster_name: q\n}\nnodelist {\n" + nodes + "}\n");

        assertThat(conf.timing().token()).isEqualTo(300);
    }

    @Test
    void saysWhatHasNoEffect() {
        var conf = CorosyncConf.read("c", conf(" crypto_cipher: aes256\n", ""));

        assertThat(conf.notes())
                .containsExactly("c:4: 'crypto_cipher' has no effect: every packet is encrypted and authenticated with"
                        + " AES-256-GCM");
    }

    @Test
    void keepsClustersInOneNetworkApart() {
        assertThat(CorosyncConf.groupOf("one", 0)).isNotEqualTo(CorosyncConf.groupOf("two", 0));
        assertThat(CorosyncConf.groupOf("one", 0)).isNotEqualTo(CorosyncConf.groupOf("one", 1));
    }

    @Test
    void readsAQuorumDevice() {
        InterconnectConf conf = CorosyncConf.read("c.conf", """
                totem {
                    cluster_name: demo
                }
                nodelist {
                    node {
                        nodeid: 1
                        name: a
                        ring0_addr: 10.0.0.1
                    }
                    node {
                        nodeid: 2
                        name: b
                        ring0_addr: 10.0.0.2
                    }
                    node {
                        nodeid: 3
                        name: c
                        ring0_addr: 10.0.0.3
                    }
                }
                quorum {
                    device {
                        model: net
                        timeout: 2000
                        net {
                            host: witness.example
                            algorithm: lms
                            tie_breaker: 2
                        }
                    }
                }
                """);

        InterconnectConf.Device device = conf.quorum().device().orElseThrow();
        assertThat(device)
                .isEqualTo(new InterconnectConf.Device(
                        "witness.example",
                        5403,
                        true,
                        new InterconnectConf.TieBreaker.Listed(List.of(new NodeId(2))),
                        2,
                        2000,
                        5000,
                        1600));
        assertThat(conf.quorum().expectedVotes()).isEqualTo(5);
    }

    static List<Path> brokenFiles() throws IOException {
        try (Stream<Path> files = Files.list(BAD)) {
            return files.sorted().toList();
        }
    }

    @Test
    void thereAreManyBrokenFiles() throws IOException {
        assertThat(brokenFiles()).hasSizeGreaterThanOrEqualTo(40);
    }

    @ParameterizedTest
    @MethodSource("brokenFiles")
    void refusesABrokenFileWithPlaceAndRemedy(Path file) throws IOException {
        String text = Files.readString(file);
        String expected = text.lines().findFirst().orElseThrow().substring("# expect: ".length());

        assertThatThrownBy(() -> CorosyncConf.read("bad.conf", text))
                .isInstanceOfSatisfying(BadInputException.class, refusal -> {
                    assertThat(refusal.getMessage()).startsWith(expected);
                    assertThat(refusal.remedy()).isNotBlank();
                });
    }
}
