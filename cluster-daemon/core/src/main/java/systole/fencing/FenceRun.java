package systole.fencing;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * One call of a fence agent on this node. Delays, retries and the choice of the device were made before.
 *
 * @param runId unique within the life of the daemon
 * @param device id of the stonith resource
 * @param agent name of the program: {@code fence_virsh}
 * @param action the word for the agent: {@code reboot off on status list monitor}
 * @param target name of the node, empty for {@code list} and {@code monitor}
 * @param input what the agent reads: one {@code name=value} per line, {@code action} and {@code nodename} included
 */
public record FenceRun(
        long runId,
        String device,
        String agent,
        String action,
        String target,
        Map<String, String> input,
        long timeoutMillis) {
    public FenceRun {
        input = Collections.unmodifiableMap(new TreeMap<>(input));
        if (timeoutMillis <= 0) {
            throw new IllegalArgumentException(action + " with " + device + " has no timeout");
        }
    }
}
