package systole.executor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control groups of a node's agents, below the group in which the daemon runs:
 *
 * <pre>
 * systole[-NAME-CHECKSUM]/runs/N            a run that is not expected to leave anything; used again
 * systole[-NAME-CHECKSUM]/services/RSC#N    a run that may start something: what stays there is the service
 * </pre>
 *
 * <p>No controller is turned on, so the daemon may live where it is, and nothing is limited. Nothing is kept elsewhere: the next
 * daemon of the same root finds what is there by its names. Used on the executor's thread.
 */
final class AgentGroups implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("systole.agents");
    private static final String PREFIX = "systole";
    private static final String OWNER = "systole.root";
    /** In the run folder: names the folder of the groups, for {@code fence_local}. */
    private static final String NOTE = "agents.cgroup";

    private static final int SELF = (int) ProcessHandle.current().pid();
    private static final int MOST_SPARE = 32;

    private final Optional<Path> base;
    private final boolean bornInside;
    private final String words;
    private final String nodeRoot;
    private final Deque<AgentGroup> spare = new ArrayDeque<>();
    private final SortedMap<String, List<AgentGroup>> services = new TreeMap<>();
    /** Of runs that have ended and left processes. */
    private final List<AgentGroup> left = new ArrayList<>();

    /** Of runs that have not ended: empty or not, they stay. */
    private final Set<AgentGroup> inUse = Collections.newSetFromMap(new IdentityHashMap<>());

    private long count;
    private boolean failed;
    private boolean tidied;
    private boolean away;

    private AgentGroups(Optional<Path> base, boolean bornInside, String words, String nodeRoot) {
        this.nodeRoot = nodeRoot;
        this.base = base;
        this.bornInside = bornInside;
        this.words = words;
    }

    /**
     * Finds what an earlier daemon has left, or begins anew. Where it cannot be, says why and stays off.
     *
     * @param home folder of the daemon's own group, if there is one; asked only where it is needed
     * @param bornInside whether a process can be started in a group
     */
    static AgentGroups open(ExecutorSettings settings, Supplier<Optional<Path>> home, boolean bornInside) {
        Path note = settings.runDirectory().resolve("systole").resolve(NOTE);
        try {
            Files.deleteIfExists(note);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(note + " cannot be removed", e);
        }
        if (settings.grouping() == ExecutorSettings.Grouping.OFF) {
            return off("switched off by SYSTOLE_CGROUP");
        }
        if (!bornInside && settings.grouping() == ExecutorSettings.Grouping.AUTO) {
            return off(
                    "this C library cannot start a process in one, glibc 2.39 can; with SYSTOLE_CGROUP=all the daemon goes"
                            + " there itself at each start");
        }
        Optional<Path> own = home.get();
        if (own.isEmpty()) {
            return off("no cgroup v2 is mounted here");
        }
        Path base = own.get().resolve(folderName(settings.nodeRoot()));
        try {
            if (!Files.isWritable(own.get().resolve("cgroup.procs"))) {
                return off(own.get() + " cannot be written");
            }
            Files.createDirectories(base.resolve("runs"));
            Files.createDirectories(base.resolve("services"));
            if (!Files.exists(base.resolve("cgroup.kill"))) {
                AgentGroup.remove(base);
                return off("this kernel cannot kill a control group; Linux 5.14 can");
            }
            AgentGroups groups = new AgentGroups(Optional.of(base), bornInside, "on, " + base, settings.nodeRoot());
            groups.takeOver(base);
            Files.createDirectories(settings.runDirectory().resolve("systole"));
            Files.writeString(note, base + "\n");
            LOG.info("agents run in control groups below {}", base);
            return groups;
        } catch (IOException e) {
            return off(base + " cannot be used: " + e);
        }
    }

    private static AgentGroups off(String why) {
        LOG.info("agents run without control groups: {}; they are ended by their sessions and parents", why);
        return new AgentGroups(Optional.empty(), false, "off, " + why, "");
    }

    /** Several nodes may run on one host, with equal names: what tells them apart is their root. */
    static String folderName(String nodeRoot) {
        if (nodeRoot.equals("/")) {
            return PREFIX;
        }
        CRC32 sum = new CRC32();
        sum.update(nodeRoot.getBytes(StandardCharsets.UTF_8));
        String last = encoded(String.valueOf(Path.of(nodeRoot).getFileName()));
        return PREFIX + "-" + last + "-" + Long.toHexString(sum.getValue());
    }

    /** A name for a folder; without a dot, as the kernel's own files have, and without what ends the name. */
    static String encoded(String name) {
        StringBuilder text = new StringBuilder();
        for (byte each : name.getBytes(StandardCharsets.UTF_8)) {
            char letter = (char) (each & 0xff);
            boolean plain = (letter >= 'a' && letter <= 'z')
                    || (letter >= 'A' && letter <= 'Z')
                    || (letter >= '0' && letter <= '9')
                    || letter == '_'
                    || letter == '-'
                    || letter == ':';
            if (plain) {
                text.append(letter);
            } else {
                text.append('%')
                        .append(Character.forDigit(letter >> 4, 16))
                        .append(Character.forDigit(letter & 15, 16));
            }
        }
        return text.toString();
    }

    static String decoded(String text) {
        byte[] bytes = new byte[text.length()];
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '%' && i + 3 <= text.length()) {
                bytes[length] = (byte) Integer.parseInt(text.substring(i + 1, i + 3), 16);
                i += 2;
            } else {
                bytes[length] = (byte) text.charAt(i);
            }
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private void mark(Path base) {
        try {
            Files.getFileAttributeView(base, UserDefinedFileAttributeView.class)
                    .write(OWNER, ByteBuffer.wrap(nodeRoot.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            LOG.debug("{} cannot be marked with its root: empty folders may stay when the root is deleted", base, e);
        }
    }

    /** Empty groups of nodes whose root was deleted, after a daemon that was killed: nobody else would remove them. */
    private static void removeOrphans(Path own) throws IOException {
        for (Path other : below(own)) {
            if (String.valueOf(other.getFileName()).startsWith(PREFIX + "-")) {
                String root = owner(other);
                if (!root.isEmpty()
                        && !Files.exists(Path.of(root))
                        && AgentGroup.members(other).isEmpty()) {
                    AgentGroup.remove(other);
                }
            }
        }
    }

    private static String owner(Path base) {
        try {
            var attributes = Files.getFileAttributeView(base, UserDefinedFileAttributeView.class);
            ByteBuffer bytes = ByteBuffer.allocate(attributes.size(OWNER));
            attributes.read(OWNER, bytes);
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        } catch (IOException notMarked) {
            // Then it is not known whose it is, and it stays.
            return "";
        }
    }

    private void takeOver(Path base) throws IOException {
        for (Path folder : below(base.resolve("runs"))) {
            count = Math.max(count, number(folder));
            if (!AgentGroup.remove(folder)) {
                left.add(AgentGroup.open(folder, "runs/" + folder.getFileName()));
            }
        }
        for (Path folder : below(base.resolve("services"))) {
            count = Math.max(count, number(folder));
            String name = String.valueOf(folder.getFileName());
            if (!AgentGroup.remove(folder)) {
                String resource = decoded(name.substring(0, Math.max(0, name.lastIndexOf('#'))));
                services.computeIfAbsent(resource, key -> new ArrayList<>())
                        .add(AgentGroup.open(folder, "services/" + name));
            }
        }
    }

    private static List<Path> below(Path folder) throws IOException {
        List<Path> all = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, Files::isDirectory)) {
            found.forEach(all::add);
        }
        return all;
    }

    private static long number(Path folder) {
        String name = String.valueOf(folder.getFileName());
        String digits = name.substring(name.lastIndexOf('#') + 1);
        return digits.matches("[0-9]{1,18}") ? Long.parseLong(digits) : 0;
    }

    /** Whether agents run in groups, and where, or why not. */
    String words() {
        return words;
    }

    /**
     * True if the C library starts processes in their group. Else the daemon itself goes there for the moment of the start, for a
     * child is born where its parent is: {@link #enter}.
     */
    boolean bornInside() {
        return bornInside;
    }

    /** The group in which this run is to happen; empty if it is to run outside. To be given back by {@link #ended}. */
    Optional<AgentGroup> forRun(AgentRun run) {
        if (base.isEmpty() || run.kind() == AgentRun.Kind.SYSTEMD) {
            return Optional.empty();
        }
        try {
            AgentGroup group =
                    ProcessWatch.mayStartSomething(run) ? forService(base.get(), run) : forPassing(base.get());
            inUse.add(group);
            return Optional.of(group);
        } catch (IOException e) {
            failed("no control group for " + run.action() + " of " + run.agentName() + ": " + e);
            return Optional.empty();
        }
    }

    private AgentGroup forService(Path folder, AgentRun run) throws IOException {
        AgentGroup group = make(folder, "services/" + encoded(run.resource()) + "#");
        services.computeIfAbsent(run.resource(), name -> new ArrayList<>()).add(group);
        return group;
    }

    private AgentGroup forPassing(Path folder) throws IOException {
        AgentGroup again = spare.poll();
        return again == null ? make(folder, "runs/") : again;
    }

    private AgentGroup make(Path folder, String name) throws IOException {
        while (true) {
            count++;
            Path place = folder.resolve(name + count);
            try {
                Files.createDirectory(place);
                return AgentGroup.open(place, name + count);
            } catch (FileAlreadyExistsException taken) {
                LOG.debug("{} is in use already", place);
            }
        }
    }

    /** Takes the daemon to a group, so that what it starts is born there; home if it cannot. */
    void enter(AgentGroup group) {
        if (!away) {
            OwnCgroup.goAway();
            away = true;
        }
        int errno = group.add(SELF);
        if (errno != 0) {
            failed("no process can be moved to " + group + ": " + Libc.reason(errno));
            leave();
        }
    }

    /**
     * Takes the daemon home again.
     *
     * @throws IllegalStateException if it cannot: it would be ended with an agent
     */
    void leave() {
        if (!away) {
            return;
        }
        int errno = AgentGroup.move(SELF, OwnCgroup.find().orElseThrow());
        away = false;
        OwnCgroup.goHome();
        if (errno != 0) {
            throw new IllegalStateException(
                    "the daemon cannot leave the control group of an agent: " + Libc.reason(errno));
        }
    }

    /** Said once: a host where it does not work would say it at each run. */
    void failed(String what) {
        if (!failed) {
            LOG.warn("{}; such runs are ended by their sessions and parents", what);
        }
        failed = true;
    }

    /** Takes a group back when the run has ended. */
    void ended(AgentRun run, AgentGroup group) {
        inUse.remove(group);
        if (ProcessWatch.mayStartSomething(run)) {
            if (!group.isPopulated()) {
                drop(run.resource(), group);
            }
        } else if (group.isPopulated()) {
            left.add(group);
        } else if (spare.size() < MOST_SPARE) {
            spare.add(group);
        } else if (!removed(group)) {
            left.add(group);
        }
    }

    private void drop(String resource, AgentGroup group) {
        List<AgentGroup> all = services.getOrDefault(resource, List.of());
        all.remove(group);
        if (all.isEmpty()) {
            services.remove(resource);
        }
        if (!removed(group)) {
            left.add(group);
        }
    }

    private static boolean removed(AgentGroup group) {
        boolean gone = AgentGroup.remove(group.folder());
        if (gone) {
            group.close();
        }
        return gone;
    }

    /** Folders of the groups in which something of this resource lives. */
    List<Path> of(String resource) {
        return services.getOrDefault(resource, List.of()).stream()
                .filter(AgentGroup::isPopulated)
                .map(AgentGroup::folder)
                .toList();
    }

    /** A group by the name that the journal of an earlier daemon has of it; empty if there is none any more. */
    Optional<AgentGroup> named(String name) {
        List<AgentGroup> all = new ArrayList<>(left);
        services.values().forEach(all::addAll);
        return all.stream().filter(group -> group.name().equals(name)).findFirst();
    }

    /** Removes the groups whose processes have ended since; the first time also those of nodes that are gone. */
    void sweep() {
        if (!tidied) {
            tidied = true;
            base.ifPresent(this::tidy);
        }
        left.removeIf(group -> !group.isPopulated() && removed(group));
        List<String> names = List.copyOf(services.keySet());
        for (String resource : names) {
            for (AgentGroup group : List.copyOf(services.getOrDefault(resource, List.of()))) {
                if (!inUse.contains(group) && !group.isPopulated()) {
                    drop(resource, group);
                }
            }
        }
    }

    /** Nothing of this is needed at a start, where it would be a hundredth of the whole. */
    private void tidy(Path folder) {
        mark(folder);
        Path own = folder.getParent();
        try {
            if (own != null) {
                removeOrphans(own);
            }
        } catch (IOException e) {
            LOG.info("{} cannot be looked through for groups of nodes that are gone", own, e);
        }
    }

    /** Removes what is empty; groups with processes stay for the next daemon. */
    @Override
    public void close() {
        List<AgentGroup> all = new ArrayList<>(left);
        all.addAll(spare);
        services.values().forEach(all::addAll);
        for (AgentGroup group : all) {
            if (group.isPopulated() || !removed(group)) {
                group.close();
            }
        }
        base.ifPresent(folder -> {
            for (Path each : List.of(folder.resolve("runs"), folder.resolve("services"), folder)) {
                Libc.rmdir(each.toString());
            }
            if (!tidied && Files.exists(folder)) {
                // Services live on in it: should the root be deleted, others have to know whose it was.
                mark(folder);
            }
        });
        spare.clear();
        left.clear();
        services.clear();
    }
}
