package systole.cli;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import systole.api.Answer;
import systole.formats.AgentCatalog;
import systole.formats.CibValidation;
import systole.formats.CibXml;
import systole.formats.CrmLanguage;
import systole.formats.CrmObjects;
import systole.formats.Finding;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;
import systole.model.CibEdits;
import systole.model.Element;
import systole.model.Options;
import systole.scheduler.status.StatusReport;

/** Level {@code configure}: the configuration in the crm language. */
final class ConfigureVerbs {
    private static final String COMMAND_LINE = "command line";

    private ConfigureVerbs() {}

    static Level level() {
        List<Verb> verbs = new ArrayList<>();
        verbs.add(Verb.of("show", "Print the configuration, or some objects of it.")
                .flag("--exact", "print passwords and ids too: reading the text again gives the same configuration")
                .any("ID", Verb.Kind.OBJECT, "xml for XML; ids, type:KIND, tag:TAG, related:ID or a pattern with *")
                .example("systole configure show")
                .example("systole configure show xml")
                .example("systole configure show type:primitive")
                .does(ConfigureVerbs::show));
        statement(
                verbs, "primitive", "Define a resource.", "systole configure primitive vip IPaddr2 params ip=10.0.0.9");
        statement(verbs, "group", "Put resources in a row on one node.", "systole configure group g1 fs db vip");
        statement(verbs, "clone", "Run a resource on several nodes.", "systole configure clone c1 ping");
        statement(
                verbs,
                "ms",
                "Run a resource with one promoted instance (old form).",
                "systole configure ms m1 db",
                "master");
        statement(verbs, "bundle", "Run a resource in containers.", "systole configure bundle b docker image=web:1");
        statement(verbs, "rsc_template", "Define a template of resources.", "systole configure rsc_template t Dummy");
        statement(verbs, "location", "Say where a resource likes to run.", "systole configure location l1 vip 100: n1");
        statement(
                verbs,
                "colocation",
                "Say what runs together.",
                "systole configure colocation c1 inf: web vip",
                "collocation");
        statement(verbs, "order", "Say what comes first.", "systole configure order o1 Mandatory: db web");
        statement(verbs, "rsc_ticket", "Bind resources to a ticket.", "systole configure rsc_ticket t1 T: db");
        statement(verbs, "property", "Set options of the cluster.", "systole configure property stonith-enabled=true");
        statement(
                verbs,
                "rsc_defaults",
                "Set defaults of resources.",
                "systole configure rsc_defaults resource-stickiness=1");
        statement(verbs, "op_defaults", "Set defaults of operations.", "systole configure op_defaults timeout=60s");
        statement(
                verbs,
                "fencing_topology",
                "Set levels of fencing.",
                "systole configure fencing_topology n1: ipmi pdu",
                "fencing-topology");
        statement(verbs, "node", "Define a node and its attributes.", "systole configure node n1 attributes rack=1");
        statement(verbs, "monitor", "Add a monitor to a resource.", "systole configure monitor web 30s:20s");
        statement(verbs, "tag", "Name a set of objects.", "systole configure tag web vip apache");
        statement(
                verbs, "alert", "Call a program on events.", "systole configure alert a /usr/local/bin/page.sh to me");
        statement(verbs, "role", "Define a role of access control.", "systole configure role watcher read cib");
        statement(verbs, "acl_target", "Give roles to a user.", "systole configure acl_target joe watcher");
        statement(verbs, "acl_group", "Give roles to a group.", "systole configure acl_group ops watcher");
        statement(verbs, "xml", "Define an object in XML.", "systole configure xml '<primitive …/>'");
        changes(verbs);
        files(verbs);
        return new Level("configure", List.of(), "Show and change the configuration.", verbs);
    }

    private static void statement(List<Verb> verbs, String name, String summary, String example, String... aliases) {
        verbs.add(Verb.of(name, summary)
                .alias(aliases)
                .any("TEXT", Verb.Kind.WORD, "the rest of the statement; see docs/cli.md and crm-differences.md")
                .raw()
                .example(example)
                .does(call -> apply(call, COMMAND_LINE, text(name, call.words()), CrmLanguage.Mode.UPDATE)));
    }

