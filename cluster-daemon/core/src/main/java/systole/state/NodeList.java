package systole.state;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import systole.kernel.BadInputException;
import systole.kernel.NodeId;

/**
 * Who belongs to the cluster, as changed while it runs. A change has steps, each a durable command. A new node is first
 * listened to, without a vote, until it is there and has the state: the cluster is never one vote poorer for it. Then the
 * new list is in force together with the former one (a view must be quorate by both), and, when a majority of both has it
 * on disk, alone. So no view that knows only the former list and none that knows only this one can be quorate at the same
 * time.
 *
 * @param version grows with every change; the {@code config_version} of the interconnect's file
 * @param nodes the nodes of the list; never empty
 * @param arriving nodes of the list that have no vote yet, with those they will have
 * @param former the nodes before the change, until it is settled; then empty
 * @param text the interconnect's file that has this list, opaque here
 */
public record NodeList(
        long version,
        SortedMap<NodeId, Entry> nodes,
        SortedMap<NodeId, Integer> arriving,
        SortedMap<NodeId, Entry> former,
        String text) {
    private static final String END = "--";

    /** One node: its name and its votes. */
    public record Entry(String name, int votes) {}

    public NodeList {
        nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
        arriving = Collections.unmodifiableSortedMap(new TreeMap<>(arriving));
        former = Collections.unmodifiableSortedMap(new TreeMap<>(former));
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("a node list without nodes");
        }
    }

    /** A list in force as it is. */
    public NodeList(long version, SortedMap<NodeId, Entry> nodes, String text) {
        this(version, nodes, new TreeMap<>(), new TreeMap<>(), text);
    }

    /** Whether it is in force alone, and all have their votes. */
    public boolean isSettled() {
        return former.isEmpty() && arriving.isEmpty();
    }

    /** The end of the change. */
    public NodeList settled() {
        return new NodeList(version, withVotes(), text);
    }

    /** The step before: the same list, beside that of which the votes are now. */
    public NodeList joint(SortedMap<NodeId, Entry> before) {
        return new NodeList(version, withVotes(), new TreeMap<>(), before, text);
    }

    /**
     * Place in the order of all lists: the version, and for one version the steps of its change. There is one settled list of
     * a version, whoever has it: it is settled only when the step before is on the disks of a majority of both lists.
     */
    public long order() {
        return version * 4 + (!arriving.isEmpty() ? 0 : !former.isEmpty() ? 1 : 2);
    }

    /** Whether it says who is a node, without a former list beside it that may yet be all that remains. */
    public boolean isAgreed() {
        return former.isEmpty();
    }

    private SortedMap<NodeId, Entry> withVotes() {
        SortedMap<NodeId, Entry> all = new TreeMap<>(nodes);
        arriving.forEach((id, votes) -> all.computeIfPresent(id, (same, entry) -> new Entry(entry.name(), votes)));
        return all;
    }

    /** Whether this may follow that list (none: empty) as the next step, or as another change of that version. */
    static boolean mayFollow(NodeList next, Optional<NodeList> before, long guard) {
        if (before.isEmpty()) {
            return guard == 0;
        }
        NodeList list = before.get();
        if (!list.former.isEmpty()) {
            return next.equals(list.settled());
        }
        boolean newer = next.version > list.version;
        boolean step = next.version == list.version && !list.arriving.isEmpty() && next.arriving.isEmpty();
        return guard == list.version && (newer || step);
    }

    /** Votes by node. */
    public static SortedMap<NodeId, Integer> votes(SortedMap<NodeId, Entry> entries) {
        SortedMap<NodeId, Integer> votes = new TreeMap<>();
        entries.forEach((id, entry) -> votes.put(id, entry.votes()));
        return votes;
    }

    /** The list as it is handed on to other nodes. */
    public byte[] toBytes() {
        return encoded().getBytes(StandardCharsets.UTF_8);
    }

    /** @throws BadInputException if that is no list */
    public static NodeList fromBytes(byte[] bytes) {
        return decoded(new String(bytes, StandardCharsets.UTF_8));
    }

    /** One line for the version, one for each node, and the file behind them. */
    String encoded() {
        StringBuilder out = new StringBuilder().append(version).append('\n');
        nodes.forEach((id, entry) -> line(out, "node", id, entry));
        arriving.forEach((id, votes) -> line(out, "arriving", id, new Entry("", votes)));
        former.forEach((id, entry) -> line(out, "former", id, entry));
        return out.append(END).append('\n').append(text).toString();
    }

    private static void line(StringBuilder out, String word, NodeId id, Entry entry) {
        out.append(word).append(' ').append(id.value()).append(' ');
        out.append(entry.votes()).append(' ').append(entry.name()).append('\n');
    }

    /** @throws BadInputException if that is no list */
    static NodeList decoded(String encoded) {
        SortedMap<NodeId, Entry> nodes = new TreeMap<>();
        SortedMap<NodeId, Integer> arriving = new TreeMap<>();
        SortedMap<NodeId, Entry> former = new TreeMap<>();
        int at = encoded.indexOf('\n');
        try {
            long version = Long.parseLong(encoded.substring(0, at));
            while (true) {
                int end = encoded.indexOf('\n', at + 1);
                String line = encoded.substring(at + 1, end);
                at = end;
                if (line.equals(END)) {
                    return new NodeList(version, nodes, arriving, former, encoded.substring(at + 1));
                }
                String[] words = line.split(" ", 4);
                NodeId id = new NodeId(Integer.parseInt(words[1]));
                int votes = Integer.parseInt(words[2]);
                if (words[0].equals("arriving")) {
                    arriving.put(id, votes);
                } else {
                    (words[0].equals("node") ? nodes : former).put(id, new Entry(words[3], votes));
                }
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new BadInputException("node list", "is broken: " + e.getMessage(), "replace the node's disk state");
        }
    }
}
