package systole.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import systole.formats.CibValidation;
import systole.formats.CibXml;
import systole.formats.CrmLanguage;
import systole.formats.Finding;
import systole.kernel.BadInputException;
import systole.model.Element;

/** Level {@code cib}: drafts of the configuration in files, "shadows". */
final class CibVerbs {
    private CibVerbs() {}

    static Level level() {
        List<Verb> verbs = new ArrayList<>();
        verbs.add(Verb.of("new", "Make a draft from the cluster's configuration.")
                .flag("--force", "replace a draft of this name")
                .flag("--empty", "begin with nothing")
                .one("NAME", Verb.Kind.WORD, "name of the draft")
                .does(CibVerbs::fresh));
        verbs.add(Verb.of("list", "List the drafts.").does(call -> {
            Path folder = folder(call.session());
            if (Files.isDirectory(folder)) {
                try (var files = Files.list(folder)) {
                    files.map(path -> path.getFileName().toString())
                            .filter(name -> name.endsWith(".xml"))
                            .sorted()
                            .forEach(name -> call.out().println(name.substring(0, name.length() - 4)));
                }
            }
            return ExitCode.OK.number();
        }));
        verbs.add(Verb.of("diff", "Print what committing a draft would change.")
                .one("NAME", Verb.Kind.WORD, "name of the draft")
                .does(call -> {
                    try (Backend backend = call.session().backend()) {
                        call.out()
                                .print(TextDiff.of(
                                        CrmLanguage.show(backend.configuration(), CrmLanguage.Style.EXACT),
                                        CrmLanguage.show(Backend.configuration(draft(call)), CrmLanguage.Style.EXACT)));
                    }
                    return ExitCode.OK.number();
                }));
        verbs.add(Verb.of("commit", "Put a draft in force.")
                .one("NAME", Verb.Kind.WORD, "name of the draft")
                .does(call -> {
                    Element draft = Backend.configuration(draft(call));
                    Finding.refuse(
                            Finding.atLeast(Finding.Severity.ERROR, CibValidation.check(draft, call.one("NAME"))));
                    call.change("commit draft " + call.one("NAME"), configuration -> draft);
                    return ExitCode.OK.number();
                }));
        verbs.add(Verb.of("delete", "Delete a draft.")
                .one("NAME", Verb.Kind.WORD, "its name")
                .does(call -> {
                    draft(call);
                    Files.delete(file(call));
                    return ExitCode.OK.number();
                }));
        verbs.add(Verb.of("path", "Print the file of a draft, to be used as CIB_file.")
                .one("NAME", Verb.Kind.WORD, "its name")
                .does(call -> {
                    draft(call);
                    call.out().println(file(call));
                    return ExitCode.OK.number();
                }));
        return new Level("cib", List.of(), "Work on drafts of the configuration.", verbs);
    }

    private static Path folder(Session session) {
        return session.root().resolve("var/lib/systole/drafts");
    }

    private static Path file(Call call) {
        String name = call.one("NAME");
        if (!name.matches("[A-Za-z0-9_.-]+") || name.startsWith(".")) {
            throw new UsageException("'" + name + "' is no name of a draft", "use letters, digits, '_' and '-'");
        }
        return folder(call.session()).resolve(name + ".xml");
    }

    private static Element draft(Call call) {
        Path file = file(call);
        if (!Files.exists(file)) {
            throw new BadInputException(
                    "", "there is no draft '" + call.one("NAME") + "'", "list the drafts: systole cib list");
        }
        return CibXml.read(file.toString(), FileBackend.read(file));
    }

    private static int fresh(Call call) {
        Path file = file(call);
        if (Files.exists(file) && !call.has("--force") && !call.session().force()) {
            throw new BadInputException(
                    "", "draft '" + call.one("NAME") + "' exists", "delete it first, or write --force");
        }
        try (Backend backend = call.session().backend()) {
            Element cib = call.has("--empty")
                    ? Element.of("cib", Map.of("epoch", "0"), List.of(CrmLanguage.EMPTY, Element.leaf("status")))
                    : backend.cib();
            FileBackend.write(file, CibXml.write(cib));
        }
        call.session().info("draft '" + call.one("NAME") + "' is " + file + "; use it with CIB_file=" + file);
        return ExitCode.OK.number();
    }
}
