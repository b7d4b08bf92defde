package systole.coordinator;

import systole.kernel.ClusterException;

/** How a request ended. */
public sealed interface Reply {
    /** It is done, and will stay done; {@code text} may be empty. */
    record Done(String text) implements Reply {}

    /**
     * It was refused or failed.
     *
     * @param whatHappened one clause
     * @param remedy what to do, in the imperative
     */
    record Refused(ClusterException.Advice advice, String whatHappened, String remedy) implements Reply {}
}
