package systole.scheduler.planning;

import systole.scheduler.working.Resource;

/** Which edges become inputs of a synapse (actions-and-graph 11.2). */
final class Inputs {
    private Inputs() {}

    /** @param kinds the kinds of all edges between the two together */
    static boolean counts(Action action, Action first, int kinds) {
        // Serialize keeps two things apart in time: what cannot run keeps nobody waiting.
        int strong = kinds & ~(Kind.ORDER | Kind.SERIALIZE | Kind.SHOW_FIRST | Kind.SHOW_THEN);
        if (!first.runnable && (strong == 0 || Kind.has(kinds, Kind.MIN | Kind.PAIR))) {
            return false;
        }
        if (Kind.has(kinds, Kind.IF_UNMIGRATABLE) && first.migratable) {
            return false;
        }
        if (kinds == Kind.ORDER && first.migratable && first.keyTask.equals(Tasks.STOP) && first.intervalMs == 0) {
            return false;
        }
        if (kinds == Kind.LOAD && !sameLoad(action, first)) {
            return false;
        }
        if (kinds == Kind.ANTI
                && (first.optional || (first.node != null && action.node != null && first.node != action.node))) {
            return false;
        }
        Resource resource = first.resource;
        if (resource != null
                && resource != action.resource
                && first.is(Tasks.STOP)
                && resource.failed
                && !resource.managed
                && action.resource != null
                && action.resource.isClone()) {
            return false;
        }
        return !first.optional || first.always || first.written;
    }

    private static boolean sameLoad(Action action, Action first) {
        if (action.is(Tasks.MIGRATE_TO)) {
            return action.resource != null && first.node == action.resource.assigned;
        }
        return first.node == action.node && first.required();
    }
}
