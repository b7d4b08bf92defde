package systole.pill;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Blocks as bytes, big-endian: magic (8), version (4), kind (4), fields, and in the last four bytes the CRC-32C of all
 * before. A text is its length (2) and UTF-8. Header: id, slots (4), four times (4 each). Slot: node, boot, command (4),
 * sender, number (8). The format has a page in {@code docs/fencing.md}.
 */
final class PillCodec {
    private static final long MAGIC = 0x5359_5354_4f4c_4550L; // SYSTOLEP
    private static final int VERSION = 1;
    private static final int HEADER = 1;
    private static final int SLOT = 2;
    private static final int SUM_AT = Blocks.SIZE - 4;
    private static final int[] TABLE = table();

    private PillCodec() {}

    static byte[] bytes(PillHeader header) {
        ByteBuffer out = begin(HEADER);
        put(out, header.id());
        out.putInt(header.slots());
        PillTimes times = header.times();
        out.putInt(times.watchdogMillis()).putInt(times.loopMillis());
        out.putInt(times.allocateMillis()).putInt(times.msgwaitMillis());
        return end(out);
    }

    static byte[] bytes(PillSlot slot) {
        ByteBuffer out = begin(SLOT);
        put(out, slot.node());
        put(out, slot.boot());
        out.putInt(slot.command().number());
        put(out, slot.sender());
        out.putLong(slot.number());
        return end(out);
    }

    static PillHeader header(byte[] block, String device) {
        ByteBuffer in = open(block, HEADER, device, "header");
        try {
            return new PillHeader(
                    text(in), in.getInt(), new PillTimes(in.getInt(), in.getInt(), in.getInt(), in.getInt()));
        } catch (IllegalArgumentException broken) {
            throw new PillException(device + " has a header that makes no sense: " + broken.getMessage(), REMEDY);
        }
    }

    static PillSlot slot(byte[] block, String device, int number) {
        ByteBuffer in = open(block, SLOT, device, "slot " + number);
        return new PillSlot(text(in), text(in), PillCommand.of(in.getInt()), text(in), in.getLong());
    }

    /** Whether the block has our magic, whatever else is wrong with it. */
    static boolean isOurs(byte[] block) {
        return ByteBuffer.wrap(block).getLong() == MAGIC;
    }

    private static final String REMEDY = "look at it with: systole sbd list; make it anew with: systole sbd create";

    private static ByteBuffer begin(int kind) {
        return ByteBuffer.allocate(Blocks.SIZE).putLong(MAGIC).putInt(VERSION).putInt(kind);
    }

    private static byte[] end(ByteBuffer out) {
        out.putInt(SUM_AT, sum(out.array(), SUM_AT));
        return out.array();
    }

    private static ByteBuffer open(byte[] block, int kind, String device, String what) {
        ByteBuffer in = ByteBuffer.wrap(block);
        if (in.getLong() != MAGIC) {
            throw new PillException(device + " is no pill disk: its " + what + " has other content", REMEDY);
        }
        int version = in.getInt();
        if (version != VERSION) {
            throw new PillException(
                    device + " has version " + version + " of the format, known is " + VERSION,
                    "use the same version of this program on all nodes");
        }
        if (in.getInt() != kind || in.getInt(SUM_AT) != sum(block, SUM_AT)) {
            throw new PillException(device + ": the " + what + " is damaged (checksum)", REMEDY);
        }
        return in;
    }

    private static void put(ByteBuffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 1000) {
            throw new PillException("'" + text + "' is too long for a slot", "use names of less than 1000 bytes");
        }
        out.putShort((short) bytes.length).put(bytes);
    }

    private static String text(ByteBuffer in) {
        byte[] bytes = new byte[in.getShort()];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static int sum(byte[] bytes, int length) {
        int sum = -1;
        for (int i = 0; i < length; i++) {
            sum = TABLE[(sum ^ bytes[i]) & 0xFF] ^ (sum >>> 8);
        }
        return ~sum;
    }

    private static int[] table() {
        int[] table = new int[256];
        for (int i = 0; i < 256; i++) {
            int value = i;
            for (int bit = 0; bit < 8; bit++) {
                value = (value & 1) != 0 ? (value >>> 1) ^ 0x82F6_3B78 : value >>> 1;
            }
            table[i] = value;
        }
        return table;
    }
}
