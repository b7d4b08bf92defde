package systole.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import systole.formats.CibXml;
import systole.kernel.BadInputException;
import systole.kernel.ClusterException.Advice;
import systole.kernel.NearestWord;
import systole.model.CibEdit;
import systole.model.Element;

/**
 * Requests and answers as lines of JSON. A request is {@code {"do": NAME, …}}, an answer {@code {"ok": true, "is":
 * NAME, …}} or {@code {"ok": false, "advice": …, "error": …, "remedy": …}}; elements travel as XML text.
 */
public final class ApiCodec {
    /** A longer line is refused. */
    public static final int MAX_LINE = 96 << 20;

    private static final List<String> NAMES = List.of(
            "status",
            "cib",
            "configure",
            "cleanup",
            "fence",
            "confirm-fence",
            "fence-history",
            "forget-fencing",
            "set-attributes",
            "query-attributes",
            "set-ticket",
            "fail",
            "stop-node",
            "forget-node",
            "make-token",
            "remove-node",
            "reload-file",
            "unblock",
            "expected-votes",
            "settle",
            "history",
            "changes",
            "version",
            "plans",
            "plan",
            "watch",
            "ring");

    private ApiCodec() {}

    // ---- requests -------------------------------------------------------------------------------------------------

    /** @throws BadInputException if the line is no request */
    public static Request readRequest(String line) {
        if (line.length() > MAX_LINE) {
            throw new BadInputException(
                    "request", "the line has " + line.length() + " characters, more than " + MAX_LINE, "send less");
        }
        Fields fields = new Fields("request", Json.read(line));
        String name = fields.required("do");
        Request request = switch (name) {
            case "status" -> new Request.Status();
            case "cib" -> new Request.ReadCib();
            case "configure" ->
                new Request.Configure(
                        edits(fields.list("edits")),
                        fields.text("guard"),
                        fields.text("message"),
                        fields.text("client"),
                        fields.truth("force"),
                        fields.truth("check"));
            case "cleanup" ->
                new Request.Cleanup(
                        fields.text("resource"),
                        fields.text("node"),
                        fields.text("operation"),
                        fields.number("intervalMillis", 0),
                        fields.truth("refresh"));
            case "fence" ->
                new Request.Fence(
                        fields.required("node"), fields.required("action"), fields.number("timeoutMillis", 0));
            case "confirm-fence" -> new Request.ConfirmFence(fields.required("node"));
            case "fence-history" -> new Request.FenceHistory(fields.text("node"));
            case "forget-fencing" -> new Request.ForgetFencing(fields.text("node"));
            case "set-attributes" ->
                new Request.SetAttributes(
                        fields.text("node"),
                        fields.map("values"),
                        fields.texts("remove"),
                        lifetime(fields.text("lifetime")),
                        fields.number("delayMillis", -1));
            case "query-attributes" ->
                new Request.QueryAttributes(
                        fields.text("node"), fields.text("name"), lifetime(fields.text("lifetime")));
            case "set-ticket" ->
                new Request.SetTicket(fields.required("ticket"), fields.map("attributes"), fields.texts("remove"));
            case "fail" -> new Request.FailResource(fields.required("resource"), fields.text("node"));
            case "stop-node" -> new Request.StopNode(fields.text("node"));
            case "forget-node" -> new Request.ForgetNode(fields.required("node"));
            case "make-token" -> new Request.MakeToken(fields.number("seconds", 600));
            case "remove-node" -> new Request.RemoveNode(fields.required("node"));
            case "reload-file" -> new Request.ReloadFile(fields.truth("check"));
            case "unblock" -> new Request.Unblock();
            case "expected-votes" ->
                new Request.SetExpectedVotes((int) Math.min(Integer.MAX_VALUE, fields.number("votes", 0)));
            case "settle" -> new Request.Settle(fields.number("timeoutMillis", 60_000));
            case "history" -> new Request.History((int) Math.min(1 << 20, fields.number("limit", 0)));
            case "changes" -> new Request.Changes((int) Math.min(1 << 20, fields.number("limit", 0)));
            case "version" -> new Request.ReadVersion(fields.required("version"), fields.truth("before"));
            case "plans" -> new Request.Plans((int) Math.min(1 << 20, fields.number("limit", 0)));
            case "plan" -> new Request.ReadPlan(fields.required("number"));
            case "watch" -> new Request.Watch();
            case "ring" -> new Request.Ring();
            default ->
                throw new BadInputException(
                        "request",
                        "'" + name + "' is not known" + NearestWord.hint(name, NAMES),
                        "ask for one of: " + String.join(", ", NAMES));
        };
        fields.refuseOthers();
        return request;
    }

