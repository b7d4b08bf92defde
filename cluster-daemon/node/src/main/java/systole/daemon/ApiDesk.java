package systole.daemon;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import systole.api.Answer;
import systole.api.Request;
import systole.coordinator.ClientRequest;
import systole.coordinator.Reply;
import systole.formats.CibValidation;
import systole.formats.Finding;
import systole.kernel.BadInputException;
import systole.kernel.ClusterException;
import systole.kernel.ClusterException.Advice;
import systole.model.CibEdits;
import systole.model.Element;
import systole.state.ChangeRecord;
import systole.state.ClusterState;
import systole.state.FencingRecord;
import systole.state.NodeAttributes;
import systole.state.NodeStatus;
import systole.state.Version;
import systole.transport.LineServer.Peer;

/**
 * Answers requests of people and tools: reads from the latest state, writes through the node loop. A change of the
 * configuration is validated whole before it is handed on.
 *
 * <p>Called on the threads of the API server, several at once; keeps no state of its own.
 */
final class ApiDesk {
    private static final Set<String> FORMING = Set.of("GATHER", "COMMIT", "RECOVERY");
    private static final int LONGEST_MESSAGE = 500;
    private static final long LONGEST_TOKEN_SECONDS = 86_400;

    private final NodeDoor node;
    private final EventBook events;
    private final PlanFiles plans;
    private final LongSupplier epochMillis;

    ApiDesk(NodeDoor node, EventBook events, PlanFiles plans, LongSupplier epochMillis) {
        this.node = node;
        this.events = events;
        this.plans = plans;
        this.epochMillis = epochMillis;
    }

    /**
     * @param author who asks, by peer credentials
     * @param visit identifies the connection; {@link #leave} with it ends a watch
     * @param answer called once, for a watch once for each event, on any thread; must not block
     */
    void handle(String author, Object visit, Request request, Consumer<Answer> answer) {
        try {
            if (!read(visit, request, answer)) {
                write(author, request, answer);
            }
        } catch (ClusterException e) {
            answer.accept(new Answer.Failed(e.advice(), String.valueOf(e.getMessage()), e.remedy()));
        }
    }

    /** Whether somebody may ask this now. */
    Gate.Verdict judge(Gate gate, Peer peer, Request request) {
        return gate.judge(peer, request, node.state(), node.isQuorate());
    }

    void leave(Object visit) {
        events.forget(visit);
    }

    private boolean read(Object visit, Request request, Consumer<Answer> answer) {
        if (request instanceof Request.Status) {
            answer.accept(status());
        } else if (request instanceof Request.ReadCib) {
            ClusterState state = node.state();
            answer.accept(new Answer.Cib(state.version().toString(), state.cib(node.isQuorate())));
        } else if (request instanceof Request.ReadVersion wanted) {
            answer.accept(Versions.read(node.state(), wanted.version(), wanted.before()));
        } else if (request instanceof Request.FenceHistory wanted) {
            answer.accept(fenceHistory(wanted.node()));
        } else if (request instanceof Request.QueryAttributes wanted) {
            answer.accept(attributes(wanted));
        } else if (request instanceof Request.History wanted) {
            answer.accept(new Answer.Events(events.last(wanted.limit())));
        } else if (request instanceof Request.Changes wanted) {
            answer.accept(changes(wanted.limit()));
        } else if (request instanceof Request.Plans wanted) {
            answer.accept(new Answer.Events(plans.list(node.name(), wanted.limit())));
        } else if (request instanceof Request.ReadPlan wanted) {
            answer.accept(plans.read(wanted.number()));
        } else if (request instanceof Request.Watch) {
            events.listen(visit, event -> answer.accept(new Answer.Events(List.of(event))));
        } else if (request instanceof Request.Ring) {
            answer.accept(new Answer.Facts(node.ring()));
        } else {
            return false;
        }
        return true;
    }

    private void write(String author, Request request, Consumer<Answer> answer) {
        if (request instanceof Request.Configure change) {
            configure(author, change, answer);
        } else if (request instanceof Request.StopNode stop
                && (stop.node().isEmpty() || stop.node().equals(node.name()))) {
            node.shutDown("asked by " + author);
            answer.accept(new Answer.Done(""));
        } else if (request instanceof Request.MakeToken token) {
            long seconds = Math.max(1, Math.min(LONGEST_TOKEN_SECONDS, token.seconds()));
            answer.accept(new Answer.Done(node.token(seconds)));
        } else if (request instanceof Request.RemoveNode remove) {
            node.remove(author, remove.node(), answer);
        } else if (request instanceof Request.ReloadFile reload) {
            node.reload(author, reload.check(), answer);
        } else {
            node.submit(author, translate(request), reply -> answer.accept(answerOf(reply)));
        }
    }