    private static void changes(List<Verb> verbs) {
        verbs.add(Verb.of("delete", "Delete objects with the constraints that name them.")
                .alias("rm")
                .flag("--force", "delete resources that run: they are stopped")
                .some("ID", Verb.Kind.OBJECT, "what to delete")
                .does(ConfigureVerbs::delete));
        verbs.add(Verb.of("rename", "Give an object another id, everywhere.")
                .one("OLD", Verb.Kind.OBJECT, "the present id")
                .one("NEW", Verb.Kind.WORD, "the id to be")
                .does(call -> {
                    call.change(
                            "rename " + call.one("OLD"),
                            configuration -> CrmObjects.rename(configuration, call.one("OLD"), call.one("NEW")));
                    return ExitCode.OK.number();
                }));
        verbs.add(Verb.of("modgroup", "Add a member to a group, or take one out.")
                .one("GROUP", Verb.Kind.RESOURCE, "the group")
                .one("add|remove", Verb.Kind.WORD, "what to do")
                .one("RSC", Verb.Kind.RESOURCE, "the member")
                .maybe("before|after", Verb.Kind.WORD, "where it goes")
                .maybe("MEMBER", Verb.Kind.RESOURCE, "relative to this member")
                .does(ConfigureVerbs::modgroup));
        verbs.add(Verb.of("set", "Set one value: ID.NAME or ID.OP.INTERVAL.NAME.")
                .one("PATH", Verb.Kind.WORD, "as vip.ip or vip.monitor.10s.timeout")
                .one("VALUE", Verb.Kind.WORD, "the value")
                .example("systole configure set vip.ip 10.0.0.7")
                .does(ConfigureVerbs::set));
        verbs.add(Verb.of("erase", "Delete everything but the nodes.").does(call -> {
            call.change(
                    "erase",
                    configuration -> CrmLanguage.load(
                                    configuration, COMMAND_LINE, "", CrmLanguage.Mode.REPLACE, AgentCatalog.NONE)
                            .configuration());
            return ExitCode.OK.number();
        }));
        verbs.add(Verb.of("get_property", "Print the value of a cluster property, or its default.")
                .alias("get-property")
                .some("NAME", Verb.Kind.WORD, "names of properties")
                .does(ConfigureVerbs::getProperty));
    }

