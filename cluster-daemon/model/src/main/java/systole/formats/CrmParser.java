package systole.formats;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;
import systole.model.Element;

/** Statements of the crm language, words to {@link CrmDraft} (crm-language, section 3). */
final class CrmParser {
    private static final Set<String> OP_ATTRIBUTES = Set.of(
            "interval",
            "timeout",
            "on-fail",
            "role",
            "enabled",
            "record-pending",
            "start-delay",
            "interval-origin",
            "description");
    private static final Set<String> RESOURCE_CLASSES =
            Set.of("ocf", "lsb", "systemd", "service", "stonith", "upstart", "nagios", "heartbeat");
    private static final Set<String> LOCATION_ATTRIBUTES = Set.of("role", "resource-discovery");

    private final AgentCatalog agents;

    CrmParser(AgentCatalog agents) {
        this.agents = agents;
    }

    /** Throws {@link CrmSyntaxException} if the statement does not follow the grammar. */
    CrmDraft parse(CrmLines.Statement statement) {
        String text = statement.text();
        if (text.regionMatches(true, 0, "xml", 0, 3) && text.length() > 3 && " \t<".indexOf(text.charAt(3)) >= 0) {
            return xml(statement);
        }
        CrmWords words = new CrmWords(CrmLines.words(text));
        String keyword = words.take("a command");
        CrmDraft draft = statement(keyword.toLowerCase(Locale.ROOT), keyword, words, statement);
        if (!words.atEnd()) {
            throw words.wrong("'" + words.peek() + "' is not expected here");
        }
        return withComments(draft);
    }

    private CrmDraft statement(String lower, String keyword, CrmWords words, CrmLines.Statement statement) {
        return switch (lower) {
            case "node" -> node(words, statement);
            case "primitive", "rsc_template" -> primitive(lower, words, statement);
            case "monitor" -> monitor(words, statement);
            case "group" -> container("group", "group", words, statement);
            case "clone" -> container("clone", "clone", words, statement);
            case "ms", "master" -> container("ms", "master", words, statement);
            case "bundle" -> new CrmBundleParser(this).parse(words, statement);
            case "location" -> location(words, statement);
            case "colocation", "collocation" -> colocation(words, statement);
            case "order" -> order(words, statement);
            case "rsc_ticket" -> ticket(words, statement);
            case "property", "rsc_defaults", "op_defaults" -> property(lower, words, statement);
            case "fencing_topology", "fencing-topology" -> CrmTopology.parse(words, statement);
            case "tag" -> tag(words, statement);
            case "role", "acl_target", "acl_group", "user" -> CrmAcls.parse(lower, words, statement);
            case "alert" -> new CrmAlerts(this).parse(words, statement);
            default -> {
                List<String> known = new ArrayList<>(CrmDraft.ORDER);
                known.addAll(List.of("xml", "master", "collocation"));
                throw new CrmSyntaxException(
                        "unknown command '" + keyword + "'" + NearestWord.hint(keyword, known), keyword);
            }
        };
    }

    private static CrmDraft withComments(CrmDraft draft) {
        if (draft.statement().comments().isEmpty()) {
            return draft;
        }
        List<Element> children = new ArrayList<>();
        for (String comment : draft.statement().comments()) {
            children.add(Element.of(CrmDraft.COMMENT, Map.of(), List.of(), comment, 0));
        }
        children.addAll(draft.element().children());
        return new CrmDraft(
                draft.kind(), draft.id(), draft.element().withChildren(children), draft.target(), draft.statement());
    }

    // ---- building blocks ----------------------------------------------------------------------------------------

    static Element element(
            String name, Map<String, String> attributes, List<Element> children, CrmLines.Statement statement) {
        return Element.of(name, attributes, children, "", statement.line());
    }

    /** The first argument: an id, also written {@code id=NAME} or {@code $id=NAME}. */
    static String id(CrmWords words, String what) {
        String id = words.takeAfter("$id=");
        if (id == null) {
            id = words.takeAfter("id=");
        }
        return id == null ? words.take(what) : id;
    }

    static @Nullable String description(CrmWords words) {
        return words.takeAfter("description=");
    }

