package systole.executor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Where the agents of this node lie, and how each is called. */
public final class AgentFolders {
    private static final String SYSTEMD_SCRIPT = script("systemd-unit.sh");
    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
    private static final String CLUSTER_USER = "hacluster";
    private static final String CLUSTER_GROUP = "haclient";
    private static final List<String> UNIT_SUFFIXES = List.of(".service", ".socket", ".mount", ".timer", ".path");

    private final ExecutorSettings settings;

    public AgentFolders(ExecutorSettings settings) {
        this.settings = settings;
    }

    /** The program of an OCF agent; empty if no root has one that can be executed. */
    public Optional<Path> ocfAgent(String provider, String type) {
        return ocfRoot(provider, type).map(root -> program(root, provider, type));
    }

    /** The program of a fence agent; empty if there is none. */
    public Optional<Path> fenceAgent(String type) {
        if (!isName(type)) {
            return Optional.empty();
        }
        return settings.fencePath().stream()
                .map(folder -> folder.resolve(type))
                .filter(AgentFolders::isProgram)
                .findFirst();
    }

    /** Providers of OCF agents, over all roots. */
    public SortedSet<String> providers() {
        SortedSet<String> names = new TreeSet<>();
        for (Path root : settings.ocfRoots()) {
            names(root.resolve("resource.d"), Files::isDirectory).forEach(names::add);
        }
        return names;
    }

    /** OCF agents of one provider, over all roots. */
    public SortedSet<String> agents(String provider) {
        SortedSet<String> names = new TreeSet<>();
        if (isName(provider)) {
            for (Path root : settings.ocfRoots()) {
                names(root.resolve("resource.d").resolve(provider), AgentFolders::isProgram)
                        .forEach(names::add);
            }
        }
        return names;
    }

    public SortedSet<String> fenceAgents() {
        SortedSet<String> names = new TreeSet<>();
        for (Path folder : settings.fencePath()) {
            names(folder, AgentFolders::isProgram).stream()
                    .filter(name -> name.startsWith("fence_"))
                    .forEach(names::add);
        }
        return names;
    }

    public SortedSet<String> initScripts() {
        return names(settings.initScripts(), AgentFolders::isProgram);
    }

    /** How a run is to be called; empty if its agent is not on this node. */
    Optional<AgentCommand> resolve(AgentRun run) {
        return switch (run.kind()) {
            case OCF ->
                ocfRoot(run.provider(), run.type())
                        .map(root -> AgentCommand.of(
                                program(root, run.provider(), run.type()),
                                run.action(),
                                OcfEnvironment.of(run, root, settings),
                                ExitCodes.OCF));
            case FENCE -> fenceAgent(run.type()).map(program -> fence(run, program));
            case ALERT -> alert(run);
            case LSB -> initScript(run);
            case SYSTEMD -> Optional.of(systemd(run));
            case SERVICE -> initScript(run).or(() -> Optional.of(systemd(run)));
        };
    }

    private AgentCommand fence(AgentRun run, Path program) {
        StringBuilder lines = new StringBuilder();
        run.parameters().forEach((name, value) -> {
            if (!name.equals("action")) {
                // A value ends at the line's end: what follows would be read as another parameter.
                lines.append(name).append('=').append(value.replace('\n', ' ')).append('\n');
            }
        });
        lines.append("action=").append(run.action()).append('\n');
        SortedMap<String, String> variables = base(run);
        // Tells the agents' library to leave time-outs to us.
        variables.put("PCMK_service", "pacemaker-fenced");
        return new AgentCommand(
                List.of(program.toString()),
                variables,
                lines.toString(),
                ExitCodes.FENCE,
                run.action().equals("metadata") || run.action().startsWith("list"));
    }

    /** As with Pacemaker these programs are not root's where the cluster has a user of its own. */
    private Optional<AgentCommand> alert(AgentRun run) {
        Path program = Path.of(run.type());
        if (!program.isAbsolute() || !isProgram(program)) {
            return Optional.empty();
        }
        List<String> command = new ArrayList<>(asClusterUser());
        command.add(program.toString());
        return Optional.of(new AgentCommand(command, base(run), "", ExitCodes.OCF, false));
    }

    private List<String> asClusterUser() {
        boolean possible = settings.nodeRoot().equals("/")
                && System.getProperty("user.name", "").equals("root")
                && isProgram(SETPRIV);
        return possible && hasClusterUser()
                ? List.of(SETPRIV.toString(), "--reuid", CLUSTER_USER, "--regid", CLUSTER_GROUP, "--init-groups", "--")
                : List.of();
    }

    private static boolean hasClusterUser() {
        return hasLine(Path.of("/etc/passwd"), CLUSTER_USER) && hasLine(Path.of("/etc/group"), CLUSTER_GROUP);
    }

    private static boolean hasLine(Path file, String name) {
        try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
            return lines.anyMatch(line -> line.startsWith(name + ":"));
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }

    private Optional<AgentCommand> initScript(AgentRun run) {
        Path script = settings.initScripts().resolve(run.type());
        String action = run.action().equals("monitor") ? "status" : run.action();
        return isProgram(script)
                ? Optional.of(AgentCommand.of(script, action, base(run), ExitCodes.LSB))
                : Optional.empty();
    }

    private AgentCommand systemd(AgentRun run) {
        boolean suffixed = UNIT_SUFFIXES.stream().anyMatch(run.type()::endsWith);
        String unit = suffixed ? run.type() : run.type() + ".service";
        String dropIns = settings.runDirectory().resolve("systemd/system").toString();
        return new AgentCommand(
                List.of("/bin/sh", "-c", SYSTEMD_SCRIPT, "systemd-unit", run.action(), unit, dropIns),
                base(run),
                "",
                ExitCodes.OCF,
                false);
    }

    private SortedMap<String, String> base(AgentRun run) {
        SortedMap<String, String> variables = new TreeMap<>(OcfEnvironment.base(settings));
        if (!run.node().isEmpty()) {
            variables.put("SYSTOLE_NODE", run.node());
        }
        variables.putAll(settings.environment());
        variables.putAll(run.environment());
        return variables;
    }

    private Optional<Path> ocfRoot(String provider, String type) {
        if (!isName(provider) || !isName(type)) {
            return Optional.empty();
        }
        return settings.ocfRoots().stream()
                .filter(root -> isProgram(program(root, provider, type)))
                .findFirst();
    }

    private static Path program(Path root, String provider, String type) {
        return root.resolve("resource.d").resolve(provider).resolve(type);
    }

    /** A name out of the configuration must not lead out of the agents' folder. */
    private static boolean isName(String text) {
        return !text.isEmpty() && !text.startsWith(".") && text.indexOf('/') < 0 && text.indexOf('\0') < 0;
    }

    private static boolean isProgram(Path path) {
        return Files.isRegularFile(path) && Files.isExecutable(path);
    }

    private static SortedSet<String> names(Path folder, java.util.function.Predicate<Path> kind) {
        SortedSet<String> names = new TreeSet<>();
        if (!Files.isDirectory(folder)) {
            return names;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            entries.filter(kind)
                    .map(path -> path.getFileName().toString())
                    .filter(AgentFolders::isName)
                    .forEach(names::add);
        } catch (IOException e) {
            throw new UncheckedIOException("folder of agents " + folder + " cannot be read", e);
        }
        return names;
    }

    private static String script(String name) {
        try (InputStream stream = AgentFolders.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException(name + " is missing from the jar");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }
}
