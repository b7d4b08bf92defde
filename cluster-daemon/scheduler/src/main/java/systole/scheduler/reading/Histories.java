package systole.scheduler.reading;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.model.Element;
import systole.scheduler.rules.Values;
import systole.scheduler.working.History;
import systole.scheduler.working.HistoryEntry;
import systole.scheduler.working.Node;
import systole.scheduler.working.StableSort;

/** The {@code lrm} part of node states as {@link History} objects. */
final class Histories {
    private static final Set<String> TASKS =
            Set.of("monitor", "start", "stop", "promote", "demote", "migrate_to", "migrate_from", "asyncmon");

    private final Set<Node> indexed = new HashSet<>();

    /** Histories of a node by name; made from its node state when first asked for. */
    void index(Node node) {
        if (node.state == null || !indexed.add(node)) {
            return;
        }
        for (Element lrm : node.state.children("lrm")) {
            for (Element resources : lrm.children("lrm_resources")) {
                for (Element xml : resources.children()) {
                    String id = xml.attribute("id");
                    if (xml.is("lrm_resource") && id != null) {
                        History history = read(xml, id, node);
                        node.histories.putIfAbsent(id, history);
                        node.everyHistory.add(history);
                    }
                }
            }
        }
    }

    /** The history of a resource name on a node, read or not. */
    @Nullable
    History of(Node node, String name) {
        index(node);
        return node.histories.get(name);
    }

    private static History read(Element xml, String id, Node node) {
        History history = new History(xml, id, node);
        List<HistoryEntry> entries = new ArrayList<>();
        List<Element> children = xml.children();
        for (int i = children.size() - 1; i >= 0; i--) {
            if (children.get(i).is("lrm_rsc_op")) {
                HistoryEntry entry = entry(children.get(i));
                if (entry != null) {
                    entries.add(entry);
                }
            }
        }
        StableSort.sort(entries, (a, b) -> HistoryOrder.compare(a.xml, b.xml, true));
        history.entries = entries;
        indexes(history);
        return history;
    }

    private static @Nullable HistoryEntry entry(Element xml) {
        String task = xml.attribute("operation");
        if (xml.attribute("id") == null || task == null) {
            return null;
        }
        long status = Values.integer(xml.attribute("op-status"));
        long rc = Values.integer(xml.attribute("rc-code"));
        boolean usable = status >= -1 && status <= 11 && status != 1 && rc >= 0 && rc <= 255;
        long interval = Math.max(0, Values.integer(xml.attribute("interval"), 0));
        if (!usable || (!tellsState(task) && interval == 0)) {
            return null;
        }
        long call = Values.integer(xml.attribute("call-id"), -1);
        long change = Values.integer(xml.attribute("last-rc-change"), -1);
        return new HistoryEntry(
                xml, task, interval, (int) call, (int) rc, (int) status, expected(xml), change < 0 ? -1 : change);
    }

    /**
     * Whether results of this operation say how a resource fares. Others, which some agents have of their own, are only known
     * to run, so that a recurring one is not begun anew with every plan.
     */
    static boolean tellsState(String task) {
        return TASKS.contains(task);
    }

    private static int expected(Element xml) {
        String key = xml.attribute("transition-key");
        if (key == null) {
            String magic = xml.attribute("transition-magic");
            if (magic == null || magic.indexOf(';') < 0) {
                return -1;
            }
            key = magic.substring(magic.indexOf(';') + 1);
        }
        int first = key.indexOf(':');
        int second = first < 0 ? -1 : key.indexOf(':', first + 1);
        int third = second < 0 ? -1 : key.indexOf(':', second + 1);
        return third < 0 ? -1 : (int) Values.integer(key.substring(second + 1, third), -1);
    }

    /** Start and stop index (input-and-status 16). */
    private static void indexes(History history) {
        int start = -1;
        int implied = -1;
        int stop = -1;
        int found = -1;
        for (int i = 0; i < history.entries.size(); i++) {
            HistoryEntry entry = history.entries.get(i);
            switch (entry.task) {
                case "stop" -> {
                    if (entry.status == HistoryEntry.DONE) {
                        stop = i;
                        found = -1;
                    }
                }
                case "start", "migrate_from" -> start = i;
                case "promote", "demote" -> implied = i;
                case "monitor" -> {
                    if (found < 0 && (entry.rc == 0 || entry.rc == 8)) {
                        found = i;
                    }
                }
                default -> {
                    // no start and no stop
                }
            }
        }
        history.stopIndex = stop;
        history.startIndex = start >= 0 ? start : implied >= 0 ? implied : found;
    }
}
