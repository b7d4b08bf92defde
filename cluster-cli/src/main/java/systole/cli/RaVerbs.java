package systole.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import systole.formats.AgentCatalog;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;
import systole.model.Element;

/** Level {@code ra}: resource agents of this machine. */
final class RaVerbs {
    private static final List<String> CLASSES = List.of("lsb", "ocf", "service", "stonith", "systemd");

    private RaVerbs() {}

    static Level level() {
        List<Verb> verbs = new ArrayList<>();
        verbs.add(Verb.of("classes", "List the classes of agents, and the providers of class ocf.")
                .does(call -> {
                    InstalledAgents agents = call.session().agents();
                    if (call.session().json()) {
                        call.out().println(Output.of(Map.of("classes", CLASSES, "providers", agents.allProviders())));
                    } else {
                        for (String name : CLASSES) {
                            call.out()
                                    .println(
                                            name.equals("ocf")
                                                    ? name + " / " + String.join(" ", agents.allProviders())
                                                    : name);
                        }
                    }
                    return ExitCode.OK.number();
                }));
        verbs.add(Verb.of("list", "List the agents of a class.")
                .one("CLASS", Verb.Kind.WORD, "ocf, stonith, systemd, lsb")
                .maybe("PROVIDER", Verb.Kind.WORD, "of class ocf")
                .example("systole ra list ocf heartbeat")
                .does(RaVerbs::list));
        verbs.add(Verb.of("providers", "List the providers of an agent.")
                .one("TYPE", Verb.Kind.WORD, "the agent's type")
                .does(call -> {
                    List<String> found = call.session().agents().providers(call.one("TYPE"));
                    if (call.session().json()) {
                        call.out().println(Output.of(found));
                    } else {
                        found.forEach(call.out()::println);
                    }
                    return ExitCode.OK.number();
                }));
        verbs.add(Verb.of("info", "Print an agent's manual: parameters (* is required), operations.")
                .alias("meta")
                .one("AGENT", Verb.Kind.AGENT, "[CLASS:[PROVIDER:]]TYPE")
                .example("systole ra info IPaddr2")
                .does(RaVerbs::info));
        verbs.add(Verb.of("validate", "Let an agent check parameters by itself (validate-all), on this node.")
                .one("AGENT", Verb.Kind.AGENT, "[CLASS:[PROVIDER:]]TYPE")
                .any("NAME=VALUE", Verb.Kind.WORD, "parameters")
                .example("systole ra validate IPaddr2 ip=10.0.0.9")
                .does(call -> {
                    Map<String, String> parameters = new LinkedHashMap<>();
                    for (String pair : call.all("NAME=VALUE")) {
                        int equals = pair.indexOf('=');
                        if (equals < 1) {
                            throw new UsageException("'" + pair + "' is no parameter", "write NAME=VALUE");
                        }
                        parameters.put(pair.substring(0, equals), pair.substring(equals + 1));
                    }
                    return validate(
                            call, Name.of(call.one("AGENT"), call.session().agents()), "validate", parameters);
                }));
        return new Level("ra", List.of(), "Look at resource agents.", verbs);
    }

    /** An agent's full name. */
    record Name(String agentClass, String provider, String type) {
        /** Fills in what is left out, as the configuration language does. */
        static Name of(String text, InstalledAgents agents) {
            String[] parts = text.split(":", -1);
            String type = parts[parts.length - 1];
            String agentClass = parts.length == 1 ? type.startsWith("fence_") ? "stonith" : "ocf" : parts[0];
            String provider = "";
            if (parts.length == 3) {
                provider = parts[1];
            } else if (agentClass.equals("ocf")) {
                List<String> providers = agents.providers(type);
                provider = providers.isEmpty() || providers.contains("heartbeat") ? "heartbeat" : providers.get(0);
            }
            return new Name(agentClass, provider, type);
        }

        @Override
        public String toString() {
            return agentClass + ":" + (provider.isEmpty() ? "" : provider + ":") + type;
        }
    }

    /** Unknown and missing parameters are said here; the rest is the agent's own word. */
    static int validate(Call call, Name name, String instance, Map<String, String> parameters) {
        InstalledAgents agents = call.session().agents();
        agents.describe(name.agentClass(), name.provider(), name.type()).ifPresent(agent -> {
            List<String> known = agent.parameters().stream()
                    .map(AgentCatalog.Parameter::name)
                    .toList();
            for (String given : parameters.keySet()) {
                if (!known.contains(given)) {
                    throw new BadInputException(
                            "",
                            "agent " + name + " has no parameter '" + given + "'" + NearestWord.hint(given, known),
                            "list the parameters: systole ra info " + name);
                }
            }
        });
        InstalledAgents.Validated result =
                agents.validate(name.agentClass(), name.provider(), name.type(), instance, parameters);
        String text = result.text().strip();
        if (call.session().json()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("agent", name.toString());
            fields.put("valid", result.code() == 0);
            fields.put("code", result.code());
            fields.put("text", text);
            call.out().println(Output.of(fields));
        } else if (!text.isEmpty()) {
            call.out().println(text);
        }
        if (result.code() != 0 && !call.session().json()) {
            call.session()
                    .err()
                    .println("ERROR: agent " + name + " refuses the parameters (code " + result.code() + ")");
        }
        return result.code() == 0 ? ExitCode.OK.number() : ExitCode.FAILED.number();
    }

