package systole.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import systole.lab.Checkout;

/** The Debian package as a machine would get it: unpacked, and its unit read by systemd's own checker. */
class PackageIT {
    @TempDir
    private Path root;

    @Test
    void unpacksToDaemonCommandLineAgentsAndAUnitThatSystemdAccepts() throws Exception {
        Path deb = onlyDeb();
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/dpkg-deb")), "SKIPPED: dpkg-deb is not here");

        run(List.of("dpkg-deb", "-x", deb.toString(), root.toString()));

        assertThat(root.resolve("usr/lib/systole/bin/systoled")).isExecutable();
        assertThat(root.resolve("usr/lib/systole/bin/systole")).isExecutable();
        assertThat(root.resolve("usr/lib/ocf/resource.d/systole/web")).isExecutable();
        assertThat(root.resolve("etc/systole/cluster.conf.example")).isRegularFile();
        assertThat(root.resolve("usr/bin/systole")).isSymbolicLink();
        assertThat(root.resolve("usr/share/man/man7/ocf_systole_ip.7.gz")).isRegularFile();
        assertThat(root.resolve("usr/share/man/man8/systole.8.gz")).isRegularFile();
        if (!Files.isExecutable(Path.of("/usr/bin/systemd-analyze"))) {
            System.err.println("SKIPPED in part: systemd-analyze is not here, the unit was not checked");
            return;
        }
        Path unit = root.resolve("systoled.service");
        Files.writeString(
                unit,
                Files.readString(root.resolve("lib/systemd/system/systoled.service"))
                        .replace(
                                "/usr/lib/systole",
                                root.resolve("usr/lib/systole").toString()));
        assertThat(run(List.of("systemd-analyze", "verify", unit.toString()))).isEmpty();
    }

    private static Path onlyDeb() throws IOException {
        try (Stream<Path> files = Files.list(Checkout.TOP.resolve("target"))) {
            List<Path> debs =
                    files.filter(file -> file.toString().endsWith(".deb")).toList();
            assumeTrue(!debs.isEmpty(), "SKIPPED: no package was built (-Pdeb)");
            assertThat(debs).hasSize(1);
            return debs.get(0);
        }
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(String.join(" ", command) + ": " + out).isZero();
        return out.strip();
    }
}
