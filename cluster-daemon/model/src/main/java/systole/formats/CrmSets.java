package systole.formats;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import systole.kernel.NearestWord;
import systole.model.Element;

/** Resource sets of constraints, words to elements (crm-language, section 2). */
final class CrmSets {
    private static final List<String> ROLES =
            List.of("Started", "Stopped", "Promoted", "Unpromoted", "Master", "Slave");
    private static final Set<String> ACTIONS = Set.of("start", "stop", "promote", "demote");

    /** What may follow the colon of a member. */
    enum Suffix {
        ROLE("role"),
        ACTION("action");

        final String attribute;

        Suffix(String attribute) {
            this.attribute = attribute;
        }
    }

    /** A member with its role or action, empty if it has none. */
    record Member(String id, String suffix) {}

    /** The members in plain form, or the sets; exactly one of the two lists is empty. */
    record Parsed(List<Member> plain, List<Element> sets) {}

    private CrmSets() {}

    /** A role in its proper spelling. */
    static String role(String word, String owner) {
        for (String role : ROLES) {
            if (role.equalsIgnoreCase(word)) {
                return role;
            }
        }
        throw new CrmSyntaxException(
                "'" + word + "' is no role" + (owner.equals(word) ? "" : " (of '" + owner + "')")
                        + NearestWord.hint(word, ROLES) + "; roles are " + String.join(", ", ROLES),
                word);
    }

    static String action(String word, String owner) {
        if (ACTIONS.contains(word)) {
            return word;
        }
        throw new CrmSyntaxException(
                "'" + word + "' is no action of '" + owner + "'" + NearestWord.hint(word, ACTIONS)
                        + "; actions are start, stop, promote, demote",
                word);
    }

    /**
     * Reads members and brackets up to the first word that is an attribute of the constraint.
     *
     * @param simpleCount how many plain members make the simple form
     * @param trailing names of attributes that end the list outside of brackets
     */
    static Parsed parse(CrmWords words, Suffix suffix, int simpleCount, Set<String> trailing) {
        Deque<String> queue = new ArrayDeque<>();
        while (!words.atEnd()) {
            String word = words.peek();
            int equals = word.indexOf('=');
            if (equals > 0 && trailing.contains(word.substring(0, equals))) {
                break;
            }
            expand(word, queue);
            words.skip();
        }
        List<Element> sets = new ArrayList<>();
        List<Member> open = new ArrayList<>();
        List<Member> plain = new ArrayList<>();
        Map<String, String> attributes = new LinkedHashMap<>();
        boolean forced = false;
        boolean simple = true;
        while (!queue.isEmpty()) {
            String word = queue.remove();
            if (word.equals("_rsc_set_")) {
                forced = true;
            } else if (word.equals("(") || word.equals("[")) {
                simple = false;
                close(open, suffix, attributes, sets);
                attributes.clear();
                bracket(word, queue, suffix, sets, words);
            } else if (word.equals(")") || word.equals("]")) {
                throw new CrmSyntaxException("the closing bracket '" + word + "' has no opening one", word);
            } else if (word.indexOf('=') > 0 && isSetAttribute(word)) {
                simple = false;
                setAttribute(word, word.indexOf('='), attributes);
            } else if (word.indexOf('=') > 0) {
                throw new CrmSyntaxException(
                        "attribute '" + word
                                + "' is not known here; sequential= and require-all= stand inside brackets",
                        word);
            } else {
                Member member = member(word, suffix);
                if (!open.isEmpty() && !open.get(open.size() - 1).suffix().equals(member.suffix())) {
                    close(open, suffix, attributes, sets);
                }
                open.add(member);
                plain.add(member);
            }
        }
        if (simple && !forced && plain.size() == simpleCount) {
            return new Parsed(plain, List.of());
        }
        close(open, suffix, attributes, sets);
        return new Parsed(List.of(), sets);
    }

