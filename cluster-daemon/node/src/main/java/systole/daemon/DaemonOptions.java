package systole.daemon;

import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import systole.formats.InterconnectConf;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;

/**
 * What the command line says.
 *
 * @param node name of this node, or empty to find out
 * @param check only read the configuration and say whether it is good
 * @param witness be the witness of clusters instead of a node; null if not so
 */
record DaemonOptions(
        Path root,
        Path tree,
        String node,
        boolean check,
        boolean help,
        boolean version,
        @Nullable Witness witness) {
    /**
     * {@code --witness} and what goes with it.
     *
     * @param listen address, empty for all
     * @param admit cluster to make a key for, or empty
     * @param release cluster whose vote is free again, or empty
     */
    record Witness(String listen, int port, String admit, String release) {}

    static final String USAGE = """
            Usage: systoled [--root DIR] [--node NAME] [--check]
                   systoled --witness [--root DIR] [--listen ADDRESS] [--port PORT]
                   systoled --witness --admit CLUSTER | --release CLUSTER
            Runs a node of the cluster in the foreground until SIGTERM; with --witness, the quorum device of clusters
            that this machine is no node of.

              --root DIR      put etc, var and run of the node under DIR (default: /)
              --node NAME     which entry of the nodelist this is; else DIR/etc/systole/node, the host name,
                              the only entry whose address is on this machine, or the last part of DIR
              --foreground    accepted; the daemon always runs in the foreground
              --check         read configuration and key, say what is wrong, and end
              --version       print the version and end

            As the witness (docs/quorum.md):
              --listen ADDRESS  only on this address (default: all)
              --port PORT       TCP port (default: 5403)
              --admit CLUSTER   make the key of a cluster, say where it is, and end; each node of the cluster needs a
                                copy as DIR/etc/systole/witnesskey
              --release CLUSTER tell the running witness that the nodes that had the vote last are down for good, so
                                that others may have it, and end

            Files: DIR/etc/systole/cluster.conf, DIR/etc/systole/authkey (make it with: systole keygen)
            """;

    private static final List<String> KNOWN = List.of(
            "--root",
            "--node",
            "--tree",
            "--foreground",
            "--check",
            "--help",
            "--version",
            "--witness",
            "--listen",
            "--port",
            "--admit",
            "--release");

    static DaemonOptions parse(List<String> arguments) {
        Path root = Path.of("/");
        Path tree = Path.of(java.lang.System.getProperty("systole.home", "/usr/lib/systole"));
        String node = "";
        boolean check = false;
        boolean help = false;
        boolean version = false;
        boolean witness = false;
        String listen = "";
        int port = InterconnectConf.Device.DEFAULT_PORT;
        String admit = "";
        String release = "";
        String ofWitness = "";
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            switch (argument) {
                case "--root" -> root = Path.of(value(arguments, ++i, argument));
                case "--node" -> node = value(arguments, ++i, argument);
                case "--tree" -> tree = Path.of(value(arguments, ++i, argument));
                case "--foreground", "-f" -> {
                    // Always so.
                }
                case "--check" -> check = true;
                case "--witness" -> witness = true;
                case "--listen" -> listen = value(arguments, ++i, ofWitness = argument);
                case "--port" -> port = port(value(arguments, ++i, ofWitness = argument));
                case "--admit" -> admit = value(arguments, ++i, ofWitness = argument);
                case "--release" -> release = value(arguments, ++i, ofWitness = argument);
                case "--help", "-h" -> help = true;
                case "--version" -> version = true;
                default ->
                    throw new BadInputException(
                            "",
                            "unknown argument '" + argument + "'" + NearestWord.hint(argument, new TreeSet<>(KNOWN)),
                            "see: systoled --help");
            }
        }
        if (!witness && !ofWitness.isEmpty()) {
            throw new BadInputException("", ofWitness + " is for the witness", "add --witness, or remove it");
        }
        return new DaemonOptions(
                root.toAbsolutePath().normalize(),
                tree.toAbsolutePath().normalize(),
                node,
                check,
                help,
                version,
                witness ? new Witness(listen, port, admit, release) : null);
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 1 && port <= 65_535) {
                return port;
            }
        } catch (NumberFormatException e) {
            throw new BadInputException("", "--port '" + text + "' is not a number", "give one of 1 to 65535");
        }
        throw new BadInputException("", "--port " + text + " is no port", "give one of 1 to 65535");
    }

    private static String value(List<String> arguments, int at, String of) {
        if (at >= arguments.size()) {
            throw new BadInputException("", of + " needs a value", "see: systoled --help");
        }
        return arguments.get(at);
    }
}
