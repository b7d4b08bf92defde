package systole.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import systole.formats.CibValidation;
import systole.formats.CibXml;
import systole.formats.CrmLanguage;
import systole.formats.Finding;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;
import systole.model.CibEdits;
import systole.model.Element;

/**
 * Level {@code cib}: drafts of the configuration in files, "shadows". Beside a draft lies the configuration from which it
 * was made, so that a commit changes only what the draft changed.
 */
final class CibVerbs {
    private static final String ENDING = ".xml";
    private static final String BASE_ENDING = ".base";

    private CibVerbs() {}

    static Level level() {
        List<Verb> verbs = new ArrayList<>();
        verbs.add(Verb.of("new", "Make a draft from the cluster's configuration.")
                .flag("--force", "replace a draft of this name")
                .flag("--empty", "begin with nothing")
                .one("NAME", Verb.Kind.WORD, "name of the draft")
                .any("withstatus|force|empty", Verb.Kind.WORD, "as crm writes the options")
                .does(CibVerbs::fresh));
        verbs.add(Verb.of("use", "Work on a draft in this shell; without a name on the cluster again.")
                .maybe("NAME", Verb.Kind.DRAFT, "name of the draft")
                .any("withstatus", Verb.Kind.WORD, "for crm")
                .does(call -> {
                    String name = call.one("NAME", "");
                    if (!name.isEmpty() && !name.equals("live")) {
                        requireDraft(call.session(), name);
                    }
                    call.session()
                            .info("outside the shell write: " + call.session().program() + " -c NAME COMMAND");
                    return ExitCode.OK.number();
                }));
        verbs.add(Verb.of("list", "List the drafts.").does(call -> {
            List<String> names = names(call.session());
            if (call.session().json()) {
                call.out().println(Output.of(names));
            } else {
                names.forEach(call.out()::println);
            }
            return ExitCode.OK.number();
        }));
        verbs.add(Verb.of("diff", "Print what committing a draft would change.")
                .one("NAME", Verb.Kind.DRAFT, "name of the draft")
                .does(call -> {
                    try (Backend backend = call.session().withDraft("").directly()) {
                        Element cib = backend.cib();
                        call.out()
                                .print(PendingBackend.difference(
                                        Backend.configuration(cib),
                                        merged(call, cib, call.session().force())));
                    }
                    return ExitCode.OK.number();
                }));
        verbs.add(Verb.of("commit", "Put a draft in force.")
                .option("--max-disruption", "N", "refuse if more than N running resources would be stopped or moved")
                .flag("--force", "what others changed in the same objects is lost")
                .one("NAME", Verb.Kind.DRAFT, "name of the draft")
                .does(CibVerbs::commit));
        verbs.add(Verb.of("reset", "Make a draft anew from the cluster's configuration.")
                .one("NAME", Verb.Kind.DRAFT, "its name")
                .does(call -> {
                    requireDraft(call.session(), call.one("NAME"));
                    copy(call);
                    return ExitCode.OK.number();
                }));
        verbs.add(Verb.of("import", "Make a draft from a file: a CIB, or the input of a plan (history transitions).")
                .flag("--force", "replace a draft of this name")
                .one("FILE", Verb.Kind.FILE, "XML; or the number of a plan")
                .maybe("NAME", Verb.Kind.WORD, "name of the draft; default: the file's name")
                .does(CibVerbs::importFile));
        verbs.add(Verb.of("delete", "Delete a draft.")
                .one("NAME", Verb.Kind.DRAFT, "its name")
                .does(call -> {
                    Files.delete(requireDraft(call.session(), call.one("NAME")));
                    Files.deleteIfExists(base(call.session(), call.one("NAME")));
                    return ExitCode.OK.number();
                }));
        verbs.add(Verb.of("path", "Print the file of a draft, to be used as CIB_file.")
                .one("NAME", Verb.Kind.DRAFT, "its name")
                .does(call -> {
                    call.out().println(requireDraft(call.session(), call.one("NAME")));
                    return ExitCode.OK.number();
                }));
        return new Level("cib", List.of(), "Work on drafts of the configuration.", verbs);
    }

    private static Path folder(Session session) {
        return session.root().resolve("var/lib/systole/drafts");
    }

    static List<String> names(Session session) {
        Path folder = folder(session);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(ENDING))
                    .map(name -> name.substring(0, name.length() - ENDING.length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("listing " + folder, e);
        }
    }

    private static Path file(Session session, String name) {
        if (!name.matches("[A-Za-z0-9_-][A-Za-z0-9_.-]*") || name.equals("live")) {
            throw new UsageException("'" + name + "' is no name of a draft", "use letters, digits, '_' and '-'");
        }
        return folder(session).resolve(name + ENDING);
    }

    private static Path base(Session session, String name) {
        return folder(session).resolve(name + BASE_ENDING);
    }

