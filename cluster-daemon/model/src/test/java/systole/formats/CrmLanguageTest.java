package systole.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import systole.formats.CrmLanguage.Mode;
import systole.formats.CrmLanguage.Style;
import systole.kernel.BadInputException;
import systole.model.CibEdits;
import systole.model.Element;

class CrmLanguageTest {
    private static final String BASE = """
            property stonith-enabled=false
            node 1: n1
            primitive a Dummy params state="/tmp/a" op monitor interval=10s
            primitive b Dummy
            group g a b
            location l g 100: n1
            """;

    private static Element load(Element before, String text, Mode mode) {
        CrmLanguage.Loaded loaded = CrmLanguage.load(before, "test", text, mode, AgentCatalog.NONE);
        assertThat(Finding.atLeast(Finding.Severity.ERROR, loaded.findings())).isEmpty();
        return loaded.configuration();
    }

    private static Element base() {
        return load(CrmLanguage.EMPTY, BASE, Mode.UPDATE);
    }

    private static Element find(Element configuration, String id) {
        Element found = CibEdits.find(configuration, id);
        assertThat(found).as(id).isNotNull();
        return found;
    }

    @Test
    void anUpdateReplacesWhatItNamesInItsPlaceAndKeepsTheRest() {
        Element after = load(base(), "primitive a Dummy params state=/tmp/b", Mode.UPDATE);

        assertThat(CrmLanguage.show(after, Style.DISPLAY))
                .contains("primitive a Dummy \\\n\tparams state=\"/tmp/b\"\n")
                .contains("group g a b")
                .doesNotContain("monitor");
    }

    @Test
    void aChangedObjectKeepsTheIdsOfThePartsItStillHas() {
        Element before = load(
                CrmLanguage.EMPTY,
                "primitive p Dummy params $id=mine state=1 op monitor interval=10s\nproperty stonith-enabled=false",
                Mode.UPDATE);

        Element after = load(before, "primitive p Dummy params state=2 fake=3 op monitor interval=20s", Mode.UPDATE);

        assertThat(find(after, "mine-state").attribute("value")).isEqualTo("2");
        assertThat(find(after, "mine-fake").attribute("value")).isEqualTo("3");
        assertThat(find(after, "p-monitor-20s").attribute("name")).isEqualTo("monitor");
    }

    @Test
    void aMemberThatLeavesAGroupBecomesAResourceOfItsOwn() {
        Element after = load(base(), "group g a", Mode.UPDATE);

        List<String> top = after.child("resources").orElseThrow().children().stream()
                .map(Element::id)
                .toList();
        assertThat(top).containsExactly("g", "b");
    }

    @Test
    void replaceErasesAllButTheNodes() {
        Element after = load(base(), "property maintenance-mode=true", Mode.REPLACE);

        assertThat(CrmLanguage.show(after, Style.DISPLAY))
                .isEqualTo("node 1: n1\nproperty cib-bootstrap-options: \\\n\tmaintenance-mode=true\n");
    }

    @Test
    void pushDeletesWhatTheTextLacks() {
        Element after = load(base(), "property stonith-enabled=false\nprimitive a Dummy\n", Mode.PUSH);

        assertThat(CrmLanguage.ids(after)).containsExactly("n1", "a", "cib-bootstrap-options");
    }

    @Test
    void twoPropertyLinesAreMerged() {
        Element after = load(CrmLanguage.EMPTY, "property no-quorum-policy=stop\nproperty batch-limit=5", Mode.UPDATE);

        assertThat(CrmLanguage.show(after, Style.DISPLAY))
                .contains("no-quorum-policy=stop")
                .contains("batch-limit=5");
    }

    @Test
    void operationsThatStandApartAreCollected() {
        Element after = load(
                base(), "primitive c Dummy op monitor interval=10s params fake=1 op start timeout=20s", Mode.UPDATE);

        assertThat(find(after, "c").children("operations")).hasSize(1);
        assertThat(find(after, "c").children("operations").get(0).children()).hasSize(2);
    }

    @Test
    void aGeneratedIdStepsAsideForAnObjectOfThatName() {
        Element after = load(
                CrmLanguage.EMPTY,
                "property stonith-enabled=false\nprimitive x Dummy params fake=1\nprimitive x-instance_attributes Dummy",
                Mode.UPDATE);

        assertThat(find(after, "x").children().get(0).id()).isEqualTo("x-instance_attributes-0");
    }

    @Test
    void passwordsAreMaskedForTheEyeAndKeptInAFile() {
        Element after =
                load(CrmLanguage.EMPTY, "primitive f stonith:fence_ipmilan params ip=1 password=\"s 1\"", Mode.UPDATE);

        assertThat(CrmLanguage.show(after, Style.DISPLAY)).contains("password=\"******\"");
        assertThat(CrmLanguage.show(after, Style.EXACT)).contains("password=\"s 1\"");
    }

