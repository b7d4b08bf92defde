package systole.formats;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.kernel.NearestWord;
import systole.model.Element;

/** Roles and targets of access control, in and out. */
final class CrmAcls {
    private static final Set<String> RIGHTS = Set.of("read", "write", "deny");

    /** Shortcut to its expansion; the part after {@code |} is added when a further argument is given. */
    private static final Map<String, String> SHORTCUTS = new LinkedHashMap<>();

    static {
        SHORTCUTS.put("meta", "//primitive[@id='@']/meta_attributes|/nvpair[@name='@']");
        SHORTCUTS.put("params", "//primitive[@id='@']/instance_attributes|/nvpair[@name='@']");
        SHORTCUTS.put("utilization", "//primitive[@id='@']/utilization");
        SHORTCUTS.put("location", "//rsc_location[@id='cli-prefer-@' and @rsc='@']");
        SHORTCUTS.put("property", "//crm_config/cluster_property_set|/nvpair[@name='@']");
        SHORTCUTS.put("nodeattr", "//nodes/node/instance_attributes|/nvpair[@name='@']");
        SHORTCUTS.put("nodeutil", "//nodes/node/utilization|[@uname='@']");
        SHORTCUTS.put("node", "//nodes/node|[@uname='@']");
        SHORTCUTS.put("status", "/cib/status");
        SHORTCUTS.put("cib", "/cib");
    }

    private CrmAcls() {}

    static CrmDraft parse(String kind, CrmWords words, CrmLines.Statement statement) {
        Map<String, String> attributes = new LinkedHashMap<>();
        String id = CrmParser.id(words, "the name of the " + kind);
        attributes.put("id", id);
        List<Element> children = new ArrayList<>();
        if (kind.equals("role")) {
            CrmParser.describe(words, attributes);
            rights(words, children, "acl_permission");
            return new CrmDraft(
                    kind, id, CrmParser.element("acl_role", attributes, children, statement), false, statement);
        }
        String tag = kind.equals("user") ? "acl_user" : kind;
        if (kind.equals("user") && RIGHTS.contains(words.peekLower())) {
            rights(words, children, "acl_permission");
        } else {
            while (!words.atEnd()) {
                String word = words.take("a role");
                children.add(Element.leaf(
                        kind.equals("user") ? "role_ref" : "role",
                        "id",
                        word.startsWith("role:") ? word.substring(5) : word));
            }
        }
        if (children.isEmpty()) {
            throw words.wrong("a role is expected after '" + kind + " " + id + "'");
        }
        return new CrmDraft(kind, id, CrmParser.element(tag, attributes, children, statement), false, statement);
    }

    private static void rights(CrmWords words, List<Element> into, String tag) {
        if (words.atEnd()) {
            throw words.wrong("read, write or deny is expected");
        }
        while (!words.atEnd()) {
            String right = words.peekLower();
            if (!RIGHTS.contains(right)) {
                throw words.wrong("read, write or deny is expected, not '" + words.peek() + "'"
                        + NearestWord.hint(words.peek(), RIGHTS));
            }
            words.skip();
            Map<String, String> head = new LinkedHashMap<>();
            String named = words.takeAfter("$id=");
            if (named != null) {
                head.put("id", named);
            } else if (words.peek().length() > 1 && words.peek().endsWith(":")) {
                String word = words.take("an id");
                head.put("id", word.substring(0, word.length() - 1));
            }
            head.put("kind", right);
            CrmParser.describe(words, head);
            int before = into.size();
            Map<String, String> typed = new LinkedHashMap<>(head);
            while (!words.atEnd() && !RIGHTS.contains(words.peekLower())) {
                specification(words.take("what the right is about"), head, typed, into, tag);
            }
            if (typed.containsKey("attribute") && !typed.containsKey("object-type")) {
                throw new CrmSyntaxException(
                        "attr: says which attribute of the elements that type:ELEMENT names; type: is missing",
                        "attr:" + typed.get("attribute"));
            }
            if (typed.size() > head.size()) {
                into.add(Element.of(tag, typed, List.of()));
            }
            if (into.size() == before) {
                throw words.wrong("xpath:, ref:, type: or a shortcut is expected after '" + right + "'");
            }
        }
    }

