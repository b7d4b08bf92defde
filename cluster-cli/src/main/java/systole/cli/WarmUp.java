package systole.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import systole.api.Answer;
import systole.api.ApiClient;
import systole.api.ApiCodec;
import systole.api.ApiSocket;
import systole.api.NoDaemonException;
import systole.formats.CibXml;
import systole.formats.CrmLanguage;
import systole.model.Element;

/** Goes once through what the common commands use, so that the class-data archive holds it ({@code --warm-up}). */
final class WarmUp {
    private static final String SCRIPT = """
            node 1: n1
            primitive vip IPaddr2 params ip=192.0.2.1 op monitor interval=10s timeout=20s
            primitive web ocf:heartbeat:apache meta target-role=Started
            group g vip web
            primitive d Dummy
            clone c d meta interleave=true
            location l g 100: n1
            colocation co inf: g c
            order o Mandatory: c g
            property stonith-enabled=false
            """;

    private WarmUp() {}

    static int run(PrintWriter out) throws Exception {
        Element configuration = CrmLanguage.apply(CrmLanguage.EMPTY, "warm-up", SCRIPT);
        Element cib = Element.of(
                "cib", Map.of("epoch", "1", "admin_epoch", "0"), List.of(configuration, Element.leaf("status")));
        Answer status = new Answer.Status(Map.of("quorate", "true"), List.of(), cib);
        if (!(ApiCodec.readAnswer(ApiCodec.write(status)) instanceof Answer.Status read)) {
            throw new AssertionError("a status was read back as something else");
        }
        StatusReport report = StatusReport.of(read.cib(), read.facts());
        out.print(report.text(read.warnings()));
        out.print(Output.of(report.json(List.of())));
        Path folder = Files.createTempDirectory("systole-warm-up");
        Path file = folder.resolve("cib.xml");
        try {
            Files.writeString(file, CibXml.write(cib));
            StringWriter ignored = new StringWriter();
            PrintWriter writer = new PrintWriter(ignored);
            Session session = new Session(
                    folder,
                    Map.of("CIB_file", file.toString()),
                    false,
                    false,
                    false,
                    "systole",
                    writer,
                    writer,
                    Optional.empty());
            for (String line : List.of(
                    "configure show",
                    "resource status",
                    "resource stop web",
                    "resource locate vip",
                    "node standby n1",
                    "node show",
                    "status",
                    "verify")) {
                Systole.dispatch(session, List.of(line.split(" ")), false);
            }
            try (ApiClient client = ApiClient.open(ApiSocket.of(folder), 100)) {
                throw new AssertionError("somebody listens in " + folder + ": " + client);
            } catch (NoDaemonException expected) {
                out.println(expected.getMessage());
            }
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(folder);
        }
        return ExitCode.OK.number();
    }
}
