package systole.api;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import systole.model.CibEdit;

/**
 * Everything that may be asked of a daemon. Texts that do not apply are empty. Who asks is not part of a request: the
 * daemon knows it from the socket's peer credentials.
 *
 * <p>Most commands of an administrator (stop a resource, standby, move) are changes of the configuration: the client
 * reads the CIB, computes edits, and sends {@link Configure} with the version it has read as guard.
 */
public sealed interface Request {
    /** How the cluster is: {@link Answer.Status} with facts and the whole CIB. */
    record Status() implements Request {}

    /** The CIB alone: {@link Answer.Cib}. */
    record ReadCib() implements Request {}

    /**
     * Changes the configuration: all edits or none, validated whole, answered when it is on the disks of a majority.
     *
     * @param guard {@code admin_epoch.epoch} on which the edits were computed; the change is refused with advice
     *     {@code READ_AGAIN} if the configuration has moved since. Empty: no guard.
     * @param message why, for the history
     * @param client name of the program, for {@code update-client}
     * @param force take it in spite of doubts (unknown option names); errors are refused none the less
     * @param check validate and answer, but change nothing
     */
    record Configure(List<CibEdit> edits, String guard, String message, String client, boolean force, boolean check)
            implements Request {
        public Configure {
            edits = List.copyOf(edits);
        }
    }

    /**
     * Forgets failures of a resource on a node; either may be empty for "all".
     *
     * @param operation only failures of this operation, with {@code intervalMillis}; empty for all
     * @param refresh forget the whole history, so that everything is probed anew
     */
    record Cleanup(String resource, String node, String operation, long intervalMillis, boolean refresh)
            implements Request {}

    /** Makes a node dead ({@code reboot}, {@code off}) or unfences it ({@code on}); answered when done or failed. */
    record Fence(String node, String action, long timeoutMillis) implements Request {}

    /** A person vouches that the node is off. */
    record ConfirmFence(String node) implements Request {}

    /** Finished and running fencing operations: {@link Answer.Events}, newest last. */
    record FenceHistory(String node) implements Request {}

    /** Forgets finished fencing operations; an empty node means all. */
    record ForgetFencing(String node) implements Request {}

    /**
     * Sets and removes attributes of a node; {@code value++} and {@code value+=N} count.
     *
     * @param lifetime {@code reboot} (status section), {@code forever} (configuration) or {@code private}
     * @param delayMillis dampening; negative leaves it as it is
     */
    record SetAttributes(
            String node, Map<String, String> values, List<String> remove, String lifetime, long delayMillis)
            implements Request {
        public SetAttributes {
            values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
            remove = List.copyOf(remove);
        }
    }

    /** Attributes as {@link Answer.Attributes}; an empty node or name means all. */
    record QueryAttributes(String node, String name, String lifetime) implements Request {}

    record SetTicket(String ticket, Map<String, String> attributes, List<String> remove) implements Request {
        public SetTicket {
            attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
            remove = List.copyOf(remove);
        }
    }

    /** Pretends that the resource failed on the node. */
    record FailResource(String resource, String node) implements Request {}

    /** Takes a node down in order; an empty name means the node that is asked. */
    record StopNode(String node) implements Request {}

    /** Forgets a node that is gone for good. */
    record ForgetNode(String node) implements Request {}

    /**
     * A one-time token for a machine that is to join: {@link Answer.Done} with its text.
     *
     * @param seconds for which it is valid
     */
    record MakeToken(long seconds) implements Request {}

    /** Takes a node out of the node list, on all nodes; answered when that is settled. Its daemon goes on. */
    record RemoveNode(String node) implements Request {}

    /**
     * The interconnect's file on the disk of the asked node is to become that of all nodes, as far as it changes only what
     * can change while daemons run: {@link Answer.Facts} with each changed value, and {@code config_version}.
     *
     * @param check say what would change, or why it is refused, and change nothing
     */
    record ReloadFile(boolean check) implements Request {}

    /** Ends the wait for nodes that were never seen ({@code wait_for_all}): they are down. Works without quorum. */
    record Unblock() implements Request {}

    /** Sets the expected votes of the partition that is asked; the nodes that are not in it are down. Works without quorum. */
    record SetExpectedVotes(int votes) implements Request {}

    /** Answered when nothing is planned, running or waiting, or refused after the time. */
    record Settle(long timeoutMillis) implements Request {}

    /** The last events of the timeline, oldest first: {@link Answer.Events}; {@code limit} 0 means all kept. */
    record History(int limit) implements Request {}

    /** Who changed the configuration, oldest first: {@link Answer.Changes}. */
    record Changes(int limit) implements Request {}

    /**
     * The configuration as it was after a change, or just before it: {@link Answer.Cib} that holds a
     * {@code configuration}. The newest 32 changes can be asked for.
     *
     * @param version {@code admin_epoch.epoch}
     */
    record ReadVersion(String version, boolean before) implements Request {}

    /**
     * Plans that the asked node made and that had something to do, oldest first: {@link Answer.Events} of kind {@code PLAN}
     * with {@code number}, {@code actions}, {@code version} and {@code file}; {@code limit} 0 means all kept.
     */
    record Plans(int limit) implements Request {}

    /** The whole CIB from which such a plan was made, with its {@code execution-date}: {@link Answer.Cib}. */
    record ReadPlan(String number) implements Request {}

    /** One {@link Answer.Events} for each event from now on, until the client closes. */
    record Watch() implements Request {}

    /** Links, ring and quorum as this node sees them: {@link Answer.Facts}. */
    record Ring() implements Request {}
}
