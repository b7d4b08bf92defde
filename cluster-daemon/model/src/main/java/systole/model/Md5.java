package systole.model;

import java.nio.charset.StandardCharsets;

/** The MD5 digest (RFC 1321), for comparing parameters the way other tools wrote them down. Not for secrets. */
public final class Md5 {
    private static final int[] SHIFTS = {7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21};
    private static final int[] SINES = new int[64];
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    static {
        for (int i = 0; i < SINES.length; i++) {
            SINES[i] = (int) (long) (StrictMath.abs(StrictMath.sin(i + 1.0)) * 4294967296.0);
        }
    }

    private Md5() {}

    /** 32 lower-case hexadecimal digits over the text in UTF-8. */
    public static String hex(String text) {
        byte[] message = text.getBytes(StandardCharsets.UTF_8);
        byte[] padded = new byte[(message.length + 8) / 64 * 64 + 64];
        System.arraycopy(message, 0, padded, 0, message.length);
        padded[message.length] = (byte) 0x80;
        long bits = message.length * 8L;
        for (int i = 0; i < 8; i++) {
            padded[padded.length - 8 + i] = (byte) (bits >>> (8 * i));
        }
        int[] state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
        for (int block = 0; block < padded.length; block += 64) {
            round(state, padded, block);
        }
        StringBuilder hex = new StringBuilder(32);
        for (int word : state) {
            for (int i = 0; i < 4; i++) {
                int octet = (word >>> (8 * i)) & 0xff;
                hex.append(HEX[octet >>> 4]).append(HEX[octet & 15]);
            }
        }
        return hex.toString();
    }

    private static void round(int[] state, byte[] data, int offset) {
        int[] words = new int[16];
        for (int i = 0; i < 64; i++) {
            words[i >> 2] |= (data[offset + i] & 0xff) << (8 * (i & 3));
        }
        int a = state[0];
        int b = state[1];
        int c = state[2];
        int d = state[3];
        for (int i = 0; i < 64; i++) {
            int mixed;
            int word;
            switch (i >> 4) {
                case 0 -> {
                    mixed = (b & c) | (~b & d);
                    word = i;
                }
                case 1 -> {
                    mixed = (d & b) | (~d & c);
                    word = (5 * i + 1) & 15;
                }
                case 2 -> {
                    mixed = b ^ c ^ d;
                    word = (3 * i + 5) & 15;
                }
                default -> {
                    mixed = c ^ (b | ~d);
                    word = (7 * i) & 15;
                }
            }
            int rotated = a + mixed + SINES[i] + words[word];
            a = d;
            d = c;
            c = b;
            b += Integer.rotateLeft(rotated, SHIFTS[(i >> 4) * 4 + (i & 3)]);
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
    }
}
