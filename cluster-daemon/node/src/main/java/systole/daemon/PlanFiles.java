package systole.daemon;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.api.Answer;
import systole.formats.CibXml;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;
import systole.model.Element;
import systole.scheduler.Plan;

/**
 * The inputs of the newest plans that this node made, each with what it led to, so that a decision can be looked at again
 * afterwards ({@code history transitions}). A plan that asks for nothing is not kept. Two files each: {@code plan-N.xml.gz},
 * the CIB with its {@code execution-date}, and {@code plan-N.txt}, a line of facts and the changes.
 *
 * <p>Bounded in number and bytes, the oldest makes room; while {@link #WAITING} wait to be written, further ones are left out. A
 * disk that takes nothing costs the record, never the plan. Safe for all threads; {@link #keep} never blocks.
 */
final class PlanFiles {
    private static final Logger LOG = LoggerFactory.getLogger("systole.planner");
    private static final int WAITING = 4;
    private static final long MOST_BYTES = 64L << 20;
    private static final int MOST_CHANGES = 200;

    /** One plan as {@code plan-N.txt} has it. */
    private record Kept(long atMillis, int actions, String version, long bytes, List<String> changes) {}

    private final Path folder;
    private final int most;
    private final TreeMap<Integer, Kept> plans = new TreeMap<>();
    private int last;
    private boolean complained;
    private final ThreadPoolExecutor writer =
            new ThreadPoolExecutor(0, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), task -> {
                Thread made = new Thread(task, "systole-plan-files");
                made.setDaemon(true);
                return made;
            });

    private PlanFiles(Path folder, int most) {
        this.folder = folder;
        this.most = most;
    }

    /** Reads what is there; a file that cannot be read is left out, and said. */
    static PlanFiles open(Path folder, int most) {
        PlanFiles opened = new PlanFiles(folder, most);
        try {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "plan-*.txt")) {
                for (Path file : files) {
                    opened.take(file);
                }
            }
        } catch (IOException e) {
            opened.complain(e);
        }
        opened.last = opened.plans.isEmpty() ? 0 : opened.plans.lastKey();
        return opened;
    }

    private void take(Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        List<String> lines = Files.readAllLines(file);
        String number = name.substring("plan-".length(), name.length() - ".txt".length());
        String[] facts = lines.isEmpty() ? new String[0] : lines.get(0).split(" ", -1);
        if (!number.matches("[1-9][0-9]{0,8}")
                || facts.length != 3
                || !facts[0].matches("[0-9]{1,18}")
                || !facts[1].matches("[0-9]{1,9}")
                || !Files.exists(input(Integer.parseInt(number)))) {
            LOG.warn("{} is damaged or lacks its input, the plan is left out", file);
            return;
        }
        plans.put(
                Integer.parseInt(number),
                new Kept(
                        Long.parseLong(facts[0]),
                        Integer.parseInt(facts[1]),
                        facts[2],
                        Files.size(input(Integer.parseInt(number))),
                        List.copyOf(lines.subList(1, lines.size()))));
    }

    /** Begins to keep a plan. */
    void keep(Element cib, long atMillis, Plan plan) {
        int actions = plan.graph().synapses().size();
        if (actions == 0) {
            return;
        }
        try {
            writer.execute(() -> write(cib, atMillis, actions, plan.changes()));
        } catch (RejectedExecutionException e) {
            LOG.debug("a plan is not kept: {} wait to be written already", WAITING);
        }
    }

    private void write(Element cib, long atMillis, int actions, List<String> changes) {
        int number;
        synchronized (this) {
            number = ++last;
        }
        List<String> told = changes.stream()
                .map(PlanFiles::unmarked)
                .filter(line -> !line.isEmpty())
                .limit(MOST_CHANGES)
                .toList();
        String version = cib.attribute("admin_epoch", "0") + "." + cib.attribute("epoch", "0") + "."
                + cib.attribute("num_updates", "0");
        try {
            Path fresh = folder.resolve("new");
            Files.deleteIfExists(fresh);
            Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try (OutputStream out = new GZIPOutputStream(new BufferedOutputStream(Files.newOutputStream(fresh)))) {
                out.write(CibXml.write(cib.withAttribute("execution-date", Long.toString(atMillis / 1000)))
                        .getBytes(StandardCharsets.UTF_8));
            }
            Files.move(fresh, input(number), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            List<String> lines = new ArrayList<>(List.of(atMillis + " " + actions + " " + version));
            lines.addAll(told);
            Files.write(fresh, lines);
            Files.move(fresh, facts(number), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            synchronized (this) {
                plans.put(number, new Kept(atMillis, actions, version, Files.size(input(number)), told));
                makeRoom();
            }
        } catch (IOException e) {
            complain(e);
        }
    }

    private static String unmarked(String line) {
        String text = line.strip().replace('\n', ' ');
        return text.startsWith("* ") ? text.substring(2).strip() : text;
    }

    private void makeRoom() throws IOException {
        long bytes = plans.values().stream().mapToLong(Kept::bytes).sum();
        while (plans.size() > 1 && (plans.size() > most || bytes > MOST_BYTES)) {
            Map.Entry<Integer, Kept> oldest = plans.pollFirstEntry();
            bytes -= oldest.getValue().bytes();
            Files.deleteIfExists(facts(oldest.getKey()));
            Files.deleteIfExists(input(oldest.getKey()));
        }
    }

    private synchronized void complain(IOException e) {
        if (!complained) {
            complained = true;
            LOG.warn("plans cannot be kept in {}: {}", folder, e.toString());
        }
    }

    private Path input(int number) {
        return folder.resolve("plan-" + number + ".xml.gz");
    }

    private Path facts(int number) {
        return folder.resolve("plan-" + number + ".txt");
    }

    /** The newest plans, oldest first, as events of kind {@code PLAN}; 0 means all that are kept. */
    synchronized List<Answer.Event> list(String node, int limit) {
        List<Answer.Event> events = new ArrayList<>();
        plans.forEach((number, kept) -> {
            Map<String, String> facts = new LinkedHashMap<>();
            facts.put("number", Integer.toString(number));
            facts.put("actions", Integer.toString(kept.actions()));
            facts.put("version", kept.version());
            facts.put("file", input(number).toString());
            events.add(new Answer.Event(kept.atMillis(), node, "PLAN", String.join("; ", kept.changes()), facts));
        });
        int from = limit > 0 && limit < events.size() ? events.size() - limit : 0;
        return List.copyOf(events.subList(from, events.size()));
    }

    /**
     * The CIB from which a plan was made.
     *
     * @throws BadInputException if it is not kept any more, or cannot be read
     */
    Answer.Cib read(String wanted) {
        Kept kept;
        int number = wanted.matches("[1-9][0-9]{0,8}") ? Integer.parseInt(wanted) : 0;
        synchronized (this) {
            kept = plans.get(number);
            if (kept == null) {
                List<String> known =
                        plans.keySet().stream().map(String::valueOf).toList();
                throw new BadInputException(
                        "",
                        "plan '" + wanted + "' is not kept on this node" + NearestWord.hint(wanted, known),
                        "list the plans: systole history transitions"
                                + (known.isEmpty() ? " (this node has made none)" : ""));
            }
        }
        try (var in = new GZIPInputStream(Files.newInputStream(input(number)))) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return new Answer.Cib(kept.version(), CibXml.read("plan-" + number + ".xml.gz", text));
        } catch (IOException e) {
            throw new BadInputException(
                    input(number).toString(), "cannot be read: " + e.getMessage(), "look at another plan");
        }
    }

    /** Writes what waits, for a moment. */
    void close() {
        writer.shutdown();
        try {
            if (!writer.awaitTermination(2, TimeUnit.SECONDS)) {
                LOG.info("plans that wait to be written are given up");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
