package systole.graph;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One thing to be done, or one point to be passed.
 *
 * <p>{@link #attributes()} holds the parameters of the agent under their plain names and everything else as
 * {@code CRM_meta_*} (dashes become underscores). Times are milliseconds.
 */
public sealed interface GraphAction {
    /** Prefix of all attributes that are not parameters of the agent. */
    String META = "CRM_meta_";

    ActionHead head();

    Map<String, String> attributes();

    /** Ids of the nodes that are down once this action has succeeded; they need no separate detection. */
    List<String> downed();

    /** Run an agent on a node: start, stop, monitor, notify, migrate_to, cancel, delete … */
    record ResourceOperation(
            ActionHead head, PrimitiveRef primitive, Map<String, String> attributes, List<String> downed)
            implements GraphAction {
        public ResourceOperation {
            attributes = SortedAttributes.copyOf(attributes);
            downed = List.copyOf(downed);
            if (head.onNode().isEmpty()) {
                throw new IllegalArgumentException(head.operationKey() + " is a resource operation without node");
            }
        }
    }

    /**
     * Nothing to be run: confirmed at once when its inputs are. {@code maintenance} maps the id of a remote or guest
     * node to its maintenance mode, which is to be recorded ({@code maintenance_nodes} only).
     */
    record PseudoEvent(
            ActionHead head, Map<String, String> attributes, List<String> downed, Map<String, Boolean> maintenance)
            implements GraphAction {
        public PseudoEvent {
            attributes = SortedAttributes.copyOf(attributes);
            downed = List.copyOf(downed);
            maintenance = Attributes.ordered(maintenance);
        }
    }

    /**
     * Something that the cluster does itself: {@code stonith}, {@code do_shutdown}, {@code clear_failcount},
     * {@code lrm_delete}. {@code mode} is {@code cib} where only the status section is changed, else empty.
     */
    record ClusterEvent(
            ActionHead head,
            String mode,
            Optional<PrimitiveRef> primitive,
            Map<String, String> attributes,
            List<String> downed)
            implements GraphAction {
        public ClusterEvent {
            attributes = SortedAttributes.copyOf(attributes);
            downed = List.copyOf(downed);
        }

        public boolean isFencing() {
            return head.operation().equals("stonith");
        }

        /** {@code reboot}, {@code off} or {@code on}; empty if this is no fencing. */
        public String fencingAction() {
            return meta("stonith_action").orElse("");
        }
    }

    default int id() {
        return head().id();
    }

    default String operation() {
        return head().operation();
    }

    default String operationKey() {
        return head().operationKey();
    }

    /** The key that names this instance in full, whether or not it has a history id. */
    default String trueKey() {
        return head().internalOperationKey().isEmpty() ? head().operationKey() : head().internalOperationKey();
    }

    /** The value of {@code CRM_meta_NAME}. */
    default Optional<String> meta(String name) {
        return Optional.ofNullable(attributes().get(META + name));
    }

    /** Milliseconds; 0 for one-shot actions. */
    default long interval() {
        return number("interval", 0);
    }

    /** Milliseconds; 20000 if the graph does not say. */
    default long timeout() {
        return number("timeout", 20_000);
    }

    /** Milliseconds to wait on the node before the first run. */
    default long startDelay() {
        return number("start_delay", 0);
    }

    /** Return code that counts as success; 0 unless the scheduler expects something else. */
    default int targetRc() {
        return (int) number("op_target_rc", 0);
    }

    /** The configured {@code on-fail}, or empty for the default. */
    default String onFail() {
        return meta("on_fail").orElse("");
    }

    /** Whether the transition goes on without waiting for the result. */
    default boolean noWait() {
        return meta("op_no_wait").filter("true"::equals).isPresent();
    }

    private long number(String name, long fallback) {
        String value = attributes().get(META + name);
        if (value == null || value.isEmpty()) {
            return fallback;
        }
        try {
            return Long.parseLong(value.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    META + name + "=\"" + value + "\" of " + operationKey() + " is not a number", e);
        }
    }
}
