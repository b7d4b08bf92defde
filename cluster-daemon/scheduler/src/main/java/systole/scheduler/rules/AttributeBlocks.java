package systole.scheduler.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import systole.model.Element;

/** Blocks of name/value pairs: which count, and whose value wins (input-and-status, section 5). */
public final class AttributeBlocks {
    /** What the value {@code #default} does. */
    public enum Default {
        /** It removes a value collected before. */
        REMOVES,
        /** It counts as if the pair were not there. */
        IGNORED
    }

    private AttributeBlocks() {}

    /**
     * Adds the values of all blocks of one name under a parent; values that are there already stay.
     *
     * @param first id of the block that comes before all others whatever its score, or {@code null}
     */
    public static void collect(
            Element parent,
            String blockName,
            RuleContext context,
            Default defaults,
            @Nullable String first,
            Map<String, String> into) {
        Element only = null;
        List<Element> several = null;
        List<Element> children = parent.children();
        for (int i = 0; i < children.size(); i++) {
            Element child = children.get(i);
            if (child.is(blockName)) {
                if (only == null) {
                    only = child;
                } else {
                    if (several == null) {
                        several = new ArrayList<>();
                        several.add(only);
                    }
                    several.add(child);
                }
            }
        }
        if (several == null) {
            if (only != null) {
                block(only, context, defaults, into);
            }
            return;
        }
        for (Element block : sorted(several, first)) {
            block(block, context, defaults, into);
        }
    }

    public static void collect(
            Element parent, String blockName, RuleContext context, Default defaults, Map<String, String> into) {
        collect(parent, blockName, context, defaults, null, into);
    }

    /** Whether there is any block of this name. */
    public static boolean hasBlocks(Element parent, String blockName) {
        List<Element> children = parent.children();
        for (int i = 0; i < children.size(); i++) {
            if (children.get(i).is(blockName)) {
                return true;
            }
        }
        return false;
    }

    /** Whether any block of this name has a rule, so that its values depend on time, node or agent. */
    public static boolean hasRules(Element parent, String blockName) {
        List<Element> children = parent.children();
        for (int i = 0; i < children.size(); i++) {
            Element child = children.get(i);
            if (child.is(blockName) && child.child("rule").isPresent()) {
                return true;
            }
        }
        return false;
    }

    private static List<Element> sorted(List<Element> blocks, @Nullable String first) {
        List<Element> order = new ArrayList<>();
        for (int i = blocks.size() - 1; i >= 0; i--) {
            order.add(blocks.get(i));
        }
        order.sort((a, b) -> {
            boolean aFirst = a.id().equals(first);
            boolean bFirst = b.id().equals(first);
            if (aFirst != bFirst) {
                return aFirst ? -1 : 1;
            }
            return Integer.compare(score(b), score(a));
        });
        return order;
    }

    private static int score(Element block) {
        return Values.score(block.attribute("score"), 0);
    }

    private static void block(Element block, RuleContext context, Default defaults, Map<String, String> into) {
        Optional<Element> rule = block.child("rule");
        if (rule.isPresent() && !Rules.passes(rule.get(), context)) {
            return;
        }
        for (Element child : block.children()) {
            if (child.is("nvpair")) {
                pair(child, defaults, into);
            } else if (child.is("attributes")) {
                for (Element inner : child.children()) {
                    if (inner.is("nvpair")) {
                        pair(inner, defaults, into);
                    }
                }
            }
        }
    }

    private static void pair(Element pair, Default defaults, Map<String, String> into) {
        String name = pair.attribute("name");
        String value = pair.attribute("value");
        if (name == null || value == null) {
            return;
        }
        if (value.equalsIgnoreCase("#default")) {
            if (defaults == Default.REMOVES) {
                into.remove(name);
            }
        } else {
            into.putIfAbsent(name, value);
        }
    }
}
