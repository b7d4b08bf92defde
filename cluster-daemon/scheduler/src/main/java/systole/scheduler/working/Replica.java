package systole.scheduler.working;

import org.jspecify.annotations.Nullable;

/** One replica of a bundle: its container and what belongs to it. */
public final class Replica {
    public final Resource bundle;
    public final int number;
    public final Resource container;
    public @Nullable Resource ip;
    public @Nullable String ipAddress;
    public @Nullable Resource connection;
    /** The bundle node, made by {@link #connection}. */
    public @Nullable Node node;
    /** The instance of the bundled primitive. */
    public @Nullable Resource child;

    public Replica(Resource bundle, int number, Resource container) {
        this.bundle = bundle;
        this.number = number;
        this.container = container;
    }
}
