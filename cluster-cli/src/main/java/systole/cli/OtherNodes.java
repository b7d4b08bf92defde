package systole.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import systole.api.NoDaemonException;
import systole.formats.CorosyncConf;
import systole.formats.InterconnectConf;
import systole.kernel.BadInputException;
import systole.kernel.ClusterException;
import systole.kernel.NearestWord;

/**
 * Commands on the nodes of the cluster: on this one by the shell, on others by {@code ssh} under the node's name, without
 * questions. {@code SYSTOLE_SSH} names another program, which is called as {@code PROGRAM… NODE COMMAND}.
 */
final class OtherNodes {
    private static final String SSH = "ssh -o BatchMode=yes -o ConnectTimeout=10";
    private static final int MOST_AT_ONCE = 16;
    private static final int MOST_BYTES = 256 << 20;

    /** What came of a command on a node; {@code code} is 255 where ssh did not get there. */
    record Result(String node, int code, byte[] out, String err) {
        String text() {
            return new String(out, StandardCharsets.UTF_8);
        }
    }

    private final Session session;
    private final @Nullable InterconnectConf conf;
    private @Nullable String self;

    OtherNodes(Session session) {
        this.session = session;
        Path file = file(session);
        this.conf = Files.exists(file) ? CorosyncConf.read(file.toString(), FileBackend.read(file)) : null;
    }

    /** The interconnect's file of this node. */
    static Path file(Session session) {
        return session.root().resolve("etc/systole/cluster.conf");
    }

    /** The nodes of the interconnect's file; without one, those of the configuration. */
    List<String> names() {
        InterconnectConf known = conf;
        if (known != null) {
            return known.nodes().stream().map(InterconnectConf.Node::name).toList();
        }
        try (Backend backend = session.directly()) {
            return Edits.nodeNames(backend.configuration());
        }
    }

    /** The wanted nodes, or all; an unknown name is refused. */
    List<String> chosen(List<String> wanted) {
        List<String> names = names();
        for (String node : wanted) {
            if (!names.contains(node)) {
                throw new BadInputException(
                        "",
                        "node '" + node + "' does not exist" + NearestWord.hint(node, names),
                        names.isEmpty()
                                ? "list the nodes: systole node show"
                                : "name one of: " + String.join(", ", names));
            }
        }
        return wanted.isEmpty() ? names : wanted;
    }

    /** Which node this is: what the daemon says; without one, the name of this machine if it is one of the nodes. */
    String self() {
        String known = self;
        if (known == null) {
            known = findSelf();
            self = known;
        }
        return known;
    }

    private String findSelf() {
        try (Backend backend = session.directly()) {
            if (backend.isLive()) {
                return NodeVerbs.self(backend);
            }
        } catch (NoDaemonException stopped) {
            return byHostName();
        }
        return byHostName();
    }

    /** The name of this machine. */
    static String hostName(Session session) {
        return run(session, "", "uname -n", new byte[0]).text().strip();
    }

    /** A command on any host, be it a node or not. */
    static Result at(Session session, String host, String command) {
        return run(session, host, command, new byte[0]);
    }

    private String byHostName() {
        String host = hostName(session);
        List<String> names = names();
        String shortened = host.split("\\.")[0];
        return names.contains(host) ? host : names.contains(shortened) ? shortened : "";
    }

    List<String> others(List<String> wanted) {
        List<String> nodes = new ArrayList<>(chosen(wanted));
        nodes.remove(self());
        return nodes;
    }

    /** The command on each node at the same time, the answers in the order of the nodes. */
    List<Result> onEach(List<String> nodes, String command, byte[] input) throws InterruptedException {
        String self = self();
        ExecutorService workers = Executors.newFixedThreadPool(Math.max(1, Math.min(MOST_AT_ONCE, nodes.size())));
        try {
            List<Future<Result>> running = new ArrayList<>();
            for (String node : nodes) {
                running.add(workers.submit(() -> {
                    Result result = run(session, node.equals(self) ? "" : node, command, input);
                    return new Result(node, result.code(), result.out(), result.err());
                }));
            }
            List<Result> results = new ArrayList<>();
            for (Future<Result> each : running) {
                results.add(each.get());
            }
            return results;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ClusterException refused) {
                throw refused;
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            workers.shutdownNow();
        }
    }

    /** One command; an empty node is this machine. */
    private static Result run(Session session, String node, String command, byte[] input) {
        List<String> words = new ArrayList<>();
        if (node.isEmpty()) {
            words.addAll(List.of("sh", "-c", command));
        } else {
            words.addAll(List.of(session.environment()
                    .getOrDefault("SYSTOLE_SSH", SSH)
                    .strip()
                    .split(" +")));
            words.add(node);
            words.add(command);
        }
        try {
            Path errors = Files.createTempFile("systole", ".err");
            try {
                Process process =
                        new ProcessBuilder(words).redirectError(errors.toFile()).start();
                try (OutputStream in = process.getOutputStream()) {
                    in.write(input);
                } catch (IOException closed) {
                    if (input.length > 0 && process.isAlive()) {
                        throw closed;
                    }
                }
                byte[] out = bounded(process.getInputStream(), node);
                int code = process.waitFor();
                return new Result(node, code, out, Files.readString(errors).strip());
            } finally {
                Files.deleteIfExists(errors);
            }
        } catch (IOException e) {
            throw new BadInputException(
                    words.get(0),
                    "cannot be run: " + e.getMessage(),
                    "install it, or name another program in SYSTOLE_SSH");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BadInputException(words.get(0), "was interrupted", "run the command again");
        }
    }

    private static byte[] bounded(InputStream in, String node) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[1 << 16];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            out.write(buffer, 0, n);
            if (out.size() > MOST_BYTES) {
                throw new BadInputException(
                        node, "answers with more than " + (MOST_BYTES >> 20) + " MiB", "fetch it with scp");
            }
        }
        return out.toByteArray();
    }

    /** A word for the shell. */
    static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    /** The content of a file on each node. */
    List<Result> fetch(List<String> nodes, String path) throws InterruptedException {
        return onEach(nodes, "cat " + quoted(path), new byte[0]);
    }

    /** Puts the file in place whole, with these permissions ({@code 0644}), on each node. */
    List<Result> put(List<String> nodes, String path, String mode, byte[] content) throws InterruptedException {
        String fresh = quoted(path + ".systole-new");
        return onEach(
                nodes,
                "umask 077 && cat > " + fresh + " && chmod " + mode + " " + fresh + " && mv -f " + fresh + " "
                        + quoted(path),
                content);
    }
}
