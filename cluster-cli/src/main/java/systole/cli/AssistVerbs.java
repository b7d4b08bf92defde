package systole.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import systole.formats.CrmLanguage;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;
import systole.model.Element;

/** Level {@code assist}: objects that are made from others. With crm it is a level inside of {@code configure}. */
final class AssistVerbs {
    private static final List<String> TYPE = List.of("class", "provider", "type");

    private AssistVerbs() {}

    static Level level() {
        return new Level(
                "assist",
                List.of(),
                "Make templates and weak bonds from what is there.",
                List.of(
                        Verb.of("template", "Make a template of primitives that have the same agent.")
                                .some("PRIMITIVE", Verb.Kind.RESOURCE, "which; they keep their parameters")
                                .example("systole configure assist template web1 web2")
                                .does(AssistVerbs::template),
                        Verb.of("weak-bond", "Keep resources on one node, without restarting one for the other.")
                                .some("RSC", Verb.Kind.RESOURCE, "two or more")
                                .example("systole configure assist weak-bond cache web")
                                .does(AssistVerbs::weakBond)));
    }

    private static int template(Call call) {
        Set<String> ids = new LinkedHashSet<>(call.all("PRIMITIVE"));
        String[] made = {""};
        call.change("assist template " + String.join(" ", ids), configuration -> {
            List<Element> primitives =
                    ids.stream().map(id -> primitive(configuration, id)).toList();
            Element first = primitives.get(0);
            for (Element each : primitives) {
                if (!agent(each).equals(agent(first))) {
                    throw new BadInputException(
                            "",
                            "'" + first.id() + "' is " + agent(first) + ", and '" + each.id() + "' is " + agent(each),
                            "name primitives that have the same agent");
                }
            }
            String id = free(
                    configuration, "template-" + first.attribute("type", "").toLowerCase(Locale.ROOT) + "-");
            made[0] = id;
            Element template = Element.leaf("template", "id", id);
            for (String name : TYPE) {
                String value = first.attribute(name);
                template = value == null ? template : template.withAttribute(name, value);
            }
            Element whole = template;
            Element next = Edits.section(configuration, "resources", resources -> {
                List<Element> all = new ArrayList<>(resources);
                all.add(0, whole);
                return all;
            });
            for (String primitive : ids) {
                next = Edits.onResource(next, primitive, each -> made(each, id));
            }
            return next;
        });
        call.session().info("template " + made[0] + " is made");
        return ExitCode.OK.number();
    }

    private static Element made(Element primitive, String template) {
        Element changed = primitive.withAttribute("template", template);
        for (String name : TYPE) {
            changed = changed.withoutAttribute(name);
        }
        return changed;
    }

    private static Element primitive(Element configuration, String id) {
        Element found = Edits.requireResource(configuration, id);
        if (!found.is("primitive")) {
            throw new BadInputException("", "'" + id + "' is a " + found.name() + ", no primitive", "name primitives");
        }
        if (found.attribute("template") != null) {
            throw new BadInputException(
                    "", "'" + id + "' has the template '" + found.attribute("template", "") + "'", "leave it out");
        }
        return found;
    }

    private static String agent(Element primitive) {
        String provider = primitive.attribute("provider", "");
        return primitive.attribute("class", "") + ":" + (provider.isEmpty() ? "" : provider + ":")
                + primitive.attribute("type", "");
    }

    private static int weakBond(Call call) {
        Set<String> ids = new LinkedHashSet<>(call.all("RSC"));
        if (ids.size() < 2) {
            throw new UsageException("a bond needs two resources or more", "name the others too");
        }
        String[] made = {"", ""};
        call.change("assist weak-bond " + String.join(" ", ids), configuration -> {
            List<String> known = Edits.resourceIds(configuration);
            for (String id : ids) {
                if (!known.contains(id)) {
                    throw new BadInputException(
                            "",
                            "resource '" + id + "' does not exist" + NearestWord.hint(id, known),
                            "list the resources: systole resource status");
                }
            }
            made[0] = free(configuration, "place-constraint-");
            made[1] = free(configuration, "place-dummy-");
            return CrmLanguage.apply(
                    configuration,
                    "command line",
                    "primitive " + made[1] + " ocf:systole:dummy\ncolocation " + made[0] + " inf: ( "
                            + String.join(" ", ids) + " ) " + made[1]);
        });
        call.session().info("constraint " + made[0] + " and resource " + made[1] + " are made");
        return ExitCode.OK.number();
    }

    /** The first number for which no object has that name. */
    private static String free(Element configuration, String prefix) {
        for (int i = 1; ; i++) {
            if (!isUsed(configuration, prefix + i)) {
                return prefix + i;
            }
        }
    }

    private static boolean isUsed(Element at, String id) {
        return at.id().equals(id) || at.children().stream().anyMatch(child -> isUsed(child, id));
    }
}
