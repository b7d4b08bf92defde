package systole.formats;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import systole.graph.ActionHead;
import systole.graph.GraphAction;
import systole.graph.GraphAction.ClusterEvent;
import systole.graph.GraphAction.PseudoEvent;
import systole.graph.GraphAction.ResourceOperation;
import systole.graph.PrimitiveRef;
import systole.graph.Synapse;
import systole.graph.TransitionGraph;
import systole.kernel.BadInputException;
import systole.model.Element;

/** A {@link TransitionGraph} in Pacemaker's XML, both ways. */
public final class TransitionGraphXml {
    private TransitionGraphXml() {}

    /** Parameters whose name starts with a digit cannot be XML attributes; they become {@code param} children. */
    private static boolean isXmlName(String name) {
        if (name.isEmpty()) {
            return false;
        }
        char first = name.charAt(0);
        return Character.isLetter(first) || first == '_';
    }

    public static String write(TransitionGraph graph) {
        return CibXml.write(toElement(graph));
    }

    public static TransitionGraph read(String source, String text) {
        return fromElement(source, CibXml.read(source, text));
    }

    public static Element toElement(TransitionGraph graph) {
        Map<Integer, Element> heads = new HashMap<>();
        for (Synapse synapse : graph.synapses()) {
            heads.put(synapse.action().id(), headElement(synapse.action()));
        }
        List<Element> synapses = new ArrayList<>();
        for (Synapse synapse : graph.synapses()) {
            synapses.add(synapseElement(synapse, heads));
        }
        return Element.of("transition_graph", graph.attributes(), synapses);
    }

    private static Element synapseElement(Synapse synapse, Map<Integer, Element> heads) {
        List<Element> triggers = new ArrayList<>();
        for (int input : synapse.inputs()) {
            Element head = heads.get(input);
            Element named = head == null ? Element.leaf("pseudo_event", "id", String.valueOf(input)) : head;
            triggers.add(Element.of("trigger", Map.of(), List.of(named)));
        }
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("id", String.valueOf(synapse.id()));
        if (synapse.priority() > 0) {
            attributes.put("priority", String.valueOf(synapse.priority()));
        }
        Element actions = Element.of("action_set", Map.of(), List.of(fullElement(synapse.action())));
        return Element.of("synapse", attributes, List.of(actions, Element.of("inputs", Map.of(), triggers)));
    }

    private static Element headElement(GraphAction action) {
        ActionHead head = action.head();
        Map<String, String> out = new LinkedHashMap<>();
        String name = "rsc_op";
        if (action instanceof ClusterEvent event) {
            name = "crm_event";
            putUnlessEmpty(out, "mode", event.mode());
        } else if (action instanceof PseudoEvent) {
            name = "pseudo_event";
        }
        out.put("id", String.valueOf(head.id()));
        out.put("operation", head.operation());
        out.put("operation_key", head.operationKey());
        putUnlessEmpty(out, "internal_operation_key", head.internalOperationKey());
        putUnlessEmpty(out, "on_node", head.onNode());
        putUnlessEmpty(out, "on_node_uuid", head.onNodeUuid());
        putUnlessEmpty(out, "router_node", head.routerNode());
        putUnlessEmpty(out, "shutdown-lock", head.shutdownLock());
        return Element.of(name, out, List.of());
    }

    private static Element fullElement(GraphAction action) {
        List<Element> children = new ArrayList<>();
        if (action instanceof ResourceOperation operation) {
            children.add(primitiveElement(operation.primitive()));
        } else if (action instanceof ClusterEvent event) {
            event.primitive().ifPresent(primitive -> children.add(primitiveElement(primitive)));
        }
        children.add(attributesElement(action.attributes()));
        if (!action.downed().isEmpty()) {
            List<Element> nodes = new ArrayList<>();
            for (String node : action.downed()) {
                nodes.add(Element.leaf("node", "id", node));
            }
            children.add(Element.of("downed", Map.of(), nodes));
        }
        if (action instanceof PseudoEvent pseudo && !pseudo.maintenance().isEmpty()) {
            List<Element> nodes = new ArrayList<>();
            pseudo.maintenance()
                    .forEach((node, on) ->
                            nodes.add(Element.leaf("node", "id", node, "node_in_maintenance", on ? "1" : "0")));
            children.add(Element.of("maintenance", Map.of(), nodes));
        }
        return headElement(action).withChildren(children);
    }

    private static Element primitiveElement(PrimitiveRef primitive) {
        Map<String, String> out = new LinkedHashMap<>();
        out.put("id", primitive.id());
        putUnlessEmpty(out, "long-id", primitive.longId());
        out.put("class", primitive.agentClass());
        putUnlessEmpty(out, "provider", primitive.provider());
        out.put("type", primitive.type());
        return Element.of("primitive", out, List.of());
    }

