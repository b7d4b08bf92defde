package systole.daemon;

import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;

/**
 * What the command line says.
 *
 * @param node name of this node, or empty to find out
 * @param check only read the configuration and say whether it is good
 */
record DaemonOptions(Path root, Path tree, String node, boolean check, boolean help, boolean version) {
    static final String USAGE = """
            Usage: systoled [--root DIR] [--node NAME] [--check]
            Runs a node of the cluster in the foreground until SIGTERM.

              --root DIR      put etc, var and run of the node under DIR (default: /)
              --node NAME     which entry of the nodelist this is; else DIR/etc/systole/node, the host name,
                              the only entry whose address is on this machine, or the last part of DIR
              --foreground    accepted; the daemon always runs in the foreground
              --check         read configuration and key, say what is wrong, and end
              --version       print the version and end

            Files: DIR/etc/systole/cluster.conf, DIR/etc/systole/authkey (make it with: systole keygen)
            """;

    private static final List<String> KNOWN =
            List.of("--root", "--node", "--tree", "--foreground", "--check", "--help", "--version");

    static DaemonOptions parse(List<String> arguments) {
        Path root = Path.of("/");
        Path tree = Path.of(java.lang.System.getProperty("systole.home", "/usr/lib/systole"));
        String node = "";
        boolean check = false;
        boolean help = false;
        boolean version = false;
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
                case "--help", "-h" -> help = true;
                case "--version" -> version = true;
                default ->
                    throw new BadInputException(
                            "",
                            "unknown argument '" + argument + "'" + NearestWord.hint(argument, new TreeSet<>(KNOWN)),
                            "see: systoled --help");
            }
        }
        return new DaemonOptions(
                root.toAbsolutePath().normalize(), tree.toAbsolutePath().normalize(), node, check, help, version);
    }

    private static String value(List<String> arguments, int at, String of) {
        if (at >= arguments.size()) {
            throw new BadInputException("", of + " needs a value", "see: systoled --help");
        }
        return arguments.get(at);
    }
}
