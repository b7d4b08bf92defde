package systole.daemon.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import systole.api.Answer;
import systole.api.Request;
import systole.daemon.tool.ToolStep.Ask;
import systole.daemon.tool.ToolStep.Say;
import systole.formats.CibXml;
import systole.kernel.ClusterException.Advice;
import systole.model.CibEdit;
import systole.model.CibEdits;
import systole.model.Element;

/** The words that agents parse, against a cluster that is a map of attributes and a CIB. */
@Timeout(60)
class AgentToolsTest {
    private static final String CIB = """
            <cib><configuration><crm_config/><nodes><node id="1" uname="labn1"/><node id="2" uname="labn2"/>
            <node id="3" uname="labn3"/></nodes><resources>
            <clone id="cl"><meta_attributes id="m"><nvpair id="mp" name="promotable" value="true"/></meta_attributes>
            <primitive id="db" class="ocf" provider="heartbeat" type="redis"/></clone>
            <primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr2"/></resources><constraints/></configuration>
            <status><node_state id="1" uname="labn1" crmd="online" in_ccm="true"
            join="member" expected="member"><lrm id="1"><lrm_resources>
            <lrm_resource id="db"><lrm_rsc_op id="db_start_0" operation="start" call-id="4" rc-code="0" op-status="0"
            transition-key="4:1:0:00000000-0000-0000-0000-000000000000"/>
            <lrm_rsc_op id="db_promote_0" operation="promote" call-id="5" rc-code="0" op-status="0"
            transition-key="4:1:0:00000000-0000-0000-0000-000000000000"/></lrm_resource>
            <lrm_resource id="vip"><lrm_rsc_op id="vip_monitor_0" operation="monitor" call-id="2" rc-code="7"
            op-status="0" transition-key="4:1:7:00000000-0000-0000-0000-000000000000"/></lrm_resource>
            </lrm_resources></lrm><transient_attributes id="1"><instance_attributes id="s1">
            <nvpair id="status-1-seq" name="seq" value="9"/></instance_attributes></transient_attributes></node_state>
            <node_state id="2" uname="labn2" crmd="1700000000" in_ccm="1700000000"
            join="member" expected="member"><lrm id="2"><lrm_resources>
            <lrm_resource id="db"><lrm_rsc_op id="db_start_0" operation="start" call-id="4" rc-code="0" op-status="0"
            transition-key="4:1:0:00000000-0000-0000-0000-000000000000"/>
            </lrm_resource></lrm_resources></lrm></node_state></status></cib>
            """;

    @TempDir
    Path folder;

    private final Map<String, String> attributes = new TreeMap<>();
    private Element cib = CibXml.read("cib", CIB);
    private final List<Request> requests = new ArrayList<>();

    @Test
    void setsReadsAndDeletesATransientAttributeOfANamedNode() {
        assertThat(run("crm_attribute", "-N", "labn2", "-l", "reboot", "--name", "A", "-v", "5"))
                .isEqualTo("0||");
        assertThat(run("crm_attribute", "-N", "labn2", "-l", "reboot", "--name", "A", "--quiet"))
                .isEqualTo("0|5\n|");
        assertThat(run("crm_attribute", "-N", "labn2", "-l", "reboot", "-n", "A", "-G"))
                .isEqualTo("0|scope=status  name=A value=5\n|");
        assertThat(run("crm_attribute", "--node=labn2", "--lifetime=reboot", "--name=A", "-D"))
                .isEqualTo("0||");
        assertThat(run("crm_attribute", "-N", "labn2", "-l", "reboot", "-n", "A", "-G", "-q"))
                .isEqualTo("105||crm_attribute: Error performing operation: No such device or address\n");
    }

    @Test
    void keepsAPromotionScoreUnderTheNameOfTheInstance() {
        assertThat(run("crm_attribute", "-p", "-v", "INFINITY")).isEqualTo("0||");
        assertThat(attributes).containsEntry("reboot labn1 master-db", "INFINITY");
        assertThat(run("crm_master", "-l", "reboot", "-G", "--quiet")).isEqualTo("0|INFINITY\n|");
        assertThat(run("crm_master", "-Q", "-l", "reboot", "-v", "-1000")).isEqualTo("0||");
        assertThat(run("crm_attribute", "-p", "-G", "-N", "labn1", "-q")).isEqualTo("0|-1000\n|");
        assertThat(run("crm_attribute", "-p", "other", "-v", "3", "-N", "labn2"))
                .isEqualTo("0||");
        assertThat(attributes).containsEntry("reboot labn2 master-other", "3");
        assertThat(run("crm_attribute", "-p", "-D")).isEqualTo("0||");
    }

