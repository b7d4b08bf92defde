package systole.kernel;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that somebody probably meant. */
public final class NearestWord {
    private NearestWord() {}

    /** The candidate with the smallest edit distance to the word, if one is near enough to be worth naming. */
    public static Optional<String> of(String word, Collection<String> candidates) {
        String best = "";
        int bestDistance = Integer.MAX_VALUE;
        String wanted = word.toLowerCase(Locale.ROOT);
        for (String candidate : candidates) {
            int distance = distance(wanted, candidate.toLowerCase(Locale.ROOT));
            if (distance < bestDistance || (distance == bestDistance && candidate.compareTo(best) < 0)) {
                best = candidate;
                bestDistance = distance;
            }
        }
        int tolerated = Math.max(1, Math.min(word.length(), best.length()) / 2);
        return bestDistance <= tolerated ? Optional.of(best) : Optional.empty();
    }

    /** {@code "; did you mean 'x'?"}, or the empty text when no candidate is near. */
    public static String hint(String word, Collection<String> candidates) {
        return of(word, candidates)
                .map(near -> "; did you mean '" + near + "'?")
                .orElse("");
    }

    /** Optimal string alignment: insert, delete, replace, swap of neighbours cost one each. */
    private static int distance(String a, String b) {
        int[] beforeLast = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + cost);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            beforeLast = last;
            last = row;
        }
        return last[b.length()];
    }
}
