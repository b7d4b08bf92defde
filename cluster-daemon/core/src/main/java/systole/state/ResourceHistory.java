package systole.state;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import systole.model.Element;

/**
 * What one node did with one resource: an {@code lrm_resource} with its operations. Immutable; its rendering and digest
 * are worked out once.
 */
public final class ResourceHistory {
    private final String resource;
    private final String resourceClass;
    private final String provider;
    private final String type;
    private final SortedMap<String, Element> operations;
    private @Nullable Element rendered;

    public ResourceHistory(
            String resource,
            String resourceClass,
            String provider,
            String type,
            SortedMap<String, Element> operations) {
        this.resource = resource;
        this.resourceClass = resourceClass;
        this.provider = provider;
        this.type = type;
        this.operations = Collections.unmodifiableSortedMap(new TreeMap<>(operations));
    }

    public String resource() {
        return resource;
    }

    public String resourceClass() {
        return resourceClass;
    }

    /** Empty for classes without providers. */
    public String provider() {
        return provider;
    }

    public String type() {
        return type;
    }

    /** {@code lrm_rsc_op} elements by their id. */
    public SortedMap<String, Element> operations() {
        return operations;
    }

    ResourceHistory with(OperationRecord record) {
        SortedMap<String, Element> next = new TreeMap<>(operations);
        next.put(record.operation().id(), record.operation());
        return new ResourceHistory(resource, record.resourceClass(), record.provider(), record.type(), next);
    }

    ResourceHistory without(String operation) {
        SortedMap<String, Element> next = new TreeMap<>(operations);
        next.remove(operation);
        return new ResourceHistory(resource, resourceClass, provider, type, next);
    }

    Element element() {
        Element made = rendered;
        if (made == null) {
            Map<String, String> attributes = new LinkedHashMap<>();
            attributes.put("id", resource);
            attributes.put("class", resourceClass);
            if (!provider.isEmpty()) {
                attributes.put("provider", provider);
            }
            attributes.put("type", type);
            made = Element.of("lrm_resource", attributes, new ArrayList<>(operations.values()));
            rendered = made;
        }
        return made;
    }

    long digest() {
        return element().digest();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ResourceHistory that && element().equals(that.element());
    }

    @Override
    public int hashCode() {
        return Long.hashCode(digest());
    }

    @Override
    public String toString() {
        return "history of " + resource + " " + operations.keySet();
    }
}
