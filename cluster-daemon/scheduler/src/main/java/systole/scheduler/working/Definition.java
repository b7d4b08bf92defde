package systole.scheduler.working;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import systole.model.Element;

/**
 * What the configuration says about a resource: the element with templates and references resolved. Shared by all
 * instances of a clone.
 */
public final class Definition {
    public final Element xml;

    /** The agent of a primitive; {@code null} for collectives. */
    public final @Nullable Agent agent;

    /** Configured operations in document order, disabled ones included. */
    public final List<Operation> operations;

    public Definition(Element xml, @Nullable Agent agent, List<Operation> operations) {
        this.xml = xml;
        this.agent = agent;
        this.operations = List.copyOf(operations);
    }

    public String id() {
        return xml.id();
    }

    /** The first operation with this name and interval (input-and-status 10.1), disabled ones included or not. */
    public @Nullable Operation operation(String name, long intervalMs, boolean includeDisabled) {
        for (int i = 0; i < operations.size(); i++) {
            Operation operation = operations.get(i);
            if (operation.intervalMs() == intervalMs
                    && operation.name().equals(name)
                    && (includeDisabled || operation.enabled())) {
                return operation;
            }
        }
        return null;
    }

    /** All operations with this name. */
    public List<Operation> named(String name) {
        List<Operation> found = new ArrayList<>();
        for (Operation operation : operations) {
            if (operation.name().equals(name)) {
                found.add(operation);
            }
        }
        return found;
    }
}