    private static void bracket(
            String opening, Deque<String> queue, Suffix suffix, List<Element> sets, CrmWords words) {
        String closing = opening.equals("(") ? ")" : "]";
        List<Member> open = new ArrayList<>();
        Map<String, String> attributes = new LinkedHashMap<>();
        if (opening.equals("[")) {
            attributes.put("require-all", "false");
        }
        attributes.put("sequential", "false");
        int before = sets.size();
        List<Member> all = new ArrayList<>();
        while (true) {
            if (queue.isEmpty()) {
                throw new CrmSyntaxException("the opening bracket '" + opening + "' is not closed", words.last());
            }
            String word = queue.remove();
            if (word.equals(closing)) {
                break;
            }
            if (word.equals("(") || word.equals("[")) {
                throw new CrmSyntaxException("sets do not nest: '" + word + "' stands inside '" + opening + "'", word);
            }
            if (word.equals(")") || word.equals("]")) {
                throw new CrmSyntaxException("'" + word + "' does not close '" + opening + "'", word);
            }
            int equals = word.indexOf('=');
            if (equals > 0) {
                setAttribute(word, equals, attributes);
            } else {
                all.add(member(word, suffix));
            }
        }
        if (all.isEmpty()) {
            throw new CrmSyntaxException("the resource set '" + opening + " " + closing + "' is empty", closing);
        }
        for (Member member : all) {
            if (!open.isEmpty() && !open.get(open.size() - 1).suffix().equals(member.suffix())) {
                close(open, suffix, attributes, sets);
            }
            open.add(member);
        }
        close(open, suffix, attributes, sets);
        if (sets.size() == before) {
            throw new AssertionError("a bracket with members made no set");
        }
    }

    private static boolean isSetAttribute(String word) {
        return word.startsWith("sequential=") || word.startsWith("require-all=");
    }

    private static void setAttribute(String word, int equals, Map<String, String> attributes) {
        String name = word.substring(0, equals);
        String value = word.substring(equals + 1);
        if (!name.equals("sequential") && !name.equals("require-all")) {
            throw new CrmSyntaxException(
                    "attribute '" + name + "' of a resource set is not known"
                            + NearestWord.hint(name, List.of("sequential", "require-all")),
                    word);
        }
        Boolean truth = CrmValues.truth(value);
        if (truth == null) {
            throw new CrmSyntaxException("'" + value + "' is not a boolean; write true or false", word);
        }
        if (truth) {
            attributes.remove(name);
        } else {
            attributes.put(name, "false");
        }
    }

    private static void close(List<Member> open, Suffix suffix, Map<String, String> extra, List<Element> sets) {
        if (open.isEmpty()) {
            return;
        }
        Map<String, String> attributes = new LinkedHashMap<>(extra);
        String word = open.get(0).suffix();
        if (!word.isEmpty()) {
            attributes.put(suffix.attribute, word);
        }
        List<Element> members = new ArrayList<>();
        for (Member member : open) {
            members.add(Element.leaf("resource_ref", "id", member.id()));
        }
        sets.add(Element.of("resource_set", attributes, members));
        open.clear();
    }

    /** The members between braces of a location; the opening brace may touch the first member. */
    static List<Element> braces(CrmWords words) {
        Deque<String> queue = new ArrayDeque<>();
        boolean closed = false;
        while (!closed && !words.atEnd()) {
            Deque<String> parts = new ArrayDeque<>();
            expand(words.peek(), parts);
            closed = parts.contains("}");
            queue.addAll(parts);
            words.skip();
        }
        if (!closed) {
            throw new CrmSyntaxException("'}' is missing after the resources", words.last());
        }
        queue.removeFirst();
        queue.removeLast();
        if (queue.isEmpty()) {
            throw words.wrong("the resource set '{ }' is empty");
        }
        CrmWords inner = new CrmWords(List.copyOf(queue));
        return parse(inner, Suffix.ROLE, -1, Set.of()).sets();
    }

    private static void expand(String word, Deque<String> into) {
        int start = 0;
        while (start < word.length() && "([{".indexOf(word.charAt(start)) >= 0) {
            into.add(word.substring(start, start + 1));
            start++;
        }
        int end = word.length();
        while (end > start && ")]}".indexOf(word.charAt(end - 1)) >= 0) {
            end--;
        }
        if (end > start) {
            into.add(word.substring(start, end));
        }
        for (int i = end; i < word.length(); i++) {
            into.add(word.substring(i, i + 1));
        }
    }

    static Member member(String word, Suffix suffix) {
        int colon = word.indexOf(':');
        if (colon < 0) {
            return new Member(word, "");
        }
        String id = word.substring(0, colon);
        String after = word.substring(colon + 1);
        if (id.isEmpty()) {
            throw new CrmSyntaxException("'" + word + "' names no resource before the colon", word);
        }
        if (suffix == Suffix.ACTION) {
            return new Member(id, action(after.toLowerCase(Locale.ROOT), id));
        }
        if (!after.isEmpty() && after.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return new Member(id, after);
        }
        return new Member(id, role(after, id));
    }
}
