package systole.fencing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import systole.kernel.Seed;
import systole.model.TimeSpan;

/**
 * One configured device: a primitive of class {@code stonith} (fencing-contract 2).
 *
 * @param parameters for the agent
 * @param options {@code pcmk_*}, for us
 * @param priority higher is tried first where there is no topology
 * @param bannedNodes that must not use it
 */
public record FenceDevice(
        String id,
        String agent,
        SortedMap<String, String> parameters,
        SortedMap<String, String> options,
        int priority,
        SortedSet<String> bannedNodes) {
    private static final int DEFAULT_TRIES = 2;

    /** How it is found out whether the device can fence a node. */
    public enum HostCheck {
        STATIC_LIST,
        DYNAMIC_LIST,
        STATUS,
        NONE
    }

    public FenceDevice {
        parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
        options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
        bannedNodes = Collections.unmodifiableSortedSet(new TreeSet<>(bannedNodes));
    }

    public HostCheck hostCheck(FenceTraits traits) {
        switch (option("pcmk_host_check")) {
            case "static-list":
                return HostCheck.STATIC_LIST;
            case "dynamic-list":
                return HostCheck.DYNAMIC_LIST;
            case "status":
                return HostCheck.STATUS;
            case "none":
                return HostCheck.NONE;
            default:
                if (!option("pcmk_host_list").isEmpty()
                        || !option("pcmk_host_map").isEmpty()) {
                    return HostCheck.STATIC_LIST;
                }
                if (traits.actions().contains("list")) {
                    return HostCheck.DYNAMIC_LIST;
                }
                return traits.actions().contains("status") ? HostCheck.STATUS : HostCheck.NONE;
        }
    }

    /** Whether {@code pcmk_host_list} or {@code pcmk_host_map} name the node. */
    public boolean listsHost(String node) {
        for (String name : option("pcmk_host_list").split("[\\s,;]+")) {
            if (name.equalsIgnoreCase(node)) {
                return true;
            }
        }
        return hostMap().containsKey(node.toLowerCase(Locale.ROOT));
    }

    /** False if the configuration alone says that the device is not for this node. */
    boolean mayKnow(String node) {
        String check = option("pcmk_host_check");
        boolean named =
                !option("pcmk_host_list").isEmpty() || !option("pcmk_host_map").isEmpty();
        return !(check.equals("static-list") || (check.isEmpty() && named)) || listsHost(node);
    }

    /** Whether the output of {@code list} names the node or its alias. */
    public boolean foundIn(String listOutput, String node) {
        String plug = plugOf(node);
        for (String line : listOutput.split("\n")) {
            for (String word : line.split("[\\s,;]+")) {
                if (word.equalsIgnoreCase(node) || word.equalsIgnoreCase(plug)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The name under which the device knows the node. */
    public String plugOf(String node) {
        return hostMap().getOrDefault(node.toLowerCase(Locale.ROOT), node);
    }

    /** The word that the agent is called with for an action, or nothing if it has none for it. */
    public Optional<String> wordFor(String action, FenceTraits traits) {
        String configured = option("pcmk_" + action + "_action");
        if (!configured.isEmpty()) {
            return Optional.of(configured);
        }
        if (traits.actions().contains(action)) {
            return Optional.of(action);
        }
        return action.equals("reboot")
                        && (traits.actions().contains("off")
                                || !option("pcmk_off_action").isEmpty())
                ? wordFor("off", traits)
                : action.equals("off") ? Optional.of("off") : Optional.empty();
    }

    public long timeoutMillis(String action, long fallback) {
        return TimeSpan.millis(option("pcmk_" + action + "_timeout"), fallback);
    }

    /** How often the agent may be called for one action. */
    public int tries(String action) {
        return (int) Math.max(1, TimeSpan.millis(option("pcmk_" + action + "_retries"), DEFAULT_TRIES * 1000L) / 1000);
    }

    /** Agents that may run at once; 0 for any number. */
    public int parallel() {
        String limit = option("pcmk_action_limit");
        long value = limit.isEmpty() ? 1 : TimeSpan.millis(limit, 1000) / 1000;
        return value < 0 ? 0 : (int) Math.max(1, value);
    }

    /** The wait before the device is used against this node. */
    public long delayMillis(String node, Seed chance) {
        long base = baseDelay(node);
        long max = TimeSpan.millis(option("pcmk_delay_max"), 0);
        if (max <= 0) {
            return base;
        }
        return base >= max ? max : chance.between(base, max);
    }

    /** The longest that {@link #delayMillis} can be. */
    public long longestDelayMillis(String node) {
        return Math.max(baseDelay(node), TimeSpan.millis(option("pcmk_delay_max"), 0));
    }

    /** What the agent reads for an action against a node; the node may be empty. */
    public SortedMap<String, String> input(String word, String node, FenceTraits traits) {
        SortedMap<String, String> input = new TreeMap<>(parameters);
        input.put("action", word);
        if (!node.isEmpty()) {
            input.put("nodename", node);
            String argument = option("pcmk_host_argument");
            String name = argument.isEmpty() ? traits.targetParameter() : argument;
            if (!name.isEmpty() && !name.equals("none")) {
                input.putIfAbsent(name, plugOf(node));
            }
        }
        return input;
    }

    public String option(String name) {
        return options.getOrDefault(name, "");
    }

    private long baseDelay(String node) {
        String base = option("pcmk_delay_base");
        if (!base.contains(":") && !base.contains("=")) {
            return TimeSpan.millis(base, 0);
        }
        String mine = pairs(base).get(node.toLowerCase(Locale.ROOT));
        return mine == null ? 0 : TimeSpan.millis(mine, 0);
    }

    private Map<String, String> hostMap() {
        return pairs(option("pcmk_host_map"));
    }

    /** {@code node1:1;node2=2,3}, separated by semicolons or blanks, backslash before a separator keeps it. */
    private static Map<String, String> pairs(String text) {
        Map<String, String> found = new TreeMap<>();
        for (String pair : split(text)) {
            int colon = -1;
            for (int i = 0; i < pair.length() && colon < 0; i++) {
                char c = pair.charAt(i);
                if (c == '\\') {
                    i++;
                } else if (c == ':' || c == '=') {
                    colon = i;
                }
            }
            if (colon > 0) {
                found.put(plain(pair.substring(0, colon)).toLowerCase(Locale.ROOT), plain(pair.substring(colon + 1)));
            }
        }
        return found;
    }

    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length()) {
                part.append(c).append(text.charAt(++i));
            } else if (c == ';' || c == ' ' || c == '\t' || c == '\n') {
                parts.add(part.toString());
                part.setLength(0);
            } else {
                part.append(c);
            }
        }
        parts.add(part.toString());
        return parts;
    }

    private static String plain(String text) {
        return text.replaceAll("\\\\(.)", "$1");
    }
}
