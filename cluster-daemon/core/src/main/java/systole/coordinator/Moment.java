package systole.coordinator;

import systole.group.Standing;

/**
 * The time at which an input reached the node.
 *
 * @param nanos monotonic, of this node only; deadlines are measured with it
 * @param epochMillis wall clock, for records that people and rules read
 * @param standing when the node last certainly belonged to which view
 */
public record Moment(long nanos, long epochMillis, Standing standing) {
    public long epochSeconds() {
        return Math.floorDiv(epochMillis, 1000L);
    }
}
