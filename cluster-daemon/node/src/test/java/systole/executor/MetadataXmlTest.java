package systole.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import systole.kernel.BadInputException;

class MetadataXmlTest {
    private static final String OLD = """

            <?xml version="1.0"?>
            <!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">
            <resource-agent name="old" version="3">
            <version>1.0</version>
            <longdesc lang="en">Says &lt;much&gt;.</longdesc><shortdesc lang="en">Short</shortdesc>
            <parameters>
            <parameter name="state" unique="1"><content type="string" default=""/></parameter>
            <parameter name="passwd" unique="0" required="1"><content type="string"/></parameter>
            <parameter name="mode"><content type="select" default="a"><option value="a"/><option value="b"/></content></parameter>
            </parameters>
            <actions>
            <action name="start" timeout="20"/><action name="stop" timeout="20000ms"/><action name="reload" timeout="1min"/>
            <action name="monitor" role="Master" interval="10s" depth="20" timeout="soon"/>
            </actions>
            </resource-agent>
            """;

    @Test
    void readsAnAgentOfTheOldApiAndItsDocumentType() {
        AgentMetadata metadata = MetadataXml.read("ocf:test:old", OLD);

        assertThat(metadata.apiVersion()).isEqualTo("1.0");
        assertThat(metadata.longDescription()).isEqualTo("Says <much>.");
        assertThat(metadata.parameter("passwd").orElseThrow().secret()).isTrue();
        assertThat(metadata.parameter("passwd").orElseThrow().hasDefault()).isFalse();
        assertThat(metadata.parameter("mode").orElseThrow().options()).containsExactly("a", "b");
        assertThat(metadata.actions().stream().map(AgentMetadata.Action::timeoutMillis))
                .containsExactly(20_000L, 20_000L, 60_000L, 0L);
        assertThat(metadata.actions().get(3).role()).isEqualTo("Promoted");
        assertThat(metadata.actions().get(3).depth()).isEqualTo(20);
    }

    @Test
    void takesWhatIsNotUniqueAsReloadableInAnOldAgentThatReloads() {
        AgentMetadata metadata = MetadataXml.read("ocf:test:old", OLD);

        assertThat(metadata.reloadAction()).contains("reload");
        assertThat(metadata.isReloadable("mode")).isTrue();
        assertThat(metadata.isReloadable("state")).isFalse();
    }

    @Test
    void goesByTheWordReloadableInAnAgentOfTheNewApi() {
        AgentMetadata metadata = MetadataXml.read("ocf:test:new", """
                <resource-agent name="new"><version>1.1</version><parameters>
                <parameter name="a" reloadable="1" unique-group="g"/><parameter name="b"><deprecated>
                <replaced-with name="a"/></deprecated></parameter></parameters>
                <actions><action name="reload-agent"/><action name="promote"/><action name="demote"/></actions>
                </resource-agent>""");

        assertThat(metadata.isReloadable("a")).isTrue();
        assertThat(metadata.isReloadable("b")).isFalse();
        assertThat(metadata.isReloadable("unheard-of")).isFalse();
        assertThat(metadata.parameter("a").orElseThrow().unique()).isTrue();
        assertThat(metadata.parameter("b").orElseThrow().replacedWith()).isEqualTo("a");
        assertThat(metadata.isPromotable()).isTrue();
    }

    @Test
    void refusesWhatIsNoMetadataAndNamesThePlace() {
        assertThatThrownBy(() -> MetadataXml.read("ocf:test:x", "usage: x start|stop"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("ocf:test:x:1: meta-data is not well-formed");
        assertThatThrownBy(() -> MetadataXml.read("ocf:test:x", "<agent/>")).hasMessageContaining("<agent>");
        assertThatThrownBy(() -> MetadataXml.read("ocf:test:x", "")).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> MetadataXml.read(
                        "ocf:test:x",
                        "<!DOCTYPE r [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><resource-agent name=\"&e;\"/>"))
                .isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> MetadataXml.read("ocf:test:x", "<resource-agent>" + "<a>".repeat(1000)))
                .hasMessageContaining("nested");
    }
}
