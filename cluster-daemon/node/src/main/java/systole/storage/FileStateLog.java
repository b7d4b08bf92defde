package systole.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.storage.LogSegment.SyncFailed;

/**
 * The log in a folder: {@code snapshot-INDEX} files and {@code log-INDEX} segments. Two snapshots are kept, with all
 * records since the older one, so that a damaged snapshot costs nothing.
 */
public final class FileStateLog implements StateLog {
    private static final Logger LOG = LoggerFactory.getLogger("systole.storage");
    private static final long RETRY_NANOS = 200_000_000;
    private static final int QUEUE = 4096;
    private static final int BATCH_BYTES = 4 << 20;
    private static final String FULL = "make room on the disk; the node goes on by itself";
    private static final String BROKEN =
            "check the disk, then start the node again: it takes what is missing from the other nodes";

    private sealed interface Request {
        Consumer<Result> whenDone();
    }

    private record Append(List<byte[]> records, Consumer<Result> whenDone) implements Request {}

    private record Snapshot(byte[] state, Consumer<Result> whenDone) implements Request {}

    private record Close(Consumer<Result> whenDone) implements Request {}

    private final Path folder;
    private final BlockingQueue<Request> queue = new ArrayBlockingQueue<>(QUEUE);
    private final Thread worker;
    private volatile boolean closed;

    // Owned by the worker.
    private LogSegment segment;
    private long nextIndex;
    private long previousSnapshot;
    private @Nullable String broken;
    private boolean complained;

    private FileStateLog(Path folder, LogSegment segment, long nextIndex, long previousSnapshot) {
        this.folder = folder;
        this.segment = segment;
        this.nextIndex = nextIndex;
        this.previousSnapshot = previousSnapshot;
        this.worker = new Thread(this::work, "systole-storage");
        worker.setDaemon(true);
    }

    /**
     * Reads what is there and starts the worker. Blocks; to be called once at the start of a node.
     *
     * @throws StorageException if the folder cannot be used, or is of another version
     */
    public static Opened open(Path folder) {
        try {
            Files.createDirectories(folder);
            FoundState found = FoundState.read(folder);
            FileStateLog log = new FileStateLog(folder, found.segment(), found.nextIndex(), found.snapshotIndex());
            log.worker.start();
            return new Opened(log, found.snapshot(), found.records(), found.damage());
        } catch (IOException e) {
            throw new StorageException(
                    "cannot use " + folder + ": " + e.getMessage(), "check the folder's permissions and the disk");
        }
    }

    @Override
    public void append(List<byte[]> records, Consumer<Result> whenDone) {
        offer(new Append(List.copyOf(records), whenDone));
    }

    @Override
    public void snapshot(byte[] state, Consumer<Result> whenDone) {
        offer(new Snapshot(state, whenDone));
    }

