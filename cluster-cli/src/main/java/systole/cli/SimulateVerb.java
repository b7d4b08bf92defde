package systole.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.formats.CibXml;
import systole.formats.TransitionGraphXml;
import systole.model.Element;
import systole.scheduler.rules.Dates;
import systole.scheduler.simulation.Injection;
import systole.scheduler.simulation.Injection.Ticket;
import systole.scheduler.simulation.Injection.Ticket.Change;
import systole.scheduler.simulation.Simulation;

/** {@code simulate}: what the cluster, or one in a file, would do if something happened. */
final class SimulateVerb {

    private SimulateVerb() {}

    static Verb verb() {
        String nodes = "one node, or several: n1,n2";
        return Verb.of("simulate", "Show what the cluster would do, without doing it.")
                .option("--xml-file", "FILE", "a CIB in a file; default: the cluster's")
                .option("--node-up", "NODE", "as if a node came; " + nodes)
                .option("--node-down", "NODE", "as if a node left in order; " + nodes)
                .option("--node-fail", "NODE", "as if a node was lost; " + nodes)
                .option("--op-inject", "SPEC", "a result that came in: RSC_TASK_INTERVAL@NODE=RC, or several with ','")
                .option("--op-fail", "SPEC", "what an operation of the plan is to come to; as --op-inject")
                .option("--ticket-grant", "TICKET", "as if a ticket was granted")
                .option("--ticket-revoke", "TICKET", "as if a ticket was revoked")
                .option("--ticket-standby", "TICKET", "as if a ticket went on standby")
                .option("--ticket-activate", "TICKET", "as if a ticket came back from standby")
                .option("--quorum", "BOOLEAN", "as if quorum was there, or not")
                .option("--date", "TIME", "the time to plan for: ISO 8601, or seconds since 1970")
                .flag("--plan-only", "show the plan without carrying it out on a copy")
                .flag("--show-scores", "the scores of resources on nodes too")
                .flag("--scores", "the same as --show-scores")
                .option("--save-graph", "FILE", "write the transition graph as XML")
                .option("--save-dot", "FILE", "write the transition graph for Graphviz")
                .option("--save-output", "FILE", "write the CIB as it would be afterwards")
                .example("systole simulate --xml-file cib.xml --node-fail n1")
                .example("systole simulate --op-inject web_monitor_10000@n1=7 --show-scores")
                .does(SimulateVerb::run);
    }

    static int run(Call call) {
        return run(call, input(call));
    }

    /** The graph of what the cluster would do, for Graphviz. */
    static String dot(Element cib) {
        return Simulation.dot(
                Simulation.run(cib, date(cib), new Simulation.Request(List.of(), List.of(), false, false, ""))
                        .graph());
    }

    /** When the plan was made, if the CIB says so, else now. */
    private static Instant date(Element cib) {
        String original = cib.attribute("execution-date", "");
        return original.matches("[0-9]{1,12}") ? Instant.ofEpochSecond(Long.parseLong(original)) : Instant.now();
    }

    /** With all options of {@code simulate} that the call has, on this CIB. */
    static int run(Call call, Element cib) {
        String original = cib.attribute("execution-date");
        String date = call.option("--date");
        Instant now;
        String clock = "";
        if (date != null) {
            now = time(date);
            clock = "Setting effective cluster time: " + date;
        } else if (original != null && original.chars().allMatch(Character::isDigit) && !original.isEmpty()) {
            now = Instant.ofEpochSecond(Long.parseLong(original));
            clock = "Using the original execution date of: "
                    + DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss'Z'", Locale.ROOT)
                            .format(now.atOffset(ZoneOffset.UTC));
        } else {
            now = Instant.now();
        }
        List<Injection.Operation> failures = new ArrayList<>();
        for (String spec : words(call.option("--op-fail"))) {
            failures.add(Injection.Operation.parse(spec));
        }
        boolean scores = call.has("--show-scores")
                || call.has("--scores")
                || call.all("WORD").contains("scores");
        Simulation.Report report = Simulation.run(
                cib,
                now,
                new Simulation.Request(
                        injections(call),
                        failures,
                        !call.has("--plan-only"),
                        scores || call.session().json(),
                        clock));
        save(call.option("--save-graph"), () -> TransitionGraphXml.write(report.graph()));
        save(call.option("--save-dot"), () -> Simulation.dot(report.graph()));
        save(call.option("--save-output"), () -> CibXml.write(report.cib()));
        if (call.session().json()) {
            call.out().println(Output.of(json(report)));
        } else {
            call.out().print(report.text());
        }
        return report.complete() ? ExitCode.OK.number() : ExitCode.FAILED.number();
    }