    private static void specification(
            String word, Map<String, String> head, Map<String, String> typed, List<Element> into, String tag) {
        int colon = word.indexOf(':');
        String name = colon < 0 ? word : word.substring(0, colon);
        String argument = colon < 0 ? "" : word.substring(colon + 1);
        switch (name.toLowerCase(Locale.ROOT)) {
            case "xpath" -> into.add(permission(head, tag, "xpath", argument, word));
            case "ref", "reference" -> into.add(permission(head, tag, "reference", argument, word));
            case "type", "tag" -> typed.put("object-type", argument);
            case "attr", "attribute" -> typed.put("attribute", argument);
            default -> into.add(permission(head, tag, "xpath", expand(name, argument, word), word));
        }
    }

    private static Element permission(
            Map<String, String> head, String tag, String attribute, String value, String word) {
        if (value.isEmpty()) {
            throw new CrmSyntaxException("'" + word + "' names nothing after the colon", word);
        }
        Map<String, String> attributes = new LinkedHashMap<>(head);
        attributes.put(attribute, value);
        return Element.of(tag, attributes, List.of());
    }

    private static String expand(String name, String argument, String word) {
        String form = SHORTCUTS.get(name.toLowerCase(Locale.ROOT));
        if (form == null) {
            throw new CrmSyntaxException(
                    "'" + name + "' is no shortcut of a right" + NearestWord.hint(name, SHORTCUTS.keySet()), word);
        }
        int bar = form.indexOf('|');
        if (bar < 0 && !form.contains("@'") && !argument.isEmpty()) {
            throw new CrmSyntaxException("shortcut '" + name + "' takes no argument", word);
        }
        String base = bar < 0 ? form : form.substring(0, bar);
        String more = bar < 0 ? "" : form.substring(bar + 1);
        String first = argument;
        String second = "";
        int colon = argument.indexOf(':');
        if (base.contains("@'") && colon >= 0) {
            first = argument.substring(0, colon);
            second = argument.substring(colon + 1);
        }
        if (base.contains("@'")) {
            if (first.isEmpty()) {
                throw new CrmSyntaxException("shortcut '" + name + "' needs an argument: " + name + ":ID", word);
            }
            base = base.replace("@'", first + "'");
            return second.isEmpty() ? base : base + more.replace("@'", second + "'");
        }
        return first.isEmpty() ? base : base + more.replace("@'", first + "'");
    }

    /** The shortcut that expands to this xpath, or {@code null}. */
    static @Nullable String fold(String xpath) {
        for (Map.Entry<String, String> shortcut : SHORTCUTS.entrySet()) {
            String form = shortcut.getValue();
            int bar = form.indexOf('|');
            String base = bar < 0 ? form : form.substring(0, bar);
            for (String candidate : bar < 0 ? List.of(base) : List.of(base, base + form.substring(bar + 1))) {
                String arguments = match(candidate, xpath);
                if (arguments != null) {
                    return arguments.isEmpty() ? shortcut.getKey() : shortcut.getKey() + ":" + arguments;
                }
            }
        }
        return null;
    }

    private static @Nullable String match(String form, String xpath) {
        String[] pieces = form.split("@'", -1);
        List<String> arguments = new ArrayList<>();
        int at = 0;
        for (int i = 0; i < pieces.length; i++) {
            if (!xpath.startsWith(pieces[i], at)) {
                return null;
            }
            at += pieces[i].length();
            if (i + 1 < pieces.length) {
                int end = xpath.indexOf('\'', at);
                if (end < 0) {
                    return null;
                }
                arguments.add(xpath.substring(at, end));
                at = end + 1;
            }
        }
        if (at != xpath.length() || !arguments.stream().allMatch(CrmValues::hasIdCharactersOnly)) {
            return null;
        }
        if (form.contains("cli-prefer-")) {
            return arguments.get(0).equals(arguments.get(1)) ? arguments.get(0) : null;
        }
        return String.join(":", arguments);
    }
}
