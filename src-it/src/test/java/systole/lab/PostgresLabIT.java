package systole.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * PostgreSQL under Debian's unmodified {@code ocf:heartbeat:pgsql}: one primary, two standbys, synchronous replication, an
 * address that follows the primary. Each round kills the primary's machine while a client writes: no acknowledged row may be
 * missing afterwards. {@code -Drounds=10} for the figure of the benchmarks page.
 */
@ExtendWith(NeedsLab.class)
class PostgresLabIT extends ThreeMachines {
    private static final int ROUNDS = Integer.getInteger("rounds", 1);
    private static final Path BIN = Field.newest("/usr/lib/postgresql", "bin");
    private static final String HOME = "/var/lib/postgresql";
    private static final String DATA = HOME + "/lab";
    private static final String ADDRESS = "10.79.0.150";
    private static final Duration PATIENCE = Duration.ofSeconds(180);

    @Test
    void noAcknowledgedRowIsLostWhenThePrimarysMachineDies() throws IOException {
        Field.needs(
                "PostgresLabIT",
                "postgresql",
                BIN.resolve("postgres").toString(),
                "/usr/lib/ocf/resource.d/heartbeat/pgsql");
        Field field = new Field(lab);
        lab.addClient();
        lab.nodes().forEach(node -> plugIn(field, node));
        createDatabases(field);
        // Their agents starve two processors for longer than the default token at times.
        lab.totem("token: 1000");
        cluster.start(
                "property fencing-enabled=true",
                "rsc_defaults resource-stickiness=100 migration-threshold=3",
                cluster.powerSwitch(),
                database(),
                "primitive vip ocf:heartbeat:IPaddr2 params ip=" + ADDRESS
                        + " cidr_netmask=24 nic=eth0 op monitor interval=10s timeout=20s",
                "clone db-clone db meta promotable=true promoted-max=1 clone-max=3 notify=true interleave=true",
                "colocation vip-with-primary inf: vip:Started db-clone:Promoted",
                "order vip-after-promote Mandatory: db-clone:promote vip:start symmetrical=false",
                "order vip-until-demote 0: db-clone:demote vip:stop symmetrical=false");
        String primary = awaitPrimary("n1", "");
        sql(primary, "create table kept (n bigserial primary key, at timestamptz not null default clock_timestamp())");
        Path acknowledged = lab.folder().resolve("rows");
        Process client = new ProcessBuilder(lab.inClient(List.of(
                        "setsid",
                        Checkout.TOP.resolve("src-it/lab/pg-client.sh").toString(),
                        BIN.resolve("psql").toString(),
                        "host=" + ADDRESS
                                + " user=postgres dbname=postgres connect_timeout=2 tcp_user_timeout=2000 keepalives_idle=1",
                        acknowledged.toString())))
                .redirectErrorStream(true)
                .redirectOutput(lab.folder().resolve("client.log").toFile())
                .start();
        try {
            for (int round = 1; round <= ROUNDS; round++) {
                if (round > 1) {
                    bringBackWhoWroteAhead(field, primary);
                }
                primary = failOver(field, round, primary, acknowledged);
            }
        } finally {
            client.descendants().forEach(ProcessHandle::destroyForcibly);
            client.destroyForcibly();
        }
    }

