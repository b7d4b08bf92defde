package systole.scheduler.working;

import org.jspecify.annotations.Nullable;

/**
 * One colocation between two resources, sets expanded (assignment 13.1).
 *
 * @param attribute node attribute that has to be equal, {@code #uname} by default
 * @param dependentRole {@code null} for any
 * @param primaryRole {@code null} for any
 * @param influence whether the dependent's preferences count for the primary although that is active
 * @param explicit from the constraints section, not implied by groups, containers …
 */
public record Colocation(
        String id,
        Resource dependent,
        Resource primary,
        int score,
        String attribute,
        @Nullable Role dependentRole,
        @Nullable Role primaryRole,
        boolean influence,
        boolean explicit) {}
