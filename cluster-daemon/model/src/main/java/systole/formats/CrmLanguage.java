package systole.formats;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;
import systole.model.Element;

/**
 * The crm configuration language: text that changes a configuration, and a configuration as text.
 *
 * <p>All functions take and give a {@code <configuration>} element; nothing is half applied. The rules are those of
 * crmsh 4.4 without its quirks; {@code docs/crm-differences.md} lists each difference.
 */
public final class CrmLanguage {
    /** Stands for a value that is not for the eye. */
    public static final String MASK = "******";

    /** What becomes of objects that the text does not name. */
    public enum Mode {
        /** They stay. */
        UPDATE,
        /** Everything but the nodes is erased first. */
        REPLACE,
        /** They are deleted, nodes excepted; those that are named keep the ids of their parts. */
        PUSH
    }

    /** Whether the value of this parameter is masked wherever it is shown. */
    public static boolean isSecret(String parameter) {
        return parameter.toLowerCase(Locale.ROOT).startsWith("passw");
    }

    /** For whom the text is. */
    public enum Style {
        /** For the eye: crmsh's layout to the letter, passwords masked. */
        DISPLAY,
        /** For a file: reading it again gives the same configuration. */
        EXACT
    }

    /**
     * What came of a text.
     *
     * @param configuration the changed configuration; the unchanged one if any finding is an error. Where there are
     *     only doubts it is the changed one, for those who insist.
     */
    public record Loaded(Element configuration, List<Finding> findings) {
        public Loaded {
            findings = List.copyOf(findings);
        }

        /** Whether the change must not be made, unless someone insists ({@code insist}) and there are only doubts. */
        public boolean refused(boolean insist) {
            return findings.stream()
                    .anyMatch(
                            finding -> finding.isError() || (!insist && finding.severity() == Finding.Severity.DOUBT));
        }
    }

    /** The sections of an empty configuration. */
    public static final Element EMPTY = Element.of(
            "configuration",
            Map.of(),
            List.of(
                    Element.leaf("crm_config"),
                    Element.leaf("nodes"),
                    Element.leaf("resources"),
                    Element.leaf("constraints")));

    private static final int MOST_CHARACTERS = 32 << 20;

    private CrmLanguage() {}

    /**
     * The configuration after {@code load update} of the text, without checks that need agents.
     *
     * @param source what to call the text in a message, usually the file name
     * @throws BadInputException naming every line that is wrong; then nothing was changed
     */
    public static Element apply(Element configuration, String source, String text) {
        Loaded loaded = load(configuration, source, text, Mode.UPDATE, AgentCatalog.NONE);
        Finding.refuse(Finding.atLeast(Finding.Severity.ERROR, loaded.findings()));
        return loaded.configuration();
    }

    /** Reads the text and gives the changed configuration with all that is wrong or doubtful about it. */
    public static Loaded load(Element configuration, String source, String text, Mode mode, AgentCatalog agents) {
        if (text.length() > MOST_CHARACTERS) {
            throw new BadInputException(
                    source,
                    "has " + text.length() + " characters, more than " + MOST_CHARACTERS,
                    "load it in parts, or check that this is the text you meant");
        }
        return new CrmLoader(agents, source).load(configuration, text, mode);
    }

    /** The whole configuration as text, each object on lines of its own, in crmsh's order. */
    public static String show(Element configuration, Style style) {
        return new Shown(configuration, style).text(objects(configuration));
    }

    /**
     * Some objects as text.
     *
     * @throws BadInputException if there is no object of one of the ids
     */
    public static String show(Element configuration, Style style, Collection<String> ids) {
        List<Entry> all = objects(configuration);
        Set<String> known = new LinkedHashSet<>();
        for (Entry entry : all) {
            known.add(entry.id());
        }
        for (String id : ids) {
            if (!known.contains(id)) {
                throw new BadInputException(
                        "",
                        "object '" + id + "' does not exist" + NearestWord.hint(id, known),
                        "list the objects: systole configure show");
            }
        }
        all.removeIf(entry -> !ids.contains(entry.id()));
        return new Shown(configuration, style).text(all);
    }

    /** Ids of all objects in the order of {@code show}. */
    public static List<String> ids(Element configuration) {
        List<String> ids = new ArrayList<>();
        for (Entry entry : objects(configuration)) {
            ids.add(entry.id());
        }
        return ids;
    }

    /** Kind of each object ({@code primitive}, {@code order} …) by id, in the order of {@code show}. */
    public static Map<String, String> kinds(Element configuration) {
        Map<String, String> kinds = new LinkedHashMap<>();
        for (Entry entry : objects(configuration)) {
            kinds.put(entry.id(), entry.kind());
        }
        return kinds;
    }

    /** An object of the configuration with what {@code show} calls it. */
    record Entry(String kind, String id, Element element) {}

    static List<Entry> objects(Element configuration) {
        List<Entry> found = new ArrayList<>();
        for (Element section : configuration.children()) {
            switch (section.name()) {
                case "fencing-topology" -> found.add(new Entry("fencing_topology", "fencing_topology", section));
                case "rsc_defaults", "op_defaults" -> {
                    for (Element set : section.children("meta_attributes")) {
                        found.add(new Entry(section.name(), set.attribute("id", set.attribute("id-ref", "")), set));
                    }
                }
                default -> {
                    for (Element object : section.children()) {
                        entry(object, found);
                    }
                }
            }
        }
        found.sort(Comparator.comparingInt((Entry entry) -> CrmDraft.rank(entry.kind()))
                .thenComparing(
                        entry -> entry.element().is("node") ? entry.element().id() : entry.id()));
        return found;
    }

    private static void entry(Element object, List<Entry> into) {
        String kind = CrmDraft.kindOf(object.name());
        if (kind.isEmpty()) {
            return;
        }
        String id = object.is("node") ? object.attribute("uname", object.id()) : object.id();
        into.add(new Entry(kind, id, object));
        if (CrmDraft.section(kind).equals("resources")) {
            for (Element child : object.children()) {
                if (!CrmDraft.kindOf(child.name()).isEmpty() && !child.is("node")) {
                    entry(child, into);
                }
            }
        }
    }

    /** One printing of a configuration. */
    private static final class Shown {
        private final CrmPrinter display;
        private final CrmPrinter exact;
        private final CrmParser parser = new CrmParser(AgentCatalog.NONE);

        Shown(Element configuration, Style style) {
            Set<String> references = CrmPrinter.references(configuration);
            List<String> unames = new ArrayList<>();
            configuration.child("nodes").ifPresent(nodes -> {
                for (Element node : nodes.children("node")) {
                    unames.add(node.attribute("uname", node.id()));
                }
            });
            exact = new CrmPrinter(Style.EXACT, references, unames);
            display = style == Style.EXACT ? exact : new CrmPrinter(style, references, unames);
        }

        String text(List<Entry> entries) {
            StringBuilder out = new StringBuilder();
            for (Entry entry : entries) {
                for (Element child : entry.element().children()) {
                    if (child.is(CrmDraft.COMMENT)) {
                        out.append(child.text()).append('\n');
                    }
                }
                out.append(statement(entry)).append('\n');
            }
            return out.toString();
        }

        private String statement(Entry entry) {
            String text = exact.statement(entry.kind(), entry.element());
            if (!CrmFidelity.isExpressedBy(entry, text, parser)) {
                return "xml " + CrmFidelity.oneLine(entry);
            }
            return display == exact ? text : display.statement(entry.kind(), entry.element());
        }
    }
}
