package systole.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import systole.formats.AgentCatalog;
import systole.formats.CibXml;
import systole.kernel.BadInputException;
import systole.model.Element;

/**
 * The agents of this machine, asked for their meta-data when needed, with the {@link AgentStock} for those that are not
 * installed.
 */
final class InstalledAgents implements AgentCatalog {
    private static final long TIMEOUT_SECONDS = 20;

    private final List<Path> ocfFolders = new ArrayList<>();
    private final List<Path> fenceFolders = new ArrayList<>();
    private final Path ocfRoot;
    private final Map<String, Optional<Element>> read = new HashMap<>();
    private final AgentStock stock = AgentStock.load();

    /**
     * Looks where the daemon looks.
     *
     * @param environment {@code SYSTOLE_OCF_PATH}, {@code SYSTOLE_FENCE_PATH}: folders searched first
     * @param home the tree of this installation, searched next
     */
    InstalledAgents(Map<String, String> environment, Optional<Path> home) {
        ocfRoot = Path.of(environment.getOrDefault("OCF_ROOT", "/usr/lib/ocf"));
        folders(environment.get("SYSTOLE_OCF_PATH")).forEach(root -> ocfFolders.add(root.resolve("resource.d")));
        home.ifPresent(tree -> ocfFolders.add(tree.resolve("agents/ocf/resource.d")));
        ocfFolders.add(ocfRoot.resolve("resource.d"));
        fenceFolders.addAll(folders(environment.get("SYSTOLE_FENCE_PATH")));
        home.ifPresent(tree -> fenceFolders.add(tree.resolve("libexec")));
        fenceFolders.addAll(List.of(Path.of("/usr/sbin"), Path.of("/usr/bin")));
    }

    private static List<Path> folders(@Nullable String path) {
        return path == null || path.isEmpty()
                ? List.of()
                : Stream.of(path.split(":")).map(Path::of).toList();
    }

    @Override
    public List<String> providers(String type) {
        Set<String> found = new TreeSet<>();
        for (Path folder : ocfFolders) {
            for (String provider : names(folder)) {
                if (Files.isExecutable(folder.resolve(provider).resolve(type))) {
                    found.add(provider);
                }
            }
        }
        return found.isEmpty() ? stock.providers(type) : new ArrayList<>(found);
    }

    /** Names of the entries of a folder, sorted; empty if it cannot be read. */
    private static List<String> names(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(path -> path.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new BadInputException(folder.toString(), "cannot be listed: " + e.getMessage(), "check its rights");
        }
    }

    /** Providers of class ocf. */
    List<String> allProviders() {
        Set<String> found = new TreeSet<>();
        for (Path folder : ocfFolders) {
            for (String name : names(folder)) {
                if (Files.isDirectory(folder.resolve(name))) {
                    found.add(name);
                }
            }
        }
        return new ArrayList<>(found);
    }

    /** Types of a class; the provider may be empty for all. */
    List<String> types(String agentClass, String provider) {
        Set<String> found = new LinkedHashSet<>();
        if (agentClass.equals("ocf")) {
            for (Path folder : ocfFolders) {
                for (String name : provider.isEmpty() ? names(folder) : List.of(provider)) {
                    Path types = folder.resolve(name);
                    for (String type : names(types)) {
                        if (Files.isExecutable(types.resolve(type)) && Files.isRegularFile(types.resolve(type))) {
                            found.add(type);
                        }
                    }
                }
            }
        } else if (agentClass.equals("stonith")) {
            for (Path folder : fenceFolders) {
                for (String name : names(folder)) {
                    if (name.startsWith("fence_") && Files.isExecutable(folder.resolve(name))) {
                        found.add(name);
                    }
                }
            }
        } else if (agentClass.equals("lsb")) {
            found.addAll(names(Path.of("/etc/init.d")));
        } else if (agentClass.equals("systemd")) {
            for (Path folder : List.of(Path.of("/etc/systemd/system"), Path.of("/lib/systemd/system"))) {
                for (String name : names(folder)) {
                    if (name.endsWith(".service")) {
                        found.add(name.substring(0, name.length() - ".service".length()));
                    }
                }
            }
        }
        return new ArrayList<>(new TreeSet<>(found));
    }

