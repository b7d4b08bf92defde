package systole.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import systole.model.Element;
import systole.scheduler.Scheduler;

/**
 * CPU time of the planning thread, which a busy machine stretches little, with the aims beside it, and the growth from
 * 1,000 to 10,000 resources. Each row is measured in several virtual machines of its own, as JMH does it: the compiler
 * decides anew in each, and two runs of one row can differ by half. A figure is the median of what the machines found as
 * their medians. Heap: what the pools held at most during one plan, the document included.
 */
public final class CpuTable {
    private static final String[][] ROWS = {
        {"3x1000-steady", "20"},
        {"3x10000-steady", "500"},
        {"3x1000-cold", ""},
        {"3x10000-cold", "2000"},
        {"16x1000-cold", "500"},
        {"100-chain10", "300"},
        {"100-clones50", "800"}
    };

    private static final String ONE = "--one";

    private CpuTable() {}

    /** Arguments: the number of virtual machines for each row, then names of rows; none for all. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length == 2 && arguments[0].equals(ONE)) {
            measure(arguments[1]);
            return;
        }
        if (arguments.length == 0 || !arguments[0].matches("[1-9][0-9]?")) {
            throw new IllegalArgumentException("usage: CpuTable MACHINES [ROW...]");
        }
        int machines = Integer.parseInt(arguments[0]);
        List<String> wanted = List.of(arguments).subList(1, arguments.length);
        System.out.println(
                "| cluster | CPU ms (median of " + machines + ") | least | most | wall ms | aim | heap peak MiB |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- |");
        double[] steady = new double[2];
        double[] cold = new double[2];
        for (String[] row : ROWS) {
            if (!wanted.isEmpty() && !wanted.contains(row[0])) {
                continue;
            }
            double median = row(row[0], row[1], machines);
            switch (row[0]) {
                case "3x1000-steady" -> steady[0] = median;
                case "3x10000-steady" -> steady[1] = median;
                case "3x1000-cold" -> cold[0] = median;
                case "3x10000-cold" -> cold[1] = median;
                default -> {}
            }
        }
        exponent("steady", steady);
        exponent("cold", cold);
    }

    private static void exponent(String name, double[] pair) {
        if (pair[0] > 0 && pair[1] > 0) {
            System.out.printf(
                    Locale.ROOT,
                    "growth exponent 1,000 to 10,000, %s: %.2f (aim: at most 1.2)%n",
                    name,
                    Math.log10(pair[1] / pair[0]));
        }
    }

    private static double row(String name, String aim, int machines) throws IOException, InterruptedException {
        List<Double> cpu = new ArrayList<>();
        List<Double> wall = new ArrayList<>();
        List<Double> heap = new ArrayList<>();
        for (int i = 0; i < machines; i++) {
            String[] found = inItsOwnMachine(name).split(" ", -1);
            cpu.add(Double.valueOf(found[0]));
            wall.add(Double.valueOf(found[1]));
            heap.add(Double.valueOf(found[2]));
        }
        Collections.sort(cpu);
        System.out.printf(
                Locale.ROOT,
                "| %s | %.1f | %.1f | %.1f | %.1f | %s | %.0f |%n",
                name,
                median(cpu),
                cpu.get(0),
                cpu.get(cpu.size() - 1),
                median(wall),
                aim,
                median(heap));
        return median(cpu);
    }

    /** What {@link #measure} prints in a new virtual machine with the options of this one. */
    private static String inItsOwnMachine(String name) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), CpuTable.class.getName(), ONE, name));
        Process machine = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String out = new String(machine.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (machine.waitFor() != 0) {
            throw new IllegalStateException(name + ": the virtual machine ended with " + machine.exitValue());
        }
        return out;
    }

    /** Prints the medians of CPU and wall time in milliseconds and the peak of the heap in MiB, on one line. */
    private static void measure(String name) {
        Element cib = MeasuredCluster.named(name);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        List<Double> cpu = new ArrayList<>();
        List<Double> wall = new ArrayList<>();
        boolean large = name.contains("10000") || name.startsWith("100-");
        int runs = large ? 15 : 61;
        int warmUp = large ? 30 : 300;
        for (int i = 0; i < runs + warmUp; i++) {
            long before = threads.getCurrentThreadCpuTime();
            long start = System.nanoTime();
            if (Scheduler.scheduleLive(cib, MeasuredCluster.NOW)
                            .graph()
                            .synapses()
                            .size()
                    < 0) {
                throw new IllegalStateException("a plan of less than no actions");
            }
            if (i >= warmUp) {
                cpu.add((threads.getCurrentThreadCpuTime() - before) / 1e6);
                wall.add((System.nanoTime() - start) / 1e6);
            }
        }
        System.out.printf(Locale.ROOT, "%.2f %.2f %d%n", median(cpu), median(wall), heapPeak(cib));
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static long heapPeak(Element cib) {
        System.gc();
        List<MemoryPoolMXBean> pools = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .toList();
        pools.forEach(MemoryPoolMXBean::resetPeakUsage);
        Scheduler.scheduleLive(cib, MeasuredCluster.NOW);
        long bytes = 0;
        for (MemoryPoolMXBean pool : pools) {
            bytes += pool.getPeakUsage().getUsed();
        }
        return bytes >> 20;
    }
}
