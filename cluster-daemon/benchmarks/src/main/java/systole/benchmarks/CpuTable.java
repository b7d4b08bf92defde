package systole.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import systole.model.Element;
import systole.scheduler.Scheduler;

/**
 * CPU time of the planning thread, which a busy machine stretches little, with the aims beside it, and the growth from
 * 1,000 to 10,000 resources. Heap: what the pools held at most during one plan, the document included.
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

    private CpuTable() {}

    /** Arguments: names of rows; none for all. */
    public static void main(String[] arguments) {
        System.out.println("| cluster | CPU ms (median) | least | most | wall ms (median) | aim | heap peak MiB |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- |");
        double[] steady = new double[2];
        double[] cold = new double[2];
        for (String[] row : ROWS) {
            if (arguments.length > 0 && !List.of(arguments).contains(row[0])) {
                continue;
            }
            double median = measure(row[0], row[1]);
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

    private static double measure(String name, String aim) {
        Element cib = MeasuredCluster.named(name);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        List<Double> cpu = new ArrayList<>();
        List<Double> wall = new ArrayList<>();
        boolean large = name.contains("10000") || name.startsWith("100-");
        int runs = large ? 15 : 60;
        int warmUp = large ? 15 : 150;
        for (int i = 0; i < runs + warmUp; i++) {
            long before = threads.getCurrentThreadCpuTime();
            long start = System.nanoTime();
            if (Scheduler.scheduleLive(cib, MeasuredCluster.NOW).graph().synapses().size() < 0) {
                throw new IllegalStateException("a plan of less than no actions");
            }
            if (i >= warmUp) {
                cpu.add((threads.getCurrentThreadCpuTime() - before) / 1e6);
                wall.add((System.nanoTime() - start) / 1e6);
            }
        }
        Collections.sort(cpu);
        Collections.sort(wall);
        double median = cpu.get(cpu.size() / 2);
        System.out.printf(
                Locale.ROOT,
                "| %s | %.1f | %.1f | %.1f | %.1f | %s | %d |%n",
                name,
                median,
                cpu.get(0),
                cpu.get(cpu.size() - 1),
                wall.get(wall.size() / 2),
                aim,
                heapPeak(cib));
        return median;
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
