package systole.scheduler.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import systole.formats.CibXml;
import systole.model.Element;

class RulesTest {
    private static final LocalDateTime NOW = LocalDateTime.of(2026, 2, 28, 12, 30, 0);

    private final List<Long> changes = new ArrayList<>();

    private boolean passes(String rule, Map<String, String> attributes) {
        return Rules.passes(
                CibXml.read("test", rule), RuleContext.at(NOW, changes::add).withNode(attributes));
    }

    private static String expression(String operation, String value, String type) {
        return "<rule id='r'><expression id='e' attribute='a' operation='" + operation + "'"
                + (value == null ? "" : " value='" + value + "'")
                + (type == null ? "" : " type='" + type + "'") + "/></rule>";
    }

    @Test
    void strings_compare_without_regard_to_case() {
        assertThat(passes(expression("eq", "ON", null), Map.of("a", "on"))).isTrue();
        assertThat(passes(expression("ne", "ON", null), Map.of("a", "on"))).isFalse();
    }

    @Test
    void an_unset_attribute_equals_nothing_and_is_not_ordered() {
        assertThat(passes(expression("eq", "1", null), Map.of())).isFalse();
        assertThat(passes(expression("ne", "1", null), Map.of())).isTrue();
        assertThat(passes(expression("lt", "1", null), Map.of())).isFalse();
        assertThat(passes(expression("not_defined", null, null), Map.of())).isTrue();
    }

    @Test
    void ordering_is_by_number_unless_a_side_is_none() {
        assertThat(passes(expression("gt", "9", null), Map.of("a", "10"))).isTrue();
        assertThat(passes(expression("gt", "9", "string"), Map.of("a", "10"))).isFalse();
        assertThat(passes(expression("lt", "1.5", null), Map.of("a", "1.25"))).isTrue();
        assertThat(passes(expression("lt", "1.10.0", "version"), Map.of("a", "1.9.3")))
                .isTrue();
    }

    @Test
    void a_value_where_none_is_allowed_does_not_pass() {
        assertThat(passes(expression("defined", "x", null), Map.of("a", "1"))).isFalse();
    }

    @Test
    void a_rule_without_conditions_passes_and_one_without_id_does_not() {
        assertThat(passes("<rule id='r'/>", Map.of())).isTrue();
        assertThat(passes("<rule/>", Map.of())).isFalse();
        assertThat(passes("<rule id='r' boolean-op='xor'/>", Map.of())).isFalse();
    }

    @Test
    void or_needs_one_condition() {
        String rule = "<rule id='r' boolean-op='or'>"
                + "<expression id='e' attribute='a' operation='defined'/>"
                + "<expression id='f' attribute='b' operation='defined'/></rule>";
        assertThat(passes(rule, Map.of("b", "1"))).isTrue();
        assertThat(passes(rule, Map.of())).isFalse();
    }

    @Test
    void a_range_includes_both_ends_and_tells_when_it_will_be_over() {
        String rule = "<rule id='r'><date_expression id='d' operation='in_range' start='2026-01-31'>"
                + "<duration id='u' months='1'/></date_expression></rule>";
        assertThat(passes(rule, Map.of())).isFalse();
        String longer = rule.replace("months='1'", "months='1' hours='13'");
        assertThat(passes(longer, Map.of())).isTrue();
        long end = LocalDateTime.of(2026, 2, 28, 13, 0).toEpochSecond(java.time.ZoneOffset.UTC);
        assertThat(changes).containsExactly(end + 1);
    }

    @Test
    void parts_of_the_date_have_open_and_closed_ranges() {
        assertThat(passes(spec("weekdays='6-7' hours='9-'"), Map.of())).isTrue();
        assertThat(passes(spec("weekdays='1-5'"), Map.of())).isFalse();
        assertThat(passes(spec("weeks='9' weekyears='2026' yeardays='59'"), Map.of()))
                .isTrue();
        assertThat(passes(spec("months='x'"), Map.of())).isFalse();
    }

    private static String spec(String attributes) {
        return "<rule id='r'><date_expression id='d' operation='date_spec'><date_spec id='s' " + attributes
                + "/></date_expression></rule>";
    }

    @Test
    void of_equal_blocks_the_last_wins_and_default_removes_what_was_there() {
        Element parent = CibXml.read(
                "test",
                "<p><m id='1' score='2'><nvpair id='a' name='x' value='first'/></m>"
                        + "<m id='2'><nvpair id='b' name='x' value='low'/><nvpair id='c' name='y' value='one'/></m>"
                        + "<m id='3'><nvpair id='d' name='y' value='two'/><nvpair id='e' name='y' value='three'/></m>"
                        + "<m id='4' score='-1'><nvpair id='f' name='x' value='#default'/></m></p>");
        Map<String, String> values = new LinkedHashMap<>();
        AttributeBlocks.collect(
                parent, "m", RuleContext.at(NOW, changes::add), AttributeBlocks.Default.REMOVES, values);
        assertThat(values).containsExactly(Map.entry("y", "two"));
    }
}
