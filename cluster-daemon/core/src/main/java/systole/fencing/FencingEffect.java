package systole.fencing;

/** What the fencing cores want done. */
public sealed interface FencingEffect {
    record Run(FenceRun run) implements FencingEffect {}

    /** Needed to know what an agent can do; answer with {@link FenceExecutor#metadata}. */
    record ReadMetadata(String agent) implements FencingEffect {}

    /** Tell all, in order. */
    record SendOrder(FenceOrder order) implements FencingEffect {}

    /** Ask another node, in order, to use a device that this one cannot; answer with {@link FenceExecutor#partDone}. */
    record SendPart(FenceOrder part) implements FencingEffect {}

    /** How this node fared with a part of another node's order. */
    record SendPartReport(FenceReport report) implements FencingEffect {}

    /**
     * Tell all, in order, that this node is about to put on again what it has switched off, or that this is over; answer with
     * {@link FenceExecutor#restores}.
     */
    record SendRestores(FenceOrder order, boolean over) implements FencingEffect {}

    /** The executing node is through: a success is to be recorded, a failure told to all. */
    record SendReport(FenceReport report) implements FencingEffect {}

    /** An operation that this node asked for failed for good. */
    record GaveUp(FenceReport last) implements FencingEffect {}

    /** Somebody on this node waited for this. */
    record Answered(String waiter, boolean succeeded, boolean noDevice, String text) implements FencingEffect {}
}
