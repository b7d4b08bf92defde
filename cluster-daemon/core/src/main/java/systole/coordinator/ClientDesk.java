package systole.coordinator;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import systole.graph.GraphAction;
import systole.graph.PrimitiveRef;
import systole.kernel.ClusterException.Advice;
import systole.kernel.NearestWord;
import systole.model.Element;
import systole.state.Applied;
import systole.state.ClusterState;
import systole.state.Command;
import systole.state.NodeStatus;
import systole.state.ResourceHistory;
import systole.state.StateEffect;
import systole.transition.AgentResult;
import systole.transition.HistoryEntries;
import systole.transition.OperationOrder;
import systole.transition.TransitionKey;

/** Takes what people and tools ask, turns it into commands, and answers each exactly once. */
final class ClientDesk {
    private static final String CLIENT_WAITER = "client:";
    /** Less than the 60 s for which clients wait. */
    private static final long DOUBT_NANOS = 45_000_000_000L;

    private static final String OUTSIDE = "00000000-0000-0000-0000-000000000000";

    /** What else the desk needs of its node. */
    interface Services {
        void fence(String target, String action, long timeoutMillis, String client, String waiter);
    }

    /** A client waits for the delivery of this node's command of that number. */
    private record Pending(long command, long requestId) {}

    /** @param sinceNanos when it was sent, or the members last came together */
    private record Durable(long requestId, long sinceNanos) {}

    private record Waiting(long requestId, long untilNanos) {}

    private final NodeContext node;
    private final Services services;
    private final String incarnation;
    private final Deque<Pending> pending = new ArrayDeque<>();
    private final Map<String, Durable> durable = new TreeMap<>();
    private final Map<Long, Waiting> settling = new TreeMap<>();
    private long appliedOwn;
    private long lastDurable;

    ClientDesk(NodeContext node, Services services, String incarnation) {
        this.node = node;
        this.services = services;
        this.incarnation = incarnation;
    }

    void request(long requestId, String author, ClientRequest request) {
        if (request instanceof ClientRequest.Configure configure) {
            durable(
                    requestId,
                    id -> new Command.Configure(
                            author,
                            node.self(),
                            id,
                            configure.guard(),
                            configure.edits(),
                            node.now().epochMillis(),
                            configure.message()));
        } else if (request instanceof ClientRequest.SetTicket ticket) {
            SortedMap<String, String> attributes = new TreeMap<>(ticket.attributes());
            ticket.remove().forEach(name -> attributes.put(name, ""));
            durable(
                    requestId,
                    id -> new Command.SetTicket(
                            author, id, ticket.ticket(), attributes, node.now().epochMillis()));
        } else if (request instanceof ClientRequest.SetAttributes set) {
            setAttributes(requestId, author, set);
        } else if (request instanceof ClientRequest.Cleanup cleanup) {
            if (cleanup.node().isEmpty() || isKnown(requestId, cleanup.node())) {
                await(requestId, cleanUp(cleanup));
            }
        } else if (request instanceof ClientRequest.Fence fence) {
            if (isKnown(requestId, fence.node())) {
                services.fence(fence.node(), fence.action(), fence.timeoutMillis(), author, CLIENT_WAITER + requestId);
            }
        } else if (request instanceof ClientRequest.ConfirmFence confirm) {
            await(
                    requestId,
                    node.submit(new Command.ConfirmFenced(
                            confirm.node(), author, node.now().epochMillis())));
        } else if (request instanceof ClientRequest.ForgetFencing forget) {
            await(requestId, node.submit(new Command.ForgetFencing(forget.node())));
        } else if (request instanceof ClientRequest.ForgetNode forget) {
            if (isKnown(requestId, forget.node())) {
                await(requestId, node.submit(new Command.ForgetNode(forget.node())));
            }
        } else if (request instanceof ClientRequest.FailResource fail) {
            if (isKnown(requestId, fail.node())) {
                fail(requestId, fail);
            }
        } else if (request instanceof ClientRequest.StopNode stop) {
            if (isKnown(requestId, stop.node())) {
                await(requestId, node.submit(shutdownWish(stop.node())));
            }
        } else if (request instanceof ClientRequest.Wait wait) {
            long until = node.now().nanos() + wait.timeoutMillis() * 1_000_000L;
            settling.put(requestId, new Waiting(requestId, until));
            node.send(new CoordinationMessage.AskSettled(node.self(), requestId));
        } else {
            throw new AssertionError("unknown request " + request);
        }
    }

    /** The attribute that makes the scheduler empty a node and let it go. */
    Command shutdownWish(String name) {
        return new Command.UpdateAttributes(
                name,
                Command.Lifetime.TRANSIENT,
                "instance_attributes",
                Map.of("shutdown", Long.toString(node.now().epochSeconds())),
                0,
                node.now().epochMillis());
    }