    /** The file of a draft that exists. */
    static Path requireDraft(Session session, String name) {
        Path file = file(session, name);
        if (!Files.exists(file)) {
            throw new BadInputException(
                    "",
                    "there is no draft '" + name + "'" + NearestWord.hint(name, names(session)),
                    "list the drafts: systole cib list");
        }
        return file;
    }

    private static Element read(Path file) {
        return CibXml.read(file.toString(), FileBackend.read(file));
    }

    private static void refuseExisting(Call call, Path file, String name, boolean force) {
        if (Files.exists(file) && !force && !call.session().force()) {
            throw new BadInputException("", "draft '" + name + "' exists", "delete it first, or write --force");
        }
    }

    private static void copy(Call call) {
        String name = call.one("NAME");
        try (Backend backend = call.session().withDraft("").directly()) {
            String text = CibXml.write(backend.cib());
            FileBackend.write(base(call.session(), name), text);
            FileBackend.write(file(call.session(), name), text);
        }
    }

    private static int fresh(Call call) throws IOException {
        String name = call.one("NAME");
        List<String> words = call.all("withstatus|force|empty");
        Path file = file(call.session(), name);
        refuseExisting(call, file, name, call.has("--force") || words.contains("force"));
        if (call.has("--empty") || words.contains("empty")) {
            Files.deleteIfExists(base(call.session(), name));
            FileBackend.write(
                    file,
                    CibXml.write(Element.of(
                            "cib",
                            Map.of("admin_epoch", "0", "epoch", "0"),
                            List.of(CrmLanguage.EMPTY, Element.leaf("status")))));
        } else {
            copy(call);
        }
        call.session()
                .info("draft '" + name + "' is made; work on it: "
                        + call.session().program() + " -c " + name);
        return ExitCode.OK.number();
    }

    private static int importFile(Call call) throws IOException {
        Path from = Path.of(call.one("FILE"));
        boolean plan = PlanVerbs.isPlan(call.one("FILE")) && !Files.exists(from);
        String name = call.one(
                "NAME",
                plan
                        ? "plan-" + call.one("FILE").replace("-", "last-")
                        : String.valueOf(from.getFileName()).replaceAll("\\..*", ""));
        Path file = file(call.session(), name);
        refuseExisting(call, file, name, call.has("--force"));
        Element document = plan ? PlanVerbs.input(call.session(), call.one("FILE")) : read(from);
        Finding.refuse(Finding.atLeast(
                Finding.Severity.ERROR,
                CibValidation.check(Backend.configuration(document), String.valueOf(from.getFileName()))));
        Files.deleteIfExists(base(call.session(), name));
        FileBackend.write(
                file,
                CibXml.write(
                        document.is("cib")
                                ? document
                                : Element.of("cib", Map.of("epoch", "1"), List.of(Backend.configuration(document)))));
        call.session().info("draft '" + name + "' is made");
        return ExitCode.OK.number();
    }

    /** The configuration that a commit would bring: the draft, with what others changed elsewhere meanwhile. */
    private static Element merged(Call call, Element cib, boolean force) {
        String name = call.one("NAME");
        Element draft = Backend.configuration(read(requireDraft(call.session(), name)));
        Path baseFile = base(call.session(), name);
        Element present = Backend.configuration(cib);
        if (!Files.exists(baseFile)) {
            return draft;
        }
        Element base = Backend.configuration(read(baseFile));
        if (base.equals(present)) {
            return draft;
        }
        Set<String> both = new TreeSet<>(Undo.touched(base, present));
        both.retainAll(Undo.touched(base, draft));
        if (!both.isEmpty() && !force) {
            throw new MovedException(
                    "since draft '" + name + "' was made, others changed what it changes too: "
                            + String.join(", ", both)
                            + ". Others changed:\n"
                            + PendingBackend.difference(base, present).stripTrailing(),
                    "make the draft anew (cib reset " + name + "), or write --force and lose the change of the others");
        }
        return both.isEmpty() ? CibEdits.apply(present, CibEdits.between(base, draft)) : draft;
    }

    private static int commit(Call call) {
        String name = call.one("NAME");
        int most = ConfigureVerbs.mostDisruption(call);
        boolean force = call.has("--force") || call.session().force();
        try (Backend backend = call.session().withDraft("").directly()) {
            Element cib = backend.cib();
            Element after = merged(call, cib, force);
            Finding.refuse(Finding.atLeast(Finding.Severity.ERROR, CibValidation.check(after, name)));
            if (most < Integer.MAX_VALUE) {
                Impact.of(Impact.with(cib, after), java.time.Instant.now()).refuseAbove(most);
            }
            backend.changeFrom(Backend.version(cib), "commit draft " + name, Backend.configuration(cib), after);
            if (call.session().await()) {
                backend.settle();
            }
        }
        return ExitCode.OK.number();
    }
}