    /** Kills the primary's machine, and brings it back as a standby; the new primary's node. */
    private String failOver(Field field, int round, String primary, Path acknowledged) throws IOException {
        String witness = cluster.other(primary);
        awaitSynchronous(primary);
        int before = rows(acknowledged).size();
        lab.await("rows are written", PATIENCE, () -> rows(acknowledged).size() > before + 20);
        int fenced = cluster.deeds().size();

        lab.crash(primary);

        String next = awaitPrimary(witness, primary);
        Set<Long> mustBeThere = rows(acknowledged);
        lab.await("the client writes again", PATIENCE, () -> rows(acknowledged).size() > mustBeThere.size() + 20);
        assertThat(cluster.deeds().subList(fenced, cluster.deeds().size()))
                .as("fenced")
                .anyMatch(deed -> deed.node().equals(primary));
        assertThat(cluster.status(next).places("vip")).containsExactly(next);
        assertThat(missing(next, acknowledged))
                .as("acknowledged rows that are not there")
                .isEmpty();

        lab.boot(primary);
        plugIn(field, primary);
        lab.start(primary);
        lab.await(
                "the old primary refuses to start: its data may be older than those of the new one",
                PATIENCE,
                () -> lab.systole(next, "status").out().contains("PGSQL.lock"));
        copyAgain(field, primary, next);
        // Of the other standby nothing is promised: one that wrote ahead of the new primary refuses it ("My data is
        // newer").
        awaitStandby(next, primary);
        assertThat(cluster.status(next).places("db-clone")).contains(primary, next + "*");
        assertThat(missing(next, acknowledged)).isEmpty();
        System.out.println("postgresql round " + round + ": " + primary + " died, " + next + " took over, "
                + rows(acknowledged).size() + " acknowledged rows, all there; longest time between two rows "
                + sql(next, "select max(gap) from (select at - lag(at) over (order by at) as gap from kept) as gaps"));
        return next;
    }

    /** What an operator does with a node whose data are not those of the primary: copy them again, clear the lock, clean up. */
    private void copyAgain(Field field, String node, String primary) {
        // Who takes the data away while the agent still stops what failed makes that stop hang.
        lab.must(primary, "cluster", "wait", "180");
        field.must(
                node,
                "rm -rf " + DATA + " " + HOME + "/tmp/PGSQL.lock && runuser -u postgres -- " + BIN
                        + "/pg_basebackup -h " + ADDRESS + " -U postgres -D " + DATA + " -X stream -c fast");
        lab.must(primary, "resource", "cleanup", "db", node);
    }

    /** A standby that had more than the one that was promoted: the agent counts it as failed for ever. */
    private void bringBackWhoWroteAhead(Field field, String primary) {
        List<String> keptOut = new ArrayList<>();
        lab.await("each standby streams, or is kept out", PATIENCE, () -> {
            List<String> streaming = streaming(primary);
            keptOut.clear();
            lab.nodes().stream()
                    .filter(node -> !node.equals(primary) && !streaming.contains(node) && isKeptOut(primary, node))
                    .forEach(keptOut::add);
            return streaming.size() + keptOut.size() == lab.nodes().size() - 1;
        });
        for (String node : keptOut) {
            System.out.println(
                    "postgresql: " + node + " had written ahead of " + primary + ", its data are copied again");
            copyAgain(field, node, primary);
        }
    }

    private boolean isKeptOut(String primary, String node) {
        return lab.systole(primary, "resource", "failcount", "db", "show", node)
                .out()
                .contains("INFINITY");
    }

    private void plugIn(Field field, String node) {
        field.disk(node, HOME);
        field.must(
                node,
                "chown postgres: " + HOME + " && install -d -o postgres -g postgres /run/postgresql " + HOME + "/tmp");
    }

    /** One empty database, copied to all disks: the same system, at the same place. */
    private void createDatabases(Field field) throws IOException {
        field.must("n1", "runuser -u postgres -- " + BIN + "/initdb -A trust -U postgres --no-sync -D " + DATA);
        Files.writeString(field.onDisk("n1", DATA).resolve("postgresql.conf"), """
                listen_addresses = '*'
                unix_socket_directories = '/run/postgresql'
                wal_level = replica
                hot_standby = on
                wal_keep_size = 64
                shared_buffers = 16MB
                wal_receiver_status_interval = 1
                wal_retrieve_retry_interval = 500ms
                """);
        Files.writeString(field.onDisk("n1", DATA).resolve("pg_hba.conf"), """
                local all all trust
                host all all 10.79.0.0/24 trust
                host replication all 10.79.0.0/24 trust
                """);
        for (String node : List.of("n2", "n3")) {
            Lab.run(
                    "cp",
                    "-a",
                    field.onDisk("n1", DATA).toString(),
                    field.onDisk(node, DATA).toString());
        }
    }

