package systole.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import systole.api.KeyFile;
import systole.formats.CorosyncConf;
import systole.formats.InterconnectConf;
import systole.kernel.BadInputException;

/** What can go wrong before a node runs, and what is said about it. */
class StartTest {
    @TempDir
    Path root;

    private static InterconnectConf conf(String... addresses) {
        StringBuilder text = new StringBuilder("totem {\ncluster_name: t\n}\nnodelist {\n");
        for (int i = 0; i < addresses.length; i++) {
            text.append("node {\nnodeid: " + (i + 1) + "\nname: node" + (i + 1) + "\nring0_addr: " + addresses[i]
                    + "\n}\n");
        }
        return CorosyncConf.read("t.conf", text.append("}\n").toString());
    }

    private NodePaths paths() {
        return new NodePaths(root, root);
    }

    @Test
    void namesTheOptionThatWasMeant() {
        assertThatThrownBy(() -> DaemonOptions.parse(List.of("--rooot", "x")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("unknown argument '--rooot'; did you mean '--root'?");
        assertThatThrownBy(() -> DaemonOptions.parse(List.of("--root"))).hasMessageContaining("--root needs a value");
    }

    @Test
    void isTheNodeThatTheCommandLineSays() {
        assertThat(OwnNode.find(conf("198.51.100.1", "198.51.100.2"), paths(), "node2")
                        .name())
                .isEqualTo("node2");
    }

    @Test
    void isTheNodeThatTheFileSays() throws IOException {
        Files.createDirectories(paths().nodeName().getParent());
        Files.writeString(paths().nodeName(), "node1\n");

        assertThat(OwnNode.find(conf("198.51.100.1", "198.51.100.2"), paths(), "")
                        .name())
                .isEqualTo("node1");
    }

    @Test
    void isTheOnlyNodeWhoseAddressIsHere() {
        assertThat(OwnNode.find(conf("198.51.100.1", "127.0.0.1"), paths(), "").name())
                .isEqualTo("node2");
    }

    @Test
    void saysWhichNodesThereAreWhenItIsNone() {
        assertThatThrownBy(() -> OwnNode.find(conf("198.51.100.1", "198.51.100.2"), paths(), ""))
                .isInstanceOfSatisfying(DaemonException.class, refusal -> {
                    assertThat(refusal.getMessage()).contains("no node of the nodelist is this machine");
                    assertThat(refusal.remedy()).contains("node1, node2");
                });
        assertThatThrownBy(() -> OwnNode.find(conf("198.51.100.1"), paths(), "nod1"))
                .hasMessageContaining("did you mean 'node1'?");
    }

    @Test
    void refusesAKeyThatIsMissingOrOpenOrTooShort() throws IOException {
        Path key = root.resolve("authkey");
        assertThatThrownBy(() -> ClusterKey.read(key))
                .isInstanceOfSatisfying(
                        DaemonException.class,
                        refusal -> assertThat(refusal.remedy()).contains("systole keygen"));

        KeyFile.make(key);
        assertThat(ClusterKey.read(key)).hasSize(32);

        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> ClusterKey.read(key))
                .isInstanceOfSatisfying(
                        DaemonException.class,
                        refusal -> assertThat(refusal.remedy()).contains("chmod 0400"));

        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        Files.write(key, new byte[31]);
        assertThatThrownBy(() -> ClusterKey.read(key)).hasMessageContaining("has 31 bytes");
    }

    @Test
    void refusesASecondDaemonForTheSameRoot() throws IOException {
        paths().create();
        try (SingleDaemon first = SingleDaemon.claim(paths().pidFile(), root)) {
            assertThat(first).isNotNull();
            assertThatThrownBy(() -> SingleDaemon.claim(paths().pidFile(), root))
                    .isInstanceOfSatisfying(DaemonException.class, refusal -> {
                        assertThat(refusal.getMessage())
                                .contains(
                                        "process id " + ProcessHandle.current().pid());
                        assertThat(refusal.remedy()).contains("--root");
                    });
        }
        SingleDaemon.claim(paths().pidFile(), root).close();
    }

    @Test
    void takesTheTimersOfTheFile() {
        var settings = Settings.ring(CorosyncConf.read(
                "t.conf",
                "totem {\ncluster_name: t\ntoken: 900\nwindow_size: 33\n}\nnodelist {\nnode {\nnodeid: 1\n"
                        + "ring0_addr: 127.0.0.1\n}\n}\n"));

        assertThat(settings.token()).isEqualTo(900_000_000L);
        assertThat(settings.windowSize()).isEqualTo(33);
    }
}
