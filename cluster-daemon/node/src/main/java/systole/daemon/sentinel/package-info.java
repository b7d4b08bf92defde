/**
 * The rim of self-fencing: the pill disks are read, the keeper of the watchdog is fed, the node is ended.
 *
 * <h2>Invariant</h2>
 * Decides nothing: when the node ends is {@link systole.pill.Sentinel}'s matter. The keeper is fed by the sentinel's thread alone, so
 * that a thread that hangs is noticed; a node that was armed is disarmed by an orderly end only.
 *
 * <h2>Dependencies</h2>
 * May use everything below {@code daemon}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.daemon.sentinel.SentinelShell}
 */
@NullMarked
package systole.daemon.sentinel;

import org.jspecify.annotations.NullMarked;
