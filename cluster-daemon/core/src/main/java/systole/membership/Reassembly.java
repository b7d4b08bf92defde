package systole.membership;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import systole.group.GroupEvent.Delivered;
import systole.group.GroupMessaging;
import systole.kernel.NodeId;
import systole.membership.RingMessage.Data;

/** Takes the pieces of {@link SendQueue} apart and puts large messages together again. */
final class Reassembly {
    private static final class Partial {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        long message;
        int nextPart;
    }

    private final SortedMap<NodeId, Partial> partials = new TreeMap<>();
    private long malformed;

    /** Hands over every message that ends in this datagram. */
    void accept(Data data, Consumer<Delivered> out) {
        byte[] content = data.content();
        int at = 0;
        while (at < content.length) {
            if (content.length - at < SendQueue.WHOLE_HEADER) {
                malformed++;
                return;
            }
            int flags = content[at];
            int length = (content[at + 1] & 0xFF) << 8 | (content[at + 2] & 0xFF);
            boolean whole = flags == SendQueue.WHOLE;
            int header = whole ? SendQueue.WHOLE_HEADER : SendQueue.PART_HEADER;
            if (content.length - at - header < length) {
                malformed++;
                return;
            }
            if (whole) {
                partials.remove(data.sender());
                byte[] payload = Arrays.copyOfRange(content, at + header, at + header + length);
                out.accept(new Delivered(data.sender(), data.guarantee(), payload));
            } else {
                part(data, content, at, length, flags, out);
            }
            at += header + length;
        }
    }

    private void part(Data data, byte[] content, int at, int length, int flags, Consumer<Delivered> out) {
        ByteBuffer numbers = ByteBuffer.wrap(content, at + SendQueue.WHOLE_HEADER, 12);
        long message = numbers.getLong();
        int index = numbers.getInt();
        @Nullable Partial partial = partials.get(data.sender());
        if ((flags & SendQueue.FIRST) != 0) {
            partial = new Partial();
            partial.message = message;
            partials.put(data.sender(), partial);
        }
        if (partial == null
                || partial.message != message
                || partial.nextPart != index
                || partial.bytes.size() + length > GroupMessaging.MAX_PAYLOAD) {
            // A piece is missing for good: its sender died with it, or it was sent before this ring.
            partials.remove(data.sender());
            return;
        }
        partial.nextPart++;
        partial.bytes.write(content, at + SendQueue.PART_HEADER, length);
        if ((flags & SendQueue.LAST) != 0) {
            partials.remove(data.sender());
            out.accept(new Delivered(data.sender(), data.guarantee(), partial.bytes.toByteArray()));
        }
    }

    long malformed() {
        return malformed;
    }
}
