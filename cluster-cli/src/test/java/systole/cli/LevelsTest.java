package systole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import systole.api.Json;

/** The smaller levels, drafts and completion, on a CIB in a file. */
class LevelsTest extends CommandCase {
    @BeforeEach
    void makeConfiguration() {
        useFile();
        ok("configure", "property", "stonith-enabled=false");
        ok("configure", "node", "1:", "n1");
        ok("configure", "primitive", "vip", "ocf:pacemaker:Dummy");
        ok("configure", "primitive", "web", "ocf:pacemaker:Dummy");
    }

    @Test
    void everyVerbOfEveryLevelHasHelp() {
        for (Level level : Levels.all()) {
            assertThat(ok("help", level.name())).contains(level.summary());
            for (Verb verb : level.verbs()) {
                assertThat(ok("help", level.name(), verb.name())).contains(verb.summary());
            }
        }
    }

    @Test
    void commandsOfCrmThatAreNotHereSayWhatToUseInstead() {
        for (String line : List.of("cluster crash_test", "resource secret vip set a b", "script list")) {
            assertThat(run(line.split(" "))).as(line).isEqualTo(64);
            assertThat(err.toString())
                    .as(line)
                    .contains("of crm is not a command here")
                    .contains("use instead: ");
        }
    }

    @Test
    void aTemplateIsMadeOfPrimitivesWithTheSameAgent() {
        ok("configure", "primitive", "other", "ocf:heartbeat:Dummy", "params", "state=/x");
        ok("configure", "assist", "template", "vip", "web");
        assertThat(ok("configure", "show"))
                .contains("rsc_template template-dummy-1 ocf:pacemaker:Dummy")
                .contains("primitive vip @template-dummy-1")
                .contains("primitive web @template-dummy-1");
        assertThat(run("configure", "assist", "template", "vip")).isEqualTo(1);
        assertThat(err.toString()).contains("'vip' has the template 'template-dummy-1'");
        assertThat(run("configure", "assist", "template", "othr")).isEqualTo(1);
        assertThat(err.toString()).contains("other");
        ok("configure", "primitive", "third", "ocf:pacemaker:Dummy");
        assertThat(run("assist", "template", "other", "third")).isEqualTo(1);
        assertThat(err.toString()).contains("the same agent");
    }

    @Test
    void aWeakBondIsAnUnorderedSetBesideSomethingThatNeverFails() {
        ok("configure", "assist", "weak-bond", "vip", "web");
        ok("configure", "assist", "weak-bond", "web", "vip");
        assertThat(ok("configure", "show"))
                .contains("primitive place-dummy-1 ocf:systole:dummy")
                .contains("colocation place-constraint-1 inf: ( vip web ) place-dummy-1")
                .contains("colocation place-constraint-2 inf: ( web vip ) place-dummy-2");
        assertThat(run("configure", "assist", "weak-bond", "vip", "vip")).isEqualTo(64);
        assertThat(run("configure", "assist", "weak-bond", "vip", "wbe")).isEqualTo(1);
        assertThat(err.toString()).contains("did you mean 'web'");
    }

    @Test
    void aNameThatNoFileCanHaveIsRefusedAsSuch() {
        assertThat(run("configure", "load", "update", "a\u0000b")).isEqualTo(1);
        assertThat(err.toString()).contains("cannot be the name of a file").doesNotContain("unexpected");
        assertThat(run("--root", "a\u0000b", "status")).isNotZero();
        assertThat(err.toString()).doesNotContain("unexpected");
        assertThat(run("configure", "save", folder.toString())).isEqualTo(1);
        assertThat(err.toString()).doesNotContain("unexpected");
    }

    @Test
    void healthNamesWhatIsWrong() {
        assertThat(run("cluster", "health")).isEqualTo(1);
        assertThat(out.toString()).contains("* node n1 is offline").contains("encing");
        assertThat(run("--output", "json", "cluster", "health")).isEqualTo(1);
        assertThat(out.toString()).contains("\"healthy\" : false");
    }

