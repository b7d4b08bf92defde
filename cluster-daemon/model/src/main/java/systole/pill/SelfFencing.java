package systole.pill;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;

/**
 * The file {@code etc/systole/sbd}, in the form of sbd's {@code /etc/sysconfig/sbd}: {@code NAME=value} lines. A node with
 * this file ends itself when it cannot prove that it may go on.
 *
 * @param devices pill disks: none, one, or three
 * @param watchdogDevice {@code /dev/watchdog}, or {@code none} for a watching process alone
 * @param watchdogMillis without a disk; with disks their header rules
 * @param panic how the node ends: {@code reboot}, {@code off}, {@code crashdump}, {@code node} (only what belongs to this node, for
 *     several nodes on one host) or {@code exec:PROGRAM}; empty to choose by the daemon's root
 * @param cleanStart refuse to start while a message for an earlier life is in the slot
 * @param notes what was read and has no effect
 */
public record SelfFencing(
        List<String> devices,
        String watchdogDevice,
        int watchdogMillis,
        String panic,
        boolean cleanStart,
        List<String> notes) {
    private static final List<String> KNOWN = List.of(
            "SBD_DEVICE",
            "SBD_WATCHDOG_DEV",
            "SBD_WATCHDOG_TIMEOUT",
            "SBD_STARTMODE",
            "SBD_PACEMAKER",
            "SBD_DELAY_START",
            "SBD_TIMEOUT_ACTION",
            "SBD_MOVE_TO_ROOT_CGROUP",
            "SBD_SYNC_RESOURCE_STARTUP",
            "SBD_OPTS",
            "SYSTOLE_PANIC");

    public SelfFencing {
        devices = List.copyOf(devices);
        notes = List.copyOf(notes);
    }

    /** @param place name of the file, for messages */
    public static SelfFencing read(String place, String text) {
        Map<String, String> values = new TreeMap<>();
        Map<String, String> places = new TreeMap<>();
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            String stripped = line.strip();
            if (stripped.isEmpty() || stripped.startsWith("#")) {
                continue;
            }
            String at = place + ":" + number;
            int equals = stripped.indexOf('=');
            if (equals < 0) {
                throw new BadInputException(at, "'" + stripped + "' is no NAME=value", "write it so, or remove it");
            }
            String name = stripped.substring(0, equals).strip();
            if (!KNOWN.contains(name)) {
                throw new BadInputException(
                        at,
                        "unknown name '" + name + "'" + NearestWord.hint(name, KNOWN),
                        "use one of " + String.join(", ", KNOWN));
            }
            values.put(name, unquoted(stripped.substring(equals + 1).strip()));
            places.put(name, at);
        }
        return of(values, places);
    }

    private static SelfFencing of(Map<String, String> values, Map<String, String> places) {
        List<String> devices = new ArrayList<>();
        for (String device : values.getOrDefault("SBD_DEVICE", "").split("[;\\s]+")) {
            if (!device.isEmpty()) {
                devices.add(device);
            }
        }
        if (devices.size() == 2 || devices.size() > 3) {
            throw new BadInputException(
                    places.getOrDefault("SBD_DEVICE", ""),
                    devices.size() + " pill disks: with two, none is most of them",
                    "name one device or three, separated by ';'");
        }
        String mode = values.getOrDefault("SBD_STARTMODE", "always");
        if (!mode.equals("always") && !mode.equals("clean")) {
            throw new BadInputException(
                    places.getOrDefault("SBD_STARTMODE", ""),
                    "start mode '" + mode + "'" + NearestWord.hint(mode, List.of("always", "clean")),
                    "write always or clean");
        }
        List<String> notes = new ArrayList<>();
        for (String unused : List.of(
                "SBD_PACEMAKER",
                "SBD_DELAY_START",
                "SBD_MOVE_TO_ROOT_CGROUP",
                "SBD_SYNC_RESOURCE_STARTUP",
                "SBD_OPTS")) {
            if (!values.getOrDefault(unused, "").isEmpty()) {
                notes.add(places.get(unused) + ": " + unused + " has no effect here"
                        + (unused.equals("SBD_DELAY_START") ? ": a pill is bound to one life of its machine" : ""));
            }
        }
        return new SelfFencing(
                devices,
                values.getOrDefault("SBD_WATCHDOG_DEV", "/dev/watchdog"),
                seconds(values.getOrDefault("SBD_WATCHDOG_TIMEOUT", "5"), places.get("SBD_WATCHDOG_TIMEOUT")),
                panic(values, places),
                mode.equals("clean"),
                notes);
    }

    private static String panic(Map<String, String> values, Map<String, String> places) {
        String own = values.getOrDefault("SYSTOLE_PANIC", "");
        List<String> words = List.of("reboot", "off", "crashdump", "node");
        if (!own.isEmpty()) {
            if (!words.contains(own) && !own.startsWith("exec:/")) {
                throw new BadInputException(
                        places.getOrDefault("SYSTOLE_PANIC", ""),
                        "'" + own + "' is no way to end a node" + NearestWord.hint(own, words),
                        "write reboot, off, crashdump, node, or exec:/PROGRAM");
            }
            return own;
        }
        String action = values.getOrDefault("SBD_TIMEOUT_ACTION", "");
        for (String word : action.split("[,\\s]+")) {
            if (!List.of("", "flush", "noflush", "reboot", "off", "crashdump").contains(word)) {
                throw new BadInputException(
                        places.getOrDefault("SBD_TIMEOUT_ACTION", ""),
                        "'" + word + "' is no part of a time-out action",
                        "write reboot, off or crashdump, with flush or noflush before it");
            }
            if (words.contains(word)) {
                return word;
            }
        }
        return "";
    }

    private static int seconds(String text, @org.jspecify.annotations.Nullable String place) {
        String number = text.endsWith("ms") || !text.endsWith("s") ? text : text.substring(0, text.length() - 1);
        try {
            int millis = number.endsWith("ms")
                    ? Integer.parseInt(number.substring(0, number.length() - 2))
                    : Math.multiplyExact(Integer.parseInt(number), 1000);
            if (millis > 0) {
                return millis;
            }
        } catch (NumberFormatException | ArithmeticException e) {
            throw new BadInputException(
                    place == null ? "" : place, "'" + text + "' is no time in seconds", "write a number, as 5");
        }
        throw new BadInputException(place == null ? "" : place, "'" + text + "' is no time", "write 1 or more");
    }

    private static String unquoted(String text) {
        boolean quoted = text.length() >= 2
                && (text.startsWith("\"") && text.endsWith("\"") || text.startsWith("'") && text.endsWith("'"));
        return quoted ? text.substring(1, text.length() - 1) : text;
    }
}