    private static String lifetime(String word) {
        return switch (word) {
            case "", "reboot" -> "reboot";
            case "forever", "private" -> word;
            default ->
                throw new BadInputException(
                        "request",
                        "'" + word + "' is no lifetime"
                                + NearestWord.hint(word, List.of("reboot", "forever", "private")),
                        "write reboot, forever or private");
        };
    }

    public static String write(Request request) {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (request instanceof Request.Status) {
            fields.put("do", "status");
        } else if (request instanceof Request.ReadCib) {
            fields.put("do", "cib");
        } else if (request instanceof Request.Configure configure) {
            fields.put("do", "configure");
            fields.put("edits", edits(configure));
            fields.put("guard", configure.guard());
            fields.put("message", configure.message());
            fields.put("client", configure.client());
            fields.put("force", configure.force());
            fields.put("check", configure.check());
        } else if (request instanceof Request.Cleanup cleanup) {
            fields.put("do", "cleanup");
            fields.put("resource", cleanup.resource());
            fields.put("node", cleanup.node());
            fields.put("operation", cleanup.operation());
            fields.put("intervalMillis", cleanup.intervalMillis());
            fields.put("refresh", cleanup.refresh());
        } else if (request instanceof Request.Fence fence) {
            fields.put("do", "fence");
            fields.put("node", fence.node());
            fields.put("action", fence.action());
            fields.put("timeoutMillis", fence.timeoutMillis());
        } else if (request instanceof Request.SetAttributes set) {
            fields.put("do", "set-attributes");
            fields.put("node", set.node());
            fields.put("values", set.values());
            fields.put("remove", set.remove());
            fields.put("lifetime", set.lifetime());
            fields.put("delayMillis", set.delayMillis());
        } else if (request instanceof Request.QueryAttributes query) {
            fields.put("do", "query-attributes");
            fields.put("node", query.node());
            fields.put("name", query.name());
            fields.put("lifetime", query.lifetime());
        } else if (request instanceof Request.SetTicket ticket) {
            fields.put("do", "set-ticket");
            fields.put("ticket", ticket.ticket());
            fields.put("attributes", ticket.attributes());
            fields.put("remove", ticket.remove());
        } else {
            writeSmall(request, fields);
        }
        return Json.write(fields);
    }