    private static int list(Call call) {
        String name = call.one("CLASS");
        if (!CLASSES.contains(name)) {
            throw new BadInputException(
                    "",
                    "there is no class '" + name + "' of agents" + NearestWord.hint(name, CLASSES),
                    "list the classes: systole ra classes");
        }
        List<String> types = call.session().agents().types(name, call.one("PROVIDER", ""));
        if (call.session().json()) {
            call.out().println(Output.of(types));
        } else {
            types.forEach(call.out()::println);
        }
        return ExitCode.OK.number();
    }

    private static int info(Call call) {
        InstalledAgents agents = call.session().agents();
        Name found = Name.of(call.one("AGENT"), agents);
        String agentClass = found.agentClass();
        String provider = found.provider();
        String type = found.type();
        String name = found.toString();
        Optional<Element> document = agents.metadata(agentClass, provider, type);
        if (document.isPresent()) {
            print(call, name, document.get());
            return ExitCode.OK.number();
        }
        AgentCatalog.Agent agent = agents.describe(agentClass, provider, type)
                .orElseThrow(() -> new BadInputException(
                        "",
                        "there is no resource agent " + name + NearestWord.hint(name, agents.names()),
                        "list the agents: systole ra list " + agentClass));
        call.out().println(name + " (not installed here; parameters from the program's own list)");
        call.out().println();
        for (AgentCatalog.Parameter parameter : agent.parameters()) {
            call.out().println(parameter.name() + (parameter.required() ? "*" : ""));
        }
        return ExitCode.OK.number();
    }

    private static void print(Call call, String name, Element document) {
        if (call.session().json()) {
            call.out().println(Output.of(json(name, document)));
            return;
        }
        call.out().println(text(document, "shortdesc") + " (" + name + ")");
        call.out().println();
        String description = text(document, "longdesc");
        if (!description.isEmpty()) {
            call.out().println(description);
            call.out().println();
        }
        call.out().println("Parameters (*: required, []: default):");
        for (Element list : document.children("parameters")) {
            for (Element parameter : list.children("parameter")) {
                Element content = parameter.child("content").orElse(Element.leaf("content"));
                String fallback = content.attribute("default", "");
                call.out().println();
                call.out()
                        .println(parameter.attribute("name", "")
                                + (parameter.attribute("required", "0").matches("1|true") ? "*" : "")
                                + " (" + content.attribute("type", "string")
                                + (fallback.isEmpty() ? "" : ", [" + fallback + "]") + "): "
                                + text(parameter, "shortdesc"));
                String longer = text(parameter, "longdesc");
                if (!longer.isEmpty()) {
                    call.out().println("    " + longer.replace("\n", "\n    "));
                }
            }
        }
        call.out().println();
        call.out().println("Operations' defaults (advisory minimum):");
        call.out().println();
        for (Element list : document.children("actions")) {
            for (Element action : list.children("action")) {
                call.out()
                        .println("    " + action.attribute("name", "") + "\ttimeout=" + action.attribute("timeout", "")
                                + (action.attribute("interval") == null
                                        ? ""
                                        : " interval=" + action.attribute("interval")));
            }
        }
    }

    private static String text(Element owner, String name) {
        for (Element child : owner.children(name)) {
            StringBuilder out = new StringBuilder();
            for (String line : child.text().split("\n", -1)) {
                out.append(line.strip()).append('\n');
            }
            return out.toString().strip();
        }
        return "";
    }

    private static Map<String, Object> json(String name, Element document) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("agent", name);
        root.put("shortdesc", text(document, "shortdesc"));
        root.put("longdesc", text(document, "longdesc"));
        List<Object> parameters = new ArrayList<>();
        for (Element list : document.children("parameters")) {
            for (Element parameter : list.children("parameter")) {
                Element content = parameter.child("content").orElse(Element.leaf("content"));
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("name", parameter.attribute("name", ""));
                fields.put("required", parameter.attribute("required", "0").matches("1|true"));
                fields.put("type", content.attribute("type", "string"));
                fields.put("default", content.attribute("default", ""));
                fields.put("shortdesc", text(parameter, "shortdesc"));
                parameters.add(fields);
            }
        }
        root.put("parameters", parameters);
        List<Object> actions = new ArrayList<>();
        for (Element list : document.children("actions")) {
            list.children("action").forEach(action -> actions.add(action.attributes()));
        }
        root.put("actions", actions);
        return root;
    }
}
