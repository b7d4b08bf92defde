package systole.scheduler.planning;

import org.jspecify.annotations.Nullable;
import systole.scheduler.working.Resource;

/**
 * An ordering between two sides, each an action or (resource, task); task always means the one-shot action.
 *
 * @param firstResource {@code null} if there is neither resource nor action
 */
record Relation(
        @Nullable Resource firstResource,
        String firstTask,
        @Nullable Action firstAction,
        @Nullable Resource thenResource,
        String thenTask,
        @Nullable Action thenAction,
        int kinds) {}
