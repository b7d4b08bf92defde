package systole.formats;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.kernel.NearestWord;
import systole.model.Element;

/** Carries a script out on a configuration (crm-language, section 4). Mutable, used for one script only. */
final class CrmLoader {
    private final AgentCatalog agents;
    private final String source;
    private final List<Finding> findings = new ArrayList<>();

    CrmLoader(AgentCatalog agents, String source) {
        this.agents = agents;
        this.source = source;
    }

    CrmLanguage.Loaded load(Element configuration, String text, CrmLanguage.Mode mode) {
        List<CrmDraft> drafts = parse(text);
        if (hasErrors()) {
            return new CrmLanguage.Loaded(configuration, findings);
        }
        drafts.sort(Comparator.comparingInt(draft -> CrmDraft.rank(draft.kind())));
        findDuplicates(drafts);
        Element base = withoutLines(configuration);
        CrmWork work = new CrmWork(mode == CrmLanguage.Mode.REPLACE ? erased(base) : base);
        if (mode == CrmLanguage.Mode.PUSH) {
            deleteUnnamed(work, drafts);
        }
        Map<String, CrmDraft> changed = new LinkedHashMap<>();
        for (CrmDraft draft : drafts) {
            apply(work, draft, changed);
        }
        if (hasErrors()) {
            return new CrmLanguage.Loaded(configuration, findings);
        }
        giveIds(work, changed);
        resolveReferences(work, changed);
        Element result = work.compose();
        if (!hasErrors()) {
            new CrmChecks(result, source, changed, findings).run(base, agents);
        }
        return new CrmLanguage.Loaded(hasErrors() ? configuration : result, findings);
    }

    private boolean hasErrors() {
        return findings.stream().anyMatch(Finding::isError);
    }

    private String place(CrmLines.Statement statement) {
        return source + ":" + statement.line();
    }

    private void error(CrmDraft draft, String what, String remedy) {
        findings.add(Finding.error(place(draft.statement()), what, remedy));
    }

    private List<CrmDraft> parse(String text) {
        CrmParser parser = new CrmParser(agents);
        List<CrmDraft> drafts = new ArrayList<>();
        for (CrmLines.Statement statement : CrmLines.statements(source, text)) {
            try {
                CrmDraft draft = parser.parse(statement);
                checkIds(draft);
                drafts.add(draft);
            } catch (CrmSyntaxException e) {
                String shown =
                        statement.text().length() > 200 ? statement.text().substring(0, 200) + "…" : statement.text();
                findings.add(Finding.error(
                        place(statement),
                        e.problem() + (e.near().isEmpty() ? "" : " near <" + e.near() + ">") + " in '" + shown + "'",
                        remedy(statement.text())));
            }
        }
        return drafts;
    }

    private static String remedy(String text) {
        int blank = text.indexOf(' ');
        String form = CrmForms.of(blank < 0 ? text : text.substring(0, blank));
        return form.isEmpty() ? "list the statements: systole help configure" : "write: " + form;
    }

    private void checkIds(CrmDraft draft) {
        if (draft.kind().equals("fencing_topology")) {
            return;
        }
        boolean node = draft.kind().equals("node");
        if (!CrmValues.isId(draft.id()) && !(node && CrmValues.hasIdCharactersOnly(draft.id()))) {
            error(
                    draft,
                    "'" + draft.id() + "' is no valid id",
                    "begin it with a letter or _ and use letters, digits, '.', '_' and '-' only");
        }
        Set<String> own = new LinkedHashSet<>();
        CrmIds.collect(draft.element(), own);
        for (String id : own) {
            if (!CrmValues.hasIdCharactersOnly(id) || (!node && !CrmValues.isId(id))) {
                if (!id.equals(draft.id())) {
                    error(draft, "'" + id + "' is no valid id", "use letters, digits, '.', '_' and '-' only");
                }
            }
        }
    }

    private void findDuplicates(List<CrmDraft> drafts) {
        Map<String, CrmDraft> seen = new LinkedHashMap<>();
        for (CrmDraft draft : drafts) {
            boolean merges = switch (draft.kind()) {
                case "property", "rsc_defaults", "op_defaults", "monitor" -> true;
                default -> false;
            };
            if (merges) {
                continue;
            }
            String key = (draft.kind().equals("node") ? "node " : "") + draft.id();
            CrmDraft first = seen.putIfAbsent(key, draft);
            if (first != null) {
                error(
                        draft,
                        "'" + draft.id() + "' is defined twice, first as " + first.kind() + " on line "
                                + first.statement().line(),
                        "give each object an id of its own");
            }
        }
    }

