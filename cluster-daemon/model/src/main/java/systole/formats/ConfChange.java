package systole.formats;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One value by which a text of the interconnect's file differs from the one in force.
 *
 * @param path as {@code totem.token}; of several sections of a name by what tells them apart: {@code nodelist.node[3].name}
 * @param place {@code file:line} in the new text; the file alone for a value that is not set there any more
 * @param before empty if it was not set
 * @param after empty if it is not set any more
 * @param atOnce whether it can take effect while the daemon runs; all others are read when a daemon starts
 */
public record ConfChange(String path, String place, String before, String after, boolean atOnce) {
    private static final String UNSET = "(not set)";
    private static final String VERSION = "totem.config_version";

    /** What differs, in words. */
    public String words() {
        return (before.isEmpty() ? UNSET : before) + " -> " + (after.isEmpty() ? UNSET : after);
    }

    /**
     * The values that differ, in the order of the new text, those it lacks last; without {@code config_version}. Values
     * that say the same (yes, on; a default that is written out) are left out where nothing else differs beside them.
     *
     * @throws systole.kernel.BadInputException if one of the texts is no such file
     */
    public static List<ConfChange> between(String file, String present, String next) {
        InterconnectConf before = CorosyncConf.read(file, present);
        InterconnectConf after = CorosyncConf.read(file, next);
        boolean sameAtStart = withoutLogging(before, after).equals(after);
        boolean sameLog = before.logging().equals(after.logging());
        Map<String, Value> old = new LinkedHashMap<>();
        flatten(ConfSection.read(file, present), "", old);
        Map<String, Value> now = new LinkedHashMap<>();
        flatten(ConfSection.read(file, next), "", now);
        List<ConfChange> changes = new ArrayList<>();
        now.forEach((path, value) -> {
            Value was = old.remove(path);
            if (was == null || !was.sameAs(value)) {
                String text = was == null ? "" : was.text();
                changes.add(new ConfChange(path, value.place(), text, value.text(), isOfLog(path)));
            }
        });
        old.forEach((path, was) -> changes.add(new ConfChange(path, file, was.text(), "", isOfLog(path))));
        changes.removeIf(change -> change.path().equals(VERSION) || (change.atOnce() ? sameLog : sameAtStart));
        return changes;
    }

    private static boolean isOfLog(String path) {
        return path.startsWith("logging.");
    }

    /** The former content, with that of the latter in all that may change at once or says nothing. */
    private static InterconnectConf withoutLogging(InterconnectConf conf, InterconnectConf other) {
        return new InterconnectConf(
                conf.clusterName(),
                other.configVersion(),
                conf.transport(),
                conf.linkMode(),
                conf.keyFile(),
                conf.mtu(),
                conf.blockUnlistedIps(),
                conf.ipVersion(),
                conf.dscp(),
                conf.links(),
                conf.nodes(),
                conf.timing(),
                conf.quorum(),
                other.logging(),
                conf.system(),
                other.notes());
    }

    private record Value(String text, String place) {
        boolean sameAs(Value other) {
            return text.equals(other.text) || truth().isPresent() && truth().equals(other.truth());
        }

        private Optional<Boolean> truth() {
            return ConfVocabulary.truth(text);
        }
    }

    private static void flatten(ConfSection section, String prefix, Map<String, Value> found) {
        section.entries()
                .forEach((name, entry) -> found.put(prefix + name, new Value(entry.value(), section.place(name))));
        Map<String, Integer> count = new LinkedHashMap<>();
        for (ConfSection inner : section.sections()) {
            int number = count.merge(inner.name(), 1, Integer::sum) - 1;
            String which = switch (inner.name()) {
                case "node" -> "[" + inner.text("nodeid", inner.text("name", "#" + number)) + "]";
                case "interface" -> "[" + inner.text("linknumber", inner.text("ringnumber", "0")) + "]";
                case "logger_subsys" -> "[" + inner.text("subsys", "#" + number) + "]";
                default -> "";
            };
            flatten(inner, prefix + inner.name() + which + ".", found);
        }
    }
}