    private static void files(List<Verb> verbs) {
        verbs.add(Verb.of("load", "Take a configuration from a file.")
                .option("--max-disruption", "N", "refuse if more than N running resources would be stopped or moved")
                .one(
                        "update|replace|push",
                        Verb.Kind.WORD,
                        "keep what the file does not name, erase first, or delete it")
                .one("FILE", Verb.Kind.FILE, "crm text or XML; - reads standard input")
                .example("systole configure load update web.crm")
                .does(ConfigureVerbs::load));
        verbs.add(Verb.of("plan", "Show what pending changes, or a script, would make the cluster do, step by step.")
                .maybe("FILE", Verb.Kind.FILE, "crm text; - reads standard input; default: the changes of the shell")
                .example("systole configure plan web.crm")
                .does(ConfigureVerbs::plan));
        verbs.add(Verb.of("save", "Write the configuration to a file, so that load gives it back exactly.")
                .flag("--xml", "write XML")
                .one("FILE", Verb.Kind.FILE, "where to; - for standard output")
                .any("ID", Verb.Kind.OBJECT, "only these objects")
                .does(ConfigureVerbs::save));
        verbs.add(Verb.of("verify", "Check the configuration.").does(call -> RootVerbs.verify(call)));
        verbs.add(Verb.of("edit", "Change the configuration in an editor ($EDITOR).")
                .any("ID", Verb.Kind.OBJECT, "only these objects")
                .does(ConfigureVerbs::edit));
        verbs.add(Verb.of("validate-all", "Let the agent of a resource check its parameters, on this node.")
                .one("RSC", Verb.Kind.RESOURCE, "which")
                .does(Agents::validate));
        verbs.add(Verb.of("default-timeouts", "Set the time-outs of operations to what the agents advise.")
                .some("RSC", Verb.Kind.RESOURCE, "which")
                .does(Agents::defaultTimeouts));
        verbs.add(Verb.of("rsctest", "Run a resource by hand on this node: probe, start, monitor, stop.")
                .some("RSC", Verb.Kind.RESOURCE, "which; it must be stopped in the cluster")
                .does(Agents::test));
        verbs.add(Verb.of("filter", "Send the text of the configuration through a program, and take what comes out.")
                .one("PROGRAM", Verb.Kind.WORD, "a command of the shell, as \"sed 's/10s/20s/'\"")
                .any("ID", Verb.Kind.OBJECT, "only these objects")
                .example("systole configure filter \"sed 's/interval=10s/interval=20s/'\"")
                .does(ConfigureVerbs::filter));
        verbs.add(Verb.of("graph", "Print the constraints as a picture in the dot language of Graphviz.")
                .maybe("FILE", Verb.Kind.FILE, "where to; default: standard output")
                .does(ConfigureVerbs::graph));
        verbs.add(Verb.of("ptest", "Show what the cluster would do with the configuration as it is here.")
                .alias("simulate")
                .flag("--scores", "the scores of resources on nodes too")
                .any("WORD", Verb.Kind.WORD, "scores; others are accepted for the sake of crm")
                .does(SimulateVerb::run));
        verbs.add(Verb.of("schema", "Print which schema the configuration is written for.")
                .maybe("NAME", Verb.Kind.WORD, "for crm: only the newest is written, older ones are read")
                .does(Schemas::schema));
        verbs.add(Verb.of("upgrade", "Bring a CIB in a file to the newest schema; that of the cluster always is.")
                .maybe("force", Verb.Kind.WORD, "for crm")
                .example("CIB_file=old.xml systole configure upgrade")
                .does(Schemas::upgrade));
        verbs.add(Verb.of("commit", "Put the pending changes of the shell in force, all or none.")
                .option("--max-disruption", "N", "refuse if more than N running resources would be stopped or moved")
                .maybe("force", Verb.Kind.WORD, "for crm: as option -F, doubts do not refuse")
                .does(call -> Shell.commit(call)));
        verbs.add(Verb.of("undo", "Take back the last commits, or the commit that made a version; itself a commit.")
                .option("--max-disruption", "N", "refuse if more than N running resources would be stopped or moved")
                .flag("--plan", "only show what it would change and make the cluster do")
                .maybe("N|VERSION", Verb.Kind.WORD, "how many commits (default 1), or one version as 0.17")
                .example("systole configure undo")
                .example("systole configure undo 0.17")
                .does(ConfigureVerbs::undo));
        verbs.add(Verb.of("refresh", "Drop the pending changes of the shell.").does(call -> Shell.refresh(call)));
        verbs.add(Verb.of("diff", "Print what the pending changes of the shell change.")
                .does(call -> Shell.diff(call)));
    }

    // ---- text -------------------------------------------------------------------------------------------------------

    /** Words that the caller's shell has split, as one statement. */
    static String text(String keyword, List<String> words) {
        StringBuilder text = new StringBuilder(keyword);
        for (String word : words) {
            text.append(' ').append(keyword.equals("xml") ? word : quoted(word));
        }
        return text.toString();
    }

    private static String quoted(String word) {
        boolean plain = !word.isEmpty();
        for (int i = 0; i < word.length(); i++) {
            plain &= " \t\n'\"\\".indexOf(word.charAt(i)) < 0;
        }
        return plain
                ? word
                : "\"" + word.replace("\\", "\\\\").replace("\"", "\\\"").replace('\n', ' ') + "\"";
    }

    static int apply(Call call, String source, String text, CrmLanguage.Mode mode) {
        List<Finding> findings = new ArrayList<>();
        boolean force = call.session().force() || call.has("--force");
        int most = mostDisruption(call);
        call.change(source.equals(COMMAND_LINE) ? text : "load " + source, configuration -> {
            CrmLanguage.Loaded loaded = CrmLanguage.load(
                    configuration, source, text, mode, call.session().agents());
            findings.clear();
            findings.addAll(loaded.findings());
            if (loaded.refused(force)) {
                Finding.refuse(
                        Finding.atLeast(force ? Finding.Severity.ERROR : Finding.Severity.DOUBT, loaded.findings()));
            }
            refuseAbove(call, most, loaded.configuration());
            return loaded.configuration();
        });
        for (Finding finding : findings) {
            call.session().warn(finding.text());
        }
        return ExitCode.OK.number();
    }

