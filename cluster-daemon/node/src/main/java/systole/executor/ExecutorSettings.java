package systole.executor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;

/**
 * What is the same for all agents of a node.
 *
 * @param ocfRoots folders that hold {@code resource.d/PROVIDER/TYPE}, searched in this order
 * @param fencePath folders that hold {@code fence_*}, searched in this order
 * @param initScripts folder of LSB scripts, {@code /etc/init.d}
 * @param runDirectory the node's {@code run} folder: agents' state files, their output while they run
 * @param toolPath folders put in front of the agents' {@code PATH}, for {@code crm_attribute} and its like
 * @param apiSocket the daemon's local socket, told to those tools
 * @param featureSet {@code crm_feature_set} given to agents; at least 3.10.0, see the OCF contract
 * @param parallel processes at a time; more runs wait (fence runs never do). High on purpose: the cluster throttles by
 *     its own limits, and eight hung monitors must not hold up a stop
 * @param outputLimit characters kept of stdout and of stderr, each; the end is kept
 * @param graceMillis between TERM and KILL after a time-out
 * @param environment further variables for every agent
 * @param grouping which runs happen in a control group
 */
public record ExecutorSettings(
        List<Path> ocfRoots,
        List<Path> fencePath,
        Path initScripts,
        Path runDirectory,
        List<Path> toolPath,
        Path apiSocket,
        String featureSet,
        int parallel,
        int outputLimit,
        long graceMillis,
        SortedMap<String, String> environment,
        Grouping grouping) {

    /** Which runs happen in a control group, where there is one that can be written. */
    public enum Grouping {
        /** All, where the C library can start a process in one; else none. */
        AUTO,
        /** All, in any case. */
        ALL,
        /** None. */
        OFF
    }

    public static final String FEATURE_SET = "3.16.1";

    public ExecutorSettings {
        ocfRoots = List.copyOf(ocfRoots);
        fencePath = List.copyOf(fencePath);
        toolPath = List.copyOf(toolPath);
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        if (parallel < 1 || outputLimit < 1 || graceMillis < 0) {
            throw new IllegalArgumentException("parallel " + parallel + ", outputLimit " + outputLimit
                    + ", graceMillis " + graceMillis + ": the first two must be at least 1, the third at least 0");
        }
    }

    /**
     * The layout of a node.
     *
     * @param tree the built or installed tree that holds {@code agents/} and {@code libexec/}
     * @param root where the node's own {@code run} lies: {@code /}, or what {@code --root} says
     */
    public static ExecutorSettings of(Path tree, Path root) {
        return new ExecutorSettings(
                List.of(tree.resolve("agents/ocf"), Path.of("/usr/lib/ocf")),
                List.of(tree.resolve("libexec"), Path.of("/usr/sbin"), Path.of("/sbin")),
                Path.of("/etc/init.d"),
                root.resolve("run"),
                List.of(tree.resolve("libexec/compat")),
                root.resolve("run/systole/api.sock"),
                FEATURE_SET,
                128,
                16 * 1024,
                1000,
                Collections.emptySortedMap(),
                Grouping.AUTO);
    }

    /**
     * Folders searched before all others: {@code SYSTOLE_OCF_PATH} (each with {@code resource.d} in it) and
     * {@code SYSTOLE_FENCE_PATH}, separated by colons.
     */
    public ExecutorSettings withSearchPaths(Map<String, String> variables) {
        return withOcfRoots(before(variables.get("SYSTOLE_OCF_PATH"), ocfRoots))
                .withFencePath(before(variables.get("SYSTOLE_FENCE_PATH"), fencePath));
    }

    /**
     * {@code SYSTOLE_CGROUP}: {@code auto} (the default), {@code all} or {@code off}.
     *
     * @throws BadInputException for another word
     */
    public ExecutorSettings withGrouping(Map<String, String> variables) {
        String word = variables.getOrDefault("SYSTOLE_CGROUP", "auto").toLowerCase(Locale.ROOT);
        List<String> known = Arrays.stream(Grouping.values())
                .map(each -> each.name().toLowerCase(Locale.ROOT))
                .toList();
        if (!known.contains(word)) {
            throw new BadInputException(
                    "SYSTOLE_CGROUP",
                    "'" + word + "' is none of " + String.join(", ", known) + NearestWord.hint(word, known),
                    "set it to one of them, or leave it out");
        }
        return withGrouping(Grouping.valueOf(word.toUpperCase(Locale.ROOT)));
    }

    private static List<Path> before(@Nullable String path, List<Path> others) {
        List<Path> all = new ArrayList<>();
        if (path != null && !path.isEmpty()) {
            for (String folder : path.split(":")) {
                all.add(Path.of(folder));
            }
        }
        all.addAll(others);
        return all;
    }

    /** The folder that holds {@code run}: what tells this node from others on the same host. */
    String nodeRoot() {
        Path root = runDirectory.toAbsolutePath().getParent();
        return root == null ? "/" : root.toString();
    }

    public ExecutorSettings withOcfRoots(List<Path> roots) {
        return with(draft -> draft.ocfRoots = roots);
    }

    public ExecutorSettings withFencePath(List<Path> folders) {
        return with(draft -> draft.fencePath = folders);
    }

    public ExecutorSettings withInitScripts(Path folder) {
        return with(draft -> draft.initScripts = folder);
    }

    public ExecutorSettings withParallel(int processes) {
        return with(draft -> draft.parallel = processes);
    }

    public ExecutorSettings withGraceMillis(long millis) {
        return with(draft -> draft.graceMillis = millis);
    }

    public ExecutorSettings withToolPath(List<Path> folders) {
        return with(draft -> draft.toolPath = folders);
    }

    public ExecutorSettings withEnvironment(SortedMap<String, String> variables) {
        return with(draft -> draft.environment = variables);
    }

    public ExecutorSettings withGrouping(Grouping which) {
        return with(draft -> draft.grouping = which);
    }

    private ExecutorSettings with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return new ExecutorSettings(
                draft.ocfRoots,
                draft.fencePath,
                draft.initScripts,
                runDirectory,
                draft.toolPath,
                apiSocket,
                featureSet,
                draft.parallel,
                outputLimit,
                draft.graceMillis,
                draft.environment,
                draft.grouping);
    }

    /** What a copy may have another value of. */
    private static final class Draft {
        private List<Path> ocfRoots;
        private List<Path> fencePath;
        private Path initScripts;
        private List<Path> toolPath;
        private int parallel;
        private long graceMillis;
        private SortedMap<String, String> environment;
        private Grouping grouping;

        private Draft(ExecutorSettings from) {
            ocfRoots = from.ocfRoots;
            fencePath = from.fencePath;
            initScripts = from.initScripts;
            toolPath = from.toolPath;
            parallel = from.parallel;
            graceMillis = from.graceMillis;
            environment = from.environment;
            grouping = from.grouping;
        }
    }
}
