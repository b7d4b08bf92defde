package systole.scheduler.working;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.model.Element;
import systole.model.OperationDigest;

/** Whether an operation of the history ran with the parameters that are configured now (input-and-status 17). */
public final class DigestCheck {
    /** What the comparison says. */
    public enum Result {
        /** The same parameters. */
        MATCH,
        /** The history does not say. */
        UNKNOWN,
        /** Different ones. */
        MISMATCH,
        /** Different ones, and only a restart makes them effective. */
        RESTART
    }

    private final Cluster cluster;
    private final Settings settings;
    private @Nullable Digested lastOneShot;
    private @Nullable Digested lastRecurring;

    /** Whatever the interval, as long as there is one or not: all that counts of it is the time-out, a parameter. */
    private record Digested(Map<String, String> parameters, String digest) {}

    public DigestCheck(Cluster cluster, Settings settings) {
        this.cluster = cluster;
        this.settings = settings;
    }

    /** As many operations are without parameters or have those of the one before, the last digest is kept, of each kind. */
    private String digest(Map<String, String> parameters, long intervalMs) {
        Digested known = intervalMs == 0 ? lastOneShot : lastRecurring;
        if (known != null && known.parameters.equals(parameters)) {
            return known.digest;
        }
        String digest = OperationDigest.all(parameters, intervalMs);
        if (intervalMs == 0) {
            lastOneShot = new Digested(parameters, digest);
        } else {
            lastRecurring = new Digested(parameters, digest);
        }
        return digest;
    }

    public Result compare(Resource resource, Node node, HistoryEntry entry) {
        return compare(resource, node, entry, true);
    }

    /**
     * @param ignoringPrivate whether a change of private parameters alone counts as none on sanitised data; it does not
     *     where failures are looked at
     */
    public Result compare(Resource resource, Node node, HistoryEntry entry, boolean ignoringPrivate) {
        Element xml = entry.xml;
        String recordedRestart = xml.attribute("op-restart-digest");
        String recorded = xml.attribute("op-digest");
        if (entry.reschedule) {
            recordedRestart = "";
        }
        if (recorded == null && recordedRestart == null) {
            return Result.UNKNOWN;
        }
        Map<String, String> effective = settings.digestedParameters(resource, entry.task, entry.intervalMs, node);
        String all = digest(effective, entry.intervalMs);
        if (ignoringPrivate
                && recorded != null
                && !recorded.equals(all)
                && onlyPrivateChanged(resource, node, entry, effective)) {
            return Result.MATCH;
        }
        if (recordedRestart != null && !recordedRestart.equals(restartDigest(xml, effective, entry, all))) {
            return Result.RESTART;
        }
        if (recorded == null) {
            return Result.UNKNOWN;
        }
        if (recorded.equals(all)) {
            return Result.MATCH;
        }
        Operation operation = Settings.operation(resource, entry.task, entry.intervalMs);
        boolean ownParameters = operation != null && Settings.hasInstanceAttributes(operation.xml());
        return entry.intervalMs == 0 && ownParameters ? Result.RESTART : Result.MISMATCH;
    }

    private static String restartDigest(Element xml, Map<String, String> effective, HistoryEntry entry, String all) {
        String names = xml.attribute("op-force-restart");
        return names == null ? all : OperationDigest.only(effective, entry.intervalMs, words(names));
    }

    private boolean onlyPrivateChanged(
            Resource resource, Node node, HistoryEntry entry, Map<String, String> effective) {
        String secure = entry.xml.attribute("op-secure-digest");
        if (secure == null || !cluster.sanitized) {
            return false;
        }
        List<String> hidden = new ArrayList<>(words(entry.xml.attribute("op-secure-params", "")));
        String calculated;
        if (atLeast(entry.xml.attribute("crm_feature_set"), 3, 16)) {
            calculated = OperationDigest.without(effective, entry.intervalMs, hidden);
        } else {
            Map<String, String> own = settings.parameters(resource, node);
            for (String name : own.keySet()) {
                if (resource.isFenceDevice() && name.startsWith("pcmk_")) {
                    hidden.add(name);
                }
            }
            hidden.add("timeout");
            calculated = OperationDigest.without(own, 0, hidden);
        }
        if (!calculated.equals(secure)) {
            return false;
        }
        cluster.warnings.add("Only 'private' parameters to " + entry.intervalMs + "ms-interval " + entry.task + " for "
                + resource.id + " on " + node.name + " changed: " + entry.xml.attribute("transition-magic", ""));
        return true;
    }

    private static List<String> words(String text) {
        List<String> found = new ArrayList<>();
        for (String word : text.split("\\s+", -1)) {
            if (!word.isEmpty()) {
                found.add(word);
            }
        }
        return found;
    }

    private static boolean atLeast(@Nullable String version, int major, int minor) {
        if (version == null) {
            return false;
        }
        String[] parts = version.split("\\.", -1);
        try {
            int first = Integer.parseInt(parts[0]);
            int second = parts.length > 1 ? Integer.parseInt(parts[1]) : 0;
            return first > major || (first == major && second >= minor);
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
