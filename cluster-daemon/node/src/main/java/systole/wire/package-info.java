/**
 * Ring messages as bytes: layout, encryption, proof of the sender, refusal of what is not ours.
 *
 * <h2>Invariant</h2>
 * Whatever arrives, {@link systole.wire.PacketCodec#open} gives back either exactly a message that a node of this cluster
 * sent once, or the cause of the drop. It never throws, and never sends in clear.
 *
 * <h2>Dependencies</h2>
 * May use {@code kernel}, {@code group}, {@code membership}, {@code detector}, {@code state} and
 * {@code witness} (message types only).
 *
 * <h2>Start reading at</h2>
 * {@link systole.wire.PacketCodec}, then {@code docs/wire-protocol.md}.
 */
@NullMarked
package systole.wire;

import org.jspecify.annotations.NullMarked;
