package systole.executor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import systole.executor.ExecutorSettings.Grouping;

/**
 * Prints what a run of an agent that does nothing costs, with and without control groups: {@code AgentCost FOLDER [RUNS]}. User
 * and system time of the executor and of its children, in turns, so that a busy machine troubles all alike.
 */
final class AgentCost {
    private static final double TICKS_PER_SECOND = 100;
    private static final int TURNS = 5;

    private AgentCost() {}

    public static void main(String[] arguments) throws IOException {
        Path root = Files.createTempDirectory(Path.of(arguments[0]), "cost");
        int runs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 200;
        System.out.println("born inside: " + Spawner.canBearInGroup());
        for (int turn = 0; turn <= TURNS; turn++) {
            for (Grouping grouping : Grouping.values()) {
                for (String action : new String[] {"monitor", "start"}) {
                    measure(root, grouping, action, runs, turn == 0 ? "(warming) " : "");
                }
            }
        }
    }

    private static void measure(Path root, Grouping grouping, String action, int runs, String note) throws IOException {
        var settings = ExecutorSettings.of(root.resolve("tree"), root).withGrouping(grouping);
        try (var agents = new Agents(root, settings)) {
            agents.agent("nothing", "exit 0");
            double before = seconds();
            long began = System.nanoTime();
            for (int i = 0; i < runs; i++) {
                agents.run(agents.ocf("test", "nothing", action, Map.of(), 20_000));
            }
            System.out.printf(
                    Locale.ROOT,
                    "%s%-4s %-7s %d runs: %.2f ms of processor, %.2f ms of time each%n",
                    note,
                    grouping,
                    action,
                    runs,
                    (seconds() - before) * 1000 / runs,
                    (System.nanoTime() - began) / 1e6 / runs);
        }
    }

    /** User and system time of this process and of its children that were waited for. */
    private static double seconds() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"), StandardCharsets.ISO_8859_1);
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
        double ticks = 0;
        for (int i = 11; i <= 14; i++) {
            ticks += Long.parseLong(fields[i]);
        }
        return ticks / TICKS_PER_SECOND;
    }
}
