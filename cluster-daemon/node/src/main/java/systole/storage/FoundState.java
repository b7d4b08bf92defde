package systole.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import systole.storage.StateLog.Damage;

/**
 * What lies in the folder of a {@link FileStateLog} at the start, and the segment to go on with.
 *
 * <p>Everything that can be joined without a gap to the newest whole snapshot is taken. What cannot is copied to a file
 * ending in {@code .damaged}, for people. That something durable is missing is remembered in the file
 * {@link #INCOMPLETE} until the next snapshot, so that a second start does not forget it.
 */
final class FoundState {
    static final String INCOMPLETE = "incomplete";

    private final Path folder;
    private final List<Damage> damage = new ArrayList<>();
    private final List<byte[]> records = new ArrayList<>();
    private Optional<byte[]> snapshot = Optional.empty();
    private long snapshotIndex;
    private long nextIndex;
    private @Nullable LogSegment segment;

    private FoundState(Path folder) {
        this.folder = folder;
    }

    static FoundState read(Path folder) throws IOException {
        FoundState found = new FoundState(folder);
        found.readAll();
        return found;
    }

    LogSegment segment() {
        if (segment == null) {
            throw new IllegalStateException("the folder has not been read");
        }
        return segment;
    }

    long nextIndex() {
        return nextIndex;
    }

    long snapshotIndex() {
        return snapshotIndex;
    }

    Optional<byte[]> snapshot() {
        return snapshot;
    }

    List<byte[]> records() {
        return records;
    }

    List<Damage> damage() {
        return damage;
    }

    /** Files {@code prefixHEX} by their number. */
    static TreeMap<Long, Path> files(Path folder, String prefix) throws IOException {
        TreeMap<Long, Path> found = new TreeMap<>();
        try (Stream<Path> all = Files.list(folder)) {
            for (Path file : all.toList()) {
                String name = String.valueOf(file.getFileName());
                if (name.matches(prefix + "[0-7][0-9a-f]{15}")) {
                    found.put(Long.parseLong(name.substring(prefix.length()), 16), file);
                }
            }
        }
        return found;
    }

    private void readAll() throws IOException {
        TreeMap<Long, Path> damagedSnapshots = readSnapshot();
        nextIndex = snapshotIndex + 1;
        readSegments();
        damagedSnapshots.forEach((index, file) -> damage.add(new Damage(
                nameOf(file),
                0,
                nextIndex <= index,
                "the snapshot is damaged" + (nextIndex <= index ? "" : "; the log replaces it"))));
        Path marker = folder.resolve(INCOMPLETE);
        if (Files.exists(marker)) {
            damage.add(new Damage(
                    INCOMPLETE,
                    0,
                    true,
                    "an earlier start found: " + Files.readString(marker).strip()));
        } else if (damage.stream().anyMatch(Damage::durableDataLost)) {
            DurableFile.replace(marker, ByteBuffer.wrap(damage.toString().getBytes(StandardCharsets.UTF_8)));
        }
    }

    private TreeMap<Long, Path> readSnapshot() throws IOException {
        TreeMap<Long, Path> damaged = new TreeMap<>();
        for (Map.Entry<Long, Path> entry :
                files(folder, "snapshot-").descendingMap().entrySet()) {
            snapshot = SnapshotFile.read(entry.getValue(), entry.getKey());
            if (snapshot.isPresent()) {
                snapshotIndex = entry.getKey();
                break;
            }
            damaged.put(entry.getKey(), entry.getValue());
            moveAside(entry.getValue());
        }
        return damaged;
    }

    private void readSegments() throws IOException {
        TreeMap<Long, Path> segments = files(folder, "log-");
        if (segments.isEmpty() && snapshot.isPresent()) {
            damage.add(new Damage("log", 0, true, "no log follows the snapshot"));
        }
        Path last = null;
        long end = 0;
        for (Map.Entry<Long, Path> entry : segments.entrySet()) {
            Long following = segments.higherKey(entry.getKey());
            LogSegment.Content content = LogSegment.read(entry.getValue());
            boolean superfluous = following != null && following <= nextIndex;
            if (entry.getKey() > nextIndex) {
                damage.add(new Damage(
                        nameOf(entry.getValue()),
                        0,
                        true,
                        "the records from " + nextIndex + " on are missing before it"));
                moveAside(entry.getValue());
            } else if (superfluous) {
                continue;
            } else if (content.firstIndex() < 0) {
                content.damage().ifPresent(damage::add);
                moveAside(entry.getValue());
            } else {
                takeRecords(content);
                if (content.damage().isPresent()) {
                    damage.add(content.damage().get());
                    copyAside(entry.getValue());
                }
                boolean canGoOn = content.firstIndex() + content.records().size() == nextIndex;
                last = canGoOn ? entry.getValue() : null;
                end = content.end();
            }
        }
        segment = last == null ? LogSegment.create(folder, nextIndex) : LogSegment.open(last, end);
    }

    private void takeRecords(LogSegment.Content content) {
        int known = (int) Math.min(content.records().size(), nextIndex - content.firstIndex());
        records.addAll(content.records().subList(known, content.records().size()));
        nextIndex = Math.max(nextIndex, content.firstIndex() + content.records().size());
    }

    private void moveAside(Path file) throws IOException {
        Files.move(file, aside(file), StandardCopyOption.REPLACE_EXISTING);
        DurableFile.syncFolder(folder);
    }

    private void copyAside(Path file) throws IOException {
        Files.copy(file, aside(file), StandardCopyOption.REPLACE_EXISTING);
    }

    private Path aside(Path file) {
        return folder.resolve(nameOf(file) + ".damaged");
    }

    private static String nameOf(Path file) {
        return String.valueOf(file.getFileName());
    }
}
