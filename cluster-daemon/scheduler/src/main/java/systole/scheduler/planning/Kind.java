package systole.scheduler.planning;

/** Kinds of relations as bits of an int (actions-and-graph 8); their effects are in {@link Effects}. */
final class Kind {
    /** First before then, if both are in the graph. */
    static final int ORDER = 1;
    /** First required: then required. */
    static final int PUSH = 1 << 1;
    /** Inverse of a mandatory order; only takes live migration away from the first. */
    static final int PULL = 1 << 2;

    static final int PROMOTED_PULL = 1 << 3;
    /** First unrunnable: then unrunnable. */
    static final int GATE = 1 << 4;
    /** Stop, then start. */
    static final int RESTART = 1 << 5;
    /** Then runs only if a number of firsts do. */
    static final int MIN = 1 << 6;
    /** Both parts of a live migration, or none. */
    static final int PAIR = 1 << 7;
    /** First unrunnable: then becomes a real action. */
    static final int FALLBACK = 1 << 8;
    /** One-sided order: first unrunnable blocks then. */
    static final int ASYM = 1 << 9;

    static final int SHOW_FIRST = 1 << 10;
    static final int SHOW_THEN = 1 << 11;
    static final int PUSH_SAME_NODE = 1 << 12;
    static final int SAME_NODE = 1 << 13;
    /** Utilization: only on the same node. */
    static final int LOAD = 1 << 14;
    /** Anti-colocation: only on the same node. */
    static final int ANTI = 1 << 15;

    static final int IF_UNMIGRATABLE = 1 << 16;
    static final int NESTED_PROBE = 1 << 17;
    /** Then required: first optional. */
    static final int CANCELS = 1 << 18;

    static final int SERIALIZE = 1 << 19;
    /** Allowed although first runs on the guest that then's resource creates. */
    static final int INTERNAL = 1 << 20;

    /** An administrator's order that is not mandatory; moves into {@link Edge#wish} when the edge is made. */
    static final int WISH = 1 << 21;

    private Kind() {}

    static boolean has(int kinds, int any) {
        return (kinds & any) != 0;
    }
}
