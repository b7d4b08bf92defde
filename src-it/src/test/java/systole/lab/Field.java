package systole.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * What programs of the field need of a lab machine beside what {@link Lab} gives it: a disk of its own at a place that is the
 * same on all, names of the machines, a folder under {@code /run}. All of it but the disk is gone when the machine is.
 */
final class Field {
    private final Lab lab;

    Field(Lab lab) {
        this.lab = lab;
    }

    /** Skips the test, loudly and by name, if one of the programs is not there. */
    static void needs(String what, String debianPackage, String... programs) {
        List<String> missing = Stream.of(programs)
                .filter(program -> !Files.isExecutable(Path.of(program)))
                .toList();
        if (!missing.isEmpty()) {
            System.err.println("SKIPPED " + what + ": no " + missing + "; type  sudo apt-get install " + debianPackage);
        }
        Assumptions.assumeTrue(missing.isEmpty(), () -> what + " needs " + missing);
    }

    /** The newest installed version's folder, such as {@code /usr/lib/postgresql/15/bin}; an absent one if there is none. */
    static Path newest(String parent, String below) {
        Path top = Path.of(parent);
        if (!Files.isDirectory(top)) {
            return top.resolve("none").resolve(below);
        }
        try (Stream<Path> versions = Files.list(top)) {
            return versions.map(version -> version.resolve(below))
                    .filter(Files::isDirectory)
                    .max(Comparator.naturalOrder())
                    .orElse(top.resolve("none").resolve(below));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Mounts a folder of the machine's own disk, which outlives its crash, over a place that all machines share. */
    void disk(String node, String place) {
        must(
                node,
                "mkdir -p '" + onDisk(node, place) + "' '" + place + "' && mount --bind '" + onDisk(node, place) + "' '"
                        + place + "'");
    }

    /** Where the machine's own {@code place} lies as the test sees it. */
    Path onDisk(String node, String place) {
        return lab.root(node).resolve("disk" + place);
    }

    /** The machine knows the names of all. */
    void names(String node) {
        List<String> lines = new ArrayList<>(List.of("127.0.0.1 localhost"));
        lab.nodes().forEach(name -> lines.add(Lab.address(name, 0) + " " + name));
        Path hosts = lab.folder().resolve("hosts");
        try {
            Files.write(hosts, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        must(node, "mount --bind '" + hosts + "' /etc/hosts");
    }

    /** A script that must succeed on the machine; what it printed. */
    String must(String node, String script) {
        Lab.Answer answer = lab.exec(node, "sh", "-c", script);
        assertThat(answer.exit()).as(node + ": " + script + ": " + answer.out()).isZero();
        return answer.out().strip();
    }

    /** Waits until a script on the machine succeeds. */
    void await(String node, String script) {
        String[] last = {""};
        try {
            Lab.until("on " + node + ": " + script, Duration.ofSeconds(60), () -> {
                Lab.Answer answer = lab.exec(node, "sh", "-c", script);
                last[0] = answer.out();
                return answer.exit() == 0;
            });
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\nlast answer: " + last[0] + lab.logs(), e);
        }
    }
}
