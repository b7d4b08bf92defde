package systole.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A cluster that grows from one machine to {@code lab.growth} (4) by tokens and shrinks back, while a client asks every 20 ms:
 * no request may be lost, no view may change but for the node that comes or goes.
 */
@ExtendWith(NeedsLab.class)
class GrowthLabIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** A longer one for a machine that is busy with other things. */
    private static final String TOKEN = System.getProperty("lab.token", "");

    private static final int MOST = Integer.getInteger("lab.growth", 4);

    @Test
    void fromOneNodeToManyAndBackNoRequestIsLost() throws IOException {
        try (Lab lab = Lab.up(MOST)) {
            lab.addClient();
            bare(lab);
            LabCluster cluster = new LabCluster(lab);
            lab.must("n1", "cluster", "init", "-n", "growing", "n1=" + Lab.address("n1", 0));
            if (!TOKEN.isEmpty()) {
                lab.must("n1", "corosync", "set", "totem.token", TOKEN);
            }
            lab.start("n1");
            cluster.awaitOnline("n1", "n1");
            cluster.load(
                    "property fencing-enabled=false",
                    "rsc_defaults resource-stickiness=1000",
                    "primitive address ocf:systole:ip params ip=10.79.0.100 cidr_netmask=24 op monitor interval=10s",
                    "primitive web ocf:systole:web params port=8080 op monitor interval=10s",
                    "group site address web",
                    "primitive worker ocf:systole:dummy op monitor interval=10s",
                    "clone workers worker");
            cluster.awaitSettled("n1");
            try (LabClient client = new LabClient(lab, "10.79.0.100:8080")) {
                lab.await("the client is answered", PATIENCE, () -> client.isAnsweredAfter(0));
                long began = System.currentTimeMillis();
                for (int i = 2; i <= MOST; i++) {
                    join(lab, cluster, i);
                }
                refuseWrongTokens(lab);
                for (int i = MOST; i >= 2; i--) {
                    remove(lab, cluster, i);
                }
                long end = System.currentTimeMillis();
                lab.await("one more answer", PATIENCE, () -> client.isAnsweredAfter(end));
                assertThat(client.lostSince(began))
                        .as("requests lost of " + client.answeredSince(began) + lab.logs())
                        .isZero();
                System.out.printf(
                        "growth: 1 to %d nodes and back in %d s, %d requests answered, %d lost, longest without an answer %d ms%n",
                        MOST,
                        (end - began) / 1000,
                        client.answeredSince(began),
                        client.lostSince(began),
                        client.outageSince(began));
            }
        }
    }

    /** Machines on which nobody has written anything. */
    private static void bare(Lab lab) throws IOException {
        for (String node : lab.nodes()) {
            Path folder = lab.root(node).resolve("etc/systole");
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static String token(Lab lab) {
        return lab.must("n1", "cluster", "token")
                .lines()
                .filter(line -> line.startsWith("systole-"))
                .findFirst()
                .orElseThrow();
    }

    private static void join(Lab lab, LabCluster cluster, int number) {
        String name = "n" + number;
        String before = cluster.status("n1").view();
        String token = token(lab);
        lab.must(name, "cluster", "join", "--token", token);
        String[] all =
                Stream.iterate(1, i -> i + 1).limit(number).map(i -> "n" + i).toArray(String[]::new);
        cluster.awaitOnline("n1", all);
        lab.await("all have a vote", PATIENCE, () -> votes(lab, "n1") == number && votes(lab, name) == number);
        cluster.awaitSettled("n1");
        assertThat(cluster.status("n1").places("workers")).as("workers").containsExactly(all);
        assertThat(cluster.status("n1").places("site")).as("what need not move").containsExactly("n1");
        assertThat(sequence(cluster.status("n1").view()) - sequence(before))
                .as("views from %s to %s", before, cluster.status("n1").view())
                .isPositive();
        Lab.Answer again = lab.systole(name, "cluster", "join", "--token", token, "--force", "--name", "thief");
        assertThat(again.exit()).as("a token is good once: " + again.out()).isNotZero();
    }

    private static void refuseWrongTokens(Lab lab) {
        Lab.Answer wrong = lab.systole("n2", "cluster", "join", "--token", "systole-AQ", "--force");
        assertThat(wrong.out()).contains("is none, or not whole");
        assertThat(wrong.exit()).isNotZero();
        Lab.Answer itself = lab.systole("n1", "cluster", "remove", "n1");
        assertThat(itself.out()).contains("a node cannot remove itself");
    }

    private static void remove(Lab lab, LabCluster cluster, int number) throws IOException {
        String name = "n" + number;
        lab.must("n1", "cluster", "remove", name);
        List<String> rest = Stream.iterate(1, i -> i + 1)
                .limit(number - 1)
                .map(i -> "n" + i)
                .toList();
        cluster.awaitOnline("n1", rest.toArray(String[]::new));
        lab.await("n1 counts " + (number - 1) + " votes", PATIENCE, () -> votes(lab, "n1") == number - 1);
        assertThat(cluster.status("n1").offline()).isEmpty();
        assertThat(cluster.status("n1").places("workers")).containsExactlyElementsOf(rest);
        assertThat(lab.root(name).resolve("etc/systole/cluster.conf")).doesNotExist();
        assertThat(lab.root(name).resolve("etc/systole/authkey")).doesNotExist();
        assertThat(Files.readString(lab.root("n1").resolve("etc/systole/cluster.conf")))
                .doesNotContain("name: " + name + "\n");
    }

    private static long votes(Lab lab, String node) {
        return lab.systole(node, "corosync", "status")
                .out()
                .lines()
                .filter(line -> line.startsWith("expected_votes:"))
                .mapToLong(line ->
                        Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
                .findFirst()
                .orElse(-1);
    }

    private static long sequence(String view) {
        return Long.parseLong(view.substring(view.lastIndexOf(':') + 1));
    }
}
