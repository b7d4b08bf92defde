package systole.scheduler.working;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.model.Element;
import systole.model.Score;
import systole.scheduler.rules.Values;

/** Fail counts of resources on nodes (input-and-status, section 14). */
public final class FailCounts {
    private static final String COUNT = "fail-count-";
    private static final String LAST = "last-failure-";

    /** What a node's attributes say about one resource name. */
    private static final class Sum {
        int count;
        long last;
    }

    /** Of one node: by exact name, and by name without instance number. */
    private record Index(Map<String, Sum> exact, Map<String, Sum> base) {}

    private final Cluster cluster;
    private final Map<Node, Index> indexes = new HashMap<>();

    FailCounts(Cluster cluster) {
        this.cluster = cluster;
    }

    /** The count as it stands in the attributes. */
    public int plain(Resource resource, Node node) {
        Sum sum = sum(resource, node);
        return sum == null ? 0 : sum.count;
    }

    /** Time of the last failure in seconds since the epoch, 0 if unknown. */
    public long lastFailure(Resource resource, Node node) {
        Sum sum = sum(resource, node);
        return sum == null ? 0 : sum.last;
    }

    /**
     * The count that matters: 0 once the failures have expired.
     *
     * @param entry the failed entry looked at, or {@code null} for any
     */
    public int effective(Resource resource, Node node, @Nullable HistoryEntry entry) {
        Sum sum = sum(resource, node);
        if (sum == null || sum.count == 0) {
            return 0;
        }
        if (resource.failureTimeoutMs > 0 && blocks(resource, node, entry)) {
            resource.failureTimeoutMs = 0;
        }
        if (resource.failureTimeoutMs > 0 && sum.last > 0) {
            long expiry = sum.last + Values.toSeconds(resource.failureTimeoutMs);
            if (cluster.nowSeconds > expiry) {
                return 0;
            }
            cluster.recheckAt(expiry + 1);
        }
        return sum.count;
    }

    /** The effective count and those of what the resource launches (not for parts of bundles). */
    public int withLaunched(Resource resource, Node node) {
        int count = effective(resource, node, null);
        if (!resource.inBundle()) {
            for (Resource launched : resource.launched) {
                count = Score.add(count, effective(launched, node, null));
            }
        }
        return count;
    }

    /** Whether any failure is recorded for a node. */
    public boolean any(Node node) {
        return !index(node).exact.isEmpty();
    }

    private Index index(Node node) {
        Index index = indexes.get(node);
        if (index == null) {
            index = read(node);
            indexes.put(node, index);
        }
        return index;
    }

    private @Nullable Sum sum(Resource resource, Node node) {
        Index index = index(node);
        if (index.exact.isEmpty()) {
            return null;
        }
        String name = resource.historyName();
        return resource.unique ? index.exact.get(name) : index.base.get(withoutNumber(name));
    }

    /** Attributes of the node changed: read them again when asked. */
    public void forget(Node node) {
        indexes.remove(node);
    }

    private static Index read(Node node) {
        Index index = new Index(new HashMap<>(), new HashMap<>());
        node.attributes.forEach((name, value) -> {
            boolean count = name.startsWith(COUNT);
            if (!count && !name.startsWith(LAST)) {
                return;
            }
            int hash = name.lastIndexOf('#');
            if (hash < 0) {
                return;
            }
            String resource = name.substring(count ? COUNT.length() : LAST.length(), hash);
            for (Sum sum : new Sum[] {
                index.exact.computeIfAbsent(resource, key -> new Sum()),
                index.base.computeIfAbsent(withoutNumber(resource), key -> new Sum())
            }) {
                if (count) {
                    sum.count = Score.add(sum.count, Values.score(value, 0));
                } else {
                    sum.last = Math.max(sum.last, Values.integer(value, 0));
                }
            }
        });
        return index;
    }

    /** A name without a trailing {@code :N}. */
    public static String withoutNumber(String name) {
        int colon = name.lastIndexOf(':');
        if (colon < 0 || colon == name.length() - 1) {
            return name;
        }
        for (int i = colon + 1; i < name.length(); i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') {
                return name;
            }
        }
        return name.substring(0, colon);
    }

    /** Whether an operation configured with {@code on-fail=block} has failed (14.4). */
    private static boolean blocks(Resource resource, Node node, @Nullable HistoryEntry entry) {
        for (Operation operation : resource.definition.operations) {
            Element xml = operation.xml();
            if (!"block".equals(xml.attribute("on-fail"))) {
                continue;
            }
            if (entry != null) {
                if (matches(resource, operation, entry)) {
                    return true;
                }
            } else {
                History history = node.histories.get(resource.historyName());
                if (history == null) {
                    history = node.histories.get(withoutNumber(resource.historyName()));
                }
                if (history != null) {
                    for (HistoryEntry each : history.entries) {
                        if (matches(resource, operation, each)) {
                            return true;
                        }
                    }
                }
            }
        }
        return false;
    }

    private static boolean matches(Resource resource, Operation operation, HistoryEntry entry) {
        if (!entry.task.equals(operation.name()) || entry.intervalMs != operation.intervalMs()) {
            return false;
        }
        String name = withoutNumber(resource.historyName());
        return entry.id.equals(name + "_last_failure_0")
                || (entry.id.equals(name + "_" + entry.task + "_" + entry.intervalMs) && entry.rc != entry.expectedRc);
    }
}
