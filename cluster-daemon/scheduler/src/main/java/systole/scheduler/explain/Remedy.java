package systole.scheduler.explain;

/**
 * Something an administrator can do to change a decision.
 *
 * @param text what it does
 * @param command how; empty if there is no command for it
 */
public record Remedy(String text, String command) {
    static Remedy of(String command, String text) {
        return new Remedy(text, command);
    }

    static Remedy inWords(String text) {
        return new Remedy(text, "");
    }
}
