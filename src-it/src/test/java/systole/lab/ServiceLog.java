package systole.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What {@code ocf:lab:service} wrote: who started and stopped what, when. Times are nanoseconds since the epoch. */
record ServiceLog(List<Entry> entries) {
    record Entry(long atNanos, String node, String resource, String what) {}

    static ServiceLog read(Path file) {
        try {
            List<Entry> entries = new ArrayList<>();
            for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
                String[] words = line.split(" ");
                entries.add(new Entry(Long.parseLong(words[0]), words[1], words[2], words[3]));
            }
            entries.sort(java.util.Comparator.comparingLong(Entry::atNanos));
            return new ServiceLog(List.copyOf(entries));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Every moment at which a resource was started on a node while it still ran on another, in words.
     *
     * @param deaths what ended at the power switch: a dead node runs nothing from then on
     */
    List<String> overlaps(List<PowerSwitch.Deed> deaths) {
        List<Entry> all = new ArrayList<>(entries);
        for (PowerSwitch.Deed death : deaths) {
            all.add(new Entry(death.atNanos(), death.node(), "*", "dead"));
        }
        all.sort(java.util.Comparator.comparingLong(Entry::atNanos));
        Map<String, String> runsOn = new TreeMap<>();
        List<String> found = new ArrayList<>();
        for (Entry entry : all) {
            switch (entry.what()) {
                case "start" -> {
                    String other = runsOn.put(entry.resource(), entry.node());
                    if (other != null && !other.equals(entry.node())) {
                        found.add(entry.resource() + " was started on " + entry.node() + " at " + entry.atNanos()
                                + " while it ran on " + other);
                    }
                }
                case "stop" -> runsOn.remove(entry.resource(), entry.node());
                case "dead" -> runsOn.values().removeIf(node -> node.equals(entry.node()));
                default -> throw new IllegalStateException("unknown entry " + entry);
            }
        }
        return found;
    }

    /** Whether the last word of that node about the resource is a start. */
    boolean runsOn(String resource, String node) {
        return entries.stream()
                .filter(e -> e.resource().equals(resource) && e.node().equals(node))
                .reduce((earlier, later) -> later)
                .map(last -> last.what().equals("start"))
                .orElse(false);
    }

    long count(String resource, String node, String what) {
        return entries.stream()
                .filter(e -> e.resource().equals(resource)
                        && e.node().equals(node)
                        && e.what().equals(what))
                .count();
    }

    long lastNanos(String resource, String node, String what) {
        return entries.stream()
                .filter(e -> e.resource().equals(resource)
                        && e.node().equals(node)
                        && e.what().equals(what))
                .mapToLong(Entry::atNanos)
                .max()
                .orElseThrow(
                        () -> new AssertionError("no " + what + " of " + resource + " on " + node + " in " + entries));
    }
}
