package systole.scheduler.rules;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What is known where a rule is evaluated.
 *
 * @param now current time in UTC
 * @param nextChange told each instant (seconds since the epoch) at which the result may change by time alone
 * @param node attributes of the node, or {@code null} where no node is known
 * @param standard agent class for {@code rsc_expression}, or {@code null} where no resource is known
 * @param operation operation name for {@code op_expression}, or {@code null}
 * @param parameters the resource's parameters for {@code value-source=param}
 * @param meta the resource's meta attributes for {@code value-source=meta}
 * @param submatches matches of the pattern of a location constraint, the whole match first
 */
public record RuleContext(
        LocalDateTime now,
        LongConsumer nextChange,
        @Nullable Map<String, String> node,
        @Nullable String standard,
        String provider,
        String type,
        @Nullable String operation,
        long intervalMs,
        @Nullable Function<String, @Nullable String> parameters,
        @Nullable Map<String, String> meta,
        List<String> submatches) {

    /** Only the time is known. */
    public static RuleContext at(LocalDateTime now, LongConsumer nextChange) {
        return new RuleContext(now, nextChange, null, null, "", "", null, 0, null, null, List.of());
    }

    public RuleContext withNode(@Nullable Map<String, String> attributes) {
        return new RuleContext(
                now,
                nextChange,
                attributes,
                standard,
                provider,
                type,
                operation,
                intervalMs,
                parameters,
                meta,
                submatches);
    }

    public RuleContext withAgent(String agentStandard, String agentProvider, String agentType) {
        return new RuleContext(
                now,
                nextChange,
                node,
                agentStandard,
                agentProvider,
                agentType,
                operation,
                intervalMs,
                parameters,
                meta,
                submatches);
    }

    public RuleContext withOperation(String name, long ms) {
        return new RuleContext(now, nextChange, node, standard, provider, type, name, ms, parameters, meta, submatches);
    }

    public RuleContext withResource(
            Function<String, @Nullable String> resourceParameters, Map<String, String> resourceMeta) {
        return new RuleContext(
                now,
                nextChange,
                node,
                standard,
                provider,
                type,
                operation,
                intervalMs,
                resourceParameters,
                resourceMeta,
                submatches);
    }

    public RuleContext withSubmatches(List<String> matches) {
        return new RuleContext(
                now, nextChange, node, standard, provider, type, operation, intervalMs, parameters, meta, matches);
    }
}
