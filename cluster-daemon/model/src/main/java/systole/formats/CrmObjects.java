package systole.formats;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;
import systole.model.Element;

/** Changes of whole objects that are no statements: delete, rename, change a group. */
public final class CrmObjects {
    private static final List<String> ENDS = List.of("rsc", "with-rsc", "first", "then");

    private CrmObjects() {}

    /**
     * The configuration without these objects, and without what names them: constraints, members of sets and tags. What
     * a deleted container held stays; a container that would be empty goes too.
     *
     * @throws BadInputException if one of the ids is no object
     */
    public static Element delete(Element configuration, Collection<String> ids) {
        List<String> known = CrmLanguage.ids(configuration);
        for (String id : ids) {
            if (!known.contains(id)) {
                throw new BadInputException(
                        "",
                        "object '" + id + "' does not exist" + NearestWord.hint(id, known),
                        "list the objects: systole configure show");
            }
        }
        CrmWork work = new CrmWork(configuration);
        for (String id : ids) {
            work.remove(id);
            for (String section : List.of(
                    "crm_config",
                    "nodes",
                    "constraints",
                    "fencing-topology",
                    "rsc_defaults",
                    "op_defaults",
                    "tags",
                    "acls",
                    "alerts")) {
                work.section(section).remove(id);
            }
        }
        Set<String> targets = new LinkedHashSet<>(work.resources().keySet());
        targets.addAll(work.section("tags").keySet());
        Set<String> gone = new LinkedHashSet<>(known);
        gone.removeAll(targets);
        prune(work.section("constraints"), gone);
        Map<String, Element> tags = work.section("tags");
        for (Map.Entry<String, Element> tag : List.copyOf(tags.entrySet())) {
            List<Element> members = new ArrayList<>(tag.getValue().children());
            members.removeIf(member -> ids.contains(member.id()));
            if (members.isEmpty()) {
                tags.remove(tag.getKey());
            } else {
                tags.put(tag.getKey(), tag.getValue().withChildren(members));
            }
        }
        return work.compose();
    }

    private static void prune(Map<String, Element> constraints, Set<String> gone) {
        for (Map.Entry<String, Element> entry : List.copyOf(constraints.entrySet())) {
            Element constraint = entry.getValue();
            boolean names = false;
            for (String end : ENDS) {
                names |= gone.contains(constraint.attribute(end, ""));
            }
            if (names) {
                constraints.remove(entry.getKey());
                continue;
            }
            if (constraint.children("resource_set").isEmpty()) {
                continue;
            }
            List<Element> rest = new ArrayList<>();
            int members = 0;
            for (Element child : constraint.children()) {
                if (!child.is("resource_set")) {
                    rest.add(child);
                    continue;
                }
                List<Element> kept = new ArrayList<>(child.children());
                kept.removeIf(member -> gone.contains(member.id()));
                members += kept.size();
                if (!kept.isEmpty()) {
                    rest.add(child.withChildren(kept));
                }
            }
            int needed = constraint.is("rsc_location") || constraint.is("rsc_ticket") ? 1 : 2;
            if (members < needed) {
                constraints.remove(entry.getKey());
            } else {
                constraints.put(entry.getKey(), constraint.withChildren(rest));
            }
        }
    }

    /**
     * The configuration with the object under another id, everywhere.
     *
     * @throws BadInputException if there is no such object, or the new id is taken or no id
     */
    public static Element rename(Element configuration, String oldId, String newId) {
        List<String> known = CrmLanguage.ids(configuration);
        if (!known.contains(oldId)) {
            throw new BadInputException(
                    "",
                    "object '" + oldId + "' does not exist" + NearestWord.hint(oldId, known),
                    "list the objects: systole configure show");
        }
        Set<String> taken = new LinkedHashSet<>();
        CrmIds.collect(configuration, taken);
        if (taken.contains(newId) || !CrmValues.isId(newId)) {
            throw new BadInputException(
                    "",
                    taken.contains(newId) ? "id '" + newId + "' is taken" : "'" + newId + "' is no valid id",
                    "choose another id");
        }
        return renamed(configuration, oldId, newId);
    }

    private static Element renamed(Element element, String oldId, String newId) {
        Map<String, String> attributes = new LinkedHashMap<>(element.attributes());
        boolean mayName = switch (element.name()) {
            case "role", "acl_permission", "node" -> false;
            default -> true;
        };
        if (mayName) {
            attributes.replaceAll((name, value) -> value.equals(oldId) && isName(name) ? newId : value);
        }
        List<Element> children = new ArrayList<>(element.children().size());
        for (Element child : element.children()) {
            children.add(renamed(child, oldId, newId));
        }
        return Element.of(element.name(), attributes, children, element.text(), element.line());
    }

    private static boolean isName(String attribute) {
        return attribute.equals("id") || attribute.equals("template") || ENDS.contains(attribute);
    }

    /**
     * Puts a primitive into a group.
     *
     * @param before id of the member before which it goes; empty: at the end
     */
    public static Element addToGroup(Element configuration, String group, String member, String before) {
        CrmWork work = new CrmWork(configuration);
        Element container = group(work, group);
        Element resource = work.resources().get(member);
        if (resource == null || !resource.is("primitive")) {
            throw new BadInputException(
                    "",
                    resource == null
                            ? "resource '" + member + "' does not exist"
                                    + NearestWord.hint(member, work.resources().keySet())
                            : "'" + member + "' is no primitive, so no group can hold it",
                    "name a primitive");
        }
        if (work.parent(member) != null) {
            throw new BadInputException(
                    "", "'" + member + "' is already part of '" + work.parent(member) + "'", "take it out there first");
        }
        List<Element> children = new ArrayList<>(container.children());
        int place = children.size();
        for (int i = 0; i < children.size(); i++) {
            if (!before.isEmpty()
                    && children.get(i).is(CrmDraft.MEMBER)
                    && children.get(i).id().equals(before)) {
                place = i;
            }
        }
        if (!before.isEmpty() && !CrmWork.members(container).contains(before)) {
            throw new BadInputException(
                    "",
                    "'" + before + "' is no member of group '" + group + "'"
                            + NearestWord.hint(before, CrmWork.members(container)),
                    "name a member");
        }
        children.add(place, CrmDraft.member(member));
        work.adopt(group, container.withChildren(children), CrmWork.members(container));
        return work.compose();
    }

    /** Takes a primitive out of a group; it stays as a resource of its own. */
    public static Element removeFromGroup(Element configuration, String group, String member) {
        CrmWork work = new CrmWork(configuration);
        Element container = group(work, group);
        if (!CrmWork.members(container).contains(member)) {
            throw new BadInputException(
                    "",
                    "'" + member + "' is no member of group '" + group + "'"
                            + NearestWord.hint(member, CrmWork.members(container)),
                    "name a member");
        }
        List<Element> children = new ArrayList<>(container.children());
        children.removeIf(child -> child.is(CrmDraft.MEMBER) && child.id().equals(member));
        if (children.stream().noneMatch(child -> child.is(CrmDraft.MEMBER))) {
            throw new BadInputException(
                    "", "'" + member + "' is the last member of group '" + group + "'", "delete the group instead");
        }
        work.adopt(group, container.withChildren(children), CrmWork.members(container));
        return work.compose();
    }

    private static Element group(CrmWork work, String id) {
        Element group = work.resources().get(id);
        if (group == null || !group.is("group")) {
            throw new BadInputException(
                    "",
                    "there is no group '" + id + "'"
                            + NearestWord.hint(id, work.resources().keySet()),
                    "name a group");
        }
        return group;
    }
}
