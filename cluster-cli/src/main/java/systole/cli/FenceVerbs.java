package systole.cli;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import systole.api.Answer;
import systole.api.Request;
import systole.kernel.NearestWord;

/** Level {@code fence}. */
final class FenceVerbs {
    private static final long FENCE_MILLIS = 120_000;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

    private FenceVerbs() {}

    static Level level() {
        List<Verb> verbs = new ArrayList<>();
        verbs.add(Verb.of("node", "Make a node dead through its fencing device: systole fence NODE.")
                .option("--action", "ACTION", "reboot (default), off or on")
                .one("NODE", Verb.Kind.NODE, "which")
                .example("systole fence n2")
                .does(FenceVerbs::fence));
        verbs.add(Verb.of("confirm", "Vouch that a node is off, so that its resources may start elsewhere.")
                .one("NODE", Verb.Kind.NODE, "which")
                .example("systole fence confirm n2")
                .does(FenceVerbs::confirm));
        verbs.add(Verb.of("history", "List what was fenced, when, by what.")
                .maybe("NODE", Verb.Kind.NODE, "only this one")
                .does(FenceVerbs::history));
        verbs.add(Verb.of("cleanup", "Forget finished fencing operations.")
                .maybe("NODE", Verb.Kind.NODE, "only of this one")
                .does(call -> {
                    try (Backend backend = call.session().backend()) {
                        backend.ask(new Request.ForgetFencing(call.one("NODE", "")));
                    }
                    return ExitCode.OK.number();
                }));
        return new Level("fence", List.of("stonith"), "Make nodes dead, and confirm that they are.", verbs);
    }

    static int fence(Call call) {
        String node = call.one("NODE");
        String action = call.option("--action", "reboot");
        if (!List.of("reboot", "off", "on").contains(action)) {
            throw new UsageException(
                    "'" + action + "' is no fencing action" + NearestWord.hint(action, List.of("reboot", "off", "on")),
                    "write reboot, off or on");
        }
        try (Backend backend = call.session().backend()) {
            Edits.requireNode(backend.configuration(), node);
            if (!Ask.yes(call.session(), "Do you really want to " + action + " node " + node + "?")) {
                call.session().info("nothing was done");
                return ExitCode.FAILED.number();
            }
            String text = ResourceVerbs.text(backend.ask(new Request.Fence(node, action, FENCE_MILLIS)));
            call.session().info(text == null || text.isEmpty() ? "node " + node + " is fenced" : text);
        }
        return ExitCode.OK.number();
    }

    static int confirm(Call call) {
        String node = call.one("NODE");
        try (Backend backend = call.session().backend()) {
            Edits.requireNode(backend.configuration(), node);
            if (!Ask.yes(
                    call.session(),
                    "Are you certain that node " + node + " is switched off? If it runs, data may be destroyed.")) {
                call.session().info("nothing was done");
                return ExitCode.FAILED.number();
            }
            backend.ask(new Request.ConfirmFence(node));
            call.session().info("node " + node + " counts as off");
        }
        return ExitCode.OK.number();
    }

    private static int history(Call call) {
        try (Backend backend = call.session().backend()) {
            print(call, backend.ask(new Request.FenceHistory(call.one("NODE", ""))));
        }
        return ExitCode.OK.number();
    }

    /** Events as lines or JSON. */
    static void print(Call call, Answer answer) {
        if (!(answer instanceof Answer.Events events)) {
            throw new IllegalStateException(
                    "the daemon answered with " + answer.getClass().getSimpleName());
        }
        if (call.session().json()) {
            List<Object> list = new ArrayList<>();
            events.events().forEach(event -> list.add(json(event)));
            call.out().println(Output.of(list));
            return;
        }
        events.events().forEach(event -> call.out().println(line(event)));
    }

    static Map<String, Object> json(Answer.Event event) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("time", Instant.ofEpochMilli(event.atMillis()).toString());
        fields.put("node", event.node());
        fields.put("kind", event.kind());
        fields.put("text", event.text());
        fields.put("facts", event.facts());
        return fields;
    }

    static String line(Answer.Event event) {
        return TIME.format(Instant.ofEpochMilli(event.atMillis())) + "  "
                + (event.node().isEmpty() ? "" : event.node() + "  ") + event.kind() + "  " + event.text();
    }
}
