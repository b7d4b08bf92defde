package systole.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import systole.kernel.NodeId;
import systole.membership.RingId;
import systole.membership.RingMessage;

/** Reads fields and checks every count against what is really there before it takes memory for it. */
final class WireReader {
    private final ByteBuffer in;

    WireReader(ByteBuffer in) {
        this.in = in;
    }

    private void need(long bytes) throws MalformedPacketException {
        if (bytes > in.remaining()) {
            throw new MalformedPacketException("ends " + (bytes - in.remaining()) + " bytes too early");
        }
    }

    int u8() throws MalformedPacketException {
        need(1);
        return in.get() & 0xFF;
    }

    int u16() throws MalformedPacketException {
        need(2);
        return in.getShort() & 0xFFFF;
    }

    int i32() throws MalformedPacketException {
        need(4);
        return in.getInt();
    }

    long i64() throws MalformedPacketException {
        need(8);
        return in.getLong();
    }

    int notNegative32() throws MalformedPacketException {
        int value = i32();
        if (value < 0) {
            throw new MalformedPacketException("negative number " + value);
        }
        return value;
    }

    long notNegative64() throws MalformedPacketException {
        long value = i64();
        if (value < 0) {
            throw new MalformedPacketException("negative number " + value);
        }
        return value;
    }

    NodeId node() throws MalformedPacketException {
        int id = u16();
        if (id == 0) {
            throw new MalformedPacketException("node id 0");
        }
        return new NodeId(id);
    }

    RingId ring() throws MalformedPacketException {
        NodeId representative = node();
        return new RingId(representative, notNegative64());
    }

    private int count(int most, int bytesEach) throws MalformedPacketException {
        int count = u16();
        if (count > most) {
            throw new MalformedPacketException("a list of " + count + " entries, more than " + most);
        }
        need((long) count * bytesEach);
        return count;
    }

    /** Ids in ascending order. */
    List<NodeId> nodeList() throws MalformedPacketException {
        int count = count(RingMessage.MAX_NODES, 2);
        List<NodeId> nodes = new ArrayList<>(count);
        int before = 0;
        for (int i = 0; i < count; i++) {
            NodeId next = node();
            if (next.value() <= before) {
                throw new MalformedPacketException("node ids are not ascending");
            }
            before = next.value();
            nodes.add(next);
        }
        return nodes;
    }

    SortedSet<NodeId> nodes() throws MalformedPacketException {
        return new TreeSet<>(nodeList());
    }

    long[] numbers(int most) throws MalformedPacketException {
        int count = count(most, 8);
        long[] numbers = new long[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = in.getLong();
        }
        return numbers;
    }

    int entries(int most, int bytesEach) throws MalformedPacketException {
        return count(most, bytesEach);
    }

    byte[] bytes() throws MalformedPacketException {
        int length = notNegative32();
        need(length);
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    void end() throws MalformedPacketException {
        if (in.hasRemaining()) {
            throw new MalformedPacketException(in.remaining() + " bytes too many");
        }
    }
}
