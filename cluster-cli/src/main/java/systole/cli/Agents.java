package systole.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import systole.api.Answer;
import systole.api.Request;
import systole.formats.AgentCatalog;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;
import systole.model.Element;
import systole.model.Options;
import systole.model.TimeSpan;

/** What level {@code configure} does with the agents of resources, on this node. */
final class Agents {
    private static final long FILTER_SECONDS = 60;

    private Agents() {}

    /** A configured primitive with what its template gives it. */
    private record Configured(RaVerbs.Name agent, Map<String, String> parameters) {
        static Configured of(Call call, Element configuration, String id) {
            Element resource = Edits.requireResource(configuration, id);
            Map<String, String> parameters = new LinkedHashMap<>();
            Element typed = resource;
            String template = resource.attribute("template");
            if (template != null) {
                typed = Edits.requireResource(configuration, template);
                collect(typed, parameters);
            }
            collect(resource, parameters);
            if (typed.attribute("type") == null) {
                throw new BadInputException(
                        "", "'" + id + "' is a " + resource.name() + " and has no agent", "name a primitive");
            }
            return new Configured(
                    new RaVerbs.Name(
                            typed.attribute("class", ""), typed.attribute("provider", ""), typed.attribute("type", "")),
                    parameters);
        }

        private static void collect(Element resource, Map<String, String> into) {
            for (Element set : resource.children("instance_attributes")) {
                if (set.child("rule").isEmpty()) {
                    set.children("nvpair")
                            .forEach(pair -> into.put(pair.attribute("name", ""), pair.attribute("value", "")));
                }
            }
        }
    }

    static int validate(Call call) {
        try (Backend backend = call.session().backend()) {
            String id = call.one("RSC");
            Configured found = Configured.of(call, backend.configuration(), id);
            return RaVerbs.validate(call, found.agent(), id, found.parameters());
        }
    }

    // ---- time-outs ------------------------------------------------------------------------------------------------

    static int defaultTimeouts(Call call) {
        List<String> ids = call.all("RSC");
        InstalledAgents agents = call.session().agents();
        call.change("default-timeouts " + String.join(" ", ids), configuration -> {
            Element next = configuration;
            for (String id : ids) {
                RaVerbs.Name name = Configured.of(call, next, id).agent();
                AgentCatalog.Agent agent = agents.describe(name.agentClass(), name.provider(), name.type())
                        .orElseThrow(() -> new BadInputException(
                                "",
                                "agent " + name + " of '" + id + "' is not known here",
                                "set the time-outs by hand"));
                next = Edits.onResource(next, id, resource -> advised(resource, id, agent.operations()));
            }
            return next;
        });
        return ExitCode.OK.number();
    }

    private static Element advised(Element resource, String id, List<AgentCatalog.Operation> advice) {
        Element operations = resource.child("operations").orElse(Element.leaf("operations"));
        List<Element> ops = new ArrayList<>(operations.children());
        for (AgentCatalog.Operation each : advice) {
            boolean once = List.of("start", "stop", "promote", "demote").contains(each.name());
            boolean found = false;
            for (int i = 0; i < ops.size(); i++) {
                Element op = ops.get(i);
                if (op.attribute("name", "").equals(each.name())
                        && (each.role().isEmpty() || each.role().equalsIgnoreCase(op.attribute("role", "")))) {
                    found = true;
                    if (TimeSpan.millis(op.attribute("timeout", "0"), 0) < TimeSpan.millis(each.timeout(), 0)) {
                        ops.set(i, op.withAttribute("timeout", each.timeout()));
                    }
                }
            }
            if (!found
                    && once
                    && !each.timeout().isEmpty()
                    && (each.name().equals("start") || each.name().equals("stop"))) {
                ops.add(Element.leaf(
                        "op",
                        "name",
                        each.name(),
                        "interval",
                        "0",
                        "timeout",
                        each.timeout(),
                        "id",
                        id + "-" + each.name() + "-0"));
            }
        }
        return placed(resource, operations.withChildren(ops));
    }