    private ClientRequest translate(Request request) {
        if (request instanceof Request.Cleanup it) {
            return new ClientRequest.Cleanup(
                    it.resource(), it.node(), it.operation(), it.intervalMillis(), it.refresh());
        }
        if (request instanceof Request.Fence it) {
            return new ClientRequest.Fence(it.node(), it.action(), it.timeoutMillis());
        }
        if (request instanceof Request.ConfirmFence it) {
            return new ClientRequest.ConfirmFence(it.node());
        }
        if (request instanceof Request.ForgetFencing it) {
            return new ClientRequest.ForgetFencing(it.node());
        }
        if (request instanceof Request.ForgetNode it) {
            return new ClientRequest.ForgetNode(it.node());
        }
        if (request instanceof Request.SetAttributes it) {
            return new ClientRequest.SetAttributes(
                    it.node().isEmpty() ? node.name() : it.node(),
                    it.values(),
                    it.remove(),
                    lifetime(it.lifetime()),
                    it.delayMillis());
        }
        if (request instanceof Request.SetTicket it) {
            return new ClientRequest.SetTicket(it.ticket(), it.attributes(), it.remove());
        }
        if (request instanceof Request.FailResource it) {
            return new ClientRequest.FailResource(it.resource(), it.node());
        }
        if (request instanceof Request.StopNode it) {
            return new ClientRequest.StopNode(it.node());
        }
        if (request instanceof Request.Unblock) {
            return new ClientRequest.Unblock();
        }
        if (request instanceof Request.SetExpectedVotes it) {
            return new ClientRequest.ExpectVotes(it.votes());
        }
        if (request instanceof Request.Settle it) {
            return new ClientRequest.Wait(it.timeoutMillis());
        }
        throw new AssertionError("unknown request " + request);
    }

    private static ClientRequest.Lifetime lifetime(String word) {
        return switch (word) {
            case "", "reboot" -> ClientRequest.Lifetime.REBOOT;
            case "forever" -> ClientRequest.Lifetime.FOREVER;
            case "private" -> ClientRequest.Lifetime.PRIVATE;
            default ->
                throw new BadInputException(
                        "lifetime", "'" + word + "' is no lifetime", "use reboot, forever or private");
        };
    }

    // ---- changes of the configuration -----------------------------------------------------------------------------

    private void configure(String author, Request.Configure change, Consumer<Answer> answer) {
        ClusterState state = node.state();
        Version guard = guard(change.guard());
        Element before = state.configuration();
        if (guard.isNone() || guard.sameConfiguration(state.version())) {
            Element after = CibEdits.apply(before, change.edits());
            List<Finding> findings = CibValidation.introduced(before, after, "configuration");
            Finding.refuse(Finding.atLeast(change.force() ? Finding.Severity.ERROR : Finding.Severity.DOUBT, findings));
        }
        if (change.check()) {
            answer.accept(new Answer.Done(""));
            return;
        }
        node.submit(
                author,
                new ClientRequest.Configure(change.edits(), guard, bounded(change.message())),
                reply -> answer.accept(answerOf(reply)));
    }

    private static String bounded(String message) {
        String line = message.replace('\n', ' ').strip();
        return line.length() <= LONGEST_MESSAGE ? line : line.substring(0, LONGEST_MESSAGE) + "…";
    }

    private static Version guard(String text) {
        if (text.isEmpty()) {
            return Version.NONE;
        }
        String[] parts = text.split("\\.");
        try {
            if (parts.length >= 2) {
                return new Version(Long.parseLong(parts[0]), Long.parseLong(parts[1]), 0);
            }
        } catch (NumberFormatException e) {
            throw badGuard(text);
        }
        throw badGuard(text);
    }

    private static BadInputException badGuard(String text) {
        return new BadInputException(
                "guard", "'" + text + "' is no version", "give admin_epoch.epoch as the CIB that was read has them");
    }

    static Answer answerOf(Reply reply) {
        if (reply instanceof Reply.Done done) {
            return new Answer.Done(done.text());
        }
        if (reply instanceof Reply.Refused refused) {
            return new Answer.Failed(refused.advice(), refused.whatHappened(), refused.remedy());
        }
        throw new AssertionError("unknown reply " + reply);
    }

    // ---- reads ----------------------------------------------------------------------------------------------------

