package systole.scheduler.assignment;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import systole.model.Score;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Colocation;
import systole.scheduler.working.Location;
import systole.scheduler.working.Node;
import systole.scheduler.working.NodeTable;
import systole.scheduler.working.Resource;

/**
 * Wishes of resources that are colocated with a resource, added to its table (assignment 13.6).
 *
 * <p>Walks chains of colocations with a stack of its own, so that their length does not matter.
 */
final class Merging {
    /** Marks a node whose score must not become negative. */
    private static final int MARKER = -100 * Score.LIMIT;

    private static final float INFINITY = 1_000_000f;

    /** Kinds of merges. */
    record Modes(boolean active, boolean nonnegative) {
        static final Modes NONE = new Modes(false, false);
        static final Modes ACTIVE = new Modes(true, false);
        static final Modes NONNEGATIVE = new Modes(false, true);
        static final Modes BOTH = new Modes(true, true);

        Modes deeper() {
            return nonnegative ? BOTH : ACTIVE;
        }
    }

    /** One level under way. */
    private static final class Level {
        final Resource source;
        final @Nullable Resource marked;
        final Colocation by;
        final NodeTable work;
        final float factor;
        final Modes modes;
        final List<Colocation> next;
        int at;

        Level(
                Resource source,
                @Nullable Resource marked,
                Colocation by,
                NodeTable work,
                float factor,
                Modes modes,
                List<Colocation> next) {
            this.source = source;
            this.marked = marked;
            this.by = by;
            this.work = work;
            this.factor = factor;
            this.modes = modes;
            this.next = next;
        }
    }

    private final Cluster cluster;
    private final Indifference indifference;

    /** Primaries are followed, not dependents: then indifference says nothing. */
    private boolean following;

    Merging(Cluster cluster, Indifference indifference) {
        this.cluster = cluster;
        this.indifference = indifference;
    }

    static float factor(int score) {
        return score / INFINITY;
    }

    /** Adds the wishes of {@code source}, and of what is colocated with it; returns the table that results. */
    NodeTable merge(
            Resource source, Resource target, NodeTable table, Colocation colocation, float factor, Modes modes) {
        Deque<Level> stack = new ArrayDeque<>();
        NodeTable current = table;
        Level first = enter(source, target, current, colocation, factor, modes);
        if (first == null) {
            return table;
        }
        stack.push(first);
        while (true) {
            Level level = stack.peek();
            if (level == null) {
                return current;
            }
            Level deeper = null;
            while (deeper == null && level.at < level.next.size()) {
                Colocation next = level.next.get(level.at++);
                if (!Colocations.influences(next)) {
                    continue;
                }
                float nextFactor = (level.factor * next.score()) / INFINITY;
                if (level.factor < 0 && nextFactor > 0 && apartInVain(next, target, level.by)) {
                    continue;
                }
                deeper = enter(next.dependent(), target, level.work, next, nextFactor, level.modes.deeper());
            }
            if (deeper != null) {
                stack.push(deeper);
                continue;
            }
            finish(level);
            stack.pop();
            current = level.work;
            Level outer = stack.peek();
            if (outer != null) {
                copyInto(level.work, outer.work);
            }
        }
    }

    /**
     * Whether a dependent that is to be apart from the target does not attract it because both are to be apart from a third: where
     * that is counted already because of another colocation with the same third; and where being apart is left out of account since
     * the dependent likes all nodes, so that none would remain. (In the reference it does: where the dependent runs seems the
     * best place, and they change places with every plan.)
     */
    private boolean apartInVain(Colocation next, Resource target, Colocation third) {
        Resource group = target.parent;
        Resource whole = group != null && group.isGroup() && group.collocated ? group : target;
        for (Colocation each : Colocations.asPrimary(whole)) {
            if (each.dependent() == next.dependent() && each.score() < 0 && each.dependentRole() == null) {
                return counted(third) || counted(next) || leftOut(each, target);
            }
        }
        return false;
    }

    /** Whether the same two are to be apart by an earlier colocation as well. */
    private static boolean counted(Colocation colocation) {
        for (Colocation each : Colocations.asPrimary(colocation.primary())) {
            if (each == colocation) {
                return false;
            }
            if (each.dependent() == colocation.dependent() && each.score() < 0) {
                return true;
            }
        }
        return false;
    }

