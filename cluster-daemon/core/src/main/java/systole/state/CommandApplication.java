package systole.state;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import systole.kernel.BadInputException;
import systole.kernel.ClusterException.Advice;
import systole.kernel.DateText;
import systole.kernel.NearestWord;
import systole.model.CibEdit;
import systole.model.CibEdits;
import systole.model.Element;
import systole.state.Applied.Part;

/** How each {@link Command} changes the state. A new command is found missing here by the error at the end. */
final class CommandApplication {
    private static final DateTimeFormatter LAST_WRITTEN = DateText.DATE.withZone(ZoneOffset.UTC);
    private static final int MOST_CHANGES = 100;
    private static final int MOST_UNDO = 32;
    private static final int MOST_FENCING = 500;

    private CommandApplication() {}

    static Applied apply(ClusterState state, Command command) {
        Applied applied = dispatch(state, command);
        ClusterState next = applied.state();
        if (command.isDurable() && applied.isChanged()) {
            Position position = state.position();
            next = next.with(new Position(position.lineage(), position.sequence() + 1));
        }
        if (applied.isChanged() && !applied.changed(Part.CONFIGURATION)) {
            next = next.with(state.version().nextUpdate());
        }
        return new Applied(next, applied.result());
    }

    private static Applied dispatch(ClusterState state, Command command) {
        if (command instanceof Command.RecordOperations record) {
            return recordOperations(state, record);
        }
        if (command instanceof Command.UpdateAttributes update) {
            return AttributeApplication.update(state, update);
        }
        if (command instanceof Command.WriteAttributes write) {
            return AttributeApplication.write(state, write);
        }
        if (command instanceof Command.Configure configure) {
            return configure(state, configure);
        }
        if (command instanceof Command.SetPermanent set) {
            return configure(
                    state,
                    new Command.Configure(
                            set.author(),
                            set.origin(),
                            set.requestId(),
                            Version.NONE,
                            List.of(PermanentAttributes.edit(state.configuration(), set)),
                            set.atMillis()));
        }
        if (command instanceof Command.ForgetHistory forget) {
            return forgetHistory(state, forget);
        }
        if (command instanceof Command.SetTicket ticket) {
            return setTicket(state, ticket);
        }
        if (command instanceof Command.ChangeNodes change) {
            return changeNodes(state, change);
        }
        if (command instanceof Command.FencingDone done) {
            return fencingDone(state, done);
        }
        if (command instanceof Command.ConfirmFenced confirm) {
            return confirmFenced(state, confirm);
        }
        if (command instanceof Command.NodeLeaving leaving) {
            return nodeLeaving(state, leaving);
        }
        if (command instanceof Command.RemoteNode remote) {
            return remoteNode(state, remote);
        }
        if (command instanceof Command.ForgetNode forget) {
            return forgetNode(state, forget);
        }
        if (command instanceof Command.ForgetFencing forget) {
            List<FencingRecord> kept = state.fencing().stream()
                    .filter(record ->
                            !forget.target().isEmpty() && !record.target().equals(forget.target()))
                    .toList();
            return kept.size() == state.fencing().size()
                    ? Applied.unchanged(state)
                    : Applied.changed(state.withFencing(kept), Part.FENCING);
        }
        throw new AssertionError("unknown command " + command);
    }

    private static Applied configure(ClusterState state, Command.Configure command) {
        if (!command.guard().isNone() && !command.guard().sameConfiguration(state.version())) {
            return Applied.refused(
                    state,
                    Advice.READ_AGAIN,
                    "the configuration has moved from " + command.guard() + " to " + state.version()
                            + lastChange(state),
                    "look at what changed since (systole history changes), and make the change again on the present"
                            + " version");
        }
        Element next;
        try {
            next = CibEdits.apply(state.configuration(), command.edits());
        } catch (BadInputException e) {
            return Applied.refused(state, e.advice(), String.valueOf(e.getMessage()), e.remedy());
        }
        if (next.equals(state.configuration())) {
            return Applied.unchanged(state);
        }
        Version version = state.version().nextEpoch();
        SortedMap<String, String> attributes = new TreeMap<>(state.cibAttributes());
        attributes.put("cib-last-written", LAST_WRITTEN.format(Instant.ofEpochMilli(command.atMillis())));
        attributes.put("update-origin", command.origin());
        attributes.put("update-client", "systole");
        attributes.put("update-user", command.author());
        List<CibEdit> undo = CibEdits.between(next, state.configuration());
        ChangeRecord change = new ChangeRecord(
                command.author(),
                command.origin(),
                command.requestId(),
                command.atMillis(),
                version,
                command.message().isEmpty() ? CibEdits.summary(command.edits()) : command.message(),
                undo);
        return Applied.changed(
                new ClusterState(
                        version,
                        state.position(),
                        attributes,
                        next,
                        state.nodes(),
                        state.tickets(),
                        state.fencing(),
                        bounded(state.changes(), change)),
                Part.CONFIGURATION);
    }