    private Answer status() {
        ClusterState state = node.state();
        boolean quorate = node.isQuorate();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("node", node.name());
        facts.put("coordinator", state.coordinator().map(NodeStatus::uname).orElse(""));
        facts.put("quorate", Boolean.toString(quorate));
        facts.put("version", state.version().toString());
        facts.put("epochMillis", Long.toString(epochMillis.getAsLong()));
        node.facts().forEach(facts::putIfAbsent);
        List<String> warnings =
                warnings(quorate, facts.getOrDefault("lease", ""), node.ring().getOrDefault("phase", ""));
        return new Answer.Status(facts, warnings, state.cib(quorate));
    }

    /**
     * What a reader of the status must know before he believes it.
     *
     * @param lease in words, empty if none is waited for
     * @param phase of the ring, empty if it has not begun
     */
    static List<String> warnings(boolean quorate, String lease, String phase) {
        List<String> warnings = new ArrayList<>();
        if (FORMING.contains(phase)) {
            warnings.add("this node is in no ring now (" + phase + "): nodes and quorum are those of its last view;"
                    + " see systole corosync status");
        }
        if (!quorate) {
            warnings.add("this part of the cluster has no quorum: the configuration can only be read");
        }
        if (!lease.isEmpty()) {
            warnings.add(lease);
        }
        return warnings;
    }

    private Answer fenceHistory(String target) {
        List<Answer.Event> found = new ArrayList<>();
        for (FencingRecord record : node.state().fencing()) {
            if (target.isEmpty() || target.equals(record.target())) {
                Map<String, String> facts = new LinkedHashMap<>();
                facts.put("target", record.target());
                facts.put("action", record.action());
                facts.put("device", record.device());
                facts.put("executor", record.executor());
                facts.put("origin", record.origin());
                facts.put("succeeded", Boolean.toString(record.succeeded()));
                String words =
                        record.target() + " was " + (record.succeeded() ? "" : "not ") + "fenced (" + record.action()
                                + ") by " + record.executor() + " with " + record.device()
                                + (record.text().isEmpty() ? "" : ": " + record.text());
                found.add(new Answer.Event(
                        record.atMillis(),
                        record.executor(),
                        record.succeeded() ? "FENCED" : "FENCING_FAILED",
                        words,
                        facts));
            }
        }
        return new Answer.Events(found);
    }

    private Answer attributes(Request.QueryAttributes wanted) {
        List<Answer.Attribute> found = new ArrayList<>();
        for (NodeStatus each : node.state().nodes().values()) {
            if (!wanted.node().isEmpty() && !wanted.node().equals(each.uname())) {
                continue;
            }
            attributesOf(each, wanted.lifetime()).forEach((name, value) -> {
                if (wanted.name().isEmpty() || wanted.name().equals(name)) {
                    found.add(new Answer.Attribute(each.uname(), name, value));
                }
            });
        }
        return new Answer.Attributes(found);
    }

    private Map<String, String> attributesOf(NodeStatus each, String lifetime) {
        NodeAttributes all = each.attributes();
        Map<String, String> found = new java.util.TreeMap<>();
        switch (ApiDesk.lifetime(lifetime)) {
            case FOREVER ->
                node.state().configuration().child("nodes").stream()
                        .flatMap(nodes -> nodes.children("node").stream())
                        .filter(entry -> each.uname().equals(entry.attribute("uname")))
                        .flatMap(entry -> entry.children("instance_attributes").stream())
                        .flatMap(set -> set.children("nvpair").stream())
                        .forEach(pair -> found.putIfAbsent(pair.attribute("name", ""), pair.attribute("value", "")));
            case PRIVATE -> found.putAll(all.hidden());
            case REBOOT -> {
                found.putAll(all.instance());
                all.heldBack().forEach((name, value) -> {
                    if (value.isEmpty()) {
                        found.remove(name);
                    } else {
                        found.put(name, value);
                    }
                });
                found.putAll(all.hidden());
            }
        }
        return found;
    }

    private Answer changes(int limit) {
        List<ChangeRecord> all = node.state().changes();
        List<ChangeRecord> kept = limit <= 0 || limit >= all.size() ? all : all.subList(all.size() - limit, all.size());
        return new Answer.Changes(kept.stream()
                .map(change -> new Answer.Change(
                        change.atMillis(),
                        change.version().toString(),
                        change.author(),
                        change.origin(),
                        change.summary(),
                        !change.undo().isEmpty()))
                .toList());
    }

    /** For a request that cannot be read at all. */
    static Answer unreadable(BadInputException e) {
        return new Answer.Failed(Advice.FIX_REQUEST, String.valueOf(e.getMessage()), e.remedy());
    }
}
