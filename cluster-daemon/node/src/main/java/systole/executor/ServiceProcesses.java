package systole.executor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds the main processes of services, where it must in one look at the process table.
 *
 * <p>In this order: the process that a pid file names; those in its control groups; processes whose environment carries the resource's mark, or that
 * stayed in the session of the agent that started them; and, where neither leads anywhere (a daemon that writes its title
 * over its environment), what came to stand alone under process 1 while the agent ran. The last is a guess, which is
 * enough: what dies is only a reason to ask the agent.
 */
final class ServiceProcesses {
    private static final Path PROC = Path.of("/proc");
    private static final int INIT = 1;
    private static final int MOST_ROOTS = 16;
    private static final long LONGEST_PID_FILE = 64;
    private static final String RESOURCE = "OCF_RESOURCE_INSTANCE=";
    private static final String NODE = "SYSTOLE_NODE_ROOT=";

    /**
     * One question.
     *
     * @param leader number of the agent's process that has just started the service; 0 if it is not known
     * @param sinceTicks start of that agent; 0 if it is not known
     * @param groups folders of the control groups in which something of it lives
     * @param pidFiles absolute paths, tried in this order
     */
    record Question(String resource, int leader, long sinceTicks, List<Path> groups, List<String> pidFiles) {
        Question {
            groups = List.copyOf(groups);
            pidFiles = List.copyOf(pidFiles);
        }
    }

    private record Mark(String resource, String nodeRoot) {}

    private static final Mark NONE = new Mark("", "");

    private final Supplier<ProcessTable> source;
    private @Nullable ProcessTable read;
    private final String nodeRoot;
    private final int daemon;
    private final Map<Integer, Mark> marks = new HashMap<>();

    /**
     * @param source asked for all processes at most once, and only if it must be
     * @param daemon number of our own process: what stands below it is an agent, not a service
     */
    ServiceProcesses(Supplier<ProcessTable> source, String nodeRoot, int daemon) {
        this.source = source;
        this.nodeRoot = nodeRoot;
        this.daemon = daemon;
    }

    /** Those that are found without a look at all processes. */
    static List<ProcessTable.Entry> known(Question question) {
        Map<Integer, ProcessTable.Entry> own = new LinkedHashMap<>();
        for (String file : question.pidFiles()) {
            pidFrom(file).flatMap(ProcessTable::read).ifPresent(entry -> own.put(entry.pid(), entry));
        }
        if (!own.isEmpty()) {
            return List.copyOf(own.values());
        }
        for (Path group : question.groups()) {
            for (int pid : AgentGroup.members(group)) {
                ProcessTable.read(pid).ifPresent(entry -> own.put(entry.pid(), entry));
            }
        }
        return roots(own);
    }

    /** The processes whose end means that the service has to be looked at; empty if it has none that can be found. */
    List<ProcessTable.Entry> of(Question question) {
        List<ProcessTable.Entry> known = known(question);
        if (!known.isEmpty()) {
            return known;
        }
        Map<Integer, ProcessTable.Entry> own = new LinkedHashMap<>();
        ProcessTable table = table();
        boolean knowsWhen = question.sinceTicks() > 0;
        for (ProcessTable.Entry entry : table.processes().values()) {
            boolean young = !knowsWhen || entry.startTicks() >= question.sinceTicks();
            boolean mine = (knowsWhen && entry.session() == question.leader()) || isMarked(entry, question.resource());
            if (young && mine && !isAgent(entry)) {
                own.put(entry.pid(), entry);
            }
        }
        if (own.isEmpty() && knowsWhen) {
            for (ProcessTable.Entry entry : table.processes().values()) {
                if (entry.startTicks() >= question.sinceTicks()
                        && entry.parent() == INIT
                        && mark(entry).resource().isEmpty()) {
                    own.put(entry.pid(), entry);
                }
            }
        }
        return roots(own);
    }

    private ProcessTable table() {
        ProcessTable table = read;
        if (table == null) {
            table = source.get();
            read = table;
        }
        return table;
    }

    /** A worker's end is the master's affair. */
    private static List<ProcessTable.Entry> roots(Map<Integer, ProcessTable.Entry> own) {
        List<ProcessTable.Entry> roots = new ArrayList<>();
        for (ProcessTable.Entry entry : own.values()) {
            if (!own.containsKey(entry.parent()) && roots.size() < MOST_ROOTS) {
                roots.add(entry);
            }
        }
        return roots;
    }

    private boolean isAgent(ProcessTable.Entry entry) {
        Set<Integer> seen = new TreeSet<>();
        ProcessTable.Entry at = entry;
        while (at != null && seen.add(at.pid())) {
            if (at.pid() == daemon) {
                return true;
            }
            at = table().processes().get(at.parent());
        }
        return false;
    }

    private boolean isMarked(ProcessTable.Entry entry, String resource) {
        Mark mark = mark(entry);
        return mark.resource().equals(resource) && mark.nodeRoot().equals(nodeRoot);
    }

    private Mark mark(ProcessTable.Entry entry) {
        return marks.computeIfAbsent(entry.pid(), ServiceProcesses::readMark);
    }

    private static Mark readMark(int pid) {
        String environment;
        try {
            environment = Files.readString(
                    PROC.resolve(Integer.toString(pid)).resolve("environ"), StandardCharsets.ISO_8859_1);
        } catch (IOException ended) {
            // It has ended since, or is not ours to look at: either way it is not one that an agent here started.
            return NONE;
        }
        String resource = "";
        String root = "";
        for (String variable : environment.split("\0")) {
            if (variable.startsWith(RESOURCE)) {
                resource = variable.substring(RESOURCE.length());
            } else if (variable.startsWith(NODE)) {
                root = variable.substring(NODE.length());
            }
        }
        return new Mark(resource, root);
    }

    private static Optional<Integer> pidFrom(String name) {
        Path file = Path.of(name);
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > LONGEST_PID_FILE) {
                return Optional.empty();
            }
            String first = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
            return first.matches("[1-9][0-9]{0,8}") ? Optional.of(Integer.parseInt(first)) : Optional.empty();
        } catch (IOException gone) {
            // The service may remove or replace the file at any moment: then the other ways are tried.
            return Optional.empty();
        }
    }
}
