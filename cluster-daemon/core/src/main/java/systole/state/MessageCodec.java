package systole.state;

import java.util.ArrayList;
import java.util.List;
import systole.kernel.ByteSource;
import systole.kernel.ByteSource.Malformed;
import systole.state.NodeMessage.Coordination;
import systole.state.NodeMessage.Decoded;
import systole.state.NodeMessage.DurableState;
import systole.state.NodeMessage.Fragment;
import systole.state.NodeMessage.Messages;
import systole.state.NodeMessage.Offer;
import systole.state.NodeMessage.Order;
import systole.state.NodeMessage.OthersStatus;
import systole.state.NodeMessage.OwnStatus;
import systole.state.NodeMessage.Rejected;
import systole.state.NodeMessage.Resync;
import systole.state.NodeMessage.StoredUpTo;
import systole.state.NodeMessage.Unknown;

/**
 * Payloads of the group: one octet of format, then messages, each with an octet of kind and its length, so that a kind
 * that is not known yet can be skipped. See {@code docs/wire-protocol.md}.
 */
final class MessageCodec {
    private static final int FORMAT = 1;

    private MessageCodec() {}

    /** One message in its frame, to be put together by {@link #payload}. */
    static byte[] frame(NodeMessage message) {
        Writer w = new Writer();
        int kind = write(w, message);
        Writer framed = new Writer();
        framed.out.octet(kind).block(w.out.toBytes());
        return framed.out.toBytes();
    }

    static byte[] payload(List<byte[]> frames) {
        Writer w = new Writer();
        w.out.octet(FORMAT);
        for (byte[] frame : frames) {
            w.out.raw(frame, 0, frame.length);
        }
        return w.out.toBytes();
    }

    /** Never throws, whatever the bytes are. */
    static Decoded decode(byte[] payload) {
        try {
            ByteSource in = new ByteSource(payload);
            int format = in.octet();
            if (format != FORMAT) {
                return new Rejected("format " + format + ", known is " + FORMAT);
            }
            List<NodeMessage> messages = new ArrayList<>();
            while (!in.isEmpty()) {
                int kind = in.octet();
                messages.add(read(kind, new Reader(in.part())));
            }
            return new Messages(messages);
        } catch (Malformed e) {
            return new Rejected(String.valueOf(e.getMessage()));
        }
    }

    private static int write(Writer w, NodeMessage message) {
        if (message instanceof Order m) {
            CommandCodec.write(w, m.command());
            return 1;
        }
        if (message instanceof Coordination m) {
            w.out.text(m.view()).number(m.kind()).block(m.body());
            return 2;
        }
        if (message instanceof StoredUpTo m) {
            w.position(m.position());
            return 3;
        }
        if (message instanceof Offer m) {
            offer(w, m);
            return 4;
        }
        if (message instanceof OwnStatus m) {
            w.out.text(m.view()).number(m.round());
            w.node(m.status());
            return 5;
        }
        if (message instanceof OthersStatus m) {
            w.out.text(m.view()).number(m.round()).number(m.nodes().size());
            m.nodes().forEach(w::node);
            w.out.number(m.fencing().size());
            m.fencing().forEach(w::fencing);
            return 6;
        }
        if (message instanceof DurableState m) {
            w.out.text(m.view()).number(m.round());
            w.state(m.state());
            return 7;
        }
        if (message instanceof Resync m) {
            w.out.text(m.view()).flag(m.quorate());
            return 8;
        }
        if (message instanceof Fragment m) {
            w.out.number(m.id()).number(m.index()).number(m.count()).block(m.bytes());
            return 9;
        }
        throw new AssertionError("message without a format: " + message);
    }

    private static void offer(Writer w, Offer m) {
        w.out.text(m.view()).number(m.round()).text(m.uname());
        w.position(m.position());
        w.version(m.version());
        w.out.fixed64(m.configurationDigest())
                .fixed64(m.statusDigest())
                .text(m.lastView())
                .number(m.lastQuorate())
                .number(m.lastReady())
                .number(m.incarnation())
                .flag(m.quorate())
                .number(m.atMillis())
                .number(m.nodeListVersion());
    }

    private static NodeMessage read(int kind, Reader r) {
        NodeMessage message = switch (kind) {
            case 1 -> new Order(CommandCodec.read(r));
            case 2 -> new Coordination(r.in.text(), r.in.smallNumber(), r.in.block());
            case 3 -> new StoredUpTo(r.position());
            case 4 ->
                new Offer(
                        r.in.text(),
                        r.in.smallNumber(),
                        r.in.text(),
                        r.position(),
                        r.version(),
                        r.in.fixed64(),
                        r.in.fixed64(),
                        r.in.text(),
                        r.in.number(),
                        r.in.number(),
                        r.in.number(),
                        r.in.flag(),
                        r.in.number(),
                        r.in.number());
            case 5 -> new OwnStatus(r.in.text(), r.in.smallNumber(), r.node());
            case 6 -> new OthersStatus(r.in.text(), r.in.smallNumber(), r.list(r::node), r.list(r::fencing));
            case 7 -> new DurableState(r.in.text(), r.in.smallNumber(), r.state());
            case 8 -> new Resync(r.in.text(), r.in.flag());
            case 9 -> fragment(r);
            default -> new Unknown(kind);
        };
        if (!(message instanceof Unknown)) {
            r.in.expectEnd();
        }
        return message;
    }

    private static Fragment fragment(Reader r) {
        Fragment fragment = new Fragment(r.in.number(), r.in.smallNumber(), r.in.smallNumber(), r.in.block());
        if (fragment.index() < 0 || fragment.index() >= fragment.count() || fragment.count() > Fragment.MOST) {
            throw new Malformed("fragment " + fragment.index() + " of " + fragment.count());
        }
        return fragment;
    }
}
