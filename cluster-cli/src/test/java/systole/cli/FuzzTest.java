package systole.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import systole.api.ApiCodec;
import systole.api.Request;
import systole.formats.AgentCatalog;
import systole.formats.CibValidation;
import systole.formats.CibXml;
import systole.formats.ConfChange;
import systole.formats.ConfEdit;
import systole.formats.CorosyncConf;
import systole.formats.CrmLanguage;
import systole.formats.Finding;
import systole.kernel.BadInputException;
import systole.kernel.ClusterException;
import systole.model.CibEdit;
import systole.model.CibEdits;
import systole.model.Element;
import systole.scheduler.Scheduler;

/**
 * Broken texts of all three languages: a clear refusal or success, never another exception, never half a change.
 * {@code -Dsystole.fuzz.count=100000} for the long run (so many of each language), {@code -Dsystole.fuzz.seed=N}.
 */
class FuzzTest {
    private static final int COUNT = Integer.getInteger("systole.fuzz.count", 400);
    private static final long SEED = Long.getLong("systole.fuzz.seed", 20_261_125L);
    private static final Instant NOW = Instant.ofEpochSecond(1_790_000_000L);
    private static final int LARGE = 100 << 20;

    private static final List<String> LINES = List.of(
            "node 1: n1 attributes rack=a standby=off utilization cpu=4",
            "node n2:remote",
            "primitive vip IPaddr2 params ip=10.0.0.9 cidr_netmask=24 op monitor interval=10s timeout=20s",
            "primitive web ocf:pacemaker:Dummy meta target-role=Started op start timeout=60s interval=0 op_params x=1",
            "primitive t1 @tmpl params fake=\"a b\" meta rule #uname eq n1 migration-threshold=3",
            "rsc_template tmpl ocf:pacemaker:Dummy params state=/run/x",
            "primitive fence stonith:fence_dummy params pcmk_host_list=\"n1 n2\" $id=f-params",
            "group g1 vip web meta target-role=Stopped",
            "clone c1 g1 meta interleave=true clone-max=2",
            "ms m1 db meta notify=true",
            "bundle b1 docker image=web:1 replicas=2 network ip-range-start=10.0.0.3 port-mapping port=80 storage"
                    + " storage-mapping source-dir=/a target-dir=/b primitive web",
            "location l1 vip 100: n1",
            "location l2 { vip web } resource-discovery=exclusive rule $id=r1 role=Promoted 50: #uname eq n1 or defined"
                    + " pingd",
            "location l3 /v.*/ rule -inf: date in start=2026-01-01 end=2027-01-01 and date spec hours=9-17 weekdays=1-5",
            "colocation col1 inf: web:Started vip:Started node-attribute=rack",
            "colocation col2 200: ( a b ) [ c d sequential=true ] m:Promoted",
            "order o1 Mandatory: vip:start web:promote symmetrical=false",
            "order o2 Serialize: ( a b ) c",
            "rsc_ticket rt1 T1: vip m1:Promoted loss-policy=fence",
            "property stonith-enabled=false no-quorum-policy=stop",
            "property $id=mine rule 100: #uname eq n1 cluster-delay=60s",
            "rsc_defaults resource-stickiness=100 migration-threshold=INFINITY",
            "op_defaults timeout=60s record-pending=true",
            "fencing_topology n1: f1,f2 f3 attr:rack=1 f4 pattern:n.* f5",
            "tag all: vip web g1",
            "role r1 read xpath:/cib deny ref:vip write property:stonith-enabled",
            "acl_target joe r1",
            "acl_group ops r1",
            "alert a1 /bin/true attributes x=1 select nodes attributes { a b } to \"me@x\" meta timeout=5s",
            "monitor web:Started 30s:20s",
            "user joe role:r1",
            "xml <primitive id=\"x1\" class=\"ocf\" provider=\"pacemaker\" type=\"Dummy\"/>",
            "# a comment");

