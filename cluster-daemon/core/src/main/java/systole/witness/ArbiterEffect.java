package systole.witness;

import systole.witness.WitnessMessage.Verdict;

/** What the arbiter asks of its shell, in this order. */
public sealed interface ArbiterEffect {
    /** Must be on disk before any later effect is carried out. */
    record Persist(ArbiterMemory memory) implements ArbiterEffect {}

    record Tell(long connection, Verdict verdict) implements ArbiterEffect {}

    /** End a connection with these words. */
    record Dismiss(long connection, String words) implements ArbiterEffect {}

    /** For the log. */
    record Note(String words) implements ArbiterEffect {}
}
