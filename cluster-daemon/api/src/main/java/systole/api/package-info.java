/**
 * What people and tools may ask of a daemon, and what it answers: one JSON object per line over a unix socket.
 *
 * <h2>Invariant</h2>
 * Every line is answered by one line (by many for {@code watch}); whatever is not understood is refused by name, and
 * nothing is half done.
 *
 * <h2>Dependencies</h2>
 * May use {@code kernel}, {@code model}, {@code formats} (XML of elements) and {@code pill} (blocks of a shared disk). Must not know the daemon.
 *
 * <h2>Start reading at</h2>
 * {@link systole.api.Request}, then {@link systole.api.Answer}
 */
@NullMarked
package systole.api;

import org.jspecify.annotations.NullMarked;
