package systole.daemon;

import java.util.List;
import systole.api.Answer;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;
import systole.model.CibEdits;
import systole.model.Element;
import systole.state.ChangeRecord;
import systole.state.ClusterState;

/** Earlier configurations, rebuilt from the present one by the edits that undo the newest changes. */
final class Versions {
    private Versions() {}

    /** @param before the configuration as it was just before that change, instead of just after it */
    static Answer.Cib read(ClusterState state, String version, boolean before) {
        String wanted = epochs(version);
        if (wanted.equals(epochs(state.version().toString())) && !before) {
            return new Answer.Cib(wanted, state.configuration());
        }
        List<ChangeRecord> changes = state.changes();
        Element configuration = state.configuration();
        for (int i = changes.size() - 1; i >= 0; i--) {
            ChangeRecord change = changes.get(i);
            String name = epochs(change.version().toString());
            boolean found = name.equals(wanted);
            if (found && !before) {
                return new Answer.Cib(name, configuration);
            }
            if (change.undo().isEmpty()) {
                break;
            }
            configuration = CibEdits.apply(configuration, change.undo());
            if (found) {
                return new Answer.Cib(name, configuration);
            }
        }
        List<String> known = changes.stream()
                .filter(change -> !change.undo().isEmpty())
                .map(change -> epochs(change.version().toString()))
                .toList();
        throw new BadInputException(
                "",
                "version '" + version + "' of the configuration is not kept" + NearestWord.hint(version, known),
                "list the versions: systole history changes (the newest " + known.size() + " can be rebuilt)");
    }

    /** {@code admin_epoch.epoch}: changes of the status do not make a version. */
    static String epochs(String version) {
        String[] parts = version.split("\\.", -1);
        return parts.length < 2 ? version : parts[0] + "." + parts[1];
    }
}