    @Test
    void keepsAClusterPropertyInASetOfItsOwn() {
        assertThat(run(
                        "crm_attribute",
                        "--type",
                        "crm_config",
                        "--name",
                        "X_REPL_INFO",
                        "-s",
                        "redis_replication",
                        "-v",
                        "a|b"))
                .isEqualTo("0||");
        assertThat(run(
                        "crm_attribute",
                        "--type",
                        "crm_config",
                        "--name",
                        "X_REPL_INFO",
                        "-s",
                        "redis_replication",
                        "--query",
                        "-q"))
                .isEqualTo("0|a|b\n|");
        assertThat(CibXml.write(cib)).contains("<cluster_property_set id=\"redis_replication\">");
        assertThat(run(
                        "crm_attribute",
                        "--type=crm_config",
                        "--name=stonith-enabled",
                        "--query",
                        "--quiet",
                        "--default=true"))
                .isEqualTo("0|true\n|");
        assertThat(run("crm_attribute", "-t", "nodes", "--node", "labn3", "-z", "-n", "cpu", "-v", "4"))
                .isEqualTo("0||");
        assertThat(run("crm_attribute", "--quiet", "-t", "nodes", "--node", "labn3", "-z", "-n", "cpu"))
                .isEqualTo("0|4\n|");
        assertThat(run("crm_attribute", "--type", "crm_config", "--name", "X_REPL_INFO", "-D"))
                .isEqualTo("0||");
        assertThat(run("crm_attribute", "-t", "crm_config", "-n", "X_REPL_INFO").split("\\|")[0])
                .isEqualTo("105");
    }

    @Test
    void answersTheAttributeDaemonsQueriesInLinesThatCanBeEvaluated() {
        assertThat(run("attrd_updater", "-n", "aa", "-B", "5", "-d", "5s")).isEqualTo("0||");
        assertThat(((Request.SetAttributes) requests.get(0)).delayMillis()).isEqualTo(5000);
        assertThat(run("attrd_updater", "-Q", "-n", "aa")).isEqualTo("0|name=\"aa\" host=\"labn1\" value=\"5\"\n|");
        assertThat(run("attrd_updater", "-Q", "-n", "aa", "-N", "labn2"))
                .isEqualTo("0|name=\"aa\" host=\"labn2\" value=\"\"\n|");
        assertThat(run("attrd_updater", "-p", "-n", "gtid", "-U", "0-1-$x")).isEqualTo("0||");
        assertThat(run("attrd_updater", "-n", "gtid", "-Q", "-A"))
                .isEqualTo("0|name=\"gtid\" host=\"labn1\" value=\"0-1-\\$x\"\n|");
        assertThat(run("attrd_updater", "-n", "nobody", "-Q"))
                .isEqualTo("78||attrd_updater: Could not query value of nobody: attribute does not exist\n");
        assertThat(run("attrd_updater", "-d", "0", "-S", "status", "-n", "os", "-v", ""))
                .isEqualTo("0||");
        assertThat(run("attrd_updater", "-D", "-n", "aa")).isEqualTo("0||");
    }

    @Test
    void listsNodesAsTheRealToolDoes() {
        assertThat(run("crm_node", "-n")).isEqualTo("0|labn1\n|");
        assertThat(run("crm_node", "-l")).isEqualTo("0|1 labn1 member\n2 labn2 member\n3 labn3 lost\n|");
        assertThat(run("crm_node", "-l", "-p")).isEqualTo("0|labn1 labn2 \n|");
        assertThat(run("crm_node", "-q")).isEqualTo("0|1\n|");
        assertThat(run("crm_node", "-i")).isEqualTo("0|1\n|");
        assertThat(run("crm_node", "--name-for-id", "2")).isEqualTo("0|labn2\n|");
        assertThat(run("pacemakerd", "-$")).startsWith("0|Pacemaker 2.1.5\n");
    }

