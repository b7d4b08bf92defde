package systole.scheduler.working;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.scheduler.rules.AttributeBlocks;
import systole.scheduler.rules.RuleContext;

/** Instance attributes of resources: own blocks, then those of each parent (input-and-status 5.5). */
final class Parameters {
    private static final String BLOCK = "instance_attributes";

    private Parameters() {}

    static Map<String, String> of(Cluster cluster, Resource resource, @Nullable Node node) {
        Map<String, String> cached = resource.parameterCache;
        if (cached != null) {
            return cached;
        }
        boolean rules = false;
        RuleContext context = cluster.rules(resource);
        if (node != null) {
            context = context.withNode(node.attributes);
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (Resource at = resource; at != null; at = at.parent) {
            rules |= AttributeBlocks.hasRules(at.definition.xml, BLOCK);
            AttributeBlocks.collect(
                    at.definition.xml,
                    BLOCK,
                    context,
                    at == resource ? AttributeBlocks.Default.REMOVES : AttributeBlocks.Default.IGNORED,
                    values);
        }
        Map<String, String> result = Collections.unmodifiableMap(values);
        if (!rules) {
            resource.parameterCache = result;
        }
        return result;
    }
}
