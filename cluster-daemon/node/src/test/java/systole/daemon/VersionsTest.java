package systole.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import systole.formats.CrmLanguage;
import systole.kernel.BadInputException;
import systole.model.CibEdits;
import systole.model.Element;
import systole.state.ClusterState;
import systole.state.Command;
import systole.state.Version;

/** Earlier configurations, as far back as they are kept. */
class VersionsTest {
    @Test
    void eachKeptVersionIsRebuiltAsItWasAndOlderOnesAreSaidToBeGone() {
        ClusterState state = ClusterState.empty();
        List<Element> expected = new ArrayList<>(List.of(state.configuration()));
        for (int i = 1; i <= 40; i++) {
            String text = i % 3 == 0
                    ? "property cluster-delay=" + i + "s\n"
                    : "primitive r" + i % 5 + " ocf:pacemaker:Dummy params fake=" + i + "\n";
            Element next = CrmLanguage.apply(state.configuration(), "test", text);
            state = state.apply(new Command.Configure(
                            "root",
                            "n1",
                            Integer.toString(i),
                            Version.NONE,
                            CibEdits.between(state.configuration(), next),
                            i,
                            "change " + i))
                    .state();
            expected.add(next);
        }
        ClusterState last = state;
        assertThat(last.changes().get(39).summary()).isEqualTo("change 40");
        for (int i = 40; i > 8; i--) {
            assertThat(Versions.read(last, "0." + i, false).cib()).isEqualTo(expected.get(i));
            assertThat(Versions.read(last, "0." + i + ".7", true).cib()).isEqualTo(expected.get(i - 1));
        }
        assertThat(Versions.read(last, "0.8", false).cib()).isEqualTo(expected.get(8));
        assertThatThrownBy(() -> Versions.read(last, "0.7", false))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("not kept");
    }
}
