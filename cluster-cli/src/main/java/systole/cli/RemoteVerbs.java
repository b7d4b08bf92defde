package systole.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import systole.formats.CorosyncConf;
import systole.kernel.BadInputException;

/** Commands of the levels {@code cluster} and {@code corosync} that reach other nodes, over ssh. */
final class RemoteVerbs {
    private RemoteVerbs() {}

    static List<Verb> cluster() {
        return List.of(
                Verb.of("run", "Run a command on all nodes, over ssh.")
                        .one("COMMAND", Verb.Kind.WORD, "for the shell, in quotes if it has blanks")
                        .any("NODE", Verb.Kind.NODE, "only there")
                        .example("systole cluster run 'uptime'")
                        .does(call -> runOn(call, call.all("NODE"), call.one("COMMAND"))),
                Verb.of("rename", "Give the cluster another name, in the files of all nodes, over ssh.")
                        .one("NAME", Verb.Kind.WORD, "the name to be")
                        .example("systole cluster rename web")
                        .does(RemoteVerbs::rename),
                Verb.of("copy", "Copy a file of this node to the others, over ssh.")
                        .one("FILE", Verb.Kind.FILE, "its whole path; permissions are kept")
                        .any("NODE", Verb.Kind.NODE, "only there")
                        .example("systole cluster copy /etc/hosts")
                        .does(call -> {
                            Path file = Path.of(call.one("FILE"));
                            requireWhole(file);
                            return put(call, file, bytes(file), call.all("NODE"));
                        }),
                Verb.of("diff", "Compare a file of this node with that of the others, over ssh; code 1 if one differs.")
                        .flag("--checksum", "only say which differ")
                        .one("FILE", Verb.Kind.FILE, "its whole path")
                        .any("NODE", Verb.Kind.NODE, "only with these")
                        .does(call -> diff(call, Path.of(call.one("FILE")), call.all("NODE"), call.has("--checksum"))));
    }

    static List<Verb> corosync() {
        return List.of(
                Verb.of("push", "Give the interconnect's file of this node to the others, over ssh.")
                        .any("NODE", Verb.Kind.NODE, "only these")
                        .does(call -> {
                            Path file = OtherNodes.file(call.session());
                            String text = FileBackend.read(file);
                            CorosyncConf.read(file.toString(), text);
                            int code = put(call, file, text.getBytes(StandardCharsets.UTF_8), call.all("NODE"));
                            call.session()
                                    .info("the daemons read it when they start: systole cluster restart, node by node");
                            return code;
                        }),
                Verb.of("pull", "Take the interconnect's file of another node, over ssh.")
                        .one("NODE", Verb.Kind.NODE, "from where")
                        .does(RemoteVerbs::pull));
    }

    // ---- carrying out -----------------------------------------------------------------------------------------------

    /** A command on these nodes, or on all if none is named; prints what each said. */
    static int runOn(Call call, List<String> wanted, String command) throws InterruptedException {
        OtherNodes nodes = new OtherNodes(call.session());
        List<OtherNodes.Result> results = nodes.onEach(nodes.chosen(wanted), command, new byte[0]);
        if (call.session().json()) {
            List<Object> list = new ArrayList<>();
            for (OtherNodes.Result result : results) {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("node", result.node());
                fields.put("code", result.code());
                fields.put("out", result.text());
                fields.put("err", result.err());
                list.add(fields);
            }
            call.out().println(Output.of(list));
            return code(results);
        }
        for (OtherNodes.Result result : results) {
            if (result.code() == 0) {
                call.session().info("[" + result.node() + "]");
            }
            call.out().print(result.text());
            call.out().flush();
            complain(call, result);
        }
        return code(results);
    }

    private static int code(List<OtherNodes.Result> results) {
        return results.stream().allMatch(result -> result.code() == 0)
                ? ExitCode.OK.number()
                : ExitCode.FAILED.number();
    }

    private static void complain(Call call, OtherNodes.Result result) {
        if (result.code() != 0) {
            String why = result.err().isEmpty() ? "" : ": " + result.err();
            call.session().err().println("ERROR: [" + result.node() + "] ended with code " + result.code() + why);
        } else if (!result.err().isEmpty()) {
            call.session().warn("[" + result.node() + "] " + result.err());
        }
    }

