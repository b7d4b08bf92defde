package systole.coordinator;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import systole.alerts.AlertCall;
import systole.fencing.FenceRun;
import systole.group.Guarantee;
import systole.kernel.NodeId;
import systole.model.Element;
import systole.state.NodeList;
import systole.transition.AgentRequest;
import systole.witness.ContactEffect;

/** Everything that a node may ask of its shell. Carried out in the order given. */
public sealed interface NodeEffect {
    /**
     * Hand a message to the ordering layer. If that layer is full, the shell keeps this and all later ones, in order,
     * and offers them again.
     */
    record Send(Guarantee guarantee, byte[] payload) implements NodeEffect {}

    /**
     * Write one record to the state log; when it, and all before it, is on disk for good, say {@link NodeInput.Stored}.
     * One fsync may serve many.
     */
    record Append(long record, byte[] bytes) implements NodeEffect {}

    /** Write a snapshot, atomically, in place of the former one and of all records up to this; {@link NodeInput.Stored}. */
    record SaveSnapshot(long record, byte[] bytes) implements NodeEffect {}

    /** Run the scheduler on a worker; come back with {@link NodeInput.Planned}. A newer plan supersedes. */
    record Plan(long planId, Element cib, long epochMillis) implements NodeEffect {}

    /** Start a resource agent now. */
    record RunAgent(AgentRequest request) implements NodeEffect {}

    /** End that run early (TERM, then KILL of its tree); its result comes with status CANCELLED. */
    record KillAgent(long runId) implements NodeEffect {}

    /** Ask an agent for its meta-data and come back with {@link NodeInput.MetadataRead}; a cache is welcome. */
    record ReadMetadata(AgentName agent) implements NodeEffect {}

    /** Start a fence agent now. */
    record RunFenceAgent(FenceRun run) implements NodeEffect {}

    /** Call an alert program; nothing comes back. */
    record Alert(AlertCall call) implements NodeEffect {}

    /**
     * The ring consists of these nodes from now on, and the node list is this. A settled list belongs into the
     * interconnect's file, as far as this node is in it.
     *
     * @param ring nodes to listen and speak to, this one included; those that are about to leave too
     */
    record NodesChanged(SortedSet<NodeId> ring, NodeList list) implements NodeEffect {
        public NodesChanged {
            ring = Collections.unmodifiableSortedSet(new TreeSet<>(ring));
        }
    }

    /**
     * The node list that the ring may hand on to nodes outside that have an older one.
     *
     * @param order as {@link NodeList#order}; 0 with an empty list if there is none to hand on
     */
    record AnnounceNodes(long order, byte[] list) implements NodeEffect {}

    /** Tell whoever asked. */
    record Answer(long requestId, Reply reply) implements NodeEffect {}

    /** {@code NodeCore.state()} is another one now; at most one per step, after the effects it depends on. */
    record StateChanged() implements NodeEffect {}

    /**
     * A line of the timeline, for log, history and metrics.
     *
     * @param kind stable word: see {@link Timeline}
     * @param facts names and values, in a fixed order
     */
    record Event(Timeline kind, String text, Map<String, String> facts) implements NodeEffect {
        public Event {
            facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        }
    }

    /** Open, use or close the connection to the witness; comes back as {@link NodeInput.Witness}. */
    record Witness(ContactEffect effect) implements NodeEffect {}

    /** Say goodbye to the ring; nothing is delivered afterwards. */
    record LeaveGroup() implements NodeEffect {}

    /** The daemon is to end; the last effect a node ever gives. */
    record StopNode(StopReason reason, String text) implements NodeEffect {}

    /** Why the daemon ends. */
    enum StopReason {
        /** As asked, everything stopped or left running on purpose. */
        SHUTDOWN,
        /** The resources could not be stopped within {@code shutdown-escalation}. */
        ESCALATED,
        /** The others fenced this node: stay down (exit code 100). */
        FENCED,
        /** As FENCED with {@code fencing-reaction=panic}: reboot the machine. */
        PANIC,
        /** This node cannot be trusted any more. */
        BROKEN
    }
}
