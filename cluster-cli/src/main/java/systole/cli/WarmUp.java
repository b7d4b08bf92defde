package systole.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import systole.api.Answer;
import systole.api.ApiCodec;
import systole.api.ApiSocket;
import systole.api.Request;
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

    private static final List<String> LIVE = List.of("status", "configure show", "resource status", "node show");

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
            overASocket(folder, session, cib);
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(folder);
        }
        return ExitCode.OK.number();
    }

    /** The same once more through a socket, as for a running daemon: it answers each question with the example. */
    private static void overASocket(Path folder, Session session, Element cib) throws Exception {
        Path socket = ApiSocket.of(folder);
        Files.createDirectories(folder.resolve("run/systole"));
        Thread daemon = null;
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            daemon = new Thread(() -> answer(server, cib), "warm-up");
            daemon.start();
            Session live = new Session(
                    folder,
                    Map.of(),
                    false,
                    false,
                    false,
                    session.program(),
                    session.out(),
                    session.err(),
                    Optional.empty());
            for (String line : LIVE) {
                Systole.dispatch(live, List.of(line.split(" ")), false);
            }
        } finally {
            if (daemon != null) {
                daemon.join();
            }
            Files.deleteIfExists(socket);
            Files.deleteIfExists(folder.resolve("run/systole"));
            Files.deleteIfExists(folder.resolve("run"));
        }
    }

    /** One connection for each line, until the server is closed. */
    private static void answer(ServerSocketChannel server, Element cib) {
        try {
            for (int i = 0; i < LIVE.size(); i++) {
                try (SocketChannel client = server.accept();
                        BufferedReader lines = new BufferedReader(
                                new InputStreamReader(Channels.newInputStream(client), StandardCharsets.UTF_8))) {
                    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                        Answer answer = ApiCodec.readRequest(line) instanceof Request.Status
                                ? new Answer.Status(Map.of("quorate", "true"), List.of(), cib)
                                : new Answer.Cib("0.1.0", cib);
                        client.write(ByteBuffer.wrap((ApiCodec.write(answer) + "\n").getBytes(StandardCharsets.UTF_8)));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