    @Test
    void writesTheStatusSoThatTheGrepsOfAgentsFindWhatTheyLookFor() {
        String xml = run("crm_mon", "-1", "--output-as=xml");

        assertThat(
                        lines(
                                xml,
                                ".*resource.*id=\"db\".* role=\"(Promoted|Master)\".* active=\"true\".* orphaned=\"false\".* failed=\"false\".*"))
                .hasSize(1);
        assertThat(lines(xml, ".*<resource id=\"db\" .*role=\"Unpromoted\".*")).hasSize(1);
        assertThat(lines(xml, ".*<resource id=\"vip\" .*")).isEmpty();
        assertThat(lines(run("crm_mon", "-1r", "--output-as=xml"), ".*<resource id=\"vip\" .*role=\"Stopped\".*"))
                .hasSize(1);
        assertThat(lines(xml, ".*<node name=\"labn1\" .* online=\"true\".*")).hasSize(1);
        assertThat(lines(xml, ".*<node name=\"labn3\" .* online=\"false\".*")).hasSize(1);
        assertThat(xml).doesNotContain("%").doesNotContain("\\");
        assertThat(CibXml.read("crm_mon", xml.substring(2, xml.length() - 1)).name())
                .isEqualTo("pacemaker-result");
        assertThat(run("crm_mon", "-1X")).startsWith("0|<?xml version=\"1.0\"?>\n<crm_mon ");
    }

    @Test
    void answersTheFewQueriesOfTheCibThatAgentsMake() {
        assertThat(run("cibadmin", "-Q", "--xpath", "//node_state[@crmd='online']//nvpair[@name='seq']"))
                .isEqualTo("0|  <nvpair id=\"status-1-seq\" name=\"seq\" value=\"9\"/>\n|");
        assertThat(run("cibadmin", "-Q", "--xpath", "//node_state//nvpair[@name='none']"))
                .startsWith("105||");
        assertThat(run("cibadmin", "-Q")).contains("<configuration>");
        assertThat(run("cibadmin", "--replace")).startsWith("64||");
        assertThat(run("cibadmin", "-Q", "--xpath", "//nodes/node[@id='2' and @uname='labn2']"))
                .isEqualTo("0|  <node id=\"2\" uname=\"labn2\"/>\n|");
        assertThat(run("cibadmin", "-Q", "--xpath", "count(//node)")).startsWith("64||");
    }

    @Test
    void cibadminCreatesModifiesReplacesAndDeletes() {
        String set = "<cluster_property_set id='s'><nvpair id='p' name='x-a' value='1'/></cluster_property_set>";
        assertThat(run("cibadmin", "-C", "-o", "crm_config", "-X", set)).isEqualTo("0||");
        assertThat(run("cibadmin", "-C", "-o", "crm_config", "-X", set)).startsWith("108||");
        assertThat(run("cibadmin", "-M", "-X", "<nvpair id='p' value='2'/>")).isEqualTo("0||");
        assertThat(run("cibadmin", "-Q", "--xpath", "//nvpair[@name='x-a']"))
                .isEqualTo("0|  <nvpair id=\"p\" name=\"x-a\" value=\"2\"/>\n|");
        assertThat(run("cibadmin", "-M", "-X", "<nvpair id='gone' value='2'/>")).startsWith("105||");
        assertThat(run("cibadmin", "-R", "-X", "<nvpair id='p' name='x-b' value='3'/>"))
                .isEqualTo("0||");
        assertThat(run("cibadmin", "-Q", "--xpath", "//nvpair[@name='x-a']")).startsWith("105||");
        assertThat(run("cibadmin", "-D", "-X", "<nvpair id='p'/>")).isEqualTo("0||");
        assertThat(run("cibadmin", "-D", "--xpath", "//cluster_property_set[@id='s']"))
                .isEqualTo("0||");
        assertThat(run("cibadmin", "-Q", "--xpath", "//crm_config/*")).startsWith("105||");
    }

    @Test
    void crmMonTellsPeopleToo() {
        assertThat(run("crm_mon", "-1"))
                .contains("\nNode List:\n")
                .contains("  * Online: [ labn1 labn2 ]\n")
                .contains("Active Resources:\n")
                .doesNotContain("vip");
        assertThat(run("crm_mon", "-1", "-r"))
                .contains("Full List of Resources:\n")
                .contains("vip");
    }

