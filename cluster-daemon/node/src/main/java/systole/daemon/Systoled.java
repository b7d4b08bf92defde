package systole.daemon;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.daemon.sentinel.SentinelShell;
import systole.daemon.witness.WitnessClient;
import systole.daemon.witness.WitnessDaemon;
import systole.formats.CorosyncConf;
import systole.formats.InterconnectConf;
import systole.formats.InterconnectConf.Node;
import systole.kernel.ClusterException;

/** The daemon's main: reads the configuration, starts the node, and waits for its end. */
public final class Systoled {
    public static final String VERSION = version();
    private static final int FAILED = 1;
    private static final int USAGE = 64;

    private Systoled() {}

    public static void main(String[] arguments) {
        DaemonLog.begin();
        int code;
        try {
            code = run(DaemonOptions.parse(List.of(arguments)));
        } catch (ClusterException refusal) {
            say("systoled: " + refusal.getMessage());
            say("systoled: " + refusal.remedy());
            code = refusal.advice() == ClusterException.Advice.FIX_REQUEST ? USAGE : FAILED;
        }
        System.exit(code);
    }

    private static int run(DaemonOptions options) {
        if (options.help()) {
            say(DaemonOptions.USAGE.stripTrailing());
            return 0;
        }
        if (options.version()) {
            say("systoled " + VERSION);
            return 0;
        }
        DaemonOptions.Witness witness = options.witness();
        if (witness != null) {
            return witness(witness, options.root());
        }
        NodePaths paths = new NodePaths(options.root(), options.tree());
        String text = ConfFile.read(paths.conf());
        InterconnectConf conf = CorosyncConf.read(paths.conf().toString(), text);
        Node own = OwnNode.find(conf, paths, options.node());
        byte[] key = ClusterKey.read(keyFile(conf, paths));
        if (options.check()) {
            conf.notes().forEach(Systoled::say);
            conf.quorum().device().ifPresent(device -> WitnessClient.of(conf, device, paths.witnessKey()));
            Settings.ring(conf);
            Settings.quorum(conf).warnings().forEach(Systoled::say);
            if (java.nio.file.Files.exists(paths.selfFencing())) {
                SentinelShell.read(paths.selfFencing()).notes().forEach(Systoled::say);
            }
            say("configuration and key are good; this is node " + own.name() + " (" + own.id() + ")");
            return 0;
        }
        paths.create();
        try (SingleDaemon claimed = SingleDaemon.claim(paths.pidFile(), paths.root())) {
            DaemonLog.configure(conf.logging(), paths.root());
            Logger log = LoggerFactory.getLogger("systole.daemon");
            conf.notes().forEach(log::warn);
            log.debug("the pid file is {}", claimed);
            return new NodeDaemon(conf, text, own, key, paths).run();
        } catch (java.io.IOException e) {
            throw new DaemonException("cannot release the pid file: " + e.getMessage(), "nothing is to be done");
        }
    }

    private static int witness(DaemonOptions.Witness options, java.nio.file.Path root) {
        if (!options.admit().isEmpty()) {
            java.nio.file.Path key = WitnessDaemon.admit(root, options.admit());
            say("copy " + key + " to etc/systole/witnesskey on each node of '" + options.admit() + "', with mode 0400");
            return 0;
        }
        if (!options.release().isEmpty()) {
            String answer = WitnessDaemon.release(root, options.listen(), options.port(), options.release());
            say(answer);
            return answer.startsWith("released") ? 0 : FAILED;
        }
        WitnessDaemon daemon = WitnessDaemon.open(root, options.listen(), options.port());
        Runtime.getRuntime().addShutdownHook(new Thread(daemon::close, "systole-signal"));
        daemon.run();
        return 0;
    }

    private static java.nio.file.Path keyFile(InterconnectConf conf, NodePaths paths) {
        if (conf.keyFile().isEmpty()) {
            return paths.key();
        }
        java.nio.file.Path named = java.nio.file.Path.of(conf.keyFile());
        return named.isAbsolute()
                ? paths.root().resolve(named.getRoot().relativize(named))
                : paths.conf().resolveSibling(named);
    }

    /** What the person at the terminal reads; the log is for later. */
    private static void say(String line) {
        System.err.println(line);
    }

    private static String version() {
        String built = Systoled.class.getPackage().getImplementationVersion();
        return built == null ? "development" : built;
    }

    /** The file as text. */
    static final class ConfFile {
        static String read(java.nio.file.Path file) {
            try {
                // In UTF-8 a character has three bytes at most in what makes one char.
                if (java.nio.file.Files.size(file) > 3L * CorosyncConf.MAX_CHARACTERS) {
                    throw new DaemonException(
                            file + " is larger than " + 3L * CorosyncConf.MAX_CHARACTERS + " bytes",
                            "check that this is the file you meant");
                }
                return java.nio.file.Files.readString(file);
            } catch (java.nio.file.NoSuchFileException e) {
                throw new DaemonException(
                        "there is no configuration " + file
                                + (java.nio.file.Files.exists(file.resolveSibling("cluster.conf.removed"))
                                        ? ": this node was taken out of its cluster"
                                        : ""),
                        "join a cluster (systole cluster join --token TOKEN), or write it (see share/cluster.conf.example), or name another folder with --root");
            } catch (java.io.IOException e) {
                throw new DaemonException("cannot read " + file + ": " + e, "check that it is a readable text file");
            }
        }
    }
}
