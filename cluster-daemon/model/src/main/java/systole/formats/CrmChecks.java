package systole.formats;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import systole.model.Element;
import systole.model.Options;
import systole.model.TimeSpan;

/**
 * Checks of a whole configuration after a script was carried out (crm-language, section 8): schema and references by
 * {@link CibValidation}, then what the scheduler would refuse, then what the agents know.
 */
final class CrmChecks {
    private final Element configuration;
    private final String source;
    private final Map<String, CrmDraft> changed;
    private final List<Finding> findings;
    private final Map<String, Element> resources = new LinkedHashMap<>();
    private final Map<String, Element> holders = new LinkedHashMap<>();

    CrmChecks(Element configuration, String source, Map<String, CrmDraft> changed, List<Finding> findings) {
        this.configuration = configuration;
        this.source = source;
        this.changed = changed;
        this.findings = findings;
        configuration.child("resources").ifPresent(section -> section.children().forEach(this::index));
    }

    private void index(Element resource) {
        if (resource.is(CrmDraft.COMMENT)) {
            return;
        }
        resources.put(resource.id(), resource);
        for (Element child : resource.children()) {
            if (!CrmDraft.kindOf(child.name()).isEmpty()) {
                holders.put(child.id(), resource);
                index(child);
            }
        }
    }

    void run(Element before, AgentCatalog agents) {
        for (Finding finding : CibValidation.introduced(before, configuration, source)) {
            findings.add(
                    finding.severity() == Finding.Severity.DOUBT
                            ? Finding.warning(finding.place(), finding.what(), finding.remedy())
                            : finding);
        }
        for (CrmDraft draft : changed.values()) {
            switch (draft.kind()) {
                case "location", "colocation", "order", "rsc_ticket" -> constraint(draft);
                default -> {}
            }
        }
        if (lacksFencing(configuration) && !lacksFencing(before)) {
            findings.add(fencingIsMissing(source));
        }
        new CrmAgentChecks(resources, source, agents, findings).run(changed.values());
    }

    static Finding fencingIsMissing(String source) {
        return Finding.doubt(
                source,
                "fencing is enabled (stonith-enabled), but no fencing device is configured: no resource would be"
                        + " started",
                "add a primitive of class stonith, or accept the risk of running a resource twice:"
                        + " property stonith-enabled=false");
    }

    /** Whether resources would wait for ever, because fencing is on and nothing can fence. */
    static boolean lacksFencing(Element configuration) {
        List<Element> primitives = new ArrayList<>();
        Set<String> fencingTemplates = new LinkedHashSet<>();
        configuration.child("resources").ifPresent(section -> collect(section, primitives, fencingTemplates));
        if (primitives.isEmpty()) {
            return false;
        }
        for (Element primitive : primitives) {
            if (primitive.attribute("class", "").equals("stonith")
                    || fencingTemplates.contains(primitive.attribute("template", ""))) {
                return false;
            }
        }
        if (property(configuration, "fencing-enabled", "stonith-enabled")
                .map(Options::isFalse)
                .orElse(false)) {
            return false;
        }
        String watchdog = property(configuration, "fencing-watchdog-timeout", "stonith-watchdog-timeout")
                .orElse("0");
        return watchdog.isEmpty() || TimeSpan.millis(watchdog, 0) == 0;
    }

    private static void collect(Element at, List<Element> primitives, Set<String> fencingTemplates) {
        for (Element child : at.children()) {
            if (child.is("primitive")) {
                primitives.add(child);
            } else if (child.is("template")) {
                if (child.attribute("class", "").equals("stonith")) {
                    fencingTemplates.add(child.id());
                }
            } else {
                collect(child, primitives, fencingTemplates);
            }
        }
    }

    static Optional<String> property(Element configuration, String name, String oldName) {
        for (Element section : configuration.children("crm_config")) {
            for (Element set : section.children("cluster_property_set")) {
                for (Element pair : set.children("nvpair")) {
                    String found = pair.attribute("name", "");
                    if (found.equals(name) || found.equals(oldName)) {
                        return Optional.ofNullable(pair.attribute("value"));
                    }
                }
            }
        }
        return Optional.empty();
    }

    private void constraint(CrmDraft draft) {
        Set<String> named = new LinkedHashSet<>();
        for (String end : List.of("rsc", "with-rsc", "first", "then")) {
            String id = draft.element().attribute(end);
            if (id != null) {
                named.add(id);
            }
        }
        for (Element set : draft.element().children("resource_set")) {
            for (Element member : set.children()) {
                named.add(member.id());
            }
        }
        String place = source + ":" + draft.statement().line();
        for (String id : named) {
            target(draft.id(), id, place);
        }
        if (named.size() == 1
                && (draft.kind().equals("colocation") || draft.kind().equals("order"))) {
            findings.add(Finding.warning(
                    place,
                    draft.kind() + " '" + draft.id() + "' names no resource but '"
                            + named.iterator().next() + "', so it never does anything",
                    "name a second resource, or delete it"));
        }
        String node = draft.element().attribute("node");
        if (node != null && !knowsNode(node)) {
            findings.add(Finding.warning(
                    place, "location '" + draft.id() + "' names node '" + node + "', which is not configured", ""));
        }
    }

    private void target(String constraint, String id, String place) {
        Element holder = holders.get(id);
        if (holder == null) {
            return;
        }
        Element outermost = holder;
        for (Element next = holder; next != null; next = holders.get(next.id())) {
            outermost = next;
        }
        if (outermost.is("clone") || outermost.is("master") || outermost.is("bundle")) {
            findings.add(Finding.doubt(
                    place,
                    "constraint '" + constraint + "' names '" + id + "', which is inside " + outermost.name() + " '"
                            + outermost.id() + "', and would be ignored",
                    "name '" + outermost.id() + "' instead"));
        } else {
            findings.add(Finding.warning(
                    place,
                    "constraint '" + constraint + "' names '" + id + "', a member of group '" + holder.id() + "'",
                    "name the group, unless only this member is meant"));
        }
    }

    private boolean knowsNode(String uname) {
        for (Element nodes : configuration.children("nodes")) {
            for (Element node : nodes.children()) {
                if (node.attribute("uname", "").equals(uname)) {
                    return true;
                }
            }
        }
        return resources.containsKey(uname);
    }
}
