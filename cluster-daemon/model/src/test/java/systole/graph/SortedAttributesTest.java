package systole.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SortedAttributesTest {
    @Test
    void aCopyIsTheSameMapInTheOrderOfNames() {
        Map<String, String> source = new LinkedHashMap<>();
        source.put("timeout", "20000");
        source.put("CRM_meta_on_node", "n1");
        source.put("ip", "10.0.0.1");

        SortedAttributes copy = SortedAttributes.copyOf(source);

        assertThat(copy).isEqualTo(source).hasSameHashCodeAs(source);
        assertThat(new ArrayList<>(copy.keySet())).isEqualTo(new ArrayList<>(new TreeMap<>(source).keySet()));
        List<String> told = new ArrayList<>();
        copy.forEach((name, value) -> told.add(name + "=" + value));
        assertThat(told).containsExactly("CRM_meta_on_node=n1", "ip=10.0.0.1", "timeout=20000");
    }

    @Test
    void whatIsNotThereIsNotFound() {
        SortedAttributes attributes = SortedAttributes.of(new String[] {"a", "1", "c", "3"});

        assertThat(attributes.get("a")).isEqualTo("1");
        assertThat(attributes.get("b")).isNull();
        assertThat(attributes.get("3")).isNull();
        assertThat(attributes.containsKey("c")).isTrue();
        assertThat(attributes.containsKey("1")).isFalse();
    }

    @Test
    void theSourceMayChangeAfterwardsAndTheCopyDoesNot() {
        Map<String, String> source = new LinkedHashMap<>(Map.of("a", "1"));
        SortedAttributes copy = SortedAttributes.copyOf(source);
        source.put("b", "2");

        assertThat(copy).containsOnlyKeys("a");
        assertThatThrownBy(() -> copy.put("b", "2")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void whatIsSortedAlreadyIsNotCopiedAgain() {
        SortedAttributes attributes = SortedAttributes.of(new String[] {"a", "1"});

        assertThat(SortedAttributes.copyOf(attributes)).isSameAs(attributes);
    }

    @Test
    void namesOutOfOrderAndTwiceTheSameAreRefused() {
        assertThatThrownBy(() -> SortedAttributes.of(new String[] {"b", "1", "a", "2"}))
                .hasMessage("attribute a must come before b");
        assertThatThrownBy(() -> SortedAttributes.of(new String[] {"a", "1", "a", "2"}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SortedAttributes.of(new String[] {"a", "1", "b"}))
                .hasMessage("attribute b has no value");
    }
}
