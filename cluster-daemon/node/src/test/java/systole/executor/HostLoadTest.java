package systole.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class HostLoadTest {
    private static Optional<String> pressure(String some, String full) {
        return Optional.of("some avg10=" + some + " avg60=99.00 avg300=99.00 total=1\nfull avg10=" + full
                + " avg60=99.00 avg300=99.00 total=1\n");
    }

    private static boolean overloaded(Optional<String> cpu, Optional<String> io, Optional<String> memory, String load) {
        return HostLoad.isOverloaded(cpu, io, memory, Optional.of(load), 2);
    }

    @Test
    void pressureOfTheLastTenSecondsDecidesWhereItIsTold() {
        Optional<String> calm = pressure("3.00", "0.00");
        assertThat(overloaded(calm, calm, calm, "90.0 1 1 1/1 1")).isFalse();
        assertThat(overloaded(pressure("61.50", "0.00"), calm, calm, "0.0 1 1")).isTrue();
        assertThat(overloaded(calm, pressure("95.00", "19.00"), calm, "0.0 1 1"))
                .isFalse();
        assertThat(overloaded(calm, pressure("95.00", "33.00"), calm, "0.0 1 1"))
                .isTrue();
        assertThat(overloaded(calm, calm, pressure("95.00", "33.00"), "0.0 1 1"))
                .isTrue();
    }

    @Test
    void elseTheLoadPerProcessorDoes() {
        Optional<String> none = Optional.empty();
        assertThat(overloaded(none, none, none, "7.99 1 1 1/1 1")).isFalse();
        assertThat(overloaded(none, none, none, "8.01 1 1 1/1 1")).isTrue();
        assertThat(HostLoad.isOverloaded(none, none, none, none, 2)).isFalse();
    }
}