    @Override
    public boolean knowsProvider(String agentClass, String provider) {
        return agentClass.equals("ocf")
                ? allProviders().contains(provider) || stock.knowsProvider(agentClass, provider)
                : stock.knowsProvider(agentClass, provider)
                        || !types(agentClass, provider).isEmpty();
    }

    @Override
    public Optional<Agent> describe(String agentClass, String provider, String type) {
        Optional<Element> document = metadata(agentClass, provider, type);
        if (document.isEmpty()) {
            return stock.describe(agentClass, provider, type);
        }
        List<Parameter> parameters = new ArrayList<>();
        for (Element list : document.get().children("parameters")) {
            for (Element parameter : list.children("parameter")) {
                boolean deprecated = isSet(parameter, "deprecated");
                parameters.add(new Parameter(
                        parameter.attribute("name", ""),
                        isSet(parameter, "required") && !deprecated,
                        isSet(parameter, "unique")));
            }
        }
        return Optional.of(new Agent(parameters, operations(document.get())));
    }

    private static List<AgentCatalog.Operation> operations(Element document) {
        List<AgentCatalog.Operation> found = new ArrayList<>();
        for (Element list : document.children("actions")) {
            for (Element action : list.children("action")) {
                found.add(new AgentCatalog.Operation(
                        action.attribute("name", ""),
                        action.attribute("timeout", ""),
                        action.attribute("interval", ""),
                        action.attribute("role", "")));
            }
        }
        return found;
    }

    /** What an agent said about parameters, by its own check. */
    record Validated(int code, String text) {}

    /** The program of an agent of class ocf or stonith, if it is installed. */
    private Optional<Path> program(String agentClass, String provider, String type) {
        List<Path> candidates = new ArrayList<>();
        if (!type.contains("/") && !provider.contains("/")) {
            if (agentClass.equals("ocf")) {
                ocfFolders.forEach(
                        folder -> candidates.add(folder.resolve(provider).resolve(type)));
            } else if (agentClass.equals("stonith")) {
                fenceFolders.forEach(folder -> candidates.add(folder.resolve(type)));
            }
        }
        return candidates.stream()
                .filter(path -> Files.isRegularFile(path) && Files.isExecutable(path))
                .findFirst();
    }

    /** Runs the agent's own check ({@code validate-all}) on this node. */
    Validated validate(
            String agentClass, String provider, String type, String instance, Map<String, String> parameters) {
        return act("validate-all", new RaVerbs.Name(agentClass, provider, type), instance, parameters);
    }

    /** Runs one action of an agent on this node, with standard error in the text. */
    Validated act(String action, RaVerbs.Name agent, String instance, Map<String, String> parameters) {
        return act(action, agent, instance, parameters, Map.of());
    }