    /** Sets named by keywords until a word that is none of them; the first keyword may be left out. */
    void sets(CrmWords words, Map<String, String> keywords, String implied, List<Element> into) {
        if (!words.atEnd() && !isKeyword(words, keywords) && startsPair(words)) {
            into.add(set(words, keywords, implied));
        }
        while (!words.atEnd() && keywords.containsKey(words.peekLower())) {
            String tag = tag(keywords, words);
            words.skip();
            into.add(set(words, keywords, tag));
        }
    }

    private static String tag(Map<String, String> keywords, CrmWords words) {
        String tag = keywords.get(words.peekLower());
        if (tag == null) {
            throw new AssertionError("no set for " + words.peek());
        }
        return tag;
    }

    private static boolean isKeyword(CrmWords words, Map<String, String> keywords) {
        return keywords.containsKey(words.peekLower());
    }

    private static boolean startsPair(CrmWords words) {
        String word = words.peek();
        return word.indexOf('=') > 0 || word.startsWith("$") || word.startsWith("@") || words.peekIs("rule");
    }

    /** One attribute set after its keyword, up to the next keyword. */
    Element set(CrmWords words, Map<String, String> keywords, String tag) {
        String reference = words.takeAfter("$id-ref=");
        if (reference != null) {
            return Element.leaf(tag, "id-ref", reference);
        }
        Map<String, String> attributes = new LinkedHashMap<>();
        String id = words.takeAfter("$id=");
        if (id != null) {
            attributes.put("id", id);
        }
        if (CrmScores.isScoreWithColon(words.peek())) {
            String word = words.take("a score");
            String score = CrmScores.parse(word.substring(0, word.length() - 1));
            attributes.put("score", score == null ? "0" : score);
        }
        List<Element> children = new ArrayList<>();
        Set<String> stops = keywords.keySet();
        pairs(words, stops, false, children);
        return Element.of(tag, attributes, children);
    }

    /**
     * Rules and pairs up to a stop word.
     *
     * @param once of two pairs of one name only the last is kept
     */
    void pairs(CrmWords words, Set<String> stops, boolean once, List<Element> into) {
        Map<String, Integer> at = new LinkedHashMap<>();
        while (!words.atEnd() && !stops.contains(words.peekLower())) {
            if (words.peekIs("rule")) {
                words.skip();
                into.add(CrmRules.rule(words));
                continue;
            }
            Element pair = pair(words.take("name=value"));
            String name = pair.attribute("name", "");
            Integer earlier = name.isEmpty() || !once ? null : at.get(name);
            if (earlier == null) {
                at.put(name, into.size());
                into.add(pair);
            } else {
                into.set(earlier, pair);
            }
        }
    }

    static Element pair(String word) {
        if (word.startsWith("@") && word.length() > 1) {
            int colon = word.indexOf(':');
            return colon < 0
                    ? Element.leaf("nvpair", "id-ref", word.substring(1))
                    : Element.leaf("nvpair", "id-ref", word.substring(1, colon), "name", word.substring(colon + 1));
        }
        int equals = word.indexOf('=');
        String name = equals < 0 ? word : word.substring(0, equals);
        String id = "";
        if (name.startsWith("$") && name.length() > 1) {
            int colon = name.indexOf(':');
            id = colon < 0 ? name.substring(1) : name.substring(1, colon);
            name = colon < 0 ? name.substring(1) : name.substring(colon + 1);
        }
        if (!isPairName(name) || (equals < 0 && name.endsWith(":"))) {
            throw new CrmSyntaxException("'" + name + "' is no name of a name=value pair", word);
        }
        Map<String, String> attributes = new LinkedHashMap<>();
        if (!id.isEmpty()) {
            attributes.put("id", id);
        }
        attributes.put("name", name);
        if (equals >= 0) {
            attributes.put("value", word.substring(equals + 1));
        }
        return Element.of("nvpair", attributes, List.of());
    }