    private static String lastChange(ClusterState state) {
        if (state.changes().isEmpty()) {
            return "";
        }
        ChangeRecord last = state.changes().get(state.changes().size() - 1);
        return " (last by " + last.author() + ": " + last.summary() + ")";
    }

    static List<ChangeRecord> bounded(List<ChangeRecord> changes, ChangeRecord newest) {
        List<ChangeRecord> next = new ArrayList<>(changes);
        next.add(newest);
        if (next.size() > MOST_CHANGES) {
            next.remove(0);
        }
        int old = next.size() - MOST_UNDO - 1;
        if (old >= 0 && !next.get(old).undo().isEmpty()) {
            ChangeRecord c = next.get(old);
            next.set(
                    old,
                    new ChangeRecord(
                            c.author(), c.origin(), c.requestId(), c.atMillis(), c.version(), c.summary(), List.of()));
        }
        return next;
    }

    private static Applied recordOperations(ClusterState state, Command.RecordOperations command) {
        NodeStatus node = state.nodes().get(command.node());
        if (node == null) {
            return unknownNode(state, command.node());
        }
        SortedMap<String, ResourceHistory> history = new TreeMap<>(node.history());
        boolean changed = false;
        for (OperationRecord record : command.records()) {
            ResourceHistory before = history.get(record.resource());
            if (before == null) {
                before = new ResourceHistory(
                        record.resource(), record.resourceClass(), record.provider(), record.type(), new TreeMap<>());
            }
            ResourceHistory after = before.with(record);
            if (!after.equals(before)) {
                changed = true;
                history.put(record.resource(), after);
            }
        }
        return changed
                ? Applied.changed(state.with(node.withHistory(history)), Part.HISTORY)
                : Applied.unchanged(state);
    }

    private static Applied unknownNode(ClusterState state, String node) {
        return Applied.refused(
                state,
                Advice.FIX_REQUEST,
                "nothing is known of a node '" + node + "'"
                        + NearestWord.hint(node, state.nodes().keySet()),
                "name one of the nodes that systole status shows");
    }

    private static Applied forgetHistory(ClusterState state, Command.ForgetHistory command) {
        if (!command.node().isEmpty() && !state.nodes().containsKey(command.node())) {
            return unknownNode(state, command.node());
        }
        SortedMap<String, NodeStatus> nodes = new TreeMap<>(state.nodes());
        boolean changed = false;
        for (NodeStatus node : state.nodes().values()) {
            if (!command.node().isEmpty() && !command.node().equals(node.uname())) {
                continue;
            }
            SortedMap<String, ResourceHistory> history = new TreeMap<>(node.history());
            if (forget(history, command)) {
                nodes.put(node.uname(), node.withHistory(history));
                changed = true;
            }
        }
        return changed ? Applied.changed(state.withNodes(nodes), Part.HISTORY) : Applied.unchanged(state);
    }

    private static boolean forget(SortedMap<String, ResourceHistory> history, Command.ForgetHistory command) {
        boolean changed = false;
        for (ResourceHistory entry : List.copyOf(history.values())) {
            if (!command.resource().isEmpty() && !command.resource().equals(entry.resource())) {
                continue;
            }
            if (command.operation().isEmpty()) {
                history.remove(entry.resource());
                changed = true;
            } else if (entry.operations().containsKey(command.operation())) {
                ResourceHistory rest = entry.without(command.operation());
                if (rest.operations().isEmpty()) {
                    history.remove(entry.resource());
                } else {
                    history.put(entry.resource(), rest);
                }
                changed = true;
            }
        }
        return changed;
    }

    private static Applied setTicket(ClusterState state, Command.SetTicket command) {
        SortedMap<String, String> before = state.tickets().getOrDefault(command.ticket(), new TreeMap<>());
        SortedMap<String, String> after = new TreeMap<>(before);
        for (Map.Entry<String, String> entry : command.attributes().entrySet()) {
            if (entry.getValue().isEmpty()) {
                after.remove(entry.getKey());
            } else {
                after.put(entry.getKey(), entry.getValue());
            }
        }
        if (after.equals(before) && state.tickets().containsKey(command.ticket())) {
            return Applied.unchanged(state);
        }
        SortedMap<String, SortedMap<String, String>> tickets = new TreeMap<>(state.tickets());
        tickets.put(command.ticket(), after);
        return Applied.changed(state.withTickets(tickets), Part.TICKETS);
    }

    private static Applied fencingDone(ClusterState state, Command.FencingDone command) {
        FencingRecord record = command.record();
        List<FencingRecord> fencing = new ArrayList<>(state.fencing());
        fencing.add(record);
        if (fencing.size() > MOST_FENCING) {
            fencing = fencing.subList(fencing.size() - MOST_FENCING / 2, fencing.size());
        }
        ClusterState recorded = state.withFencing(fencing);
        if (!record.succeeded() || record.action().equals("on")) {
            return Applied.changed(recorded, Part.FENCING);
        }
        NodeStatus target = state.nodes().get(record.target());
        if (target != null && target.joinedAt() != command.joinedAt()) {
            // It was shot, came back and joined while the agent was still talking: what it runs now is news, also if it
            // was lost again meanwhile.
            return Applied.changed(recorded, Part.FENCING);
        }
        if (target == null && configuredId(state, record.target()).isEmpty()) {
            return Applied.changed(recorded, Part.FENCING);
        }
        return new Applied(
                recorded.with(erased(recorded, record.target())),
                new Applied.Changed(EnumSet.of(Part.FENCING, Part.NODES)));
    }

