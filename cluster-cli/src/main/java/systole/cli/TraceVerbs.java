package systole.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;
import systole.model.CibEdits;
import systole.model.Element;
import systole.model.TimeSpan;

/** {@code resource trace} and {@code untrace}: runs of an agent written to files, by the operations' {@code trace_ra}. */
final class TraceVerbs {
    private static final String TRACE = "trace_ra";
    private static final String FOLDER = "trace_dir";
    private static final List<String> ACTIONS = List.of(
            "start",
            "stop",
            "monitor",
            "probe",
            "promote",
            "demote",
            "notify",
            "reload",
            "migrate_to",
            "migrate_from",
            "validate-all",
            "meta-data");

    private TraceVerbs() {}

    static Verb trace() {
        return Verb.of("trace", "Write what an agent is given and what it answers to files, run by run.")
                .one("RSC", Verb.Kind.RESOURCE, "which primitive")
                .maybe(
                        "OP",
                        Verb.Kind.WORD,
                        "one operation (probe: the first monitor); default: start, stop and all written")
                .maybe("INTERVAL", Verb.Kind.WORD, "only the operation of this interval, as 10s")
                .maybe("DIR", Verb.Kind.FILE, "where to; default: ROOT/var/lib/systole/trace")
                .example("systole resource trace vip start")
                .example("systole resource trace vip monitor 10s /tmp/traces")
                .does(TraceVerbs::set);
    }

    static Verb untrace() {
        return Verb.of("untrace", "End what trace asked for.")
                .one("RSC", Verb.Kind.RESOURCE, "which primitive")
                .maybe("OP", Verb.Kind.WORD, "one operation; default: all")
                .maybe("INTERVAL", Verb.Kind.WORD, "only the operation of this interval")
                .does(TraceVerbs::unset);
    }

    /** The words after the resource: a folder may stand where the interval, or even the operation, would. */
    private record Wanted(String resource, String action, String interval, String folder) {
        static Wanted of(Call call) {
            List<String> words = new ArrayList<>(call.all("OP"));
            words.addAll(call.all("INTERVAL"));
            words.addAll(call.all("DIR"));
            String folder = "";
            if (!words.isEmpty() && words.get(words.size() - 1).startsWith("/")) {
                folder = words.remove(words.size() - 1);
            }
            if (words.size() > 2) {
                throw new UsageException("'" + words.get(2) + "' is no folder", "write its whole path, as /tmp/traces");
            }
            String action = words.isEmpty() ? "" : words.get(0);
            String interval = words.size() < 2 ? "" : words.get(1);
            if (!action.isEmpty() && !ACTIONS.contains(action)) {
                throw new UsageException(
                        "'" + action + "' is no operation of an agent" + NearestWord.hint(action, ACTIONS),
                        "write one of: " + String.join(", ", ACTIONS));
            }
            if (action.equals("probe")) {
                return new Wanted(call.one("RSC"), "monitor", interval.isEmpty() ? "0" : interval, folder);
            }
            return new Wanted(call.one("RSC"), action, interval, folder);
        }

        boolean covers(Element op) {
            return (action.isEmpty() || op.attribute("name", "").equals(action))
                    && (interval.isEmpty() || millis(op.attribute("interval", "0")) == millis(interval));
        }

        /** Operations that must be there: crm traces start and stop even where nobody wrote them. */
        List<Map.Entry<String, String>> needed(Element primitive) {
            if (action.isEmpty()) {
                return List.of(Map.entry("start", "0"), Map.entry("stop", "0"));
            }
            if (action.equals("monitor") && interval.isEmpty()) {
                return List.of();
            }
            boolean there = ops(primitive).stream().anyMatch(this::covers);
            return there ? List.of() : List.of(Map.entry(action, interval.isEmpty() ? "0" : interval));
        }
    }

    private static long millis(String interval) {
        OptionalLong span = TimeSpan.millis(interval);
        if (span.isEmpty()) {
            throw new UsageException("'" + interval + "' is no interval", "write it as 10s");
        }
        return span.getAsLong();
    }

    private static List<Element> ops(Element primitive) {
        List<Element> found = new ArrayList<>();
        for (Element operations : primitive.children("operations")) {
            found.addAll(operations.children("op"));
        }
        return found;
    }

