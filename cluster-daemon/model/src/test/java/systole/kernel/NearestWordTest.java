package systole.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestWordTest {
    private static final List<String> OPTIONS = List.of("no-quorum-policy", "fencing-enabled", "batch-limit");

    @Test
    void findsTheWordThatWasMeant() {
        assertThat(NearestWord.of("no-qourum-policy", OPTIONS)).contains("no-quorum-policy");
        assertThat(NearestWord.of("FENCING-ENABLE", OPTIONS)).contains("fencing-enabled");
        assertThat(NearestWord.hint("batchlimit", OPTIONS)).isEqualTo("; did you mean 'batch-limit'?");
    }

    @Test
    void saysNothingWhenNothingIsNear() {
        assertThat(NearestWord.of("cluster-recheck", OPTIONS)).isEmpty();
        assertThat(NearestWord.hint("xyz", List.of())).isEmpty();
    }
}
