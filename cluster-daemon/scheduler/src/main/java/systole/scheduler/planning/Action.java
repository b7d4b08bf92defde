package systole.scheduler.planning;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Resource.Requires;

/** One action of the plan while it is being made (actions-and-graph 2.1). */
final class Action {
    final int id;
    final @Nullable Resource resource;

    /** The task in the key; {@link #task} may differ (cancels). */
    final String keyTask;

    final long intervalMs;

    /** Set for an action without resource; made of the other parts where it is asked for. */
    private @Nullable String key;

    String task;

    @Nullable
    Node node;

    boolean optional;
    boolean runnable = true;
    boolean pseudo;
    boolean always;
    boolean migratable;
    boolean reschedule;
    boolean migrationAbort;
    boolean onDc;

    /** Written to the graph already, or being looked at. */
    boolean written;

    /** What it needs of the cluster: nothing, quorum or fencing. */
    Requires needs = Requires.NOTHING;

    @Nullable
    String reason;

    int priority;

    /** How many of the firsts over {@link Kind#MIN} must be runnable; 0 if this is no such point. */
    int minimum;

    int minimumReached;

    /** Meta attributes set by the planner; they win over configured ones. Changed by {@link #meta(String, String)} only. */
    Map<String, String> meta = Map.of();

    /** The configured operation that this action belongs to if it is not found by name and interval. */
    @Nullable
    String cancelledTask;

    /** Why it became what it is; {@code null} unless reasons are wanted. */
    final @Nullable List<Cause> causes;

    /** Edges of which it is "then", and those of which it is "first", in the order in which they were made ({@link Edge#join}). */
    List<Edge> before = List.of();

    List<Edge> after = List.of();

    Action(
            int id,
            @Nullable Resource resource,
            String keyTask,
            long intervalMs,
            @Nullable String key,
            String task,
            boolean withCauses) {
        this.id = id;
        this.causes = withCauses ? new ArrayList<>(2) : null;
        this.resource = resource;
        this.keyTask = keyTask;
        this.intervalMs = intervalMs;
        this.key = key;
        this.task = task;
    }

    boolean required() {
        return !optional;
    }

    boolean is(String name) {
        return task.equals(name);
    }

    /** The name of the action among those of its node: {@code resource_task_interval}. */
    String key() {
        String text = key;
        if (text == null) {
            text = (resource == null ? "" : resource.id + "_") + keyTask + "_" + intervalMs;
            key = text;
        }
        return text;
    }

    /** Takes the text of the key over from another action that has the same, such as a probe of the same resource. */
    void shareKey(Action other) {
        boolean same = resource != null
                && resource == other.resource
                && intervalMs == other.intervalMs
                && keyTask.equals(other.keyTask);
        if (same && key == null) {
            key = other.key;
        }
    }

    void meta(String name, String value) {
        if (meta.isEmpty()) {
            meta = Map.of(name, value); // Of most actions with any, probes, the only one.
        } else {
            Map<String, String> more = meta instanceof LinkedHashMap ? meta : new LinkedHashMap<>(meta);
            more.put(name, value);
            meta = more;
        }
    }

    /** The first reason stays. */
    void because(String text) {
        if (reason == null) {
            reason = text;
        }
    }

    /** Writes down why it became required, unrunnable or unmigrateable. */
    void cause(String word, @Nullable Action other, String source) {
        if (causes != null) {
            causes.add(new Cause(word, other, source));
        }
    }

    /**
     * One step towards what an action is.
     *
     * @param word {@code required}, {@code unrunnable} or {@code unmigrateable}
     * @param other the action it follows from; {@code null} for a state
     * @param source the state or constraint that decided; empty if the edge between the two actions says it
     */
    record Cause(String word, @Nullable Action other, String source) {}

    /** Everything that a visit may change, for comparison. */
    int bits() {
        return (optional ? 1 : 0) | (runnable ? 2 : 0) | (pseudo ? 4 : 0) | (always ? 8 : 0) | (migratable ? 16 : 0);
    }

    @Override
    public String toString() {
        return key()
                + (node == null ? "" : "@" + node.name)
                + (optional ? " optional" : "")
                + (runnable ? "" : " unrunnable");
    }
}
