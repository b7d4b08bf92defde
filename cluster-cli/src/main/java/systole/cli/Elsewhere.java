package systole.cli;

import java.util.Map;
import java.util.Optional;

/** Commands of crm that are not here, each with what does its work: nobody should be told merely that a word is unknown. */
final class Elsewhere {
    private static final String OWN_FILE =
            "systole corosync push, then restart the daemons one by one: systole cluster restart";
    private static final String WHAT_IF =
            "try it in a status of its own: systole cibstatus node NODE unclean, systole cibstatus simulate";

    /** {@code level.word}, or the word alone at the root. */
    private static final Map<String, String> INSTEAD = Map.ofEntries(
            Map.entry("script", "write the objects to a file: systole configure load update FILE"),
            Map.entry("cluster.crash_test", "systole sim for whole clusters under faults; " + WHAT_IF),
            Map.entry("corosync.add-node", "systole corosync edit; " + OWN_FILE),
            Map.entry("corosync.del-node", "systole node delete NODE; systole corosync edit"),
            Map.entry(
                    "resource.secret",
                    "let a role deny reading the parameter (systole help acl); show masks passwords in any case"));

    private Elsewhere() {}

    /** The refusal of such a command; empty for all others. */
    static Optional<UsageException> refusal(String level, String word) {
        String name = level.isEmpty() ? word : level + "." + word;
        String instead = INSTEAD.get(name);
        return instead == null
                ? Optional.empty()
                : Optional.of(new UsageException(
                        "'" + name.replace('.', ' ') + "' of crm is not a command here", "use instead: " + instead));
    }
}
