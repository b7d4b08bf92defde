package systole.daemon.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import systole.api.Answer;
import systole.api.Request;
import systole.daemon.tool.ToolOptions.UsageException;
import systole.daemon.tool.ToolStep.Ask;
import systole.formats.CibXml;
import systole.kernel.BadInputException;
import systole.model.CibEdit;
import systole.model.CibEdits;
import systole.model.Element;

/** {@code cibadmin}: query, and create, modify, replace, delete of configuration as one ordered change. */
final class Cibadmin {
    private static final int TRIES = 8;
    private static final int EXISTS = 108;
    private static final String[] OPTIONS = {
        "Q,query",
        "A,xpath:",
        "o,scope:",
        "l,local",
        "V,verbose",
        "n,no-children",
        "C,create",
        "M,modify",
        "R,replace",
        "D,delete",
        "d,delete-all",
        "u,upgrade",
        "B,bump",
        "c,allow-create",
        "f,force",
        "X,xml-text:",
        "s,sync-call",
        "t,timeout:",
        "N,node:",
    };

    private final ToolCall call;
    private final ToolOptions options;

    private Cibadmin(ToolCall call) throws UsageException {
        this.call = call;
        this.options = new ToolOptions(call.arguments(), OPTIONS);
    }

    static ToolStep begin(ToolCall call) throws UsageException {
        Cibadmin self = new Cibadmin(call);
        ToolOptions options = self.options;
        if (options.has("query")) {
            return new Ask(
                    new Request.ReadCib(),
                    answer -> answer instanceof Answer.Cib cib
                            ? CibQuery.answer(cib.cib(), options.value("xpath"), options.value("scope"))
                            : AgentTools.failed(call, answer));
        }
        boolean byPath = options.has("xpath") && (options.has("delete") || options.has("delete-all"));
        if (!options.has("create")
                && !options.has("modify")
                && !options.has("replace")
                && !options.has("delete")
                && !byPath) {
            throw new UsageException("say what to do: -Q, -C, -M, -R or -D");
        }
        if (!byPath && options.value("xml-text").isEmpty()) {
            throw new UsageException("give the XML with -X TEXT, -x FILE or -p");
        }
        return self.read(TRIES);
    }

    private ToolStep read(int triesLeft) {
        return new Ask(
                new Request.ReadCib(),
                answer -> answer instanceof Answer.Cib cib
                        ? change(cib.cib(), triesLeft)
                        : AgentTools.failed(call, answer));
    }

    private ToolStep change(Element cib, int triesLeft) {
        Element before = cib.child("configuration").orElseThrow();
        List<CibEdit> edits;
        try {
            edits = edits(before);
        } catch (BadInputException e) {
            int code = e.remedy().equals(ALREADY) ? EXISTS : AgentTools.NO_SUCH_OBJECT;
            return ToolStep.fail(code, "Call failed: " + e.getMessage());
        }
        if (edits.isEmpty()) {
            return ToolStep.out("");
        }
        String guard = cib.attribute("admin_epoch", "0") + "." + cib.attribute("epoch", "0");
        return new Ask(new Request.Configure(edits, guard, "cibadmin", "cibadmin", true, false), answer -> {
            if (triesLeft > 1 && AgentTools.hasMoved(answer)) {
                return read(triesLeft - 1);
            }
            return answer instanceof Answer.Done ? ToolStep.out("") : AgentTools.failed(call, answer);
        });
    }

    private static final String ALREADY = "modify it (-M) or replace it (-R)";

    private List<CibEdit> edits(Element configuration) {
        if (options.has("xpath")) {
            List<CibEdit> found = new ArrayList<>();
            for (Element element : CibQuery.find(configuration, options.value("xpath"))) {
                if (!element.id().isEmpty()) {
                    found.add(new CibEdit.Remove(element.id()));
                }
            }
            return found;
        }
        Element given = CibXml.read("XML", options.value("xml-text"));
        Element wanted = given.is("cib") ? given.child("configuration").orElse(given) : given;
        if (wanted.is("configuration") && options.has("replace")) {
            return List.of(new CibEdit.ReplaceConfiguration(wanted));
        }
        Element next = configuration;
        for (Element each : wanted.is("configuration") ? wanted.children() : List.of(wanted)) {
            next = merged(next, each);
        }
        return CibEdits.between(configuration, next);
    }

    private Element merged(Element configuration, Element wanted) {
        if (configuration.child(wanted.name()).isPresent() && wanted.id().isEmpty()) {
            Element next = configuration;
            if (options.has("replace")) {
                return CibEdits.apply(next, List.of(new CibEdit.Put("configuration", wanted)));
            }
            for (Element each : wanted.children()) {
                next = one(next, each, wanted.name());
            }
            return next;
        }
        return one(configuration, wanted, section(configuration, wanted));
    }

    private String section(Element configuration, Element wanted) {
        String said = options.value("scope");
        if (!said.isEmpty() && !said.equals("configuration")) {
            return said;
        }
        return switch (wanted.name()) {
            case "cluster_property_set" -> "crm_config";
            case "node" -> "nodes";
            case "rsc_location", "rsc_colocation", "rsc_order", "rsc_ticket" -> "constraints";
            case "meta_attributes" -> "rsc_defaults";
            case "tag" -> "tags";
            case "alert" -> "alerts";
            case "acl_role", "acl_target", "acl_group" -> "acls";
            default -> configuration.child("resources").isPresent() ? "resources" : "configuration";
        };
    }

    private Element one(Element configuration, Element wanted, String parent) {
        Element present = wanted.id().isEmpty() ? null : CibEdits.find(configuration, wanted.id());
        if (options.has("delete")) {
            return present == null
                    ? configuration
                    : CibEdits.apply(configuration, List.of(new CibEdit.Remove(wanted.id())));
        }
        if (options.has("create")) {
            if (present != null) {
                throw new BadInputException(wanted.id(), "the object exists already", ALREADY);
            }
            return CibEdits.apply(configuration, List.of(new CibEdit.Put(parent, wanted)));
        }
        if (present == null) {
            if (options.has("modify") && !options.has("allow-create")) {
                throw new BadInputException(wanted.id(), "No such device or address", "create it (-C, or -M -c)");
            }
            return CibEdits.apply(configuration, List.of(new CibEdit.Put(parent, wanted)));
        }
        Element next = options.has("replace") ? wanted : over(present, wanted);
        return CibEdits.apply(
                configuration, List.of(new CibEdit.Put(ownParent(configuration, wanted.id(), parent), next)));
    }

    private static String ownParent(Element at, String id, String otherwise) {
        for (Element child : at.children()) {
            if (child.id().equals(id)) {
                return at.id().isEmpty() ? at.name() : at.id();
            }
            String found = ownParent(child, id, "");
            if (!found.isEmpty()) {
                return found;
            }
        }
        return otherwise;
    }

    /** The present element with the attributes and children of the other set in it. */
    private static Element over(Element present, Element given) {
        Element next = present;
        for (var attribute : given.attributes().entrySet()) {
            next = next.withAttribute(attribute.getKey(), attribute.getValue());
        }
        List<Element> children = new ArrayList<>(next.children());
        for (Element child : given.children()) {
            Optional<Element> same = children.stream()
                    .filter(each -> each.is(child.name()) && each.id().equals(child.id()))
                    .findFirst();
            if (same.isPresent()) {
                children.set(children.indexOf(same.get()), over(same.get(), child));
            } else {
                children.add(child);
            }
        }
        return next.withChildren(children);
    }
}
