package systole.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import systole.kernel.Seed;
import systole.state.StoredState;
import systole.testkit.SimulatedDisk;
import systole.testkit.VirtualTime;

class SimulatedStateLogTest {
    private final VirtualTime time = new VirtualTime();
    private final SimulatedDisk disk = new SimulatedDisk(time, new Seed(1));
    private final SimulatedStateLog log = new SimulatedStateLog(disk);
    private final List<Long> stored = new ArrayList<>();

    @Test
    void aRecordAfterTwoSnapshotsWithoutOneBetweenThemStays() {
        log.snapshot(1, new byte[] {1}, stored::add);
        log.snapshot(2, new byte[] {2}, stored::add);
        log.append(3, new byte[] {3}, stored::add);
        time.runFor(1_000_000_000L);
        disk.crash();

        StoredState found = new SimulatedStateLog(disk).load();

        assertThat(stored).last().isEqualTo(3L);
        assertThat(found.snapshot()).containsExactly(2);
        assertThat(found.records()).containsExactly(new byte[] {3});
    }
}
