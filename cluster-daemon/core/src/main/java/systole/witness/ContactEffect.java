package systole.witness;

/** What the contact asks of its shell. */
public sealed interface ContactEffect {
    /** Open a connection; answered by Connected or Disconnected with this attempt. */
    record Connect(long attempt) implements ContactEffect {}

    /** Close it, whether it is open or not; nothing of it is wanted any more. */
    record Close(long attempt) implements ContactEffect {}

    record Send(long attempt, WitnessMessage message) implements ContactEffect {}

    /** Tell the members of the view whether the witness votes for it. */
    record Say(long viewSequence, boolean votes) implements ContactEffect {}

    /** This node has waited long enough. */
    record WaitOver(long viewSequence) implements ContactEffect {}

    /** For log and history. */
    record Note(boolean good, String words) implements ContactEffect {}
}