    private void offer(Request request) {
        if (closed) {
            request.whenDone().accept(new Result.Failed("the log is closed", "start the node again"));
        } else if (!queue.offer(request)) {
            request.whenDone()
                    .accept(new Result.Failed(
                            QUEUE + " requests wait for the disk already", "look for what slows the disk down"));
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            queue.put(new Close(result -> {}));
            worker.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- the worker -------------------------------------------------------------------------------------------------

    private void work() {
        Request carried = null;
        while (true) {
            Request request = carried;
            carried = null;
            try {
                if (request == null) {
                    request = queue.take();
                }
            } catch (InterruptedException e) {
                return;
            }
            if (request instanceof Append first) {
                carried = appendTogether(first);
            } else if (request instanceof Snapshot snapshot) {
                answer(snapshot.whenDone(), write(snapshot));
            } else if (request instanceof Close) {
                shut();
                return;
            }
        }
    }

    /** Takes what waits along into the same sync; gives back the request that ends the group, if one was taken. */
    private @Nullable Request appendTogether(Append first) {
        List<Append> group = new ArrayList<>(List.of(first));
        List<byte[]> records = new ArrayList<>(first.records());
        long bytes = sizeOf(first);
        Request next = queue.poll();
        while (next instanceof Append more && bytes + sizeOf(more) <= BATCH_BYTES) {
            group.add(more);
            records.addAll(more.records());
            bytes += sizeOf(more);
            next = queue.poll();
        }
        Result result = write(records);
        for (Append one : group) {
            answer(one.whenDone(), result);
        }
        return next;
    }

    private static long sizeOf(Append append) {
        long bytes = 0;
        for (byte[] one : append.records()) {
            bytes += 4L + one.length;
        }
        return bytes;
    }

    private Result write(List<byte[]> records) {
        if (broken != null) {
            return new Result.Failed(broken, BROKEN);
        }
        if (records.isEmpty()) {
            return new Result.Durable();
        }
        try {
            ByteBuffer frame = LogFrame.encode(nextIndex, records);
            boolean written = false;
            while (!written) {
                written = appended(frame.duplicate());
                if (!written && closed) {
                    return new Result.Failed("the log was closed while the disk did not take anything", BROKEN);
                }
            }
            nextIndex += records.size();
            return new Result.Durable();
        } catch (SyncFailed e) {
            return breakDown("the disk under " + folder + " failed to sync: " + e.getMessage());
        } catch (ArithmeticException e) {
            return new Result.Failed("more than 2 GiB in one request", "split the request");
        }
    }

    /** Whether it is on the disk. If the disk is full, this waits a little: the caller tries again. */
    private boolean appended(ByteBuffer frame) {
        try {
            segment.append(frame);
            if (complained) {
                complained = false;
                LOG.info("the state log in {} can be written again", folder);
            }
            return true;
        } catch (IOException e) {
            if (!complained) {
                complained = true;
                LOG.error("cannot write the state log in {}: {}; {}", folder, e.getMessage(), FULL);
            }
            LockSupport.parkNanos(RETRY_NANOS);
            return false;
        }
    }

    /** As with records, a full disk is waited for: until then nothing of this node counts as stored. */
    private Result write(Snapshot snapshot) {
        while (broken == null) {
            try {
                writeNow(snapshot);
                if (complained) {
                    complained = false;
                    LOG.info("snapshots in {} can be written again", folder);
                }
                return new Result.Durable();
            } catch (SyncFailed e) {
                return breakDown("the disk under " + folder + " failed to sync: " + e.getMessage());
            } catch (IOException e) {
                if (closed) {
                    return new Result.Failed("cannot write a snapshot in " + folder + ": " + e.getMessage(), FULL);
                }
                if (!complained) {
                    complained = true;
                    LOG.error("cannot write a snapshot in {}: {}; {}", folder, e.getMessage(), FULL);
                }
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
        return new Result.Failed(broken, BROKEN);
    }

    private void writeNow(Snapshot snapshot) throws IOException, SyncFailed {
        long lastIndex = nextIndex - 1;
        LogSegment next = null;
        if (segment.end() > LogSegment.HEADER) {
            next = LogSegment.create(folder, nextIndex);
        }
        try {
            SnapshotFile.write(folder, lastIndex, snapshot.state());
        } catch (IOException e) {
            if (next != null) {
                next.close();
            }
            throw e;
        }
        if (next != null) {
            segment.close();
            segment = next;
        }
        Files.deleteIfExists(folder.resolve(FoundState.INCOMPLETE));
        forgetBefore(previousSnapshot);
        previousSnapshot = lastIndex;
    }

    /** Removes what the snapshot of that index makes superfluous. */
    private void forgetBefore(long index) throws IOException {
        TreeMap<Long, Path> snapshots = FoundState.files(folder, "snapshot-");
        for (Path file : snapshots.headMap(index).values()) {
            Files.delete(file);
        }
        TreeMap<Long, Path> segments = FoundState.files(folder, "log-");
        Long keep = segments.floorKey(index + 1);
        if (keep != null) {
            for (Path file : segments.headMap(keep).values()) {
                Files.delete(file);
            }
        }
        DurableFile.syncFolder(folder);
    }

    private Result breakDown(String what) {
        broken = what;
        return new Result.Failed(what, BROKEN);
    }

    private void shut() {
        try {
            segment.close();
        } catch (IOException e) {
            breakDown("cannot close the state log: " + e.getMessage());
        }
        Request left = queue.poll();
        while (left != null) {
            answer(left.whenDone(), new Result.Failed("the log is closed", "start the node again"));
            left = queue.poll();
        }
    }

    private static void answer(Consumer<Result> whenDone, Result result) {
        whenDone.accept(result);
    }
}
