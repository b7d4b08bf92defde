package systole.cli;

import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import systole.api.ApiSocket;
import systole.formats.CibXml;
import systole.formats.CrmLanguage;
import systole.model.Element;

/**
 * Goes once through what the common commands use, so that the class-data archive holds it ({@code --warm-up}): on a file, and, where
 * a daemon listens, through its socket. Nothing is changed there.
 */
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

    private static final List<String> ON_A_FILE = List.of(
            "configure show",
            "resource status",
            "resource stop web",
            "resource locate vip",
            "node standby n1",
            "node show",
            "status",
            "verify");

    private static final List<String> LIVE = List.of(
            "status",
            "configure show",
            "resource status",
            "node show",
            "history",
            "cluster status",
            "configure property stonith-enabled=false");

    private WarmUp() {}

    static int run(Session caller) throws Exception {
        Element configuration = CrmLanguage.apply(CrmLanguage.EMPTY, "warm-up", SCRIPT);
        Element cib = Element.of(
                "cib", Map.of("epoch", "1", "admin_epoch", "0"), List.of(configuration, Element.leaf("status")));
        Path file = Files.createTempFile("systole-warm-up", ".xml");
        try {
            Files.writeString(file, CibXml.write(cib));
            carryOut(ON_A_FILE, caller, Map.of("CIB_file", file.toString()));
        } finally {
            Files.deleteIfExists(file);
        }
        if (Files.exists(ApiSocket.of(caller.root()))) {
            carryOut(LIVE, caller, Map.of());
        }
        return ExitCode.OK.number();
    }

    /** As text and as JSON, into nowhere. */
    private static void carryOut(List<String> lines, Session caller, Map<String, String> environment) throws Exception {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        for (boolean json : List.of(false, true)) {
            Session session = new Session(
                    caller.root(), environment, false, false, json, "systole", nowhere, nowhere, Optional.empty());
            for (String line : lines) {
                Systole.dispatch(session, List.of(line.split(" ")), false);
            }
        }
    }
}
