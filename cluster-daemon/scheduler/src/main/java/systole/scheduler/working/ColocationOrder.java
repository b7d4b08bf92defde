package systole.scheduler.working;

import java.util.Comparator;
import java.util.List;

/** Order of colocations in the lists of a resource (assignment 13.2). */
public final class ColocationOrder {
    /** Colocations of one dependent, by their primaries. */
    public static final Comparator<Colocation> BY_PRIMARY = (a, b) -> compare(a.primary(), b.primary());

    /** Colocations of one primary, by their dependents. */
    public static final Comparator<Colocation> BY_DEPENDENT = (a, b) -> compare(a.dependent(), b.dependent());

    private ColocationOrder() {}

    private static int compare(Resource a, Resource b) {
        if (a == b) {
            return 0;
        }
        if (a.priority != b.priority) {
            return Integer.compare(b.priority, a.priority);
        }
        if (a.variant != b.variant) {
            return b.variant.compareTo(a.variant);
        }
        if (a.isClone() && a.promotable != b.promotable) {
            return a.promotable ? -1 : 1;
        }
        return a.id.compareTo(b.id);
    }

    /** Before the first element that does not compare lower: among equals the newest is first. */
    public static void insert(List<Colocation> list, Colocation colocation, Comparator<Colocation> order) {
        int low = 0;
        int high = list.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (order.compare(list.get(middle), colocation) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        list.add(low, colocation);
    }
}