    /** @param node variables by which the agent finds what the daemon's runs of it left */
    Validated act(
            String action,
            RaVerbs.Name agent,
            String instance,
            Map<String, String> parameters,
            Map<String, String> node) {
        String agentClass = agent.agentClass();
        String provider = agent.provider();
        String type = agent.type();
        Path program = program(agentClass, provider, type)
                .orElseThrow(() -> new BadInputException(
                        "",
                        "agent " + type + " is not installed here",
                        "list the agents: systole ra list " + agentClass));
        List<String> command = new ArrayList<>(List.of(program.toString()));
        StringBuilder input = new StringBuilder();
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> environment = builder.environment();
        environment.put("OCF_ROOT", ocfRoot.toString());
        if (agentClass.equals("ocf")) {
            command.add(action);
            environment.put("OCF_RESOURCE_INSTANCE", instance);
            environment.put("OCF_RESOURCE_TYPE", type);
            environment.put("OCF_RESOURCE_PROVIDER", provider);
            environment.put("OCF_CHECK_LEVEL", "0");
            environment.put("OCF_RA_VERSION_MAJOR", "1");
            environment.put("OCF_RA_VERSION_MINOR", "1");
            environment.put("HA_RSCTMP", System.getProperty("java.io.tmpdir", "/tmp"));
            environment.putAll(node);
            parameters.forEach((name, value) -> environment.put("OCF_RESKEY_" + name, value));
        } else {
            input.append("action=").append(action).append('\n');
            parameters.forEach((name, value) ->
                    input.append(name).append('=').append(value).append('\n'));
        }
        try {
            Path output = Files.createTempFile("systole-validate", ".txt");
            Path answers = Files.createTempFile("systole-validate", ".in");
            try {
                Files.writeString(answers, input);
                builder.redirectInput(answers.toFile());
                builder.redirectErrorStream(true).redirectOutput(output.toFile());
                Process process = builder.start();
                if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    return new Validated(1, "no answer within " + TIMEOUT_SECONDS + " s");
                }
                return new Validated(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
            } finally {
                Files.deleteIfExists(output);
                Files.deleteIfExists(answers);
            }
        } catch (IOException e) {
            throw new BadInputException(program.toString(), "cannot be run: " + e.getMessage(), "check its rights");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Validated(1, "interrupted");
        }
    }

    private static boolean isSet(Element parameter, String name) {
        String value = parameter.attribute(name, "0");
        return value.equals("1") || value.equals("true");
    }

    /** The agent's own description of itself, if it is installed. */
    Optional<Element> metadata(String agentClass, String provider, String type) {
        return read.computeIfAbsent(agentClass + ":" + provider + ":" + type, key -> ask(agentClass, provider, type));
    }

    private Optional<Element> ask(String agentClass, String provider, String type) {
        if (type.contains("/") || provider.contains("/")) {
            return Optional.empty();
        }
        if (agentClass.equals("ocf")) {
            for (Path folder : ocfFolders) {
                Path program = folder.resolve(provider).resolve(type);
                if (Files.isRegularFile(program) && Files.isExecutable(program)) {
                    return run(program, "meta-data");
                }
            }
        } else if (agentClass.equals("stonith")) {
            for (Path folder : fenceFolders) {
                Path program = folder.resolve(type);
                if (Files.isRegularFile(program) && Files.isExecutable(program)) {
                    return run(program, "-o", "metadata");
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Element> run(Path program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        try {
            Path output = Files.createTempFile("systole-metadata", ".xml");
            try {
                ProcessBuilder builder = new ProcessBuilder(command);
                builder.environment().put("OCF_ROOT", ocfRoot.toString());
                builder.redirectInput(new File("/dev/null"));
                builder.redirectOutput(output.toFile());
                builder.redirectError(ProcessBuilder.Redirect.DISCARD);
                Process process = builder.start();
                if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    return Optional.empty();
                }
                return parse(program, Files.readString(output, StandardCharsets.UTF_8));
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException unreadable) {
            // An agent that cannot be run here is one that is not known here.
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static Optional<Element> parse(Path program, String text) {
        int start = text.indexOf("<resource-agent");
        int end = text.lastIndexOf("</resource-agent>");
        if (start < 0 || end < start) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    CibXml.read(program.toString(), text.substring(start, end + "</resource-agent>".length())));
        } catch (BadInputException notXml) {
            return Optional.empty();
        }
    }

    @Override
    public List<String> names() {
        Set<String> names = new LinkedHashSet<>(stock.names());
        for (String provider : allProviders()) {
            for (String type : types("ocf", provider)) {
                names.add("ocf:" + provider + ":" + type);
            }
        }
        return new ArrayList<>(names);
    }
}