    private static void refuseAbove(Call call, int most, Element configuration) {
        if (most < Integer.MAX_VALUE) {
            try (Backend backend = call.session().backend()) {
                Impact.of(Impact.with(backend.cib(), configuration), Instant.now())
                        .refuseAbove(most);
            }
        }
    }

    // ---- reading ----------------------------------------------------------------------------------------------------

    private static int show(Call call) {
        try (Backend backend = call.session().backend()) {
            Element configuration = backend.configuration();
            List<String> wanted = new ArrayList<>(call.all("ID"));
            boolean xml = wanted.remove("xml");
            CrmLanguage.Style style = call.has("--exact") ? CrmLanguage.Style.EXACT : CrmLanguage.Style.DISPLAY;
            if (call.session().json()) {
                call.out().println(Output.of(Trees.of(configuration)));
            } else if (xml && wanted.isEmpty()) {
                call.out().print(CibXml.write(backend.cib()));
            } else if (wanted.isEmpty()) {
                call.out().print(CrmLanguage.show(configuration, style));
            } else {
                Set<String> ids = select(configuration, wanted);
                if (xml) {
                    for (String id : ids) {
                        Element found = CibEdits.find(configuration, id);
                        if (found != null) {
                            call.out().print(CibXml.write(found));
                        }
                    }
                } else {
                    call.out().print(CrmLanguage.show(configuration, style, ids));
                }
            }
        }
        return ExitCode.OK.number();
    }

    private static Set<String> select(Element configuration, List<String> wanted) {
        Map<String, String> kinds = CrmLanguage.kinds(configuration);
        Set<String> ids = new LinkedHashSet<>();
        for (String word : wanted) {
            if (word.startsWith("type:")) {
                String kind = word.substring(5);
                kinds.forEach((id, found) -> {
                    if (found.equals(kind)) {
                        ids.add(id);
                    }
                });
            } else if (word.startsWith("tag:")) {
                for (Element tags : configuration.children("tags")) {
                    for (Element tag : tags.children()) {
                        if (tag.id().equals(word.substring(4))) {
                            ids.add(tag.id());
                            tag.children().forEach(member -> ids.add(member.id()));
                        }
                    }
                }
            } else if (word.startsWith("related:")) {
                String id = word.substring(8);
                ids.add(id);
                ids.addAll(Edits.referring(configuration, Set.of(id)));
            } else if (word.indexOf('*') >= 0 || word.indexOf('?') >= 0) {
                String pattern = ("\\Q" + word + "\\E").replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
                kinds.keySet().stream().filter(id -> id.matches(pattern)).forEach(ids::add);
            } else {
                ids.add(word);
            }
        }
        return ids;
    }

    private static int getProperty(Call call) {
        try (Backend backend = call.session().backend()) {
            Element configuration = backend.configuration();
            for (String name : call.all("NAME")) {
                String value = null;
                for (Element section : configuration.children("crm_config")) {
                    for (Element set : section.children()) {
                        for (Element pair : set.children("nvpair")) {
                            if (value == null && name.equals(pair.attribute("name"))) {
                                value = pair.attribute("value", "");
                            }
                        }
                    }
                }
                if (value == null) {
                    value = Options.find(Options.Scope.CLUSTER, name)
                            .orElseThrow(() -> new BadInputException(
                                    "",
                                    "cluster property '" + name + "' is not known"
                                            + NearestWord.hint(name, Options.names(Options.Scope.CLUSTER)),
                                    "correct the name"))
                            .fallback();
                }
                Output.value(call, name, value);
            }
        }
        return ExitCode.OK.number();
    }

    // ---- changing ---------------------------------------------------------------------------------------------------

    private static int delete(Call call) {
        boolean force = call.session().force() || call.has("--force");
        List<String> ids = call.all("ID");
        if (!force) {
            refuseRunning(call, ids);
        }
        call.change("delete " + String.join(" ", ids), configuration -> CrmObjects.delete(configuration, ids));
        return ExitCode.OK.number();
    }