    private static void writeSmall(Request request, Map<String, Object> fields) {
        if (request instanceof Request.ConfirmFence confirm) {
            fields.put("do", "confirm-fence");
            fields.put("node", confirm.node());
        } else if (request instanceof Request.FenceHistory history) {
            fields.put("do", "fence-history");
            fields.put("node", history.node());
        } else if (request instanceof Request.ForgetFencing forget) {
            fields.put("do", "forget-fencing");
            fields.put("node", forget.node());
        } else if (request instanceof Request.FailResource fail) {
            fields.put("do", "fail");
            fields.put("resource", fail.resource());
            fields.put("node", fail.node());
        } else if (request instanceof Request.StopNode stop) {
            fields.put("do", "stop-node");
            fields.put("node", stop.node());
        } else if (request instanceof Request.ForgetNode forget) {
            fields.put("do", "forget-node");
            fields.put("node", forget.node());
        } else if (request instanceof Request.MakeToken token) {
            fields.put("do", "make-token");
            fields.put("seconds", token.seconds());
        } else if (request instanceof Request.RemoveNode remove) {
            fields.put("do", "remove-node");
            fields.put("node", remove.node());
        } else if (request instanceof Request.ReloadFile reload) {
            fields.put("do", "reload-file");
            fields.put("check", reload.check());
        } else if (request instanceof Request.Unblock) {
            fields.put("do", "unblock");
        } else if (request instanceof Request.SetExpectedVotes expect) {
            fields.put("do", "expected-votes");
            fields.put("votes", (long) expect.votes());
        } else if (request instanceof Request.Settle settle) {
            fields.put("do", "settle");
            fields.put("timeoutMillis", settle.timeoutMillis());
        } else if (request instanceof Request.History history) {
            fields.put("do", "history");
            fields.put("limit", history.limit());
        } else if (request instanceof Request.Changes changes) {
            fields.put("do", "changes");
            fields.put("limit", changes.limit());
        } else if (request instanceof Request.ReadVersion version) {
            fields.put("do", "version");
            fields.put("version", version.version());
            fields.put("before", version.before());
        } else if (request instanceof Request.Plans plans) {
            fields.put("do", "plans");
            fields.put("limit", plans.limit());
        } else if (request instanceof Request.ReadPlan plan) {
            fields.put("do", "plan");
            fields.put("number", plan.number());
        } else if (request instanceof Request.Watch) {
            fields.put("do", "watch");
        } else if (request instanceof Request.Ring) {
            fields.put("do", "ring");
        } else {
            throw new AssertionError("unknown request " + request);
        }
    }

    private static List<CibEdit> edits(List<Object> list) {
        List<CibEdit> edits = new ArrayList<>();
        for (Object item : list) {
            Fields fields = new Fields("edit " + (edits.size() + 1), item);
            if (fields.has("put")) {
                edits.add(new CibEdit.Put(
                        fields.required("in"), CibXml.read("edit", fields.required("put")), fields.text("before")));
            } else if (fields.has("remove")) {
                edits.add(new CibEdit.Remove(fields.required("remove")));
            } else {
                Element whole = CibXml.read("edit", fields.required("replace"));
                if (!whole.is("configuration")) {
                    throw new BadInputException(
                            "edit " + (edits.size() + 1),
                            "replacement is <" + whole.name() + ">, not <configuration>",
                            "send the whole configuration, or put single elements");
                }
                edits.add(new CibEdit.ReplaceConfiguration(whole));
            }
            fields.refuseOthers();
        }
        return edits;
    }

    private static List<Object> edits(Request.Configure configure) {
        List<Object> list = new ArrayList<>();
        for (CibEdit edit : configure.edits()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            if (edit instanceof CibEdit.Put put) {
                fields.put("put", CibXml.write(put.element()));
                fields.put("in", put.parent());
                fields.put("before", put.before());
            } else if (edit instanceof CibEdit.Remove remove) {
                fields.put("remove", remove.id());
            } else if (edit instanceof CibEdit.ReplaceConfiguration replace) {
                fields.put("replace", CibXml.write(replace.configuration()));
            } else {
                throw new AssertionError("unknown edit " + edit);
            }
            list.add(fields);
        }
        return list;
    }

    // ---- answers ----------------------------------------------------------------------------------------------------

