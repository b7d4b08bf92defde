package systole.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import systole.model.Element;
import systole.scheduler.Plan;
import systole.scheduler.Scheduler;

/** One plan from parsed state, as the daemon makes it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(
        value = 1,
        jvmArgs = {"-Xmx2g"})
public class SchedulerBenchmark {
    @Param({
        "3x1000-steady",
        "3x10000-steady",
        "3x1000-cold",
        "3x10000-cold",
        "16x1000-cold",
        "100-chain10",
        "100-clones50"
    })
    public String cluster = "3x1000-steady";

    private Element cib = Element.leaf("cib");

    @Setup
    public void make() {
        cib = MeasuredCluster.named(cluster);
    }

    @Benchmark
    public Plan plan() {
        return Scheduler.scheduleLive(cib, MeasuredCluster.NOW);
    }
}
