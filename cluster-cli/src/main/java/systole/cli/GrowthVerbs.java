package systole.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import systole.api.Answer;
import systole.api.JoinChannel;
import systole.api.JoinMessages;
import systole.api.JoinToken;
import systole.api.Request;
import systole.formats.CorosyncConf;
import systole.formats.InterconnectConf;
import systole.kernel.BadInputException;
import systole.kernel.ClusterException;
import systole.kernel.NearestWord;
import systole.model.Element;

/** Commands of the level {@code cluster} that let a living cluster grow and shrink: {@code token}, {@code remove}. */
final class GrowthVerbs {
    private static final long TOKEN_SECONDS = 600;
    private static final int ASK_MILLIS = 45_000;
    private static final long PATIENCE_SECONDS = 120;
    private static final long LOOK_MILLIS = 100;

    private GrowthVerbs() {}

    static List<Verb> verbs() {
        return List.of(
                Verb.of("token", "Print a token with which one new machine may join (cluster join --token).")
                        .option("--seconds", "N", "for how long it is good; default 600, at most a day")
                        .example("systole cluster token")
                        .does(GrowthVerbs::token),
                Verb.of("remove", "Take a node out of the living cluster: empty it, strike it off the list, stop it.")
                        .flag("--force", "also if it does not answer, or its services could not be moved")
                        .flag("-y", "for crm: nothing is asked anyhow")
                        .one("NODE", Verb.Kind.NODE, "which")
                        .example("systole cluster remove gamma")
                        .does(GrowthVerbs::remove));
    }

    private static int token(Call call) {
        String word = call.option("--seconds", Long.toString(TOKEN_SECONDS));
        if (word.isEmpty() || word.length() > 5 || !word.chars().allMatch(Character::isDigit)) {
            throw new UsageException("'" + word + "' is no number of seconds", "write a whole number up to 86400");
        }
        try (Backend backend = call.session().directly()) {
            Answer answer = backend.ask(new Request.MakeToken(Long.parseLong(word)));
            String token = answer instanceof Answer.Done done ? done.text() : "";
            if (call.session().json()) {
                call.out().println(Output.of(Map.of("token", token)));
            } else {
                call.out().println(token);
            }
        }
        call.session().info("on the new machine: systole cluster join --token TOKEN, within " + word + " s");
        return ExitCode.OK.number();
    }

    // ---- join -------------------------------------------------------------------------------------------------------

    /** The machine joins by token: no ssh, nothing copied by hand. */
    static int join(Call call, Path file, Path key) throws IOException, InterruptedException {
        Session session = call.session();
        JoinToken token = JoinToken.parse(call.option("--token", ""));
        String host = call.option("-c", call.one("HOST", ""));
        JoinToken where = host.isEmpty() ? token : token.at(host);
        String given = call.option("--name", "");
        String name = given.isEmpty() ? OtherNodes.hostName(session).split("\\.")[0] : given;
        String wanted = call.option("--address", "");
        String answer = JoinChannel.ask(where, ASK_MILLIS, local -> {
            List<String> addresses = wanted.isEmpty() ? List.of(local) : List.of(wanted.split(",", -1));
            return new JoinMessages.Question(name, addresses).text();
        });
        JoinMessages.Welcome welcome = JoinMessages.Welcome.read(answer);
        InterconnectConf read = CorosyncConf.read(where.host() + ":cluster.conf", welcome.conf());
        FileBackend.write(file, welcome.conf());
        RootVerbs.writeKey(key, welcome.key());
        if (!given.isEmpty()) {
            FileBackend.write(file.resolveSibling("node"), given + "\n");
        }
        Files.deleteIfExists(file.resolveSibling("cluster.conf.removed"));
        session.info(name + " is a node of cluster " + read.clusterName() + " now, with "
                + read.nodes().size() + " nodes; " + file + " and " + key + " are written");
        if (read.nodes().size() == 2 && !welcome.conf().contains("two_node")) {
            session.info(
                    "of two nodes none can go on alone: add a third, or fencing and 'two_node: 1' (docs/quorum.md)");
        }
        return ClusterVerbs.start(call);
    }

    // ---- remove -----------------------------------------------------------------------------------------------------

