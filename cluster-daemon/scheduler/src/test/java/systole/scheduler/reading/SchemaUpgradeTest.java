package systole.scheduler.reading;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import systole.formats.CibXml;
import systole.model.Element;

class SchemaUpgradeTest {
    private static Element upgraded(String schema, String configuration) {
        return SchemaUpgrade.upgrade(CibXml.read(
                "test",
                "<cib validate-with='" + schema + "'><configuration>" + configuration + "</configuration></cib>"));
    }

    @Test
    void a_master_becomes_a_promotable_clone() {
        String text = CibXml.write(
                upgraded(
                        "pacemaker-3.0",
                        "<resources><master id='m'><primitive id='p' class='ocf' provider='x' type='y'/></master></resources>"));
        assertThat(text).contains("<clone id=\"m\">").contains("name=\"promotable\" value=\"true\"");
    }

    @Test
    void options_with_underscores_are_renamed_only_in_old_schemas() {
        String options = "<crm_config><cluster_property_set id='o'>"
                + "<nvpair id='a' name='stonith_enabled' value='false'/>"
                + "<nvpair id='b' name='default-resource-stickiness' value='7'/></cluster_property_set></crm_config>";
        assertThat(CibXml.write(upgraded("pacemaker-2.5", options)))
                .contains("name=\"stonith-enabled\"")
                .contains("<rsc_defaults>")
                .contains("name=\"resource-stickiness\" value=\"7\"");
        assertThat(CibXml.write(upgraded("pacemaker-3.5", options))).contains("name=\"stonith_enabled\"");
    }

    @Test
    void a_location_with_two_rules_becomes_two() {
        Element upgraded = upgraded(
                "pacemaker-3.0",
                "<constraints><rsc_location id='l' rsc='a'><rule id='r1' score='1'/><rule id='r2' score='2'/>"
                        + "</rsc_location></constraints>");
        assertThat(CibXml.write(upgraded)).contains("id=\"l-1\"").contains("id=\"l-2\"");
    }

    @Test
    void references_are_replaced_by_what_they_mean() {
        Element upgraded = upgraded(
                "pacemaker-4.0",
                "<resources><primitive id='a'><meta_attributes id='m'><nvpair id='n' name='x' value='1'/>"
                        + "</meta_attributes></primitive><primitive id='b'><meta_attributes id-ref='m'/>"
                        + "<meta_attributes id='k'><nvpair id-ref='n' name='y'/></meta_attributes></primitive>"
                        + "</resources>");
        assertThat(CibXml.write(upgraded)).contains("name=\"y\" value=\"1\"").doesNotContain("id-ref");
    }

    @Test
    void a_document_without_a_schema_stays_as_it_is() {
        String text = "<resources><master id='m'/></resources>";
        assertThat(CibXml.write(upgraded("none", text))).contains("<master");
    }
}
