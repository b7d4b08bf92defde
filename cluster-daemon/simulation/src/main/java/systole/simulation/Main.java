package systole.simulation;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;

/** {@code systole sim}: many seeds, one summary. Exit status 0 if no promise was broken, 1 if one was, 64 for wrong words. */
public final class Main {
    static final String USAGE = """
            systole sim [--nodes N|A..B] [--seeds A..B] [--minutes M] [--faults all|none|LIST] [--witness] [--watchdog]
                        [--jobs J] [--story]

              --nodes N     machines of the cluster, 2 to 16 (default 5); with A..B each seed draws its size
              --seeds A..B  seeds to play (default 1..20); one number plays one seed
              --minutes M   simulated minutes of faults for each seed (default 10)
              --faults LIST words with commas (default all); a run takes a part of them, chosen by its seed
              --witness     every cluster has a witness (ffsplit or lms) in the place of other quorum options
              --watchdog    a watchdog in every machine in the place of the fence device
              --jobs J      seeds played at the same time (default 1)
              --story       print the whole story of a seed that fails, not only its end
            """;

    private static final int LAST_LINES = 60;

    private int fewest = 5;
    private int most = 5;
    private long first = 1;
    private long last = 20;
    private long minutes = 10;
    private Set<Fault> faults = Fault.parse("all");
    private String faultWords = "all";
    private int jobs = 1;
    private boolean wholeStory;
    private boolean witness;
    private boolean watchdog;

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** The entry for the command line, which loads this class by name; returns the exit status. */
    public static int run(String[] arguments) {
        return run(arguments, System.out, System.err);
    }

    /** As {@link #run(String[])}, with other streams. */
    public static int run(String[] arguments, PrintStream out, PrintStream err) {
        Main main = new Main();
        try {
            if (!main.read(List.of(arguments), out)) {
                return 0;
            }
        } catch (BadInputException e) {
            err.println("systole sim: " + e.getMessage() + "\n" + e.remedy());
            return 64;
        }
        return main.play(out, err);
    }

