package systole.daemon;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import systole.model.Element;

/**
 * What somebody's roles allow on one CIB: the section {@code acls} as in Pacemaker. A permission holds for the elements it
 * names and all inside them; a nearer one overrides a farther one; at one element deny beats write beats read. What no
 * permission reaches is denied.
 *
 * <p>Immutable once made; made for one request.
 */
final class Access {
    private static final Set<String> SETS = Set.of("instance_attributes", "meta_attributes", "utilization");

    enum Right {
        DENY,
        READ,
        WRITE
    }

    private final Map<Element, Right> rights = new IdentityHashMap<>();

    private Access() {}

    /** Roles of a user, and of the groups that the user is in, in the order of the configuration. */
    static List<Element> roles(Element configuration, String user, Collection<String> groups) {
        Set<String> wanted = new HashSet<>();
        Map<String, Element> known = new LinkedHashMap<>();
        for (Element acls : configuration.children("acls")) {
            for (Element child : acls.children()) {
                String name = child.attribute("name", child.id());
                boolean concerned =
                        child.is("acl_target") && name.equals(user) || child.is("acl_group") && groups.contains(name);
                if (concerned) {
                    child.children("role").forEach(role -> wanted.add(role.id()));
                } else if (child.is("acl_role")) {
                    known.put(child.id(), child);
                }
            }
        }
        return known.values().stream()
                .filter(role -> wanted.contains(role.id()))
                .toList();
    }

    /** What these roles allow on a whole {@code cib}. */
    static Access of(Element cib, List<Element> roles) {
        Access access = new Access();
        Map<Element, Right> named = new IdentityHashMap<>();
        Document document = document();
        document.appendChild(node(document, cib));
        XPath paths = XPathFactory.newInstance().newXPath();
        for (Element role : roles) {
            for (Element permission : role.children("acl_permission")) {
                Right right = right(permission);
                for (Element element : named(paths, document, cib, permission, right)) {
                    named.merge(element, right, Access::stronger);
                }
            }
        }
        access.spread(cib, Right.DENY, named);
        return access;
    }

    private static Right right(Element permission) {
        return switch (permission.attribute("kind", "")) {
            case "read" -> Right.READ;
            case "write" -> Right.WRITE;
            default -> Right.DENY;
        };
    }

    private static Right stronger(Right one, Right other) {
        if (one == Right.DENY || other == Right.DENY) {
            return Right.DENY;
        }
        return one == Right.WRITE || other == Right.WRITE ? Right.WRITE : Right.READ;
    }

    private void spread(Element at, Right inherited, Map<Element, Right> named) {
        Right own = named.getOrDefault(at, inherited);
        rights.put(at, own);
        at.children().forEach(child -> spread(child, own, named));
    }

    private static List<Element> named(XPath paths, Document document, Element cib, Element permission, Right right) {
        String path = permission.attribute("xpath", "");
        if (path.isEmpty() && permission.attribute("reference") != null) {
            return having(cib, element -> element.id().equals(permission.attribute("reference", "")));
        }
        if (path.isEmpty()) {
            String type = permission.attribute("object-type", "");
            String attribute = permission.attribute("attribute", "");
            return having(
                    cib, element -> element.is(type) && (attribute.isEmpty() || element.attribute(attribute) != null));
        }
        List<Element> found = new ArrayList<>();
        try {
            NodeList nodes = (NodeList) paths.evaluate(path, document, XPathConstants.NODESET);
            for (int i = 0; i < nodes.getLength(); i++) {
                Object element = nodes.item(i).getUserData("element");
                if (element instanceof Element one) {
                    found.add(one);
                }
            }
        } catch (XPathExpressionException e) {
            // A path that nobody understands must not open what it was meant to close.
            return right == Right.DENY ? List.of(cib) : List.of();
        }
        return found;
    }

    private static List<Element> having(Element at, java.util.function.Predicate<Element> test) {
        List<Element> found = new ArrayList<>();
        if (test.test(at)) {
            found.add(at);
        }
        at.children().forEach(child -> found.addAll(having(child, test)));
        return found;
    }

    private static Document document() {
        try {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder().newDocument();
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("this Java has no XML documents", e);
        }
    }

