package systole.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A short burn; {@code -Dsystole.sim.seeds=A..B} for other seeds, {@code -Dsystole.sim.minutes=M} for longer ones. The
 * long one is {@code systole sim}.
 */
class SimulationBurnTest {
    private static final String SEEDS = System.getProperty("systole.sim.seeds", "1..6");
    private static final String MINUTES = System.getProperty("systole.sim.minutes", "2");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private int simulate(String... arguments) {
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        return Main.run(arguments, print, print);
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void allFaultsBreakNoPromise() {
        int status = simulate("--seeds", SEEDS, "--minutes", MINUTES, "--nodes", "5", "--faults", "all");

        assertThat(said()).contains("violations           0");
        assertThat(status).isZero();
    }

    /**
     * Seeds that found something: a disk rolled back brought back ring ids (1), a link that failed in the sending
     * direction was used on (19).
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 19})
    void seedsThatOnceFailed(long seed) {
        SimulationRun.Result result = new SimulationRun(seed, 2, 8, Fault.parse("all"), 1).run();

        assertThat(result.problem()).isEmpty();
    }

    /** Under {@code two_node}, both halves had acknowledged changes before one of them was fenced. */
    @Test
    void aChangeThatAHalfOfTwoAcknowledgedOutlivesTheFencing() {
        int status = simulate("--nodes", "2..16", "--seeds", "1079", "--minutes", "2");

        assertThat(said()).contains("violations           0");
        assertThat(status).isZero();
    }

    @Test
    void sizesOptionsAndLinksAreDrawn() {
        int status = simulate("--seeds", "1..3", "--minutes", "0", "--nodes", "2..4", "--faults", "none");

        assertThat(said()).contains("2..4 nodes").contains("violations           0");
        assertThat(status).isZero();
        assertThat(simulate("--nodes", "5..2")).isEqualTo(64);
    }

    /** Nobody but the nodes themselves makes them dead; what relies on it waits long enough. */
    @Test
    void aNodeWithoutQuorumEndsItselfBeforeOthersStartItsServices() {
        int status = simulate("--watchdog", "--nodes", "2..7", "--seeds", "1..4", "--minutes", "2");

        assertThat(said()).contains("violations           0");
        assertThat(status).isZero();
    }

    @Test
    void aWitnessNeverHelpsTwoHalves() {
        int status = simulate(
                "--witness",
                "--seeds",
                "1..6",
                "--minutes",
                "1",
                "--nodes",
                "2..4",
                "--faults",
                "partition,crash,kill-daemon,delay,witness-crash,witness-cut,witness-slow");

        assertThat(said()).contains("violations           0").contains("witness-crash");
        assertThat(status).isZero();
    }

    @Test
    void aSeedIsOneRun() {
        SimulationRun.Result one = new SimulationRun(11, 3, Fault.parse("all"), 1).run();
        SimulationRun.Result other = new SimulationRun(11, 3, Fault.parse("all"), 1).run();

        assertThat(other.digest()).isEqualTo(one.digest());
        assertThat(other.events()).isEqualTo(one.events());
        assertThat(other.committed()).isEqualTo(one.committed()).isPositive();
        assertThat(new SimulationRun(12, 3, Fault.parse("all"), 1).run().digest())
                .isNotEqualTo(one.digest());
    }

    @Test
    void anUnknownFaultIsNamedWithTheNearest() {
        int status = simulate("--faults", "crash,partitoin");

        assertThat(status).isEqualTo(64);
        assertThat(said()).contains("there is no fault 'partitoin'; did you mean 'partition'?");
    }
}
