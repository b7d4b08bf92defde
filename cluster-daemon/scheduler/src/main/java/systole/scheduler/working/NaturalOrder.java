package systole.scheduler.working;

import java.util.Comparator;

/** Order of node names: case-insensitive, runs of digits as numbers, equal numbers by the shorter run (assignment 4.1). */
public final class NaturalOrder implements Comparator<String> {
    public static final NaturalOrder NAMES = new NaturalOrder();

    private NaturalOrder() {}

    @Override
    public int compare(String left, String right) {
        int i = 0;
        int j = 0;
        while (i < left.length() && j < right.length()) {
            char a = left.charAt(i);
            char b = right.charAt(j);
            if (isDigit(a) && isDigit(b)) {
                int endA = endOfDigits(left, i);
                int endB = endOfDigits(right, j);
                int order = compareRuns(left, i, endA, right, j, endB);
                if (order != 0) {
                    return order;
                }
                i = endA;
                j = endB;
                continue;
            }
            char x = Character.toLowerCase(a);
            char y = Character.toLowerCase(b);
            if (x != y) {
                return Character.compare(x, y);
            }
            i++;
            j++;
        }
        return Integer.compare(left.length() - i, right.length() - j);
    }

    private static int compareRuns(String left, int i, int endA, String right, int j, int endB) {
        int a = i;
        int b = j;
        while (a < endA && left.charAt(a) == '0') {
            a++;
        }
        while (b < endB && right.charAt(b) == '0') {
            b++;
        }
        if (endA - a != endB - b) {
            return Integer.compare(endA - a, endB - b);
        }
        for (; a < endA; a++, b++) {
            if (left.charAt(a) != right.charAt(b)) {
                return Character.compare(left.charAt(a), right.charAt(b));
            }
        }
        return Integer.compare(endA - i, endB - j);
    }

    private static int endOfDigits(String text, int from) {
        int at = from;
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
