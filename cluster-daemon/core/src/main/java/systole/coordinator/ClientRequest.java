package systole.coordinator;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import systole.model.CibEdit;
import systole.state.NodeList;
import systole.state.Version;

/** What people, tools and agents may ask of a node. Texts that do not apply are empty. */
public sealed interface ClientRequest {
    /**
     * Change the configuration, all edits or none.
     *
     * @param guard refused if the configuration has another admin_epoch or epoch; {@link Version#NONE} for no guard
     */
    record Configure(List<CibEdit> edits, Version guard, String message) implements ClientRequest {
        public Configure {
            edits = List.copyOf(edits);
        }

        public Configure(List<CibEdit> edits, Version guard) {
            this(edits, guard, "");
        }
    }

    /**
     * Forget failures: all of a resource on a node, where {@code node} or {@code resource} may be empty for "all".
     *
     * @param operation only failures of this operation, with {@code intervalMillis}; empty for all
     * @param refresh forget the whole history, with or without failures, so that everything is probed anew
     */
    record Cleanup(String resource, String node, String operation, long intervalMillis, boolean refresh)
            implements ClientRequest {}

    /** Make a node dead (or {@code on}); answered when done or failed. {@code action}: reboot, off, on. */
    record Fence(String node, String action, long timeoutMillis) implements ClientRequest {}

    /** A person vouches that the node is down and nothing of it runs any more. */
    record ConfirmFence(String node) implements ClientRequest {}

    /**
     * Node attributes.
     *
     * @param values a value of {@code null} is written as the empty name in {@code remove}; {@code value++} and
     *     {@code value+=N} are expanded against the present value
     * @param lifetime where it is kept
     * @param delayMillis dampening; negative to leave it as it is
     */
    record SetAttributes(
            String node, Map<String, String> values, List<String> remove, Lifetime lifetime, long delayMillis)
            implements ClientRequest {
        public SetAttributes {
            values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
            remove = List.copyOf(remove);
        }
    }

    /** Where a node attribute lives. */
    enum Lifetime {
        /** In the status section, gone when the node leaves. */
        REBOOT,
        /** In the configuration. */
        FOREVER,
        /** In memory only, never in the CIB. */
        PRIVATE
    }

    record SetTicket(String ticket, Map<String, String> attributes, List<String> remove) implements ClientRequest {
        public SetTicket {
            attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
            remove = List.copyOf(remove);
        }
    }

    /** Pretend that the resource failed there. */
    record FailResource(String resource, String node) implements ClientRequest {}

    /** Take another node down in order: stop its resources, let it leave. */
    record StopNode(String node) implements ClientRequest {}

    /** Forget finished fencing operations of a node; empty for all. */
    record ForgetFencing(String node) implements ClientRequest {}

    /** Forget a node that is gone for good: its history and attributes. */
    record ForgetNode(String node) implements ClientRequest {}

    /**
     * Add a node to the cluster, or take one out, while it runs. Answered when it is settled: from then on the others
     * count without the former list.
     *
     * @param list the whole new list, with a higher version; {@code former} is empty
     */
    record ChangeNodes(NodeList list) implements ClientRequest {}

    /** Do not wait (any longer) for nodes that {@code wait_for_all} waits for: they are down. Works without quorum. */
    record Unblock() implements ClientRequest {}

    /** Expect so many votes, while the nodes last that are here now: the others are down. Works without quorum. */
    record ExpectVotes(int votes) implements ClientRequest {}

    /** Answered when nothing is planned, running or waiting to be planned, or refused after the time. */
    record Wait(long timeoutMillis) implements ClientRequest {}
}