    static int put(Call call, Path file, byte[] content, List<String> wanted) throws IOException, InterruptedException {
        requireWhole(file);
        OtherNodes nodes = new OtherNodes(call.session());
        List<String> targets = nodes.others(wanted);
        if (targets.isEmpty()) {
            call.session().info("there is no other node");
            return ExitCode.OK.number();
        }
        List<OtherNodes.Result> results = nodes.put(targets, file.toString(), mode(file), content);
        for (OtherNodes.Result result : results) {
            if (result.code() == 0) {
                call.session().info("[" + result.node() + "] " + file + " written");
            }
            complain(call, result);
        }
        return code(results);
    }

    /** Nodes of different names do not hear each other, so the name counts only after all have ended together. */
    private static int rename(Call call) throws IOException, InterruptedException {
        String name = call.one("NAME");
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")) {
            throw new UsageException("'" + name + "' is no name of a cluster", "use letters, digits, '_', '.' and '-'");
        }
        Path file = OtherNodes.file(call.session()).toAbsolutePath();
        String before = FileBackend.read(file);
        String after = CorosyncVerbs.withValue(before, "totem.cluster_name", name);
        CorosyncConf.read(file.toString(), after);
        if (after.equals(before)) {
            call.session().info("the cluster has this name already");
            return ExitCode.OK.number();
        }
        FileBackend.write(file, after);
        int code = put(call, file, after.getBytes(StandardCharsets.UTF_8), List.of());
        call.session()
                .info(
                        "the name counts when all daemons have ended and begin again together: systole cluster stop --all,"
                                + " then systole cluster start --all");
        return code;
    }

    private static void requireWhole(Path file) {
        if (!file.isAbsolute()) {
            throw new UsageException("'" + file + "' is no whole path", "write it from / on: " + file.toAbsolutePath());
        }
    }

    private static byte[] bytes(Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new BadInputException(file.toString(), "the file does not exist", "check the path");
        }
    }

    private static String mode(Path file) throws IOException {
        int mode = 0;
        for (PosixFilePermission each : Files.getPosixFilePermissions(file)) {
            mode |= switch (each) {
                case OWNER_READ -> 0400;
                case OWNER_WRITE -> 0200;
                case OWNER_EXECUTE -> 0100;
                case GROUP_READ -> 040;
                case GROUP_WRITE -> 020;
                case GROUP_EXECUTE -> 010;
                case OTHERS_READ -> 04;
                case OTHERS_WRITE -> 02;
                case OTHERS_EXECUTE -> 01;
            };
        }
        return "0" + Integer.toOctalString(mode);
    }

    /** Differences as from this node's file to the other's. */
    static int diff(Call call, Path file, List<String> wanted, boolean brief) throws IOException, InterruptedException {
        requireWhole(file);
        String own = new String(bytes(file), StandardCharsets.UTF_8);
        OtherNodes nodes = new OtherNodes(call.session());
        boolean same = true;
        List<Object> json = new ArrayList<>();
        for (OtherNodes.Result result : nodes.fetch(nodes.others(wanted), file.toString())) {
            boolean equal = result.code() == 0 && result.text().equals(own);
            same &= equal;
            if (call.session().json()) {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("node", result.node());
                fields.put("same", equal);
                fields.put(
                        "difference",
                        result.code() != 0
                                ? List.of()
                                : TextDiff.of(own, result.text()).lines().toList());
                fields.put("err", result.err());
                json.add(fields);
            } else if (result.code() != 0) {
                complain(call, result);
            } else if (!equal) {
                call.out().println("[" + result.node() + "] " + file + " differs");
                if (!brief) {
                    call.out().print(TextDiff.of(own, result.text()));
                }
            }
        }
        if (call.session().json()) {
            call.out().println(Output.of(json));
        }
        return same ? ExitCode.OK.number() : ExitCode.FAILED.number();
    }

    private static int pull(Call call) throws InterruptedException {
        Path file = OtherNodes.file(call.session());
        OtherNodes nodes = new OtherNodes(call.session());
        OtherNodes.Result result = nodes.fetch(nodes.chosen(List.of(call.one("NODE"))), file.toString())
                .get(0);
        if (result.code() != 0) {
            throw new BadInputException(
                    call.one("NODE"),
                    "the file " + file + " was not read: " + result.err(),
                    "check the way there: ssh " + call.one("NODE") + " cat " + file);
        }
        CorosyncConf.read(call.one("NODE") + ":" + file, result.text());
        if (Files.exists(file) && FileBackend.read(file).equals(result.text())) {
            call.session().info("the file is the same already");
            return ExitCode.OK.number();
        }
        FileBackend.write(file, result.text());
        call.session().info("written; the daemon reads it when it starts: systole cluster restart");
        return ExitCode.OK.number();
    }
}
