package systole.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import systole.api.Answer;
import systole.api.Request;
import systole.formats.CorosyncConf;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;

/** Level {@code corosync}: the interconnect of this node, its file, its state. */
final class CorosyncVerbs {
    private CorosyncVerbs() {}

    static Level level() {
        List<Verb> verbs = new ArrayList<>();
        verbs.add(Verb.of("status", "Show links, ring and quorum as this node sees them.")
                .any("ring|quorum", Verb.Kind.WORD, "only lines that begin so")
                .does(ClusterVerbs::status));
        verbs.add(Verb.of("show", "Print the interconnect's file of this node.").does(call -> {
            call.out().print(FileBackend.read(file(call.session())));
            return ExitCode.OK.number();
        }));
        verbs.add(Verb.of("get", "Print a value of the file.")
                .one("PATH", Verb.Kind.WORD, "as totem.token")
                .does(CorosyncVerbs::get));
        verbs.add(Verb.of("set", "Change a value in the file of this node; it counts after a reload or a restart.")
                .one("PATH", Verb.Kind.WORD, "as totem.token")
                .one("VALUE", Verb.Kind.WORD, "the value")
                .example("systole corosync set totem.token 500")
                .does(CorosyncVerbs::set));
        verbs.add(Verb.of("edit", "Change the file of this node in an editor ($EDITOR).")
                .does(call -> {
                    Path file = file(call.session());
                    String before = FileBackend.read(file);
                    write(call, file, before, Shell.edit(call.session(), before));
                    return ExitCode.OK.number();
                }));
        verbs.add(Verb.of("verify", "Check the file of this node, or another one.")
                .maybe("FILE", Verb.Kind.FILE, "default: ROOT/etc/systole/cluster.conf")
                .does(call -> {
                    Path file = call.all("FILE").isEmpty() ? file(call.session()) : Path.of(call.one("FILE"));
                    CorosyncConf.read(file.toString(), FileBackend.read(file));
                    return ExitCode.OK.number();
                }));
        verbs.add(Verb.of(
                        "diff",
                        "Compare the file of this node with another file, or with that of other nodes over ssh.")
                .flag("--checksum", "only say which nodes' files differ")
                .any("FILE|NODE", Verb.Kind.NODE, "a file, or nodes; default: all other nodes")
                .does(CorosyncVerbs::diff));
        verbs.add(Verb.of("reload", "Put this node's file in force on all nodes, as far as that needs no restart.")
                .flag("--check", "say what would change, and change nothing")
                .example("systole corosync reload --check")
                .does(CorosyncVerbs::reload));
        verbs.add(
                Verb.of("unblock", "Do not wait for nodes that were never seen (wait_for_all): they are switched off.")
                        .example("systole corosync unblock")
                        .does(call -> vouch(call, new Request.Unblock(), "nobody is waited for")));
        verbs.add(Verb.of(
                        "expected-votes",
                        "Count as if the cluster had so many votes, while the nodes that are not here are switched off.")
                .one("VOTES", Verb.Kind.WORD, "from the votes that are here up to twice as many, less one")
                .example("systole corosync expected-votes 2")
                .does(call -> vouch(
                        call,
                        new Request.SetExpectedVotes(votes(call.one("VOTES"))),
                        "expected votes are " + call.one("VOTES"))));
        verbs.add(LinkVerbs.verb());
        verbs.addAll(RemoteVerbs.corosync());
        verbs.add(Verb.of("log", "Print the daemon's log of this node.")
                .option("--limit", "N", "only the last so many lines; default 100, 0 for all")
                .any("NODE", Verb.Kind.NODE, "only of these nodes, over ssh")
                .does(Logs::print));
        return new Level("corosync", List.of(), "See and change the interconnect.", verbs);
    }

    private static int diff(Call call) throws Exception {
        List<String> words = call.all("FILE|NODE");
        Path own = file(call.session());
        if (words.size() != 1 || !Files.isRegularFile(Path.of(words.get(0)))) {
            return RemoteVerbs.diff(call, own.toAbsolutePath(), words, call.has("--checksum"));
        }
        String difference = TextDiff.of(FileBackend.read(own), FileBackend.read(Path.of(words.get(0))));
        if (call.session().json()) {
            call.out().println(Output.of(difference.lines().toList()));
        } else {
            call.out().print(difference);
        }
        return ExitCode.OK.number();
    }