    private static boolean isPairName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!(Character.isLetterOrDigit(c) || "._-#:@/+".indexOf(c) >= 0)) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    // ---- statements ----------------------------------------------------------------------------------------------

    private CrmDraft node(CrmWords words, CrmLines.Statement statement) {
        Map<String, String> attributes = new LinkedHashMap<>();
        String id = words.takeAfter("$id=");
        if (id == null && words.peek().length() > 1 && words.peek().endsWith(":")) {
            String word = words.take("the node's id");
            id = word.substring(0, word.length() - 1);
        }
        String uname = words.take("the node's name");
        int colon = uname.indexOf(':');
        String type = "";
        if (colon > 0) {
            type = uname.substring(colon + 1);
            uname = uname.substring(0, colon);
            if (!Set.of("normal", "member", "ping", "remote").contains(type)) {
                throw new CrmSyntaxException(
                        "'" + type + "' is no type of a node"
                                + NearestWord.hint(type, List.of("member", "remote", "ping", "normal")),
                        type);
            }
        }
        attributes.put("id", id == null ? uname : id);
        attributes.put("uname", uname);
        if (!type.isEmpty()) {
            attributes.put("type", type.equals("normal") ? "member" : type);
        }
        describe(words, attributes);
        List<Element> children = new ArrayList<>();
        sets(
                words,
                Map.of("attributes", "instance_attributes", "utilization", "utilization"),
                "instance_attributes",
                children);
        return new CrmDraft("node", uname, element("node", attributes, children, statement), false, statement);
    }

    static void describe(CrmWords words, Map<String, String> attributes) {
        String description = description(words);
        if (description != null) {
            attributes.put("description", description);
        }
    }

    private CrmDraft primitive(String kind, CrmWords words, CrmLines.Statement statement) {
        Map<String, String> attributes = new LinkedHashMap<>();
        String id = id(words, "the resource's id");
        attributes.put("id", id);
        String agent = words.take("the resource agent, or @TEMPLATE,");
        if (agent.startsWith("@") && agent.length() > 1 && kind.equals("primitive")) {
            attributes.put("template", agent.substring(1));
        } else {
            agent(agent, attributes);
        }
        describe(words, attributes);
        List<Element> children = new ArrayList<>();
        Map<String, String> keywords = new LinkedHashMap<>();
        keywords.put("params", "instance_attributes");
        keywords.put("meta", "meta_attributes");
        keywords.put("utilization", "utilization");
        keywords.put("operations", "operations");
        keywords.put("op", "op");
        keywords.put("op_params", "op_params");
        keywords.put("op_meta", "op_meta");
        if (!words.atEnd() && !isKeyword(words, keywords)) {
            children.add(set(words, keywords, "instance_attributes"));
        }
        Operations operations = new Operations();
        while (!words.atEnd()) {
            String keyword = words.peekLower();
            words.skip();
            switch (keyword) {
                case "params", "meta", "utilization" ->
                    children.add(set(words, keywords, String.valueOf(keywords.get(keyword))));
                case "operations" -> operations.head(words, children);
                case "op" -> operations.add(operation(words, keywords), children);
                case "op_params" -> operations.extend(set(words, keywords, "instance_attributes"), keyword);
                case "op_meta" -> operations.extend(set(words, keywords, "meta_attributes"), keyword);
                default -> throw new CrmSyntaxException("'" + keyword + "' is not expected here", keyword);
            }
        }
        operations.finish(children);
        String name = kind.equals("primitive") ? "primitive" : "template";
        return new CrmDraft(kind, id, element(name, attributes, children, statement), false, statement);
    }

    /** Collects the {@code op}s of one resource in one element, at the place of the first. */
    private static final class Operations {
        private final List<Element> ops = new ArrayList<>();
        private Map<String, String> attributes = Map.of();
        private int place = -1;

        void head(CrmWords words, List<Element> children) {
            String id = words.takeAfter("$id=");
            String reference = id == null ? words.takeAfter("$id-ref=") : null;
            if (id == null && reference == null) {
                throw words.wrong("$id=NAME or $id-ref=NAME is expected after 'operations'");
            }
            attributes = id == null ? Map.of("id-ref", String.valueOf(reference)) : Map.of("id", id);
            reserve(children);
        }

        void add(Element op, List<Element> children) {
            reserve(children);
            ops.add(op);
        }

        void extend(Element set, String keyword) {
            if (ops.isEmpty()) {
                throw new CrmSyntaxException("'" + keyword + "' stands before any 'op'", keyword);
            }
            int last = ops.size() - 1;
            ops.set(last, ops.get(last).plus(set));
        }

        private void reserve(List<Element> children) {
            if (place < 0) {
                place = children.size();
                children.add(Element.leaf("operations"));
            }
        }

        void finish(List<Element> children) {
            if (place >= 0) {
                children.set(place, Element.of("operations", attributes, ops));
            }
        }
    }

    private Element operation(CrmWords words, Map<String, String> keywords) {
        String name = words.take("the operation's name");
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("name", name);
        List<Element> parameters = new ArrayList<>();
        while (!words.atEnd() && !isKeyword(words, keywords)) {
            String word = words.peek();
            Element pair = pair(word);
            String key = pair.attribute("name", "");
            String value = pair.attribute("value");
            if (key.equals("id") && value != null && parameters.isEmpty()) {
                words.skip();
                attributes.put("id", value);
                continue;
            }
            boolean own = OP_ATTRIBUTES.contains(key) && !pair.attributes().containsKey("id");
            if (own && !parameters.isEmpty()) {
                throw new CrmSyntaxException(
                        "'" + key + "' stands after a parameter of the operation; write it before '"
                                + parameters.get(0).attribute("name", "") + "'",
                        word);
            }
            words.skip();
            if (own) {
                if (value == null) {
                    throw new CrmSyntaxException("'" + key + "' has no value", word);
                }
                attributes.put(key, key.equals("role") ? CrmSets.role(value, name) : value);
            } else {
                parameters.add(pair);
            }
        }
        attributes.putIfAbsent("interval", "0");
        List<Element> children =
                parameters.isEmpty() ? List.of() : List.of(Element.of("instance_attributes", Map.of(), parameters));
        return Element.of("op", attributes, children);
    }

    private void agent(String word, Map<String, String> attributes) {
        String[] parts = word.split(":", -1);
        String type = parts[parts.length - 1];
        String agentClass = parts.length == 1 ? "ocf" : parts[0];
        if (parts.length > 3 || type.isEmpty() || agentClass.isEmpty()) {
            throw new CrmSyntaxException("'" + word + "' is no resource agent; write [CLASS:[PROVIDER:]]TYPE", word);
        }
        if (!RESOURCE_CLASSES.contains(agentClass)) {
            throw new CrmSyntaxException(
                    "'" + agentClass + "' is no class of resource agents"
                            + NearestWord.hint(agentClass, RESOURCE_CLASSES),
                    word);
        }
        attributes.put("class", agentClass);
        if (agentClass.equals("ocf")) {
            attributes.put("provider", parts.length == 3 ? parts[1] : provider(type));
        } else if (parts.length == 3) {
            throw new CrmSyntaxException("agents of class '" + agentClass + "' have no provider", word);
        }
        attributes.put("type", type);
    }

    private String provider(String type) {
        List<String> providers = agents.providers(type);
        if (providers.isEmpty() || providers.contains("heartbeat")) {
            return "heartbeat";
        }
        return providers.contains("pacemaker") ? "pacemaker" : providers.get(0);
    }

    private static CrmDraft monitor(CrmWords words, CrmLines.Statement statement) {
        String resource = words.take("the resource to monitor");
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("name", "monitor");
        int colon = resource.indexOf(':');
        String id = colon < 0 ? resource : resource.substring(0, colon);
        if (colon >= 0) {
            attributes.put("role", CrmSets.role(resource.substring(colon + 1), id));
        }
        String times = words.take("the interval of the monitor");
        int second = times.indexOf(':');
        attributes.put("interval", second < 0 ? times : times.substring(0, second));
        if (second >= 0) {
            attributes.put("timeout", times.substring(second + 1));
        }
        return new CrmDraft("monitor", id, element("op", attributes, List.of(), statement), false, statement);
    }

    private CrmDraft container(String kind, String tag, CrmWords words, CrmLines.Statement statement) {
        Map<String, String> keywords = Map.of("params", "instance_attributes", "meta", "meta_attributes");
        Map<String, String> attributes = new LinkedHashMap<>();
        String id = id(words, "the id of the " + kind);
        attributes.put("id", id);
        Set<String> members = new LinkedHashSet<>();
        while (!words.atEnd() && !isKeyword(words, keywords) && words.peek().indexOf('=') < 0) {
            String member = words.take("a resource");
            if (!members.add(member)) {
                throw new CrmSyntaxException("'" + member + "' is listed more than once in '" + id + "'", member);
            }
            if (!kind.equals("group")) {
                break;
            }
        }
        if (members.isEmpty()) {
            throw new CrmSyntaxException(
                    "a resource is expected after '" + kind + " " + id + "'", words.atEnd() ? kind : words.peek());
        }
        describe(words, attributes);
        List<Element> children = new ArrayList<>();
        sets(words, keywords, "instance_attributes", children);
        for (String member : members) {
            children.add(CrmDraft.member(member));
        }
        return new CrmDraft(kind, id, element(tag, attributes, children, statement), false, statement);
    }

    private CrmDraft location(CrmWords words, CrmLines.Statement statement) {
        Map<String, String> attributes = new LinkedHashMap<>();
        String id = id(words, "the id of the location");
        attributes.put("id", id);
        List<Element> children = new ArrayList<>();
        target(words, attributes, children);
        while (words.peek().indexOf('=') > 0) {
            String word = words.take("an attribute");
            String plain = word.startsWith("$") ? word.substring(1) : word;
            int equals = plain.indexOf('=');
            String name = plain.substring(0, equals);
            String value = plain.substring(equals + 1);
            if (!LOCATION_ATTRIBUTES.contains(name)) {
                throw new CrmSyntaxException(
                        "attribute '" + name + "' of a location is not known"
                                + NearestWord.hint(name, LOCATION_ATTRIBUTES),
                        word);
            }
            if (name.equals("role") && !children.isEmpty()) {
                throw new CrmSyntaxException(
                        "the role of a set of resources stands at its members, as in { a:" + value + " b:" + value
                                + " }",
                        word);
            }
            attributes.put(name, name.equals("role") ? CrmSets.role(value, id) : value);
        }
        if (words.peekIs("rule")) {
            while (words.takeIf("rule")) {
                children.add(CrmRules.rule(words));
            }
        } else {
            String word = words.peek();
            boolean headed = word.endsWith(":");
            String score = headed ? CrmScores.parse(word.substring(0, word.length() - 1)) : null;
            if (score == null) {
                throw words.wrong("SCORE: NODE or a rule is expected"
                        + (words.atEnd() ? "" : "; '" + word + "' is neither a score with a colon nor 'rule'"));
            }
            words.skip();
            attributes.put("score", score);
            attributes.put("node", words.take("the node"));
        }
        return new CrmDraft("location", id, element("rsc_location", attributes, children, statement), false, statement);
    }

    private static void target(CrmWords words, Map<String, String> attributes, List<Element> children) {
        String first = words.peek();
        if (first.startsWith("{")) {
            children.addAll(CrmSets.braces(words));
            return;
        }
        String word = words.take("the resource");
        if (!word.startsWith("/")) {
            attributes.put("rsc", word);
            return;
        }
        StringBuilder pattern = new StringBuilder(word);
        while (pattern.length() < 2 || pattern.charAt(pattern.length() - 1) != '/') {
            pattern.append(' ').append(words.take("the closing '/' of the pattern"));
        }
        attributes.put("rsc-pattern", pattern.substring(1, pattern.length() - 1));
    }

    private static CrmDraft colocation(CrmWords words, CrmLines.Statement statement) {
        Map<String, String> attributes = new LinkedHashMap<>();
        String id = id(words, "the id of the colocation");
        attributes.put("id", id);
        String word = words.take("SCORE:");
        if (word.length() < 2 || !word.endsWith(":")) {
            throw new CrmSyntaxException("SCORE: is expected after the id, such as inf: or 100:", word);
        }
        String body = word.substring(0, word.length() - 1);
        String score = CrmScores.parse(body);
        attributes.put(score == null ? "score-attribute" : "score", score == null ? body : score);
        CrmSets.Parsed parsed = CrmSets.parse(words, CrmSets.Suffix.ROLE, 2, Set.of("node-attribute", "influence"));
        if (parsed.plain().isEmpty() && parsed.sets().isEmpty()) {
            throw words.wrong("two resources, or resource sets, are expected after the score");
        }
        if (!parsed.plain().isEmpty()) {
            roleOrInstance("rsc", parsed.plain().get(0), attributes);
            roleOrInstance("with-rsc", parsed.plain().get(1), attributes);
        }
        trailing(words, attributes, Set.of("node-attribute", "influence"));
        return new CrmDraft(
                "colocation", id, element("rsc_colocation", attributes, parsed.sets(), statement), false, statement);
    }

    private static void roleOrInstance(String prefix, CrmSets.Member member, Map<String, String> attributes) {
        attributes.put(prefix, member.id());
        if (!member.suffix().isEmpty()) {
            boolean number = Character.isDigit(member.suffix().charAt(0));
            attributes.put(prefix + (number ? "-instance" : "-role"), member.suffix());
        }
    }

    private static void trailing(CrmWords words, Map<String, String> attributes, Set<String> names) {
        while (!words.atEnd()) {
            String word = words.take("an attribute");
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            if (equals < 0 || !names.contains(name)) {
                throw new CrmSyntaxException(
                        "'" + word + "' is not expected here" + NearestWord.hint(name, names), word);
            }
            attributes.put(name, word.substring(equals + 1));
        }
    }

    private static CrmDraft order(CrmWords words, CrmLines.Statement statement) {
        List<String> kinds = List.of("Mandatory", "Optional", "Serialize");
        Map<String, String> attributes = new LinkedHashMap<>();
        String id = id(words, "the id of the order");
        attributes.put("id", id);
        String word = words.peek();
        if (word.length() > 1 && word.endsWith(":")) {
            words.skip();
            String body = word.substring(0, word.length() - 1);
            String kind = null;
            for (String known : kinds) {
                if (known.equalsIgnoreCase(body)) {
                    kind = known;
                }
            }
            String score = kind == null ? CrmScores.parse(body) : null;
            if (kind == null && score == null) {
                throw new CrmSyntaxException(
                        "'" + body + "' is no kind of order" + NearestWord.hint(body, kinds) + "; kinds are "
                                + String.join(", ", kinds),
                        body);
            }
            if (kind == null) {
                kind = isZero(String.valueOf(score)) ? "Optional" : "Mandatory";
            }
            attributes.put("kind", kind);
        }
        CrmSets.Parsed parsed = CrmSets.parse(words, CrmSets.Suffix.ACTION, 2, Set.of("symmetrical"));
        if (parsed.plain().isEmpty() && parsed.sets().isEmpty()) {
            throw words.wrong("two resources, or resource sets, are expected");
        }
        if (!parsed.plain().isEmpty()) {
            String[] prefixes = {"first", "then"};
            for (int i = 0; i < 2; i++) {
                CrmSets.Member member = parsed.plain().get(i);
                attributes.put(prefixes[i], member.id());
                if (!member.suffix().isEmpty()) {
                    attributes.put(prefixes[i] + "-action", member.suffix());
                }
            }
        }
        trailing(words, attributes, Set.of("symmetrical"));
        String symmetrical = attributes.get("symmetrical");
        if (symmetrical != null) {
            Boolean truth = CrmValues.truth(symmetrical);
            if (truth == null) {
                throw new CrmSyntaxException(
                        "'" + symmetrical + "' is not a boolean; write true or false", symmetrical);
            }
            attributes.put("symmetrical", truth.toString());
        }
        return new CrmDraft("order", id, element("rsc_order", attributes, parsed.sets(), statement), false, statement);
    }

    private static boolean isZero(String score) {
        return score.chars().allMatch(c -> c == '0' || c == '+' || c == '-');
    }

    private static CrmDraft ticket(CrmWords words, CrmLines.Statement statement) {
        Map<String, String> attributes = new LinkedHashMap<>();
        String id = id(words, "the id of the rsc_ticket");
        attributes.put("id", id);
        String ticket = words.take("TICKET:");
        if (ticket.length() < 2 || !ticket.endsWith(":")) {
            throw new CrmSyntaxException("TICKET: is expected, the ticket's name with a colon", ticket);
        }
        attributes.put("ticket", ticket.substring(0, ticket.length() - 1));
        CrmSets.Parsed parsed = CrmSets.parse(words, CrmSets.Suffix.ROLE, 1, Set.of("loss-policy"));
        if (parsed.plain().isEmpty() && parsed.sets().isEmpty()) {
            throw words.wrong("a resource is expected after the ticket");
        }
        if (!parsed.plain().isEmpty()) {
            roleOrInstance("rsc", parsed.plain().get(0), attributes);
        }
        trailing(words, attributes, Set.of("loss-policy"));
        return new CrmDraft(
                "rsc_ticket", id, element("rsc_ticket", attributes, parsed.sets(), statement), false, statement);
    }

    private CrmDraft property(String kind, CrmWords words, CrmLines.Statement statement) {
        String fallback = switch (kind) {
            case "property" -> "cib-bootstrap-options";
            case "rsc_defaults" -> "rsc-options";
            default -> "op-options";
        };
        String tag = kind.equals("property") ? "cluster_property_set" : "meta_attributes";
        String reference = words.takeAfter("$id-ref=");
        if (reference != null) {
            return new CrmDraft(
                    kind, reference, element(tag, Map.of("id-ref", reference), List.of(), statement), false, statement);
        }
        String id = words.takeAfter("$id=");
        if (id == null
                && words.peek().length() > 1
                && words.peek().endsWith(":")
                && words.peek().indexOf('=') < 0) {
            String word = words.take("the id");
            id = word.substring(0, word.length() - 1);
        }
        List<Element> children = new ArrayList<>();
        pairs(words, Set.of(), true, children);
        if (children.isEmpty()) {
            throw words.wrong("name=value is expected after '" + kind + "'");
        }
        String known = id == null ? fallback : id;
        return new CrmDraft(kind, known, element(tag, Map.of("id", known), children, statement), false, statement);
    }

    private static CrmDraft tag(CrmWords words, CrmLines.Statement statement) {
        String id = id(words, "the id of the tag");
        if (id.endsWith(":")) {
            id = id.substring(0, id.length() - 1);
        }
        List<Element> members = new ArrayList<>();
        while (!words.atEnd()) {
            members.add(Element.leaf("obj_ref", "id", words.take("an object")));
        }
        if (members.isEmpty()) {
            throw new CrmSyntaxException("an object to tag is expected after 'tag " + id + "'", "tag");
        }
        return new CrmDraft("tag", id, element("tag", Map.of("id", id), members, statement), false, statement);
    }

    private static CrmDraft xml(CrmLines.Statement statement) {
        String text = statement.text().substring(3).strip();
        Element element;
        try {
            element = CibXml.read("xml", text);
        } catch (BadInputException e) {
            throw new CrmSyntaxException(
                    String.valueOf(e.getMessage()), text.length() > 40 ? text.substring(0, 40) + "…" : text);
        }
        String kind = CrmDraft.kindOf(element.name());
        if (kind.isEmpty()) {
            throw new CrmSyntaxException(
                    "<" + element.name() + "> is no object of the configuration"
                            + NearestWord.hint(
                                    element.name(), List.of("primitive", "group", "clone", "bundle", "node", "tag")),
                    element.name());
        }
        String id = kind.equals("node") ? element.attribute("uname", element.id()) : element.id();
        if (kind.equals("fencing_topology")) {
            id = kind;
        }
        if (kind.equals("rsc_defaults") || kind.equals("op_defaults")) {
            Element set = element.child("meta_attributes").orElse(Element.leaf("meta_attributes"));
            element = set;
            id = set.id();
        }
        return new CrmDraft(
                kind,
                id,
                Element.of(element.name(), element.attributes(), element.children(), "", statement.line()),
                false,
                statement);
    }
}
