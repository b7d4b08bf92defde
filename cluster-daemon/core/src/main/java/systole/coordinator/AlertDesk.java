package systole.coordinator;

import java.util.Map;
import java.util.TreeMap;
import systole.alerts.AlertEvent;
import systole.alerts.AlertSettings;
import systole.model.Element;
import systole.state.Applied;
import systole.state.Command;
import systole.state.FencingRecord;
import systole.state.NodeStatus;

/**
 * Which events of this node are told to whom (controller-and-fencer 15): membership and fencing on every node, results of
 * operations on the node that ran them, attributes on the coordinator, since it writes them.
 */
final class AlertDesk {
    private final NodeContext node;
    private AlertSettings settings = AlertSettings.NONE;
    private final Map<String, String> attributes = new TreeMap<>();
    private boolean watchesAttributes;
    private long sequence;

    AlertDesk(NodeContext node) {
        this.node = node;
    }

    void configure(Element configuration) {
        settings = AlertSettings.of(configuration);
        boolean watched = watchesAttributes;
        watchesAttributes = settings.wants(AlertEvent.Kind.ATTRIBUTE);
        if (!watchesAttributes) {
            attributes.clear();
        } else if (!watched) {
            node.state()
                    .nodes()
                    .values()
                    .forEach(status -> status.attributes()
                            .instance()
                            .forEach((name, value) -> attributes.put(key(status, name), value)));
        }
    }

    void node(String name, String id, boolean member) {
        tell(AlertEvent.node(name, id, member));
    }

    void result(String resource, Element entry) {
        AlertEvent.resource(node.self(), resource, entry).ifPresent(this::tell);
    }

    /** Every command that was applied, in its order. */
    void applied(Command command, Applied result, boolean coordinates) {
        if (command instanceof Command.FencingDone done) {
            FencingRecord record = done.record();
            tell(AlertEvent.fencing(
                    record.target(),
                    record.action(),
                    record.executor(),
                    record.origin(),
                    record.succeeded(),
                    record.text()));
        } else if (command instanceof Command.ConfirmFenced confirm && result.isChanged()) {
            tell(AlertEvent.fencing(confirm.node(), "off", "a human", confirm.author(), true, ""));
        } else if (watchesAttributes && command instanceof Command.UpdateAttributes update) {
            result.state()
                    .node(update.node())
                    .ifPresent(status -> update.values().keySet().forEach(name -> look(status, name, coordinates)));
        } else if (watchesAttributes && command instanceof Command.WriteAttributes write) {
            for (NodeStatus status : result.state().nodes().values()) {
                write.names().forEach(name -> look(status, name, coordinates));
            }
        }
    }

    private void look(NodeStatus status, String name, boolean coordinates) {
        String now = status.attributes().instance().getOrDefault(name, "");
        String before = now.isEmpty() ? attributes.remove(key(status, name)) : attributes.put(key(status, name), now);
        if (coordinates && !now.equals(before == null ? "" : before)) {
            tell(AlertEvent.attribute(status.uname(), status.id(), name, now));
        }
    }

    private static String key(NodeStatus status, String name) {
        return status.uname() + "/" + name;
    }

    private void tell(AlertEvent event) {
        if (settings.wants(event.kind())) {
            sequence++;
            settings.calls(event, sequence, node.now().epochMillis())
                    .forEach(call -> node.emit(new NodeEffect.Alert(call)));
        }
    }
}