    private static final List<String> NASTY = List.of(
            "",
            "'",
            "\"",
            "\\",
            "#",
            "$",
            "$id=",
            "$id-ref=",
            "@",
            ":",
            "::",
            "=",
            "==",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "inf:",
            "-inf:",
            "+INFINITY:",
            "99999999999999999999",
            "-1",
            "0x10",
            "1e9",
            "\u0000",
            "\u0007",
            "\ufffe",
            "\ud800",
            "é",
            "\u202e",
            "𝔘",
            "rule",
            "and",
            "or",
            "params",
            "meta",
            "op",
            "op monitor",
            "description=",
            "id=vip",
            "vip",
            "n1",
            "..",
            "/",
            "/(((/",
            "xpath:",
            "ref:",
            "<",
            "<a>",
            "&lol;",
            "]]>",
            "\t",
            "a=b=c",
            "PT1H",
            "date",
            "in",
            "spec",
            "hours=",
            "defined",
            "lt",
            "eq",
            "%s%n",
            "${x}",
            "role=",
            "sequential=maybe",
            "interval=-5",
            "interval=99999999999999d",
            "timeout=5parsecs",
            "score=",
            "_rsc_set_",
            "xml");

    private static final List<String> REQUESTS = List.of(
            "{\"do\":\"status\"}",
            "{\"do\":\"configure\",\"edits\":[{\"put\":\"<primitive id='a' class='ocf'/>\",\"in\":\"resources\"}],"
                    + "\"guard\":\"0.17\",\"message\":\"m\",\"force\":true}",
            "{\"do\":\"configure\",\"edits\":[{\"remove\":\"vip\"},{\"replace\":\"<configuration/>\"}],\"check\":true}",
            "{\"do\":\"cleanup\",\"resource\":\"vip\",\"node\":\"n1\",\"operation\":\"monitor\",\"intervalMillis\":10}",
            "{\"do\":\"set-attributes\",\"node\":\"n1\",\"values\":{\"a\":\"1\",\"b\":\"value++\"},\"remove\":[\"c\"],"
                    + "\"lifetime\":\"forever\",\"delayMillis\":-1}",
            "{\"do\":\"fence\",\"node\":\"n1\",\"action\":\"reboot\",\"timeoutMillis\":1000}",
            "{\"do\":\"reload-file\",\"check\":true}",
            "{\"do\":\"remove-node\",\"node\":\"n1\"}",
            "{\"do\":\"plans\",\"limit\":3}",
            "{\"do\":\"version\",\"version\":\"0.3\",\"before\":false}",
            "{\"do\":\"settle\",\"timeoutMillis\":1}");

    @TempDir
    private Path folder;

    private static Element base() {
        String text = "property stonith-enabled=false\nnode 1: n1\nnode 2: n2\nprimitive vip ocf:pacemaker:Dummy\n"
                + "primitive web ocf:pacemaker:Dummy\nprimitive db ocf:pacemaker:Stateful\nprimitive a ocf:pacemaker:Dummy\n"
                + "primitive b ocf:pacemaker:Dummy\nprimitive c ocf:pacemaker:Dummy\nprimitive d ocf:pacemaker:Dummy\n";
        return CrmLanguage.apply(CrmLanguage.EMPTY, "base", text);
    }

    // ---- crm
    // ----------------------------------------------------------------------------------------------------------

    @Test
    void brokenCrmLinesAreRefusedOrTakenWhole() {
        Random random = new Random(SEED);
        Element start = base();
        String before = CibXml.write(start);
        int taken = 0;
        for (int i = 0; i < COUNT; i++) {
            String text = script(random);
            try {
                CrmLanguage.Loaded loaded = CrmLanguage.load(start, "fuzz", text, mode(random), AgentCatalog.NONE);
                if (loaded.refused(true)) {
                    for (Finding finding : loaded.findings()) {
                        assertThat(finding.text()).isNotBlank();
                    }
                    assertThat(loaded.configuration().equals(start)
                                    || !loaded.findings().isEmpty())
                            .isTrue();
                } else {
                    taken++;
                    survives(loaded.configuration());
                }
            } catch (ClusterException e) {
                assertThat(e.getMessage()).isNotBlank();
                assertThat(e.remedy()).isNotBlank();
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError("number " + i + " of seed " + SEED + ": " + text, e);
            }
        }
        assertThat(CibXml.write(start)).as("the configuration that was there").isEqualTo(before);
        assertThat(taken)
                .as("scripts that were taken, or this test tries nothing")
                .isGreaterThan(COUNT / 50);
    }

