package systole.scheduler.planning;

import org.jspecify.annotations.Nullable;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** What one edge does to the two actions it joins (actions-and-graph 10.3), collectives not considered. */
final class Effects {
    static final int NOTHING = 0;
    static final int FIRST_CHANGED = 1;
    static final int THEN_CHANGED = 2;

    private Effects() {}

    /**
     * @param seen how the first action looks
     * @return which of the two changed
     */
    static int apply(Action first, Seen seen, Action then, int kinds, @Nullable Edge edge) {
        int changed = NOTHING;
        if (then.resource == null) {
            return onClusterAction(first, seen, then, kinds);
        }
        if (Kind.has(kinds, Kind.PUSH) && !seen.optional && !seen.migratable && then.optional) {
            then.optional = false;
            note(then, "required", first);
            changed |= THEN_CHANGED;
        }
        if (Kind.has(kinds, Kind.RESTART)) {
            changed |= restart(first, then);
        }
        if (Kind.has(kinds, Kind.PULL) && then.required() && first.migratable && !then.migratable) {
            first.migratable = false;
            changed |= FIRST_CHANGED;
        }
        if (Kind.has(kinds, Kind.PROMOTED_PULL) && then.required() && then.resource.role == Role.PROMOTED) {
            changed |= requireFirst(first, then);
        }
        changed |= gates(first, seen, then, kinds, edge);
        if (Kind.has(kinds, Kind.PAIR)) {
            changed |= pair(first, then);
        }
        if (Kind.has(kinds, Kind.FALLBACK) && !seen.runnable && (then.migratable || then.pseudo)) {
            then.migratable = false;
            then.pseudo = false;
            changed |= THEN_CHANGED;
        }
        if (Kind.has(kinds, Kind.ASYM) && !seen.runnable) {
            changed |= oneSided(first, then);
        }
        return changed;
    }

    /** Effects that concern only the two actions of the edge, never members or instances. */
    static int onEdgeOnly(Action first, Seen seenFirst, Action then, boolean thenSeenOptional, int kinds) {
        int changed = NOTHING;
        if (Kind.has(kinds, Kind.SHOW_THEN) && first.runnable && (!seenFirst.optional || isPendingStart(first))) {
            then.always = true;
        }
        if (Kind.has(kinds, Kind.SHOW_FIRST) && !thenSeenOptional) {
            first.always = true;
        }
        if (Kind.has(kinds, Kind.PUSH | Kind.PULL | Kind.RESTART)
                && first.resource != null
                && !first.resource.managed
                && first.resource.blocked
                && first.is(Tasks.STOP)
                && !first.runnable
                && then.runnable) {
            then.runnable = false;
            note(then, "unrunnable", first);
            changed |= THEN_CHANGED;
        }
        return changed;
    }

    /** A start under way that is written again though nothing else starts: who follows the whole waits for it too. */
    private static boolean isPendingStart(Action action) {
        boolean start = action.is(Tasks.START) && action.resource != null && action.resource.startPending;
        return action.always && (start || action.keyTask.equals(Tasks.RUNNING));
    }

    private static int onClusterAction(Action first, Seen seen, Action then, int kinds) {
        int changed = NOTHING;
        if (Kind.has(kinds, Kind.PUSH) && !seen.optional && then.optional) {
            then.optional = false;
            changed |= THEN_CHANGED;
        }
        if (Kind.has(kinds, Kind.MIN) && seen.runnable) {
            then.minimumReached++;
            if (then.minimumReached >= then.minimum) {
                then.runnable = true;
            }
        }
        if (Kind.has(kinds, Kind.GATE) && !seen.runnable && then.runnable) {
            then.runnable = false;
            changed |= THEN_CHANGED;
        }
        return changed;
    }

    private static int restart(Action first, Action then) {
        boolean same = first.resource == then.resource && then.resource != null && then.resource.managed;
        if (then.optional && !(same && !then.runnable)) {
            return NOTHING;
        }
        int changed = NOTHING;
        if ((first.runnable || then.required()) && first.optional) {
            first.optional = false;
            note(first, "required", then);
            changed |= FIRST_CHANGED;
        }
        if (first.migratable && !then.migratable) {
            first.migratable = false;
            note(first, "unmigrateable", then);
            changed |= FIRST_CHANGED;
        }
        if (first.required() && !first.runnable && then.runnable) {
            then.runnable = false;
            note(then, "unrunnable", first);
            changed |= THEN_CHANGED;
        }
        return changed;
    }

    private static int requireFirst(Action first, Action then) {
        int changed = NOTHING;
        if (first.optional) {
            first.optional = false;
            note(first, "required", then);
            changed |= FIRST_CHANGED;
        }
        if (first.migratable && !then.migratable) {
            first.migratable = false;
            changed |= FIRST_CHANGED;
        }
        return changed;
    }

    private static int gates(Action first, Seen seen, Action then, int kinds, @Nullable Edge edge) {
        if (Kind.has(kinds, Kind.NESTED_PROBE) && !seen.runnable) {
            if (first.resource != null && !first.resource.active.isEmpty()) {
                if (edge != null) {
                    edge.kinds = 0;
                }
                return NOTHING;
            }
            return gate(first, then);
        }
        if (Kind.has(kinds, Kind.GATE) && !seen.runnable) {
            return gate(first, then);
        }
        return NOTHING;
    }

    private static int gate(Action first, Action then) {
        if (!then.runnable) {
            return NOTHING;
        }
        then.runnable = false;
        then.migratable = false;
        note(then, "unrunnable", first);
        return THEN_CHANGED;
    }

    private static int pair(Action first, Action then) {
        int changed = NOTHING;
        if (!(then.migratable && then.runnable) && first.runnable) {
            first.runnable = false;
            note(first, "unrunnable", then);
            changed |= FIRST_CHANGED;
        }
        if (then.required() && first.optional) {
            first.optional = false;
            note(first, "required", then);
            changed |= FIRST_CHANGED;
        }
        return changed;
    }

    private static int oneSided(Action first, Action then) {
        Resource resource = then.resource;
        if (resource == null) {
            return NOTHING;
        }
        if (then.optional) {
            Role role = Actions.roleOf(resource);
            if (then.is(Tasks.STOP) && role.below(Role.STARTED)) {
                return NOTHING;
            }
            Node node = then.node;
            if (then.is(Tasks.START)
                    && role.atLeast(Role.STARTED)
                    && resource.active.size() == 1
                    && (node == null || resource.active.get(0) == node)) {
                return NOTHING;
            }
        }
        int changed = NOTHING;
        if (then.optional) {
            then.optional = false;
            changed |= THEN_CHANGED;
        }
        if (then.runnable) {
            then.runnable = false;
            changed |= THEN_CHANGED;
        }
        if (changed != NOTHING) {
            note(then, "unrunnable", first);
        }
        return changed;
    }

    /** The changed action gets a reason if the other belongs to another resource. */
    static void note(Action changed, String word, Action other) {
        changed.cause(word, other, "");
        if (changed.resource == other.resource) {
            return;
        }
        if (changed.reason == null) {
            String who = other.resource == null ? other.task : other.resource.id + " " + other.task;
            changed.because(word + " " + who);
        }
    }
}
