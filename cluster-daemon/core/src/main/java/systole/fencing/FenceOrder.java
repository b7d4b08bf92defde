package systole.fencing;

/**
 * "This node is to be fenced, by that one": told to all, in order, so that everybody knows what is under way.
 *
 * @param operation unique; the same over several attempts by different executors
 * @param action {@code reboot}, {@code off} or {@code on}
 * @param timeoutMillis for each device without a timeout of its own
 * @param delayMillis before the first device; −1 switches the devices' own delays off
 * @param executor node that runs the agents
 * @param origin node that asked and looks for another executor if this one fails
 * @param client what asked there, for the history
 * @param joinedAt of the target, when this was decided; −1 if never seen
 * @param device the only one to use; empty for all that there are. An order for one device is a part of another order, and says
 *     nothing about the target by itself
 */
public record FenceOrder(
        String operation,
        String target,
        String action,
        long timeoutMillis,
        long delayMillis,
        String executor,
        String origin,
        String client,
        long joinedAt,
        String device) {
    public FenceOrder(
            String operation,
            String target,
            String action,
            long timeoutMillis,
            long delayMillis,
            String executor,
            String origin,
            String client,
            long joinedAt) {
        this(operation, target, action, timeoutMillis, delayMillis, executor, origin, client, joinedAt, "");
    }

    FenceOrder by(String other) {
        return new FenceOrder(
                operation, target, action, timeoutMillis, delayMillis, other, origin, client, joinedAt, device);
    }

    /** The same, said of the life of the target that began with this view. */
    FenceOrder against(long life) {
        return new FenceOrder(
                operation, target, action, timeoutMillis, delayMillis, executor, origin, client, life, device);
    }

    /** What the executor of this one asks of another node. */
    FenceOrder part(String name, String oneDevice, String partAction, long partDelayMillis, String other) {
        return new FenceOrder(
                name, target, partAction, timeoutMillis, partDelayMillis, other, executor, client, joinedAt, oneDevice);
    }

    /** The same for one device only. */
    public FenceOrder of(String oneDevice) {
        return new FenceOrder(
                operation, target, action, timeoutMillis, delayMillis, executor, origin, client, joinedAt, oneDevice);
    }

    /** Whether this is one device's share of another order. */
    public boolean isPart() {
        return !device.isEmpty();
    }
}
