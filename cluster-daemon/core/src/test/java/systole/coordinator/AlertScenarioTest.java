package systole.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import systole.coordinator.TestCluster.Alerted;
import systole.model.Element;

/** Which node tells whom of what. */
class AlertScenarioTest {
    private final TestCluster cluster = new TestCluster(11, "alpha", "beta", "gamma");

    private void running(Element... select) {
        cluster.startAll();
        cluster.settle();
        Element alert = Element.leaf("alert", "id", "page", "path", "/bin/page")
                .plus(Element.leaf("recipient", "id", "page-r", "value", "me"));
        if (select.length > 0) {
            alert = alert.plus(Element.of("select", Map.of(), List.of(select)));
        }
        cluster.configure(
                "alpha",
                NodeCoreScenarioTest.configuration(true, "web").plus(Element.of("alerts", Map.of(), List.of(alert))));
        cluster.settle();
    }

    private List<Alerted> alerts(String kind, Predicate<Alerted> more) {
        return cluster.alerts.stream()
                .filter(alert -> alert.fact("kind").equals(kind) && more.test(alert))
                .toList();
    }

    private String place() {
        return cluster.where("web").iterator().next();
    }

    @Test
    void aResultIsToldOnceByTheNodeThatHasIt() {
        running();
        List<Alerted> starts = alerts(
                "resource",
                alert -> alert.fact("task").equals("start") && alert.fact("rsc").equals("web"));
        assertThat(starts).hasSize(1);
        assertThat(starts.get(0).by()).isEqualTo(place());
        assertThat(starts.get(0).call().recipient()).isEqualTo("me");
        assertThat(starts.get(0).call().environment())
                .containsEntry("CRM_alert_desc", "ok")
                .containsEntry("CRM_alert_rc", "0")
                .containsEntry("CRM_alert_status", "0")
                .containsEntry("CRM_alert_target_rc", "0")
                .containsEntry("CRM_alert_interval", "0")
                .containsEntry("CRM_alert_node", place());
        // Probes that found what was expected are no news.
        assertThat(alerts("resource", alert -> alert.fact("rc").equals("7"))).isEmpty();
    }

    @Test
    void aFailedMonitorIsToldWithItsInterval() {
        running();
        String home = place();
        cluster.breakService(home, "web");
        cluster.give(home, new NodeInput.ServiceDied("web"));
        cluster.settle();
        List<Alerted> failed = alerts("resource", alert -> alert.fact("rc").equals("7"));
        assertThat(failed).hasSize(1);
        assertThat(failed.get(0).by()).isEqualTo(home);
        assertThat(failed.get(0).fact("task")).isEqualTo("monitor");
        assertThat(failed.get(0).fact("interval")).isEqualTo("10000");
        assertThat(failed.get(0).fact("desc")).isEqualTo("not running");
    }

    @Test
    void aLostNodeAndItsFencingAreToldByEverySurvivor() {
        running();
        cluster.alerts.clear();
        cluster.crash("gamma", 100);
        cluster.runFor(500);
        cluster.settle();
        assertThat(alerts("node", alert -> alert.fact("desc").equals("lost")))
                .extracting(Alerted::by, alert -> alert.fact("node"), alert -> alert.fact("nodeid"))
                .containsExactlyInAnyOrder(tuple("alpha", "gamma", "3"), tuple("beta", "gamma", "3"));
        assertThat(alerts("fencing", alert -> true))
                .extracting(
                        Alerted::by,
                        alert -> alert.fact("node"),
                        alert -> alert.fact("task"),
                        alert -> alert.fact("rc"))
                .containsExactlyInAnyOrder(
                        tuple("alpha", "gamma", "reboot", "0"), tuple("beta", "gamma", "reboot", "0"));
        cluster.start("gamma");
        cluster.connectAll();
        cluster.settle();
        assertThat(alerts(
                        "node",
                        alert -> alert.fact("desc").equals("member")
                                && !alert.by().equals("gamma")))
                .extracting(Alerted::by, alert -> alert.fact("node"))
                .containsExactlyInAnyOrder(tuple("alpha", "gamma"), tuple("beta", "gamma"));
    }

    @Test
    void aSelectedAttributeIsToldByTheCoordinatorWhenItHasChanged() {
        running(Element.of(
                "select_attributes", Map.of(), List.of(Element.leaf("attribute", "id", "a", "name", "load"))));
        set("load", "5");
        set("load", "5");
        set("other", "1");
        cluster.ask(
                "beta",
                new ClientRequest.SetAttributes("beta", Map.of(), List.of("load"), ClientRequest.Lifetime.REBOOT, -1));
        cluster.settle();
        assertThat(cluster.alerts)
                .extracting(
                        Alerted::by,
                        alert -> alert.fact("kind"),
                        alert -> alert.fact("node"),
                        alert -> alert.fact("attribute_name"),
                        alert -> alert.fact("attribute_value"))
                .containsExactly(
                        tuple("alpha", "attribute", "beta", "load", "5"),
                        tuple("alpha", "attribute", "beta", "load", ""));
    }

    private void set(String name, String value) {
        cluster.ask(
                "beta",
                new ClientRequest.SetAttributes(
                        "beta", Map.of(name, value), List.of(), ClientRequest.Lifetime.REBOOT, -1));
    }

    @Test
    void theNumberOfEventsGrowsOnEachNode() {
        running();
        for (String node : List.of("alpha", "beta", "gamma")) {
            List<Integer> numbers = cluster.alerts.stream()
                    .filter(alert -> alert.by().equals(node))
                    .map(alert -> Integer.parseInt(alert.fact("node_sequence")))
                    .toList();
            assertThat(numbers).isSorted().doesNotHaveDuplicates();
        }
        assertThat(cluster.alerts).isNotEmpty();
    }
}
