package systole.graph;

/**
 * The resource that an action belongs to, as an executor needs it.
 *
 * <p>An anonymous clone instance has its configuration id in {@code id} and its instance (or history) name in
 * {@code longId}; every other resource leaves {@code longId} empty. Records in the status section are kept under
 * {@code id}. {@code provider} is empty for classes without providers.
 */
public record PrimitiveRef(String id, String longId, String agentClass, String provider, String type) {
    public PrimitiveRef {
        if (id.isEmpty() || agentClass.isEmpty() || type.isEmpty()) {
            throw new IllegalArgumentException("a primitive needs id, class and type: " + id);
        }
    }

    /** The name of this very instance: {@code longId} where there is one, else {@code id}. */
    public String instance() {
        return longId.isEmpty() ? id : longId;
    }

    /** {@code class:provider:type}, or {@code class:type}. */
    public String agent() {
        return provider.isEmpty() ? agentClass + ":" + type : agentClass + ":" + provider + ":" + type;
    }
}
