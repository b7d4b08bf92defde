package systole.state;

import systole.model.Element;

/**
 * One entry for the operation history of one node.
 *
 * @param resource id under which the history is kept (no instance number unless unique)
 * @param provider empty for classes without providers
 * @param operation {@code lrm_rsc_op} with its id; replaces the entry of the same id
 */
public record OperationRecord(String resource, String resourceClass, String provider, String type, Element operation) {
    public OperationRecord {
        if (!operation.is("lrm_rsc_op") || operation.id().isEmpty()) {
            throw new IllegalArgumentException(
                    "history of " + resource + " gets " + operation + ", not an lrm_rsc_op with id");
        }
    }
}