    private static Element withoutLines(Element element) {
        List<Element> children = new ArrayList<>(element.children().size());
        for (Element child : element.children()) {
            children.add(withoutLines(child));
        }
        return Element.of(element.name(), element.attributes(), children, element.text(), 0);
    }

    private static Element erased(Element configuration) {
        List<Element> kept = new ArrayList<>();
        for (Element section : configuration.children()) {
            kept.add(section.is("nodes") ? section : section.withChildren(List.of()));
        }
        return configuration.withChildren(kept);
    }

    private static void deleteUnnamed(CrmWork work, List<CrmDraft> drafts) {
        Set<String> named = new LinkedHashSet<>();
        for (CrmDraft draft : drafts) {
            named.add(draft.id());
        }
        for (String id : List.copyOf(work.resources().keySet())) {
            if (!named.contains(id)) {
                work.remove(id);
            }
        }
        for (String section : List.of(
                "crm_config",
                "constraints",
                "fencing-topology",
                "rsc_defaults",
                "op_defaults",
                "tags",
                "acls",
                "alerts")) {
            work.section(section).keySet().removeIf(id -> !named.contains(id));
        }
    }

    // ---- one statement ----------------------------------------------------------------------------------------------

    private void apply(CrmWork work, CrmDraft draft, Map<String, CrmDraft> changed) {
        String section = CrmDraft.section(draft.kind());
        switch (draft.kind()) {
            case "monitor" -> addMonitor(work, draft, changed);
            case "node" -> mergeNode(work.section(section), draft, changed);
            case "property", "rsc_defaults", "op_defaults" -> mergePairs(work.section(section), draft, changed);
            case "fencing_topology" -> {
                Element levels = draft.element();
                if (draft.target()) {
                    levels = levels.withChildren(CrmTopology.forEachNode(
                            levels.children(),
                            new ArrayList<>(work.section("nodes").keySet())));
                }
                Element before = work.section(section).get(draft.id());
                work.section(section).put(draft.id(), before == null ? levels : CrmIds.keep(before, levels));
                changed.put(draft.id(), draft);
            }
            default -> {
                if (section.equals("resources")) {
                    putResource(work, draft, changed);
                } else {
                    putObject(work, work.section(section), draft, changed);
                }
            }
        }
    }

    private void putObject(CrmWork work, Map<String, Element> section, CrmDraft draft, Map<String, CrmDraft> changed) {
        Element before = section.get(draft.id());
        if (before != null && !before.name().equals(draft.element().name())) {
            error(
                    draft,
                    "'" + draft.id() + "' exists as " + CrmDraft.kindOf(before.name()),
                    "choose another id, or delete it first: systole configure delete " + draft.id());
            return;
        }
        if (before == null && (work.resources().containsKey(draft.id()))) {
            error(draft, "'" + draft.id() + "' is the id of a resource", "choose another id");
            return;
        }
        section.put(draft.id(), before == null ? draft.element() : CrmIds.keep(before, draft.element()));
        changed.put(draft.id(), draft);
    }

    private void putResource(CrmWork work, CrmDraft draft, Map<String, CrmDraft> changed) {
        String id = draft.id();
        Element before = work.resources().get(id);
        if (before != null && !before.name().equals(draft.element().name())) {
            error(
                    draft,
                    "'" + id + "' exists as " + CrmDraft.kindOf(before.name()),
                    "choose another id, or delete it first: systole configure delete " + id);
            return;
        }
        if (work.section("constraints").containsKey(id)) {
            error(draft, "'" + id + "' is the id of a constraint", "choose another id");
            return;
        }
        Element element = unnested(work, draft.element());
        Element next = before == null ? element : CrmIds.keep(before, element);
        List<String> former = before == null ? List.of() : CrmWork.members(before);
        for (String member : CrmWork.members(next)) {
            if (!mayHold(work, draft, member, former)) {
                return;
            }
        }
        work.adopt(id, next, former);
        changed.put(id, draft);
    }

    /** Resources written inside an {@code xml} statement become resources of their own with a placeholder. */
    private static Element unnested(CrmWork work, Element element) {
        boolean nested = element.children().stream().anyMatch(child -> isContained(child.name()));
        if (!nested) {
            return element;
        }
        List<Element> own = new ArrayList<>();
        for (Element child : element.children()) {
            own.add(isContained(child.name()) ? CrmDraft.member(work.takeApart(child)) : child);
        }
        return element.withChildren(own);
    }

