package systole.coordinator;

/**
 * The time at which an input reached the node.
 *
 * @param nanos monotonic, of this node only; deadlines are measured with it
 * @param epochMillis wall clock, for records that people and rules read
 */
public record Moment(long nanos, long epochMillis) {
    public long epochSeconds() {
        return Math.floorDiv(epochMillis, 1000L);
    }
}
