package systole.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;

/** Applies {@link CibEdit}s to a configuration and finds those that lead from one to another. */
public final class CibEdits {
    private static final Set<String> REFERENCES = Set.of("obj_ref", "resource_ref", "role");

    /** Sections of a configuration: one that is not there yet comes to be with what is put into it. */
    private static final Set<String> SECTIONS = Set.of(
            "crm_config",
            "nodes",
            "resources",
            "constraints",
            "rsc_defaults",
            "op_defaults",
            "fencing-topology",
            "tags",
            "alerts",
            "acls");

    private CibEdits() {}

    /**
     * All edits, in order, or none.
     *
     * @throws BadInputException if an edit names an id or section that is not there
     */
    public static Element apply(Element configuration, List<CibEdit> edits) {
        Element next = configuration;
        for (CibEdit edit : edits) {
            next = apply(next, edit);
        }
        return next;
    }

    private static Element apply(Element configuration, CibEdit edit) {
        if (edit instanceof CibEdit.ReplaceConfiguration replace) {
            return replace.configuration();
        }
        if (edit instanceof CibEdit.Remove remove) {
            Element next = without(configuration, remove.id());
            if (next == configuration) {
                throw unknown(configuration, remove.id(), "cannot be removed: there is no such id");
            }
            return next;
        }
        if (edit instanceof CibEdit.Put put) {
            return put(configuration, put);
        }
        throw new AssertionError("unknown edit " + edit);
    }

    private static Element put(Element configuration, CibEdit.Put put) {
        Element element = put.element();
        if (put.parent().equals("configuration") && element.id().isEmpty()) {
            return section(configuration, element);
        }
        if (element.id().isEmpty()) {
            throw new BadInputException(
                    put.parent(), "<" + element.name() + "> has no id", "give the element an id of its own");
        }
        Element base = configuration;
        Element here = find(base, element.id());
        if (here != null) {
            Element parent = parentOf(base, element.id());
            if (put.before().isEmpty() && parent != null && isParent(parent, put.parent())) {
                return replaced(base, element);
            }
            base = without(base, element.id());
        }
        Element next = inserted(base, put);
        if (next == base && SECTIONS.contains(put.parent())) {
            return section(base, Element.leaf(put.parent()).plus(element));
        }
        if (next == base) {
            throw unknown(
                    configuration, put.parent(), "cannot take " + element.id() + ": there is no such id or section");
        }
        return next;
    }

    /** The id by which an element can be named in an edit; some elements' ids only refer to others. */
    private static String identity(Element element) {
        return REFERENCES.contains(element.name()) ? "" : element.id();
    }

    private static Element section(Element configuration, Element section) {
        List<Element> children = new ArrayList<>(configuration.children());
        for (int i = 0; i < children.size(); i++) {
            if (children.get(i).is(section.name())) {
                children.set(i, section);
                return configuration.withChildren(children);
            }
        }
        children.add(section);
        return configuration.withChildren(children);
    }

    private static boolean isParent(Element element, String parent) {
        return element.id().isEmpty() ? element.is(parent) : element.id().equals(parent);
    }

    private static Element inserted(Element at, CibEdit.Put put) {
        if (isParent(at, put.parent())) {
            List<Element> children = new ArrayList<>(at.children());
            int place = children.size();
            for (int i = 0; i < children.size(); i++) {
                if (!put.before().isEmpty() && children.get(i).id().equals(put.before())) {
                    place = i;
                    break;
                }
            }
            children.add(place, put.element());
            return at.withChildren(children);
        }
        return descend(at, child -> inserted(child, put));
    }

    private static Element replaced(Element at, Element element) {
        for (int i = 0; i < at.children().size(); i++) {
            if (identity(at.children().get(i)).equals(element.id())) {
                List<Element> children = new ArrayList<>(at.children());
                children.set(i, element);
                return at.withChildren(children);
            }
        }
        return descend(at, child -> replaced(child, element));
    }

