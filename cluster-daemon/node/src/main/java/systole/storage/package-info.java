/**
 * What must outlive a power cut: the state log with its snapshots, and the number of the last ring.
 *
 * <h2>Invariant</h2>
 * What was answered as durable is on the disk, in the order it was given; what is read back is either exactly what was
 * written, up to some record, or the damage is said. Nothing that fails its checksum is ever handed out.
 *
 * <h2>Dependencies</h2>
 * May use {@code kernel}. Knows nothing of what the bytes mean.
 *
 * <h2>Start reading at</h2>
 * {@link systole.storage.StateLog}, then {@code docs/storage.md}.
 */
@NullMarked
package systole.storage;

import org.jspecify.annotations.NullMarked;
