package systole.daemon;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.coordinator.AgentName;
import systole.coordinator.NodeInput;
import systole.executor.AgentCatalog;
import systole.executor.AgentFolders;
import systole.executor.AgentResult;
import systole.executor.AgentRun;
import systole.executor.AgentRun.Kind;
import systole.executor.Executor;
import systole.executor.ExecutorSettings;
import systole.executor.FenceCalls;
import systole.executor.HostLoad;
import systole.fencing.FenceRun;
import systole.kernel.NearestWord;
import systole.transition.AgentRequest;

/** Translates between what the node's core asks of agents and what the executor runs. */
final class AgentRunner {
    private static final Logger LOG = LoggerFactory.getLogger("systole.agents");

    private final Executor executor;
    private final AgentCatalog catalog;
    private final String node;
    private final Consumer<NodeInput> inbox;

    AgentRunner(
            Executor executor,
            ExecutorSettings settings,
            AgentCatalog.Memory memory,
            String node,
            Consumer<NodeInput> inbox) {
        this.executor = executor;
        this.catalog = new AgentCatalog(executor, new AgentFolders(settings), memory);
        this.node = node;
        this.inbox = inbox;
    }

    void run(AgentRequest request) {
        var resource = request.resource();
        Kind kind = kindOf(resource.agentClass());
        if (kind == null) {
            inbox.accept(new NodeInput.AgentFinished(new systole.transition.AgentResult(
                    request.runId(),
                    5,
                    systole.transition.AgentResult.Status.NOT_INSTALLED,
                    "resource class '" + resource.agentClass() + "' is not supported"
                            + NearestWord.hint(resource.agentClass(), java.util.List.of("ocf", "systemd", "lsb")),
                    System.currentTimeMillis(),
                    0)));
            return;
        }
        executor.run(
                new AgentRun(
                        "r" + request.runId(),
                        kind,
                        resource.provider(),
                        resource.type(),
                        request.operation(),
                        new TreeMap<>(request.parameters()),
                        new TreeMap<>(request.metas()),
                        request.timeoutMillis(),
                        resource.id(),
                        request.intervalMillis(),
                        request.node(),
                        new TreeMap<>(Map.of())),
                result -> inbox.accept(new NodeInput.AgentFinished(translate(request, result))));
    }

    void kill(long runId) {
        executor.cancel("r" + runId);
    }

    void fence(FenceRun run) {
        executor.run(
                FenceCalls.of(run, node),
                result -> inbox.accept(new NodeInput.FenceAgentFinished(FenceCalls.result(run, result))));
    }

    void metadata(AgentName agent) {
        Kind kind = kindOf(agent.agentClass());
        if (kind == null) {
            inbox.accept(new NodeInput.MetadataRead(agent, java.util.Optional.empty()));
            return;
        }
        catalog.metadata(kind, agent.provider(), agent.type(), answer -> {
            if (answer.document().isEmpty()) {
                LOG.warn("no meta-data of {}: {}", agent, answer.problem());
            }
            inbox.accept(new NodeInput.MetadataRead(agent, answer.document()));
        });
    }

    private static @org.jspecify.annotations.Nullable Kind kindOf(String agentClass) {
        return switch (agentClass.toLowerCase(Locale.ROOT)) {
            case "ocf" -> Kind.OCF;
            case "systemd" -> Kind.SYSTEMD;
            case "lsb" -> Kind.LSB;
            case "service" -> Kind.SERVICE;
            case "stonith" -> Kind.FENCE;
            default -> null;
        };
    }

    private static systole.transition.AgentResult translate(AgentRequest request, AgentResult result) {
        var status = switch (result.status()) {
            case DONE -> systole.transition.AgentResult.Status.DONE;
            case TIMED_OUT -> systole.transition.AgentResult.Status.TIMED_OUT;
            case NOT_INSTALLED -> systole.transition.AgentResult.Status.NOT_INSTALLED;
            case CANCELLED -> systole.transition.AgentResult.Status.CANCELLED;
            case ERROR -> systole.transition.AgentResult.Status.ERROR;
        };
        if (result.rc() != 0 && !result.messages().isBlank()) {
            LOG.info(
                    "{} of {} said: {}",
                    request.operation(),
                    request.resource().id(),
                    result.messages().strip());
        }
        boolean overloaded = result.status() == AgentResult.Status.TIMED_OUT && HostLoad.isOverloaded();
        if (overloaded) {
            LOG.warn(
                    "{} of {} timed out while this machine had far more to do than it can",
                    request.operation(),
                    request.resource().id());
        }
        return new systole.transition.AgentResult(
                request.runId(),
                result.rc(),
                status,
                result.exitReason(),
                result.startedAtMillis(),
                result.execMillis(),
                overloaded);
    }
}