    @Test
    void aCountOfFailuresMustBeOne() {
        assertThat(run("resource", "failcount", "vip", "set", "n1", "many")).isEqualTo(64);
        assertThat(err.toString()).contains("'many' is no count of failures");
        assertThat(run("resource", "failcount", "vip", "st", "n1")).isEqualTo(64);
        assertThat(run("resource", "failcount", "vpi", "set", "n1", "3")).isEqualTo(1);
    }

    @Test
    void tagsAreMadeGrownAndTakenAway() {
        ok("tag", "add", "front", "vip");
        ok("tag", "add", "front", "web");
        assertThat(ok("tag", "show", "front")).isEqualTo("tag front vip web\n");
        ok("tag", "remove", "front", "vip", "web");
        assertThat(ok("tag", "show")).isEmpty();
        assertThat(run("tag", "show", "fornt")).isEqualTo(1);
    }

    @Test
    void accessControlIsSwitchedAndShown() {
        ok("configure", "role", "watcher", "read", "xpath:/cib");
        ok("configure", "acl_target", "joe", "watcher");
        ok("acl", "enable");
        assertThat(ok("configure", "show")).contains("enable-acl=true");
        assertThat(ok("acl", "roles", "joe")).isEqualTo("watcher\n");
        assertThat(ok("acl", "show")).contains("role watcher").contains("acl_target joe");
    }

    @Test
    void aDraftIsWorkedOnApartAndCommittedUnlessOthersChangedTheSame() {
        ok("cib", "new", "weekend");
        ok("-c", "weekend", "configure", "tag", "t", "vip");
        assertThat(ok("configure", "show")).doesNotContain("tag t");
        assertThat(ok("cib", "diff", "weekend")).isEqualTo("+ tag t vip\n");
        ok("configure", "property", "maintenance-mode=true");
        ok("cib", "commit", "weekend");
        assertThat(ok("configure", "show")).contains("tag t vip").contains("maintenance-mode=true");

        ok("cib", "reset", "weekend");
        ok("-c", "weekend", "configure", "tag", "t", "vip", "web");
        ok("configure", "tag", "t", "web");
        assertThat(run("cib", "commit", "weekend")).isEqualTo(ExitCode.MOVED.number());
        assertThat(err.toString()).contains("others changed").contains("t").contains("cib reset weekend");
        assertThat(run("-c", "wekend", "configure", "show")).isEqualTo(1);
        assertThat(err.toString()).contains("did you mean 'weekend'");
    }

    @Test
    void theInterconnectIsReadAndChangedOnlyIntoSomethingSound() throws Exception {
        Path conf = folder.resolve("etc/systole/cluster.conf");
        Files.createDirectories(folder.resolve("etc/systole"));
        Files.writeString(conf, """
                totem {
                    version: 2
                    cluster_name: shop
                    token: 1000
                }
                nodelist {
                    node {
                        name: n1
                        nodeid: 1
                        ring0_addr: 127.0.0.1
                    }
                }
                """);
        assertThat(ok("corosync", "get", "totem.token")).isEqualTo("1000\n");
        ok("corosync", "set", "totem.token", "500");
        assertThat(Files.readString(conf)).contains("token: 500");
        String before = Files.readString(conf);
        assertThat(run("corosync", "set", "totem.tokne", "500")).isEqualTo(1);
        assertThat(Files.readString(conf)).isEqualTo(before);
    }

    @Test
    void preferencesAreKept() {
        ok("options", "set", "max-disruption", "0");
        assertThat(ok("options", "show", "max-disruption")).isEqualTo("0\n");
        assertThat(run("options", "set", "wait", "perhaps")).isEqualTo(1);
        ok("options", "reset");
        assertThat(ok("options", "show", "max-disruption")).isEqualTo("\n");
    }

    @Test
    void aFilterChangesTheTextAndAFailingOneNothing() {
        ok("configure", "filter", "sed 's/^primitive vip .*/& meta target-role=Stopped/'");
        assertThat(ok("configure", "show", "vip")).contains("target-role=Stopped");
        assertThat(run("configure", "filter", "false")).isEqualTo(1);
    }

