package systole.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongConsumer;
import systole.kernel.ByteSink;
import systole.kernel.ByteSource;
import systole.state.StoredState;
import systole.testkit.SimulatedDisk;

/**
 * Snapshot and log on a simulated disk. Each snapshot begins a new log file, whose number it carries, so that a crash
 * between the two leaves the old pair.
 */
final class SimulatedStateLog {
    private static final String SNAPSHOT = "snapshot";
    private static final String LOG = "log-";

    private static final class Request {
        final long record;
        boolean done;

        Request(long record) {
            this.record = record;
        }
    }

    private final SimulatedDisk disk;
    private final Deque<Request> underWay = new ArrayDeque<>();
    private String log = LOG + "0";

    SimulatedStateLog(SimulatedDisk disk) {
        this.disk = disk;
    }

    /** What a start finds; a record that is cut off at the end was never reported as stored. */
    StoredState load() {
        underWay.clear();
        byte[] found = disk.read(SNAPSHOT);
        byte[] snapshot = new byte[0];
        log = LOG + "0";
        if (found.length > 0) {
            ByteSource in = new ByteSource(found);
            log = LOG + in.number();
            snapshot = in.block();
        }
        List<byte[]> records = new ArrayList<>();
        byte[] bytes = disk.read(log);
        ByteSource in = new ByteSource(bytes);
        int whole = 0;
        try {
            while (!in.isEmpty()) {
                records.add(in.block());
                whole = bytes.length - in.remaining();
            }
        } catch (ByteSource.Malformed torn) {
            disk.truncate(log, whole);
        }
        return new StoredState(snapshot, records, "");
    }

    void append(long record, byte[] bytes, LongConsumer stored) {
        disk.append(log, new ByteSink().block(bytes).toBytes());
        Request request = begin(record);
        disk.sync(log, () -> end(request, stored));
    }

    void snapshot(long record, byte[] bytes, LongConsumer stored) {
        String former = log;
        // Beyond the present one too, which has no file before its first record.
        long number = numberOf(former) + 1;
        for (String name : disk.names()) {
            if (name.startsWith(LOG)) {
                number = Math.max(number, numberOf(name) + 1);
            }
        }
        log = LOG + number;
        disk.replace(SNAPSHOT, new ByteSink().number(number).block(bytes).toBytes());
        Request request = begin(record);
        disk.sync(SNAPSHOT, () -> {
            disk.delete(former);
            end(request, stored);
        });
    }

    private static long numberOf(String log) {
        return Long.parseLong(log.substring(LOG.length()));
    }

    private Request begin(long record) {
        Request request = new Request(record);
        underWay.add(request);
        return request;
    }

    /** Reports in the order of the requests: "stored" speaks for everything before. */
    private void end(Request request, LongConsumer stored) {
        request.done = true;
        long last = -1;
        while (!underWay.isEmpty() && underWay.element().done) {
            last = underWay.remove().record;
        }
        if (last >= 0) {
            stored.accept(last);
        }
    }
}
