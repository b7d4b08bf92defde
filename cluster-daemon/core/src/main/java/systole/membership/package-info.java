/**
 * Totem-style membership: who is on the ring, and in which order messages are delivered.
 *
 * <h2>Invariant</h2>
 * Two nodes that go together from one ring to the next have delivered the same messages, in the same order, between
 * the two. No ring id is ever used for two memberships.
 *
 * <h2>Dependencies</h2>
 * May use {@code kernel}, {@code group} and {@code detector}. Must not know {@code quorum}: whether a ring may run
 * resources is not decided here.
 *
 * <h2>Start reading at</h2>
 * {@link systole.membership.RingStack}, then {@link systole.membership.RingProtocol} and {@code docs/membership.md}.
 */
@NullMarked
package systole.membership;

import org.jspecify.annotations.NullMarked;