    @Test
    void theStatusHasThePartsThatAreAskedFor() throws Exception {
        Path cib = folder.resolve("cib.xml");
        Files.writeString(cib, Files.readString(cib).replace("<status/>", """
                <status><node_state id="1" uname="n1" in_ccm="true" crmd="online" join="member" expected="member">
                <transient_attributes id="1"><instance_attributes id="s">
                <nvpair id="f1" name="fail-count-vip#monitor_10000" value="2"/>
                <nvpair id="f2" name="fail-count-vip#start_0" value="INFINITY"/>
                <nvpair id="f3" name="last-failure-vip#start_0" value="1700000000"/>
                </instance_attributes></transient_attributes>
                <lrm id="1"><lrm_resources><lrm_resource id="web" class="ocf" provider="pacemaker" type="Dummy">
                <lrm_rsc_op id="web_last" operation="start" interval="0" call-id="7" rc-code="0" op-status="0"
                transition-key="1:1:0:0" transition-magic="0:0;1:1:0:0" on_node="n1" exec-time="12"/>
                </lrm_resource></lrm_resources></lrm></node_state></status>"""));
        assertThat(ok("status", "bynode", "noheaders"))
                .contains("  * Node n1: online:")
                .contains("      * web\t(ocf:pacemaker:Dummy):\t Started")
                .contains("Inactive Resources:\n  * vip")
                .doesNotContain("Cluster Summary");
        assertThat(ok("status", "fail"))
                .contains(
                        "Migration Summary:\n  * Node: n1:\n    * vip: migration-threshold=1000000 fail-count=INFINITY")
                .contains("last-failure='");
        assertThat(ok("status", "brief")).contains("  * 1/2\t(ocf:pacemaker:Dummy):\t Active n1");
        assertThat(ok("status", "timing")).contains("      * (7) start exec-time=12ms rc=0");
        assertThat(run("status", "bynod3")).isEqualTo(64);
        assertThat(err.toString()).contains("did you mean 'bynode'");
        assertThat(run("status", "xml")).isEqualTo(64);
        assertThat(err.toString()).contains("--output-as=xml");
    }

    @Test
    void readsHaveAMachineForm() {
        assertThat(Json.read(ok("--output", "json", "configure", "get_property", "stonith-enabled")))
                .isEqualTo(Map.of("stonith-enabled", "false"));
        Json.read(ok("--output", "json", "resource", "constraints", "vip"));
        Json.read(ok("--output", "json", "configure", "show"));
        Json.read(ok("--output", "json", "tag", "show"));
        Json.read(ok("--output", "json", "cib", "list"));
        Json.read(ok("--output", "json", "status"));
    }

    // ---- completion -------------------------------------------------------------------------------------------------

    private List<String> completed(String level, String line) {
        Session session = new Session(
                folder,
                environment,
                false,
                false,
                false,
                "systole",
                new PrintWriter(new StringWriter()),
                new PrintWriter(new StringWriter()),
                Optional.empty());
        List<String> words = List.of(line.split(" ", -1));
        Optional<Level> at = level.isEmpty() ? Optional.empty() : Levels.find(level);
        return new Completion(session, at)
                .words(words.subList(0, words.size() - 1), words.get(words.size() - 1)).stream()
                        .map(Completion.Word::text)
                        .toList();
    }

    @Test
    void completionKnowsCommandsIdsNodesAndOptions() {
        assertThat(completed("", "")).contains("configure", "resource", "status", "help");
        assertThat(completed("", "resource ")).contains("move", "clear").doesNotContain("primitive");
        assertThat(completed("", "resource move ")).containsExactly("vip", "web");
        assertThat(completed("resource", "move vip ")).containsExactly("n1");
        assertThat(completed("configure", "property ")).contains("no-quorum-policy=");
        assertThat(completed("configure", "property no-quorum-policy="))
                .contains("no-quorum-policy=stop", "no-quorum-policy=freeze");
        assertThat(completed("configure", "location l vip ")).contains("inf:", "rule");
        assertThat(completed("configure", "location l vip inf: ")).containsExactly("n1");
        assertThat(completed("configure", "primitive x Dummy meta ")).contains("target-role=");
        assertThat(completed("", "help resource ")).contains("move");
    }

    @Test
    void aCommandOfALevelThatStandsAloneNamesItsLevel() {
        assertThat(run("undo")).isEqualTo(64);
        assertThat(err.toString())
                .contains("undo: No such command")
                .contains("it is a command of configure: systole configure undo");
    }
}