    private static int remove(Call call) {
        String node = call.one("NODE");
        boolean force = call.has("--force") || call.session().force();
        try (Backend backend = call.session().directly()) {
            Answer.Status before = status(backend);
            if (node.equals(before.facts().get("node"))) {
                throw new BadInputException(
                        "", "a node cannot remove itself", "run this on another node of the cluster");
            }
            List<String> names = Edits.nodeNames(backend.configuration());
            if (!names.contains(node)) {
                throw new BadInputException(
                        "",
                        "node '" + node + "' does not exist" + NearestWord.hint(node, names),
                        "name one of: " + String.join(", ", names));
            }
            boolean here = isMember(before.cib(), node);
            if (!here && !force && isUnclean(before.cib(), node)) {
                throw new BadInputException(
                        "",
                        "nobody knows whether services still run on " + node,
                        "let it be fenced (systole fence " + node + "), or make sure that it is off and say so"
                                + " (systole fence confirm " + node + ")");
            }
            if (here) {
                empty(call, backend, node, force);
            }
            backend.ask(new Request.RemoveNode(node));
            if (here) {
                backend.ask(new Request.StopNode(node));
                awaitGone(backend, node, force);
            }
            forget(backend, node);
        }
        call.session().info(node + " is no node of the cluster any more");
        return ExitCode.OK.number();
    }

    /** Services move away while the node still counts. */
    private static void empty(Call call, Backend backend, String node, boolean force) {
        backend.ask(new Request.SetAttributes(node, Map.of("standby", "on"), List.of(), "forever", -1));
        try {
            backend.ask(new Request.Settle(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS)));
        } catch (ClusterException notYet) {
            if (!force) {
                throw notYet;
            }
            call.session().info(node + " is not empty yet; it goes on, as --force says");
        }
    }

    /** Until it has left in order; one that died on the way is only forgotten when it is known to be down. */
    private static void awaitGone(Backend backend, String node, boolean force) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            Element cib = status(backend).cib();
            boolean here = isMember(cib, node);
            if (!here && (force || !isUnclean(cib, node))) {
                return;
            }
            if (System.nanoTime() - end > 0) {
                throw new BadInputException(
                        "",
                        node + " is struck off the list, but "
                                + (here ? "has not left" : "died and is not known to be down")
                                + " within " + PATIENCE_SECONDS + " s",
                        here
                                ? "look what it waits for (systole status), then forget it: systole node delete " + node
                                : "let it be fenced (systole fence " + node
                                        + "), or make sure that it is off and say so" + " (systole fence confirm "
                                        + node + "), then: systole node delete " + node);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
        }
    }

    /** What the cluster remembers of a node, and its entry in the configuration. */
    static void forget(Backend backend, String node) {
        if (backend.isLive()) {
            backend.ask(new Request.ForgetNode(node));
        }
        backend.change("delete node " + node, configuration -> {
            Edits.requireNode(configuration, node);
            return Edits.section(configuration, "nodes", nodes -> {
                List<Element> rest = new ArrayList<>(nodes);
                rest.removeIf(each -> each.attribute("uname", each.id()).equals(node));
                return rest;
            });
        });
    }

    private static Answer.Status status(Backend backend) {
        if (backend.ask(new Request.Status()) instanceof Answer.Status status) {
            return status;
        }
        throw new IllegalStateException("a daemon answers a question for the status with something else");
    }

    private static boolean isMember(Element cib, String node) {
        return states(cib, node).stream().anyMatch(state -> isTrue(state.attribute("in_ccm", "")));
    }

    private static boolean isUnclean(Element cib, String node) {
        return states(cib, node).stream()
                .anyMatch(state -> !isTrue(state.attribute("in_ccm", ""))
                        && !List.of("down", "nack").contains(state.attribute("expected", "down")));
    }

    private static boolean isTrue(String value) {
        return !value.isEmpty() && !value.equals("0") && !value.equals("false");
    }

    private static List<Element> states(Element cib, String node) {
        return cib.children("status").stream()
                .flatMap(status -> status.children("node_state").stream())
                .filter(state -> state.attribute("uname", "").equals(node))
                .toList();
    }
}
