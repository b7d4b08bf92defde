package systole.wire;

import java.util.SortedSet;
import java.util.TreeSet;
import systole.kernel.ByteSink;
import systole.kernel.ByteSource;
import systole.kernel.NodeId;
import systole.witness.WitnessMessage;
import systole.witness.WitnessMessage.Alive;
import systole.witness.WitnessMessage.Farewell;
import systole.witness.WitnessMessage.Hello;
import systole.witness.WitnessMessage.Release;
import systole.witness.WitnessMessage.Report;
import systole.witness.WitnessMessage.Verdict;
import systole.witness.WitnessMessage.Vote;
import systole.witness.WitnessRules;

/**
 * Messages between nodes and witness as bytes; inside TLS, each behind its length ({@code docs/wire-protocol.md}). The
 * first byte is the version, the second the kind.
 */
public final class WitnessCodec {
    /** No message is longer, in bytes. */
    public static final int MAX_LENGTH = 16 * 1024;

    private static final int VERSION = 1;
    private static final int HELLO = 1;
    private static final int REPORT = 2;
    private static final int ALIVE = 3;
    private static final int VERDICT = 4;
    private static final int RELEASE = 5;
    private static final int FAREWELL = 6;
    private static final int MAX_NODES = 1024;

    private WitnessCodec() {}

    public static byte[] encode(WitnessMessage message) {
        ByteSink out = new ByteSink().octet(VERSION);
        if (message instanceof Hello hello) {
            out.octet(HELLO)
                    .text(hello.cluster())
                    .block(hello.secret())
                    .number(hello.node().value());
            nodes(out, hello.nodes());
            out.octet(hello.rules().algorithm().ordinal())
                    .number(hello.rules().tieBreaker())
                    .number(hello.settleMillis())
                    .number(hello.silenceMillis());
        } else if (message instanceof Report report) {
            out.octet(REPORT)
                    .fixed64(report.viewSequence())
                    .number(report.representative().value());
            nodes(out, report.members());
            out.flag(report.ready());
        } else if (message instanceof Alive) {
            out.octet(ALIVE);
        } else if (message instanceof Verdict verdict) {
            out.octet(VERDICT)
                    .fixed64(verdict.viewSequence())
                    .octet(verdict.vote().ordinal())
                    .text(verdict.words());
        } else if (message instanceof Release release) {
            out.octet(RELEASE).text(release.cluster()).block(release.secret());
        } else if (message instanceof Farewell farewell) {
            out.octet(FAREWELL).text(farewell.words());
        } else {
            throw new AssertionError("unknown message " + message);
        }
        byte[] bytes = out.toBytes();
        if (bytes.length > MAX_LENGTH) {
            throw new IllegalStateException("a message of " + bytes.length + " bytes for the witness");
        }
        return bytes;
    }

    /** @throws ByteSource.Malformed if these are not the bytes of a message of this version */
    public static WitnessMessage decode(byte[] bytes) {
        try {
            ByteSource in = new ByteSource(bytes);
            int version = in.octet();
            if (version != VERSION) {
                throw new ByteSource.Malformed("version " + version + " of the witness protocol; this is " + VERSION);
            }
            WitnessMessage message = body(in, in.octet());
            in.expectEnd();
            return message;
        } catch (IllegalArgumentException impossible) {
            throw new ByteSource.Malformed("contradicts itself: " + impossible.getMessage());
        }
    }

    private static WitnessMessage body(ByteSource in, int kind) {
        return switch (kind) {
            case HELLO ->
                new Hello(
                        in.text(),
                        in.block(),
                        node(in),
                        nodes(in),
                        new WitnessRules(word(WitnessRules.Algorithm.values(), in.octet()), in.smallNumber()),
                        in.number(),
                        in.number());
            case REPORT -> new Report(in.fixed64(), node(in), nodes(in), in.flag());
            case ALIVE -> new Alive();
            case VERDICT -> new Verdict(in.fixed64(), word(Vote.values(), in.octet()), in.text());
            case RELEASE -> new Release(in.text(), in.block());
            case FAREWELL -> new Farewell(in.text());
            default -> throw new ByteSource.Malformed("kind " + kind);
        };
    }

    private static <T> T word(T[] words, int index) {
        if (index >= words.length) {
            throw new ByteSource.Malformed("word " + index + " of " + words.length);
        }
        return words[index];
    }

    private static NodeId node(ByteSource in) {
        return new NodeId(in.smallNumber());
    }

    private static void nodes(ByteSink out, SortedSet<NodeId> nodes) {
        out.number(nodes.size());
        nodes.forEach(node -> out.number(node.value()));
    }

    private static SortedSet<NodeId> nodes(ByteSource in) {
        int count = in.count();
        if (count > MAX_NODES) {
            throw new ByteSource.Malformed(count + " nodes");
        }
        SortedSet<NodeId> nodes = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            nodes.add(node(in));
        }
        return nodes;
    }
}
