package systole.state;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import systole.kernel.ByteSink;
import systole.model.CibEdit;
import systole.model.Element;

/** Writes the values of the state. Names that come again ({@link #word}) are written once and then referred to. */
final class Writer {
    final ByteSink out = new ByteSink();
    private final Map<String, Integer> words = new LinkedHashMap<>();

    void word(String text) {
        Integer known = words.get(text);
        if (known == null) {
            out.number(0).text(text);
            words.put(text, words.size() + 1);
        } else {
            out.number(known);
        }
    }

    void map(Map<String, String> map) {
        out.number(map.size());
        for (Map.Entry<String, String> entry : map.entrySet()) {
            word(entry.getKey());
            out.text(entry.getValue());
        }
    }

    void element(Element element) {
        word(element.name());
        map(element.attributes());
        out.text(element.text());
        out.number(element.children().size());
        for (Element child : element.children()) {
            element(child);
        }
    }

    void version(Version version) {
        out.number(version.adminEpoch()).number(version.epoch()).number(version.numUpdates());
    }

    void position(Position position) {
        out.number(position.lineage()).number(position.sequence());
    }

    void edits(List<CibEdit> edits) {
        out.number(edits.size());
        for (CibEdit edit : edits) {
            if (edit instanceof CibEdit.Put put) {
                out.octet(1);
                word(put.parent());
                element(put.element());
                out.text(put.before());
            } else if (edit instanceof CibEdit.Remove remove) {
                out.octet(2).text(remove.id());
            } else if (edit instanceof CibEdit.ReplaceConfiguration replace) {
                out.octet(3);
                element(replace.configuration());
            } else {
                throw new AssertionError("edit without a format: " + edit);
            }
        }
    }

    void fencing(FencingRecord record) {
        out.text(record.target())
                .text(record.action())
                .text(record.device())
                .text(record.executor())
                .text(record.origin())
                .flag(record.succeeded())
                .text(record.text())
                .number(record.atMillis());
    }

    void change(ChangeRecord change) {
        out.text(change.author()).text(change.origin()).text(change.requestId()).number(change.atMillis());
        version(change.version());
        out.text(change.summary());
        edits(change.undo());
    }

    void node(NodeStatus node) {
        out.text(node.uname()).text(node.id());
        Membership membership = node.membership();
        out.flag(membership.member())
                .flag(membership.ready())
                .flag(membership.expected())
                .number(membership.joinedAt())
                .number(membership.memberSince())
                .number(membership.readySince())
                .flag(membership.fenced());
        NodeAttributes attributes = node.attributes();
        map(attributes.instance());
        map(attributes.utilization());
        map(attributes.heldBack());
        map(attributes.hidden());
        out.number(node.history().size());
        for (ResourceHistory history : node.history().values()) {
            out.text(history.resource());
            word(history.resourceClass());
            word(history.provider());
            word(history.type());
            out.number(history.operations().size());
            for (Element operation : history.operations().values()) {
                element(operation);
            }
        }
        map(node.remote());
    }

    void state(ClusterState state) {
        version(state.version());
        position(state.position());
        map(state.cibAttributes());
        element(state.configuration());
        out.number(state.nodes().size());
        state.nodes().values().forEach(this::node);
        out.number(state.tickets().size());
        for (Map.Entry<String, SortedMap<String, String>> ticket :
                state.tickets().entrySet()) {
            out.text(ticket.getKey());
            map(ticket.getValue());
        }
        out.number(state.fencing().size());
        state.fencing().forEach(this::fencing);
        out.number(state.changes().size());
        state.changes().forEach(this::change);
    }
}