    private static Applied confirmFenced(ClusterState state, Command.ConfirmFenced command) {
        Optional<NodeStatus> node = state.node(command.node());
        if (node.isPresent() && node.get().isMember()) {
            return Applied.refused(
                    state,
                    Advice.FIX_REQUEST,
                    "node " + command.node() + " is a member of the cluster right now, so it is not off",
                    "switch it off first, or fence it: systole node fence " + command.node());
        }
        if (node.isEmpty() && configuredId(state, command.node()).isEmpty()) {
            return unknownNode(state, command.node());
        }
        FencingRecord record = new FencingRecord(
                command.node(),
                "off",
                FencingRecord.BY_HAND,
                FencingRecord.BY_HAND,
                command.author(),
                true,
                "",
                command.atMillis());
        long joinedAt = node.map(NodeStatus::joinedAt).orElse(-1L);
        return fencingDone(state, new Command.FencingDone(record, joinedAt));
    }

    private static NodeStatus erased(ClusterState state, String uname) {
        NodeStatus before = state.nodes().get(uname);
        if (before == null) {
            before = NodeStatus.unseen(uname, configuredId(state, uname).orElse(uname));
        }
        NodeStatus after = before.withHistory(new TreeMap<>()).with(NodeAttributes.NONE);
        return after.with(before.membership().afterFencing());
    }

    private static Optional<String> configuredId(ClusterState state, String uname) {
        for (Element section : state.configuration().children("nodes")) {
            for (Element node : section.children("node")) {
                if (uname.equals(node.attribute("uname")) && NodeStatus.isNodeNumber(node.id())) {
                    return Optional.of(node.id());
                }
            }
        }
        return Optional.empty();
    }

    private static Applied nodeLeaving(ClusterState state, Command.NodeLeaving command) {
        NodeStatus node = state.nodes().get(command.node());
        if (node == null) {
            return unknownNode(state, command.node());
        }
        if (!node.membership().expected()) {
            return Applied.unchanged(state);
        }
        return Applied.changed(
                state.with(node.with(node.membership().leaving())
                        .with(node.attributes().withoutWatchdog())),
                Part.NODES);
    }

    private static Applied remoteNode(ClusterState state, Command.RemoteNode command) {
        NodeStatus before = state.nodes().get(command.node());
        if (before != null && !before.isRemote()) {
            return Applied.refused(
                    state,
                    Advice.FIX_REQUEST,
                    "node " + command.node() + " is a member of the ring, not a remote node",
                    "give the remote node a name of its own");
        }
        NodeStatus node = before == null ? NodeStatus.unseen(command.node(), command.node()) : before;
        SortedMap<String, String> attributes = new TreeMap<>(node.remote());
        attributes.put("remote_node", "true");
        for (Map.Entry<String, String> entry : command.attributes().entrySet()) {
            if (entry.getValue().isEmpty()) {
                attributes.remove(entry.getKey());
            } else {
                attributes.put(entry.getKey(), entry.getValue());
            }
        }
        return before != null && attributes.equals(before.remote())
                ? Applied.unchanged(state)
                : Applied.changed(state.with(node.withRemote(attributes)), Part.NODES);
    }

    private static Applied forgetNode(ClusterState state, Command.ForgetNode command) {
        NodeStatus node = state.nodes().get(command.node());
        if (node == null) {
            return Applied.unchanged(state);
        }
        if (node.isMember()) {
            return Applied.refused(
                    state,
                    Advice.FIX_REQUEST,
                    "node " + command.node() + " is a member of the cluster right now",
                    "stop the node before removing it: systole cluster stop, on " + command.node());
        }
        SortedMap<String, NodeStatus> nodes = new TreeMap<>(state.nodes());
        nodes.remove(command.node());
        return Applied.changed(state.withNodes(nodes), Part.NODES);
    }

    private static Applied changeNodes(ClusterState state, Command.ChangeNodes command) {
        Optional<NodeList> present = state.nodeList();
        NodeList next = command.list();
        if (present.isPresent() && present.get().equals(next)) {
            return Applied.unchanged(state);
        }
        if (!NodeList.mayFollow(next, present, command.guard())) {
            boolean changing = present.isPresent() && !present.get().isSettled();
            return Applied.refused(
                    state,
                    changing ? Advice.RETRY_LATER : Advice.READ_AGAIN,
                    changing
                            ? "another change of the node list is under way"
                            : "the node list has moved to version "
                                    + present.map(NodeList::version).orElse(0L),
                    "look at it (systole corosync show), and make the change again when it is in force");
        }
        return Applied.changed(state.with(next), Part.NODE_LIST);
    }
}
