package systole.daemon.tool;

import java.util.List;
import java.util.Optional;
import systole.api.Answer;
import systole.api.Request;
import systole.daemon.tool.ToolOptions.UsageException;
import systole.daemon.tool.ToolStep.Ask;
import systole.model.CibEdit;
import systole.model.Element;

/** {@code crm_resource}, as far as agents use it: the utilization of a resource, and "is something pending?". */
final class CrmResource {
    private CrmResource() {}

    static ToolStep begin(ToolCall call) throws UsageException {
        ToolOptions options = new ToolOptions(
                call.arguments(),
                "Q,quiet",
                "r,resource:",
                "z,utilization",
                "g,get-parameter:",
                "p,set-parameter:",
                "d,delete-parameter:",
                "v,parameter-value:",
                "O,list-operations",
                "o,list-all-operations",
                "N,node:",
                "V,verbose");
        if (options.has("list-operations") || options.has("list-all-operations")) {
            return ToolStep.out("");
        }
        if (!options.has("utilization") || !options.has("resource")) {
            throw new UsageException("agents may only ask for utilization (-z -r RESOURCE) and pending operations");
        }
        return new Ask(
                new Request.ReadCib(),
                answer -> answer instanceof Answer.Cib cib
                        ? utilization(call, options, cib.cib())
                        : AgentTools.failed(call, answer));
    }

    private static ToolStep utilization(ToolCall call, ToolOptions options, Element cib) {
        String id = options.value("resource");
        Optional<Element> resource =
                cib.child("configuration").flatMap(c -> c.child("resources")).flatMap(all -> find(all, id));
        if (resource.isEmpty()) {
            return ToolStep.fail(
                    AgentTools.NO_SUCH_OBJECT,
                    "crm_resource: Resource '" + id + "' not found: No such device or address");
        }
        String name = options.value("get-parameter", options.value("set-parameter", options.value("delete-parameter")));
        Optional<Element> set = resource.get().child("utilization");
        Optional<Element> pair = set.map(s -> s.children("nvpair")).orElse(List.of()).stream()
                .filter(one -> one.attribute("name", "").equals(name))
                .findFirst();
        if (options.has("get-parameter")) {
            return pair.<ToolStep>map(one -> ToolStep.out(one.attribute("value", "") + "\n"))
                    .orElse(new ToolStep.Say(0, "", "Attribute '" + name + "' not found for '" + id + "'\n"));
        }
        if (options.has("delete-parameter")) {
            return pair.map(one -> change(call, new CibEdit.Remove(one.id()))).orElse(ToolStep.out(""));
        }
        String setId = set.map(Element::id).orElse(id + "-utilization");
        Element written = Element.leaf(
                "nvpair",
                "id",
                pair.map(Element::id).orElse(setId + "-" + name),
                "name",
                name,
                "value",
                options.value("parameter-value"));
        return set.isPresent()
                ? change(call, new CibEdit.Put(setId, written))
                : change(
                        call,
                        new CibEdit.Put(
                                id, Element.of("utilization", java.util.Map.of("id", setId), List.of(written))));
    }

    private static ToolStep change(ToolCall call, CibEdit edit) {
        return new Ask(
                new Request.Configure(List.of(edit), "", "crm_resource", "crm_resource", true, false),
                answer -> answer instanceof Answer.Done ? ToolStep.out("") : AgentTools.failed(call, answer));
    }

    private static Optional<Element> find(Element parent, String id) {
        for (Element child : parent.children()) {
            Optional<Element> found = child.id().equals(id) ? Optional.of(child) : find(child, id);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }
}
