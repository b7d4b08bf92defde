package systole.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * The difference of two texts word by word, as {@code wdiff} marks it: {@code [-gone-]} and {@code {+new+}}. Only statements (a line
 * with the lines that continue it) that differ are shown.
 */
final class WordDiff {
    private WordDiff() {}

    static String of(String before, String after) {
        List<String> old = statements(before);
        List<String> next = statements(after);
        StringBuilder out = new StringBuilder();
        int[][] common = common(old, next);
        int i = 0;
        int j = 0;
        while (i < old.size() || j < next.size()) {
            if (i < old.size() && j < next.size() && old.get(i).equals(next.get(j))) {
                i++;
                j++;
            } else if (i < old.size() && j < next.size() && begin(old.get(i)).equals(begin(next.get(j)))) {
                out.append(marked(old.get(i++), next.get(j++))).append('\n');
            } else if (j >= next.size() || (i < old.size() && common[i + 1][j] >= common[i][j + 1])) {
                out.append("[-").append(old.get(i++)).append("-]\n");
            } else {
                out.append("{+").append(next.get(j++)).append("+}\n");
            }
        }
        return out.toString();
    }

    private static List<String> statements(String text) {
        List<String> statements = new ArrayList<>();
        for (String statement : text.replaceAll("\\s*\\\\\\n\\s*", " ").split("\\n", -1)) {
            if (!statement.isBlank()) {
                statements.add(statement);
            }
        }
        return statements;
    }

    /** Kind and id of a statement. */
    private static String begin(String statement) {
        String[] words = statement.split("\\s+", 3);
        return words.length < 2 ? statement : words[0] + " " + words[1];
    }

    private static String marked(String before, String after) {
        List<String> old = List.of(before.split("\\s+"));
        List<String> next = List.of(after.split("\\s+"));
        int[][] common = common(old, next);
        List<String> out = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < old.size() || j < next.size()) {
            if (i < old.size() && j < next.size() && old.get(i).equals(next.get(j))) {
                out.add(old.get(i++));
                j++;
            } else if (j >= next.size() || (i < old.size() && common[i + 1][j] >= common[i][j + 1])) {
                out.add("[-" + old.get(i++) + "-]");
            } else {
                out.add("{+" + next.get(j++) + "+}");
            }
        }
        return String.join(" ", out);
    }

    /** Length of the longest common part of the rests behind each pair of places. */
    private static int[][] common(List<String> left, List<String> right) {
        int[][] length = new int[left.size() + 2][right.size() + 2];
        for (int i = left.size() - 1; i >= 0; i--) {
            for (int j = right.size() - 1; j >= 0; j--) {
                length[i][j] = left.get(i).equals(right.get(j))
                        ? length[i + 1][j + 1] + 1
                        : Math.max(length[i + 1][j], length[i][j + 1]);
            }
        }
        return length;
    }
}
