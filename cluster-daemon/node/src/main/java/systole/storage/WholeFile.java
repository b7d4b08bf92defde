package systole.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Small files that are replaced as a whole: after a crash the old or the new content is there. */
public final class WholeFile {
    private WholeFile() {}

    /** Returns when the content is on disk. */
    public static void replace(Path file, byte[] content) throws IOException {
        DurableFile.replace(file, ByteBuffer.wrap(content));
    }
}
