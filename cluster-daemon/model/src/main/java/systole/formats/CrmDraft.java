package systole.formats;

import java.util.List;
import systole.model.Element;

/**
 * One parsed statement: an element whose generated ids are still missing, and whose child resources are
 * placeholders named {@link #MEMBER}.
 *
 * @param kind canonical keyword, as {@code show} prints it
 * @param id what the object is called; for nodes the uname
 * @param element the element; for {@code monitor} the {@code op} to add to resource {@code id}
 * @param target of {@code fencing_topology} without targets: the levels apply to each node
 */
record CrmDraft(String kind, String id, Element element, boolean target, CrmLines.Statement statement) {
    /** Stands where a child resource goes; its id names the child. */
    static final String MEMBER = "#member";

    /** The comment of a statement, kept as first child of its element; see {@link CibXml#COMMENT}. */
    static final String COMMENT = CibXml.COMMENT;

    static Element member(String id) {
        return Element.leaf(MEMBER, "id", id);
    }

    /** Canonical keywords in the order in which their statements are carried out. */
    static final List<String> ORDER = List.of(
            "node",
            "rsc_template",
            "primitive",
            "bundle",
            "group",
            "ms",
            "clone",
            "monitor",
            "tag",
            "location",
            "colocation",
            "order",
            "rsc_ticket",
            "fencing_topology",
            "property",
            "rsc_defaults",
            "op_defaults",
            "role",
            "acl_target",
            "acl_group",
            "user",
            "alert");

    /** Kinds of equal rank keep the order of the script among themselves. */
    static int rank(String kind) {
        return switch (kind) {
            case "node" -> 0;
            case "rsc_template" -> 1;
            case "primitive" -> 2;
            case "bundle" -> 3;
            case "group" -> 4;
            case "ms" -> 5;
            case "clone" -> 6;
            case "monitor" -> 7;
            case "tag" -> 8;
            case "location", "colocation", "order" -> 9;
            case "rsc_ticket", "fencing_topology" -> 10;
            case "property" -> 11;
            case "rsc_defaults" -> 12;
            case "op_defaults" -> 13;
            case "role" -> 14;
            case "acl_target", "acl_group", "user" -> 15;
            case "alert" -> 16;
            default -> throw new AssertionError("no rank for " + kind);
        };
    }

    /** The kind of an element of the CIB. */
    static String kindOf(String elementName) {
        return switch (elementName) {
            case "node" -> "node";
            case "template" -> "rsc_template";
            case "primitive" -> "primitive";
            case "bundle" -> "bundle";
            case "group" -> "group";
            case "master" -> "ms";
            case "clone" -> "clone";
            case "tag" -> "tag";
            case "rsc_location" -> "location";
            case "rsc_colocation" -> "colocation";
            case "rsc_order" -> "order";
            case "rsc_ticket" -> "rsc_ticket";
            case "fencing-topology" -> "fencing_topology";
            case "cluster_property_set" -> "property";
            case "rsc_defaults" -> "rsc_defaults";
            case "op_defaults" -> "op_defaults";
            case "acl_role" -> "role";
            case "acl_target" -> "acl_target";
            case "acl_group" -> "acl_group";
            case "acl_user" -> "user";
            case "alert" -> "alert";
            default -> "";
        };
    }

    static String section(String kind) {
        return switch (kind) {
            case "node" -> "nodes";
            case "rsc_template", "primitive", "bundle", "group", "ms", "clone", "monitor" -> "resources";
            case "tag" -> "tags";
            case "location", "colocation", "order", "rsc_ticket" -> "constraints";
            case "fencing_topology" -> "fencing-topology";
            case "property" -> "crm_config";
            case "rsc_defaults" -> "rsc_defaults";
            case "op_defaults" -> "op_defaults";
            case "role", "acl_target", "acl_group", "user" -> "acls";
            case "alert" -> "alerts";
            default -> throw new AssertionError("no section for " + kind);
        };
    }
}
