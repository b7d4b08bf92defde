package systole.state;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import systole.model.CibEdit;

/**
 * Everything that can change the {@link ClusterState}, apart from views. Ordered, the same on all nodes; whatever depends
 * on time carries it (milliseconds since 1970).
 */
public sealed interface Command {
    /** Whether the command is sent safe, needs a quorum, and is written to the log before anybody is answered. */
    default boolean isDurable() {
        return false;
    }

    /**
     * Changes the configuration, all edits or none.
     *
     * @param guard the change is refused if admin_epoch or epoch differ from this; {@link Version#NONE}: no guard
     * @param requestId unique in the cluster ({@code uname:incarnation:number})
     * @param origin node and program from which it came, for {@code update-origin} and history
     * @param message what it is for, in the words of who asked; empty: the history says which objects were set
     */
    record Configure(
            String author,
            String origin,
            String requestId,
            Version guard,
            List<CibEdit> edits,
            long atMillis,
            String message)
            implements Command {
        public Configure {
            edits = List.copyOf(edits);
        }

        public Configure(
                String author, String origin, String requestId, Version guard, List<CibEdit> edits, long atMillis) {
            this(author, origin, requestId, guard, edits, atMillis, "");
        }

        @Override
        public boolean isDurable() {
            return true;
        }
    }

    /**
     * Grants, revokes or annotates a ticket; the given attributes of {@code ticket_state} are set, those with empty
     * value removed. Durable: a ticket survives the restart of the whole cluster.
     */
    record SetTicket(
            String author, String requestId, String ticket, SortedMap<String, String> attributes, long atMillis)
            implements Command {
        public SetTicket {
            attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
        }

        @Override
        public boolean isDurable() {
            return true;
        }
    }

    /**
     * Sets permanent attributes of a node, which are configuration. Only the values travel: several nodes and clients may
     * set different attributes of one node at the same time, and none of them is lost.
     *
     * @param nodeId id of the {@code node} element, if it has to be made
     * @param setType {@code instance_attributes} or {@code utilization}
     * @param values as of {@link UpdateAttributes}
     */
    record SetPermanent(
            String author,
            String origin,
            String requestId,
            String node,
            String nodeId,
            String setType,
            Map<String, String> values,
            long atMillis)
            implements Command {
        public SetPermanent {
            values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        }

        @Override
        public boolean isDurable() {
            return true;
        }
    }

    /**
     * Changes the node list, or settles a change ({@link NodeList}).
     *
     * @param guard version of the list that it was made from, 0 if the cluster has none yet
     */
    record ChangeNodes(String author, String requestId, long guard, NodeList list, long atMillis) implements Command {
        @Override
        public boolean isDurable() {
            return true;
        }
    }

    /** Results of operations, or pending entries, of one node. */
    record RecordOperations(String node, List<OperationRecord> records) implements Command {
        public RecordOperations {
            records = List.copyOf(records);
        }
    }

    /**
     * Takes entries out of the operation history.
     *
     * @param node empty: all nodes
     * @param resource empty: all resources
     * @param operation id of one {@code lrm_rsc_op}; empty: the whole entry of the resource
     */
    record ForgetHistory(String node, String resource, String operation) implements Command {}

    /** Where a node attribute lives. Permanent ones are configuration, see {@code systole.attributes}. */
    enum Lifetime {
        /** In the status section, until the node leaves. */
        TRANSIENT,
        /** As transient, but only for queries: not in the CIB, no effect on plans. */
        PRIVATE
    }

    /**
     * Sets attributes of one node.
     *
     * @param setType {@code instance_attributes} or {@code utilization}
     * @param values new values by name; empty removes; {@code value++} and {@code value+=N} count (see
     *     {@link systole.model.ScoreUpdate})
     * @param dampenMillis if above 0, changed values are held back until {@link WriteAttributes} names them
     */
    record UpdateAttributes(
            String node,
            Lifetime lifetime,
            String setType,
            Map<String, String> values,
            long dampenMillis,
            long atMillis)
            implements Command {
        public UpdateAttributes {
            values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        }
    }

    /** Writes the values held back by dampening, of all nodes, for these names. Sent by the coordinator's timer. */
    record WriteAttributes(List<String> names) implements Command {
        public WriteAttributes {
            names = List.copyOf(names);
        }
    }

    /**
     * A fencing operation ended.
     *
     * @param joinedAt the target's {@link NodeStatus#joinedAt} when fencing was decided: if it has joined anew since
     *     (a slow agent, a fast boot), a success is recorded but erases nothing; -1 if not known to have joined
     */
    record FencingDone(FencingRecord record, long joinedAt) implements Command {}

    /** A person vouches that the node is off. Refused while it is a member. */
    record ConfirmFenced(String node, String author, long atMillis) implements Command {}

    /** The node's resources are stopped (or deliberately left running) and it is about to leave: expected down. */
    record NodeLeaving(String node) implements Command {}

    /**
     * State of a remote or guest node, as the node that hosts its connection sees it.
     *
     * @param attributes of {@code node_state}: {@code in_ccm}, {@code node_fenced}, {@code node_in_maintenance};
     *     those with empty value are removed
     */
    record RemoteNode(String node, SortedMap<String, String> attributes) implements Command {
        public RemoteNode {
            attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
        }
    }

    /** Forgets a node that is not a member, with its history and attributes. */
    record ForgetNode(String node) implements Command {}

    /** Forgets finished fencing operations; an empty target means all. */
    record ForgetFencing(String target) implements Command {}
}
