package systole.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Redis under Debian's unmodified {@code ocf:heartbeat:redis}: one primary, two replicas, which follow whoever is promoted.
 * {@code -Drounds=10} kills ten primaries.
 */
@ExtendWith(NeedsLab.class)
class RedisLabIT extends ThreeMachines {
    private static final int ROUNDS = Integer.getInteger("rounds", 1);
    private static final String HOME = "/var/lib/redis";
    private static final String ADDRESS = "10.79.0.152";
    private static final Duration PATIENCE = Duration.ofSeconds(180);

    @Test
    void theReplicasFollowWhoIsPromotedWhenThePrimarysMachineDies() throws IOException {
        Field.needs(
                "RedisLabIT",
                "redis-server",
                "/usr/bin/redis-server",
                "/usr/bin/redis-cli",
                "/usr/lib/ocf/resource.d/heartbeat/redis");
        Field field = new Field(lab);
        for (String node : lab.nodes()) {
            plugIn(field, node);
        }
        // Their agents starve two processors for longer than the default token at times.
        lab.totem("token: 1000");
        cluster.start(
                "property fencing-enabled=true",
                "rsc_defaults resource-stickiness=100",
                cluster.powerSwitch(),
                "primitive cache ocf:heartbeat:redis params config=" + HOME + "/redis.conf rundir=/run/redis"
                        + " op start timeout=60s op stop timeout=60s op promote timeout=60s op demote timeout=60s"
                        + " op notify timeout=60s op monitor interval=4s timeout=30s"
                        + " op monitor interval=3s role=Promoted timeout=30s"
                        + " op monitor interval=5s role=Unpromoted timeout=30s",
                "primitive vip ocf:heartbeat:IPaddr2 params ip=" + ADDRESS
                        + " cidr_netmask=24 nic=eth0 op monitor interval=10s timeout=20s",
                "clone cache-clone cache meta promotable=true promoted-max=1 notify=true interleave=true",
                "colocation vip-with-primary inf: vip:Started cache-clone:Promoted",
                "order vip-after-promote Mandatory: cache-clone:promote vip:start");
        String primary = awaitFollowers("n1", "");
        for (int round = 1; round <= ROUNDS; round++) {
            primary = failOver(field, round, primary);
        }
    }

    private String failOver(Field field, int round, String primary) throws IOException {
        assertThat(field.must(primary, "redis-cli set key" + round + " kept && redis-cli wait 2 10000"))
                .isEqualTo("OK\n2");
        int fenced = cluster.deeds().size();
        String witness = cluster.other(primary);

        long died = System.currentTimeMillis();
        lab.crash(primary);

        String next = awaitFollowers(witness, primary);
        long millis = System.currentTimeMillis() - died;
        assertThat(cluster.deeds().subList(fenced, cluster.deeds().size()))
                .as("fenced")
                .anyMatch(deed -> deed.node().equals(primary));
        assertThat(field.must(next, "redis-cli -h " + ADDRESS + " get key" + round))
                .isEqualTo("kept");
        lab.boot(primary);
        plugIn(field, primary);
        lab.start(primary);
        cluster.awaitOnline(next, "n1", "n2", "n3");
        assertThat(awaitFollowers(next, "")).isEqualTo(next);
        assertThat(field.must(primary, "redis-cli get key" + round)).isEqualTo("kept");
        System.out.println("redis round " + round + ": " + primary + " died, " + next
                + " has the address and the other follows it after " + millis + " ms");
        return next;
    }

    private void plugIn(Field field, String node) throws IOException {
        field.names(node);
        field.disk(node, HOME);
        Files.writeString(field.onDisk(node, HOME).resolve("redis.conf"), """
                daemonize yes
                bind 0.0.0.0
                protected-mode no
                port 6379
                dir /var/lib/redis
                logfile /var/lib/redis/redis.log
                repl-diskless-sync-delay 0
                repl-ping-replica-period 1
                """);
        field.must(node, "chown -R redis: " + HOME + " && install -d -o redis -g redis /run/redis");
    }

    /**
     * Waits until every machine that is on runs it, one is promoted and has the address, and all others follow that one; which.
     *
     * @param dead the former one, which the others follow until its death is noticed
     */
    private String awaitFollowers(String witness, String dead) {
        String[] last = {""};
        try {
            Lab.until("one primary that all others follow", PATIENCE, () -> {
                last[0] = followers(witness);
                return last[0].startsWith("all follow ") && !last[0].equals("all follow " + dead);
            });
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + ": " + last[0] + lab.logs(), e);
        }
        // A start that the death of the primary overtakes fails, and that node is out.
        cluster.awaitSettled(witness);
        return last[0].substring("all follow ".length());
    }

    private String followers(String witness) {
        LabCluster.Status status = cluster.status(witness);
        List<String> places = status.places("cache-clone");
        Optional<String> primary = places.stream()
                .filter(place -> place.endsWith("*"))
                .map(place -> place.substring(0, place.length() - 1))
                .findFirst();
        if (primary.isEmpty() || !status.places("vip").equals(List.of(primary.get()))) {
            return "it runs on " + places + ", its address on " + status.places("vip");
        }
        for (String node : lab.nodes()) {
            if (lab.isOn(node)) {
                String says = lab.exec(node, "redis-cli", "info", "replication").out();
                boolean right = node.equals(primary.get())
                        ? says.contains("role:master")
                        : says.contains("master_host:" + primary.get() + "\r")
                                && says.contains("master_link_status:up");
                if (!right) {
                    return primary.get() + " is promoted, and " + node + " says " + says;
                }
            }
        }
        return "all follow " + primary.get();
    }
}
