package systole.state;

import org.jspecify.annotations.Nullable;

/**
 * Version of the CIB as users know it: {@code admin_epoch.epoch.num_updates}. A change of the configuration raises the
 * epoch and sets num_updates to 0; a change of the status raises num_updates (controller-and-fencer.md section 18.1).
 */
public record Version(long adminEpoch, long epoch, long numUpdates) implements Comparable<Version> {
    public static final Version ZERO = new Version(0, 0, 0);

    /** Stands for "no version asked for" where a guard is optional. */
    public static final Version NONE = new Version(-1, -1, -1);

    public Version nextEpoch() {
        return new Version(adminEpoch, epoch + 1, 0);
    }

    public Version nextUpdate() {
        return new Version(adminEpoch, epoch, numUpdates + 1);
    }

    public boolean isNone() {
        return equals(NONE);
    }

    /** Whether both name the same configuration, whatever the status. */
    public boolean sameConfiguration(Version other) {
        return adminEpoch == other.adminEpoch && epoch == other.epoch;
    }

    @Override
    public int compareTo(Version other) {
        int order = Long.compare(adminEpoch, other.adminEpoch);
        if (order == 0) {
            order = Long.compare(epoch, other.epoch);
        }
        return order == 0 ? Long.compare(numUpdates, other.numUpdates) : order;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Version that && compareTo(that) == 0;
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Long.hashCode(adminEpoch) + Long.hashCode(epoch)) + Long.hashCode(numUpdates);
    }

    @Override
    public String toString() {
        return isNone() ? "none" : adminEpoch + "." + epoch + "." + numUpdates;
    }
}
