package systole.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import systole.api.Answer;
import systole.api.Request;
import systole.formats.CibXml;
import systole.formats.CrmLanguage;
import systole.model.Element;

/** Level {@code history}: what happened, and who changed what. */
final class HistoryVerbs {
    private HistoryVerbs() {}

    static Level level() {
        List<Verb> verbs = new ArrayList<>();
        verbs.add(Verb.of("list", "List what happened: failures, elections of the coordinator, recoveries.")
                .alias("events", "latest")
                .option("--limit", "N", "only the last so many")
                .flag("--changes", "who changed the configuration, instead (as history changes)")
                .example("systole history --limit 20")
                .does(call -> call.has("--changes") ? changes(call) : events(call, event -> true)));
        verbs.add(Verb.of("changes", "List who changed the configuration, when, and to which version.")
                .option("--limit", "N", "only the last so many")
                .does(HistoryVerbs::changes));
        verbs.add(Logs.verb());
        verbs.add(Verb.of("diff", "Print the difference between two versions of the configuration.")
                .one("A", Verb.Kind.VERSION, "a version as 0.17, or the number of a plan (history transitions)")
                .maybe("B", Verb.Kind.VERSION, "another; default: the present one")
                .example("systole history diff 0.17 0.19")
                .does(HistoryVerbs::diff));
        verbs.add(Verb.of("show", "Print the configuration as it was at a version, or when a plan was made.")
                .flag("--xml", "as XML")
                .one("VERSION", Verb.Kind.VERSION, "as 0.17, or the number of a plan (history transitions)")
                .maybe("status", Verb.Kind.WORD, "of a plan: the status of the cluster, instead")
                .does(call -> {
                    if (!call.one("status", "").isEmpty()) {
                        return PlanVerbs.status(call, call.one("VERSION"), call.one("status"));
                    }
                    try (Backend backend = call.session().directly()) {
                        Element found = version(call, backend, call.one("VERSION"));
                        call.out()
                                .print(
                                        call.has("--xml")
                                                ? CibXml.write(found)
                                                : CrmLanguage.show(found, CrmLanguage.Style.DISPLAY));
                    }
                    return ExitCode.OK.number();
                }));
        verbs.add(Verb.of("resource", "List what happened to resources.")
                .option("--limit", "N", "of the last so many events")
                .some("RSC", Verb.Kind.RESOURCE, "which")
                .does(call -> events(call, about(call.all("RSC")))));
        verbs.add(Verb.of("node", "List what happened to nodes.")
                .option("--limit", "N", "of the last so many events")
                .some("NODE", Verb.Kind.NODE, "which")
                .does(call -> events(call, about(call.all("NODE")))));
        verbs.add(Verb.of("wdiff", "Print the difference between two versions word by word.")
                .one("A", Verb.Kind.VERSION, "a version as 0.17, or the number of a plan")
                .maybe("B", Verb.Kind.VERSION, "another; default: the present one")
                .does(HistoryVerbs::wordDiff));
        verbs.add(Verb.of("source", "For crm: the cluster keeps its own history, live is the only source.")
                .maybe("live", Verb.Kind.WORD, "nothing else")
                .does(call -> {
                    String source = call.one("live", "live");
                    if (!source.equals("live")) {
                        throw new UsageException(
                                "'" + source + "' is not read: the cluster keeps its own history",
                                "look at what a report holds in its files, or play a plan again: history transition FILE");
                    }
                    Output.value(call, "source", source);
                    return ExitCode.OK.number();
                }));
        verbs.add(Verb.of("refresh", "For crm: each command reads what is there now.")
                .does(call -> ExitCode.OK.number()));
        verbs.addAll(PlanVerbs.verbs());
        verbs.addAll(Timeframe.verbs());
        verbs.add(Verb.of("info", "Say what is kept: how many events and versions, and since when.")
                .does(HistoryVerbs::info));
        return new Level("history", List.of(), "See what happened, and who changed what.", verbs);
    }

    private static int limit(Call call) {
        return limit(call, 0);
    }

    static int limit(Call call, int fallback) {
        String word = call.option("--limit", Integer.toString(fallback));
        if (word.length() > 6 || !word.chars().allMatch(Character::isDigit)) {
            throw new UsageException("'" + word + "' is no number", "write --limit N");
        }
        return word.isEmpty() ? 0 : Integer.parseInt(word);
    }

    /** Events whose words or facts name one of these; instances ({@code db:0}) belong to their resource. */
    private static Predicate<Answer.Event> about(List<String> names) {
        return event -> {
            List<String> words = new ArrayList<>(List.of(event.text().split("[^A-Za-z0-9_.-]+")));
            words.add(event.node());
            words.addAll(event.facts().values());
            for (String name : names) {
                for (String word : words) {
                    if (word.equals(name)
                            || word.startsWith(name + ":")
                            || word.matches("\\Q" + name + "\\E_[a-z-]+_[0-9]+")) {
                        return true;
                    }
                }
            }
            return false;
        };
    }