    private static Element placed(Element resource, Element operations) {
        List<Element> children = new ArrayList<>(resource.children());
        for (int i = 0; i < children.size(); i++) {
            if (children.get(i).is("operations")) {
                children.set(i, operations);
                return resource.withChildren(children);
            }
        }
        if (!operations.children().isEmpty()) {
            children.add(operations);
        }
        return resource.withChildren(children);
    }

    // ---- by hand --------------------------------------------------------------------------------------------------

    /** Refused while the cluster runs the resource: two would then run it. */
    static int test(Call call) {
        boolean good = true;
        try (Backend backend = call.session().backend()) {
            Element cib = backend.cib();
            for (String id : call.all("RSC")) {
                Configured found = Configured.of(call, Backend.configuration(cib), id);
                List<String> nodes =
                        backend.isLive() ? RootVerbs.report(cib, Map.of()).runningOn(id) : List.of();
                @Nullable
                String role = Edits.value(
                        Edits.requireResource(Backend.configuration(cib), id), "meta_attributes", "target-role");
                if (!nodes.isEmpty() || backend.isLive() && !"Stopped".equals(role)) {
                    throw new BadInputException(
                            "",
                            "the cluster runs '" + id + "', or may start it at any moment",
                            "stop it first: systole -w resource stop " + id);
                }
                InstalledAgents agents = call.session().agents();
                for (Step step : STEPS) {
                    InstalledAgents.Validated result = agents.act(step.action(), found.agent(), id, found.parameters());
                    boolean fits = result.code() == step.expected();
                    good &= fits;
                    call.out()
                            .println(id + " " + step.action() + ": code " + result.code()
                                    + (fits
                                            ? ""
                                            : ", expected " + step.expected() + " "
                                                    + result.text().strip()));
                    if (!fits && !step.action().equals("stop")) {
                        agents.act("stop", found.agent(), id, found.parameters());
                        break;
                    }
                }
            }
        }
        return good ? ExitCode.OK.number() : ExitCode.FAILED.number();
    }

    /**
     * One action of a resource that the cluster leaves alone, on this node. Another node's may be running: what would start it
     * twice or change what runs elsewhere is refused.
     */
    static int action(Call call) {
        String id = call.one("RSC");
        String action = call.one("ACTION");
        try (Backend backend = call.session().directly()) {
            if (!call.one("ssh", "ssh").equals("ssh")) {
                throw new UsageException("'" + call.one("ssh") + "' is not known here", "write RSC ACTION");
            }
            if (!call.all("ssh").isEmpty()) {
                throw new UsageException(
                        "actions are run on this node only",
                        "reach the others by ssh: systole cluster run 'systole maintenance action " + id + " " + action
                                + "'");
            }
            if (!(backend.ask(new Request.Status()) instanceof Answer.Status status)) {
                throw new IllegalStateException("a status is not answered by one");
            }
            Element configuration = Backend.configuration(status.cib());
            Configured found = Configured.of(call, configuration, id);
            List<String> nodes = RootVerbs.report(status.cib(), Map.of()).runningOn(id);
            String here = status.facts().getOrDefault("node", "");
            requireAction(call, found.agent(), action);
            requireHandsOff(configuration, id);
            List<String> elsewhere =
                    nodes.stream().filter(node -> !node.equals(here)).toList();
            boolean starts = action.equals("start") || action.equals("promote");
            if (starts && !elsewhere.isEmpty()) {
                throw new BadInputException(
                        "",
                        "'" + id + "' runs on " + String.join(", ", elsewhere) + ", and would run twice",
                        "stop it there first");
            }
            if (!starts && !action.equals("monitor") && !nodes.contains(here)) {
                throw new BadInputException(
                        "",
                        "'" + id + "' does not run on this node" + (nodes.isEmpty() ? "" : " but on " + nodes.get(0)),
                        "run this where it runs");
            }
            Path run = call.session().root().resolve("run").toAbsolutePath();
            Map<String, String> places = new LinkedHashMap<>();
            places.put("HA_RSCTMP", run.resolve("resource-agents").toString());
            places.put(
                    "SYSTOLE_NODE_ROOT", call.session().root().toAbsolutePath().toString());
            if (!run.equals(Path.of("/run"))) {
                places.put("HA_VARRUN", run.toString());
            }
            InstalledAgents.Validated result =
                    call.session().agents().act(action, found.agent(), id, found.parameters(), places);
            if (call.session().json()) {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("resource", id);
                fields.put("action", action);
                fields.put("code", result.code());
                fields.put("text", result.text().strip());
                call.out().println(Output.of(fields));
            } else {
                call.out().println(id + " " + action + ": code " + result.code());
                if (!result.text().isBlank()) {
                    call.out().println(result.text().strip());
                }
            }
            return result.code() == 0 ? ExitCode.OK.number() : ExitCode.FAILED.number();
        }
    }