    private static int set(Call call) {
        Wanted wanted = Wanted.of(call);
        boolean changed = call.change(
                "trace " + wanted.resource(),
                configuration -> onPrimitive(configuration, wanted.resource(), primitive -> {
                    Element with = primitive;
                    for (Map.Entry<String, String> op : wanted.needed(primitive)) {
                        with = with(configuration, with, op.getKey(), op.getValue());
                    }
                    if (ops(with).stream().noneMatch(wanted::covers)) {
                        throw new BadInputException(
                                "",
                                "resource '" + wanted.resource() + "' has no operation "
                                        + (wanted.action() + " " + wanted.interval()).strip(),
                                "see what it has: systole configure show " + wanted.resource());
                    }
                    return onOps(with, op -> wanted.covers(op) ? traced(op, wanted.folder()) : op);
                }));
        call.session()
                .info(
                        changed
                                ? "Trace set; files appear under "
                                        + (wanted.folder().isEmpty() ? "var/lib/systole/trace" : wanted.folder())
                                        + " of the node that runs it. Operations other than monitors run at the next "
                                        + "restart: systole resource restart " + wanted.resource()
                                : "Trace was set already");
        return ExitCode.OK.number();
    }

    private static int unset(Call call) {
        Wanted wanted = Wanted.of(call);
        boolean changed = call.change(
                "untrace " + wanted.resource(),
                configuration -> onPrimitive(
                        configuration,
                        wanted.resource(),
                        primitive -> withoutEmpty(onOps(
                                primitive,
                                op -> wanted.covers(op) && Edits.value(op, "instance_attributes", TRACE) != null
                                        ? untraced(op)
                                        : op))));
        call.session().info(changed ? "Stop tracing " + wanted.resource() : wanted.resource() + " was not traced");
        return ExitCode.OK.number();
    }

    private static Element onPrimitive(Element configuration, String id, UnaryOperator<Element> function) {
        Element found = Edits.requireResource(configuration, id);
        if (!found.is("primitive")) {
            List<String> inside = new ArrayList<>(Edits.parts(configuration, id));
            inside.remove(id);
            throw new BadInputException(
                    "",
                    "'" + id + "' is no primitive, so it has no operations to trace",
                    "name one of: " + String.join(", ", inside));
        }
        return Edits.onResource(configuration, id, function);
    }

    private static Element onOps(Element primitive, UnaryOperator<Element> function) {
        return Edits.replace(primitive, element -> element.is("op"), function);
    }

    private static Element traced(Element op, String folder) {
        Element traced = Edits.pair(op, "instance_attributes", op.id(), TRACE, "1");
        return folder.isEmpty() ? traced : Edits.pair(traced, "instance_attributes", op.id(), FOLDER, folder);
    }

    private static Element untraced(Element op) {
        Element half = Edits.pair(op, "instance_attributes", op.id(), FOLDER, null);
        return Edits.pair(half, "instance_attributes", op.id(), TRACE, null);
    }

    /** Without operations that say nothing but their name, as {@link #with} makes them. */
    private static Element withoutEmpty(Element primitive) {
        List<Element> children = new ArrayList<>();
        for (Element child : primitive.children()) {
            if (!child.is("operations")) {
                children.add(child);
                continue;
            }
            List<Element> kept = new ArrayList<>(child.children());
            kept.removeIf(op -> op.is("op")
                    && op.children().isEmpty()
                    && Set.of("id", "name", "interval")
                            .containsAll(op.attributes().keySet())
                    && millis(op.attribute("interval", "0")) == 0
                    && op.id().equals(primitive.id() + "-" + op.attribute("name", "") + "-0"));
            if (!kept.isEmpty()
                    || child.attribute("id-ref") != null
                    || !child.id().isEmpty()) {
                children.add(child.withChildren(kept));
            }
        }
        return primitive.withChildren(children);
    }

    private static Element with(Element configuration, Element primitive, String action, String interval) {
        for (Element op : ops(primitive)) {
            if (op.attribute("name", "").equals(action) && millis(op.attribute("interval", "0")) == millis(interval)) {
                return primitive;
            }
        }
        Set<String> taken = CibEdits.ids(configuration);
        String id = primitive.id() + "-" + action + "-" + interval;
        for (int i = 0; taken.contains(id); i++) {
            id = primitive.id() + "-" + action + "-" + interval + "-" + i;
        }
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("name", action);
        attributes.put("interval", interval);
        attributes.put("id", id);
        Element op = Element.of("op", attributes, List.of());
        List<Element> children = new ArrayList<>(primitive.children());
        for (int i = 0; i < children.size(); i++) {
            if (children.get(i).is("operations")) {
                if (children.get(i).attribute("id-ref") != null) {
                    throw new BadInputException(
                            "",
                            "the operations of '" + primitive.id() + "' are those of '"
                                    + children.get(i).attribute("id-ref") + "'",
                            "trace there, or give it operations of its own: systole configure edit " + primitive.id());
                }
                children.set(i, children.get(i).plus(op));
                return primitive.withChildren(children);
            }
        }
        children.add(Element.of("operations", Map.of(), List.of(op)));
        return primitive.withChildren(children);
    }
}
