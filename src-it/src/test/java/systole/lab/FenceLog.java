package systole.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the lab's agent {@code fence_fault} wrote about itself, on all nodes. Times are nanoseconds since the epoch. */
record FenceLog(List<Entry> entries) {
    /**
     * @param host node on which the agent ran
     * @param pid of the agent, in that node's name space
     * @param what {@code begin hangs confirmed failed}, and for {@code status} {@code on off failed}
     */
    record Entry(long atNanos, String host, long pid, String action, String target, String what) {}

    static FenceLog read(Path file) {
        try {
            List<Entry> entries = new ArrayList<>();
            for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
                String[] words = line.split(" ");
                entries.add(new Entry(
                        Long.parseLong(words[0]), words[1], Long.parseLong(words[2]), words[3], words[4], words[5]));
            }
            entries.sort(java.util.Comparator.comparingLong(Entry::atNanos));
            return new FenceLog(List.copyOf(entries));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The first entry of this kind about that target. */
    Optional<Entry> find(String target, String what) {
        return entries.stream()
                .filter(entry -> entry.target().equals(target) && entry.what().equals(what))
                .findFirst();
    }

    Entry first(String target, String what) {
        return find(target, what)
                .orElseThrow(() -> new AssertionError("no '" + what + "' of " + target + " in " + this));
    }

    List<Entry> all(String target, String what) {
        return entries.stream()
                .filter(entry -> entry.target().equals(target) && entry.what().equals(what))
                .toList();
    }
}
