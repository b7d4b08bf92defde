package systole.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFilesTest {
    private static final int LIMIT = 1000;

    @TempDir
    Path root;

    @Test
    void givesTheBeginningBackAndLosesNothingOfTheEnd() throws IOException, InterruptedException {
        try (var files = new OutputFiles(root)) {
            OutputFiles.Stream stream = files.create(LIMIT, false).get(0);
            try (OutputStream writer = appending(stream.path())) {
                writer.write("x".repeat(3 << 20).getBytes(StandardCharsets.US_ASCII));
                writer.write("before".getBytes(StandardCharsets.US_ASCII));
                assertThat(stream.bound()).isEqualTo((3 << 20) + 6);
                assertThat(blocks(stream.path())).as("blocks of 512 bytes").isLessThan(64);
                writer.write("after".getBytes(StandardCharsets.US_ASCII));
                assertThat(stream.bound()).isEqualTo(LIMIT + 5);
            }
            assertThat(stream.finish()).hasSize(LIMIT).startsWith("x").endsWith("xbeforeafter");
            assertThat(stream.path()).doesNotExist();
        }
    }

    @Test
    void startsAnewWithAFileThatTheAgentEmptied() throws IOException {
        try (var files = new OutputFiles(root)) {
            OutputFiles.Stream stream = files.create(LIMIT, false).get(0);
            Files.writeString(stream.path(), "x".repeat(3 << 20));
            stream.bound();
            Files.writeString(stream.path(), "short");

            assertThat(stream.bound()).isEqualTo(5);
            assertThat(stream.finish()).isEqualTo("short");
        }
    }

    private static OutputStream appending(Path path) throws IOException {
        return Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static long blocks(Path path) throws IOException, InterruptedException {
        Process stat = new ProcessBuilder("stat", "-c", "%b", path.toString()).start();
        String said = new String(stat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(stat.waitFor()).isZero();
        return Long.parseLong(said.strip());
    }
}
