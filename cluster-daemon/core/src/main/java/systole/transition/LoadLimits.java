package systole.transition;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * How much may run at once (controller-and-fencer 5). 0 means no limit. Pseudo actions and fencing are not counted.
 *
 * @param perNode jobs by node name; a node that is not in it takes {@code otherNodes}
 */
public record LoadLimits(int cluster, int migrationsPerNode, int otherNodes, Map<String, Integer> perNode) {
    public static final LoadLimits NONE = new LoadLimits(0, 0, 0, Map.of());

    public LoadLimits {
        perNode = Collections.unmodifiableMap(new TreeMap<>(perNode));
    }

    int of(String node) {
        return perNode.getOrDefault(node, otherNodes);
    }
}