    private static void refuseRunning(Call call, List<String> ids) {
        try (Backend backend = call.session().backend()) {
            if (!backend.isLive()) {
                return;
            }
            StatusReport report = RootVerbs.report(backend.cib(), Map.of());
            for (String id : ids) {
                List<String> nodes = report.runningOn(id);
                if (!nodes.isEmpty()) {
                    throw new BadInputException(
                            "",
                            "resource '" + id + "' runs on " + String.join(", ", nodes),
                            "stop it first (systole resource stop " + id + "), or delete it with --force");
                }
            }
        }
    }

    private static int modgroup(Call call) {
        String group = call.one("GROUP");
        String member = call.one("RSC");
        String where = call.one("before|after", "");
        String beside = call.one("MEMBER", "");
        switch (call.one("add|remove")) {
            case "remove" ->
                call.change(
                        "modgroup " + group, configuration -> CrmObjects.removeFromGroup(configuration, group, member));
            case "add" ->
                call.change("modgroup " + group, configuration -> {
                    String before = where.equals("after") ? follower(configuration, group, beside) : beside;
                    return CrmObjects.addToGroup(configuration, group, member, before);
                });
            default ->
                throw new UsageException(
                        "'" + call.one("add|remove") + "' is neither add nor remove", "write add or remove");
        }
        return ExitCode.OK.number();
    }