    private boolean leftOut(Colocation apart, Resource target) {
        Resource dependent = apart.dependent();
        Resource source = dependent.isGroup() ? dependent.children.get(0) : dependent;
        for (Node node : cluster.nodesByIndex) {
            if (node.eligible() && target.table.has(node) && source.table.score(node) <= 0) {
                return false;
            }
        }
        NodeTable work = target.table.copy();
        addScores(source, target, work, apart, factor(apart.score()), Modes.ACTIVE);
        return !NodeOrder.anyUsable(cluster, work);
    }

    /** As {@link #merge}, but with a primary as the source, whose own wishes are asked for. */
    NodeTable mergePrimary(Resource source, Resource target, NodeTable table, Colocation colocation, Modes modes) {
        following = true;
        NodeTable result = merge(source, target, table, colocation, factor(colocation.score()), modes);
        following = false;
        return result;
    }

    /** For 10.1: a resource's own table with the wishes of what it depends on. */
    NodeTable followPrimaries(Resource resource) {
        Resource source = resource.isGroup() ? resource.children.get(resource.children.size() - 1) : resource;
        NodeTable work = source.table.copy();
        if (source.merging || resource.merging) {
            return work;
        }
        source.merging = true;
        resource.merging = true;
        if (NodeOrder.anyUsable(cluster, work)) {
            following = true;
            follow(source, source, work, 1f);
            following = false;
        }
        source.merging = false;
        resource.merging = false;
        return work;
    }

    /** One resource whose primaries are walked. */
    private static final class Follow {
        final Resource source;
        final @Nullable Resource marked;
        final NodeTable work;
        final float factor;
        final List<Colocation> next;
        int at;

        Follow(Resource source, @Nullable Resource marked, NodeTable work, float factor, List<Colocation> next) {
            this.source = source;
            this.marked = marked;
            this.work = work;
            this.factor = factor;
            this.next = next;
        }
    }

    private void follow(Resource start, Resource target, NodeTable work, float factor) {
        Deque<Follow> stack = new ArrayDeque<>();
        stack.push(new Follow(start, null, work, factor, Colocations.asDependent(start)));
        while (true) {
            Follow level = stack.peek();
            if (level == null) {
                return;
            }
            Follow deeper = null;
            while (deeper == null && level.at < level.next.size()) {
                Colocation next = level.next.get(level.at++);
                float nextFactor = (level.factor * next.score()) / INFINITY;
                Level entered = enter(next.primary(), target, level.work, next, nextFactor, Modes.ACTIVE);
                if (entered != null) {
                    List<Colocation> more = entered.next.isEmpty() && !NodeOrder.anyUsable(cluster, entered.work)
                            ? List.of()
                            : Colocations.asDependent(entered.source);
                    deeper = new Follow(entered.source, entered.marked, entered.work, nextFactor, more);
                }
            }
            if (deeper != null) {
                stack.push(deeper);
                continue;
            }
            stack.pop();
            if (level.source != start || !stack.isEmpty()) {
                level.source.merging = false;
                if (level.marked != null) {
                    level.marked.merging = false;
                }
            }
            Follow outer = stack.peek();
            if (outer != null) {
                copyInto(level.work, outer.work);
            }
        }
    }

    private static void copyInto(NodeTable from, NodeTable to) {
        for (int i = 0; i < from.limit(); i++) {
            if (from.has(i)) {
                to.set(i, from.score(i));
            }
        }
    }

    /** Steps 1 to 3: {@code null} if nothing comes of it. */
    private @Nullable Level enter(
            Resource asked, Resource target, NodeTable table, Colocation colocation, float factor, Modes modes) {
        Resource source = asked;
        Resource marked = null;
        if (asked.isGroup()) {
            if (asked.merging) {
                return null;
            }
            marked = asked;
            source = asked.children.get(0);
        }
        if (source.merging || (!following && indifference.indifferent(source) && unusableNodesBanned(table))) {
            return null;
        }
        NodeTable work = table.copy();
        addScores(source, target, work, colocation, factor, modes);
        boolean usable = NodeOrder.anyUsable(cluster, work);
        if (!usable && modes.active()) {
            return null;
        }
        source.merging = true;
        if (marked != null) {
            marked.merging = true;
        }
        List<Colocation> next = usable ? Colocations.asPrimary(source) : List.of();
        return new Level(source, marked, colocation, work, factor, modes, next);
    }