    private static int events(Call call, Predicate<Answer.Event> wanted) {
        try (Backend backend = call.session().directly()) {
            Answer answer = backend.ask(new Request.History(limit(call)));
            Timeframe frame = Timeframe.of(call.session());
            if (answer instanceof Answer.Events events) {
                answer = new Answer.Events(
                        frame.filter(events.events()).stream().filter(wanted).toList());
            }
            if (answer instanceof Answer.Events events
                    && frame.isDetailed()
                    && !call.session().json()) {
                events.events().forEach(event -> detailed(call, event));
            } else {
                FenceVerbs.print(call, answer);
            }
        }
        return ExitCode.OK.number();
    }

    private static void detailed(Call call, Answer.Event event) {
        call.out().println(FenceVerbs.line(event));
        event.facts().forEach((name, value) -> call.out().println("    " + name + "=" + value));
    }

    private static int changes(Call call) {
        try (Backend backend = call.session().directly()) {
            if (backend.ask(new Request.Changes(limit(call))) instanceof Answer.Changes changes) {
                List<Object> json = new ArrayList<>();
                Timeframe frame = Timeframe.of(call.session());
                for (Answer.Change change : changes.changes()) {
                    if (!frame.isIn(change.atMillis())) {
                        continue;
                    }
                    Map<String, Object> fields = new LinkedHashMap<>();
                    fields.put("time", Instant.ofEpochMilli(change.atMillis()).toString());
                    fields.put("version", change.version());
                    fields.put("author", change.author());
                    fields.put("origin", change.origin());
                    fields.put("summary", change.summary());
                    fields.put("kept", change.kept());
                    json.add(fields);
                    if (!call.session().json()) {
                        call.out()
                                .println(fields.get("time") + "  " + Undo.epochs(change) + "  " + change.author() + "@"
                                        + change.origin() + "  " + change.summary()
                                        + (change.kept() ? "" : "  (too old to be undone)"));
                    }
                }
                if (call.session().json()) {
                    call.out().println(Output.of(json));
                }
            }
        }
        return ExitCode.OK.number();
    }

    private static Element version(Call call, Backend backend, String version) {
        if (PlanVerbs.isPlan(version)) {
            return Backend.configuration(PlanVerbs.input(call.session(), version));
        }
        if (backend.ask(new Request.ReadVersion(version, false)) instanceof Answer.Cib cib) {
            return Backend.configuration(cib.cib());
        }
        throw new AssertionError("a version is not answered by a CIB");
    }

    private static int diff(Call call) {
        try (Backend backend = call.session().directly()) {
            Element before = version(call, backend, call.one("A"));
            String other = call.one("B", "");
            Element after = other.isEmpty() ? backend.configuration() : version(call, backend, other);
            String difference = PendingBackend.difference(before, after);
            if (call.session().json()) {
                call.out().println(Output.of(difference.lines().toList()));
            } else {
                call.out().print(difference);
            }
        }
        return ExitCode.OK.number();
    }

    private static int wordDiff(Call call) {
        try (Backend backend = call.session().directly()) {
            Element before = version(call, backend, call.one("A"));
            String other = call.one("B", "");
            Element after = other.isEmpty() ? backend.configuration() : version(call, backend, other);
            String difference = WordDiff.of(
                    CrmLanguage.show(before, CrmLanguage.Style.DISPLAY),
                    CrmLanguage.show(after, CrmLanguage.Style.DISPLAY));
            if (call.session().json()) {
                call.out().println(Output.of(difference.lines().toList()));
            } else {
                call.out().print(difference);
            }
        }
        return ExitCode.OK.number();
    }

    private static int info(Call call) {
        try (Backend backend = call.session().directly()) {
            List<Answer.Change> changes = Undo.changes(backend);
            long kept = changes.stream().filter(Answer.Change::kept).count();
            List<Answer.Event> events =
                    backend.ask(new Request.History(0)) instanceof Answer.Events all ? all.events() : List.of();
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("version", Backend.version(backend.cib()));
            fields.put("changes", changes.size());
            fields.put("undoable", kept);
            fields.put("events", events.size());
            fields.put(
                    "since",
                    events.isEmpty()
                            ? ""
                            : Instant.ofEpochMilli(events.get(0).atMillis()).toString());
            if (call.session().json()) {
                call.out().println(Output.of(fields));
            } else {
                fields.forEach((name, value) -> call.out().println(name + ": " + value));
            }
        }
        return ExitCode.OK.number();
    }
}
