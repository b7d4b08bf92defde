package systole.scheduler.working;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import systole.model.Score;

/**
 * Keeps the books of one run: what changed which score, and what each decision was made of. Switched off it costs one
 * test per call.
 *
 * <p>Scores are not worked out a second time: after each step {@link #account} compares the tables that the step
 * worked on with how they looked before, and writes the difference down under the name of the step.
 */
public final class Reasons {
    private final boolean wanted;
    private final List<Node> nodes;
    private final Map<Resource, List<Reason>> found = new IdentityHashMap<>();
    private final Map<Resource, NodeTable> seen = new IdentityHashMap<>();
    private final Map<Location, Reason> labels = new IdentityHashMap<>();
    private final Map<Resource, Decision> decisions = new IdentityHashMap<>();

    /** @param nodes all nodes by index; may grow later */
    Reasons(boolean wanted, List<Node> nodes) {
        this.wanted = wanted;
        this.nodes = nodes;
    }

    public boolean wanted() {
        return wanted;
    }

    /** A fact that changes no score. */
    public void add(
            Reason.Kind kind, Resource resource, @Nullable Node node, int score, String source, Supplier<String> text) {
        if (wanted) {
            add(new Reason(kind, resource, node, score, source, text.get()));
        }
    }

    private void add(Reason reason) {
        found.computeIfAbsent(reason.resource(), any -> new ArrayList<>()).add(reason);
    }

    /** Every change in the tables of a resource and of what is below it, since they were last looked at, has this cause. */
    public void account(Reason.Kind kind, Resource resource, String source, Supplier<String> text) {
        account(kind, resource, source, node -> false, text);
    }

    /**
     * As {@link #account(Reason.Kind, Resource, String, Supplier)}; a node banned already is written down as well.
     *
     * @param banned nodes that this cause bans, whether or not something else banned them before
     */
    public void account(
            Reason.Kind kind, Resource resource, String source, Predicate<Node> banned, Supplier<String> text) {
        if (wanted) {
            compare(kind, resource, source, banned, text.get());
        }
    }

    private void compare(Reason.Kind kind, Resource resource, String source, Predicate<Node> banned, String text) {
        NodeTable now = resource.table;
        NodeTable before = seen.get(resource);
        boolean changed = false;
        for (Node node : nodes) {
            if (!now.has(node)) {
                continue;
            }
            int old = before != null && before.has(node) ? before.score(node) : 0;
            int score = now.score(node);
            if (score != old) {
                boolean infinite = Math.abs(score) >= Score.LIMIT || Math.abs(old) >= Score.LIMIT;
                add(new Reason(kind, resource, node, infinite ? score : score - old, source, text));
                changed = true;
            } else if (score <= -Score.LIMIT && banned.test(node)) {
                add(new Reason(kind, resource, node, score, source, text));
            }
        }
        if (before == null || changed || before.size() != now.size()) {
            seen.put(resource, now.copy());
        }
        for (Resource child : resource.children) {
            compare(kind, child, source, banned, text);
        }
    }

    /** Gives a location constraint the reason under which its scores are to be written down. */
    public void label(Location location, Reason.Kind kind, String source, Supplier<String> text) {
        if (wanted) {
            labels.put(location, new Reason(kind, location.resource(), null, 0, source, text.get()));
        }
    }

    /** Writes down what a location constraint did to its resource. */
    public void account(Location location) {
        Reason label = labels.get(location);
        if (label != null) {
            account(
                    label.kind(),
                    location.resource(),
                    label.source(),
                    node -> location.entries().stream()
                            .anyMatch(entry -> entry.node() == node && entry.score() <= -Score.LIMIT),
                    label::text);
        }
    }

    /** The reason of a location constraint; {@code null} if reasons are not wanted. */
    public @Nullable Reason label(Location location) {
        return labels.get(location);
    }

    // ---- trying and taking back

    /** A place to go back to: how many entries these resources have. */
    public Map<Resource, Integer> mark(Collection<Resource> resources) {
        Map<Resource, Integer> sizes = new IdentityHashMap<>();
        if (wanted) {
            resources.forEach(each -> sizes.put(each, of(each).size()));
        }
        return sizes;
    }

    /** Forgets what was written down about the marked resources since the mark; their tables are again as they were. */
    public void takeBack(Map<Resource, Integer> mark) {
        mark.forEach((resource, size) -> {
            List<Reason> entries = found.get(resource);
            if (entries != null) {
                entries.subList(size, entries.size()).clear();
            }
            seen.put(resource, resource.table.copy());
            decisions.remove(resource);
        });
    }

    // ---- decisions

    /** The last decision about a resource counts; those before were tries. */
    public void decided(Decision decision) {
        decisions.put(decision.resource(), decision);
    }

    public @Nullable Decision decision(Resource resource) {
        return decisions.get(resource);
    }

    /** Entries about one resource, in the order in which they came up. */
    public List<Reason> of(Resource resource) {
        return found.getOrDefault(resource, List.of());
    }

    /** All entries, by resource. */
    public List<Reason> all() {
        return found.entrySet().stream()
                .sorted(Comparator.comparingInt(each -> each.getKey().index))
                .flatMap(each -> each.getValue().stream())
                .toList();
    }
}