    @Test
    void whatTheLanguageCannotSayIsShownAsXmlAndReadBack() {
        Element after = load(base(), """
                xml <rsc_location id="n" rsc="a"><rule id="r1" score="1" boolean-op="or"> \\
                <expression id="e1" attribute="x" operation="defined"/> \\
                <rule id="r2"><expression id="e2" attribute="y" operation="defined"/></rule></rule></rsc_location>
                """, Mode.UPDATE);

        String text = CrmLanguage.show(after, Style.EXACT, List.of("n"));
        assertThat(text).startsWith("xml <rsc_location id=\"n\"");
        assertThat(load(after, text, Mode.UPDATE)).isEqualTo(after);
    }

    @Test
    void commentsAreKept() {
        Element after = load(base(), "# why it is so\nlocation l g 200: n1", Mode.UPDATE);

        assertThat(CrmLanguage.show(CibXml.read("x", CibXml.write(after)), Style.DISPLAY))
                .contains("# why it is so\nlocation l g 200: n1\n");
    }

    @Test
    void anErrorChangesNothingAndAllOfThemAreNamed() {
        assertThatThrownBy(() -> CrmLanguage.apply(base(), "f.crm", "primitive x\nproperty y=1\nnonsense"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("f.crm:1")
                .hasMessageContaining("f.crm:3")
                .hasMessageContaining("nonsense");
    }

    @Test
    void resourcesThatNobodyCouldFenceAreDoubtfulUnlessFencingIsOff() {
        CrmLanguage.Loaded loaded =
                CrmLanguage.load(CrmLanguage.EMPTY, "f.crm", "primitive x Dummy", Mode.UPDATE, AgentCatalog.NONE);

        assertThat(loaded.refused(false)).isTrue();
        assertThat(loaded.refused(true)).isFalse();
        assertThat(loaded.findings().get(0).remedy()).contains("stonith-enabled=false");
    }

    @Test
    void constraintsOnAPartOfACloneAreRefused() {
        CrmLanguage.Loaded loaded = CrmLanguage.load(
                base(), "f.crm", "primitive d Dummy\nclone c d\ncolocation x inf: g d", Mode.UPDATE, AgentCatalog.NONE);

        assertThat(loaded.refused(false)).isTrue();
        assertThat(loaded.findings().get(0).text()).contains("'d'").contains("name 'c' instead");
    }

    @Test
    void deletingTakesTheConstraintsAlongAndLeavesTheMembers() {
        Element after = CrmObjects.delete(base(), List.of("g"));

        assertThat(CrmLanguage.ids(after)).containsExactly("n1", "a", "b", "cib-bootstrap-options");
    }

    @Test
    void deletingTheLastMemberTakesTheGroupAlong() {
        Element after = CrmObjects.delete(base(), List.of("a", "b"));

        assertThat(CrmLanguage.ids(after)).containsExactly("n1", "cib-bootstrap-options");
    }

    @Test
    void aNewNameIsNewEverywhere() {
        Element after = CrmObjects.rename(base(), "g", "web");

        assertThat(CrmLanguage.show(after, Style.DISPLAY))
                .contains("group web a b")
                .contains("location l web 100: n1");
        assertThatThrownBy(() -> CrmObjects.rename(base(), "g", "a")).hasMessageContaining("taken");
        assertThatThrownBy(() -> CrmObjects.rename(base(), "gg", "x")).hasMessageContaining("did you mean 'g'");
    }

    @Test
    void groupsGrowAndShrinkInPlace() {
        Element grown = CrmObjects.addToGroup(load(base(), "primitive c Dummy", Mode.UPDATE), "g", "c", "b");
        assertThat(CrmLanguage.show(grown, Style.DISPLAY)).contains("group g a c b");

        Element shrunk = CrmObjects.removeFromGroup(grown, "g", "a");
        assertThat(CrmLanguage.show(shrunk, Style.DISPLAY))
                .contains("group g c b")
                .contains("primitive a ");
    }

    @Test
    void agentsAreAskedForParametersWhenTheyAreKnown() {
        AgentCatalog catalog = new AgentCatalog() {
            @Override
            public List<String> providers(String type) {
                return type.equals("IP") ? List.of("heartbeat") : List.of();
            }

            @Override
            public boolean knowsProvider(String agentClass, String provider) {
                return provider.equals("heartbeat");
            }

            @Override
            public Optional<Agent> describe(String agentClass, String provider, String type) {
                return type.equals("IP")
                        ? Optional.of(
                                new Agent(List.of(new Parameter("ip", true, true), new Parameter("nic", false, false))))
                        : Optional.empty();
            }

            @Override
            public List<String> names() {
                return List.of("ocf:heartbeat:IP");
            }
        };
        List<Finding> findings = CrmLanguage.load(
                        base(),
                        "f",
                        "primitive x IP params nick=eth0\nprimitive y IP params ip=1\nprimitive z IP params ip=1\n"
                                + "primitive q ocf:acme:IP",
                        Mode.UPDATE,
                        catalog)
                .findings();

        assertThat(findings.stream().map(Finding::what))
                .anyMatch(text -> text.contains("'nick'") && text.contains("did you mean 'nic'"))
                .anyMatch(text -> text.contains("'x' lacks parameter 'ip'"))
                .anyMatch(text -> text.contains("'y' and 'z'") || text.contains("'z' and 'y'"));
    }
}
