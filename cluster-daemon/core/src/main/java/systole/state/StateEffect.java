package systole.state;

import systole.group.Guarantee;
import systole.group.View;
import systole.kernel.ClusterException.Advice;
import systole.kernel.NodeId;

/** What {@link StateProtocol} asks of its owner, to be carried out in list order. */
public sealed interface StateEffect {
    /**
     * Writes one record to the log. When it (and all before it) is on disk for good, the shell says
     * {@link StateInput.Stored} with its number; one fsync may serve many records.
     */
    record Append(long record, byte[] bytes) implements StateEffect {}

    /**
     * Writes a snapshot that replaces the former snapshot and all log records up to this number; atomically: after a
     * crash there is the old or the new one. Answered by {@link StateInput.Stored}.
     */
    record SaveSnapshot(long record, byte[] bytes) implements StateEffect {}

    /** Hands bytes to the group. If it does not accept now, the shell keeps them and tries again, in order. */
    record Broadcast(Guarantee guarantee, byte[] payload) implements StateEffect {}

    /**
     * An ordered command was applied, on this node as on all. The effects of one step come in order, and
     * {@code result.state()} is the state right after the command.
     */
    record CommandApplied(NodeId sender, Command command, Applied result) implements StateEffect {}

    /** A message of the layers above, in its place in the order; sent in this view. */
    record DeliverCoordination(NodeId sender, int kind, byte[] body) implements StateEffect {}

    /** A message of the layers above arrived in another view than it was sent in, and is dropped on all nodes. */
    record DiscardCoordination(NodeId sender, int kind, byte[] body) implements StateEffect {}

    /** The members of the new view are known; until {@link Synchronized} nothing may be planned or started. */
    record ViewBegun(View view) implements StateEffect {}

    /**
     * All members now hold the same state and are ready.
     *
     * @param quorate whether the configuration can be changed; also the value for {@code have-quorum}
     */
    record Synchronized(View view, boolean quorate) implements StateEffect {}

    /** The votes of the view changed: writable or not from here on, in the same place of the order on all nodes. */
    record QuorumChanged(boolean quorate) implements StateEffect {}

    /** What became of a durable command of this node. */
    record Answer(String requestId, Result result) implements StateEffect {}

    sealed interface Result {}

    /** On the disks of a majority, or already so ({@code changed} false). Will not be lost. */
    record Committed(Version version, boolean changed) implements Result {}

    /** Not done; with {@link Advice#CHECK_STATE}: it may or may not take effect. */
    record Refused(Advice advice, String text, String remedy) implements Result {}

    /** Something an administrator should know. */
    record Notice(Severity severity, String text) implements StateEffect {}

    enum Severity {
        INFO,
        WARNING,
        ERROR
    }
}
