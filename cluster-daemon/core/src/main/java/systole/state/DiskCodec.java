package systole.state;

import systole.kernel.ByteSource;
import systole.kernel.ByteSource.Malformed;

/** Log records and snapshots. Checksums and lengths around them belong to the storage. */
final class DiskCodec {
    private static final int FORMAT = 1;
    private static final int COMMAND = 1;
    private static final int LINEAGE = 2;

    private DiskCodec() {}

    static byte[] snapshot(ClusterState state) {
        Writer w = new Writer();
        w.out.octet(FORMAT);
        w.state(state);
        return w.out.toBytes();
    }

    /** @throws Malformed if the bytes are of another format or broken */
    static ClusterState readSnapshot(byte[] bytes) {
        Reader r = new Reader(new ByteSource(bytes));
        expectFormat(r);
        ClusterState state = r.state();
        r.in.expectEnd();
        return state;
    }

    static byte[] command(Command command) {
        Writer w = new Writer();
        w.out.octet(FORMAT).octet(COMMAND);
        CommandCodec.write(w, command);
        return w.out.toBytes();
    }

    /** "From here on the state is that of this quorate view." */
    static byte[] lineage(Position position, Version version) {
        Writer w = new Writer();
        w.out.octet(FORMAT).octet(LINEAGE);
        w.position(position);
        w.version(version);
        return w.out.toBytes();
    }

    /**
     * The state after one record of the log.
     *
     * @throws Malformed if the bytes are of another format or broken
     */
    static ClusterState replay(ClusterState state, byte[] record) {
        Reader r = new Reader(new ByteSource(record));
        expectFormat(r);
        int kind = r.in.octet();
        if (kind == COMMAND) {
            return state.apply(CommandCodec.read(r)).state();
        }
        if (kind == LINEAGE) {
            Position position = r.position();
            return state.with(position).with(r.version());
        }
        throw new Malformed("unknown kind of record " + kind);
    }

    private static void expectFormat(Reader r) {
        int format = r.in.octet();
        if (format != FORMAT) {
            throw new Malformed("format " + format + ", known is " + FORMAT);
        }
    }
}
