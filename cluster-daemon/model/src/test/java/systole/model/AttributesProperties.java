package systole.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

/** The attributes of an element behave as the map from which they were made. */
class AttributesProperties {
    @Property(tries = 300)
    void an_element_answers_as_the_map_of_its_attributes_does(
            @ForAll @Size(max = 6) Map<@AlphaChars @StringLength(min = 1, max = 2) String, String> drawn,
            @ForAll @AlphaChars @StringLength(min = 1, max = 2) String name,
            @ForAll String value) {
        Map<String, String> map = new LinkedHashMap<>(drawn);
        Element element = Element.of("nvpair", map, List.of());

        assertThat(element.attributes()).isEqualTo(map).hasSameHashCodeAs(map);
        assertThat(new ArrayList<>(element.attributes().keySet())).isEqualTo(new ArrayList<>(map.keySet()));
        assertThat(element.attribute(name)).isEqualTo(map.get(name));
        assertThat(element.attributes().containsKey(name)).isEqualTo(map.containsKey(name));
        List<String> walked = new ArrayList<>();
        element.attributes().forEach((key, each) -> walked.add(key + "=" + each));
        assertThat(walked)
                .isEqualTo(map.entrySet().stream().map(Object::toString).toList());

        map.put(name, value);
        Element with = element.withAttribute(name, value);
        assertThat(new ArrayList<>(with.attributes().entrySet())).isEqualTo(new ArrayList<>(map.entrySet()));
        map.remove(name);
        assertThat(new ArrayList<>(with.withoutAttribute(name).attributes().entrySet()))
                .isEqualTo(new ArrayList<>(map.entrySet()));
        assertThat(new ArrayList<>(element.attributes().entrySet())).isEqualTo(new ArrayList<>(drawn.entrySet()));
        assertThatThrownBy(() -> element.attributes().put(name, value))
                .isInstanceOf(UnsupportedOperationException.class);
    }
}
