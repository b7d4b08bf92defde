package systole.cli;

import java.io.Console;
import java.util.Locale;

/** Questions to whoever sits at the terminal. */
final class Ask {
    private Ask() {}

    /** Whether the answer is yes; with {@code --force} it is not asked, and without a terminal the answer is yes too. */
    static boolean yes(Session session, String question) {
        Console console = System.console();
        if (session.force() || console == null) {
            return true;
        }
        session.err().flush();
        String answer = console.readLine("%s (y/n) ", question);
        return answer != null && answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
    }
}
