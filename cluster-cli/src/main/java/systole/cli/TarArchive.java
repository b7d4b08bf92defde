package systole.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** A {@code .tar.gz} in memory: plain files of the format {@code ustar}. Not for use by several threads. */
final class TarArchive {
    private static final int BLOCK = 512;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final GZIPOutputStream out;
    private final long seconds;

    /** @param seconds the time of all files, since 1970 */
    TarArchive(long seconds) throws IOException {
        this.out = new GZIPOutputStream(bytes);
        this.seconds = seconds;
    }

    /** @param name path inside the archive, at most 99 bytes */
    void add(String name, byte[] content) throws IOException {
        byte[] header = new byte[BLOCK];
        put(header, 0, 99, name);
        put(header, 100, 8, "0000600");
        put(header, 108, 8, "0000000");
        put(header, 116, 8, "0000000");
        put(header, 124, 12, octal(content.length));
        put(header, 136, 12, octal(seconds));
        Arrays.fill(header, 148, 156, (byte) ' ');
        header[156] = '0';
        put(header, 257, 6, "ustar");
        put(header, 263, 2, "00");
        put(header, 265, 32, "root");
        put(header, 297, 32, "root");
        int sum = 0;
        for (byte each : header) {
            sum += each & 0xff;
        }
        put(header, 148, 8, octal(sum).substring(5));
        header[154] = 0;
        header[155] = ' ';
        out.write(header);
        out.write(content);
        out.write(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    }

    private static String octal(long value) {
        String digits = Long.toOctalString(value);
        return "0".repeat(Math.max(0, 11 - digits.length())) + digits;
    }

    private static void put(byte[] header, int at, int most, String text) {
        byte[] raw = text.getBytes(StandardCharsets.UTF_8);
        if (raw.length > most) {
            throw new IllegalArgumentException("'" + text + "' is longer than " + most + " bytes");
        }
        System.arraycopy(raw, 0, header, at, raw.length);
    }

    /** All files of another archive of this kind. */
    void addAll(byte[] archive) throws IOException {
        byte[] raw;
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(archive))) {
            raw = in.readAllBytes();
        }
        out.write(raw, 0, endOfFiles(raw));
    }

    private static int endOfFiles(byte[] raw) {
        int at = 0;
        while (at + BLOCK <= raw.length && !isEmpty(raw, at)) {
            String size = new String(raw, at + 124, 11, StandardCharsets.US_ASCII).strip();
            long blocks = (Long.parseLong(size, 8) + BLOCK - 1) / BLOCK;
            long next = at + BLOCK * (1 + blocks);
            if (next > raw.length) {
                throw new IllegalArgumentException("the archive ends inside a file");
            }
            at = (int) next;
        }
        return at;
    }

    private static boolean isEmpty(byte[] raw, int at) {
        for (int i = at; i < at + BLOCK; i++) {
            if (raw[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** Ends the archive. */
    byte[] finish() throws IOException {
        out.write(new byte[2 * BLOCK]);
        out.close();
        return bytes.toByteArray();
    }
}