    @Test
    void crmMonShowsAttributesOfNodesWhenAsked() {
        assertThat(run("crm_mon", "-1")).doesNotContain("Node Attributes");
        assertThat(run("crm_mon", "-1", "-A"))
                .contains("\n\nNode Attributes:\n  * Node: labn1:\n")
                .contains("    * seq                             \t: 9         \n")
                .doesNotContain("* Node: labn3");
    }

    @Test
    void monitoringReadsQuorumAndLinks() {
        assertThat(run("corosync-quorumtool", "-p"))
                .contains("Quorate:          Yes\n")
                .containsPattern("Expected votes: +3\nHighest expected: 3\nTotal votes: +2\nQuorum: +2")
                .contains("         1          1         NR labn1 (local)\n")
                .doesNotContain("labn3");
        assertThat(run("corosync-quorumtool", "-e", "2")).isEqualTo("0||");
        assertThat(requests).contains(new Request.SetExpectedVotes(2));
        assertThat(run("corosync-quorumtool", "-e", "two")).startsWith("64||corosync-quorumtool: -e needs a number");
        assertThat(run("corosync-cfgtool", "-s")).contains("RING ID 0\n\tid\t= 192.0.2.1\n\tstatus\t= ring 0 active");
        assertThat(run("corosync-cmapctl", "-g", "totem.cluster_name"))
                .isEqualTo("0|totem.cluster_name (str) = lab\n|");
    }

    @Test
    void refusesWhatItDoesNotKnowAndSaysWhenTheClusterDoesNotAnswer() {
        assertThat(run("crm_attribute", "--nonsense")).startsWith("64||crm_attribute: unknown option --nonsense");
        assertThat(run("crm_attribute", "-v")).startsWith("64||");
        assertThat(run("crm_ticket", "-i")).startsWith("64||");
        attributes.put("down", "yes");
        assertThat(run("crm_attribute", "-N", "labn1", "-l", "reboot", "-n", "A", "-v", "1"))
                .isEqualTo("102||crm_attribute: no quorum\n");
    }

