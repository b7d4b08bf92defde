package systole.kernel;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads what {@link ByteSink} wrote. Trusts nothing: a length beyond the end, a number that does not end or a text that
 * is not UTF-8 raises {@link Malformed}, which a codec turns into a rejection. Single-threaded.
 */
public final class ByteSource {
    /** The bytes are not what their format promises. Caught by the codec at whose door they came in. */
    public static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Malformed(String message) {
            super(message, null, false, false);
        }
    }

    private final byte[] bytes;
    private final int end;
    private int position;

    public ByteSource(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private ByteSource(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.position = from;
        this.end = end;
    }

    public int remaining() {
        return end - position;
    }

    public boolean isEmpty() {
        return position >= end;
    }

    public int octet() {
        if (position >= end) {
            throw new Malformed("ends too early at byte " + position);
        }
        return bytes[position++] & 0xFF;
    }

    public boolean flag() {
        int value = octet();
        if (value > 1) {
            throw new Malformed("flag is " + value + " at byte " + (position - 1));
        }
        return value == 1;
    }

    public long number() {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            int next = octet();
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw new Malformed("number does not end at byte " + position);
    }

    /** A number that counts things of which each takes at least one byte: never more than what remains. */
    public int count() {
        long value = number();
        if (value < 0 || value > remaining()) {
            throw new Malformed("count " + value + " exceeds the " + remaining() + " bytes that remain");
        }
        return (int) value;
    }

    public int smallNumber() {
        long value = number();
        if (value < Integer.MIN_VALUE || value > Integer.MAX_VALUE) {
            throw new Malformed("number " + value + " is too large at byte " + position);
        }
        return (int) value;
    }

    public long fixed64() {
        if (remaining() < 8) {
            throw new Malformed("ends too early at byte " + position);
        }
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = value << 8 | (bytes[position++] & 0xFF);
        }
        return value;
    }

    public String text() {
        int length = count();
        if (isAscii(length)) {
            String value = new String(bytes, position, length, StandardCharsets.ISO_8859_1);
            position += length;
            return value;
        }
        try {
            String value = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, position, length))
                    .toString();
            position += length;
            return value;
        } catch (CharacterCodingException e) {
            throw new Malformed("text at byte " + position + " is not UTF-8");
        }
    }

    /** Most text is: no decoder is needed then. */
    private boolean isAscii(int length) {
        int all = 0;
        for (int i = position; i < position + length; i++) {
            all |= bytes[i];
        }
        return all >= 0;
    }

    public byte[] block() {
        int length = count();
        byte[] value = Arrays.copyOfRange(bytes, position, position + length);
        position += length;
        return value;
    }

    /** The next block as a source of its own, without copying. */
    public ByteSource part() {
        int length = count();
        ByteSource part = new ByteSource(bytes, position, position + length);
        position += length;
        return part;
    }

    public void expectEnd() {
        if (position < end) {
            throw new Malformed((end - position) + " bytes too many");
        }
    }
}
