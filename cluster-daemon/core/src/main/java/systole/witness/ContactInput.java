package systole.witness;

import systole.group.View;

/** What happens to a node's contact with the witness. An attempt is the number that {@link ContactEffect.Connect} gave. */
public sealed interface ContactInput {
    long nowNanos();

    record Start(long nowNanos) implements ContactInput {}

    record Connected(long nowNanos, long attempt) implements ContactInput {}

    record Received(long nowNanos, long attempt, WitnessMessage message) implements ContactInput {}

    /** The attempt failed, or its connection ended. */
    record Disconnected(long nowNanos, long attempt, String why) implements ContactInput {}

    /** This node is in a new view. */
    record ViewChanged(long nowNanos, View view) implements ContactInput {}

    /** This node has the state of its view. */
    record Ready(long nowNanos, long viewSequence) implements ContactInput {}

    /** To be given at {@link WitnessContact#deadlineNanos()}. */
    record Tick(long nowNanos) implements ContactInput {}
}
