package systole.executor;

import java.util.List;
import java.util.Optional;

/**
 * What an agent says about itself ({@code ocf-contract.md} section 8, {@code fencing-contract.md} section 1).
 *
 * @param name the agent's own name for itself
 * @param version of the agent; {@code apiVersion} is that of the agent API, {@code 1.0} if it does not say
 */
public record AgentMetadata(
        String name,
        String version,
        String apiVersion,
        String shortDescription,
        String longDescription,
        List<Parameter> parameters,
        List<Action> actions) {

    /**
     * One parameter.
     *
     * @param type {@code string}, {@code integer}, {@code boolean}, {@code select}, {@code time} …; empty if not said
     * @param fallback the default as the agent states it; empty if there is none (see {@code hasDefault})
     * @param options the values of a {@code select}
     * @param reloadable OCF 1.1: a change can be taken over by {@code reload-agent}
     * @param unique OCF 1.0 {@code unique="1"}, or member of a {@code unique-group}
     * @param secret not to be shown or digested openly: OCF 1.1 has no word for it, agents mark it by its name
     * @param replacedWith the newer name of a deprecated parameter; empty otherwise
     */
    public record Parameter(
            String name,
            boolean required,
            boolean unique,
            boolean reloadable,
            boolean secret,
            boolean deprecated,
            String replacedWith,
            String type,
            boolean hasDefault,
            String fallback,
            List<String> options,
            String shortDescription,
            String longDescription) {
        public Parameter {
            options = List.copyOf(options);
        }
    }

    /**
     * One advertised action; a name may occur more than once.
     *
     * @param timeoutMillis advice; 0 if not said
     * @param intervalMillis advice; 0 if not said
     * @param depth of a monitor ({@code OCF_CHECK_LEVEL})
     * @param role {@code Promoted}, {@code Unpromoted} or empty; old names are translated
     * @param automatic of a fence agent's {@code on}: nodes must be unfenced when they join
     * @param onTarget of a fence agent's {@code on}: to be run on the node itself
     */
    public record Action(
            String name,
            long timeoutMillis,
            long intervalMillis,
            int depth,
            String role,
            boolean automatic,
            boolean onTarget) {}

    public AgentMetadata {
        parameters = List.copyOf(parameters);
        actions = List.copyOf(actions);
    }

    public Optional<Parameter> parameter(String wanted) {
        return parameters.stream()
                .filter(parameter -> parameter.name().equals(wanted))
                .findFirst();
    }

    public boolean offers(String action) {
        return actions.stream().anyMatch(offered -> offered.name().equals(action));
    }

    /**
     * True if a change of this parameter needs no restart. An agent of API 1.0 that has {@code reload} takes over
     * what is not unique.
     */
    public boolean isReloadable(String parameterName) {
        Optional<Parameter> found = parameter(parameterName);
        if (offers("reload-agent")) {
            return found.map(Parameter::reloadable).orElse(false);
        }
        return offers("reload") && found.map(parameter -> !parameter.unique()).orElse(true);
    }

    /** The action that takes over reloadable parameters; empty if the agent has none. */
    public Optional<String> reloadAction() {
        if (offers("reload-agent")) {
            return Optional.of("reload-agent");
        }
        return offers("reload") ? Optional.of("reload") : Optional.empty();
    }

    public boolean isPromotable() {
        return offers("promote") && offers("demote");
    }
}
