/**
 * A world made of seeds: virtual time, a network and disks that fail as asked, for whole clusters in one JVM.
 *
 * <h2>Invariant</h2>
 * The same seed gives the same run, event by event.
 *
 * <h2>Dependencies</h2>
 * May use {@code kernel} and {@code model}, and JUnit's API.
 *
 * <h2>Start reading at</h2>
 * {@link systole.testkit.VirtualTime}
 */
@NullMarked
package systole.testkit;

import org.jspecify.annotations.NullMarked;
