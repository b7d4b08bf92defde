package systole.membership;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import systole.group.Guarantee;

/**
 * Application messages on their way into numbered datagrams: small ones are packed together, large ones are cut.
 *
 * <p>A datagram holds pieces of one guarantee. A piece: flags (1 byte: 1 = first of its message, 2 = last), length (2
 * bytes); if it is not a whole message, also the number of the message (8 bytes) and of the piece (4 bytes); then the
 * bytes. Big-endian.
 */
final class SendQueue {
    static final int FIRST = 1;
    static final int LAST = 2;
    static final int WHOLE = FIRST | LAST;
    static final int WHOLE_HEADER = 3;
    static final int PART_HEADER = WHOLE_HEADER + 12;

    private record Waiting(Guarantee guarantee, byte[] payload) {}

    /** One datagram's worth. */
    record Content(Guarantee guarantee, byte[] bytes) {}

    private final int contentBytes;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final ByteArrayOutputStream pack;
    private long messageNumber;
    private int offset;
    private int part;

    SendQueue(int contentBytes) {
        this.contentBytes = contentBytes;
        this.pack = new ByteArrayOutputStream(contentBytes);
    }

    void add(Guarantee guarantee, byte[] payload) {
        waiting.add(new Waiting(guarantee, payload));
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int size() {
        return waiting.size();
    }

    /** Datagrams that wait, roughly: what the backlog of the token counts. */
    int backlog() {
        @Nullable Waiting head = waiting.peek();
        if (head == null) {
            return 0;
        }
        return waiting.size() + (head.payload().length - offset) / contentBytes;
    }

    /** The next datagram's content; the queue must not be empty. */
    Content next() {
        pack.reset();
        Guarantee guarantee = waiting.element().guarantee();
        while (true) {
            @Nullable Waiting head = waiting.peek();
            if (head == null || head.guarantee() != guarantee) {
                break;
            }
            int room = contentBytes - pack.size();
            int left = head.payload().length - offset;
            if (offset == 0 && left + WHOLE_HEADER <= room) {
                header(WHOLE, left);
                pack.write(head.payload(), 0, left);
                waiting.remove();
                continue;
            }
            if (pack.size() > 0 && offset == 0 && left + WHOLE_HEADER <= contentBytes) {
                break;
            }
            if (room < PART_HEADER + 16 && pack.size() > 0) {
                break;
            }
            if (offset == 0) {
                messageNumber++;
                part = 0;
            }
            int length = Math.min(left, room - PART_HEADER);
            header((offset == 0 ? FIRST : 0) | (length == left ? LAST : 0), length);
            ByteBuffer numbers = ByteBuffer.allocate(12).putLong(messageNumber).putInt(part++);
            pack.write(numbers.array(), 0, 12);
            pack.write(head.payload(), offset, length);
            offset += length;
            if (length == left) {
                waiting.remove();
                offset = 0;
                continue;
            }
            break;
        }
        return new Content(guarantee, pack.toByteArray());
    }

    private void header(int flags, int length) {
        pack.write(flags);
        pack.write(length >>> 8);
        pack.write(length);
    }

    /** A new ring begins: a message that was sent in part is sent again from its start, all of it in the new ring. */
    void restartPartial() {
        offset = 0;
        part = 0;
    }
}
