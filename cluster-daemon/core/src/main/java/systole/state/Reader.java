package systole.state;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import systole.kernel.ByteSource;
import systole.kernel.ByteSource.Malformed;
import systole.model.CibEdit;
import systole.model.Element;

/** Reads what {@link Writer} wrote; whatever is not so raises {@link Malformed}. */
final class Reader {
    private static final int MAX_DEPTH = 200;

    final ByteSource in;
    private final List<String> words = new ArrayList<>();

    Reader(ByteSource in) {
        this.in = in;
    }

    String word() {
        int index = in.smallNumber();
        if (index == 0) {
            String text = in.text();
            words.add(text);
            return text;
        }
        if (index < 0 || index > words.size()) {
            throw new Malformed("refers to word " + index + " of " + words.size());
        }
        return words.get(index - 1);
    }

    <T> List<T> list(Supplier<T> item) {
        int count = in.count();
        List<T> items = new ArrayList<>(Math.min(count, 1024));
        for (int i = 0; i < count; i++) {
            items.add(item.get());
        }
        return items;
    }

    Map<String, String> map() {
        int count = in.count();
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            map.put(word(), in.text());
        }
        return map;
    }

    SortedMap<String, String> sortedMap() {
        return new TreeMap<>(map());
    }

    Element element() {
        return element(0);
    }

    private Element element(int depth) {
        if (depth > MAX_DEPTH) {
            throw new Malformed("elements are nested deeper than " + MAX_DEPTH);
        }
        String name = word();
        Map<String, String> attributes = map();
        String text = in.text();
        int count = in.count();
        List<Element> children = new ArrayList<>(Math.min(count, 1024));
        for (int i = 0; i < count; i++) {
            children.add(element(depth + 1));
        }
        return Element.of(name, attributes, children, text, 0);
    }

    Version version() {
        return new Version(in.number(), in.number(), in.number());
    }

    Position position() {
        return new Position(in.number(), in.number());
    }

    List<CibEdit> edits() {
        return list(this::edit);
    }

    private CibEdit edit() {
        int kind = in.octet();
        return switch (kind) {
            case 1 -> new CibEdit.Put(word(), element(), in.text());
            case 2 -> new CibEdit.Remove(in.text());
            case 3 -> new CibEdit.ReplaceConfiguration(configuration());
            default -> throw new Malformed("unknown kind of edit " + kind);
        };
    }

    private Element configuration() {
        Element element = element();
        if (!element.is("configuration")) {
            throw new Malformed("<" + element.name() + "> stands where the configuration should");
        }
        return element;
    }

    FencingRecord fencing() {
        return new FencingRecord(
                in.text(), in.text(), in.text(), in.text(), in.text(), in.flag(), in.text(), in.number());
    }

    ChangeRecord change() {
        return new ChangeRecord(in.text(), in.text(), in.text(), in.number(), version(), in.text(), edits());
    }

    NodeStatus node() {
        String uname = in.text();
        String id = in.text();
        Membership membership =
                new Membership(in.flag(), in.flag(), in.flag(), in.number(), in.number(), in.number(), in.flag());
        NodeAttributes attributes = new NodeAttributes(sortedMap(), sortedMap(), sortedMap(), sortedMap());
        SortedMap<String, ResourceHistory> history = new TreeMap<>();
        for (ResourceHistory entry : list(this::history)) {
            history.put(entry.resource(), entry);
        }
        NodeStatus node = new NodeStatus(uname, id, membership, attributes, history, sortedMap());
        if (!node.isRemote() && !NodeStatus.isNodeNumber(id)) {
            throw new Malformed("node " + uname + " has the id '" + id + "'");
        }
        return node;
    }

    private ResourceHistory history() {
        String resource = in.text();
        String resourceClass = word();
        String provider = word();
        String type = word();
        SortedMap<String, Element> operations = new TreeMap<>();
        for (Element operation : list(this::element)) {
            operations.put(operation.id(), operation);
        }
        return new ResourceHistory(resource, resourceClass, provider, type, operations);
    }

    ClusterState state() {
        Version version = version();
        Position position = position();
        SortedMap<String, String> attributes = sortedMap();
        Element configuration = element();
        SortedMap<String, NodeStatus> nodes = new TreeMap<>();
        for (NodeStatus node : list(this::node)) {
            nodes.put(node.uname(), node);
        }
        SortedMap<String, SortedMap<String, String>> tickets = new TreeMap<>();
        int count = in.count();
        for (int i = 0; i < count; i++) {
            tickets.put(in.text(), sortedMap());
        }
        return new ClusterState(
                version, position, attributes, configuration, nodes, tickets, list(this::fencing), list(this::change));
    }
}
