package systole.formats;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import systole.kernel.BadInputException;

/**
 * Small changes of an interconnect's file that leave all else as people wrote it: a node more, a node less. Each raises
 * {@code config_version}.
 */
public final class ConfEdit {
    private ConfEdit() {}

    /**
     * The file with one node more, at the end of the list.
     *
     * @param addresses by link
     */
    public static String withNode(String file, String text, String name, int id, SortedMap<Integer, String> addresses) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        int end = Section.find(file, lines, "nodelist").end();
        List<String> block = new ArrayList<>(List.of("    node {", "        name: " + name, "        nodeid: " + id));
        addresses.forEach((link, address) -> block.add("        ring" + link + "_addr: " + address));
        block.add("    }");
        lines.addAll(end, block);
        return finished(file, lines);
    }

    /**
     * The file for a machine that is to be that new node: it says that the node has no vote yet, and is older than the
     * cluster's list, so that the cluster's word holds when they meet.
     */
    public static String forArrival(String file, String text, String name, long olderVersion) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        Section list = Section.find(file, lines, "nodelist");
        for (int at = list.begin() + 1; at < list.end(); at++) {
            if (lines.get(at).strip().equals("name: " + name)) {
                lines.add(at + 1, "        quorum_votes: 0");
                break;
            }
        }
        for (int at = 0; at < lines.size(); at++) {
            if (lines.get(at).strip().startsWith("config_version:")) {
                lines.set(at, "    config_version: " + olderVersion);
            }
        }
        return String.join("\n", lines) + "\n";
    }

    /** The file without the node of this name. */
    public static String withoutNode(String file, String text, String name) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        Section list = Section.find(file, lines, "nodelist");
        for (int at = list.begin() + 1; at < list.end(); at++) {
            if (!opens(lines.get(at), "node")) {
                continue;
            }
            int end = closing(file, lines, at);
            boolean wanted = lines.subList(at, end).stream()
                    .anyMatch(line -> line.strip().startsWith("name:")
                            && line.substring(line.indexOf(':') + 1).strip().equals(name));
            if (wanted) {
                lines.subList(at, end + 1).clear();
                return finished(file, lines);
            }
            at = end;
        }
        throw new BadInputException(file, "has no node with 'name: " + name + "'", "give each node a name in the file");
    }

    /** The file with this {@code config_version}. */
    public static String atVersion(String file, String text, long version) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        Section totem = Section.find(file, lines, "totem");
        for (int at = totem.begin() + 1; at < totem.end(); at++) {
            String line = lines.get(at);
            if (line.strip().startsWith("config_version:")) {
                lines.set(at, line.substring(0, line.indexOf(':') + 1) + " " + version);
                return String.join("\n", lines) + "\n";
            }
        }
        lines.add(totem.begin() + 1, "    config_version: " + version);
        return String.join("\n", lines) + "\n";
    }

    private static String finished(String file, List<String> lines) {
        raiseVersion(file, lines);
        endTwoNode(lines);
        return String.join("\n", lines) + "\n";
    }

    private static void raiseVersion(String file, List<String> lines) {
        Section totem = Section.find(file, lines, "totem");
        for (int at = totem.begin() + 1; at < totem.end(); at++) {
            String line = lines.get(at);
            if (line.strip().startsWith("config_version:")) {
                int colon = line.indexOf(':');
                lines.set(
                        at,
                        line.substring(0, colon + 1) + " "
                                + (Long.parseLong(line.substring(colon + 1).strip()) + 1));
                return;
            }
        }
        lines.add(totem.begin() + 1, "    config_version: 1");
    }

    /** {@code two_node} is for two; what it brings along, the wait for all nodes at the start, stays. */
    private static void endTwoNode(List<String> lines) {
        long nodes = lines.stream().filter(line -> opens(line, "node")).count();
        boolean waits = lines.stream().anyMatch(line -> line.strip().startsWith("wait_for_all:"));
        for (int at = 0; at < lines.size() && nodes != 2; at++) {
            if (lines.get(at).strip().startsWith("two_node:")) {
                boolean on = !lines.get(at).strip().endsWith("0");
                if (on && !waits) {
                    lines.set(at, "    wait_for_all: 1");
                } else {
                    lines.remove(at);
                }
                return;
            }
        }
    }

    private static boolean opens(String line, String section) {
        String words = line.strip();
        return words.endsWith("{")
                && words.substring(0, words.length() - 1).strip().equals(section);
    }

    private static int closing(String file, List<String> lines, int begin) {
        int depth = 0;
        for (int at = begin; at < lines.size(); at++) {
            String line = lines.get(at).strip();
            if (line.startsWith("#")) {
                continue;
            }
            depth += line.endsWith("{") ? 1 : line.equals("}") ? -1 : 0;
            if (depth == 0) {
                return at;
            }
        }
        throw new BadInputException(file + ":" + (begin + 1), "the section is not closed", "add a line with }");
    }

    /** Lines of a section on the top level: that with its brace, and that with the closing one. */
    private record Section(int begin, int end) {
        static Section find(String file, List<String> lines, String name) {
            for (int at = 0; at < lines.size(); at++) {
                if (opens(lines.get(at), name)) {
                    return new Section(at, closing(file, lines, at));
                }
            }
            throw new BadInputException(file, "has no section '" + name + "'", "add it: systole corosync edit");
        }
    }
}
