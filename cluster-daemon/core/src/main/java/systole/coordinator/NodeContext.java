package systole.coordinator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import systole.kernel.NodeId;
import systole.state.ClusterState;
import systole.state.Command;
import systole.state.StateEffect;
import systole.state.StateInput;
import systole.state.StateProtocol;

/** What the parts of one node's core share during a step: the time, the state, and where effects go. */
final class NodeContext {
    private NodeSettings settings;
    private final SortedSet<NodeId> expectedLater = new TreeSet<>();
    private final StateProtocol protocol;
    private final Deque<StateEffect> unhandled = new ArrayDeque<>();
    private List<NodeEffect> effects = new ArrayList<>();
    private Moment now;
    private long submitted;

    NodeContext(NodeSettings settings, StateProtocol protocol, Moment start) {
        this.settings = settings;
        this.protocol = protocol;
        this.now = start;
    }

    void begin(Moment moment) {
        now = moment;
        effects = new ArrayList<>();
    }

    List<NodeEffect> effects() {
        return effects;
    }

    NodeSettings settings() {
        return settings;
    }

    /** The node list has changed. */
    void rename(SortedMap<NodeId, String> names) {
        settings = new NodeSettings(
                settings.id(), settings.name(), names, settings.seed(), settings.cores(), settings.detectionMillis());
    }

    /** These nodes were added while the cluster ran: nothing can run there before they are seen for the first time. */
    void expectLater(Collection<NodeId> nodes) {
        expectedLater.addAll(nodes);
    }

    void seen(Collection<NodeId> members) {
        expectedLater.removeAll(members);
    }

    /** The nodes of the list that may run something: all but those that were added and never seen. */
    SortedMap<NodeId, String> expectedNames() {
        SortedMap<NodeId, String> names = new TreeMap<>(settings.nodeNames());
        names.keySet().removeAll(expectedLater);
        return names;
    }

    String self() {
        return settings.name();
    }

    Moment now() {
        return now;
    }

    ClusterState state() {
        return protocol.state();
    }

    boolean isReady() {
        return protocol.isReady();
    }

    /** Nodes that must be known to be down before answers to durable changes go out; mostly empty. */
    SortedSet<String> awaited() {
        return protocol.awaited();
    }

    void emit(NodeEffect effect) {
        effects.add(effect);
    }

    void event(Timeline kind, String text, String... namesAndValues) {
        Map<String, String> facts = new LinkedHashMap<>();
        for (int i = 0; i + 1 < namesAndValues.length; i += 2) {
            facts.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        effects.add(new NodeEffect.Event(kind, text, facts));
    }

    void protocol(StateInput input) {
        unhandled.addAll(protocol.step(input));
    }

    /**
     * Sends a command to all.
     *
     * @return the number of the command among those of this node that are not durable, in the order of their delivery
     */
    long submit(Command command) {
        protocol(new StateInput.Submit(command));
        return command.isDurable() ? submitted : ++submitted;
    }

    void send(CoordinationMessage message) {
        protocol(new StateInput.Send(CoordinationCodec.kind(message), CoordinationCodec.encode(message)));
    }

    /** The next effect of the state protocol that nobody has dealt with. */
    StateEffect next() {
        return unhandled.remove();
    }

    boolean hasUnhandled() {
        return !unhandled.isEmpty();
    }
}
