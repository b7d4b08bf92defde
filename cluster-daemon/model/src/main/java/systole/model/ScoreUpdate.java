package systole.model;

/**
 * Attribute values that refer to the value before: {@code value++}, {@code value--}, {@code value+=N}, {@code value-=N}
 * (also with the attribute's own name, {@code fail-count++}). Anything else is taken as it is.
 *
 * <p>Counting is done on scores: bounded by plus and minus INFINITY, an absent or unreadable value counts as 0
 * (controller-and-fencer.md section 14).
 */
public final class ScoreUpdate {
    private ScoreUpdate() {}

    /**
     * The value to store.
     *
     * @param before the present value; empty if there is none
     * @param update what was asked for
     */
    public static String expand(String name, String before, String update) {
        String rest;
        if (update.startsWith("value")) {
            rest = update.substring("value".length());
        } else if (!name.isEmpty() && update.startsWith(name)) {
            rest = update.substring(name.length());
        } else {
            return update;
        }
        int change;
        if (rest.equals("++")) {
            change = 1;
        } else if (rest.equals("--")) {
            change = -1;
        } else if ((rest.startsWith("+=") || rest.startsWith("-=")) && isScore(rest.substring(2))) {
            int amount = score(rest.substring(2));
            change = rest.charAt(0) == '+' ? amount : -amount;
        } else {
            return update;
        }
        return text(new Score(score(before)).plus(new Score(change)));
    }

    public static boolean isRelative(String name, String update) {
        return !expand(name, "0", update).equals(update);
    }

    private static String text(Score score) {
        if (score.equals(Score.INFINITY)) {
            return "INFINITY";
        }
        return score.equals(Score.MINUS_INFINITY) ? "-INFINITY" : Integer.toString(score.value());
    }

    private static boolean isScore(String text) {
        return text.matches("[+-]?(INFINITY|[0-9]{1,9})");
    }

    private static int score(String text) {
        if (!isScore(text)) {
            return 0;
        }
        String digits = text.startsWith("+") || text.startsWith("-") ? text.substring(1) : text;
        int size = digits.equals("INFINITY") ? Score.INFINITY.value() : Integer.parseInt(digits);
        return text.startsWith("-") ? -size : size;
    }
}