    private static Element attributesElement(Map<String, String> attributes) {
        Map<String, String> plain = new LinkedHashMap<>();
        List<Element> odd = new ArrayList<>();
        attributes.forEach((name, value) -> {
            if (isXmlName(name)) {
                plain.put(name, value);
            } else {
                odd.add(Element.leaf("param", "name", name, "value", value));
            }
        });
        return Element.of("attributes", plain, odd);
    }

    private static void putUnlessEmpty(Map<String, String> out, String name, String value) {
        if (!value.isEmpty()) {
            out.put(name, value);
        }
    }

    /**
     * @param source what to call the document in a message
     * @throws BadInputException if it is no transition graph
     */
    public static TransitionGraph fromElement(String source, Element root) {
        if (!root.is("transition_graph")) {
            throw new BadInputException(
                    source + ":" + root.line(),
                    "the document is a <" + root.name() + ">, not a <transition_graph>",
                    "give the file that a transition was saved to");
        }
        List<Synapse> synapses = new ArrayList<>();
        for (Element synapse : root.children("synapse")) {
            Element action = synapse.child("action_set")
                    .filter(set -> set.children().size() == 1)
                    .map(set -> set.children().get(0))
                    .orElseThrow(() -> wrong(source, synapse, "a synapse needs an action_set with one action"));
            List<Integer> inputs = new ArrayList<>();
            synapse.child("inputs").ifPresent(all -> {
                for (Element trigger : all.children("trigger")) {
                    for (Element input : trigger.children()) {
                        inputs.add(integer(source, input, "id"));
                    }
                }
            });
            int priority = synapse.attribute("priority") == null ? 0 : integer(source, synapse, "priority");
            synapses.add(new Synapse(integer(source, synapse, "id"), priority, action(source, action), inputs));
        }
        return new TransitionGraph(root.attributes(), synapses);
    }

    private static GraphAction action(String source, Element element) {
        ActionHead head = new ActionHead(
                integer(source, element, "id"),
                required(source, element, "operation"),
                required(source, element, "operation_key"),
                element.attribute("internal_operation_key", ""),
                element.attribute("on_node", ""),
                element.attribute("on_node_uuid", ""),
                element.attribute("router_node", ""),
                element.attribute("shutdown-lock", ""));
        Map<String, String> attributes = new LinkedHashMap<>();
        element.child("attributes").ifPresent(found -> {
            attributes.putAll(found.attributes());
            for (Element param : found.children("param")) {
                attributes.put(required(source, param, "name"), param.attribute("value", ""));
            }
        });
        List<String> downed = new ArrayList<>();
        element.child("downed").ifPresent(found -> {
            for (Element node : found.children("node")) {
                downed.add(required(source, node, "id"));
            }
        });
        Optional<PrimitiveRef> primitive = element.child("primitive").map(found -> primitive(source, found));
        switch (element.name()) {
            case "rsc_op":
                return new ResourceOperation(
                        head,
                        primitive.orElseThrow(() -> wrong(source, element, "an rsc_op needs a primitive")),
                        attributes,
                        downed);
            case "pseudo_event":
                Map<String, Boolean> maintenance = new LinkedHashMap<>();
                element.child("maintenance").ifPresent(found -> {
                    for (Element node : found.children("node")) {
                        maintenance.put(
                                required(source, node, "id"),
                                node.attribute("node_in_maintenance", "0").equals("1"));
                    }
                });
                return new PseudoEvent(head, attributes, downed, maintenance);
            case "crm_event":
                return new ClusterEvent(head, element.attribute("mode", ""), primitive, attributes, downed);
            default:
                throw wrong(source, element, "an action is rsc_op, pseudo_event or crm_event");
        }
    }

    private static PrimitiveRef primitive(String source, Element element) {
        return new PrimitiveRef(
                required(source, element, "id"),
                element.attribute("long-id", ""),
                required(source, element, "class"),
                element.attribute("provider", ""),
                required(source, element, "type"));
    }

    private static String required(String source, Element element, String name) {
        String value = element.attribute(name);
        if (value == null || value.isEmpty()) {
            throw wrong(source, element, "attribute '" + name + "' is missing");
        }
        return value;
    }

    private static int integer(String source, Element element, String name) {
        String value = required(source, element, name);
        try {
            return value.equals("INFINITY") ? Synapse.INFINITY : Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new BadInputException(
                    source + ":" + element.line(),
                    "attribute '" + name + "' of <" + element.name() + "> is not a number: '" + value + "'",
                    "write a decimal number");
        }
    }

    private static BadInputException wrong(String source, Element element, String what) {
        return new BadInputException(
                source + ":" + element.line(),
                what + " in <" + element.name() + ">",
                "save the transition graph again");
    }
}
