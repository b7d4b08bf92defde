package systole.scheduler.planning;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class AttributeTableProperties {
    private final AttributeTable table = new AttributeTable();

    /** Even numbers are put, odd ones put if absent; the name is what is left. */
    @Property(tries = 200)
    void holdsWhatAMapWouldHoldInItsOrder(@ForAll @Size(max = 120) List<@IntRange(max = 99) Integer> steps) {
        for (int use = 0; use < 2; use++) {
            table.clear();
            Map<String, String> map = new TreeMap<>();
            for (int i = 0; i < steps.size(); i++) {
                String name = "name" + steps.get(i) / 2;
                String value = "value" + i;
                if (steps.get(i) % 2 == 0) {
                    table.put(name, value);
                    map.put(name, value);
                } else {
                    table.putIfAbsent(name, value);
                    map.putIfAbsent(name, value);
                }
            }
            assertThat(new ArrayList<>(table.copy().entrySet())).isEqualTo(new ArrayList<>(map.entrySet()));
        }
    }
}
