package systole.daemon.tool;

import java.util.function.Function;
import systole.api.Answer;
import systole.api.Request;

/** What is to be done next for a command. */
public sealed interface ToolStep {
    /** The command is through. */
    record Say(int code, String out, String err) implements ToolStep {}

    /** The daemon carries out the request and goes on with the answer. */
    record Ask(Request request, Function<Answer, ToolStep> then) implements ToolStep {}

    static Say out(String text) {
        return new Say(0, text, "");
    }

    static Say fail(int code, String err) {
        return new Say(code, "", err + "\n");
    }
}
