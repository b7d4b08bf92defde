package systole.executor;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** All processes of the machine at one moment, read from {@code /proc}. Dead ones that nobody reaped are left out. */
record ProcessTable(Map<Integer, Entry> processes) {
    private static final Path PROC = Path.of("/proc");

    /**
     * One process; {@code startTicks} tells it from a later one with the same number.
     *
     * @param state the letter of {@code proc(5)}
     * @param startTicks clock ticks from boot to its start
     */
    record Entry(int pid, char state, int parent, int group, int session, long startTicks, String name) {
        /** True if it runs or can be woken: it may fork at any moment. Of what lives without its first thread nobody knows. */
        boolean moves() {
            return state == 'R' || state == 'S' || state == 'Z';
        }
    }

    static ProcessTable read() {
        Map<Integer, Entry> processes = new LinkedHashMap<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path folder : folders) {
                entry(folder).ifPresent(entry -> processes.put(entry.pid(), entry));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("/proc cannot be read; mount it", e);
        }
        return new ProcessTable(processes);
    }

    static Optional<Entry> read(int pid) {
        return entry(PROC.resolve(Integer.toString(pid)));
    }

    private static Optional<Entry> entry(Path folder) {
        try {
            return parse(Files.readString(folder.resolve("stat"), java.nio.charset.StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            // ESRCH: it ended between the listing and the reading.
            return Optional.empty();
        }
    }

    /** One line of {@code /proc/PID/stat}. The name may contain blanks and parentheses, so it is cut at the last one. */
    static Optional<Entry> parse(String stat) {
        int open = stat.indexOf('(');
        int close = stat.lastIndexOf(')');
        if (open < 0 || close < open) {
            return Optional.empty();
        }
        String[] fields = stat.substring(close + 1).strip().split(" ");
        if (fields.length < 20 || fields[0].equals("X")) {
            return Optional.empty();
        }
        // A first thread that has ended is no dead process while others of its threads live, perhaps stuck in the
        // kernel.
        if (fields[0].equals("Z") && fields[17].equals("1")) {
            return Optional.empty();
        }
        return Optional.of(new Entry(
                Integer.parseInt(stat.substring(0, open).strip()),
                fields[0].charAt(0),
                Integer.parseInt(fields[1]),
                Integer.parseInt(fields[2]),
                Integer.parseInt(fields[3]),
                Long.parseLong(fields[19]),
                stat.substring(open + 1, close)));
    }

    /**
     * Everything that belongs to the run of an agent: its session and process group, their descendants, and those of
     * {@code known} that still live. A daemon that has left for a session of its own and whose parent has ended is a
     * service, not part of the run.
     */
    List<Entry> treeOf(int leader, Collection<Entry> known) {
        Map<Integer, List<Entry>> children = new LinkedHashMap<>();
        Set<Entry> tree = new LinkedHashSet<>();
        for (Entry entry : processes.values()) {
            children.computeIfAbsent(entry.parent(), parent -> new ArrayList<>())
                    .add(entry);
            if (entry.pid() == leader || entry.group() == leader || entry.session() == leader) {
                tree.add(entry);
            }
        }
        for (Entry entry : known) {
            Entry now = processes.get(entry.pid());
            if (now != null && now.startTicks() == entry.startTicks()) {
                tree.add(now);
            }
        }
        List<Entry> open = new ArrayList<>(tree);
        while (!open.isEmpty()) {
            Entry entry = open.remove(open.size() - 1);
            for (Entry child : children.getOrDefault(entry.pid(), List.of())) {
                if (tree.add(child)) {
                    open.add(child);
                }
            }
        }
        return List.copyOf(tree);
    }
}
