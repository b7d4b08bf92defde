package systole.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;

/**
 * What is common to the commands of one invocation.
 *
 * @param root folder that holds the node's paths, {@code /} by default
 * @param environment variables of the process
 * @param force no questions, doubts do not refuse
 * @param await after a change, wait until the cluster has settled
 * @param json reading commands print JSON
 * @param program what the tool was called: {@code systole} or {@code crm}
 */
record Session(
        Path root,
        Map<String, String> environment,
        boolean force,
        boolean await,
        boolean json,
        String program,
        PrintWriter out,
        PrintWriter err) {
    void info(String text) {
        err.println("INFO: " + text);
    }

    void warn(String text) {
        err.println("WARNING: " + text);
    }

    /** The configuration that commands work on: a file, if {@code CIB_file} is set, else the cluster's. */
    Backend backend() {
        String file = environment.get("CIB_file");
        return file == null || file.isEmpty() ? new LiveBackend(this) : new FileBackend(Path.of(file), this);
    }
}