    private static boolean isContained(String name) {
        return switch (name) {
            case "primitive", "group", "clone", "master", "bundle" -> true;
            default -> false;
        };
    }

    private boolean mayHold(CrmWork work, CrmDraft draft, String member, List<String> former) {
        Element child = work.resources().get(member);
        String kind = draft.kind();
        if (child == null) {
            error(
                    draft,
                    kind + " '" + draft.id() + "' names resource '" + member + "', which does not exist"
                            + NearestWord.hint(member, work.resources().keySet()),
                    "define '" + member + "' or correct the name");
            return false;
        }
        boolean fits = switch (kind) {
            case "group", "bundle" -> child.is("primitive");
            default -> child.is("primitive") || child.is("group");
        };
        if (!fits) {
            error(
                    draft,
                    kind + " '" + draft.id() + "' cannot hold '" + member + "', which is a "
                            + CrmDraft.kindOf(child.name()),
                    kind.equals("group") || kind.equals("bundle")
                            ? "name primitives only"
                            : "name a primitive or a group");
            return false;
        }
        String holder = work.parent(member);
        if (holder != null && !holder.equals(draft.id()) && !former.contains(member)) {
            error(
                    draft,
                    "'" + member + "' is already part of '" + holder + "' and cannot be part of '" + draft.id()
                            + "' too",
                    "take it out of '" + holder + "' first");
            return false;
        }
        return true;
    }

    private void addMonitor(CrmWork work, CrmDraft draft, Map<String, CrmDraft> changed) {
        Element resource = work.resources().get(draft.id());
        if (resource == null || !(resource.is("primitive") || resource.is("template"))) {
            error(
                    draft,
                    "there is no primitive '" + draft.id() + "' to monitor"
                            + NearestWord.hint(draft.id(), work.resources().keySet()),
                    "correct the name");
            return;
        }
        List<Element> children = new ArrayList<>(resource.children());
        int place = -1;
        for (int i = 0; i < children.size(); i++) {
            if (children.get(i).is("operations")) {
                place = i;
            }
        }
        if (place < 0) {
            children.add(Element.of("operations", Map.of(), List.of(draft.element())));
        } else {
            List<Element> ops = new ArrayList<>(children.get(place).children());
            ops.removeIf(op -> op.attribute("name", "").equals("monitor")
                    && op.attribute("interval", "").equals(draft.element().attribute("interval", ""))
                    && op.attribute("role", "").equals(draft.element().attribute("role", "")));
            ops.add(draft.element());
            children.set(place, children.get(place).withChildren(ops));
        }
        work.resources().put(draft.id(), resource.withChildren(children));
        changed.putIfAbsent(draft.id(), draft);
    }

    private static void mergeNode(Map<String, Element> nodes, CrmDraft draft, Map<String, CrmDraft> changed) {
        Element before = nodes.get(draft.id());
        Element next = draft.element();
        if (before != null) {
            Map<String, String> attributes = new LinkedHashMap<>(before.attributes());
            next.attributes().forEach((name, value) -> {
                boolean impliedId = name.equals("id") && value.equals(draft.id());
                if (!impliedId || !attributes.containsKey("id")) {
                    attributes.put(name, value);
                }
            });
            List<Element> children = new ArrayList<>(before.children());
            for (Element set : next.children()) {
                mergeSet(children, set);
            }
            next = Element.of("node", attributes, children, "", next.line());
        }
        nodes.put(draft.id(), next);
        changed.put("node " + draft.id(), draft);
    }

    private static void mergeSet(List<Element> sets, Element set) {
        boolean plain = set.id().isEmpty()
                && set.attribute("score") == null
                && set.attribute("id-ref") == null
                && set.child("rule").isEmpty();
        for (int i = 0; i < sets.size(); i++) {
            Element before = sets.get(i);
            boolean sameId = !set.id().isEmpty() && before.id().equals(set.id());
            boolean mergeable = plain
                    && before.name().equals(set.name())
                    && before.child("rule").isEmpty()
                    && before.attribute("id-ref") == null;
            if (sameId || mergeable) {
                sets.set(i, before.withChildren(mergedPairs(before.children(), set.children())));
                return;
            }
        }
        sets.add(set);
    }