    private static Node node(Document document, Element element) {
        if (element.name().startsWith("#")) {
            return document.createComment(element.text());
        }
        org.w3c.dom.Element made = document.createElement(element.name());
        element.attributes().forEach(made::setAttribute);
        made.setUserData("element", element, null);
        element.children().forEach(child -> made.appendChild(node(document, child)));
        return made;
    }

    /** The right on an element of the CIB this was made for. */
    Right on(Element element) {
        return rights.getOrDefault(element, Right.DENY);
    }

    /** Whether anything can be read at all. */
    boolean seesAnything() {
        return rights.values().stream().anyMatch(right -> right != Right.DENY);
    }

    /** What can be read: other elements are left out, or kept as a bare frame of what can be read inside them. */
    Element readable(Element cib) {
        return visible(cib)
                .map(element -> Element.of(cib.name(), cib.attributes(), element.children(), "", cib.line()))
                .orElse(Element.of(cib.name(), cib.attributes(), List.of()));
    }

    private Optional<Element> visible(Element element) {
        List<Element> children = new ArrayList<>();
        boolean all = true;
        for (Element child : element.children()) {
            Optional<Element> seen = visible(child);
            seen.ifPresent(children::add);
            all &= seen.filter(each -> each == child).isPresent();
        }
        if (on(element) != Right.DENY) {
            return Optional.of(all ? element : element.withChildren(children));
        }
        if (children.isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> frame = new LinkedHashMap<>();
        for (String name : List.of("id", "uname")) {
            String value = element.attribute(name);
            if (value != null) {
                frame.put(name, value);
            }
        }
        return Optional.of(Element.of(element.name(), frame, children, "", element.line()));
    }

    /**
     * The first element that a change touches and may not.
     *
     * @param then what the same roles allow on {@code after}
     */
    Optional<Element> forbidden(Element before, Element after, Access then) {
        if (before.equals(after)) {
            return Optional.empty();
        }
        boolean ownChange = !before.attributes().equals(after.attributes())
                || !before.text().equals(after.text())
                || !order(before, after).equals(order(after, before));
        if (ownChange && (on(before) != Right.WRITE || then.on(after) != Right.WRITE)) {
            return Optional.of(after);
        }
        Map<String, Element> old = byName(before);
        Map<String, Element> fresh = byName(after);
        for (Map.Entry<String, Element> each : fresh.entrySet()) {
            Element was = old.get(each.getKey());
            Optional<Element> found =
                    was == null ? then.unwritable(each.getValue()) : forbidden(was, each.getValue(), then);
            if (found.isPresent()) {
                return found;
            }
        }
        for (Map.Entry<String, Element> each : old.entrySet()) {
            if (!fresh.containsKey(each.getKey())) {
                Optional<Element> found = unwritable(each.getValue());
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    /** The first element in here that may not be written; what only holds others is judged by what it holds. */
    private Optional<Element> unwritable(Element element) {
        if (on(element) != Right.WRITE && !isFrame(element)) {
            return Optional.of(element);
        }
        for (Element child : element.children()) {
            Optional<Element> found = unwritable(child);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /**
     * Whether the element says nothing but that it is there: a section, or a set of attributes that comes with its first one
     * or goes with its last. Otherwise a right to write {@code target-role} would be of no use to whoever is the first.
     */
    private boolean isFrame(Element element) {
        if (element.attributes().isEmpty()) {
            return true;
        }
        return SETS.contains(element.name())
                && element.attributes().keySet().equals(Set.of("id"))
                && !element.children().isEmpty()
                && on(element) != Right.DENY;
    }

    /** Children that the other one has too, in this one's order. */
    private static List<String> order(Element of, Element other) {
        List<String> names = new ArrayList<>(byName(of).keySet());
        names.retainAll(byName(other).keySet());
        return names;
    }

    private static Map<String, Element> byName(Element parent) {
        Map<String, Element> found = new LinkedHashMap<>();
        for (Element child : parent.children()) {
            String name = child.name() + " " + child.id();
            String free = name;
            for (int i = 1; found.containsKey(free); i++) {
                free = name + " " + i;
            }
            found.put(free, child);
        }
        return found;
    }
}