    /** A command of this node that is not durable came back in its place. */
    void ownCommandApplied(Applied result) {
        appliedOwn++;
        while (!pending.isEmpty() && pending.peek().command() <= appliedOwn) {
            long requestId = pending.remove().requestId();
            if (result.result() instanceof Applied.Refused refused) {
                answer(requestId, new Reply.Refused(refused.advice(), refused.text(), refused.remedy()));
            } else {
                answer(requestId, new Reply.Done(""));
            }
        }
    }

    /** The state protocol knows what became of a durable command. */
    void answered(StateEffect.Answer answer) {
        Durable asked = durable.remove(answer.requestId());
        if (asked == null) {
            return;
        }
        long requestId = asked.requestId();
        if (answer.result() instanceof StateEffect.Committed committed) {
            answer(requestId, new Reply.Done(committed.version().toString()));
        } else if (answer.result() instanceof StateEffect.Refused refused) {
            answer(requestId, new Reply.Refused(refused.advice(), refused.text(), refused.remedy()));
        }
    }

    /** Whether the waiter was a client of this desk; it has its answer now. */
    void fenced(String waiter, boolean succeeded, String text) {
        if (waiter.startsWith(CLIENT_WAITER)) {
            long requestId = Long.parseLong(waiter.substring(CLIENT_WAITER.length()));
            answer(
                    requestId,
                    succeeded
                            ? new Reply.Done("")
                            : new Reply.Refused(
                                    Advice.CHECK_STATE,
                                    "fencing failed: " + text,
                                    "look at the fence device (systole status), or switch the node off by hand and say"
                                            + " so: systole fence confirm NODE"));
        }
    }

    void settled(long requestId) {
        if (settling.remove(requestId) != null) {
            answer(requestId, new Reply.Done(""));
        }
    }

    /** The view changed: whoever waits for the coordinator asks the new one. */
    void askAgain() {
        durable.replaceAll(
                (id, asked) -> new Durable(asked.requestId(), node.now().nanos()));
        settling.keySet().forEach(requestId -> node.send(new CoordinationMessage.AskSettled(node.self(), requestId)));
    }

    void tick() {
        tellOfDoubt();
        for (Waiting waiting : List.copyOf(settling.values())) {
            if (waiting.untilNanos() <= node.now().nanos()) {
                settling.remove(waiting.requestId());
                answer(
                        waiting.requestId(),
                        new Reply.Refused(
                                Advice.RETRY_LATER,
                                "the cluster has not settled within the time given",
                                "look at systole status for what is under way, or wait longer"));
            }
        }
    }

    /** Whoever waits for the end of a doubt is told before the own patience ends, and told what is true. */
    private void tellOfDoubt() {
        if (durable.isEmpty()) {
            return;
        }
        String names = String.join(", ", node.awaited());
        if (names.isEmpty()) {
            return;
        }
        for (Map.Entry<String, Durable> entry : List.copyOf(durable.entrySet())) {
            if (entry.getValue().sinceNanos() + DOUBT_NANOS <= node.now().nanos()) {
                durable.remove(entry.getKey());
                answer(
                        entry.getValue().requestId(),
                        new Reply.Refused(
                                Advice.CHECK_STATE,
                                "the change is in force on " + node.self() + ", but it is not certain that it stays: "
                                        + names + " may have accepted others and is not known to be down",
                                "when " + names
                                        + " is fenced or back, look whether the change is there (systole history"
                                        + " changes); if you made sure that it is off: systole fence confirm "
                                        + names));
            }
        }
    }

    long deadlineNanos() {
        long first = Long.MAX_VALUE;
        if (!durable.isEmpty() && !node.awaited().isEmpty()) {
            for (Durable asked : durable.values()) {
                first = Math.min(first, asked.sinceNanos() + DOUBT_NANOS);
            }
        }
        for (Waiting waiting : settling.values()) {
            first = Math.min(first, waiting.untilNanos());
        }
        return first;
    }

    private interface DurableCommand {
        Command named(String requestId);
    }

    private void durable(long requestId, DurableCommand command) {
        String id = node.self() + ":" + incarnation + ":" + ++lastDurable;
        durable.put(id, new Durable(requestId, node.now().nanos()));
        node.submit(command.named(id));
    }

    private void await(long requestId, long command) {
        if (command <= appliedOwn) {
            answer(requestId, new Reply.Done(""));
        } else {
            pending.add(new Pending(command, requestId));
        }
    }

    private void answer(long requestId, Reply reply) {
        node.emit(new NodeEffect.Answer(requestId, reply));
    }

