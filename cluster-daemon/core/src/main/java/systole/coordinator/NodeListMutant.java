package systole.coordinator;

/**
 * Deliberate faults of changes of the node list, which the simulation must find. Only tests switch them on
 * ({@link NodeCore#mutate}).
 */
public enum NodeListMutant {
    /** While a change is under way a view, and a disk, counts by the new list only. */
    NEW_LIST_ALONE_COUNTS,
    /** The list is settled when a majority of the new one has the joint step on disk, whatever the former one has. */
    SETTLE_WITH_NEW_MAJORITY,
    /** The step with both lists is left out. */
    NO_JOINT_STEP,
    /** A node has its vote as soon as it is on the list. */
    VOTE_BEFORE_ARRIVAL
}
