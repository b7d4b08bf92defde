package systole.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is common to the commands of one invocation.
 *
 * @param root folder that holds the node's paths, {@code /} by default
 * @param environment variables of the process
 * @param force no questions, doubts do not refuse
 * @param await after a change, wait until the cluster has settled
 * @param json reading commands print JSON
 * @param program what the tool was called: {@code systole} or {@code crm}
 * @param pending where a shell collects the changes of level configure
 */
record Session(
        Path root,
        Map<String, String> environment,
        boolean force,
        boolean await,
        boolean json,
        String program,
        PrintWriter out,
        PrintWriter err,
        Optional<PendingBackend> pending) {
    /** This session with changes collected until they are committed. */
    Session collecting(PendingBackend backend) {
        return new Session(root, environment, force, await, json, program, out, err, Optional.of(backend));
    }

    /** This session on a draft of the configuration; on the cluster if the name is empty. */
    Session withDraft(String name) {
        Map<String, String> next = new LinkedHashMap<>(environment);
        next.put("CIB_shadow", name);
        return new Session(root, next, force, await, json, program, out, err, Optional.empty());
    }

    /** The tree of this installation ({@code bin}, {@code lib}, {@code agents}), if the start script has told. */
    Optional<Path> home() {
        String home = environment.get("SYSTOLE_HOME");
        return home == null || home.isEmpty() ? Optional.empty() : Optional.of(Path.of(home));
    }

    InstalledAgents agents() {
        return new InstalledAgents(environment, home());
    }

    void info(String text) {
        err.println("INFO: " + text);
    }

    void warn(String text) {
        err.println("WARNING: " + text);
    }

    /** The configuration that commands work on: a file, if {@code CIB_file} is set, else the cluster's. */
    Backend backend() {
        return pending.isPresent() ? pending.get() : direct();
    }

    /** The cluster or file itself, past what a shell has collected. */
    Backend directly() {
        return direct();
    }

    private Backend direct() {
        String shadow = environment.getOrDefault("CIB_shadow", "");
        if (!shadow.isEmpty()) {
            return new FileBackend(CibVerbs.requireDraft(this, shadow), this);
        }
        String file = environment.get("CIB_file");
        return file == null || file.isEmpty() ? new LiveBackend(this) : new FileBackend(Path.of(file), this);
    }
}
