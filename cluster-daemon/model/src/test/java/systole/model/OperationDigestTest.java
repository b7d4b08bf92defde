package systole.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OperationDigestTest {
    @Test
    void md5FollowsTheTestSuiteOfItsStandard() {
        assertThat(Md5.hex("")).isEqualTo("d41d8cd98f00b204e9800998ecf8427e");
        assertThat(Md5.hex("message digest")).isEqualTo("f96b697d7cb7938d525a2f31aaf161d0");
        assertThat(Md5.hex("12345678901234567890123456789012345678901234567890123456789012345678901234567890"))
                .isEqualTo("57edf4a22be3c955ac49da2e2107b67a");
    }

    @Test
    void noParametersGiveTheWellKnownDigest() {
        assertThat(OperationDigest.all(Map.of("CRM_meta_timeout", "20000", "id", "x"), 0))
                .isEqualTo("f2317cad3d54cec5d7d7aa7d0bf35cf8");
    }

    @Test
    void theTimeoutCountsForRecurringOperationsOnly() {
        Map<String, String> parameters = Map.of("ip", "10.0.0.1", "CRM_meta_timeout", "20000");
        assertThat(OperationDigest.all(parameters, 10_000)).isNotEqualTo(OperationDigest.all(parameters, 0));
    }

    @Test
    void onlyAndWithoutSplitTheParameters() {
        Map<String, String> parameters = Map.of("a", "1", "b", "<2>");
        assertThat(OperationDigest.only(parameters, 0, List.of("a")))
                .isEqualTo(OperationDigest.all(Map.of("a", "1"), 0));
        assertThat(OperationDigest.without(parameters, 0, List.of("a")))
                .isEqualTo(OperationDigest.all(Map.of("b", "<2>"), 0));
    }

    @Test
    void spansOfTimeAreReadAsOptionsWriteThem() {
        assertThat(TimeSpan.millis("30", -1)).isEqualTo(30_000);
        assertThat(TimeSpan.millis("500ms", -1)).isEqualTo(500);
        assertThat(TimeSpan.millis("2 min", -1)).isEqualTo(120_000);
        assertThat(TimeSpan.millis("1.9", -1)).isEqualTo(1000);
        assertThat(TimeSpan.millis("PT1M30S", -1)).isEqualTo(90_000);
        assertThat(TimeSpan.millis("P30S", -1)).isEqualTo(30_000);
        assertThat(TimeSpan.millis("soon")).isEmpty();
        assertThat(TimeSpan.millis("5 parsecs")).isEmpty();
    }
}
