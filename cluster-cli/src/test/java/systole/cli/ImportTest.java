package systole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ImportTest extends CommandCase {
    private static final String CONF = """
            totem {
                version: 2
                cluster_name: old
                transport: knet
                crypto_cipher: aes256
                no_such_key: 1
                token: soon
            }
            nodelist {
                node {
                    name: a
                    nodeid: 1
                    ring0_addr: 192.0.2.1
                }
            }
            quorum {
                provider: corosync_votequorum
            }
            """;
    private static final String CIB = """
            <cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="1" num_updates="0" admin_epoch="0">
              <configuration>
                <crm_config/>
                <nodes><node id="1" uname="a"/></nodes>
                <resources>
                  <primitive id="d" class="ocf" provider="heartbeat" type="Dummy"/>
                </resources>
                <constraints>
                  <rsc_location id="l" rsc="%s" node="a" score="1"/>
                </constraints>
              </configuration>
              <status/>
            </cib>
            """;

    private Path written(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void everyLineThatIsRefusedIsNamedInOneReport() throws IOException {
        Path conf = written("corosync.conf", CONF);

        assertThat(run("import", "--corosync-conf", conf.toString())).isEqualTo(1);

        assertThat(out.toString())
                .contains("refused\tcorosync.conf:6: ")
                .contains("refused\tcorosync.conf:7: ")
                .contains("taken\tcorosync.conf: cluster 'old', 1 nodes")
                .contains("authkey is not used");
    }

    @Test
    void withRefusalsNothingIsWritten() throws IOException {
        Path conf = written("corosync.conf", CONF);

        assertThat(run("import", "--corosync-conf", conf.toString(), "--write")).isEqualTo(1);

        assertThat(folder.resolve("etc/systole/cluster.conf")).doesNotExist();
    }

    @Test
    void whatIsGoodIsWritten() throws IOException {
        useFile();
        written("cib.xml", CIB.formatted("d").replaceAll("(?s)<primitive.*?/>|<rsc_location.*?/>", ""));
        Path cib = written("old.xml", CIB.formatted("d"));
        Path conf = written("corosync.conf", CONF.replaceAll("(?m)^.*(no_such_key|token).*\n", ""));

        ok("import", "--cib", cib.toString(), "--corosync-conf", conf.toString(), "--write");

        assertThat(out.toString()).contains("taken\told.xml: 1 × primitive").contains("schema pacemaker-3.9 is read");
        assertThat(Files.readString(folder.resolve("etc/systole/cluster.conf"))).contains("cluster_name: old");
        assertThat(ok("configure", "show", "d")).contains("primitive d");
    }

    @Test
    void aBrokenReferenceIsRefusedWithItsPlace() throws IOException {
        Path cib = written("old.xml", CIB.formatted("nowhere"));

        assertThat(run("import", "--cib", cib.toString())).isEqualTo(1);

        assertThat(out.toString()).containsPattern("refused\told.xml:\\d+: .*nowhere");
    }
}
