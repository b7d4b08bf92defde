package systole.containers;

import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips loudly where no container can be run. */
final class NeedsDocker implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Optional<String> obstacle = Engine.obstacle();
        if (obstacle.isEmpty()) {
            return ConditionEvaluationResult.enabled("everything is here");
        }
        String reason = obstacle.get() + "; src-it/containers.sh up DIR starts an engine for these tests";
        System.err.println("SKIPPED " + context.getDisplayName() + ": " + reason);
        return ConditionEvaluationResult.disabled(reason);
    }
}
