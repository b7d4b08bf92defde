package systole.scheduler.planning;

import java.util.List;
import org.jspecify.annotations.Nullable;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;

/**
 * One action of a finished plan with what made it what it is; for explanations only.
 *
 * @param id number within the plan
 * @param key operation key, {@code db_start_0}
 * @param resource {@code null} for actions of the cluster, such as fencing
 * @param node where; {@code null} if there is no node for it
 * @param required it has to be done
 * @param runnable it can be done
 * @param pseudo nothing is executed for it
 * @param reason cause as the transition summary names it; may be empty
 */
public record PlannedAction(
        int id,
        String key,
        String task,
        @Nullable Resource resource,
        @Nullable Node node,
        boolean required,
        boolean runnable,
        boolean pseudo,
        String reason,
        List<Cause> causes) {
    /**
     * One step towards what the action is.
     *
     * @param word {@code required}, {@code unrunnable} or {@code unmigrateable}
     * @param other number of the action it follows from; 0 for a state
     * @param source the constraint between the two actions, or the state that decided; may be empty
     */
    public record Cause(String word, int other, String source) {}

    public PlannedAction {
        causes = List.copyOf(causes);
    }

    /** It will be done. */
    public boolean happens() {
        return required && runnable;
    }

    static List<PlannedAction> of(List<Action> actions, Relations relations) {
        return actions.stream().map(action -> of(action, relations)).toList();
    }

    private static PlannedAction of(Action action, Relations relations) {
        List<Action.Cause> causes = action.causes == null ? List.of() : action.causes;
        return new PlannedAction(
                action.id,
                action.key(),
                action.task,
                action.resource,
                action.node,
                action.required(),
                action.runnable,
                action.pseudo,
                action.reason == null ? "" : action.reason,
                causes.stream().map(cause -> of(action, cause, relations)).toList());
    }

    private static Cause of(Action action, Action.Cause cause, Relations relations) {
        Action other = cause.other();
        if (other == null) {
            return new Cause(cause.word(), 0, cause.source());
        }
        String source = cause.source().isEmpty() ? relations.constraint(action, other) : cause.source();
        return new Cause(cause.word(), other.id, source);
    }
}
