package systole.scheduler.working;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Numbers of a clone (input-and-status 9.2). */
public final class CloneData {
    public int cloneMax;
    public int cloneNodeMax = 1;
    public int promotedMax = 1;
    public int promotedNodeMax = 1;
    public int cloneMin;
    public boolean globallyUnique;

    /** The definition of what is cloned: a primitive or a group. */
    public Definition child;

    /** Members of a cloned group. */
    public List<Definition> members = List.of();

    /** Instances created so far; the number of the next one. */
    public int created;

    /** Instances promoted, while roles are chosen. */
    public int promotedCount;

    /** Roles are being chosen: colocations of the bundle count for the bundled clone. */
    public boolean choosingRoles;

    /** Promotion scores were added to the instances. */
    public boolean promotionScoresAdded;

    /** The bundle this clone is a part of. */
    public @Nullable Resource bundle;

    public CloneData(Definition child) {
        this.child = child;
    }
}
