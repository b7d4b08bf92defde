package systole.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.api.Answer;
import systole.api.JoinMessages;
import systole.coordinator.ClientRequest;
import systole.coordinator.NodeEffect;
import systole.coordinator.Reply;
import systole.formats.ConfChange;
import systole.formats.ConfEdit;
import systole.formats.CorosyncConf;
import systole.formats.InterconnectConf;
import systole.kernel.BadInputException;
import systole.kernel.ClusterException;
import systole.kernel.ClusterException.Advice;
import systole.kernel.NearestWord;
import systole.kernel.NodeId;
import systole.model.Element;
import systole.state.NodeList;

/**
 * The node list as a file: makes the changed file that people ask for, and carries out what the core has decided: sockets
 * and ring for the new list, and, when it is settled, the file on this node's disk. On a thread of its own, because names
 * are looked up and files written.
 */
final class NodeListShell implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("systole.nodes");
    private static final long PATIENCE_SECONDS = 30;

    /** Where the file of a node goes that does not belong to the cluster any more. */
    private static final String REMOVED = "cluster.conf.removed";

    private final NodeDoor door;
    private final NodeId self;
    private final Path file;
    private final byte[] key;
    private final BiConsumer<InterconnectConf, SortedSet<NodeId>> ring;
    private final ExecutorService worker = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "systole-nodes");
        thread.setDaemon(true);
        return thread;
    });
    private volatile String text;
    private volatile String latest;
    private volatile boolean settled = true;
    private volatile InterconnectConf conf;
    private final Consumer<InterconnectConf.Logging> log;

    /**
     * @param text of the file with which the daemon started
     * @param ring makes transport and ring follow; blocks
     * @param log makes the log follow
     */
    NodeListShell(
            NodeDoor door,
            NodeId self,
            Path file,
            String text,
            byte[] key,
            BiConsumer<InterconnectConf, SortedSet<NodeId>> ring,
            Consumer<InterconnectConf.Logging> log) {
        this.door = door;
        this.self = self;
        this.file = file;
        this.text = text;
        this.latest = text;
        this.key = key.clone();
        this.ring = ring;
        this.log = log;
        this.conf = CorosyncConf.read(file.toString(), text);
    }

    // ---- what the core has decided ----------------------------------------------------------------------------------

    /** Never blocks. */
    void changed(NodeEffect.NodesChanged change) {
        worker.execute(() -> {
            try {
                carryOut(change);
            } catch (ClusterException | IOException e) {
                LOG.error("the node list {} is not in force here", change.list().version(), e);
            }
        });
    }

    private void carryOut(NodeEffect.NodesChanged change) throws IOException {
        NodeList list = change.list();
        String next = list.text().isEmpty() ? text : list.text();
        List<String> later = ConfChange.between(file.toString(), latest, next).stream()
                .filter(each -> !each.atOnce() && !each.path().startsWith("nodelist."))
                .map(each -> each.path() + ": " + each.words())
                .toList();
        InterconnectConf.Logging before = conf.logging();
        conf = CorosyncConf.read(file.toString(), next);
        latest = next;
        if (!conf.logging().equals(before)) {
            log.accept(conf.logging());
        }
        if (!later.isEmpty()) {
            LOG.warn("this node runs with other values until it is started again: {}", String.join("; ", later));
        }
        settled = list.isSettled();
        ring.accept(conf, change.ring());
        if (!list.isSettled() || next.equals(text)) {
            return;
        }
        text = next;
        if (list.nodes().containsKey(self)) {
            Path written = file.resolveSibling("cluster.conf.new");
            Files.writeString(written, next);
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            LOG.info("node list {} is in {}", list.version(), file);
        } else {
            Files.move(file, file.resolveSibling(REMOVED), StandardCopyOption.REPLACE_EXISTING);
            // The machine may serve somebody else from now on: it must not be able to speak as a node.
            Files.deleteIfExists(file.resolveSibling("authkey"));
            LOG.warn("this node was taken out of the cluster; its key is deleted, its file is {} now", REMOVED);
        }
    }

    // ---- what people ask --------------------------------------------------------------------------------------------

    /** Takes a machine in, and gives it file and key. Blocks. */
    JoinMessages.Welcome admit(String from, JoinMessages.Question asked) {
        InterconnectConf present = conf;
        int links = present.links().size();
        if (asked.addresses().size() != links) {
            return JoinMessages.Welcome.refusal(
                    "the cluster has " + links + " links, and the machine came with "
                            + asked.addresses().size() + " addresses",
                    "give one address for each link: --address A,B");
        }
        SortedMap<Integer, String> addresses = new TreeMap<>();
        for (int i = 0; i < links; i++) {
            addresses.put(present.links().get(i).number(), asked.addresses().get(i));
        }
        var known = present.node(asked.name());
        if (known.isPresent()) {
            boolean same = addresses.entrySet().stream()
                    .allMatch(each -> known.get().addresses().containsKey(each.getKey())
                            && known.get().addresses().get(each.getKey()).host().equals(each.getValue()));
            return same
                    ? settled
                            ? new JoinMessages.Welcome(latest, key.clone(), "", "")
                            : welcome(latest, present, asked.name())
                    : JoinMessages.Welcome.refusal(
                            "the cluster has a node '" + asked.name() + "' already, at another address",
                            "give the machine another name (--name), or remove the old one: systole cluster remove "
                                    + asked.name());
        }
        String next = ConfEdit.withNode(file.toString(), latest, asked.name(), freeId(present), addresses);
        Reply reply = change(next, "join of " + asked.name() + " from " + from);
        if (reply instanceof Reply.Refused refused) {
            return JoinMessages.Welcome.refusal(refused.whatHappened(), refused.remedy());
        }
        return welcome(next, present, asked.name());
    }

    private JoinMessages.Welcome welcome(String next, InterconnectConf before, String name) {
        long older = Math.min(
                before.configVersion(), CorosyncConf.read(file.toString(), next).configVersion() - 1);
        return new JoinMessages.Welcome(ConfEdit.forArrival(file.toString(), next, name, older), key.clone(), "", "");
    }

    /** Above all that were ever seen: an id must not mean two machines. */
    private int freeId(InterconnectConf present) {
        int highest = 0;
        for (InterconnectConf.Node node : present.nodes()) {
            highest = Math.max(highest, node.id().value());
        }
        for (Element section : door.state().configuration().children("nodes")) {
            for (Element node : section.children("node")) {
                String id = node.id();
                if (id.length() < 6 && !id.isEmpty() && id.chars().allMatch(Character::isDigit)) {
                    highest = Math.max(highest, Integer.parseInt(id));
                }
            }
        }
        return highest + 1;
    }

    /** Takes a node out of the list. Does not block. */
    void remove(String author, String name, Consumer<Answer> answer) {
        InterconnectConf present = conf;
        if (present.node(name).isEmpty()) {
            var names =
                    present.nodes().stream().map(InterconnectConf.Node::name).toList();
            throw new BadInputException(
                    "",
                    "the node list has no node '" + name + "'" + NearestWord.hint(name, names),
                    "name one of: " + String.join(", ", names));
        }
        if (name.equals(door.name())) {
            throw new BadInputException("", "a node cannot remove itself", "run this on another node of the cluster");
        }
        submit(
                author,
                ConfEdit.withoutNode(file.toString(), latest, name),
                reply -> answer.accept(ApiDesk.answerOf(reply)));
    }

    /** The file on the disk becomes that of all nodes. Does not block. */
    void reload(String author, boolean check, Consumer<Answer> answer) {
        worker.execute(() -> {
            try {
                reloadNow(author, check, answer);
            } catch (IOException e) {
                answer.accept(new Answer.Failed(
                        Advice.FIX_REQUEST, "cannot read " + file + ": " + e, "check that it is a readable text file"));
            } catch (ClusterException e) {
                answer.accept(new Answer.Failed(e.advice(), String.valueOf(e.getMessage()), e.remedy()));
            }
        });
    }

    private void reloadNow(String author, boolean check, Consumer<Answer> answer) throws IOException {
        String present = latest;
        if (Files.size(file) > 3L * CorosyncConf.MAX_CHARACTERS) {
            throw new BadInputException(
                    file.toString(), "the file is too large", "check that this is the file you meant");
        }
        String wanted = Files.readString(file);
        List<ConfChange> changes = ConfChange.between(file.toString(), present, wanted);
        refuseWhatNeedsAStart(changes);
        Map<String, String> facts = new LinkedHashMap<>();
        changes.forEach(each -> facts.put(each.path(), each.words()));
        long version = CorosyncConf.read(file.toString(), present).configVersion();
        if (wanted.equals(present)) {
            facts.put("config_version", Long.toString(version));
            answer.accept(new Answer.Facts(facts));
            return;
        }
        long given = CorosyncConf.read(file.toString(), wanted).configVersion();
        long next = Math.max(given, version + 1);
        facts.put("config_version", Long.toString(next));
        if (check) {
            answer.accept(new Answer.Facts(facts));
            return;
        }
        submit(
                author,
                given == next ? wanted : ConfEdit.atVersion(file.toString(), wanted, next),
                reply -> answer.accept(
                        reply instanceof Reply.Refused ? ApiDesk.answerOf(reply) : new Answer.Facts(facts)));
    }

    /** All of them are named at once, so that nobody has to try again and again. */
    private static void refuseWhatNeedsAStart(List<ConfChange> changes) {
        List<ConfChange> others =
                changes.stream().filter(each -> !each.atOnce()).toList();
        if (others.isEmpty()) {
            return;
        }
        boolean nodes = others.stream().anyMatch(each -> each.path().startsWith("nodelist."));
        boolean rest = others.stream().anyMatch(each -> !each.path().startsWith("nodelist."));
        StringBuilder words = new StringBuilder("nothing is reloaded, for this is read when a daemon starts:");
        others.forEach(each -> words.append("\n  ")
                .append(each.place())
                .append(": ")
                .append(each.path())
                .append(": ")
                .append(each.words()));
        throw new BadInputException(
                "",
                words.toString(),
                (nodes ? "nodes come by systole cluster join --token and go by systole cluster remove" : "")
                        + (nodes && rest ? "; " : "")
                        + (rest
                                ? "give all nodes the file (systole corosync push), then restart the daemons one after the"
                                        + " other (systole cluster restart)"
                                : ""));
    }

    private Reply change(String next, String author) {
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        submit(author, next, reply::complete);
        try {
            return reply.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return unknown();
        } catch (ExecutionException | TimeoutException e) {
            return unknown();
        }
    }

    private static Reply unknown() {
        return new Reply.Refused(
                Advice.CHECK_STATE,
                "the cluster has not settled the change of the node list within " + PATIENCE_SECONDS + " s",
                "look at systole corosync status on a node, then join again");
    }

    private void submit(String author, String next, Consumer<Reply> reply) {
        InterconnectConf read = CorosyncConf.read(file.toString(), next);
        Settings.quorum(read);
        door.submit(author, new ClientRequest.ChangeNodes(Settings.nodeList(read, next)), reply);
    }

    @Override
    public void close() {
        worker.shutdown();
    }
}
