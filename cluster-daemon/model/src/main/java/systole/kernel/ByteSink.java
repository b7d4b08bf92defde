package systole.kernel;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes being written: the common ground of all wire and disk formats.
 *
 * <p>Numbers are variable-length (seven bits a byte, lowest first) unless the method says otherwise; texts and byte
 * blocks are preceded by their length. Single-threaded.
 */
public final class ByteSink {
    private byte[] bytes;
    private int size;

    public ByteSink() {
        this(256);
    }

    public ByteSink(int capacity) {
        bytes = new byte[Math.max(16, capacity)];
    }

    public int size() {
        return size;
    }

    public ByteSink octet(int value) {
        reserve(1);
        bytes[size++] = (byte) value;
        return this;
    }

    public ByteSink flag(boolean value) {
        return octet(value ? 1 : 0);
    }

    /** Any number; small non-negative ones take one byte, negative ones ten. */
    public ByteSink number(long value) {
        reserve(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[size++] = (byte) ((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
        return this;
    }

    /** Eight bytes, highest first. */
    public ByteSink fixed64(long value) {
        reserve(8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
        return this;
    }

    public ByteSink text(String value) {
        return block(value.getBytes(StandardCharsets.UTF_8));
    }

    public ByteSink block(byte[] value) {
        return block(value, 0, value.length);
    }

    public ByteSink block(byte[] value, int offset, int length) {
        number(length);
        return raw(value, offset, length);
    }

    /** Bytes without a length in front. */
    public ByteSink raw(byte[] value, int offset, int length) {
        reserve(length);
        System.arraycopy(value, offset, bytes, size, length);
        size += length;
        return this;
    }

    public byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    private void reserve(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}