    private static int reload(Call call) {
        Map<String, String> facts;
        try (Backend backend = call.session().directly()) {
            facts = backend.ask(new Request.ReloadFile(call.has("--check"))) instanceof Answer.Facts found
                    ? found.facts()
                    : Map.of();
        }
        if (call.session().json()) {
            call.out().println(Output.of(facts));
            return ExitCode.OK.number();
        }
        facts.forEach((path, words) -> {
            if (!path.equals("config_version")) {
                call.out().println(path + ": " + words);
            }
        });
        String version = facts.getOrDefault("config_version", "");
        call.session()
                .info(
                        call.has("--check")
                                ? "the file would be in force with config_version " + version
                                : "the file is in force, and on the disk of all nodes that are here, with config_version "
                                        + version);
        return ExitCode.OK.number();
    }

    private static int votes(String word) {
        if (!word.matches("[0-9]{1,6}")) {
            throw new BadInputException("", word + " is no number of votes", "give a number, as 3");
        }
        return Integer.parseInt(word);
    }

    /** Only a person can know that nodes which are not here are down. */
    private static int vouch(Call call, Request request, String done) {
        try (Backend backend = call.session().directly()) {
            if (!Ask.yes(
                    call.session(),
                    "Are you certain that all nodes which are not here are switched off? If one runs services, data may be"
                            + " destroyed.")) {
                call.session().info("nothing was done");
                return ExitCode.FAILED.number();
            }
            String quorum = ResourceVerbs.text(backend.ask(request));
            call.session().info(done + "; quorum: " + quorum);
        }
        return ExitCode.OK.number();
    }

    private static Path file(Session session) {
        return session.root().resolve("etc/systole/cluster.conf");
    }

    static void write(Call call, Path file, String before, String after) {
        if (after.equals(before)) {
            return;
        }
        CorosyncConf.read(file.toString(), after);
        FileBackend.write(file, after);
        call.session().info("written; in force after: systole corosync reload (it names what needs a restart instead)");
    }

    /** Line numbers of values by their path; a path that stands twice (nodes) has the first. */
    private static Map<String, Integer> places(List<String> lines) {
        Map<String, Integer> found = new LinkedHashMap<>();
        List<String> open = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.endsWith("{")) {
                open.add(line.substring(0, line.length() - 1).strip());
            } else if (line.equals("}") && !open.isEmpty()) {
                open.remove(open.size() - 1);
            } else if (line.indexOf(':') > 0 && !line.startsWith("#")) {
                String name = line.substring(0, line.indexOf(':')).strip();
                found.putIfAbsent(String.join(".", open) + (open.isEmpty() ? "" : ".") + name, i);
            }
        }
        return found;
    }

    private static int get(Call call) {
        List<String> lines = FileBackend.read(file(call.session())).lines().toList();
        Map<String, Integer> places = places(lines);
        Integer at = places.get(call.one("PATH"));
        if (at == null) {
            throw new BadInputException(
                    "",
                    "the file does not set '" + call.one("PATH") + "'"
                            + NearestWord.hint(call.one("PATH"), places.keySet()),
                    "see the file: systole corosync show");
        }
        String line = lines.get(at);
        call.out().println(line.substring(line.indexOf(':') + 1).strip());
        return ExitCode.OK.number();
    }

    private static int set(Call call) {
        Path file = file(call.session());
        String before = FileBackend.read(file);
        write(call, file, before, withValue(before, call.one("PATH"), call.one("VALUE")));
        return ExitCode.OK.number();
    }

    /** The text with the value at the path changed, or added to its section. */
    static String withValue(String before, String path, String value) {
        List<String> lines = new ArrayList<>(before.lines().toList());
        int dot = path.lastIndexOf('.');
        if (dot < 1) {
            throw new UsageException("'" + path + "' is no path of a value", "write SECTION.NAME, as totem.token");
        }
        String name = path.substring(dot + 1);
        Integer at = places(lines).get(path);
        if (at != null) {
            String line = lines.get(at);
            lines.set(at, line.substring(0, line.indexOf(':') + 1) + " " + value);
        } else {
            int section = lines.indexOf(path.substring(0, dot) + " {");
            if (section < 0) {
                throw new BadInputException(
                        "",
                        "the file has no section '" + path.substring(0, dot) + "'",
                        "add it: systole corosync edit");
            }
            lines.add(section + 1, "    " + name + ": " + value);
        }
        return String.join("\n", lines) + "\n";
    }
}
