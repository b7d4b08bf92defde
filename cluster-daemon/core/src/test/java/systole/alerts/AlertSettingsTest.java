package systole.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import systole.model.Element;

class AlertSettingsTest {
    private static final AlertEvent LOST = AlertEvent.node("alpha", "1", false);

    private static Element set(String tag, String id, String... namesAndValues) {
        Element set = Element.leaf(tag, "id", id);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            set = set.plus(
                    Element.leaf("nvpair", "id", id + i, "name", namesAndValues[i], "value", namesAndValues[i + 1]));
        }
        return set;
    }

    private static AlertSettings settings(Element... children) {
        Element alert = Element.of("alert", Map.of("id", "a", "path", "/bin/tell"), List.of(children));
        return AlertSettings.of(
                Element.of("configuration", Map.of(), List.of(Element.of("alerts", Map.of(), List.of(alert)))));
    }

    @Test
    void withoutRecipientThereIsOneCallWithAnEmptyOne() {
        List<AlertCall> calls = settings().calls(LOST, 4, 1000);
        assertThat(calls).hasSize(1);
        AlertCall call = calls.get(0);
        assertThat(call.path()).isEqualTo("/bin/tell");
        assertThat(call.timeoutMillis()).isEqualTo(30_000);
        assertThat(call.timestampFormat()).isEqualTo("%H:%M:%S.%06N");
        assertThat(call.environment())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "CRM_alert_kind", "node",
                        "CRM_alert_node", "alpha",
                        "CRM_alert_nodeid", "1",
                        "CRM_alert_desc", "lost",
                        "CRM_alert_recipient", "",
                        "CRM_alert_node_sequence", "4"));
    }

    @Test
    void whatARecipientSaysWinsOverWhatTheAlertSays() {
        AlertSettings settings = settings(
                set("meta_attributes", "m", "timeout", "5s", "timestamp-format", "%s"),
                set("instance_attributes", "i", "colour", "red", "size", "1"),
                Element.of(
                        "recipient",
                        Map.of("id", "r1", "value", "one"),
                        List.of(
                                set("meta_attributes", "rm", "timeout", "7s"),
                                set("instance_attributes", "ri", "size", "2"))),
                Element.leaf("recipient", "id", "r2", "value", "two"));
        List<AlertCall> calls = settings.calls(LOST, 1, 0);
        assertThat(calls).extracting(AlertCall::recipient).containsExactly("one", "two");
        assertThat(calls).extracting(AlertCall::timeoutMillis).containsExactly(7_000L, 5_000L);
        assertThat(calls).extracting(AlertCall::timestampFormat).containsOnly("%s");
        assertThat(calls.get(0).environment()).containsEntry("size", "2").containsEntry("colour", "red");
        assertThat(calls.get(1).environment()).containsEntry("size", "1");
    }

    @Test
    void oneThatIsNotEnabledIsNotCalled() {
        assertThat(settings(set("meta_attributes", "m", "enabled", "false")).calls(LOST, 1, 0))
                .isEmpty();
        assertThat(settings(Element.of(
                                "recipient",
                                Map.of("id", "r", "value", "one"),
                                List.of(set("meta_attributes", "m", "enabled", "false"))))
                        .calls(LOST, 1, 0))
                .isEmpty();
    }

    @Test
    void attributesAreToldOnlyWhereTheyAreSelected() {
        AlertEvent load = AlertEvent.attribute("alpha", "1", "load", "5");
        assertThat(settings().calls(load, 1, 0)).isEmpty();
        AlertSettings all = settings(Element.leaf("select").plus(Element.leaf("select_attributes")));
        assertThat(all.calls(load, 1, 0)).hasSize(1);
        assertThat(all.calls(LOST, 1, 0)).isEmpty();
        Element some = Element.of("select_attributes", Map.of(), List.of(Element.leaf("attribute", "name", "other")));
        assertThat(settings(Element.leaf("select").plus(some)).calls(load, 1, 0))
                .isEmpty();
    }

    @Test
    void theHigherScoreOfTwoSetsWins() {
        Element low = set("instance_attributes", "low", "x", "low");
        Element high = set("instance_attributes", "high", "x", "high").withAttribute("score", "10");
        assertThat(settings(low, high).calls(LOST, 1, 0).get(0).environment()).containsEntry("x", "high");
    }

    @Test
    void anExpectedProbeAndWhatWasCancelledAreNoEvents() {
        Element probe = Element.leaf(
                "lrm_rsc_op",
                "operation",
                "monitor",
                "interval",
                "0",
                "rc-code",
                "7",
                "op-status",
                "0",
                "transition-key",
                "3:1:7:uuid");
        assertThat(AlertEvent.resource("alpha", "web", probe)).isEmpty();
        assertThat(AlertEvent.resource("alpha", "web", probe.withAttribute("rc-code", "0")))
                .isPresent();
        assertThat(AlertEvent.resource("alpha", "web", probe.withAttribute("op-status", "1")))
                .isEmpty();
        assertThat(AlertEvent.resource("alpha", "web", probe.withAttribute("op-status", "2"))
                        .orElseThrow()
                        .facts())
                .containsEntry("desc", "Timed Out")
                .containsEntry("target_rc", "7");
    }
}