    private static String database() {
        return "primitive db ocf:heartbeat:pgsql params pgctl=" + BIN + "/pg_ctl psql=" + BIN + "/psql pgdata=" + DATA
                + " config=" + DATA + "/postgresql.conf socketdir=/run/postgresql logfile=" + HOME + "/lab.log tmpdir="
                + HOME + "/tmp rep_mode=sync node_list=\"n1 n2 n3\" master_ip=" + ADDRESS
                + " primary_conninfo_opt=\"keepalives_idle=60 keepalives_interval=5 keepalives_count=5\""
                + " check_wal_receiver=false restart_on_promote=false stop_escalate=0 xlog_check_count=1"
                + " op start timeout=120s op stop timeout=120s op promote timeout=120s op demote timeout=60s"
                + " op notify timeout=120s op monitor interval=6s timeout=60s"
                + " op monitor interval=5s role=Promoted timeout=60s";
    }

    /** Waits until one node is primary, has the address and takes writes; which one. */
    private String awaitPrimary(String witness, String not) {
        lab.await(
                "a primary with the address",
                PATIENCE,
                () -> primaryOf(witness).filter(node -> !node.equals(not)).isPresent());
        String primary = primaryOf(witness).orElseThrow();
        lab.await(
                "the primary answers",
                PATIENCE,
                () -> lab.exec(primary, psql("select pg_is_in_recovery()"))
                        .out()
                        .strip()
                        .equals("f"));
        return primary;
    }

    private java.util.Optional<String> primaryOf(String witness) {
        LabCluster.Status status = cluster.status(witness);
        List<String> address = status.places("vip");
        return status.places("db-clone").stream()
                .filter(place -> place.endsWith("*"))
                .map(place -> place.substring(0, place.length() - 1))
                .filter(node -> address.equals(List.of(node)))
                .findFirst();
    }

    private List<String> streaming(String primary) {
        return lab.exec(primary, psql("select application_name from pg_stat_replication where state = 'streaming'"))
                .out()
                .lines()
                .sorted()
                .toList();
    }

    /** The old primary streams again, and one standby could follow the primary: synchronous, and with a score. */
    private void awaitStandby(String primary, String standby) {
        lab.await(
                standby + " is a standby of " + primary + ", and one is synchronous and with a promotion score",
                PATIENCE,
                () -> streaming(primary).contains(standby)
                        && !successors(primary).isEmpty());
    }

    private List<String> successors(String primary) {
        LabCluster.Status status = cluster.status(primary);
        return lab.nodes().stream()
                .filter(node -> !node.equals(primary)
                        && status.attribute(node, "db-data-status").equals("STREAMING|SYNC")
                        && status.attribute(node, "master-db").equals("100"))
                .toList();
    }

    /**
     * Waits until both others stream, the agent has made the primary wait for one of them, and has told the cluster that this one
     * may be promoted: a primary that dies before has no successor.
     */
    private void awaitSynchronous(String primary) {
        List<String> others =
                lab.nodes().stream().filter(node -> !node.equals(primary)).toList();
        lab.await(
                "two standbys, one synchronous and with a promotion score",
                PATIENCE,
                () -> streaming(primary).equals(others) && !successors(primary).isEmpty());
    }

    private Set<Long> missing(String primary, Path acknowledged) {
        Set<Long> missing = rows(acknowledged);
        missing.removeAll(
                sql(primary, "select n from kept").lines().map(Long::valueOf).collect(Collectors.toSet()));
        return missing;
    }

    private String sql(String node, String statement) {
        Lab.Answer answer = lab.exec(node, psql(statement));
        assertThat(answer.exit()).as(answer.out()).isZero();
        return answer.out().strip();
    }

    private static String[] psql(String statement) {
        return new String[] {
            BIN.resolve("psql").toString(),
            "-X",
            "-q",
            "-A",
            "-t",
            "-h",
            "/run/postgresql",
            "-U",
            "postgres",
            "-c",
            statement
        };
    }

    /** The numbers of the rows whose commits were acknowledged so far. */
    private static Set<Long> rows(Path acknowledged) {
        try {
            if (!Files.exists(acknowledged)) {
                return new TreeSet<>();
            }
            String text = Files.readString(acknowledged);
            // The last line may be half written.
            return text.substring(0, text.lastIndexOf('\n') + 1)
                    .lines()
                    .map(Long::valueOf)
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