    public static String write(Answer answer) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("ok", !(answer instanceof Answer.Failed));
        if (answer instanceof Answer.Done done) {
            fields.put("is", "done");
            fields.put("text", done.text());
        } else if (answer instanceof Answer.Failed failed) {
            fields.put("advice", failed.advice().name());
            fields.put("error", failed.whatHappened());
            fields.put("remedy", failed.remedy());
        } else if (answer instanceof Answer.Cib cib) {
            fields.put("is", "cib");
            fields.put("version", cib.version());
            fields.put("cib", CibXml.write(cib.cib()));
        } else if (answer instanceof Answer.Status status) {
            fields.put("is", "status");
            fields.put("facts", status.facts());
            fields.put("warnings", status.warnings());
            fields.put("cib", CibXml.write(status.cib()));
        } else if (answer instanceof Answer.Facts facts) {
            fields.put("is", "facts");
            fields.put("facts", facts.facts());
        } else if (answer instanceof Answer.Attributes attributes) {
            fields.put("is", "attributes");
            List<Object> list = new ArrayList<>();
            for (Answer.Attribute attribute : attributes.attributes()) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("node", attribute.node());
                one.put("name", attribute.name());
                one.put("value", attribute.value());
                list.add(one);
            }
            fields.put("attributes", list);
        } else if (answer instanceof Answer.Events events) {
            fields.put("is", "events");
            List<Object> list = new ArrayList<>();
            for (Answer.Event event : events.events()) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("atMillis", event.atMillis());
                one.put("node", event.node());
                one.put("kind", event.kind());
                one.put("text", event.text());
                one.put("facts", event.facts());
                list.add(one);
            }
            fields.put("events", list);
        } else if (answer instanceof Answer.Changes changes) {
            fields.put("is", "changes");
            List<Object> list = new ArrayList<>();
            for (Answer.Change change : changes.changes()) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("atMillis", change.atMillis());
                one.put("version", change.version());
                one.put("author", change.author());
                one.put("origin", change.origin());
                one.put("summary", change.summary());
                one.put("kept", change.kept());
                list.add(one);
            }
            fields.put("changes", list);
        } else {
            throw new AssertionError("unknown answer " + answer);
        }
        return Json.write(fields);
    }

    /** @throws BadInputException if the line is no answer */
    public static Answer readAnswer(String line) {
        Fields fields = new Fields("answer", Json.read(line));
        if (!fields.truth("ok")) {
            return new Answer.Failed(advice(fields.text("advice")), fields.text("error"), fields.text("remedy"));
        }
        String is = fields.required("is");
        return switch (is) {
            case "done" -> new Answer.Done(fields.text("text"));
            case "cib" -> new Answer.Cib(fields.text("version"), CibXml.read("cib", fields.required("cib")));
            case "status" ->
                new Answer.Status(
                        fields.map("facts"), fields.texts("warnings"), CibXml.read("cib", fields.required("cib")));
            case "facts" -> new Answer.Facts(fields.map("facts"));
            case "attributes" -> {
                List<Answer.Attribute> list = new ArrayList<>();
                for (Object item : fields.list("attributes")) {
                    Fields one = new Fields("attribute", item);
                    list.add(new Answer.Attribute(one.text("node"), one.text("name"), one.text("value")));
                }
                yield new Answer.Attributes(list);
            }
            case "events" -> {
                List<Answer.Event> list = new ArrayList<>();
                for (Object item : fields.list("events")) {
                    Fields one = new Fields("event", item);
                    list.add(new Answer.Event(
                            one.number("atMillis", 0),
                            one.text("node"),
                            one.text("kind"),
                            one.text("text"),
                            one.map("facts")));
                }
                yield new Answer.Events(list);
            }
            case "changes" -> {
                List<Answer.Change> list = new ArrayList<>();
                for (Object item : fields.list("changes")) {
                    Fields one = new Fields("change", item);
                    list.add(new Answer.Change(
                            one.number("atMillis", 0),
                            one.text("version"),
                            one.text("author"),
                            one.text("origin"),
                            one.text("summary"),
                            one.truth("kept")));
                }
                yield new Answer.Changes(list);
            }
            default ->
                throw new BadInputException(
                        "answer", "'" + is + "' is not known to this client", "use the client of the daemon's version");
        };
    }

    private static Advice advice(String word) {
        for (Advice advice : Advice.values()) {
            if (advice.name().equals(word)) {
                return advice;
            }
        }
        return Advice.CHECK_STATE;
    }
}
