package systole.coordinator;

import java.util.List;
import systole.fencing.FenceOrder;
import systole.fencing.FenceReport;
import systole.transition.OperationOrder;
import systole.transition.TransitionKey;

/** What the nodes' cores say to each other beside the commands that change the state. Ordered, bound to one view. */
sealed interface CoordinationMessage {
    /** The coordinator hands out work; each node takes what is for it. The pending entries were sent as a command. */
    record Execute(long sentEpochMillis, List<OperationOrder> orders) implements CoordinationMessage {
        public Execute {
            orders = List.copyOf(orders);
        }
    }

    /** The end of an order that leaves no entry in the history. */
    record Acknowledge(TransitionKey key, int rc, int status) implements CoordinationMessage {}

    /** This node is empty now and may leave. */
    record LeaveNow(String node) implements CoordinationMessage {}

    /** Another node knows that this one leaves in order; now it can go without being taken for lost. */
    record Goodbye(String node) implements CoordinationMessage {}

    record Fence(FenceOrder order) implements CoordinationMessage {}

    record FenceFailed(FenceReport report) implements CoordinationMessage {}

    /** The node that works off an order asks another one for a device that it cannot use itself. */
    record FencePart(FenceOrder part) implements CoordinationMessage {}

    /** How that went; only the node that asked draws conclusions. */
    record FencePartDone(FenceReport report) implements CoordinationMessage {}

    /** The node that works off an order has all devices of a level off and puts them on again from now on, or that is over. */
    record FenceRestores(FenceOrder order, boolean over) implements CoordinationMessage {}

    /** A client of that node wants to know when the coordinator has nothing left to do. */
    record AskSettled(String node, long requestId) implements CoordinationMessage {}

    record Settled(String node, long requestId) implements CoordinationMessage {}

    /** Of a later version: nothing to do with it. */
    record Unknown(int kind) implements CoordinationMessage {}
}
