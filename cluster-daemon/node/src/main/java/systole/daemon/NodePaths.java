package systole.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a node's files are (architecture section 3).
 *
 * @param root {@code /}, or the folder of {@code --root}
 * @param tree the built or installed tree: {@code lib}, {@code agents}, {@code libexec}
 */
record NodePaths(Path root, Path tree) {
    Path conf() {
        return root.resolve("etc/systole/cluster.conf");
    }

    Path key() {
        return root.resolve("etc/systole/authkey");
    }

    /** Made by {@code systoled --witness --admit}; only with a quorum device. */
    Path witnessKey() {
        return root.resolve("etc/systole/witnesskey");
    }

    /** One line with the name of this node, for hosts on which several run. */
    Path nodeName() {
        return root.resolve("etc/systole/node");
    }

    /** Present where this node fences itself; in the form of sbd's file. */
    Path selfFencing() {
        return root.resolve("etc/systole/sbd");
    }

    /** Names the process that keeps the watchdog. */
    Path watchdogClaim() {
        return run().resolve("systole/watchdog.pid");
    }

    Path state() {
        return root.resolve("var/lib/systole");
    }

    Path stateLog() {
        return state().resolve("state");
    }

    /** What agents said of themselves; made again when it is missing. */
    Path agentMetadata() {
        return state().resolve("agents");
    }

    /** Inputs of the newest plans that this node made. */
    Path plans() {
        return state().resolve("plans");
    }

    Path run() {
        return root.resolve("run");
    }

    Path pidFile() {
        return run().resolve("systole/systoled.pid");
    }

    Path socket() {
        return run().resolve("systole/api.sock");
    }

    void create() {
        try {
            Files.createDirectories(stateLog());
            Files.createDirectories(agentMetadata());
            Files.createDirectories(run().resolve("systole"));
        } catch (IOException e) {
            throw new DaemonException(
                    "cannot make the folders under " + root + ": " + e.getMessage(),
                    "run the daemon as root, or give it a folder of yours with --root");
        }
    }
}
