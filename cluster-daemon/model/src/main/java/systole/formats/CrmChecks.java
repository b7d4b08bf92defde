package systole.formats;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import systole.kernel.NearestWord;
import systole.model.Element;

/** Checks of a whole configuration after a script was carried out (crm-language, section 8). */
final class CrmChecks {
    private final Element configuration;
    private final String source;
    private final Map<String, CrmDraft> changed;
    private final AgentCatalog agents;
    private final List<Finding> findings;
    private final Map<String, Element> resources = new LinkedHashMap<>();
    private final Map<String, Element> holders = new LinkedHashMap<>();

    CrmChecks(
            Element configuration,
            String source,
            Map<String, CrmDraft> changed,
            AgentCatalog agents,
            List<Finding> findings) {
        this.configuration = configuration;
        this.source = source;
        this.changed = changed;
        this.agents = agents;
        this.findings = findings;
        configuration.child("resources").ifPresent(section -> section.children().forEach(this::index));
    }

    private void index(Element resource) {
        resources.put(resource.id(), resource);
        for (Element child : resource.children()) {
            if (!CrmDraft.kindOf(child.name()).isEmpty()) {
                holders.put(child.id(), resource);
                index(child);
            }
        }
    }

    void run() {
        references();
    }

    private String place(CrmDraft draft) {
        return source + ":" + draft.statement().line();
    }

    private void references() {
        Set<String> targets = new LinkedHashSet<>(resources.keySet());
        configuration.child("tags").ifPresent(tags -> tags.children().forEach(tag -> targets.add(tag.id())));
        for (CrmDraft draft : changed.values()) {
            switch (draft.kind()) {
                case "location", "colocation", "order", "rsc_ticket" -> constraint(draft, targets);
                case "primitive" -> template(draft);
                default -> {}
            }
        }
    }

    private void template(CrmDraft draft) {
        String template = draft.element().attribute("template");
        Element found = template == null ? null : resources.get(template);
        if (template != null && (found == null || !found.is("template"))) {
            findings.add(Finding.error(
                    place(draft),
                    "primitive '" + draft.id() + "' uses template '" + template + "', which does not exist"
                            + NearestWord.hint(template, resources.keySet()),
                    "define rsc_template " + template + " or correct the name"));
        }
    }

    private void constraint(CrmDraft draft, Set<String> targets) {
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
        for (String id : named) {
            if (!targets.contains(id)) {
                findings.add(Finding.error(
                        place(draft),
                        "constraint '" + draft.id() + "' names resource '" + id + "', which does not exist"
                                + NearestWord.hint(id, targets),
                        "define '" + id + "' or correct the name"));
            }
        }
    }
}
