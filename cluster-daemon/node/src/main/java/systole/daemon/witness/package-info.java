/**
 * The rim of the witness: TLS connections, keys and files, on the witness's machine and on the nodes.
 *
 * <h2>Invariant</h2>
 * Decides nothing: what the witness votes is {@link systole.witness.Arbiter}'s matter. Nothing is said to a node before the
 * vote it is about is on disk, and nobody is listened to who does not know the secret of a cluster.
 *
 * <h2>Dependencies</h2>
 * May use everything below {@code daemon}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.daemon.witness.WitnessDaemon}, {@link systole.daemon.witness.WitnessClient}
 */
@NullMarked
package systole.daemon.witness;

import org.jspecify.annotations.NullMarked;
