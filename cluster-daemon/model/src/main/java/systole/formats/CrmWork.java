package systole.formats;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.model.Element;

/**
 * A configuration taken apart so that objects are found and changed by id, and put together again.
 *
 * <p>Resources are kept flat, their children as placeholders ({@link CrmDraft#MEMBER}). Mutable, used by one change
 * only.
 */
final class CrmWork {
    private static final List<String> SECTIONS = List.of(
            "crm_config",
            "nodes",
            "resources",
            "constraints",
            "tags",
            "fencing-topology",
            "rsc_defaults",
            "op_defaults",
            "acls",
            "alerts");
    private static final Set<String> ALWAYS = Set.of("crm_config", "nodes", "resources", "constraints");
    private static final Set<String> CONTAINED = Set.of("primitive", "group", "clone", "master", "bundle");

    private final Element original;
    private final Map<String, Element> resources = new LinkedHashMap<>();
    private final Set<String> top = new LinkedHashSet<>();
    private final Map<String, String> parents = new LinkedHashMap<>();
    private final Map<String, Map<String, Element>> sections = new LinkedHashMap<>();
    private int unnamed;

    CrmWork(Element configuration) {
        original = configuration;
        for (String section : SECTIONS) {
            sections.put(section, new LinkedHashMap<>());
        }
        for (Element section : configuration.children()) {
            if (section.is("resources")) {
                for (Element resource : section.children()) {
                    top.add(takeApart(resource));
                }
            } else if (section.is("fencing-topology")) {
                section("fencing-topology").put("fencing_topology", section);
            } else if (sections.containsKey(section.name())) {
                for (Element object : section.children()) {
                    section(section.name()).put(key(object), object);
                }
            }
        }
    }

    private String key(Element object) {
        String id = object.is("node") ? object.attribute("uname", object.id()) : object.id();
        return id.isEmpty() ? "#" + ++unnamed : id;
    }

    /** Registers a resource with all that it holds, and gives its key. */
    String takeApart(Element resource) {
        String key = key(resource);
        List<Element> own = new ArrayList<>();
        for (Element child : resource.children()) {
            if (CONTAINED.contains(child.name())) {
                String childKey = takeApart(child);
                parents.put(childKey, key);
                own.add(CrmDraft.member(childKey));
            } else {
                own.add(child);
            }
        }
        resources.put(key, resource.withChildren(own));
        return key;
    }

    Map<String, Element> section(String name) {
        Map<String, Element> section = sections.get(name);
        if (section == null) {
            throw new AssertionError("no section " + name);
        }
        return section;
    }

    Map<String, Element> resources() {
        return resources;
    }

    Set<String> top() {
        return top;
    }

    /** The container that holds the resource, or {@code null}. */
    @Nullable
    String parent(String id) {
        return parents.get(id);
    }

    static List<String> members(Element container) {
        List<String> ids = new ArrayList<>();
        for (Element child : container.children()) {
            if (child.is(CrmDraft.MEMBER)) {
                ids.add(child.id());
            }
        }
        return ids;
    }

    /** Puts a container in force: its members move in, former members that nobody holds move to the top. */
    void adopt(String id, Element container, List<String> formerMembers) {
        resources.put(id, container);
        List<String> members = members(container);
        for (String former : formerMembers) {
            if (!members.contains(former)) {
                parents.remove(former);
                top.add(former);
            }
        }
        for (String member : members) {
            parents.put(member, id);
            top.remove(member);
        }
        if (!parents.containsKey(id)) {
            top.add(id);
        }
    }

    /** Takes the resource out; what it held moves to the top; a container left empty goes too. */
    void remove(String id) {
        Element removed = resources.remove(id);
        if (removed == null) {
            return;
        }
        for (String member : members(removed)) {
            parents.remove(member);
            top.add(member);
        }
        top.remove(id);
        String holder = parents.remove(id);
        if (holder == null) {
            return;
        }
        Element container = resources.get(holder);
        if (container == null) {
            return;
        }
        List<Element> rest = new ArrayList<>(container.children());
        rest.removeIf(child -> child.is(CrmDraft.MEMBER) && child.id().equals(id));
        Element next = container.withChildren(rest);
        resources.put(holder, next);
        if (members(next).isEmpty() && !next.is("bundle")) {
            remove(holder);
        }
    }

    /** The whole configuration in the order of sections that the schema has. */
    Element compose() {
        List<Element> next = new ArrayList<>();
        Set<String> done = new LinkedHashSet<>();
        for (Element section : original.children()) {
            if (!sections.containsKey(section.name())) {
                next.add(section);
            } else if (done.add(section.name())) {
                List<Element> objects = objects(section.name());
                if (!objects.isEmpty()
                        || ALWAYS.contains(section.name())
                        || section.children().isEmpty()) {
                    Map<String, String> attributes = section.is("fencing-topology")
                            ? section("fencing-topology")
                                    .getOrDefault("fencing_topology", section)
                                    .attributes()
                            : section.attributes();
                    next.add(Element.of(section.name(), attributes, objects, section.text(), section.line()));
                }
            }
        }
        for (String name : SECTIONS) {
            if (!done.contains(name)) {
                List<Element> objects = objects(name);
                if (!objects.isEmpty()
                        || ALWAYS.contains(name)
                        || !section(name).isEmpty()) {
                    next.add(Element.of(name, Map.of(), objects));
                }
            }
        }
        return original.withChildren(next);
    }

    private List<Element> objects(String section) {
        if (section.equals("resources")) {
            List<Element> all = new ArrayList<>();
            for (String id : top) {
                Element resource = resources.get(id);
                if (resource != null) {
                    all.add(whole(resource));
                }
            }
            return all;
        }
        if (section.equals("fencing-topology")) {
            Element topology = section(section).get("fencing_topology");
            return topology == null ? List.of() : topology.children();
        }
        return new ArrayList<>(section(section).values());
    }

    private Element whole(Element resource) {
        List<Element> children = new ArrayList<>();
        for (Element child : resource.children()) {
            Element inner = child.is(CrmDraft.MEMBER) ? resources.get(child.id()) : null;
            if (inner != null) {
                children.add(whole(inner));
            } else if (!child.is(CrmDraft.MEMBER)) {
                children.add(child);
            }
        }
        return resource.withChildren(children);
    }
}
