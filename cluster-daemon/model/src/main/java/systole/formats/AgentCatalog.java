package systole.formats;

import java.util.List;
import java.util.Optional;

/**
 * What is known of the resource agents: which providers have a type, and which parameters an agent takes.
 *
 * <p>Never blocks for long and never throws; an agent that cannot be described is simply absent.
 */
public interface AgentCatalog {
    /** Providers of class {@code ocf} that have an agent of this type, in alphabetical order. */
    List<String> providers(String type);

    /** Whether any agent of this class and provider is known, so that a missing type is a mistake. */
    boolean knowsProvider(String agentClass, String provider);

    /** The agent's description; the provider is empty for classes without providers. */
    Optional<Agent> describe(String agentClass, String provider, String type);

    /** Names of all agents as people write them, for the nearest word. */
    List<String> names();

    /** An agent as seen by a configuration check. */
    record Agent(List<Parameter> parameters, List<Operation> operations) {
        public Agent {
            parameters = List.copyOf(parameters);
            operations = List.copyOf(operations);
        }

        /** An agent that gives no advice on its operations. */
        public Agent(List<Parameter> parameters) {
            this(parameters, List.of());
        }
    }

    /**
     * What an agent advises for an operation, as it writes it.
     *
     * @param timeout the least that is advised, as {@code 20s}
     * @param interval empty, or how often a monitor is to run
     * @param role empty, or the role that a monitor is for
     */
    record Operation(String name, String timeout, String interval, String role) {}

    /** One parameter; {@code unique} means that two resources of one type must not have the same value. */
    record Parameter(String name, boolean required, boolean unique) {}

    /** Knows no agent: every check that needs meta-data is left out. */
    AgentCatalog NONE = new AgentCatalog() {
        @Override
        public List<String> providers(String type) {
            return List.of();
        }

        @Override
        public boolean knowsProvider(String agentClass, String provider) {
            return false;
        }

        @Override
        public Optional<Agent> describe(String agentClass, String provider, String type) {
            return Optional.empty();
        }

        @Override
        public List<String> names() {
            return List.of();
        }
    };
}
