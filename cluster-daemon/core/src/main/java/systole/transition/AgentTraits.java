package systole.transition;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import systole.model.Element;

/**
 * What an agent's meta-data says that matters for recording its results (controller-and-fencer 6, digests).
 *
 * @param reload the action that takes over changed parameters without a restart: {@code reload-agent}, {@code reload} of an
 *     agent of the API 1.0, or empty if it has none
 * @param forceRestart parameters whose change needs a restart all the same, in the order of the meta-data
 * @param secret parameters that must not be shown
 */
public record AgentTraits(String reload, List<String> forceRestart, List<String> secret) {
    private static final List<String> SECRET_BY_NAME = List.of("passwd", "password", "user");

    /** What is assumed of an agent without meta-data. */
    public static final AgentTraits UNKNOWN = new AgentTraits("", List.of(), SECRET_BY_NAME);

    public AgentTraits {
        forceRestart = List.copyOf(forceRestart);
        secret = List.copyOf(secret);
    }

    public static AgentTraits of(Optional<Element> metadata) {
        if (metadata.isEmpty()) {
            return UNKNOWN;
        }
        Element agent = metadata.get();
        TreeSet<String> actions = new TreeSet<>();
        agent.child("actions")
                .ifPresent(all -> all.children("action").forEach(a -> actions.add(a.attribute("name", ""))));
        boolean modern = actions.contains("reload-agent");
        boolean old = !modern && actions.contains("reload");
        List<String> forceRestart = new ArrayList<>();
        List<String> secret = new ArrayList<>();
        for (Element parameter :
                agent.child("parameters").map(all -> all.children("parameter")).orElse(List.of())) {
            String name = parameter.attribute("name", "");
            boolean restarts = modern
                    ? !isTrue(parameter.attribute("reloadable", "0"))
                    : old && isTrue(parameter.attribute("unique", "0"));
            if (restarts) {
                forceRestart.add(name);
            }
            if (isTrue(parameter.attribute("private", "0"))) {
                secret.add(name);
            }
        }
        return new AgentTraits(modern ? "reload-agent" : old ? "reload" : "", forceRestart, secret);
    }

    boolean reloads() {
        return !reload.isEmpty();
    }

    /** What the agent calls an operation: plans know {@code reload-agent} only. */
    String actionFor(String operation) {
        return operation.equals("reload-agent") && reloads() ? reload : operation;
    }

    private static boolean isTrue(String value) {
        return value.equals("1") || value.equalsIgnoreCase("true");
    }
}
