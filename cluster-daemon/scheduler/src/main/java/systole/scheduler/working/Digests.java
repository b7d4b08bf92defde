package systole.scheduler.working;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import systole.model.Element;

/** Digests of parameters: has a definition changed since an action ran? (input-and-status, section 17) */
public final class Digests {
    /** Result of a comparison (17.5). */
    public enum Outcome {
        MATCH,
        /** No digest was recorded. */
        UNKNOWN,
        MISMATCH,
        /** Parameters that need a restart changed. */
        RESTART,
        /** Only private parameters changed, and the scheduler runs on sanitised data: nothing to do. */
        PRIVATE_ONLY
    }

    private static final Set<String> NEVER = Set.of(
            "id", "crm_feature_set", "op-digest", "on_node", "on_node_uuid", "pcmk_external_ip");

    private final Cluster cluster;
    private final Map<String, String> cache = new HashMap<>();

    Digests(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Compares what was recorded with the configuration of an operation. */
    public Outcome compare(Resource resource, Node node, HistoryEntry entry, String task, long intervalMs) {
        Element xml = entry.xml;
        String recorded = xml.attribute("op-digest");
        String restart = xml.attribute("op-restart-digest");
        if (restart != null && !restart.equals(restartDigest(resource, node, task, intervalMs, entry))) {
            return Outcome.RESTART;
        }
        if (recorded == null) {
            return Outcome.UNKNOWN;
        }
        if (recorded.equals(all(resource, node, task, intervalMs))) {
            return Outcome.MATCH;
        }
        String secure = xml.attribute("op-secure-digest");
        if (cluster.sanitized && secure != null && secure.equals(secure(resource, node, task, intervalMs, entry))) {
            return Outcome.PRIVATE_ONLY;
        }
        boolean own = intervalMs == 0 && hasOwnParameters(resource, task, intervalMs);
        return own ? Outcome.RESTART : Outcome.MISMATCH;
    }

    private static boolean hasOwnParameters(Resource resource, String task, long intervalMs) {
        Operation operation = OperationMeta.configured(resource, task, intervalMs);
        return operation != null
                && operation.xml().child("instance_attributes").isPresent();
    }

    /** The digest of all parameters (17.2). */
    public String all(Resource resource, Node node, String task, long intervalMs) {
        boolean cacheable = cluster.parameters(resource, node) == resource.parameterCache
                && !hasOwnParameters(resource, task, intervalMs)
                && !isBundleConnection(resource);
        if (!cacheable) {
            return md5(parameters(resource, node, task, intervalMs));
        }
        String key = resource.definition.id() + "|" + resource.id + "|" + (intervalMs == 0 ? "" : task + intervalMs);
        String found = cache.get(key);
        if (found == null) {
            found = md5(parameters(resource, node, task, intervalMs));
            cache.put(key, found);
        }
        return found;
    }

    private String restartDigest(Resource resource, Node node, String task, long intervalMs, HistoryEntry entry) {
        Map<String, String> values = parameters(resource, node, task, intervalMs);
        String names = entry.xml.attribute("op-force-restart");
        if (names != null) {
            values.keySet().retainAll(words(names));
        }
        return md5(values);
    }

    private String secure(Resource resource, Node node, String task, long intervalMs, HistoryEntry entry) {
        Map<String, String> values = new TreeMap<>(parameters(resource, node, task, intervalMs));
        String names = entry.xml.attribute("op-secure-params");
        if (names != null) {
            values.keySet().removeAll(words(names));
        }
        if (olderThan316(entry.xml.attribute("crm_feature_set", ""))) {
            values.keySet().removeAll(
                    OperationMeta.extraParameters(
                                    cluster, resource, OperationMeta.configured(resource, task, intervalMs), node)
                            .keySet());
            values.remove("CRM_meta_timeout");
            if (resource.isFenceDevice()) {
                values.keySet().removeIf(name -> name.startsWith("pcmk_"));
            }
        }
        return md5(values);
    }

    private static boolean olderThan316(String featureSet) {
        String[] parts = featureSet.split("\\.");
        int major = number(parts, 0);
        int minor = number(parts, 1);
        return major < 3 || (major == 3 && minor < 16);
    }

    private static int number(String[] parts, int index) {
        return index < parts.length ? (int) systole.scheduler.rules.Values.integer(parts[index], 0) : 0;
    }

    private static Set<String> words(String text) {
        return new HashSet<>(Arrays.asList(text.strip().split("\\s+")));
    }

    private static boolean isBundleConnection(Resource resource) {
        return resource.isConnection() && resource.replica != null;
    }

    private Map<String, String> parameters(Resource resource, Node node, String task, long intervalMs) {
        Map<String, String> values = new TreeMap<>();
        if (isBundleConnection(resource) && "#uname".equals(cluster.parameters(resource, node).get("addr"))) {
            Node host = containerHost(resource);
            if (host != null) {
                values.put("addr", host.name);
            }
        }
        cluster.parameters(resource, node).forEach(values::putIfAbsent);
        Operation operation = OperationMeta.configured(resource, task, intervalMs);
        OperationMeta.extraParameters(cluster, resource, operation, node).forEach(values::putIfAbsent);
        values.keySet().removeIf(name -> NEVER.contains(name) || name.startsWith("CRM_meta_"));
        if (intervalMs > 0) {
            values.put(
                    "CRM_meta_timeout",
                    OperationMeta.table(cluster, resource, operation, task, intervalMs)
                            .getOrDefault("timeout", ""));
        }
        return values;
    }

    /** Where the container of a bundle's connection will be, or is. */
    public static @Nullable Node containerHost(Resource connection) {
        Resource container = connection.launcher;
        if (container == null) {
            return null;
        }
        return container.unassigned ? container.currentNode() : container.assigned;
    }

    /** Whether the address of a connection is only known once its container is placed. */
    public boolean dependsOnPlacement(Resource resource, Node node) {
        return isBundleConnection(resource) && "#uname".equals(cluster.parameters(resource, node).get("addr"));
    }

    private static String md5(Map<String, String> values) {
        StringBuilder text = new StringBuilder(" <parameters");
        values.forEach((name, value) -> {
            text.append(' ').append(name).append("=\"");
            escape(value, text);
            text.append('"');
        });
        text.append("/>\n");
        try {
            byte[] digest = MessageDigest.getInstance("MD5").digest(text.toString().getBytes(StandardCharsets.UTF_8));
            StringBuilder hex = new StringBuilder(32);
            for (byte b : digest) {
                hex.append(Character.forDigit((b >> 4) & 15, 16)).append(Character.forDigit(b & 15, 16));
            }
            return hex.toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no MD5; install a complete runtime", e);
        }
    }

    private static void escape(String value, StringBuilder out) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                default -> {
                    if (c < ' ' || c == 0x7f) {
                        out.append(String.format("&#x%02X;", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
    }
}
