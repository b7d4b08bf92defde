package systole.transition;

import java.util.List;
import systole.graph.PrimitiveRef;
import systole.model.Element;

/** What {@link LocalExecutor} wants done. */
public sealed interface ExecutorEffect {
    record Run(AgentRequest request) implements ExecutorEffect {}

    record Kill(long runId) implements ExecutorEffect {}

    /** A result for the replicated history. */
    record Record(PrimitiveRef resource, List<Element> entries) implements ExecutorEffect {
        public Record {
            entries = List.copyOf(entries);
        }
    }

    /** These entries of the replicated history are to go; none named means all of the resource. */
    record Forget(String resource, List<String> entryIds) implements ExecutorEffect {
        public Forget {
            entryIds = List.copyOf(entryIds);
        }
    }

    /** The answer to an order of which nothing is recorded, or that was not carried out. */
    record Acknowledge(TransitionKey key, int rc, int status) implements ExecutorEffect {}

    /** Needed before results of this agent can be recorded; answer with {@link LocalExecutor#metadata}. */
    record ReadMetadata(PrimitiveRef resource) implements ExecutorEffect {}
}
