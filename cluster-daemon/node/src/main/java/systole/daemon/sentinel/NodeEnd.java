package systole.daemon.sentinel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends this node, here and now. A node whose root is {@code /} is its machine: sysrq reboots it without asking anybody.
 * One of several on a host ({@code --root DIR}) never touches the machine: what belongs to that node is killed.
 */
public final class NodeEnd {
    private static final Logger LOG = LoggerFactory.getLogger("systole.sentinel");
    private static final Map<String, String> SYSRQ = Map.of("reboot", "b", "off", "o", "crashdump", "c");
    private static final Path TRIGGER = Path.of("/proc/sysrq-trigger");

    private final Path keeper;
    private final Path root;
    private final String configured;

    /** @param configured {@code SYSTOLE_PANIC}, or empty */
    public NodeEnd(Path tree, Path root, String configured) {
        this.keeper = tree.resolve("libexec/watchdog-keeper");
        this.root = root;
        this.configured = configured;
    }

    Path keeper() {
        return keeper;
    }

    Path root() {
        return root;
    }

    /** What will be done. @param wanted {@code reboot}, {@code off} or {@code crashdump} */
    String action(String wanted) {
        boolean machine = root.getNameCount() == 0;
        if (configured.startsWith("exec:") || configured.equals("node")) {
            return configured.equals("node") && machine ? wanted : configured;
        }
        return machine ? wanted : "node";
    }

    /** What is done when the time is over. */
    String usual() {
        return action(configured.isEmpty() || !SYSRQ.containsKey(configured) ? "reboot" : configured);
    }

    /** Whether the machine itself goes down. */
    boolean endsMachine() {
        return SYSRQ.containsKey(usual());
    }

    /** Does not wait for the end; the caller halts the JVM after it. */
    public void now(String wanted, String why) {
        String action = action(wanted);
        LOG.error("this node ends itself ({}): {}", action, why);
        String letter = SYSRQ.get(action);
        if (letter != null && root.getNameCount() == 0) {
            try {
                Files.writeString(TRIGGER, letter);
            } catch (IOException e) {
                LOG.error("the kernel did not take sysrq '{}': {}", letter, e.toString());
            }
        }
        try {
            ProcessBuilder builder =
                    new ProcessBuilder("setsid", keeper.toString(), "--end", action, root.toString(), why);
            builder.environment().remove("SYSTOLE_NODE_ROOT");
            builder.redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            LOG.error("cannot start {}: {}", keeper, e.toString());
        }
    }
}
