package systole.witness;

import systole.witness.WitnessMessage.Hello;
import systole.witness.WitnessMessage.Report;

/** What happens to one cluster at the witness. A connection is a number of the shell's choice, never used again. */
public sealed interface ArbiterInput {
    long nowNanos();

    /** A node has introduced itself, and its secret was right. */
    record Joined(long nowNanos, long connection, Hello hello) implements ArbiterInput {}

    record Reported(long nowNanos, long connection, Report report) implements ArbiterInput {}

    /** A connection has ended. */
    record Lost(long nowNanos, long connection) implements ArbiterInput {}

    record Released(long nowNanos) implements ArbiterInput {}

    /** To be given at {@link Arbiter#deadlineNanos()}. */
    record Tick(long nowNanos) implements ArbiterInput {}
}
