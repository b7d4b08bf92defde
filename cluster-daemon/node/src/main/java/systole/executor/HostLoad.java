package systole.executor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether this machine has far more to do than it can: then an agent's time-out says more of the machine than of its
 * service.
 *
 * <p>By pressure where the kernel tells it (half of the last ten seconds somebody waited for a processor, or for more than
 * a fifth of them nobody got on for want of disk or memory), else by load (four runnable tasks for each processor).
 */
public final class HostLoad {
    private static final Path PRESSURE = Path.of("/proc/pressure");
    private static final Path LOAD = Path.of("/proc/loadavg");
    private static final double WAITING_FOR_CPU = 50;
    private static final double STALLED = 20;
    private static final double TASKS_PER_PROCESSOR = 4;
    private static final Pattern AVERAGE = Pattern.compile("(?m)^(some|full) avg10=([0-9.]+)");

    private HostLoad() {}

    public static boolean isOverloaded() {
        return isOverloaded(
                read(PRESSURE.resolve("cpu")),
                read(PRESSURE.resolve("io")),
                read(PRESSURE.resolve("memory")),
                read(LOAD),
                Runtime.getRuntime().availableProcessors());
    }

    /** The texts of {@code /proc/pressure/*} and {@code /proc/loadavg}; empty where there is no such file. */
    static boolean isOverloaded(
            Optional<String> cpu, Optional<String> io, Optional<String> memory, Optional<String> load, int processors) {
        if (cpu.isPresent()) {
            return average(cpu, "some") >= WAITING_FOR_CPU
                    || average(io, "full") >= STALLED
                    || average(memory, "full") >= STALLED;
        }
        String first = load.orElse("").strip().split(" ")[0];
        return first.matches("[0-9]+(\\.[0-9]+)?") && Double.parseDouble(first) >= TASKS_PER_PROCESSOR * processors;
    }

    private static double average(Optional<String> text, String kind) {
        Matcher lines = AVERAGE.matcher(text.orElse(""));
        while (lines.find()) {
            if (lines.group(1).equals(kind)) {
                return Double.parseDouble(lines.group(2));
            }
        }
        return 0;
    }

    private static Optional<String> read(Path file) {
        try {
            return Files.exists(file)
                    ? Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1))
                    : Optional.empty();
        } catch (IOException notOffered) {
            // A kernel with pressure compiled in but turned off answers EOPNOTSUPP.
            return Optional.empty();
        }
    }
}