    private static void requireAction(Call call, RaVerbs.Name agent, String action) {
        List<String> known = new ArrayList<>();
        call.session().agents().metadata(agent.agentClass(), agent.provider(), agent.type()).stream()
                .flatMap(document -> document.children("actions").stream())
                .flatMap(actions -> actions.children("action").stream())
                .map(each -> each.attribute("name", ""))
                .filter(name -> !known.contains(name))
                .forEach(known::add);
        if (!known.contains(action)) {
            throw new BadInputException(
                    "",
                    "agent " + agent + " has no action '" + action + "'" + NearestWord.hint(action, known),
                    "name one of: " + String.join(", ", known));
        }
    }

    private static void requireHandsOff(Element configuration, String id) {
        if (isTrue(property(configuration, "maintenance-mode")) || isLeftAlone(configuration, id, false)) {
            return;
        }
        throw new BadInputException(
                "",
                "the cluster looks after '" + id + "', and would take what you do for a failure",
                "take its hands off first: systole maintenance on " + id);
    }

    private static String property(Element configuration, String name) {
        for (Element section : configuration.children("crm_config")) {
            String value = Edits.value(section, "cluster_property_set", name);
            if (value != null) {
                return value;
            }
        }
        return "";
    }

    /** Whether it, or what it is part of, is in maintenance or not managed. */
    private static boolean isLeftAlone(Element at, String id, boolean above) {
        boolean here = above
                || isTrue(Edits.value(at, "meta_attributes", "maintenance"))
                || isFalse(Edits.value(at, "meta_attributes", "is-managed"));
        if (at.id().equals(id)) {
            return here;
        }
        return at.children().stream().anyMatch(child -> isLeftAlone(child, id, here));
    }

    private static boolean isTrue(@Nullable String word) {
        return word != null && Options.isTrue(word);
    }

    private static boolean isFalse(@Nullable String word) {
        return word != null && Options.isFalse(word);
    }

    private record Step(String action, int expected) {}

    private static final List<Step> STEPS = List.of(
            new Step("monitor", 7),
            new Step("start", 0),
            new Step("monitor", 0),
            new Step("stop", 0),
            new Step("monitor", 7));

    /** What a command of the shell makes of a text. */
    static String through(String program, String text) throws IOException, InterruptedException {
        Path in = Files.createTempFile("systole-filter", ".in");
        Path out = Files.createTempFile("systole-filter", ".out");
        try {
            Files.writeString(in, text);
            Process process = new ProcessBuilder("sh", "-c", program)
                    .redirectInput(in.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            Optional<Integer> code = process.waitFor(FILTER_SECONDS, TimeUnit.SECONDS)
                    ? Optional.of(process.exitValue())
                    : Optional.empty();
            if (code.isEmpty() || code.get() != 0) {
                process.destroyForcibly();
                throw new BadInputException(
                        program,
                        code.isEmpty()
                                ? "did not end within " + FILTER_SECONDS + " s"
                                : "ended with code " + code.get(),
                        "correct the command; nothing was changed");
            }
            return Files.readString(out, StandardCharsets.UTF_8);
        } finally {
            Files.deleteIfExists(in);
            Files.deleteIfExists(out);
        }
    }
}
