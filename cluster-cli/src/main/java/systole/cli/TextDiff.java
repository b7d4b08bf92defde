package systole.cli;

import java.util.ArrayList;
import java.util.List;

/** Lines that went and came between two texts, by the longest common subsequence. */
final class TextDiff {
    private static final int MOST_CELLS = 25_000_000;

    private TextDiff() {}

    static String of(String before, String after) {
        List<String> left = before.lines().toList();
        List<String> right = after.lines().toList();
        int start = 0;
        while (start < left.size() && start < right.size() && left.get(start).equals(right.get(start))) {
            start++;
        }
        int endLeft = left.size();
        int endRight = right.size();
        while (endLeft > start && endRight > start && left.get(endLeft - 1).equals(right.get(endRight - 1))) {
            endLeft--;
            endRight--;
        }
        StringBuilder out = new StringBuilder();
        middle(left.subList(start, endLeft), right.subList(start, endRight), out);
        return out.toString();
    }

    private static void middle(List<String> left, List<String> right, StringBuilder out) {
        if ((long) left.size() * right.size() > MOST_CELLS) {
            left.forEach(line -> out.append("- ").append(line).append('\n'));
            right.forEach(line -> out.append("+ ").append(line).append('\n'));
            return;
        }
        int[][] common = new int[left.size() + 1][right.size() + 1];
        for (int i = left.size() - 1; i >= 0; i--) {
            for (int j = right.size() - 1; j >= 0; j--) {
                common[i][j] = left.get(i).equals(right.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        int i = 0;
        int j = 0;
        List<String> lines = new ArrayList<>();
        while (i < left.size() || j < right.size()) {
            if (i < left.size() && j < right.size() && left.get(i).equals(right.get(j))) {
                i++;
                j++;
            } else if (j < right.size() && (i == left.size() || common[i][j + 1] > common[i + 1][j])) {
                lines.add("+ " + right.get(j++));
            } else {
                lines.add("- " + left.get(i++));
            }
        }
        lines.forEach(line -> out.append(line).append('\n'));
    }
}
