package systole.transition;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import systole.model.Element;

/**
 * What an agent's meta-data says that matters for recording its results (controller-and-fencer 6, digests).
 *
 * @param reloads whether changed parameters may be taken over without a restart
 * @param forceRestart parameters whose change needs a restart all the same, in the order of the meta-data
 * @param secret parameters that must not be shown
 */
public record AgentTraits(boolean reloads, List<String> forceRestart, List<String> secret) {
    private static final List<String> SECRET_BY_NAME = List.of("passwd", "password", "user");

    /** What is assumed of an agent without meta-data. */
    public static final AgentTraits UNKNOWN = new AgentTraits(false, List.of(), SECRET_BY_NAME);

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
        return new AgentTraits(modern || old, forceRestart, secret);
    }

    private static boolean isTrue(String value) {
        return value.equals("1") || value.equalsIgnoreCase("true");
    }
}