    private static CrmLanguage.Mode mode(Random random) {
        return random.nextInt(5) > 0
                ? CrmLanguage.Mode.UPDATE
                : CrmLanguage.Mode.values()[random.nextInt(CrmLanguage.Mode.values().length)];
    }

    /** What is taken can be printed, read again, written as XML, verified and planned. */
    private static void survives(Element configuration) {
        String exact = CrmLanguage.show(configuration, CrmLanguage.Style.EXACT);
        CrmLanguage.show(configuration, CrmLanguage.Style.DISPLAY);
        Element back = CibXml.read("back", CibXml.write(configuration));
        assertThat(CibXml.write(back)).isEqualTo(CibXml.write(configuration));
        assertThat(exact).isNotNull();
        plans(configuration);
    }

    private static void plans(Element configuration) {
        Element cib = Element.of("cib", Map.of("epoch", "1"), List.of(configuration, Element.leaf("status")));
        CibValidation.verify(cib, "fuzz");
        Scheduler.schedule(cib, NOW);
    }

    private static String script(Random random) {
        int lines = 1 + random.nextInt(4);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < lines; i++) {
            List<String> words = new ArrayList<>(
                    List.of(LINES.get(random.nextInt(LINES.size())).split(" ")));
            int changes = random.nextInt(4);
            for (int j = 0; j < changes; j++) {
                change(words, random);
            }
            text.append(String.join(" ", words)).append('\n');
        }
        return random.nextInt(6) == 0 ? bitten(text.toString(), random) : text.toString();
    }

    private static void change(List<String> words, Random random) {
        if (words.isEmpty()) {
            words.add("primitive");
        }
        int at = random.nextInt(words.size());
        switch (random.nextInt(7)) {
            case 0 -> words.remove(at);
            case 1 -> words.add(at, NASTY.get(random.nextInt(NASTY.size())));
            case 2 -> words.set(at, NASTY.get(random.nextInt(NASTY.size())));
            case 3 -> words.add(at, words.get(random.nextInt(words.size())));
            case 4 -> words.set(at, words.get(at) + NASTY.get(random.nextInt(NASTY.size())));
            case 5 -> {
                String[] other = LINES.get(random.nextInt(LINES.size())).split(" ");
                words.add(at, other[random.nextInt(other.length)]);
            }
            default -> {
                String word = words.get(at);
                int half = word.isEmpty() ? 0 : random.nextInt(word.length());
                words.set(at, word.substring(half));
            }
        }
    }

    private static String bitten(String text, Random random) {
        StringBuilder out = new StringBuilder(text);
        for (int i = random.nextInt(6); i >= 0 && out.length() > 1; i--) {
            int at = random.nextInt(out.length());
            switch (random.nextInt(4)) {
                case 0 -> out.setCharAt(at, (char) random.nextInt(random.nextBoolean() ? 128 : 0x10000));
                case 1 -> out.deleteCharAt(at);
                case 2 -> out.insert(at, out.substring(at, Math.min(out.length(), at + random.nextInt(20))));
                default -> out.setLength(at + 1);
            }
        }
        return out.toString();
    }

    // ---- XML
    // ----------------------------------------------------------------------------------------------------------

    @Test
    void brokenXmlIsRefusedOrReadWhole() {
        Random random = new Random(SEED + 1);
        List<String> sound = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            sound.add(document(random));
        }
        int taken = 0;
        for (int i = 0; i < COUNT; i++) {
            String text = mutated(sound.get(random.nextInt(sound.size())), random);
            try {
                Element read = CibXml.read("fuzz", text);
                Element configuration = Backend.configuration(read);
                boolean sane = Finding.atLeast(Finding.Severity.ERROR, CibValidation.check(read, "fuzz"))
                        .isEmpty();
                if (sane && configuration.is("configuration")) {
                    taken++;
                    survives(configuration);
                    List<CibEdit> edits = CibEdits.between(base(), configuration);
                    assertThat(CibEdits.apply(base(), edits)).isEqualTo(configuration);
                }
            } catch (ClusterException e) {
                assertThat(e.getMessage()).isNotBlank();
                assertThat(e.remedy()).isNotBlank();
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError("number " + i + " of seed " + SEED + ":\n" + text, e);
            }
        }
        assertThat(taken)
                .as("documents that were taken, or this test tries nothing")
                .isGreaterThan(COUNT / 50);
    }

    private static String document(Random random) {
        for (int tries = 0; ; tries++) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 6; i++) {
                text.append(LINES.get(random.nextInt(LINES.size()))).append('\n');
            }
            try {
                CrmLanguage.Loaded loaded =
                        CrmLanguage.load(base(), "sound", text.toString(), CrmLanguage.Mode.UPDATE, AgentCatalog.NONE);
                if (!loaded.refused(true)) {
                    return CibXml.write(Element.of(
                            "cib", Map.of("epoch", "1"), List.of(loaded.configuration(), Element.leaf("status"))));
                }
            } catch (ClusterException e) {
                assertThat(tries).as("%s", e.getMessage()).isLessThan(1_000);
            }
        }
    }

    private static String mutated(String text, Random random) {
        if (random.nextInt(3) == 0) {
            return bitten(text, random);
        }
        List<String> lines = new ArrayList<>(List.of(text.split("\n")));
        for (int i = random.nextInt(3); i >= 0 && lines.size() > 2; i--) {
            int at = random.nextInt(lines.size());
            switch (random.nextInt(5)) {
                case 0 -> lines.remove(at);
                case 1 -> lines.add(at, lines.get(random.nextInt(lines.size())));
                case 2 -> {
                    String[] parts = lines.get(at).split("\"", -1);
                    if (parts.length > 2) {
                        parts[1 + 2 * random.nextInt(parts.length / 2)] =
                                NASTY.get(random.nextInt(NASTY.size())).replace("\"", "&quot;");
                    }
                    lines.set(at, String.join("\"", parts));
                }
                case 3 -> lines.set(at, lines.get(at).replaceFirst(" [a-z-]+=\"[^\"]*\"", ""));
                default -> lines.add(at, "<" + NASTY.get(random.nextInt(NASTY.size())) + "/>");
            }
        }
        return String.join("\n", lines);
    }

    @Test
    void entityBombsAndForeignEntitiesAreRefused() {
        String laughs = "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"ha\">"
                + "<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]>"
                + "<cib>&c;</cib>";
        assertThatThrownBy(() -> CibXml.read("bomb", laughs))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("document type");
        String foreign = "<!DOCTYPE c [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><cib>&x;</cib>";
        assertThatThrownBy(() -> CibXml.read("foreign", foreign)).isInstanceOf(BadInputException.class);
        String deep = "<a>".repeat(100_000);
        assertThatThrownBy(() -> CibXml.read("deep", deep))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("nested");
        String arrays = "[".repeat(1_000_000);
        assertThatThrownBy(() -> ApiCodec.readRequest(arrays)).isInstanceOf(BadInputException.class);
    }

    @Test
    void inputsOfAHundredMegabytesAreRefused() throws Exception {
        String large = "x".repeat(LARGE);
        assertThatThrownBy(() -> CrmLanguage.load(base(), "large", large, CrmLanguage.Mode.UPDATE, AgentCatalog.NONE))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("more than");
        assertThatThrownBy(() -> CibXml.read("large", large)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> ApiCodec.readRequest(large)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> CorosyncConf.read("large", large))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("more than")
                .satisfies(refused -> assertThat(refused.getMessage()).hasSizeLessThan(1000));
        Path file = folder.resolve("large.crm");
        try (var channel = Files.newByteChannel(
                file, Set.of(java.nio.file.StandardOpenOption.CREATE_NEW, java.nio.file.StandardOpenOption.WRITE))) {
            channel.position(LARGE);
            channel.write(java.nio.ByteBuffer.wrap(new byte[] {'\n'}));
        }
        StringWriter err = new StringWriter();
        int code = Systole.run(
                new String[] {"configure", "load", "update", file.toString()},
                Map.of("CIB_file", folder.resolve("none.xml").toString()),
                "systole",
                new PrintWriter(new StringWriter()),
                new PrintWriter(err));
        assertThat(code).isEqualTo(ExitCode.FAILED.number());
        assertThat(err.toString()).contains("larger than");
    }

    // ---- JSON
    // ---------------------------------------------------------------------------------------------------------

    @Test
    void brokenRequestsAreRefusedOrRead() {
        Random random = new Random(SEED + 2);
        int taken = 0;
        for (int i = 0; i < COUNT; i++) {
            String sound = REQUESTS.get(random.nextInt(REQUESTS.size()));
            String text = random.nextInt(10) == 0 ? sound : brokenJson(sound, random);
            try {
                Request request = ApiCodec.readRequest(text);
                taken++;
                assertThat(ApiCodec.readRequest(ApiCodec.write(request))).isEqualTo(request);
                if (request instanceof Request.Configure configure) {
                    CibEdits.apply(base(), configure.edits());
                }
            } catch (ClusterException e) {
                assertThat(e.getMessage()).isNotBlank();
                assertThat(e.remedy()).isNotBlank();
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError("number " + i + " of seed " + SEED + ": " + text, e);
            }
        }
        assertThat(taken)
                .as("requests that were taken, or this test tries nothing")
                .isGreaterThan(COUNT / 50);
    }

    private static String brokenJson(String text, Random random) {
        if (random.nextBoolean()) {
            return bitten(text, random);
        }
        List<String> values =
                List.of("null", "[]", "{}", "1e400", "-0", "true", "\"\"", "\"\\u0000\"", "9".repeat(30), "[[[[1]]]]");
        String[] parts = text.split("(?<=[:,\\[{])", -1);
        parts[random.nextInt(parts.length)] =
                values.get(random.nextInt(values.size())) + (random.nextBoolean() ? "," : "");
        return String.join("", parts);
    }

    // ---- the whole command line -----------------------------------------------------------------------------------

    /** Through the program itself: the file is as it was, or the command said that it is done. */
    @Test
    void noCommandLeavesHalfAChangeBehind() throws Exception {
        Random random = new Random(SEED + 3);
        Path cib = folder.resolve("cib.xml");
        Path script = folder.resolve("script.crm");
        Files.writeString(
                cib, CibXml.write(Element.of("cib", Map.of("epoch", "1"), List.of(base(), Element.leaf("status")))));
        Set<Integer> known = Set.of(0, 1, 64);
        for (int i = 0; i < Math.max(50, COUNT / 10); i++) {
            String before = Files.readString(cib);
            String text = script(random);
            Files.write(script, text.getBytes(StandardCharsets.UTF_8));
            StringWriter err = new StringWriter();
            String[] words = switch (random.nextInt(3)) {
                case 0 -> new String[] {"configure", "load", "update", script.toString()};
                case 1 -> new String[] {"-f", script.toString()};
                default ->
                    text.lines()
                            .findFirst()
                            .map(line -> ("configure " + line).split(" "))
                            .orElse(new String[] {"configure", "show"});
            };
            if (words.length < 2) {
                // A level alone would begin a dialogue and wait for standard input.
                words = new String[] {"configure", "show"};
            }
            int code = Systole.run(
                    words,
                    Map.of("CIB_file", cib.toString()),
                    "systole",
                    new PrintWriter(new StringWriter()),
                    new PrintWriter(err));
            if (!known.contains(code) || err.toString().contains("unexpected failure")) {
                fail(
                        "number %s of seed %s: code %s, %s, from:%n%s",
                        i, SEED, code, err, String.join(" ", words) + text);
            }
            if (code != 0) {
                assertThat(Files.readString(cib)).as("%s", text).isEqualTo(before);
                assertThat(err.toString()).as("%s", text).contains("ERROR");
            }
            plans(Backend.configuration(CibXml.read("after", Files.readString(cib))));
            if (i % 20 == 0) {
                Files.writeString(
                        cib,
                        CibXml.write(Element.of("cib", Map.of("epoch", "1"), List.of(base(), Element.leaf("status")))));
            }
        }
    }

    // ---- the interconnect's file
    // ------------------------------------------------------------------------------------

    private static final String CONF = """
            totem {
                version: 2
                cluster_name: shop
                config_version: 3
                transport: knet
                token: 300
                interface {
                    linknumber: 0
                    knet_link_priority: 3
                }
                interface {
                    linknumber: 1
                }
            }
            nodelist {
                node {
                    name: n1
                    nodeid: 1
                    ring0_addr: 10.0.0.1
                    ring1_addr: 10.1.0.1
                }
                node {
                    name: n2
                    nodeid: 2
                    ring0_addr: 10.0.0.2
                    ring1_addr: 10.1.0.2
                    quorum_votes: 1
                }
            }
            quorum {
                provider: corosync_votequorum
                two_node: 1
            }
            logging {
                to_syslog: yes
                debug: off
                logger_subsys {
                    subsys: RING
                    debug: on
                }
            }
            """;

    @Test
    void brokenInterconnectFilesAreRefusedOrRead() {
        Random random = new Random(SEED + 4);
        int taken = 0;
        for (int i = 0; i < COUNT; i++) {
            String text = random.nextInt(3) == 0 ? bitten(CONF, random) : brokenConf(random);
            try {
                List<ConfChange> changes = ConfChange.between("fuzz", CONF, text);
                taken++;
                assertThat(ConfChange.between("fuzz", text, text)).isEmpty();
                changes.forEach(each -> assertThat(each.words()).isNotBlank());
                String next = ConfEdit.atVersion("fuzz", text, 77);
                assertThat(CorosyncConf.read("fuzz", next).configVersion()).isEqualTo(77);
                assertThat(ConfChange.between("fuzz", text, next)).isEmpty();
            } catch (ClusterException e) {
                assertThat(e.getMessage()).isNotBlank();
                assertThat(e.remedy()).isNotBlank();
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError("number " + i + " of seed " + SEED + ":\n" + text, e);
            }
        }
        assertThat(taken)
                .as("files that were taken, or this test tries nothing")
                .isGreaterThan(COUNT / 50);
    }

    private static String brokenConf(Random random) {
        List<String> lines = new ArrayList<>(CONF.lines().toList());
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(lines.size());
            String line = lines.get(at);
            int colon = line.indexOf(':');
            switch (random.nextInt(5)) {
                case 0 -> lines.remove(at);
                case 1 -> lines.add(at, lines.get(random.nextInt(lines.size())));
                case 2 -> {
                    if (colon > 0) {
                        String value = random.nextBoolean()
                                ? NASTY.get(random.nextInt(NASTY.size()))
                                : Integer.toString(random.nextInt(2000));
                        lines.set(at, line.substring(0, colon + 1) + " " + value);
                    }
                }
                case 3 -> lines.set(at, line.replace("off", "on").replace("yes", "no"));
                default -> lines.add(at, NASTY.get(random.nextInt(NASTY.size())));
            }
        }
        return String.join("\n", lines) + "\n";
    }

    // ---- every command
    // ----------------------------------------------------------------------------------------------

    /** What would run programs of the machine, wait, or write where a broken word says. */
    private static final Set<String> NOT_TRIED = Set.of(
            "edit",
            "filter",
            "save",
            "graph",
            "rsctest",
            "validate",
            "validate-all",
            "report",
            "sim",
            "keygen",
            "init",
            "join",
            "start",
            "restart",
            "stop",
            "enable",
            "disable",
            "run",
            "copy",
            "push",
            "pull",
            "log",
            "wait",
            "wait_for_startup",
            "import",
            "link",
            "rename",
            "help",
            "crash_test",
            "sbd");

    @Test
    void brokenUsesOfEveryCommandAreRefusedOrDoneWhole() throws Exception {
        Random random = new Random(SEED + 5);
        Path cib = folder.resolve("all.xml");
        Path conf = Files.createDirectories(folder.resolve("etc/systole")).resolve("cluster.conf");
        String whole = CibXml.write(Element.of("cib", Map.of("epoch", "1"), List.of(base(), Element.leaf("status"))));
        Map<String, String> environment =
                Map.of("CIB_file", cib.toString(), "HOME", folder.toString(), "SYSTOLE_SSH", "/bin/false");
        List<String[]> commands = new ArrayList<>();
        for (Level level : Levels.all()) {
            for (Verb verb : level.verbs()) {
                if (!NOT_TRIED.contains(verb.name()) && !level.name().equals("sbd")) {
                    commands.add(new String[] {level.name(), verb.name()});
                }
            }
        }
        for (Verb verb : Levels.rootVerbs()) {
            if (!NOT_TRIED.contains(verb.name())) {
                commands.add(new String[] {verb.name()});
            }
        }
        Set<Integer> known = Set.of(0, 1, 64, 69, 75, 77);
        int done = 0;
        for (int i = 0; i < Math.max(commands.size(), COUNT); i++) {
            if (i % 20 == 0) {
                Files.writeString(cib, whole);
                Files.writeString(conf, CONF);
            }
            String before = Files.readString(cib);
            List<String> words = new ArrayList<>(List.of("--root", folder.toString()));
            words.addAll(List.of(commands.get(i % commands.size())));
            for (int j = random.nextInt(5); j > 0; j--) {
                words.add(word(commands.get(i % commands.size()), random));
            }
            StringWriter err = new StringWriter();
            int code = Systole.run(
                    words.toArray(new String[0]),
                    environment,
                    "systole",
                    new PrintWriter(new StringWriter()),
                    new PrintWriter(err));
            done += code == 0 ? 1 : 0;
            String told = "number " + i + " of seed " + SEED + ": code " + code + ", " + err + ", from: " + words;
            assertThat(known).as(told).contains(code);
            assertThat(err.toString())
                    .as(told)
                    .doesNotContain("unexpected failure")
                    .doesNotContain("Exception");
            if (code != 0) {
                assertThat(Files.readString(cib)).as(told).isEqualTo(before);
            }
            plans(Backend.configuration(CibXml.read("after", Files.readString(cib))));
            CorosyncConf.read("after", Files.readString(conf));
        }
        assertThat(done)
                .as("commands that did something, or this test tries nothing")
                .isGreaterThan(commands.size() / 20);
    }

    private static String word(String[] command, Random random) {
        List<String> good = List.of(
                "vip",
                "web",
                "db",
                "n1",
                "n2",
                "1",
                "0.1",
                "set",
                "show",
                "delete",
                "on",
                "off",
                "add",
                "Stopped",
                "yes",
                "clear",
                "target-role",
                "fake",
                "x",
                "5",
                "totem.token",
                "logging.debug",
                "ocf:pacemaker:Dummy",
                "cib");
        if (random.nextInt(6) == 0) {
            List<Verb.Flag> flags = new ArrayList<>();
            Levels.find(command[0])
                    .ifPresent(level -> level.verbs().stream()
                            .filter(verb -> verb.name().equals(command[command.length - 1]))
                            .forEach(verb -> flags.addAll(verb.flags())));
            flags.removeIf(flag -> List.of("--watch", "--wait").contains(flag.name()));
            if (!flags.isEmpty()) {
                return flags.get(random.nextInt(flags.size())).name();
            }
        }
        // A file that a broken word names would be read, or written, wherever the test runs.
        String nasty = NASTY.get(random.nextInt(NASTY.size())).replace("/", "_").replace("..", "_");
        return random.nextInt(4) > 0 ? good.get(random.nextInt(good.size())) : nasty;
    }
}
