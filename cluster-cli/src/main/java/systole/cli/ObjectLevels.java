package systole.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import systole.formats.CrmLanguage;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;
import systole.model.Element;

/** Levels {@code tag}, {@code template} and {@code acl}: short ways to objects that {@code configure} defines. */
final class ObjectLevels {
    private ObjectLevels() {}

    // ---- tags -------------------------------------------------------------------------------------------------------

    static Level tags() {
        List<Verb> verbs = new ArrayList<>();
        verbs.add(show("show", "List the tags, or what one names.", "tags", List.of("tag")));
        verbs.add(Verb.of("add", "Put objects under a tag; the tag is made if it is not there.")
                .one("TAG", Verb.Kind.OBJECT, "the tag")
                .some("ID", Verb.Kind.OBJECT, "what it is to name")
                .example("systole tag add web vip apache")
                .does(call -> {
                    List<String> added = call.all("ID");
                    String tag = call.one("TAG");
                    call.change("tag add " + tag + " " + String.join(" ", added), configuration -> {
                        List<String> members = members(configuration, tag);
                        added.stream().filter(id -> !members.contains(id)).forEach(members::add);
                        return CrmLanguage.apply(
                                configuration, "command line", "tag " + tag + ": " + String.join(" ", members));
                    });
                    return ExitCode.OK.number();
                }));
        verbs.add(Verb.of("remove", "Take objects from a tag; with its last member the tag goes too.")
                .one("TAG", Verb.Kind.OBJECT, "the tag")
                .some("ID", Verb.Kind.OBJECT, "what it is not to name any more")
                .does(call -> {
                    List<String> removed = call.all("ID");
                    String tag = call.one("TAG");
                    call.change("tag remove " + tag + " " + String.join(" ", removed), configuration -> {
                        List<String> members = members(configuration, tag);
                        if (!members.removeAll(removed)) {
                            throw new BadInputException(
                                    "",
                                    "tag '" + tag + "' names none of " + String.join(", ", removed)
                                            + NearestWord.hint(removed.get(0), members),
                                    "see what it names: systole tag show " + tag);
                        }
                        return members.isEmpty()
                                ? systole.formats.CrmObjects.delete(configuration, List.of(tag))
                                : CrmLanguage.apply(
                                        configuration, "command line", "tag " + tag + ": " + String.join(" ", members));
                    });
                    return ExitCode.OK.number();
                }));
        return new Level("tag", List.of(), "Name sets of objects.", verbs);
    }

    private static List<String> members(Element configuration, String tag) {
        List<String> found = new ArrayList<>();
        for (Element tags : configuration.children("tags")) {
            for (Element each : tags.children("tag")) {
                if (each.id().equals(tag)) {
                    each.children("obj_ref").forEach(member -> found.add(member.id()));
                }
            }
        }
        return found;
    }

    // ---- templates --------------------------------------------------------------------------------------------------

    static Level templates() {
        List<Verb> verbs = new ArrayList<>();
        verbs.add(show("show", "List the templates of resources, or print one.", "resources", List.of("template")));
        verbs.add(Verb.of("users", "List the resources that are made from a template.")
                .one("TEMPLATE", Verb.Kind.OBJECT, "which")
                .does(call -> {
                    try (Backend backend = call.session().backend()) {
                        Element configuration = backend.configuration();
                        List<String> found = new ArrayList<>();
                        for (String id : Edits.resourceIds(configuration)) {
                            if (Edits.requireResource(configuration, id)
                                    .attribute("template", "")
                                    .equals(call.one("TEMPLATE"))) {
                                found.add(id);
                            }
                        }
                        list(call, found);
                    }
                    return ExitCode.OK.number();
                }));
        return new Level("template", List.of(), "Look at templates of resources (configure rsc_template).", verbs);
    }

    // ---- access control ---------------------------------------------------------------------------------------------

    static Level accessControl() {
        List<Verb> verbs = new ArrayList<>();
        verbs.add(show(
                "show",
                "List roles, users and groups of access control, or print some.",
                "acls",
                List.of("acl_role", "acl_target", "acl_group")));
        verbs.add(onOff("enable", "Let roles decide who may do what (enable-acl=true).", "true"));
        verbs.add(onOff("disable", "Let the group haclient do everything again (enable-acl=false).", "false"));
        verbs.add(Verb.of("roles", "List the roles of a user or group.")
                .one("NAME", Verb.Kind.WORD, "a user or a group of the system")
                .does(call -> {
                    try (Backend backend = call.session().backend()) {
                        List<String> found = new ArrayList<>();
                        for (Element acls : backend.configuration().children("acls")) {
                            for (Element each : acls.children()) {
                                if (!each.is("acl_role")
                                        && each.attribute("name", each.id()).equals(call.one("NAME"))) {
                                    each.children("role").forEach(role -> found.add(role.id()));
                                }
                            }
                        }
                        list(call, found);
                    }
                    return ExitCode.OK.number();
                }));
        return new Level("acl", List.of(), "See and switch access control (configure role, acl_target).", verbs);
    }

    private static Verb onOff(String name, String summary, String value) {
        return Verb.of(name, summary).does(call -> {
            call.change(
                    "acl " + name,
                    configuration -> CrmLanguage.apply(configuration, "command line", "property enable-acl=" + value));
            return ExitCode.OK.number();
        });
    }

    // ---- common -----------------------------------------------------------------------------------------------------

    private static Verb show(String name, String summary, String section, List<String> elements) {
        return Verb.of(name, summary)
                .alias("list")
                .any("ID", Verb.Kind.OBJECT, "only these")
                .does(call -> {
                    try (Backend backend = call.session().backend()) {
                        Element configuration = backend.configuration();
                        Map<String, Element> found = new LinkedHashMap<>();
                        configuration
                                .children(section)
                                .forEach(all -> all.children().stream()
                                        .filter(each -> elements.contains(each.name()))
                                        .forEach(each -> found.put(each.id(), each)));
                        for (String id : call.all("ID")) {
                            if (!found.containsKey(id)) {
                                throw new BadInputException(
                                        "",
                                        "there is no " + String.join(" or ", elements) + " '" + id + "'"
                                                + NearestWord.hint(id, found.keySet()),
                                        "list them: leave the name out");
                            }
                        }
                        if (!call.all("ID").isEmpty()) {
                            found.keySet().retainAll(call.all("ID"));
                        }
                        if (call.session().json()) {
                            List<Object> trees = new ArrayList<>();
                            found.values().forEach(each -> trees.add(ConfigureVerbs.Trees.of(each)));
                            call.out().println(Output.of(trees));
                        } else if (!found.isEmpty()) {
                            call.out()
                                    .print(CrmLanguage.show(configuration, CrmLanguage.Style.DISPLAY, found.keySet()));
                        }
                    }
                    return ExitCode.OK.number();
                });
    }

    private static void list(Call call, List<String> words) {
        if (call.session().json()) {
            call.out().println(Output.of(words));
        } else {
            words.forEach(call.out()::println);
        }
    }
}
