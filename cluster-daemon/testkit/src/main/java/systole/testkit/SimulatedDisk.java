package systole.testkit;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import systole.kernel.Seed;

/**
 * Files of one simulated node. A write is visible at once and safe only after {@link #sync}; a crash keeps, of what was
 * not synced, a part that the seed chooses: nothing, a torn piece, or all.
 */
public final class SimulatedDisk {
    private static final class File {
        byte[] durable = new byte[0];
        byte[] content = new byte[0];
        boolean replaced;
        long started;
        long finished;
    }

    private final VirtualTime time;
    private final Seed seed;
    private final SortedMap<String, File> files = new TreeMap<>();
    private long minSyncNanos = 200_000;
    private long maxSyncNanos = 2_000_000;
    private long generation;

    public SimulatedDisk(VirtualTime time, Seed seed) {
        this.time = time;
        this.seed = seed;
    }

    /** How long a sync takes. */
    public void speed(long minNanos, long maxNanos) {
        this.minSyncNanos = minNanos;
        this.maxSyncNanos = maxNanos;
    }

    /** Replaces a file whole (write beside, rename): after a crash it is the old or the new one, never a mixture. */
    public void replace(String name, byte[] content) {
        File file = files.computeIfAbsent(name, ignored -> new File());
        file.content = content.clone();
        file.replaced = true;
    }

    public void append(String name, byte[] bytes) {
        File file = files.computeIfAbsent(name, ignored -> new File());
        var joined = new ByteArrayOutputStream(file.content.length + bytes.length);
        joined.writeBytes(file.content);
        joined.writeBytes(bytes);
        file.content = joined.toByteArray();
    }

    public void truncate(String name, int length) {
        File file = files.computeIfAbsent(name, ignored -> new File());
        file.content = Arrays.copyOf(file.content, Math.min(length, file.content.length));
        file.replaced = true;
    }

    /** The content as the running process sees it; empty if there is no such file. */
    public byte[] read(String name) {
        @Nullable File file = files.get(name);
        return file == null ? new byte[0] : file.content.clone();
    }

    public boolean exists(String name) {
        return files.containsKey(name);
    }

    public SortedSet<String> names() {
        return new TreeSet<>(files.keySet());
    }

    public void delete(String name) {
        files.remove(name);
    }

    /** Makes what is written now durable after a while; {@code done} runs then, unless the node crashes before. */
    public void sync(String name, Runnable done) {
        File file = files.computeIfAbsent(name, ignored -> new File());
        byte[] content = file.content;
        long mine = generation;
        long number = ++file.started;
        time.after(seed.between(minSyncNanos, maxSyncNanos), "sync", () -> {
            if (mine == generation) {
                // A later sync may have been faster; what it made durable stays.
                if (number > file.finished) {
                    file.finished = number;
                    file.durable = content;
                }
                if (file.content == content) {
                    file.replaced = false;
                }
                done.run();
            }
        });
    }

    /** What is durable now, for invariants. */
    public byte[] durable(String name) {
        @Nullable File file = files.get(name);
        return file == null ? new byte[0] : file.durable.clone();
    }

    /** Power fails. */
    public void crash() {
        generation++;
        for (File file : files.values()) {
            if (file.content == file.durable) {
                continue;
            }
            if (file.replaced) {
                file.content = seed.chance(0.5) ? file.durable : file.content;
            } else {
                int unsynced = file.content.length - file.durable.length;
                int kept = seed.chance(0.5) ? 0 : seed.below(unsynced + 1);
                file.content = Arrays.copyOf(file.content, file.durable.length + kept);
            }
            file.durable = file.content;
            file.replaced = false;
        }
    }

    /** The process dies, the machine does not: what was written stays. */
    public void processCrash() {
        generation++;
        for (File file : files.values()) {
            file.durable = file.content;
            file.replaced = false;
        }
    }

    /** A new, empty disk. */
    public void replaceDisk() {
        generation++;
        files.clear();
    }

    /** What is durable now, to be put back later by {@link #restore}. */
    public SortedMap<String, byte[]> image() {
        SortedMap<String, byte[]> image = new TreeMap<>();
        files.forEach((name, file) -> image.put(name, file.durable.clone()));
        return image;
    }

    /** The disk is again what it was: a virtual machine goes back to a snapshot. */
    public void restore(SortedMap<String, byte[]> image) {
        replaceDisk();
        image.forEach((name, content) -> {
            File file = new File();
            file.durable = content.clone();
            file.content = file.durable;
            files.put(name, file);
        });
    }
}
