package systole.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import systole.formats.CrmLanguage.Mode;
import systole.formats.CrmLanguage.Style;
import systole.model.CibEdits;
import systole.model.Element;

/** Rules that running Debian's crm on scripts outside of the corpus showed. */
class CrmRulesOfUseTest {
    private static final String BASE = """
            property stonith-enabled=false
            node n1
            primitive a Dummy
            primitive b Dummy
            primitive c Dummy
            primitive d Dummy
            """;

    private static CrmLanguage.Loaded load(String text) {
        return CrmLanguage.load(CrmLanguage.EMPTY, "test", BASE + text, Mode.UPDATE, AgentCatalog.NONE);
    }

    private static Element taken(String text) {
        CrmLanguage.Loaded loaded = load(text);
        assertThat(Finding.atLeast(Finding.Severity.ERROR, loaded.findings()))
                .as(text)
                .isEmpty();
        return loaded.configuration();
    }

    private static String shown(String text, String id) {
        return CrmLanguage.show(taken(text), Style.DISPLAY, List.of(id)).stripTrailing();
    }

    private static String refused(String text) {
        CrmLanguage.Loaded loaded = load(text);
        assertThat(loaded.refused(true)).as(text).isTrue();
        return loaded.findings().toString();
    }

    @Test
    void anAttributeOfASetHoldsForTheMembersBeforeAndAfterItUpToABracket() {
        assertThat(shown("colocation x inf: a b sequential=false c d", "x")).isEqualTo("colocation x inf: ( a b c d )");
        assertThat(shown("colocation x inf: a sequential=false b:Promoted c", "x"))
                .isEqualTo("colocation x inf: ( a ) ( b:Promoted ) ( c )");
    }

    @Test
    void aSetOfOneMemberIsTakenAndSaidToBeOfNoUse() {
        for (String text : new String[] {"colocation x inf: a", "order x a"}) {
            assertThat(load(text).findings().toString()).contains("names no resource but 'a'");
            assertThat(shown(text, "x")).isEqualTo(text);
        }
    }

    @Test
    void mappingsOfABundleAreNumberedLikeOtherPartsThatHaveNoName() {
        Element configuration = taken("bundle w docker image=i network ip-range-start=10.0.0.1 port-mapping port=80"
                + " storage storage-mapping source-dir=/a target-dir=/b");
        assertThat(CibEdits.find(configuration, "w-0")).isNotNull();
        assertThat(CibEdits.find(configuration, "w-1")).isNotNull();
    }

    @Test
    void aResourceInABundleMustBeReachable() {
        assertThat(refused("bundle w docker image=i primitive a")).contains("neither ip-range-start nor control-port");
        taken("bundle w docker image=i network control-port=3121 primitive a");
    }

    @Test
    void nodeAttributeAndRoleBelongToTheFormWithoutSets() {
        assertThat(refused("colocation x inf: ( a b ) c node-attribute=rack")).contains("node-attribute");
        assertThat(refused("location l { a b } role=Promoted 10: n1")).contains("stands at its members");
    }

    @Test
    void aRightSaysWhatItIsAbout() {
        assertThat(refused("role r read attr:uname")).contains("type: is missing");
        assertThat(refused("role r read cib:x")).contains("takes no argument");
        assertThat(refused("role r write ref:nosuch")).contains("'nosuch', which does not exist");
        assertThat(shown("role r read $id=mine cib", "r")).isEqualTo("role r \\\n\tread cib");
        String xpath = "xpath:\"//crm_config/cluster_property_set/nvpair[@name='x y']\"";
        assertThat(shown("role r deny " + xpath, "r")).isEqualTo("role r \\\n\tdeny " + xpath);
    }

    @Test
    void aLocationHasANodeOrARuleWithAnExpression() {
        assertThat(refused(
                        "xml <rsc_location id=\"l\" rsc=\"a\" score=\"5\" node=\"n1\"><rule id=\"r\"/></rsc_location>"))
                .contains("both a node and a rule")
                .contains("has no expression");
        assertThat(refused("property x: 10: maintenance-mode=true")).contains("'10:'");
    }

    @Test
    void anAlertHasOneSelection() {
        assertThat(shown("alert x /a select nodes select fencing attributes { standby }", "x"))
                .isEqualTo("alert x \"/a\" \\\n\tselect nodes fencing attributes { standby }");
        assertThat(shown("alert x /a select attributes { }", "x"))
                .isEqualTo("alert x \"/a\" \\\n\tselect attributes { }");
    }

    @Test
    void anOperationMayHaveAnIdOfItsOwn() {
        assertThat(CibEdits.find(taken("primitive p Dummy op monitor interval=10 id=mine"), "mine"))
                .isNotNull();
    }

    @Test
    void aPatternWithBlanksIsShownInQuotes() {
        assertThat(shown("location l \"/a b/\" 10: n1", "l")).isEqualTo("location l \"/a b/\" 10: n1");
    }
}
