package systole.api;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import systole.pill.Blocks;
import systole.pill.PillException;

/**
 * A pill disk as a device or file, read and written past the page cache (O_DIRECT) in aligned blocks. A plain file on a file
 * system without O_DIRECT is synchronised instead, which is good among processes of one machine only; a block device has
 * to have it. From one thread at a time.
 */
public final class PillDevice implements Blocks, AutoCloseable {
    private final Path path;
    private final FileChannel channel;
    private final boolean direct;
    private final ByteBuffer buffer = oneBlock(ByteBuffer.allocateDirect(2 * SIZE));

    private PillDevice(Path path, FileChannel channel, boolean direct) {
        this.path = path;
        this.channel = channel;
        this.direct = direct;
    }

    public static PillDevice open(Path path) {
        PillDevice device = tryOpen(path);
        if (device.direct && Files.isRegularFile(path)) {
            // Some file systems take the flag and refuse the first access.
            try {
                device.accessOnce();
            } catch (IOException e) {
                device.close();
                return new PillDevice(path, plain(path, e), false);
            }
        }
        return device;
    }

    private static PillDevice tryOpen(Path path) {
        if (!Files.exists(path)) {
            throw new PillException(
                    "there is no pill disk " + path,
                    "check that the device is attached, and SBD_DEVICE in etc/systole/sbd");
        }
        try {
            return new PillDevice(
                    path,
                    FileChannel.open(
                            path,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.DSYNC,
                            direct()),
                    true);
        } catch (IOException | UnsupportedOperationException e) {
            if (!Files.isRegularFile(path)) {
                throw failed(path, "open", e);
            }
            return new PillDevice(path, plain(path, e), false);
        }
    }

    /**
     * O_DIRECT, by name: the option belongs to the JDK's module {@code jdk.unsupported}, and newer compilers warn of whoever
     * imports it.
     *
     * @throws UnsupportedOperationException in a JDK without it
     */
    private static OpenOption direct() {
        try {
            Object[] options =
                    Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants();
            for (Object option : options == null ? new Object[0] : options) {
                if (option.toString().equals("DIRECT")) {
                    return (OpenOption) option;
                }
            }
            throw new UnsupportedOperationException("this JDK has no O_DIRECT");
        } catch (ClassNotFoundException e) {
            throw new UnsupportedOperationException("this JDK has no O_DIRECT", e);
        }
    }

    private static FileChannel plain(Path path, Exception why) {
        try {
            return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
        } catch (IOException e) {
            e.addSuppressed(why);
            throw failed(path, "open", e);
        }
    }

    private void accessOnce() throws IOException {
        buffer.clear();
        if (channel.read(buffer, 0) == -1) {
            buffer.clear();
        }
    }

    /** The first aligned block in a buffer of two: if that happens to be aligned itself, all of it would be. */
    static ByteBuffer oneBlock(ByteBuffer two) {
        return two.alignedSlice(SIZE).slice(0, SIZE);
    }

    /** Whether accesses go past the page cache. */
    public boolean isDirect() {
        return direct;
    }

    @Override
    public String name() {
        return path.toString();
    }

    @Override
    public byte[] read(int block) {
        try {
            buffer.clear();
            int got = channel.read(buffer, (long) block * SIZE);
            if (got != SIZE) {
                throw new PillException(
                        path + " ends within or before block " + block,
                        "make it a pill disk first: systole sbd create " + path);
            }
            byte[] content = new byte[SIZE];
            buffer.flip();
            buffer.get(content);
            return content;
        } catch (IOException e) {
            throw failed(path, "read", e);
        }
    }

    @Override
    public void write(int block, byte[] content) {
        if (content.length != SIZE) {
            throw new IllegalArgumentException(content.length + " bytes are no block");
        }
        try {
            buffer.clear();
            buffer.put(content).flip();
            if (channel.write(buffer, (long) block * SIZE) != SIZE) {
                throw new PillException(path + " took only a part of block " + block, "check the device");
            }
        } catch (IOException e) {
            throw failed(path, "write", e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw failed(path, "close", e);
        }
    }

    private static PillException failed(Path path, String what, Exception e) {
        PillException failure = new PillException(
                "cannot " + what + " " + path + ": " + (e.getMessage() == null ? e.toString() : e.getMessage()),
                "check the device, its paths and its permissions");
        failure.initCause(e);
        return failure;
    }
}