    private boolean isKnown(long requestId, String name) {
        ClusterState state = node.state();
        if (state.nodes().containsKey(name) || node.settings().nodeNames().containsValue(name)) {
            return true;
        }
        answer(
                requestId,
                new Reply.Refused(
                        Advice.FIX_REQUEST,
                        "there is no node '" + name + "'"
                                + NearestWord.hint(
                                        name, node.settings().nodeNames().values()),
                        "name one of the nodes that systole status shows"));
        return false;
    }

    private void setAttributes(long requestId, String author, ClientRequest.SetAttributes set) {
        if (!isKnown(requestId, set.node())) {
            return;
        }
        Map<String, String> values = new LinkedHashMap<>(set.values());
        set.remove().forEach(name -> values.put(name, ""));
        switch (set.lifetime()) {
            case FOREVER ->
                durable(
                        requestId,
                        id -> new Command.SetPermanent(
                                author,
                                node.self(),
                                id,
                                set.node(),
                                idOf(set.node()),
                                "instance_attributes",
                                values,
                                node.now().epochMillis()));
            case REBOOT, PRIVATE -> {
                Command.Lifetime lifetime = set.lifetime() == ClientRequest.Lifetime.PRIVATE
                        ? Command.Lifetime.PRIVATE
                        : Command.Lifetime.TRANSIENT;
                await(
                        requestId,
                        node.submit(new Command.UpdateAttributes(
                                set.node(),
                                lifetime,
                                "instance_attributes",
                                values,
                                Math.max(0, set.delayMillis()),
                                node.now().epochMillis())));
            }
        }
    }

    private String idOf(String name) {
        for (var entry : node.settings().nodeNames().entrySet()) {
            if (entry.getValue().equals(name)) {
                return Integer.toString(entry.getKey().value());
            }
        }
        return node.state().node(name).map(NodeStatus::id).orElse(name);
    }

    private long cleanUp(ClientRequest.Cleanup cleanup) {
        long last = 0;
        for (NodeStatus status : node.state().nodes().values()) {
            if (!cleanup.node().isEmpty() && !cleanup.node().equals(status.uname())) {
                continue;
            }
            Map<String, String> cleared = FailCounts.cleared(
                    status.attributes().instance(), cleanup.resource(), cleanup.operation(), cleanup.intervalMillis());
            if (!cleared.isEmpty()) {
                last = node.submit(new Command.UpdateAttributes(
                        status.uname(),
                        Command.Lifetime.TRANSIENT,
                        "instance_attributes",
                        cleared,
                        0,
                        node.now().epochMillis()));
            }
            for (ResourceHistory history : status.history().values()) {
                boolean named =
                        cleanup.resource().isEmpty() || cleanup.resource().equals(history.resource());
                if (named && (cleanup.refresh() || hasFailure(history, cleanup))) {
                    String entry =
                            cleanup.operation().isEmpty() ? "" : HistoryEntries.lastFailureId(history.resource());
                    last = node.submit(new Command.ForgetHistory(status.uname(), history.resource(), entry));
                }
            }
        }
        return last;
    }

    private static boolean hasFailure(ResourceHistory history, ClientRequest.Cleanup cleanup) {
        Element failure = history.operations().get(HistoryEntries.lastFailureId(history.resource()));
        if (failure == null) {
            return false;
        }
        return cleanup.operation().isEmpty()
                || (cleanup.operation().equals(failure.attribute("operation", ""))
                        && Long.toString(cleanup.intervalMillis()).equals(failure.attribute("interval", "0")));
    }

    private void fail(long requestId, ClientRequest.FailResource fail) {
        ResourceHistory history = node.state()
                .node(fail.node())
                .map(status -> status.history().get(fail.resource()))
                .orElse(null);
        if (history == null) {
            answer(
                    requestId,
                    new Reply.Refused(
                            Advice.FIX_REQUEST,
                            "'" + fail.resource() + "' has never been on node " + fail.node(),
                            "name a resource and a node on which it runs"));
            return;
        }
        PrimitiveRef resource =
                new PrimitiveRef(history.resource(), "", history.resourceClass(), history.provider(), history.type());
        OperationOrder order = new OperationOrder(
                new TransitionKey(0, -1, 0, OUTSIDE),
                resource,
                "asyncmon",
                fail.node(),
                node.state().node(fail.node()).map(NodeStatus::id).orElse(""),
                Map.of(GraphAction.META + "interval", "0"));
        AgentResult result = new AgentResult(
                0, 1, AgentResult.Status.DONE, "Simulated failure", node.now().epochMillis(), 0);
        Element entry = HistoryEntries.failure(order, result, node.now().epochMillis());
        await(
                requestId,
                node.submit(new Command.RecordOperations(fail.node(), List.of(Conductor.record(resource, entry)))));
    }
}
