package systole.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class NodeIdTest {
    @Test
    void refusesANumberOutsideItsRangeAndSaysWhatToDo() {
        assertThatThrownBy(() -> new NodeId(0)).hasMessageContaining("1..65535").hasMessageContaining("nodeid");
        assertThatThrownBy(() -> new NodeId(65536)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ordersByNumber() {
        assertThat(new NodeId(2)).isLessThan(new NodeId(10)).hasToString("n2");
    }
}