    private boolean unusableNodesBanned(NodeTable table) {
        for (Node node : cluster.nodesByIndex) {
            if (!node.eligible() && table.has(node) && table.score(node) > -Score.LIMIT) {
                return false;
            }
        }
        return true;
    }

    private static void finish(Level level) {
        if (level.modes.nonnegative()) {
            for (int i = 0; i < level.work.limit(); i++) {
                if (level.work.has(i) && level.work.score(i) == MARKER) {
                    level.work.set(i, 1);
                }
            }
        }
        level.source.merging = false;
        if (level.marked != null) {
            level.marked.merging = false;
        }
    }

    private void addScores(
            Resource source, Resource target, NodeTable work, Colocation colocation, float factor, Modes modes) {
        String attribute = colocation.attribute();
        boolean byName = attribute.equals("#uname");
        int[] extra = groupLocations(source, colocation);
        int usableEntries = -1;
        for (Node node : cluster.nodesByIndex) {
            if (!work.has(node)) {
                continue;
            }
            String value = NodeAttributes.value(node, attribute, target);
            int score = byName && value != null && value.equals(node.name)
                    ? bestByName(source, node, value, extra)
                    : best(source, attribute, value, extra);
            if (factor < 0 && score < 0) {
                if (usableEntries < 0) {
                    usableEntries = usableEntries(colocation.dependent());
                }
                boolean taken = colocation.primary().stickiness < -score
                        && Colocations.influences(colocation)
                        && usableEntries == 1;
                if (!taken) {
                    continue;
                }
            }
            int old = work.score(node);
            if (old == MARKER) {
                continue;
            }
            int sum = Score.add(attenuated(factor, score), old);
            if (modes.nonnegative() && sum < 0) {
                if (old > 0) {
                    work.set(node.index, MARKER);
                    continue;
                }
                if (old == 0) {
                    continue;
                }
            }
            work.set(node.index, sum);
        }
    }

    /** Location constraints of the source's group, which only its first member has in its table. */
    private int @Nullable [] groupLocations(Resource source, Colocation colocation) {
        if (source != colocation.dependent() || !colocation.explicit()) {
            return null;
        }
        Resource group = source.parent;
        if (group == null || !group.isGroup() || group.children.get(0) == source || group.locations.isEmpty()) {
            return null;
        }
        int[] extra = new int[cluster.nodesByIndex.size()];
        for (Location location : group.locations) {
            if (location.role() != null) {
                continue;
            }
            for (Location.Entry entry : location.entries()) {
                extra[entry.node().index] = Score.add(extra[entry.node().index], entry.score());
            }
        }
        return extra;
    }

    private static int own(Resource source, Node node, int @Nullable [] extra) {
        int score = source.table.score(node);
        return extra == null ? score : Score.add(score, extra[node.index]);
    }

    /** The usual case: the only node of that name. Bundle nodes whose host's name counts go the long way. */
    private int bestByName(Resource source, Node node, String value, int @Nullable [] extra) {
        if (cluster.hasRemoteNodes && NodeAttributes.mayReadHost(source)) {
            return best(source, "#uname", value, extra);
        }
        return source.table.has(node) && node.eligible() ? own(source, node, extra) : -Score.LIMIT;
    }

    private int best(Resource source, String attribute, @Nullable String value, int @Nullable [] extra) {
        int best = -Score.LIMIT;
        for (Node node : cluster.nodesByIndex) {
            if (source.table.has(node)
                    && node.eligible()
                    && NodeAttributes.equal(NodeAttributes.value(node, attribute, source), value)) {
                best = Math.max(best, own(source, node, extra));
            }
        }
        return best;
    }

    private static int usableEntries(Resource resource) {
        int count = 0;
        for (int i = 0; i < resource.table.limit(); i++) {
            if (resource.table.has(i) && resource.table.score(i) >= 0) {
                count++;
            }
        }
        return count;
    }

    /** A score times a factor, in single precision, rounded half away from zero, never 0 unless the score is 0. */
    static int attenuated(float factor, int score) {
        float product = factor * score;
        int rounded = (int) (product < 0 ? product - 0.5 : product + 0.5);
        if (rounded == 0 && score != 0) {
            if (factor > 0) {
                return 1;
            }
            if (factor < 0) {
                return -1;
            }
        }
        return rounded;
    }
}
