package systole.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ApiDeskTest {
    @Test
    void aStatusOfANodeThatFormsARingSaysThatItIsOld() {
        assertThat(ApiDesk.warnings(true, "", "GATHER"))
                .singleElement()
                .asString()
                .contains("in no ring now (GATHER)", "last view");
    }

    @Test
    void aStatusOfAWholeClusterWarnsOfNothing() {
        assertThat(ApiDesk.warnings(true, "", "OPERATIONAL")).isEmpty();
        assertThat(ApiDesk.warnings(true, "", "")).isEmpty();
    }

    @Test
    void aStatusNamesAMissingQuorumAndALeaseThatIsWaitedFor() {
        assertThat(ApiDesk.warnings(false, "waiting for the leases of b to end", "OPERATIONAL"))
                .containsExactly(
                        "this part of the cluster has no quorum: the configuration can only be read",
                        "waiting for the leases of b to end");
    }
}
