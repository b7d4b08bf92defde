package systole.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import systole.formats.CibValidation;
import systole.formats.CibXml;
import systole.formats.CorosyncConf;
import systole.formats.CrmLanguage;
import systole.formats.Finding;
import systole.formats.InterconnectConf;
import systole.kernel.BadInputException;
import systole.model.Element;

/**
 * {@code import}: what of a Pacemaker and Corosync cluster is taken over, what is changed, what is refused; and, when asked,
 * does it. Reports everything at once, where the commands that load a file stop at the first mistake.
 */
final class ImportVerb {
    private static final Pattern PLACE = Pattern.compile(".*:(\\d+): .*", Pattern.DOTALL);
    private static final int MOST_LINES = 200;

    /** One line of the report: {@code taken}, {@code changed} or {@code refused}. */
    private record Line(String verdict, String place, String what, String remedy) {
        String text() {
            return verdict + "\t" + (place.isEmpty() ? "" : place + ": ") + what
                    + (remedy.isEmpty() ? "" : "; " + remedy);
        }
    }

    private ImportVerb() {}

    static Verb verb() {
        return Verb.of("import", "Say what of a Pacemaker cluster is taken over, changed and refused; --write does it.")
                .option("--cib", "FILE", "the CIB: what cibadmin -Q prints, or /var/lib/pacemaker/cib/cib.xml")
                .option("--corosync-conf", "FILE", "the interconnect: /etc/corosync/corosync.conf")
                .flag("--write", "write the interconnect's file, and put the configuration in force")
                .flag("--force", "replace an interconnect's file that is there")
                .example("systole import --cib cib.xml --corosync-conf corosync.conf")
                .example("systole import --cib cib.xml --corosync-conf corosync.conf --write")
                .does(ImportVerb::run);
    }

    private static int run(Call call) {
        String cibFile = call.option("--cib", "");
        String confFile = call.option("--corosync-conf", "");
        if (cibFile.isEmpty() && confFile.isEmpty()) {
            throw new UsageException(
                    "nothing to import is named", "write: systole import --cib FILE --corosync-conf FILE");
        }
        List<Line> lines = new ArrayList<>();
        String conf = confFile.isEmpty() ? "" : interconnect(Path.of(confFile), lines);
        Element configuration = cibFile.isEmpty() ? null : configuration(Path.of(cibFile), lines);
        long refused =
                lines.stream().filter(line -> line.verdict().equals("refused")).count();
        print(call, lines);
        if (!call.has("--write")) {
            return (refused == 0 ? ExitCode.OK : ExitCode.FAILED).number();
        }
        if (refused > 0) {
            throw new BadInputException(
                    "",
                    refused + " things are refused, so nothing was written",
                    "correct a copy of the files as the report says, and import that");
        }
        if (!conf.isEmpty()) {
            writeInterconnect(call, conf);
        }
        if (configuration != null) {
            writeConfiguration(call, configuration, Path.of(cibFile));
        }
        return ExitCode.OK.number();
    }

    private static void print(Call call, List<Line> lines) {
        if (call.session().json()) {
            List<Object> list = new ArrayList<>();
            for (Line line : lines) {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("verdict", line.verdict());
                fields.put("place", line.place());
                fields.put("text", line.what());
                fields.put("remedy", line.remedy());
                list.add(fields);
            }
            call.out().println(Output.of(list));
        } else {
            lines.forEach(line -> call.out().println(line.text()));
        }
    }

    // ---- the interconnect -------------------------------------------------------------------------------------------

    /** Reads the file, and again without each line that is refused, so that one report names them all. */
    private static String interconnect(Path file, List<Line> lines) {
        String source = String.valueOf(file.getFileName());
        List<String> text = new ArrayList<>(FileBackend.read(file).lines().toList());
        for (int round = 0; round < MOST_LINES; round++) {
            try {
                InterconnectConf conf = CorosyncConf.read(source, String.join("\n", text) + "\n");
                lines.add(new Line(
                        "taken",
                        source,
                        "cluster '" + conf.clusterName() + "', " + conf.nodes().size() + " nodes, "
                                + conf.links().size() + (conf.links().size() == 1 ? " link, " : " links, ")
                                + conf.transport()
                                        .name()
                                        .toLowerCase(java.util.Locale.ROOT)
                                        .replace('_', ' '),
                        ""));
                conf.notes().forEach(note -> lines.add(new Line("changed", "", note, "")));
                lines.add(new Line(
                        "changed",
                        source,
                        "Corosync's authkey is not used",
                        "make a key for all nodes: systole keygen"));
                return String.join("\n", text) + "\n";
            } catch (BadInputException e) {
                String what = String.valueOf(e.getMessage());
                lines.add(new Line("refused", "", what, e.remedy()));
                Matcher place = PLACE.matcher(what);
                int at = place.matches() ? Integer.parseInt(place.group(1)) - 1 : -1;
                boolean isValue = at >= 0 && at < text.size() && text.get(at).indexOf(':') > 0;
                if (!isValue || text.get(at).strip().startsWith("#")) {
                    return "";
                }
                text.set(at, "");
            }
        }
        return "";
    }

    private static void writeInterconnect(Call call, String text) {
        Path target = OtherNodes.file(call.session());
        boolean force = call.has("--force") || call.session().force();
        if (Files.exists(target) && !force) {
            throw new BadInputException(
                    target.toString(),
                    "exists already: this machine is part of a cluster, or was",
                    "look at it (systole corosync show); write --force to replace it");
        }
        FileBackend.write(target, text);
        call.session().info(target + " is written; give it and the key to all nodes, then start the daemons");
    }

    // ---- the configuration ------------------------------------------------------------------------------------------

    private static Element configuration(Path file, List<Line> lines) {
        String source = String.valueOf(file.getFileName());
        Element root;
        try {
            root = CibXml.read(source, FileBackend.read(file));
        } catch (BadInputException e) {
            lines.add(new Line("refused", "", String.valueOf(e.getMessage()), e.remedy()));
            return CrmLanguage.EMPTY;
        }
        Element configuration = root.is("cib") ? root.child("configuration").orElse(CrmLanguage.EMPTY) : root;
        Map<String, Integer> kinds = new TreeMap<>();
        CrmLanguage.kinds(configuration).values().forEach(kind -> kinds.merge(kind, 1, Integer::sum));
        kinds.forEach((kind, count) -> lines.add(new Line("taken", source, count + " × " + kind, "")));
        for (Finding finding : CibValidation.verify(root, source)) {
            String verdict = finding.isError() ? "refused" : "changed";
            lines.add(new Line(verdict, finding.place(), finding.what(), finding.remedy()));
        }
        if (root.child("status").filter(status -> !status.children().isEmpty()).isPresent()) {
            lines.add(new Line(
                    "changed",
                    source,
                    "the status section is left out",
                    "running services are found by probes, not restarted"));
        }
        String schema = root.attribute("validate-with", "");
        if (!schema.isEmpty() && !schema.equals("pacemaker-3.10")) {
            lines.add(new Line("changed", source, "schema " + schema + " is read, the present one is written", ""));
        }
        return configuration;
    }

    private static void writeConfiguration(Call call, Element configuration, Path file) {
        try (Backend backend = call.session().directly()) {
            backend.change("import " + file.getFileName(), before -> configuration);
        }
        call.session().info("the configuration is in force");
    }
}