    private boolean read(List<String> given, PrintStream out) {
        List<String> words = given.stream()
                .flatMap(word -> word.startsWith("--") ? Stream.of(word.split("=", 2)) : Stream.of(word))
                .toList();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            switch (word) {
                case "-h", "--help" -> {
                    out.print(USAGE);
                    return false;
                }
                case "--story" -> wholeStory = true;
                case "--witness" -> witness = true;
                case "--watchdog" -> watchdog = true;
                case "--nodes" -> nodes(value(words, ++i));
                case "--minutes" -> minutes = number(word, value(words, ++i), 0, 100_000);
                case "--jobs" -> jobs = (int) number(word, value(words, ++i), 1, 64);
                case "--seeds" -> seeds(value(words, ++i));
                case "--faults" -> {
                    faultWords = value(words, ++i);
                    faults = Fault.parse(faultWords);
                }
                default ->
                    throw new BadInputException(
                            "",
                            "unknown option '" + word + "'"
                                    + NearestWord.hint(
                                            word,
                                            List.of(
                                                    "--nodes",
                                                    "--seeds",
                                                    "--minutes",
                                                    "--faults",
                                                    "--witness",
                                                    "--watchdog",
                                                    "--jobs",
                                                    "--story")),
                            "see systole sim --help");
            }
        }
        return true;
    }

    private static String value(List<String> words, int at) {
        if (at >= words.size()) {
            throw new BadInputException("", words.get(at - 1) + " needs a value", "see systole sim --help");
        }
        return words.get(at);
    }

    private static long number(String option, String text, long low, long high) {
        if (!text.matches("[0-9]{1,18}") || Long.parseLong(text) < low || Long.parseLong(text) > high) {
            throw new BadInputException(
                    option, "'" + text + "' is not a number from " + low + " to " + high, "give such a number");
        }
        return Long.parseLong(text);
    }

    private void nodes(String text) {
        String[] ends = text.split("\\.\\.", -1);
        fewest = (int) number("--nodes", ends[0], 2, 16);
        most = ends.length == 1 ? fewest : (int) number("--nodes", ends[ends.length - 1], 2, 16);
        if (ends.length > 2 || most < fewest) {
            throw new BadInputException("--nodes", "'" + text + "' is not a range", "write it as 2..16");
        }
    }

    private String nodes() {
        return fewest == most ? Integer.toString(fewest) : fewest + ".." + most;
    }

    private void seeds(String text) {
        String[] ends = text.split("\\.\\.", -1);
        first = number("--seeds", ends[0], 0, Long.MAX_VALUE);
        last = ends.length == 1 ? first : number("--seeds", ends[ends.length - 1], 0, Long.MAX_VALUE);
        if (ends.length > 2 || last < first) {
            throw new BadInputException("--seeds", "'" + text + "' is not a range", "write it as 1..1000");
        }
    }

    private int play(PrintStream out, PrintStream err) {
        long began = System.nanoTime();
        Totals totals = new Totals();
        ExecutorService workers = Executors.newFixedThreadPool(jobs);
        try {
            List<Future<SimulationRun.Result>> running = new ArrayList<>();
            for (long seed = first; seed <= last; seed++) {
                long number = seed;
                running.add(workers.submit(
                        () -> new SimulationRun(number, fewest, most, faults, minutes, witness, watchdog).run()));
            }
            for (Future<SimulationRun.Result> each : running) {
                SimulationRun.Result result = each.get();
                totals.add(result);
                if (!result.problem().isEmpty()) {
                    failed(result, out);
                }
                if (totals.seeds % 500 == 0) {
                    err.println(totals.seeds + " seeds, the last " + result.seed() + ", " + totals.violations
                            + " broken promises");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            err.println("systole sim: interrupted");
            return 1;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a seed could not be played", e.getCause());
        } finally {
            workers.shutdownNow();
        }
        totals.print(out, System.nanoTime() - began);
        return totals.violations == 0 ? 0 : 1;
    }

    private void failed(SimulationRun.Result result, PrintStream out) {
        out.println("seed " + result.seed() + " (" + result.shape() + ") BROKEN: " + result.problem());
        out.println("  replay: systole sim --nodes " + nodes() + " --seeds " + result.seed() + " --minutes " + minutes
                + " --faults " + faultWords + (witness ? " --witness" : "") + (watchdog ? " --watchdog" : "")
                + " --story");
        List<String> lines = result.story().lines().toList();
        int from = wholeStory ? 0 : Math.max(0, lines.size() - LAST_LINES);
        lines.subList(from, lines.size()).forEach(line -> out.println("  " + line));
    }

    private final class Totals {
        private final Map<Fault, Long> injected = new EnumMap<>(Fault.class);
        private long seeds;
        private long violations;
        private long simulatedNanos;
        private long checks;
        private long committed;
        private long plans;
        private long planFailures;
        private long events;
        private long digest;
        private long slowestSettling;
        private String planFailure = "";

        void add(SimulationRun.Result result) {
            seeds++;
            violations += result.problem().isEmpty() ? 0 : 1;
            simulatedNanos += result.simulatedNanos();
            checks += result.checks();
            committed += result.committed();
            plans += result.plans();
            planFailures += result.planFailures();
            events += result.events();
            digest = 31 * digest + result.digest();
            slowestSettling = Math.max(slowestSettling, result.settledAfterNanos());
            planFailure = planFailure.isEmpty() ? result.firstPlanFailure() : planFailure;
            result.faults().forEach((fault, count) -> injected.merge(fault, (long) count, Long::sum));
        }

        void print(PrintStream out, long tookNanos) {
            long all = injected.values().stream().mapToLong(Long::longValue).sum();
            out.printf("seeds                %d (%d..%d), %s nodes%n", seeds, first, last, nodes());
            out.printf("simulated            %.1f hours in %.0f s%n", simulatedNanos / 3.6e12, tookNanos / 1e9);
            // Of the whole process, its compilation and its garbage collector included.
            ProcessHandle.current()
                    .info()
                    .totalCpuDuration()
                    .ifPresent(cpu -> out.printf(
                            "processor time       %.1f s for each simulated hour%n",
                            cpu.toMillis() / 1e3 / Math.max(1e-9, simulatedNanos / 3.6e12)));
            out.printf("events               %d, digest %016x%n", events, digest);
            out.printf("faults injected      %d%n", all);
            injected.forEach((fault, count) -> out.printf("  %-18s %d%n", fault.word(), count));
            out.printf("changes acknowledged %d%n", committed);
            out.printf("plans                %d%n", plans);
            if (planFailures > 0) {
                out.printf("plans that failed    %d, the first: %s%n", planFailures, planFailure);
            }
            out.printf("invariants checked   %d times%n", checks);
            out.printf("slowest settling     %.0f s%n", Math.max(0, slowestSettling) / 1e9);
            out.printf("violations           %d%n", violations);
        }
    }
}