    private static List<Element> mergedPairs(List<Element> before, List<Element> next) {
        List<Element> merged = new ArrayList<>(before);
        if (next.stream().anyMatch(child -> child.is("rule"))) {
            merged.removeIf(child -> child.is("rule"));
        }
        if (next.stream().anyMatch(child -> child.is(CrmDraft.COMMENT))) {
            merged.removeIf(child -> child.is(CrmDraft.COMMENT));
        }
        int rules = 0;
        for (Element child : next) {
            if (!child.is("nvpair")) {
                merged.add(rules++, child);
                continue;
            }
            int at = -1;
            for (int i = 0; i < merged.size(); i++) {
                if (merged.get(i).is("nvpair")
                        && child.attribute("name") != null
                        && child.attribute("name", "").equals(merged.get(i).attribute("name"))) {
                    at = i;
                }
            }
            if (at < 0) {
                merged.add(child);
            } else {
                String id = merged.get(at).id();
                merged.set(at, id.isEmpty() || !child.id().isEmpty() ? child : child.withAttribute("id", id));
            }
        }
        return merged;
    }

    private void mergePairs(Map<String, Element> section, CrmDraft draft, Map<String, CrmDraft> changed) {
        Element before = section.get(draft.id());
        Element next = draft.element();
        if (before != null) {
            next = Element.of(
                    next.name(), before.attributes(), mergedPairs(before.children(), next.children()), "", next.line());
        }
        section.put(draft.id(), next);
        changed.put(draft.kind() + " " + draft.id(), draft);
    }

    // ---- ids and references ---------------------------------------------------------------------------------------

    private static @Nullable Map<String, Element> home(CrmWork work, CrmDraft draft) {
        String section = CrmDraft.section(draft.kind());
        return section.equals("resources") ? work.resources() : work.section(section);
    }

    private static void giveIds(CrmWork work, Map<String, CrmDraft> changed) {
        Set<String> taken = new LinkedHashSet<>();
        CrmIds.collect(work.compose(), taken);
        CrmIds ids = new CrmIds(taken);
        for (CrmDraft draft : changed.values()) {
            Map<String, Element> home = home(work, draft);
            Element object = home == null ? null : home.get(draft.id());
            if (home != null && object != null) {
                home.put(draft.id(), ids.assign(object));
            }
        }
    }

    private void resolveReferences(CrmWork work, Map<String, CrmDraft> changed) {
        boolean any = false;
        for (CrmDraft draft : changed.values()) {
            any |= draft.statement().text().contains("id-ref=")
                    || draft.statement().text().contains("@");
        }
        if (!any) {
            return;
        }
        Map<String, Element> byId = new LinkedHashMap<>();
        index(work.compose(), byId);
        for (CrmDraft draft : changed.values()) {
            Map<String, Element> home = home(work, draft);
            Element object = home == null ? null : home.get(draft.id());
            if (home != null && object != null) {
                home.put(draft.id(), resolved(object, draft, byId));
            }
        }
    }

    private static void index(Element element, Map<String, Element> into) {
        if (!element.id().isEmpty() && element.attribute("id-ref") == null) {
            switch (element.name()) {
                case "resource_ref", "obj_ref", "role", "role_ref" -> {}
                default -> into.putIfAbsent(element.id(), element);
            }
        }
        for (Element child : element.children()) {
            index(child, into);
        }
    }

    private Element resolved(Element element, CrmDraft draft, Map<String, Element> byId) {
        List<Element> children = new ArrayList<>(element.children().size());
        for (Element child : element.children()) {
            children.add(resolved(child, draft, byId));
        }
        Element next = children.equals(element.children()) ? element : element.withChildren(children);
        String reference = element.attribute("id-ref");
        if (reference == null) {
            return next;
        }
        Element target = byId.get(reference);
        if (target != null && target.is(element.name())) {
            return next;
        }
        Optional<Element> first = target == null ? Optional.empty() : target.child(element.name());
        if (first.isEmpty() || first.get().id().isEmpty()) {
            String known = byId.entrySet().stream()
                    .filter(entry -> entry.getValue().is(element.name()))
                    .map(Map.Entry::getKey)
                    .reduce((a, b) -> a.length() + b.length() > 200 ? a : a + ", " + b)
                    .orElse("");
            error(
                    draft,
                    "'" + draft.id() + "' refers to " + element.name() + " '" + reference + "', which does not exist",
                    known.isEmpty() ? "define it or correct the name" : "correct the name; there are: " + known);
            return next;
        }
        return next.withAttribute("id-ref", first.get().id());
    }
}
