package systole.scheduler.reading;

import org.jspecify.annotations.Nullable;
import systole.model.Element;
import systole.scheduler.rules.Values;

/** Which of two history entries of one resource is newer (input-and-status 12.5). */
final class HistoryOrder {
    private HistoryOrder() {}

    /** Negative if {@code left} is older, positive if it is newer, 0 if that cannot be told. */
    static int compare(Element left, Element right, boolean sameNode) {
        if (sameNode && left.id().equals(right.id())) {
            return 0;
        }
        long leftCall = Values.integer(left.attribute("call-id"), -1);
        long rightCall = Values.integer(right.attribute("call-id"), -1);
        if (leftCall == -1 && rightCall == -1) {
            return 0;
        }
        String leftNode = left.attribute("on_node");
        String rightNode = right.attribute("on_node");
        boolean same = leftNode == null || rightNode == null
                ? leftNode == null && rightNode == null
                : leftNode.equalsIgnoreCase(rightNode);
        if (leftCall >= 0 && rightCall >= 0) {
            if (same && leftCall != rightCall) {
                return Long.compare(leftCall, rightCall);
            }
            long leftTime = Values.integer(left.attribute("last-rc-change"));
            long rightTime = Values.integer(right.attribute("last-rc-change"));
            return leftTime == Values.INVALID || rightTime == Values.INVALID ? 0 : Long.compare(leftTime, rightTime);
        }
        return pending(left, leftCall, right, rightCall);
    }

    private static int pending(Element left, long leftCall, Element right, long rightCall) {
        String[] a = key(left);
        String[] b = key(right);
        if (a == null || b == null) {
            return 0;
        }
        long leftTransition = Values.integer(a[1], -1);
        long rightTransition = Values.integer(b[1], -1);
        if (!a[3].equals(b[3]) || leftTransition == rightTransition) {
            if (leftCall == -1) {
                return 1;
            }
            return rightCall == -1 ? -1 : 0;
        }
        if (leftTransition == -1) {
            return 1;
        }
        if (rightTransition == -1) {
            return -1;
        }
        return Long.compare(leftTransition, rightTransition);
    }

    /** The parts of the key inside {@code transition-magic}: action, transition, expected rc, UUID. */
    private static String @Nullable [] key(Element entry) {
        String magic = entry.attribute("transition-magic");
        if (magic == null) {
            return null;
        }
        int semicolon = magic.indexOf(';');
        if (semicolon < 0) {
            return null;
        }
        String[] parts = magic.substring(semicolon + 1).split(":", 4);
        return parts.length == 4 ? parts : null;
    }
}
