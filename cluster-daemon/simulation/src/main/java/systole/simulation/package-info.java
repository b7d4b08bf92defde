/**
 * Whole clusters in one process: the real cores of every node, on simulated time, network, disks, agents and fence
 * devices, under faults that a seed chooses.
 *
 * <h2>Invariant</h2>
 * One seed gives one run, event by event; a broken promise of the cluster ends the run with its story.
 *
 * <h2>Dependencies</h2>
 * May use all pure layers and the testkit. No clock, no randomness but the seed's; threads only to run several seeds.
 *
 * <h2>Start reading at</h2>
 * {@link systole.simulation.SimulationRun}, then {@link systole.simulation.SimulatedCluster}.
 */
@NullMarked
package systole.simulation;

import org.jspecify.annotations.NullMarked;
