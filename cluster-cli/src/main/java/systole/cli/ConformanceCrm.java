package systole.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import systole.formats.AgentCatalog;
import systole.formats.CibXml;
import systole.formats.CrmLanguage;
import systole.formats.Finding;
import systole.kernel.BadInputException;

/**
 * The crm language as an engine for the conformance corpus: {@code conformance-crm IN_DIR OUT_DIR}.
 *
 * <p>Each {@code NAME.crm} of the first folder is loaded into an empty configuration; the second folder gets
 * {@code NAME.xml} and {@code NAME.show}, or {@code NAME.err} with the exit code and the messages.
 */
public final class ConformanceCrm {
    private ConformanceCrm() {}

    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            System.err.println("usage: conformance-crm IN_DIR OUT_DIR");
            System.exit(2);
        }
        run(Path.of(args[0]), Path.of(args[1]), AgentStock.load());
    }

    static void run(Path in, Path out, AgentCatalog agents) throws IOException {
        Files.createDirectories(out);
        List<Path> scripts;
        try (Stream<Path> found = Files.list(in)) {
            scripts = found.filter(path -> path.toString().endsWith(".crm"))
                    .sorted()
                    .toList();
        }
        for (Path script : scripts) {
            String file = script.getFileName().toString();
            one(file, Files.readString(script), out, agents);
        }
    }

    private static void one(String file, String text, Path out, AgentCatalog agents) throws IOException {
        String name = file.substring(0, file.length() - ".crm".length());
        StringBuilder refusal = new StringBuilder();
        try {
            CrmLanguage.Loaded loaded =
                    CrmLanguage.load(CrmLanguage.EMPTY, file, text, CrmLanguage.Mode.UPDATE, agents);
            if (!loaded.refused(false)) {
                Files.writeString(out.resolve(name + ".xml"), CibXml.write(loaded.configuration()));
                Files.writeString(
                        out.resolve(name + ".show"),
                        CrmLanguage.show(loaded.configuration(), CrmLanguage.Style.DISPLAY));
                return;
            }
            for (Finding finding : loaded.findings()) {
                refusal.append(finding.severity())
                        .append(": ")
                        .append(finding.text())
                        .append('\n');
            }
        } catch (BadInputException e) {
            refusal.append("ERROR: ")
                    .append(e.getMessage())
                    .append("; ")
                    .append(e.remedy())
                    .append('\n');
        }
        Files.writeString(out.resolve(name + ".err"), ExitCode.FAILED.number() + "\n" + refusal);
    }
}
