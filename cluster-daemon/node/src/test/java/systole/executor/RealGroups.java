package systole.executor;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The control groups of this machine, where a test may make some. */
final class RealGroups {
    private RealGroups() {}

    static void assumeWritable() {
        boolean writable = OwnCgroup.find()
                .map(own -> Files.isWritable(own.resolve("cgroup.procs")))
                .orElse(false);
        if (!writable) {
            System.err.println(
                    "SKIPPED: no cgroup v2 that can be written; run the tests as root on a host that has it");
        }
        assumeTrue(writable, "no cgroup v2 that can be written");
    }

    /** Folders of runs and of services of the node with this root. */
    static List<Path> of(Path root) throws IOException {
        Path base = OwnCgroup.find()
                .orElse(Path.of("/nonexistent"))
                .resolve(AgentGroups.folderName(root.toAbsolutePath().toString()));
        if (!Files.exists(base)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(base, 2)) {
            return all.filter(path -> base.relativize(path).getNameCount() == 2 && Files.isDirectory(path))
                    .sorted()
                    .toList();
        }
    }
}