    private static Element without(Element at, String id) {
        for (int i = 0; i < at.children().size(); i++) {
            if (identity(at.children().get(i)).equals(id)) {
                List<Element> children = new ArrayList<>(at.children());
                children.remove(i);
                return at.withChildren(children);
            }
        }
        return descend(at, child -> without(child, id));
    }

    /** The element with its first child changed that {@code change} does change; the same object if there is none. */
    private static Element descend(Element at, UnaryOperator<Element> change) {
        for (int i = 0; i < at.children().size(); i++) {
            Element child = at.children().get(i);
            Element next = change.apply(child);
            if (next != child) {
                List<Element> children = new ArrayList<>(at.children());
                children.set(i, next);
                return at.withChildren(children);
            }
        }
        return at;
    }

    /** The element with this id anywhere below, or {@code null}. */
    public static @Nullable Element find(Element at, String id) {
        for (Element child : at.children()) {
            if (identity(child).equals(id)) {
                return child;
            }
            Element found = find(child, id);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static @Nullable Element parentOf(Element at, String id) {
        for (Element child : at.children()) {
            if (identity(child).equals(id)) {
                return at;
            }
            Element found = parentOf(child, id);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static BadInputException unknown(Element configuration, String id, String what) {
        Set<String> ids = new TreeSet<>();
        for (Element section : configuration.children()) {
            ids.add(section.name());
        }
        ids.addAll(ids(configuration));
        String near = NearestWord.of(id, ids)
                .map(word -> "did you mean '" + word + "'? ")
                .orElse("");
        return new BadInputException(
                id, what, near.isEmpty() ? "look at the present configuration and repeat the change" : near.strip());
    }

    /** All ids in the element, its own included. */
    public static Set<String> ids(Element at) {
        Set<String> ids = new TreeSet<>();
        collectIds(at, ids);
        return ids;
    }

    private static void collectIds(Element at, Set<String> ids) {
        if (!at.id().isEmpty()) {
            ids.add(at.id());
        }
        for (Element child : at.children()) {
            collectIds(child, ids);
        }
    }

    /** The smallest list of edits at the level of ids for which {@code apply(before, edits)} equals {@code after}. */
    public static List<CibEdit> between(Element before, Element after) {
        if (before.equals(after)) {
            return List.of();
        }
        List<CibEdit> edits = new ArrayList<>();
        if (sections(before, after, edits) && reaches(before, edits, after)) {
            return List.copyOf(edits);
        }
        return List.of(new CibEdit.ReplaceConfiguration(after));
    }

    private static boolean reaches(Element before, List<CibEdit> edits, Element after) {
        try {
            return apply(before, edits).equals(after);
        } catch (BadInputException e) {
            // An id that is used twice can lead here; the whole configuration is then the smallest honest edit.
            return false;
        }
    }

    private static boolean sections(Element before, Element after, List<CibEdit> edits) {
        if (!before.attributes().equals(after.attributes()) || !before.text().equals(after.text())) {
            return false;
        }
        if (before.children().size() > after.children().size()) {
            return false;
        }
        for (int i = 0; i < after.children().size(); i++) {
            Element section = after.children().get(i);
            if (i >= before.children().size()) {
                edits.add(new CibEdit.Put("configuration", section));
                continue;
            }
            Element old = before.children().get(i);
            if (!old.is(section.name()) || !old.id().equals(section.id())) {
                return false;
            }
            if (!old.equals(section) && !inside(section.name(), old, section, edits)) {
                edits.add(new CibEdit.Put("configuration", section));
            }
        }
        return true;
    }

    /** Edits for the children of one element; {@code false}, with nothing added, if the element must go as a whole. */
    private static boolean inside(String parent, Element before, Element after, List<CibEdit> edits) {
        if (!before.attributes().equals(after.attributes()) || !before.text().equals(after.text())) {
            return false;
        }
        Map<String, Element> old = byId(before);
        Map<String, Element> wanted = byId(after);
        if (old.size() != before.children().size()
                || wanted.size() != after.children().size()) {
            return false;
        }
        List<String> oldOrder = new ArrayList<>(old.keySet());
        Set<String> stay = inOrder(oldOrder, new ArrayList<>(wanted.keySet()));
        for (String id : oldOrder) {
            if (!wanted.containsKey(id)) {
                edits.add(new CibEdit.Remove(id));
            }
        }
        String next = "";
        List<String> order = new ArrayList<>(wanted.keySet());
        Collections.reverse(order);
        for (String id : order) {
            Element element = wanted.get(id);
            Element present = old.get(id);
            if (present == null || !stay.contains(id)) {
                edits.add(new CibEdit.Put(parent, Objects.requireNonNull(element), next));
            } else if (!present.equals(element)) {
                difference(parent, present, Objects.requireNonNull(element), edits);
            }
            next = id;
        }
        return true;
    }

    private static void difference(String parent, Element before, Element after, List<CibEdit> edits) {
        if (!before.is(after.name())
                || before.children().isEmpty()
                || after.children().isEmpty()
                || !inside(after.id(), before, after, edits)) {
            edits.add(new CibEdit.Put(parent, after));
        }
    }

    private static Map<String, Element> byId(Element parent) {
        Map<String, Element> found = new LinkedHashMap<>();
        for (Element child : parent.children()) {
            if (!identity(child).isEmpty()) {
                found.put(child.id(), child);
            }
        }
        return found;
    }

    /** A longest set of ids that stand in both lists in the same order. */
    private static Set<String> inOrder(List<String> before, List<String> after) {
        Map<String, Integer> place = new LinkedHashMap<>();
        for (int i = 0; i < before.size(); i++) {
            place.put(before.get(i), i);
        }
        List<String> common = after.stream().filter(place::containsKey).toList();
        int[] previous = new int[common.size()];
        List<Integer> tails = new ArrayList<>();
        for (int i = 0; i < common.size(); i++) {
            int value = place.getOrDefault(common.get(i), 0);
            int low = 0;
            int high = tails.size();
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (place.getOrDefault(common.get(tails.get(middle)), 0) < value) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            previous[i] = low == 0 ? -1 : tails.get(low - 1);
            if (low == tails.size()) {
                tails.add(i);
            } else {
                tails.set(low, i);
            }
        }
        Set<String> stay = new TreeSet<>();
        int at = tails.isEmpty() ? -1 : tails.get(tails.size() - 1);
        while (at >= 0) {
            stay.add(common.get(at));
            at = previous[at];
        }
        return stay;
    }

    /** A few words for the history: {@code 2 put (web, ip), 1 removed (old)}. */
    public static String summary(List<CibEdit> edits) {
        List<String> put = new ArrayList<>();
        List<String> removed = new ArrayList<>();
        for (CibEdit edit : edits) {
            if (edit instanceof CibEdit.ReplaceConfiguration) {
                return "whole configuration replaced";
            } else if (edit instanceof CibEdit.Put entry) {
                put.add(
                        entry.element().id().isEmpty()
                                ? entry.element().name()
                                : entry.element().id());
            } else if (edit instanceof CibEdit.Remove entry) {
                removed.add(entry.id());
            }
        }
        List<String> words = new ArrayList<>();
        if (!put.isEmpty()) {
            words.add(shown(put) + " set");
        }
        if (!removed.isEmpty()) {
            words.add(shown(removed) + " removed");
        }
        return words.isEmpty() ? "nothing" : String.join(", ", words);
    }

    private static String shown(List<String> ids) {
        int most = 5;
        return ids.size() <= most
                ? String.join(" ", ids)
                : String.join(" ", ids.subList(0, most)) + " and " + (ids.size() - most) + " more";
    }
}
