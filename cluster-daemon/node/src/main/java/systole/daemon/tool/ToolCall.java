package systole.daemon.tool;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A command as an agent called it.
 *
 * @param name of the command, without folder
 * @param environment those variables of the caller that matter: {@code OCF_RESOURCE_INSTANCE},
 *     {@code OCF_RESKEY_CRM_meta_on_node}, {@code SYSTOLE_NODE}, {@code CIB_file}, {@code TZ}
 */
public record ToolCall(String name, List<String> arguments, Map<String, String> environment) {
    public ToolCall {
        arguments = List.copyOf(arguments);
        environment = Collections.unmodifiableMap(new TreeMap<>(environment));
    }

    String variable(String key) {
        return environment.getOrDefault(key, "");
    }

    /** The node on which the caller runs, as far as it says. */
    String ownNode() {
        String node = variable("SYSTOLE_NODE");
        return node.isEmpty() ? variable("OCF_RESKEY_CRM_meta_on_node") : node;
    }
}
