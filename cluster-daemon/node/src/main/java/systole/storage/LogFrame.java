package systole.storage;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one group commit: {@code length:int crc32c:int firstIndex:long count:int (size:int bytes)*}.
 *
 * <p>One checksum covers the whole commit, because the disk may write its pages in any order before the sync: either the
 * commit is there or it is not. A frame that follows is written only after the sync of this one; so a broken frame with
 * a whole one behind it was durable once.
 */
final class LogFrame {
    static final int HEADER = 20;

    /** A frame as read back. {@code bytes} is its size in the file. */
    record Read(long firstIndex, List<byte[]> records, int bytes) {}

    private LogFrame() {}

    static ByteBuffer encode(long firstIndex, List<byte[]> records) {
        int body = 12;
        for (byte[] one : records) {
            body = Math.addExact(body, 4 + one.length);
        }
        ByteBuffer out = ByteBuffer.allocate(8 + body);
        out.putInt(body).putInt(0).putLong(firstIndex).putInt(records.size());
        for (byte[] one : records) {
            out.putInt(one.length).put(one);
        }
        out.flip();
        out.putInt(4, checksum(out, 0, body));
        return out;
    }

    /** The frame at that place, or {@code null} if there is none that is whole. */
    static @Nullable Read decode(ByteBuffer in, int at) {
        if (in.limit() - at < HEADER) {
            return null;
        }
        int body = in.getInt(at);
        if (body < 12 || body > in.limit() - at - 8 || in.getInt(at + 4) != checksum(in, at, body)) {
            return null;
        }
        int count = in.getInt(at + 16);
        ByteBuffer rest = in.duplicate();
        rest.limit(at + 8 + body).position(at + HEADER);
        List<byte[]> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (rest.remaining() < 4) {
                return null;
            }
            int size = rest.getInt();
            if (size < 0 || size > rest.remaining()) {
                return null;
            }
            byte[] one = new byte[size];
            rest.get(one);
            records.add(one);
        }
        return rest.hasRemaining() ? null : new Read(in.getLong(at + 8), records, 8 + body);
    }

    private static int checksum(ByteBuffer frame, int at, int body) {
        CRC32C crc = new CRC32C();
        ByteBuffer view = frame.duplicate();
        view.limit(at + 4).position(at);
        crc.update(view);
        view.limit(at + 8 + body).position(at + 8);
        crc.update(view);
        return (int) crc.getValue();
    }
}