    private static String follower(Element configuration, String group, String member) {
        List<Element> members = Edits.requireResource(configuration, group).children("primitive");
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i).id().equals(member)) {
                return i + 1 < members.size() ? members.get(i + 1).id() : "";
            }
        }
        throw new BadInputException("", "'" + member + "' is no member of group '" + group + "'", "name a member");
    }

    private static int set(Call call) {
        String[] path = call.one("PATH").split("\\.", -1);
        if (path.length != 2 && path.length != 3 && path.length != 4) {
            throw new UsageException(
                    "'" + call.one("PATH") + "' is no path of a value",
                    "write ID.NAME, ID.OP.NAME or ID.OP.INTERVAL.NAME");
        }
        String value = call.one("VALUE");
        call.change("set " + call.one("PATH"), configuration -> {
            if (Options.find(Options.Scope.CLUSTER, path[1]).isPresent()
                    && Edits.resource(configuration, path[0]).isEmpty()
                    && path.length == 2) {
                return CrmLanguage.apply(
                        configuration, COMMAND_LINE, "property " + path[0] + ": " + path[1] + "=" + quoted(value));
            }
            return Edits.onResource(configuration, path[0], resource -> {
                if (path.length == 2) {
                    boolean meta = Options.find(Options.Scope.META, path[1]).isPresent()
                            && Edits.value(resource, "instance_attributes", path[1]) == null;
                    return Edits.pair(
                            resource, meta ? "meta_attributes" : "instance_attributes", path[0], path[1], value);
                }
                String name = path[path.length - 1];
                return Edits.replace(
                        resource,
                        element -> element.is("op")
                                && element.attribute("name", "").equals(path[1])
                                && (path.length == 3
                                        || element.attribute("interval", "").equals(path[2])),
                        op -> op.withAttribute(name, value));
            });
        });
        return ExitCode.OK.number();
    }

    // ---- files --------------------------------------------------------------------------------------------------

    private static int load(Call call) {
        String word = call.one("update|replace|push");
        CrmLanguage.Mode mode = switch (word) {
            case "update" -> CrmLanguage.Mode.UPDATE;
            case "replace" -> CrmLanguage.Mode.REPLACE;
            case "push" -> CrmLanguage.Mode.PUSH;
            default ->
                throw new UsageException(
                        "'" + word + "' is no way to load"
                                + NearestWord.hint(word, List.of("update", "replace", "push")),
                        "write update, replace or push");
        };
        String file = call.one("FILE");
        String text = file.equals("-") ? Shell.standardInput() : FileBackend.read(Path.of(file));
        String source = file.equals("-")
                ? "standard input"
                : Path.of(file).getFileName().toString();
        if (!text.stripLeading().startsWith("<")) {
            return apply(call, source, text, mode);
        }
        Element document = CibXml.read(source, text);
        Finding.refuse(Finding.atLeast(
                call.session().force() ? Finding.Severity.ERROR : Finding.Severity.DOUBT,
                CibValidation.check(document, source)));
        if (mode == CrmLanguage.Mode.UPDATE) {
            throw new UsageException(
                    "an XML document can only replace the configuration", "write load replace, or load crm text");
        }
        int most = mostDisruption(call);
        call.change("load " + source, configuration -> {
            refuseAbove(call, most, Backend.configuration(document));
            return Backend.configuration(document);
        });
        return ExitCode.OK.number();
    }

    private static int plan(Call call) {
        String file = call.one("FILE", "");
        try (Backend backend = call.session().backend()) {
            Element cib = backend.cib();
            Element after = Backend.configuration(cib);
            String difference;
            if (file.isEmpty()) {
                PendingBackend pending = call.session()
                        .pending()
                        .filter(each -> !each.isEmpty())
                        .orElseThrow(() -> new BadInputException(
                                "",
                                "no changes are pending",
                                "name a script (configure plan FILE), or make changes in the shell first"));
                difference = pending.difference();
            } else {
                String text = file.equals("-") ? Shell.standardInput() : FileBackend.read(Path.of(file));
                Element before = after;
                CrmLanguage.Loaded loaded = CrmLanguage.load(
                        before,
                        file,
                        text,
                        CrmLanguage.Mode.UPDATE,
                        call.session().agents());
                Finding.refuse(Finding.atLeast(
                        call.session().force() ? Finding.Severity.ERROR : Finding.Severity.DOUBT, loaded.findings()));
                after = loaded.configuration();
                difference = PendingBackend.difference(before, after);
            }
            show(call, difference, Impact.of(Impact.with(cib, after), Instant.now()));
        }
        return ExitCode.OK.number();
    }

    private static void show(Call call, String difference, Impact impact) {
        if (call.session().json()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("difference", difference.lines().toList());
            fields.putAll(impact.json());
            call.out().println(Output.of(fields));
        } else {
            call.out().println("Change of the configuration:");
            call.out().print(difference);
            call.out().print(impact.text());
        }
    }

    /** @return how many running resources a change may disturb; {@link Integer#MAX_VALUE} if nothing was said */
    static int mostDisruption(Call call) {
        String word = call.option("--max-disruption", "");
        if (word.isEmpty() && call.verb().name().equals("commit")) {
            word = OptionVerbs.read(call.session().environment()).getOrDefault("max-disruption", "");
        }
        if (word.isEmpty()) {
            return Integer.MAX_VALUE;
        }
        if (!word.matches("[0-9]{1,6}")) {
            throw new UsageException("'" + word + "' is no number of resources", "write --max-disruption N");
        }
        return Integer.parseInt(word);
    }

    private static String shortened(String summary) {
        int most = 60;
        return summary.length() <= most ? summary : summary.substring(0, most - 1) + "…";
    }

    private static int undo(Call call) {
        if (call.session().pending().filter(each -> !each.isEmpty()).isPresent()) {
            throw new BadInputException("", "changes are pending", "commit them or drop them (refresh) before an undo");
        }
        int most = mostDisruption(call);
        try (Backend backend = call.session().directly()) {
            if (!backend.isLive()) {
                throw new BadInputException(
                        "",
                        "a file keeps no earlier versions",
                        "undo on a cluster, or keep copies: configure save FILE");
            }
            List<Answer.Change> undone = Undo.chosen(Undo.changes(backend), call.one("N|VERSION", "1"));
            List<String> names = new ArrayList<>();
            undone.forEach(change -> names.add(Undo.epochs(change) + " (" + shortened(change.summary()) + ")"));
            String message = "undo " + String.join(", ", names);
            Element cib = backend.cib();
            Element before = Backend.configuration(cib);
            Element after = Undo.apply(backend, before, undone);
            Impact impact = null;
            if (call.has("--plan") || most < Integer.MAX_VALUE) {
                impact = Impact.of(Impact.with(cib, after), Instant.now());
            }
            if (call.has("--plan") && impact != null) {
                show(call, PendingBackend.difference(before, after), impact);
                return ExitCode.OK.number();
            }
            if (impact != null) {
                impact.refuseAbove(most);
            }
            String difference = PendingBackend.difference(before, after);
            // From the version that was looked at: if somebody is faster, nothing is undone.
            backend.changeFrom(Backend.version(cib), message, before, after);
            call.out().print(difference);
            call.session().info(message);
            if (call.session().await()) {
                backend.settle();
            }
        }
        return ExitCode.OK.number();
    }

    private static int save(Call call) {
        try (Backend backend = call.session().backend()) {
            Element configuration = backend.configuration();
            List<String> ids = new ArrayList<>(call.all("ID"));
            String file = call.one("FILE");
            String text = call.has("--xml")
                    ? CibXml.write(backend.cib())
                    : ids.isEmpty()
                            ? CrmLanguage.show(configuration, CrmLanguage.Style.EXACT)
                            : CrmLanguage.show(configuration, CrmLanguage.Style.EXACT, ids);
            if (file.equals("-")) {
                call.out().print(text);
            } else {
                FileBackend.write(Path.of(file), text);
            }
        }
        return ExitCode.OK.number();
    }

    private static int edit(Call call) throws Exception {
        String before;
        try (Backend backend = call.session().backend()) {
            Element configuration = backend.configuration();
            before = call.all("ID").isEmpty()
                    ? CrmLanguage.show(configuration, CrmLanguage.Style.EXACT)
                    : CrmLanguage.show(configuration, CrmLanguage.Style.EXACT, call.all("ID"));
        }
        String after = Shell.edit(call.session(), before);
        if (after.equals(before)) {
            return ExitCode.OK.number();
        }
        return apply(call, "editor", after, call.all("ID").isEmpty() ? CrmLanguage.Mode.PUSH : CrmLanguage.Mode.UPDATE);
    }

    private static int filter(Call call) throws Exception {
        String before;
        try (Backend backend = call.session().backend()) {
            Element configuration = backend.configuration();
            before = call.all("ID").isEmpty()
                    ? CrmLanguage.show(configuration, CrmLanguage.Style.EXACT)
                    : CrmLanguage.show(configuration, CrmLanguage.Style.EXACT, call.all("ID"));
        }
        String after = Agents.through(call.one("PROGRAM"), before);
        return after.equals(before)
                ? ExitCode.OK.number()
                : apply(
                        call,
                        "filter",
                        after,
                        call.all("ID").isEmpty() ? CrmLanguage.Mode.PUSH : CrmLanguage.Mode.UPDATE);
    }

    private static int graph(Call call) {
        StringBuilder out = new StringBuilder("digraph configuration {\n");
        try (Backend backend = call.session().backend()) {
            Element configuration = backend.configuration();
            Edits.resourceIds(configuration)
                    .forEach(id -> out.append("  \"").append(id).append("\" [shape=box];\n"));
            for (Element section : configuration.children("constraints")) {
                for (Element each : section.children()) {
                    String from = each.attribute("first", each.attribute("rsc", ""));
                    String to = each.attribute("then", each.attribute("with-rsc", each.attribute("node", "")));
                    if (!from.isEmpty() && !to.isEmpty()) {
                        out.append("  \"")
                                .append(from)
                                .append("\" -> \"")
                                .append(to)
                                .append("\" [label=\"")
                                .append(each.id())
                                .append(each.is("rsc_order") ? "\"];\n" : "\", style=dashed];\n");
                    }
                }
            }
        }
        out.append("}\n");
        if (call.all("FILE").isEmpty()) {
            call.out().print(out);
        } else {
            FileBackend.write(Path.of(call.one("FILE")), out.toString());
        }
        return ExitCode.OK.number();
    }

    /** Elements as JSON: name, attributes, children. */
    static final class Trees {
        private Trees() {}

        static Map<String, Object> of(Element element) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("element", element.name());
            fields.put("attributes", element.attributes());
            if (!element.children().isEmpty()) {
                List<Object> children = new ArrayList<>();
                for (Element child : element.children()) {
                    children.add(of(child));
                }
                fields.put("children", children);
            }
            return fields;
        }
    }
}
