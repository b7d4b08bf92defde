package systole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import systole.api.Json;

/** Commands on a CIB in a file, in this process. */
class SystoleTest {
    @TempDir
    private Path folder;

    private Path cib;
    private StringWriter out;
    private StringWriter err;

    @BeforeEach
    void makeConfiguration() throws IOException {
        cib = folder.resolve("cib.xml");
        ok("configure", "property", "stonith-enabled=false");
        ok("configure", "node", "1:", "n1");
        ok("configure", "node", "2:", "n2");
        ok(
                "configure",
                "primitive",
                "vip",
                "ocf:pacemaker:Dummy",
                "params",
                "fake=a b",
                "op",
                "monitor",
                "interval=10s");
        ok("configure", "primitive", "web", "ocf:pacemaker:Dummy");
        ok("configure", "group", "g", "vip", "web");
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).isEmpty();
    }

    private int run(String... args) {
        out = new StringWriter();
        err = new StringWriter();
        return Systole.run(
                args, Map.of("CIB_file", cib.toString()), "systole", new PrintWriter(out), new PrintWriter(err));
    }

    private String ok(String... args) {
        assertThat(run(args)).as("%s", err).isZero();
        return out.toString();
    }

    @Test
    void showPrintsWhatWasConfigured() {
        assertThat(ok("configure", "show")).isEqualTo("""
                        node 1: n1
                        node 2: n2
                        primitive vip ocf:pacemaker:Dummy \\
                        	params fake="a b" \\
                        	op monitor interval=10s
                        primitive web ocf:pacemaker:Dummy
                        group g vip web
                        property cib-bootstrap-options: \\
                        	stonith-enabled=false
                        """);
        assertThat(ok("configure", "show", "type:group")).isEqualTo("group g vip web\n");
        assertThat(ok("configure", "show", "v*")).startsWith("primitive vip");
    }

    @Test
    void wordsMayBeShortened() {
        assertThat(ok("cfg", "sh", "g")).isEqualTo("group g vip web\n");
        assertThat(run("resource", "sta")).isEqualTo(ExitCode.USAGE.number());
        assertThat(err.toString()).contains("may be").contains("status").contains("start");
    }

    @Test
    void whatIsSavedIsLoadedBackExactly() throws IOException {
        Path saved = folder.resolve("saved.crm");
        ok("configure", "save", saved.toString());
        String before = Files.readString(cib).replaceAll("epoch=\"\\d+\"", "");
        ok("configure", "load", "replace", saved.toString());
        ok("configure", "load", "push", saved.toString());
        assertThat(Files.readString(cib).replaceAll("epoch=\"\\d+\"", "")).isEqualTo(before);
    }

    @Test
    void stoppingIsAMetaAttributeAndTakesEffectInside() {
        ok("resource", "stop", "vip");
        ok("resource", "stop", "g");
        assertThat(ok("configure", "show", "g")).contains("meta target-role=Stopped");
        assertThat(ok("configure", "show", "vip")).doesNotContain("target-role");
        assertThat(ok("resource", "meta", "g", "show", "target-role")).isEqualTo("Stopped\n");
        ok("resource", "start", "g");
        assertThat(ok("configure", "show", "g")).contains("meta target-role=Started");
    }

    @Test
    void aMoveLeavesARequestThatStatusShowsAndClearTakesBack() {
        ok("resource", "move", "g", "n2");
        assertThat(err.toString()).contains("Move constraint created for g to n2");
        assertThat(ok("configure", "show", "cli-prefer-g")).isEqualTo("location cli-prefer-g g role=Started inf: n2\n");
        assertThat(ok("status")).contains("Requests in Force:").contains("systole resource clear g");
        ok("resource", "ban", "g", "n1", "PT1H");
        assertThat(ok("configure", "show", "cli-ban-g-on-n1"))
                .contains("#uname")
                .contains("date lt");
        ok("resource", "clear", "g");
        assertThat(ok("configure", "show")).doesNotContain("cli-");
    }

    @Test
    void nodesGoToStandbyAndBack() {
        ok("node", "standby", "n1");
        assertThat(ok("configure", "show", "n1")).contains("standby=on");
        ok("node", "online", "n1");
        assertThat(ok("node", "show", "n1")).isEqualTo("n1(1): member\n\tstandby=off\n");
    }

    @Test
    void errorsNameThePlaceTheNearestWordAndTheRemedy() {
        assertThat(run("configure", "location", "l", "vpi", "100:", "n1")).isEqualTo(ExitCode.FAILED.number());
        assertThat(err.toString())
                .startsWith("ERROR: command line:1: ")
                .contains("'vpi'")
                .contains("did you mean 'vip'?")
                .contains("\n  ");

        assertThat(run("configure", "property", "stonith-enabeld=true")).isEqualTo(ExitCode.FAILED.number());
        assertThat(err.toString()).contains("did you mean 'stonith-enabled'");

        assertThat(run("resuorce")).isEqualTo(ExitCode.USAGE.number());
        assertThat(err.toString()).contains("did you mean 'resource'");

        assertThat(run("resource", "stop", "vpi")).isEqualTo(ExitCode.FAILED.number());
        assertThat(err.toString()).contains("did you mean 'vip'");

        assertThat(run("resource", "stop")).isEqualTo(ExitCode.USAGE.number());
        assertThat(err.toString()).contains("systole resource stop");

        assertThat(run("--output", "json", "resource", "stop", "vpi")).isEqualTo(ExitCode.FAILED.number());
        assertThat(err.toString()).startsWith("{\"error\":");
    }

    @Test
    void everyVerbHasHelp() {
        for (Level level : Levels.all()) {
            assertThat(ok("help", level.name())).contains(level.summary());
            for (Verb verb : level.verbs()) {
                assertThat(ok(level.name(), verb.name(), "--help"))
                        .startsWith("Usage: systole " + level.name() + " " + verb.name())
                        .contains(verb.summary());
            }
        }
        assertThat(ok("help")).contains("Exit codes");
        assertThat(ok("--version")).startsWith("systole ");
    }

    @Test
    void aFileOfCommandsIsCommittedAsOneOrNotAtAll() throws IOException {
        Path good = folder.resolve("good.txt");
        Files.writeString(good, """
                # two levels
                configure
                primitive x ocf:pacemaker:Dummy
                clone cx x \\
                  meta interleave=true
                up
                resource stop cx
                """);
        ok("-f", good.toString());
        assertThat(ok("configure", "show", "cx")).contains("interleave=true").contains("Stopped");

        Path bad = folder.resolve("bad.txt");
        Files.writeString(bad, "configure\nprimitive y ocf:pacemaker:Dummy\nclone cy yy\ncommit\n");
        assertThat(run("-f", bad.toString())).isEqualTo(ExitCode.FAILED.number());
        assertThat(err.toString()).contains("'yy'");
    }

    @Test
    void verifyReadsFilesAndCountsItsFindings() throws IOException {
        assertThat(ok("verify")).isEmpty();
        Path broken = folder.resolve("broken.xml");
        Files.writeString(
                broken,
                "<cib>\n <configuration>\n  <resources>\n   <primitve id=\"x\"/>\n  </resources>\n </configuration>\n</cib>");
        assertThat(run("verify", "--xml-file", broken.toString())).isEqualTo(ExitCode.FAILED.number());
        assertThat(err.toString()).contains("broken.xml:4").contains("did you mean 'primitive'");
    }

    @Test
    void statusIsReadableByMachines() {
        Map<?, ?> status = (Map<?, ?>) Json.read(ok("status", "--output", "json"));
        assertThat((List<?>) status.get("nodes")).hasSize(2);
        assertThat((List<?>) status.get("resources")).hasSize(1);
    }

    @Test
    void withoutADaemonTheMessageSaysHowToStartIt() {
        out = new StringWriter();
        err = new StringWriter();
        int code = Systole.run(
                new String[] {"--root", folder.toString(), "status"},
                Map.of(),
                "systole",
                new PrintWriter(out),
                new PrintWriter(err));
        assertThat(code).isEqualTo(ExitCode.NO_DAEMON.number());
        assertThat(err.toString()).contains("no daemon at ").contains("systole cluster start");
    }

    @Test
    void aKeyIsMadeOnceAndForTheOwnerOnly() throws IOException {
        String root = folder.toString();
        assertThat(run("--root", root, "keygen")).isZero();
        Path key = folder.resolve("etc/systole/authkey");
        assertThat(Files.size(key)).isEqualTo(32);
        assertThat(Files.getPosixFilePermissions(key)).hasSize(1);
        assertThat(run("--root", root, "keygen")).isEqualTo(ExitCode.FAILED.number());
        assertThat(run("--root", root, "keygen", "--force")).isZero();
    }

    @Test
    void deletingAndSettingSingleValues() {
        ok("configure", "set", "vip.fake", "c d");
        ok("configure", "set", "vip.monitor.10s.timeout", "33s");
        assertThat(ok("configure", "show", "vip")).contains("fake=\"c d\"").contains("timeout=33s");
        ok("configure", "rename", "vip", "addr");
        ok("configure", "delete", "addr");
        assertThat(ok("configure", "show", "g")).isEqualTo("group g web\n");
        assertThat(ok("configure", "get_property", "stonith-enabled", "batch-limit"))
                .isEqualTo("false\n0\n");
    }

    @Test
    void explainAnswersForResourcesOnNodesAndNodesAndNamesTheNearestWord() {
        assertThat(ok("explain", "web")).startsWith("web does not run");
        assertThat(ok("explain", "web", "on", "n2")).isEqualTo(ok("explain", "web", "n2"));
        assertThat(ok("explain", "g")).startsWith("group g: ").contains("\nweb ");
        assertThat(ok("explain", "n1")).startsWith("n1 is ");
        assertThat(Json.read(ok("explain", "web", "on", "n2", "--output", "json")))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
                .containsEntry("subject", "web")
                .containsEntry("on", "n2");
        assertThat(run("explain", "wep")).isEqualTo(ExitCode.FAILED.number());
        assertThat(err.toString()).contains("resource 'wep' does not exist").contains("'web'");
        assertThat(run("explain", "web", "on", "n22")).isEqualTo(ExitCode.FAILED.number());
        assertThat(err.toString()).contains("node 'n22' does not exist").contains("'n2'");
        assertThat(run("explain", "web", "on")).isEqualTo(ExitCode.USAGE.number());
        assertThat(run("explain", "web", "on", "n1", "n2")).isEqualTo(ExitCode.USAGE.number());
        assertThat(run("explain", "web", "--date", "soon")).isEqualTo(ExitCode.USAGE.number());
    }
}
