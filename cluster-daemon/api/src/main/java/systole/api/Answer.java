package systole.api;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import systole.kernel.ClusterException.Advice;
import systole.model.Element;

/** What a daemon answers. */
public sealed interface Answer {
    /** It is done and will stay done; {@code text} may be empty. */
    record Done(String text) implements Answer {}

    /**
     * It was refused or failed.
     *
     * @param whatHappened one clause that names the thing
     * @param remedy what to do, in the imperative
     */
    record Failed(Advice advice, String whatHappened, String remedy) implements Answer {}

    /** @param version {@code admin_epoch.epoch.num_updates} */
    record Cib(String version, Element cib) implements Answer {}

    /**
     * The state of the cluster.
     *
     * @param facts names and values: {@code node} (asked), {@code coordinator}, {@code quorate}, {@code incarnation},
     *     {@code version}, {@code transition} (idle, running, planning), {@code epochMillis}; further ones are shown as
     *     they are
     * @param warnings sentences an operator must see: fencing off, split risk, no time left
     * @param cib configuration and status
     */
    record Status(Map<String, String> facts, List<String> warnings, Element cib) implements Answer {
        public Status {
            facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
            warnings = List.copyOf(warnings);
        }
    }

    /** Plain names and values. */
    record Facts(Map<String, String> facts) implements Answer {
        public Facts {
            facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        }
    }

    record Attributes(List<Attribute> attributes) implements Answer {
        public Attributes {
            attributes = List.copyOf(attributes);
        }
    }

    record Attribute(String node, String name, String value) {}

    record Events(List<Event> events) implements Answer {
        public Events {
            events = List.copyOf(events);
        }
    }

    /**
     * Something that happened.
     *
     * @param atMillis milliseconds since 1970
     * @param kind a stable word, such as {@code FENCED}
     * @param facts names and values, in a fixed order
     */
    record Event(long atMillis, String node, String kind, String text, Map<String, String> facts) {
        public Event {
            facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        }
    }

    record Changes(List<Change> changes) implements Answer {
        public Changes {
            changes = List.copyOf(changes);
        }
    }

    /**
     * A change of the configuration that is in force.
     *
     * @param kept whether the configurations before and after it can still be read, and it can be undone
     */
    record Change(long atMillis, String version, String author, String origin, String summary, boolean kept) {}
}
