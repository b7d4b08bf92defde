package systole.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Shortened words: the word itself, else a unique prefix, else a unique subsequence that begins with the same letter. */
final class Words {
    private Words() {}

    static Optional<String> resolve(String word, List<String> known) {
        if (known.contains(word)) {
            return Optional.of(word);
        }
        List<String> prefixed = new ArrayList<>();
        List<String> contained = new ArrayList<>();
        for (String candidate : known) {
            if (candidate.startsWith(word)) {
                prefixed.add(candidate);
            }
            if (isSubsequence(word, candidate)) {
                contained.add(candidate);
            }
        }
        if (prefixed.size() == 1) {
            return Optional.of(prefixed.get(0));
        }
        return prefixed.isEmpty() && contained.size() == 1 ? Optional.of(contained.get(0)) : Optional.empty();
    }

    /** Those that a word may be short for, to name them when it is ambiguous. */
    static List<String> candidates(String word, List<String> known) {
        List<String> found = new ArrayList<>();
        for (String candidate : known) {
            if (candidate.startsWith(word)) {
                found.add(candidate);
            }
        }
        return found;
    }

    private static boolean isSubsequence(String word, String candidate) {
        if (word.isEmpty() || candidate.isEmpty() || word.charAt(0) != candidate.charAt(0)) {
            return false;
        }
        int at = 0;
        for (int i = 0; i < candidate.length() && at < word.length(); i++) {
            if (candidate.charAt(i) == word.charAt(at)) {
                at++;
            }
        }
        return at == word.length();
    }
}
