package systole.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import systole.kernel.BadInputException;

class CibEditsProperties {
    private static Element configuration(Random random) {
        List<Element> resources = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            if (random.nextInt(4) == 0) {
                continue;
            }
            List<Element> members = new ArrayList<>();
            for (int k = 0; k < random.nextInt(4); k++) {
                members.add(Element.leaf("op", "id", "r" + i + "-op" + k, "timeout", "" + random.nextInt(2)));
            }
            Collections.shuffle(members, random);
            resources.add(Element.of("primitive", Map.of("id", "r" + i, "type", "t" + random.nextInt(2)), members));
        }
        if (random.nextInt(3) == 0) {
            Collections.shuffle(resources, random);
        }
        List<Element> references = new ArrayList<>();
        for (int i = 0; i < random.nextInt(3); i++) {
            references.add(Element.leaf("obj_ref", "id", "r" + i));
        }
        return Element.of(
                "configuration",
                Map.of(),
                List.of(
                        Element.leaf("crm_config"),
                        Element.of("resources", Map.of(), resources),
                        Element.of("tags", Map.of(), List.of(Element.of("tag", Map.of("id", "tag"), references)))));
    }

    @Property(tries = 500)
    void editsLeadFromOneToTheOther(@ForAll long seed) {
        Random random = new Random(seed);
        Element before = configuration(random);
        Element after = configuration(random);

        List<CibEdit> edits = CibEdits.between(before, after);

        assertThat(CibEdits.apply(before, edits)).isEqualTo(after);
    }

    @Test
    void aSectionThatIsNotThereYetComesToBeWithWhatIsPutIntoIt() {
        Element configuration = Element.of("configuration", Map.of(), List.of(Element.leaf("resources")));
        Element defaults = Element.leaf("meta_attributes", "id", "rsc-options");

        Element one = CibEdits.apply(configuration, List.of(new CibEdit.Put("rsc_defaults", defaults, "")));
        Element two = CibEdits.apply(
                one, List.of(new CibEdit.Put("rsc_defaults", Element.leaf("meta_attributes", "id", "more"), "")));

        assertThat(one.children().get(1)).isEqualTo(Element.of("rsc_defaults", Map.of(), List.of(defaults)));
        assertThat(two.children().get(1).children()).extracting(Element::id).containsExactly("rsc-options", "more");
        assertThatThrownBy(() -> CibEdits.apply(configuration, List.of(new CibEdit.Put("rsc_default", defaults, ""))))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("rsc_default");
    }

    @Test
    void oneNewOperationIsOneSmallEdit() {
        Element web = Element.of(
                "primitive", Map.of("id", "web"), List.of(Element.leaf("op", "id", "web-start", "timeout", "20")));
        Element before = Element.of(
                "configuration",
                Map.of(),
                List.of(Element.of("resources", Map.of(), List.of(web, Element.leaf("primitive", "id", "ip")))));
        Element monitor = Element.leaf("op", "id", "web-monitor");

        Element after = CibEdits.apply(before, List.of(new CibEdit.Put("web", monitor)));

        assertThat(CibEdits.between(before, after)).containsExactly(new CibEdit.Put("web", monitor, ""));
        assertThat(CibEdits.between(after, before)).containsExactly(new CibEdit.Remove("web-monitor"));
    }

    @Test
    void anUnknownIdIsNamedWithTheNearest() {
        Element before = Element.of(
                "configuration",
                Map.of(),
                List.of(Element.of("resources", Map.of(), List.of(Element.leaf("primitive", "id", "webserver")))));

        assertThatThrownBy(() -> CibEdits.apply(before, List.of(new CibEdit.Remove("websever"))))
                .isInstanceOfSatisfying(
                        BadInputException.class, e -> assertThat(e.remedy()).isEqualTo("did you mean 'webserver'?"));
    }

    @Test
    void theIdOfAReferenceIsNotTheThingItself() {
        Element tag = Element.of("tag", Map.of("id", "t"), List.of(Element.leaf("obj_ref", "id", "web")));
        Element before = Element.of(
                "configuration",
                Map.of(),
                List.of(
                        Element.of("tags", Map.of(), List.of(tag)),
                        Element.of("resources", Map.of(), List.of(Element.leaf("primitive", "id", "web")))));

        Element after = CibEdits.apply(before, List.of(new CibEdit.Remove("web")));

        assertThat(after.child("tags").orElseThrow().children()).containsExactly(tag);
        assertThat(after.child("resources").orElseThrow().children()).isEmpty();
    }
}
