/**
 * The witness: a machine outside of the cluster that gives one vote to at most one part of it ({@code quorum { device {
 * } }}), and the nodes' side of the conversation with it.
 *
 * <h2>Invariant</h2>
 * Of two views that the witness votes for, the later has a member of which the witness knows that it has everything that
 * the earlier one may have acknowledged. So it never votes for two halves, whatever is lost, late or restarted; time only
 * decides how long it waits for a better half.
 *
 * <h2>Dependencies</h2>
 * May use {@code kernel} and {@code group}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.witness.Arbiter}, then {@link systole.witness.WitnessContact}
 */
@NullMarked
package systole.witness;

import org.jspecify.annotations.NullMarked;
