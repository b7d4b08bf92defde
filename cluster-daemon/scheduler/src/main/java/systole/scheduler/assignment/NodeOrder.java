package systole.scheduler.assignment;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.model.Score;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Decision;
import systole.scheduler.working.Node;
import systole.scheduler.working.NodeTable;
import systole.scheduler.working.Options;
import systole.scheduler.working.StableSort;

/** Which of two nodes is better (assignment, section 11). */
public final class NodeOrder {
    private final Cluster cluster;

    public NodeOrder(Cluster cluster) {
        this.cluster = cluster;
    }

    /** What settled a comparison: the size of what {@link #compare} gives. */
    private static final Decision.Rule[] RULES = {
        Decision.Rule.SCORE, Decision.Rule.CAPACITY, Decision.Rule.LOAD, Decision.Rule.STAYS, Decision.Rule.NAME
    };

    private static final int BY_SCORE = 1;
    private static final int BY_CAPACITY = 2;
    private static final int BY_LOAD = 3;
    private static final int BY_PREFERENCE = 4;
    private static final int BY_NAME = 5;

    /** By what a comparison that gave this was settled. */
    static Decision.Rule rule(int compared) {
        return RULES[Math.abs(compared) - 1];
    }

    /** Negative if {@code a} is the better one; how far from 0 says by what, see {@link #rule}. */
    public int compare(Node a, int rawScoreA, Node b, int rawScoreB, @Nullable Node preferred) {
        int scoreA = a.eligible() ? rawScoreA : -Score.LIMIT;
        int scoreB = b.eligible() ? rawScoreB : -Score.LIMIT;
        if (scoreA != scoreB) {
            return scoreA > scoreB ? -BY_SCORE : BY_SCORE;
        }
        Options.Placement placement = cluster.options.placement;
        if (placement != Options.Placement.MINIMAL) {
            if (placement == Options.Placement.BALANCED) {
                int capacity = compareCapacity(a, b);
                if (capacity != 0) {
                    return capacity > 0 ? -BY_CAPACITY : BY_CAPACITY;
                }
            }
            if (a.resourceCount != b.resourceCount) {
                return a.resourceCount < b.resourceCount ? -BY_LOAD : BY_LOAD;
            }
            if (preferred != null && a != b) {
                if (a == preferred) {
                    return -BY_PREFERENCE;
                }
                if (b == preferred) {
                    return BY_PREFERENCE;
                }
            }
        }
        return BY_NAME * Integer.signum(a.name.compareTo(b.name));
    }

    /** Positive if {@code a} has more attributes of which more is free. */
    static int compareCapacity(Node a, Node b) {
        Set<String> names = new HashSet<>(a.capacity.keySet());
        names.addAll(b.capacity.keySet());
        int balance = 0;
        for (String name : names) {
            balance +=
                    Integer.signum(Integer.compare(a.capacity.getOrDefault(name, 0), b.capacity.getOrDefault(name, 0)));
        }
        return balance;
    }

    /** Nodes with an entry, best first. */
    public List<Node> sorted(NodeTable table, @Nullable Node preferred) {
        List<Node> nodes = new ArrayList<>(table.size());
        for (Node node : cluster.nodes) {
            if (table.has(node)) {
                nodes.add(node);
            }
        }
        StableSort.sort(nodes, (a, b) -> compare(a, table.score(a), b, table.score(b), preferred));
        return nodes;
    }

    /** Whether some eligible node has a score that is not negative. */
    static boolean anyUsable(Cluster cluster, NodeTable table) {
        for (Node node : cluster.nodesByIndex) {
            if (table.has(node) && table.score(node) >= 0 && node.eligible()) {
                return true;
            }
        }
        return false;
    }
}
