package systole.pill;

/**
 * A device as blocks of {@value #SIZE} bytes, read and written whole and past every cache. May be slow and may hang; every
 * failure is a {@link PillException}.
 */
public interface Blocks {
    int SIZE = 4096;

    /** What the device is called, for messages. */
    String name();

    byte[] read(int block);

    /** Returns when the device has it. */
    void write(int block, byte[] content);
}
