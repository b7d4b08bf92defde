package systole.daemon;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import systole.formats.InterconnectConf;
import systole.formats.InterconnectConf.Node;
import systole.kernel.NearestWord;

/** Finds out which entry of the node list this machine is: by word, by host name, by address (corosync-options.md). */
final class OwnNode {
    private OwnNode() {}

    static Node find(InterconnectConf conf, NodePaths paths, String wanted) {
        String named = wanted.isEmpty() ? fromFile(paths.nodeName()) : wanted;
        if (!named.isEmpty()) {
            return conf.node(named).orElseThrow(() -> unknown(conf, "the nodelist has no node '" + named + "'", named));
        }
        String host = hostName();
        Optional<Node> byHost = byHostName(conf, host);
        if (byHost.isPresent()) {
            return byHost.get();
        }
        List<Node> here = withAddressHere(conf);
        if (here.size() == 1) {
            return here.get(0);
        }
        String last = paths.root().getFileName() == null
                ? ""
                : String.valueOf(paths.root().getFileName());
        return conf.node(last)
                .orElseThrow(() -> unknown(
                        conf,
                        here.isEmpty()
                                ? "no node of the nodelist is this machine: the host name is '" + host
                                        + "', and none of the addresses is on one of its interfaces"
                                : here.size() + " nodes of the nodelist have an address on this machine",
                        host));
    }

    private static DaemonException unknown(InterconnectConf conf, String what, String word) {
        TreeSet<String> names = new TreeSet<>();
        conf.nodes().forEach(node -> names.add(node.name()));
        return new DaemonException(
                what + NearestWord.hint(word, names),
                "say which node this is: systoled --node NAME, with NAME one of " + String.join(", ", names));
    }

    private static String fromFile(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file).strip() : "";
        } catch (IOException e) {
            throw new DaemonException("cannot read " + file + ": " + e.getMessage(), "check its permissions");
        }
    }

    private static String hostName() {
        try {
            Path kernel = Path.of("/proc/sys/kernel/hostname");
            return Files.exists(kernel)
                    ? Files.readString(kernel).strip()
                    : InetAddress.getLocalHost().getHostName();
        } catch (IOException e) {
            throw new DaemonException("this machine has no host name: " + e.getMessage(), "use --node NAME");
        }
    }

    /** Exact, then short against short. */
    private static Optional<Node> byHostName(InterconnectConf conf, String host) {
        Optional<Node> exact = conf.node(host);
        if (exact.isPresent()) {
            return exact;
        }
        List<Node> shortMatches = conf.nodes().stream()
                .filter(node -> shortOf(node.name()).equals(shortOf(host)))
                .toList();
        return shortMatches.size() == 1 ? Optional.of(shortMatches.get(0)) : Optional.empty();
    }

    private static String shortOf(String name) {
        int dot = name.indexOf('.');
        return dot <= 0 || Character.isDigit(name.charAt(0)) ? name : name.substring(0, dot);
    }

    private static List<Node> withAddressHere(InterconnectConf conf) {
        List<Node> here = new ArrayList<>();
        for (Node node : conf.nodes()) {
            if (node.addresses().values().stream().anyMatch(address -> isHere(address.host()))) {
                here.add(node);
            }
        }
        return here;
    }

    private static boolean isHere(String host) {
        try {
            InetAddress address = InetAddress.getByName(host);
            return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
        } catch (UnknownHostException | SocketException e) {
            return false;
        }
    }
}
