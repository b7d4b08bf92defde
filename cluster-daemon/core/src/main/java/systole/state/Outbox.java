package systole.state;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import systole.group.Guarantee;

/**
 * Own messages on their way to the group. A bounded number of payloads is under way; what comes meanwhile is packed
 * together into the next, so that batches grow with the load. Messages too large for a payload go in fragments.
 */
final class Outbox {
    private static final int MOST_UNDER_WAY = 16;
    private static final int PAYLOAD = 256 << 10;

    private record Waiting(Guarantee guarantee, byte[] frame) {}

    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final Map<Long, NodeMessage> inFragments = new TreeMap<>();
    private int underWay;
    private long nextFragmentId;

    void add(NodeMessage message) {
        for (byte[] frame : frames(message)) {
            waiting.add(new Waiting(guarantee(message), frame));
        }
    }

    /** Sends at once, ahead of what waits: for messages on which the others wait. */
    void urgent(NodeMessage message, List<StateEffect> effects) {
        for (byte[] frame : frames(message)) {
            underWay++;
            effects.add(new StateEffect.Broadcast(guarantee(message), MessageCodec.payload(List.of(frame))));
        }
    }

    void flush(List<StateEffect> effects) {
        while (!waiting.isEmpty() && underWay < MOST_UNDER_WAY) {
            Guarantee guarantee = waiting.element().guarantee();
            List<byte[]> batch = new ArrayList<>();
            int size = 0;
            while (!waiting.isEmpty() && waiting.element().guarantee() == guarantee) {
                int next = waiting.element().frame().length;
                if (!batch.isEmpty() && size + next > PAYLOAD) {
                    break;
                }
                size += next;
                batch.add(waiting.remove().frame());
            }
            underWay++;
            effects.add(new StateEffect.Broadcast(guarantee, MessageCodec.payload(batch)));
        }
    }

    void delivered() {
        underWay = Math.max(0, underWay - 1);
    }

    void fragmentsDelivered(long id) {
        inFragments.remove(id);
    }

    /** The own message whose fragments have this number, taken off the list. */
    Optional<NodeMessage> interrupted(long id) {
        return Optional.ofNullable(inFragments.remove(id));
    }

    private static Guarantee guarantee(NodeMessage message) {
        return message instanceof NodeMessage.Order order && order.command().isDurable()
                ? Guarantee.SAFE
                : Guarantee.AGREED;
    }

    private List<byte[]> frames(NodeMessage message) {
        byte[] frame = MessageCodec.frame(message);
        if (frame.length <= PAYLOAD) {
            return List.of(frame);
        }
        byte[] whole = MessageCodec.payload(List.of(frame));
        int count = (whole.length + PAYLOAD - 1) / PAYLOAD;
        long id = nextFragmentId++;
        inFragments.put(id, message);
        List<byte[]> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] part = Arrays.copyOfRange(whole, i * PAYLOAD, Math.min(whole.length, (i + 1) * PAYLOAD));
            parts.add(MessageCodec.frame(new NodeMessage.Fragment(id, i, count, part)));
        }
        return parts;
    }
}
