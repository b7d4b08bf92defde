package systole.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Debian's unmodified agents one by one on the same two machines: started, monitored, crashed, noticed and started again,
 * stopped; and what only some can do: promote, reload, migrate.
 */
@ExtendWith(NeedsLab.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FieldAgentsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final String MONITOR =
            " op monitor interval=2s timeout=60s op start timeout=60s op stop timeout=60s";
    private static final String HEARTBEAT = "/usr/lib/ocf/resource.d/heartbeat/";
    private static final String PACEMAKER = "/usr/lib/ocf/resource.d/pacemaker/";

    private Lab lab;
    private LabCluster cluster;
    private Field field;

    /**
     * One agent: how it is configured ({@code FOLDER} stands for the lab's), and three scripts on the machine: that it runs, and
     * what makes it crash.
     */
    record Agent(
            String name, String configuration, String debianPackage, List<String> needs, String runs, String crash) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Agent> agents() {
        return Stream.of(
                new Agent(
                        "ocf:heartbeat:Dummy",
                        "params state=/run/x.state",
                        "resource-agents",
                        List.of(HEARTBEAT + "Dummy"),
                        "test -e /run/x.state",
                        "rm /run/x.state"),
                new Agent(
                        "ocf:pacemaker:Dummy",
                        "params state=/run/x.state",
                        "pacemaker-resource-agents",
                        List.of(PACEMAKER + "Dummy"),
                        "test -e /run/x.state",
                        "rm /run/x.state"),
                new Agent(
                        "ocf:heartbeat:apache",
                        "params configfile=FOLDER/apache.conf httpd=/usr/sbin/apache2"
                                + " statusurl=http://127.0.0.1:8088/server-status",
                        "apache2 curl",
                        List.of(HEARTBEAT + "apache", "/usr/sbin/apache2", "/usr/bin/curl"),
                        "curl -sf http://127.0.0.1:8088/server-status",
                        "kill -9 $(cat /run/apache-lab.pid)"),
                new Agent(
                        "ocf:heartbeat:anything of haproxy",
                        "params binfile=/usr/sbin/haproxy cmdline_options=\"-db -f FOLDER/haproxy.conf\" pidfile=/run/x.pid",
                        "haproxy curl",
                        List.of(HEARTBEAT + "anything", "/usr/sbin/haproxy", "/usr/bin/curl"),
                        "test \"$(curl -s http://127.0.0.1:8089/)\" = haproxy",
                        "kill -9 $(cat /run/x.pid)"),
                new Agent(
                        "ocf:heartbeat:anything of sleep",
                        "params binfile=/usr/bin/sleep cmdline_options=100000 pidfile=/run/x.pid",
                        "resource-agents",
                        List.of(HEARTBEAT + "anything"),
                        "kill -0 $(cat /run/x.pid)",
                        "kill -9 $(cat /run/x.pid)"),
                new Agent(
                        "ocf:heartbeat:MailTo",
                        "params email=root subject=lab",
                        "bsd-mailx",
                        List.of(HEARTBEAT + "MailTo", "/usr/bin/mail"),
                        "find FOLDER/n1/run -name 'MailTo*' | grep . && grep -i '^subject:.*lab' /run/sent",
                        "rm $(find FOLDER/n1/run -name 'MailTo*')"));
    }

    @BeforeAll
    void powerOn() throws IOException {
        lab = Lab.up(2).quorum("two_node: 1");
        cluster = new LabCluster(lab);
        field = new Field(lab);
        for (String node : lab.nodes()) {
            mailFrom(node);
        }
        Files.writeString(lab.folder().resolve("apache.conf"), """
                ServerRoot /run
                ServerName lab
                DefaultRuntimeDir /run
                PidFile /run/apache-lab.pid
                ErrorLog /run/apache-lab.log
                Listen 127.0.0.1:8088
                LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
                LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
                LoadModule status_module /usr/lib/apache2/modules/mod_status.so
                User www-data
                Group www-data
                DocumentRoot /run
                <Location /server-status>
                    SetHandler server-status
                </Location>
                """);
        Files.writeString(lab.folder().resolve("haproxy.conf"), """
                defaults
                    mode http
                    timeout connect 5s
                    timeout client 5s
                    timeout server 5s
                frontend lab
                    bind 127.0.0.1:8089
                    http-request return status 200 content-type text/plain string haproxy
                """);
        cluster.start("property fencing-enabled=false", "rsc_defaults resource-stickiness=100");
    }

    /** Mail is kept in {@code /run/sent}, by a {@code sendmail} that only this machine has. */
    private void mailFrom(String node) throws IOException {
        Path folder = Files.createDirectories(lab.folder().resolve("sbin"));
        Path sendmail = folder.resolve("sendmail");
        Files.writeString(sendmail, "#!/bin/sh\ncat >> /run/sent\n");
        Files.setPosixFilePermissions(sendmail, PosixFilePermissions.fromString("rwxr-xr-x"));
        field.must(node, "mount -t overlay overlay -o lowerdir=" + folder + ":/usr/sbin /usr/sbin");
    }

    @AfterAll
    void powerOff() {
        if (lab != null) {
            lab.close();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("agents")
    void itIsStartedMonitoredStartedAgainAfterACrashAndStopped(Agent agent) {
        Field.needs(agent.name(), agent.debianPackage(), agent.needs().toArray(String[]::new));
        String type = agent.name().split(" ")[0];
        String runs = inFolder(agent.runs());
        cluster.load(
                "primitive x " + type + " " + inFolder(agent.configuration()) + MONITOR, "location x-home x inf: n1");
        try {
            cluster.awaitService("x");
            cluster.awaitSettled("n1");
            // What "anything" runs counts as started before it listens.
            field.await("n1", runs);
            assertThat(failures("x")).isEqualTo("0");

            field.must("n1", inFolder(agent.crash()));

            lab.await("the crash is noticed", PATIENCE, () -> failures("x").equals("1"));
            cluster.awaitSettled("n1");
            cluster.awaitService("x");
            field.await("n1", runs);
            assertThat(failures("x")).isEqualTo("1");

            lab.must("n1", "resource", "stop", "x");
            cluster.awaitSettled("n1");
            assertThat(cluster.status("n1").places("x")).containsExactly("-");
            assertThat(lab.exec("n1", "sh", "-c", runs).exit()).as("still runs").isNotZero();
        } finally {
            remove("x");
        }
    }

    @Test
    void statefulIsPromotedByTheScoreThatItWritesAndAgainAfterACrash() {
        Field.needs("ocf:pacemaker:Stateful", "pacemaker-resource-agents", PACEMAKER + "Stateful");
        cluster.load(
                "primitive s ocf:pacemaker:Stateful params state=/run/s.state op monitor interval=3s timeout=60s"
                        + " op monitor interval=2s role=Promoted timeout=60s",
                "clone s-clone s meta promotable=true promoted-max=1 notify=true",
                "location s-home s-clone role=Promoted 50: n1");
        try {
            awaitPlaces("s-clone", "n1*", "n2");
            assertThat(field.must("n1", "cat /run/s.state")).isEqualToIgnoringCase("promoted");

            field.must("n1", "rm /run/s.state");

            // The monitor fails, and then the demote, which this agent refuses where it does not run.
            lab.await("the crash is noticed", PATIENCE, () -> !failures("s").equals("0"));
            awaitPlaces("s-clone", "n1*", "n2");
            assertThat(failures("s")).isEqualTo("2");
            assertThat(field.must("n1", "cat /run/s.state")).isEqualToIgnoringCase("promoted");

            lab.must("n1", "resource", "demote", "s-clone");
            awaitPlaces("s-clone", "n1", "n2");
            lab.must("n1", "resource", "stop", "s-clone");
            awaitPlaces("s-clone", "-");
        } finally {
            remove("s");
        }
    }

    /** Of the API 1.1, with {@code reload-agent}, and of 1.0, whose {@code reload} takes over what is not unique. */
    @ParameterizedTest(name = "ocf:{0}:Dummy")
    @ValueSource(strings = {"pacemaker", "heartbeat"})
    void aReloadableParameterIsReloadedAndAnyOtherRestarts(String provider) {
        Field.needs(
                "ocf:" + provider + ":Dummy",
                "resource-agents pacemaker-resource-agents",
                "/usr/lib/ocf/resource.d/" + provider + "/Dummy");
        String r = "r-" + provider;
        cluster.load(
                "primitive " + r + " ocf:" + provider + ":Dummy params state=/run/r.state fake=old" + MONITOR,
                "location r-home " + r + " inf: n1");
        try {
            cluster.awaitService(r);
            cluster.awaitSettled("n1");
            field.must("n1", "echo untouched > /run/r.state");

            lab.must("n1", "resource", "param", r, "set", "fake", "new");

            cluster.awaitSettled("n1");
            assertThat(lab.log("n1") + lab.log("n2")).containsPattern("ACTION_DONE " + r + "_reload[a-z-]*_0 on n1");
            assertThat(field.must("n1", "cat /run/r.state")).isEqualTo("untouched");

            lab.must("n1", "resource", "param", r, "set", "state", "/run/other.state");

            cluster.awaitSettled("n1");
            field.must("n1", "test -e /run/other.state && test ! -e /run/r.state");
        } finally {
            remove(r);
        }
    }

    @Test
    void aDummyThatMayMigrateDoesSo() {
        Field.needs("ocf:pacemaker:Dummy", "pacemaker-resource-agents", PACEMAKER + "Dummy");
        cluster.load("primitive m ocf:pacemaker:Dummy params state=/run/m.state meta allow-migrate=true" + MONITOR);
        try {
            String from = cluster.awaitService("m");
            cluster.awaitSettled("n1");
            String to = cluster.other(from);

            lab.must("n1", "resource", "move", "m", to);

            lab.await(
                    "it is on " + to,
                    PATIENCE,
                    () -> cluster.status("n1").nodeOf("m").filter(to::equals).isPresent());
            cluster.awaitSettled("n1");
            field.must(to, "test -e /run/m.state");
            assertThat(lab.exec(from, "test", "-e", "/run/m.state").exit()).isNotZero();
            assertThat(lab.log("n1") + lab.log("n2"))
                    .contains("ACTION_DONE m_migrate_to_0 on " + from, "ACTION_DONE m_migrate_from_0 on " + to)
                    .doesNotContain("ACTION_SENT m_start_0 on " + to);
        } finally {
            remove("m");
        }
    }

    private void awaitPlaces(String resource, String... places) {
        lab.await(
                resource + " on " + List.of(places),
                PATIENCE,
                () -> cluster.status("n1").places(resource).equals(List.of(places)));
        cluster.awaitSettled("n1");
        assertThat(cluster.status("n1").places(resource)).containsExactly(places);
    }

    private String failures(String resource) {
        return lab.must("n1", "resource", "failcount", resource, "show", "n1").strip();
    }

    private String inFolder(String text) {
        return text.replace("FOLDER", lab.folder().toString());
    }

    /** Takes a resource and all that names it out of the cluster; a failed test's too, so that the next finds nothing of it. */
    private void remove(String resource) {
        lab.systole("n1", "resource", "stop", resource);
        cluster.awaitSettled("n1");
        lab.systole("n1", "configure", "delete", "--force", resource);
        cluster.awaitSettled("n1");
        lab.systole("n1", "resource", "cleanup", resource);
    }
}
