package systole.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Debian's {@code prometheus-hacluster-exporter}, unmodified and pointed at the compat commands, exports the metrics of a
 * lab cluster. {@code -Dexporter=FILE} names the program where it is not installed.
 */
@ExtendWith(NeedsLab.class)
class ExporterIT extends ThreeMachines {
    @Test
    void theExporterOfTheFieldExportsAllMetricsOfTheClusterWithoutAnError() {
        Optional<Path> exporter = exporter();
        if (exporter.isEmpty()) {
            System.err.println("SKIPPED ExporterIT: apt-get install prometheus-hacluster-exporter");
        }
        Assumptions.assumeTrue(exporter.isPresent(), "prometheus-hacluster-exporter is not installed");
        cluster.startWithService();
        lab.must("n1", "configure", "location", "away", "svc", "-5:", "n3");
        cluster.awaitSettled("n1");
        String home = cluster.nodeOf("svc");
        Path compat = Checkout.TREE.resolve("libexec/compat");
        String options = " --web.listen-address=127.0.0.1:9664"
                + " --crm-mon-path=" + compat.resolve("crm_mon")
                + " --cibadmin-path=" + compat.resolve("cibadmin")
                + " --corosync-cfgtoolpath-path=" + compat.resolve("corosync-cfgtool")
                + " --corosync-quorumtool-path=" + compat.resolve("corosync-quorumtool");
        Path log = lab.folder().resolve("exporter.log");
        lab.exec(
                "n1",
                "sh",
                "-c",
                "SYSTOLE_SOCKET=" + lab.root("n1").resolve("run/systole/api.sock") + " setsid " + exporter.get()
                        + options + " > " + log + " 2>&1 < /dev/null &");

        String[] page = {""};
        lab.await("the exporter answers", Duration.ofSeconds(30), () -> {
            page[0] = lab.exec("n1", "perl", "-MIO::Socket::INET", "-e", FETCH).out();
            return page[0].contains("ha_cluster_scrape_success");
        });

        List<String> metrics =
                page[0].lines().filter(line -> !line.startsWith("#")).toList();
        assertThat(metrics)
                .contains(
                        "ha_cluster_scrape_success{collector=\"pacemaker\"} 1",
                        "ha_cluster_scrape_success{collector=\"corosync\"} 1",
                        "ha_cluster_pacemaker_stonith_enabled 1",
                        "ha_cluster_corosync_quorate 1",
                        "ha_cluster_corosync_quorum_votes{type=\"total_votes\"} 3",
                        "ha_cluster_corosync_ring_errors 0",
                        "ha_cluster_pacemaker_location_constraints{constraint=\"away\",node=\"n3\",resource=\"svc\",role=\"\"} -5",
                        "ha_cluster_pacemaker_resources{agent=\"ocf:lab:service\",clone=\"\",group=\"\",managed=\"true\",node=\""
                                + home + "\",resource=\"svc\",role=\"started\",status=\"active\"} 1");
        assertThat(metrics)
                .filteredOn(line -> line.matches("ha_cluster_pacemaker_nodes\\{.*status=\"online\".*} 1"))
                .hasSize(3);
        assertThat(metrics)
                .filteredOn(line -> line.matches("ha_cluster_pacemaker_nodes\\{.*status=\"dc\".*} 1"))
                .hasSize(1);
        assertThat(read(log)).doesNotContain("level=error").doesNotContain("collector scrape failed");
    }

    private static final String FETCH =
            "$s = IO::Socket::INET->new('127.0.0.1:9664') or exit; print $s \"GET /metrics HTTP/1.0\\r\\n\\r\\n\";"
                    + " print while <$s>";

    private static Optional<Path> exporter() {
        return Stream.of(
                        System.getProperty("exporter", ""),
                        "/usr/bin/prometheus-hacluster-exporter",
                        "/usr/bin/ha_cluster_exporter")
                .filter(name -> !name.isEmpty())
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
