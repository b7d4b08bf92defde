package systole.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import systole.api.Answer;
import systole.api.ApiClient;
import systole.api.Request;

/** What may befall the disk of one node: full, a bit turned, set back to an older copy. The others and the changes live on. */
@ExtendWith(NeedsLab.class)
class DiskLabIT extends ThreeMachines {
    @Test
    void aFullDiskOnOneNodeLosesNothingAndTheNodeCatchesUpWhenThereIsRoom() throws IOException {
        Path disk = Files.createDirectories(state("n3").getParent());
        must("n3", "mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", disk.toString());
        cluster.start("property fencing-enabled=false");
        must("n3", "sh", "-c", "dd if=/dev/zero of=" + disk + "/fill bs=1k count=4000 2>/dev/null; true");

        Map<String, String> acknowledged = write("n1", "full", 1500);

        assertThat(acknowledged).hasSize(1500);
        lab.await(
                "n3 says that its disk is full",
                Duration.ofSeconds(30),
                () -> log("n3").contains("cannot write "));
        assertThat(cluster.status("n1").online()).containsExactly("n1", "n2", "n3");
        must("n3", "rm", disk.resolve("fill").toString());
        lab.await("n3 writes again", Duration.ofSeconds(30), () -> log("n3").contains("can be written again"));
        allHave(acknowledged);
    }

    @Test
    void aBitThatTurnedIsFoundByItsChecksumAndTheStateComesFromThePeers() throws IOException {
        cluster.start("property fencing-enabled=false");
        Map<String, String> acknowledged = write("n1", "before", 40);
        lab.await("n3 has it", Duration.ofSeconds(30), () -> holds("n3", acknowledged));
        // A broken commit is told from one that was cut off only by a whole one behind it.
        acknowledged.putAll(write("n1", "then", 3));
        lab.await("n3 has that too", Duration.ofSeconds(30), () -> holds("n3", acknowledged));
        lab.killDaemon("n3");
        Path log = newest("log-");
        byte[] bytes = Files.readAllBytes(log);
        int used = bytes.length;
        while (used > 0 && bytes[used - 1] == 0) {
            used--;
        }
        bytes[used / 3] ^= 0x10;
        Files.write(log, bytes);
        acknowledged.putAll(write("n1", "meanwhile", 5));

        lab.start("n3");

        cluster.awaitOnline("n1", "n1", "n2", "n3");
        assertThat(log("n3")).contains("damaged");
        allHave(acknowledged);
    }

    @Test
    void aWriteThatWasTornIsCutOffAndTheStateComesFromThePeers() throws IOException {
        cluster.start("property fencing-enabled=false");
        Map<String, String> acknowledged = write("n1", "before", 40);
        lab.await("n3 has it", Duration.ofSeconds(30), () -> holds("n3", acknowledged));
        lab.killDaemon("n3");
        Path log = newest("log-");
        byte[] bytes = Files.readAllBytes(log);
        int used = bytes.length;
        while (used > 0 && bytes[used - 1] == 0) {
            used--;
        }
        // The last commit reached the disk in part.
        Arrays.fill(bytes, used - 9, bytes.length, (byte) 0);
        Files.write(log, bytes);
        acknowledged.putAll(write("n1", "meanwhile", 5));

        lab.start("n3");

        cluster.awaitOnline("n1", "n1", "n2", "n3");
        allHave(acknowledged);
    }

    @Test
    void aDiskThatWasSetBackIsNoticedAndItsStateNeverWins() throws IOException {
        cluster.start("property fencing-enabled=false");
        Map<String, String> acknowledged = write("n1", "old", 10);
        lab.await("n3 has it", Duration.ofSeconds(30), () -> holds("n3", acknowledged));
        Path copy = lab.folder().resolve("copy");
        copy(state("n3"), copy);
        acknowledged.putAll(write("n1", "new", 10));
        lab.await("n3 has that too", Duration.ofSeconds(30), () -> holds("n3", acknowledged));
        lab.killDaemon("n3");
        delete(state("n3"));
        copy(copy, state("n3"));

        lab.start("n3");

        cluster.awaitOnline("n1", "n1", "n2", "n3");
        lab.await(
                "a peer says so",
                Duration.ofSeconds(20),
                () -> (log("n1") + log("n2")).contains("its disk was set back"));
        allHave(acknowledged);
    }

    /** Makes changes over one connection, several at a time on their way; those that were acknowledged. */
    private Map<String, String> write(String node, String name, int count) {
        Map<String, String> acknowledged = new TreeMap<>();
        try (ApiClient client = ApiClient.open(lab.root(node).resolve("run/systole/api.sock"), 20_000)) {
            for (int first = 0; first < count; first += 50) {
                int end = Math.min(count, first + 50);
                for (int i = first; i < end; i++) {
                    client.send(new Request.SetAttributes(
                            node, Map.of(name + "-" + i % 100, name + i), List.of(), "forever", -1));
                }
                for (int i = first; i < end; i++) {
                    if (client.next(20_000) instanceof Answer.Done) {
                        acknowledged.put(name + "-" + i, name + i);
                    }
                }
            }
        }
        return acknowledged;
    }

    /** An attribute may have been overwritten by a later change of the same name: the last one counts. */
    private static Map<String, String> last(Map<String, String> acknowledged) {
        Map<String, String> last = new TreeMap<>();
        Map<String, Integer> number = new TreeMap<>();
        acknowledged.forEach((key, value) -> {
            int dash = key.lastIndexOf('-');
            int i = Integer.parseInt(key.substring(dash + 1));
            String name = key.substring(0, dash) + "-" + i % 100;
            if (number.merge(name, i, Math::max) == i) {
                last.put(name, value);
            }
        });
        return last;
    }

    private boolean holds(String node, Map<String, String> acknowledged) {
        try (ApiClient client = ApiClient.open(lab.root(node).resolve("run/systole/api.sock"), 10_000)) {
            Map<String, String> found = new TreeMap<>();
            ((Answer.Attributes) client.ask(new Request.QueryAttributes("", "", "forever")))
                    .attributes()
                    .forEach(each -> found.put(each.name(), each.value()));
            return found.entrySet().containsAll(last(acknowledged).entrySet());
        }
    }

    private void allHave(Map<String, String> acknowledged) {
        for (String node : lab.nodes()) {
            lab.await(node + " has every acknowledged change", Duration.ofSeconds(30), () -> holds(node, acknowledged));
        }
    }

    private Path state(String node) {
        return lab.root(node).resolve("var/lib/systole/state");
    }

    private Path newest(String prefix) throws IOException {
        try (Stream<Path> files = Files.list(state("n3"))) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .reduce((one, other) -> other)
                    .orElseThrow();
        }
    }

    private String log(String node) {
        try {
            return Files.readString(lab.folder().resolve(node + ".log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void must(String node, String... command) {
        Lab.Answer answer = lab.exec(node, command);
        assertThat(answer.exit()).as(answer.out()).isZero();
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }
}
