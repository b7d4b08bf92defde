package systole.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import systole.formats.AgentCatalog;
import systole.formats.CibXml;
import systole.formats.CrmLanguage;
import systole.model.Element;

/**
 * Every CIB of the corpus through XML and back, and its configuration through the crm language and back. That nothing of
 * the meaning is lost is judged by the scheduler: it must plan the same from what came back.
 */
class RoundTripCorpusTest {
    /**
     * How many may not come back with the same plan; it never grows. Nine have values that a load must refuse, and in one
     * the generated id of a resource set, which crm does not write, is part of a reason.
     */
    private static final int LEFT_OVER = 10;

    private static final Pattern AS_XML = Pattern.compile("(?m)^xml <(\\w+)");

    @Test
    void everyCibOfTheCorpusComesBackFromXmlAsItWas() {
        Corpus corpus = Corpus.open();
        int all = 0;
        for (Corpus.Case test : corpus.cases()) {
            Element cib = corpus.cib(test);
            String once = CibXml.write(cib);
            Element back = CibXml.read(test.name(), once);
            assertThat(back).as(test.name()).isEqualTo(cib);
            assertThat(CibXml.write(back)).as(test.name()).isEqualTo(once);
            all++;
        }
        System.out.println("round trip: XML -> model -> XML, " + all + " of " + all + " the same");
        assertThat(all).isGreaterThan(600);
    }

    @Test
    void everyConfigurationOfTheCorpusComesBackFromTheCrmLanguageWithTheSameMeaning() {
        Corpus corpus = Corpus.open();
        int all = 0;
        int inCrm = 0;
        Map<String, Integer> notInCrm = new TreeMap<>();
        Map<String, String> refused = new TreeMap<>();
        List<String> different = new ArrayList<>();
        for (Corpus.Case test : corpus.cases()) {
            Element cib = corpus.cib(test);
            Element configuration = cib.child("configuration").orElseThrow();
            all++;
            String text = CrmLanguage.show(configuration, CrmLanguage.Style.EXACT);
            Matcher asXml = AS_XML.matcher(text);
            boolean whole = true;
            while (asXml.find()) {
                whole = false;
                notInCrm.merge(asXml.group(1), 1, Integer::sum);
            }
            CrmLanguage.Loaded loaded =
                    CrmLanguage.load(CrmLanguage.EMPTY, test.name(), text, CrmLanguage.Mode.REPLACE, AgentCatalog.NONE);
            if (loaded.refused(true)) {
                refused.put(test.name(), loaded.findings().get(0).toString());
                continue;
            }
            Element back = loaded.configuration();
            inCrm += whole ? 1 : 0;
            Plan before = Scheduler.schedule(cib, test.now());
            Plan after = Scheduler.schedule(replaced(cib, back), test.now());
            if (!before.changes().equals(after.changes())
                    || before.graph().synapses().size()
                            != after.graph().synapses().size()) {
                different.add(test.name());
            }
        }
        System.out.println("round trip: XML -> crm -> XML, " + all + " configurations: "
                + (all - refused.size() - different.size()) + " with the same plan, " + inCrm
                + " of them without any XML in the text");
        System.out.println("round trip: shown as XML inside the text, by element: " + notInCrm);
        refused.forEach((name, why) -> System.out.println("round trip: not read back: " + name + ": " + why));
        System.out.println("round trip: other plan: " + different);
        assertThat(refused.size() + different.size())
                .as("refused %s, different %s", refused.keySet(), different)
                .isLessThanOrEqualTo(LEFT_OVER);
    }

    private static Element replaced(Element cib, Element configuration) {
        List<Element> children = new ArrayList<>();
        for (Element child : cib.children()) {
            children.add(child.is("configuration") ? inTheOrderOf(child, configuration) : child);
        }
        return cib.withChildren(children);
    }

    /** The crm language sorts the objects of a section; their order breaks ties of the plan, so it is put back. */
    private static Element inTheOrderOf(Element original, Element back) {
        List<Element> sections = new ArrayList<>();
        List<Element> left = new ArrayList<>(back.children());
        for (Element section : original.children()) {
            List<String> ids = section.children().stream().map(Element::id).toList();
            for (Element same : back.children(section.name())) {
                List<Element> objects = new ArrayList<>(same.children());
                objects.sort(Comparator.comparingInt(
                        object -> ids.contains(object.id()) ? ids.indexOf(object.id()) : ids.size()));
                sections.add(same.withChildren(objects));
                left.remove(same);
            }
        }
        sections.addAll(left);
        return back.withChildren(sections);
    }
}
