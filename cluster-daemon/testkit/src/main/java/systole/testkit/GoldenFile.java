package systole.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Compares text with a file under version control, or rewrites the file when asked to. */
public final class GoldenFile {
    private static final boolean REWRITE = Boolean.getBoolean("golden.rewrite");

    private GoldenFile() {}

    public static void check(Path expected, String actual) {
        try {
            if (REWRITE) {
                Files.createDirectories(expected.getParent());
                Files.writeString(expected, actual);
            } else {
                assertEquals(
                        Files.readString(expected),
                        actual,
                        () -> expected + " differs; run the test with -Dgolden.rewrite=true, then read the diff before"
                                + " committing it");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
