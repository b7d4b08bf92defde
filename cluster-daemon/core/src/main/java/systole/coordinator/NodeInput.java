package systole.coordinator;

import java.util.List;
import java.util.Optional;
import systole.fencing.FenceRunResult;
import systole.graph.TransitionGraph;
import systole.group.GroupEvent;
import systole.kernel.NodeId;
import systole.model.Element;
import systole.transition.AgentResult;
import systole.witness.ContactInput;

/** Everything that may happen to a node above the ordering layer. The time comes beside it, as {@link Moment}. */
public sealed interface NodeInput {
    /** The ordering layer says something. */
    record Group(GroupEvent event) implements NodeInput {}

    /** The disk has everything up to this record. */
    record Stored(long record) implements NodeInput {}

    /** The moment {@code NodeCore.deadlineNanos()} has come; harmless when too early. */
    record Tick() implements NodeInput {}

    /**
     * The answer to {@link NodeEffect.Plan}.
     *
     * @param recheckBySeconds since the epoch, 0 for never (also in the graph's header)
     * @param notes warnings and errors of the scheduler, for the log
     */
    record Planned(long planId, TransitionGraph graph, long recheckBySeconds, List<String> notes) implements NodeInput {
        public Planned {
            notes = List.copyOf(notes);
        }
    }

    /** The scheduler could not make a plan of that state. */
    record PlanFailed(long planId, String reason) implements NodeInput {}

    /** The answer to {@link NodeEffect.RunAgent}. */
    record AgentFinished(AgentResult result) implements NodeInput {}

    /** The answer to {@link NodeEffect.RunFenceAgent}. */
    record FenceAgentFinished(FenceRunResult result) implements NodeInput {}

    /** The answer to {@link NodeEffect.ReadMetadata}: the agent's own XML, or nothing if it could not be had. */
    record MetadataRead(AgentName agent, Optional<Element> metadata) implements NodeInput {}

    /**
     * A process watch saw the main process of a started resource end: its monitors run at once. It is a reason to ask and
     * no result: a process may be replaced on purpose.
     */
    record ServiceDied(String resource) implements NodeInput {}

    /** The detector has stopped hearing a node; the view will follow. For the timeline only. */
    record Suspected(NodeId node) implements NodeInput {}

    /**
     * The watchdog counts and will end this node when it is no longer good.
     *
     * @param suffices a node without quorum is ended by it in any case (there is no pill disk that would keep it alive), so
     *     that others may rely on the time alone
     */
    record WatchdogArmed(long millis, boolean suffices) implements NodeInput {}

    /** A node outside the ring, of the list that this node has, told of a later node list. */
    record NodeListTold(NodeId from, byte[] list) implements NodeInput {}

    /** Something happened to the connection to the witness. */
    record Witness(ContactInput input) implements NodeInput {}

    /** Somebody wants something. Answered by exactly one {@link NodeEffect.Answer}. */
    record Request(long requestId, String author, ClientRequest request) implements NodeInput {}

    /** The administrator, or the system, wants the daemon to end: stop resources in order, then leave. */
    record Shutdown(String reason) implements NodeInput {}
}
