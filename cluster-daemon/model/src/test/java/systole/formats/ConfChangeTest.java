package systole.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import systole.kernel.BadInputException;

class ConfChangeTest {
    private static final String FILE = """
            totem {
                version: 2
                cluster_name: shop
                config_version: 3
                token: 300
            }
            nodelist {
                node {
                    name: n1
                    nodeid: 1
                    ring0_addr: 10.0.0.1
                }
                node {
                    name: n2
                    nodeid: 2
                    ring0_addr: 10.0.0.2
                }
            }
            logging {
                debug: off
                to_syslog: yes
            }
            """;

    private static List<ConfChange> to(String next) {
        return ConfChange.between("f", FILE, next);
    }

    @Test
    void theLogChangesAtOnceAndNothingElseDoes() {
        List<ConfChange> changes = to(FILE.replace("debug: off", "debug: on").replace("token: 300", "token: 500"));

        assertThat(changes)
                .containsExactly(
                        new ConfChange("totem.token", "f:5", "300", "500", false),
                        new ConfChange("logging.debug", "f:20", "off", "on", true));
    }

    @Test
    void aValueThatIsGoneIsNamedWithoutALine() {
        assertThat(to(FILE.replace("    debug: off\n", "    debug: trace\n")
                        .replace("    token: 300\n", "    token: 400\n    hold: 7\n")))
                .extracting(ConfChange::path)
                .containsExactly("totem.token", "totem.hold", "logging.debug");
        assertThat(ConfChange.between(
                        "f", FILE.replace("token: 300", "token: 400"), FILE.replace("    token: 300\n", "")))
                .containsExactly(new ConfChange("totem.token", "f", "400", "", false))
                .first()
                .extracting(ConfChange::words)
                .isEqualTo("400 -> (not set)");
    }

    @Test
    void whatSaysTheSameIsNoChange() {
        assertThat(to(FILE.replace("to_syslog: yes", "to_syslog: on"))).isEmpty();
        assertThat(to(FILE.replace("    token: 300\n", "    token: 300\n    window_size: 50\n")))
                .as("a default that is written out")
                .isEmpty();
        assertThat(to(FILE.replace("config_version: 3", "config_version: 9"))).isEmpty();
        assertThat(to(FILE + "# a remark\n")).isEmpty();
    }

    @Test
    void nodesAreToldApartByTheirIds() {
        String swapped = FILE.replace("10.0.0.2", "10.0.0.9");
        assertThat(to(swapped))
                .containsExactly(new ConfChange("nodelist.node[2].ring0_addr", "f:16", "10.0.0.2", "10.0.0.9", false));
    }

    @Test
    void aSubsystemOfTheLogIsNamed() {
        String more = FILE.replace(
                "    debug: off\n",
                "    debug: off\n    logger_subsys {\n        subsys: RING\n        debug: on\n    }\n");
        assertThat(to(more))
                .extracting(ConfChange::path)
                .containsExactly("logging.logger_subsys[RING].subsys", "logging.logger_subsys[RING].debug");
    }

    @Test
    void aTextThatIsNoSuchFileIsRefusedWithItsLine() {
        assertThatThrownBy(() -> to(FILE.replace("debug: off", "debug: loud")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("f:20");
    }
}
