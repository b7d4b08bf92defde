package systole.lab;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips loudly where a lab cannot be built. */
final class NeedsLab implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        String missing = Lab.missing();
        if (missing.isEmpty()) {
            return ConditionEvaluationResult.enabled("everything is here");
        }
        System.err.println("SKIPPED " + context.getDisplayName() + ": the lab needs " + missing);
        return ConditionEvaluationResult.disabled("the lab needs " + missing);
    }
}