    /** {@code resource scores}: the scores alone, as things are. */
    static int scores(Call call) {
        Element cib = input(call);
        Simulation.Report report =
                Simulation.run(cib, Instant.now(), new Simulation.Request(List.of(), List.of(), false, true, ""));
        if (call.session().json()) {
            call.out().println(Output.of(report.scoreLines()));
        } else {
            report.scoreLines().forEach(call.out()::println);
        }
        return ExitCode.OK.number();
    }

    private static Element input(Call call) {
        String file = call.option("--xml-file");
        Element cib;
        if (file != null) {
            return file(file);
        } else {
            try (Backend backend = call.session().backend()) {
                cib = backend.cib();
            }
        }
        return cib.is("cib") ? cib : Element.of("cib", Map.of(), List.of(cib));
    }

    static Element file(String file) {
        Element cib = CibXml.read(String.valueOf(Path.of(file).getFileName()), FileBackend.read(Path.of(file)));
        return cib.is("cib") ? cib : Element.of("cib", Map.of(), List.of(cib));
    }

    private static List<Injection> injections(Call call) {
        List<Injection> all = new ArrayList<>();
        String quorum = call.option("--quorum");
        if (quorum != null) {
            all.add(new Injection.Quorum(truth(quorum)));
        }
        words(call.option("--node-up")).forEach(node -> all.add(new Injection.NodeUp(node)));
        words(call.option("--node-down")).forEach(node -> all.add(new Injection.NodeDown(node)));
        words(call.option("--node-fail")).forEach(node -> all.add(new Injection.NodeFail(node)));
        words(call.option("--ticket-grant")).forEach(id -> all.add(new Ticket(id, Change.GRANT)));
        words(call.option("--ticket-revoke")).forEach(id -> all.add(new Ticket(id, Change.REVOKE)));
        words(call.option("--ticket-standby")).forEach(id -> all.add(new Ticket(id, Change.STANDBY)));
        words(call.option("--ticket-activate")).forEach(id -> all.add(new Ticket(id, Change.ACTIVATE)));
        words(call.option("--op-inject")).forEach(spec -> all.add(Injection.Operation.parse(spec)));
        return all;
    }

    private static List<String> words(@Nullable String value) {
        return value == null ? List.of() : List.of(value.split(",", -1));
    }

    private static boolean truth(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "1", "true", "yes", "on", "y" -> true;
            case "0", "false", "no", "off", "n" -> false;
            default ->
                throw new UsageException("'" + word + "' is neither true nor false", "write --quorum true or false");
        };
    }

    private static Instant time(String text) {
        if (!text.isEmpty() && text.length() < 13 && text.chars().allMatch(Character::isDigit) && text.length() != 8) {
            return Instant.ofEpochSecond(Long.parseLong(text));
        }
        LocalDateTime parsed = Dates.parse(text, LocalDateTime.now(ZoneOffset.UTC));
        if (parsed == null) {
            throw new UsageException("'" + text + "' is no date", "write it as 2026-07-01 or 2026-07-01T12:30:00Z");
        }
        return parsed.toInstant(ZoneOffset.UTC);
    }

    /** Text that is only made if somebody wants it. */
    private interface Text {
        String make();
    }

    private static void save(@Nullable String file, Text text) {
        if (file == null) {
            return;
        }
        try {
            Files.writeString(Path.of(file), text.make());
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written", e);
        }
    }

    private static Map<String, Object> json(Simulation.Report report) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("changes", unmarked(report.changes()));
        fields.put("actions", unmarked(report.executed()));
        fields.put("complete", report.complete());
        fields.put("scores", report.scoreLines());
        return fields;
    }

    private static List<String> unmarked(List<String> lines) {
        return lines.stream()
                .map(line -> line.strip().startsWith("* ") ? line.strip().substring(2) : line.strip())
                .toList();
    }
}
