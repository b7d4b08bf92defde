package systole.fencing;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import systole.model.Element;

/**
 * What a fence agent's meta-data says that matters (fencing-contract 1).
 *
 * @param actions words that the agent knows
 * @param targetParameter parameter that takes the target: {@code port}, {@code plug}, or empty for none
 * @param automaticOn {@code on} is needed before a node may run resources (unfencing)
 * @param onTarget {@code on} has to run on the target itself
 */
public record FenceTraits(SortedSet<String> actions, String targetParameter, boolean automaticOn, boolean onTarget) {
    /** What is assumed of an agent without meta-data. */
    public static final FenceTraits UNKNOWN =
            new FenceTraits(new TreeSet<>(java.util.List.of("reboot", "off", "on", "monitor")), "port", false, false);

    public FenceTraits {
        actions = Collections.unmodifiableSortedSet(new TreeSet<>(actions));
    }

    public static FenceTraits of(Optional<Element> metadata) {
        if (metadata.isEmpty()) {
            return UNKNOWN;
        }
        SortedSet<String> actions = new TreeSet<>();
        boolean automatic = false;
        boolean onTarget = false;
        for (Element list : metadata.get().children("actions")) {
            for (Element action : list.children("action")) {
                String name = action.attribute("name", "");
                actions.add(name);
                if (name.equals("on")) {
                    automatic |=
                            isTrue(action.attribute("automatic", "0")) || isTrue(action.attribute("required", "0"));
                    onTarget |= isTrue(action.attribute("on_target", "0"));
                }
            }
        }
        SortedSet<String> parameters = new TreeSet<>();
        for (Element list : metadata.get().children("parameters")) {
            for (Element parameter : list.children("parameter")) {
                parameters.add(parameter.attribute("name", ""));
            }
        }
        String target = parameters.contains("port") ? "port" : parameters.contains("plug") ? "plug" : "";
        return new FenceTraits(actions, target, automatic, onTarget);
    }

    private static boolean isTrue(String value) {
        return value.equals("1") || value.equalsIgnoreCase("true");
    }
}