    @Test
    void theThinClientCarriesArgumentsAndAnswersUnchanged() throws IOException, InterruptedException {
        Path tool = tool("crm_attribute");
        Path socket = folder.resolve("api.sock");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            Thread daemon = new Thread(() -> serve(server));
            daemon.start();
            String value = "a \"b\" \\c\\ 'd' \u00e4\u20ac\ud83d\ude00 $x `y` %s";

            assertThat(client(tool, socket, "-N", "labn1", "-l", "reboot", "-n", "A", "-v", value))
                    .isEqualTo("0||");
            assertThat(attributes).containsEntry("reboot labn1 A", value);
            assertThat(client(tool, socket, "-N", "labn1", "-l", "reboot", "-n", "A", "-q"))
                    .isEqualTo("0|" + value + "\n|");
            assertThat(client(tool, socket, "-N", "labn1", "-l", "reboot", "-n", "B", "-q"))
                    .startsWith("105||");
            assertThat(client(tool("crm_node"), socket, "-n")).isEqualTo("0|labn1\n|");
        }
        assertThat(client(tool, folder.resolve("gone"), "-n", "x")).startsWith("102||crm_attribute: Could not connect");
    }

    private void serve(ServerSocketChannel server) {
        while (server.isOpen()) {
            try (SocketChannel client = server.accept();
                    var in = new BufferedReader(
                            new InputStreamReader(Channels.newInputStream(client), StandardCharsets.UTF_8));
                    OutputStream out = Channels.newOutputStream(client)) {
                String line = in.readLine();
                assertThat(ToolLine.isToolCall(line)).isTrue();
                out.write((ToolLine.write(finish(AgentTools.begin(ToolLine.read(line)))) + "\n")
                        .getBytes(StandardCharsets.UTF_8));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private String client(Path tool, Path socket, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(tool.toString()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("SYSTOLE_SOCKET", socket.toString());
        builder.environment().put("SYSTOLE_NODE", "labn1");
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process =
                builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return process.exitValue() + "|" + Files.readString(out) + "|" + Files.readString(err);
    }

    private static Path tool(String name) {
        Path up = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(up.resolve("resource-agents/compat"))) {
            up = up.getParent();
        }
        return up.resolve("resource-agents/compat").resolve(name);
    }

    private static List<String> lines(String text, String pattern) {
        return text.lines().filter(line -> line.matches(pattern)).toList();
    }

    @Test
    void aResourceIsListedLocatedAndShownAsByDebiansTool() {
        assertThat(run("crm_resource", "-W", "-r", "cl"))
                .isEqualTo("0|resource cl is running on: labn2\nresource cl is running on: labn1 Promoted\n|");
        assertThat(run("crm_resource", "-Q", "--locate", "-r", "cl")).isEqualTo("0|labn2\nlabn1\n|");
        assertThat(run("crm_resource", "-W", "-r", "vip")).isEqualTo("0||resource vip is NOT running\n");
        assertThat(run("crm_resource", "-W", "-r", "nope"))
                .isEqualTo(
                        "105||crm_resource: Resource 'nope' not found\nError performing operation: No such object\n");
        assertThat(run("crm_resource", "-W")).isEqualTo("64||crm_resource: Must supply a resource id with -r\n");
        assertThat(run("crm_resource", "-L"))
                .startsWith(
                        "0|Full List of Resources:\n  * Clone Set: cl [db] (promotable):\n    * Promoted: [ labn1 ]\n")
                .contains("  * vip\t(ocf:heartbeat:IPaddr2):\t Stopped\n");
        assertThat(run("crm_resource", "-l")).contains("\nvip\n");
        assertThat(run("crm_resource", "-q", "-r", "vip"))
                .isEqualTo("0|vip\t(ocf:heartbeat:IPaddr2):\t Stopped\nResource XML:\n"
                        + "<primitive id=\"vip\" class=\"ocf\" provider=\"heartbeat\" type=\"IPaddr2\"/>\n|");
    }

    @Test
    void aResourceIsAskedToMoveAndTheRequestTakenBack() {
        assertThat(run("crm_resource", "-r", "cl", "-M", "--promoted", "-N", "labn2"))
                .isEqualTo("0||");
        assertThat(CibXml.write(cib))
                .contains(
                        "<rsc_location id=\"cli-prefer-cl\" rsc=\"cl\" role=\"Promoted\" node=\"labn2\" score=\"INFINITY\"/>");
        assertThat(run("crm_resource", "-a", "-r", "cl"))
                .isEqualTo("0|Locations:\n  * Node labn2 (score=INFINITY, id=cli-prefer-cl, rsc=cl)\n|");
        assertThat(run("crm_resource", "-r", "cl", "-B"))
                .startsWith(
                        "0|WARNING: Creating rsc_location constraint 'cli-ban-cl-on-labn1' with a score of -INFINITY for"
                                + " resource cl on labn1.\n\tThis will prevent cl from running on labn1 until");
        assertThat(run("crm_resource", "-r", "cl", "-U", "-N", "labn1"))
                .isEqualTo("0|Removing constraint: cli-ban-cl-on-labn1\n|");
        assertThat(run("crm_resource", "-r", "cl", "--clear")).isEqualTo("0|Removing constraint: cli-prefer-cl\n|");
        assertThat(run("crm_resource", "-r", "cl", "--clear")).isEqualTo("0||");
        assertThat(run("crm_resource", "-r", "vip", "-M", "-N", "labn2", "-u", "PT1H"))
                .startsWith("0|Migration will take effect until: 2");
        assertThat(CibXml.write(cib))
                .contains("<date_expression id=\"cli-prefer-lifetime-end-vip\" operation=\"lt\" end=\"2");
        assertThat(run("crm_resource", "-r", "vip", "-M"))
                .isEqualTo("64||crm_resource: Resource 'vip' not moved: active in 0 locations.\n"
                        + "To prevent 'vip' from running on a specific location, specify a node.\n");
        assertThat(run("crm_resource", "-r", "vip", "-M", "-N", "labn9"))
                .isEqualTo("105||crm_resource: Node 'labn9' not found\nError performing operation: No such object\n");
    }

    @Test
    void anOptionOfAResourceIsSetReadAndDeleted() {
        assertThat(run("crm_resource", "-r", "vip", "-m", "-p", "target-role", "-v", "Started"))
                .isEqualTo("0|Set 'vip' option: id=vip-meta_attributes-target-role set=vip-meta_attributes"
                        + " name=target-role value=Started\n|");
        assertThat(run("crm_resource", "-r", "vip", "-m", "-p", "target-role", "-v", "Stopped"))
                .isEqualTo("0|Set 'vip' option: id=vip-meta_attributes-target-role name=target-role value=Stopped\n|");
        assertThat(run("crm_resource", "-r", "vip", "--meta", "--get-parameter=target-role"))
                .isEqualTo("0|Stopped\n|");
        assertThat(run("crm_resource", "-r", "vip", "-m", "-d", "target-role"))
                .isEqualTo("0|Deleted 'vip' option: id=vip-meta_attributes-target-role name=target-role\n|");
        assertThat(run("crm_resource", "-r", "vip", "-m", "-d", "target-role")).isEqualTo("0||");
        assertThat(run("crm_resource", "-Q", "-r", "vip", "-p", "ip", "-v", "192.0.2.1"))
                .isEqualTo("0||");
        assertThat(run("crm_resource", "-r", "vip", "-g", "ip")).isEqualTo("0|192.0.2.1\n|");
        assertThat(run("crm_resource", "-r", "db", "-m", "-p", "target-role", "-v", "Started"))
                .isEqualTo(
                        "0|Performing update of 'target-role' on 'cl', the parent of 'db'\nSet 'cl' option:"
                                + " id=cl-meta_attributes-target-role set=cl-meta_attributes name=target-role value=Started\n|");
        assertThat(run("crm_resource", "-r", "vip", "-p", "ip"))
                .isEqualTo("64||crm_resource: You need to supply a value with the -v option\n");
        assertThat(run("crm_resource", "-D", "-r", "vip", "-t", "primitive")).isEqualTo("0||");
        assertThat(CibXml.write(cib)).doesNotContain("<primitive id=\"vip\"");
    }

    private String run(String name, String... arguments) {
        var call =
                new ToolCall(name, List.of(arguments), Map.of("SYSTOLE_NODE", "labn1", "OCF_RESOURCE_INSTANCE", "db"));
        Say said = finish(AgentTools.begin(ToolLine.read(line(call))));
        return said.code() + "|" + said.out() + "|" + said.err();
    }

    private static String line(ToolCall call) {
        var json = new com.fasterxml.jackson.databind.ObjectMapper();
        return json.valueToTree(new TreeMap<>(
                        Map.of("name", call.name(), "arguments", call.arguments(), "environment", call.environment())))
                .toString();
    }

    private Say finish(ToolStep step) {
        ToolStep now = step;
        while (now instanceof Ask ask) {
            requests.add(ask.request());
            now = ask.then().apply(answer(ask.request()));
        }
        return (Say) now;
    }

    private Answer answer(Request request) {
        if (attributes.containsKey("down")) {
            return new Answer.Failed(Advice.RETRY_LATER, "no quorum", "wait");
        }
        if (request instanceof Request.SetAttributes set) {
            set.values()
                    .forEach((name, value) -> attributes.put(set.lifetime() + " " + set.node() + " " + name, value));
            set.remove().forEach(name -> attributes.remove(set.lifetime() + " " + set.node() + " " + name));
            return new Answer.Done("");
        }
        if (request instanceof Request.SetExpectedVotes) {
            return new Answer.Done("");
        }
        if (request instanceof Request.QueryAttributes query) {
            List<Answer.Attribute> found = new ArrayList<>();
            attributes.forEach((key, value) -> {
                String[] words = key.split(" ");
                if (words[0].equals(query.lifetime())
                        && (query.node().isEmpty() || words[1].equals(query.node()))
                        && words[2].equals(query.name())) {
                    found.add(new Answer.Attribute(words[1], words[2], value));
                }
            });
            return new Answer.Attributes(found);
        }
        if (request instanceof Request.Ring) {
            return new Answer.Facts(new TreeMap<>(Map.of(
                    "cluster",
                    "lab",
                    "node",
                    "labn1",
                    "quorate",
                    "true",
                    "members",
                    "labn1 labn2",
                    "expected_votes",
                    "3",
                    "votes",
                    "2",
                    "votes_needed",
                    "2",
                    "address.0",
                    "192.0.2.1",
                    "link.labn2.0",
                    "heard, every 40 ms")));
        }
        if (request instanceof Request.ReadCib) {
            return new Answer.Cib("0.1.2", cib);
        }
        if (request instanceof Request.Configure configure) {
            for (CibEdit edit : configure.edits()) {
                cib = CibEdits.apply(cib, List.of(edit));
            }
            return new Answer.Done("");
        }
        return new Answer.Status(Map.of("node", "labn1", "coordinator", "labn1", "quorate", "true"), List.of(), cib);
    }
}
