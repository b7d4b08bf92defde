package systole.daemon;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.coordinator.NodeEffect;
import systole.coordinator.NodeInput;
import systole.scheduler.Plan;
import systole.scheduler.Scheduler;

/** Runs the scheduler on a thread of its own. Of several plans that wait, only the newest is made. */
final class Planner {
    private static final Logger LOG = LoggerFactory.getLogger("systole.planner");

    private final AtomicReference<NodeEffect.Plan> wanted = new AtomicReference<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread made = new Thread(task, "systole-planner");
        made.setDaemon(true);
        return made;
    });
    private final Consumer<NodeInput> inbox;

    Planner(Consumer<NodeInput> inbox) {
        this.inbox = inbox;
    }

    void plan(NodeEffect.Plan request) {
        if (wanted.getAndSet(request) == null) {
            thread.execute(this::next);
        }
    }

    private void next() {
        NodeEffect.Plan request = wanted.getAndSet(null);
        if (request == null) {
            return;
        }
        long began = System.nanoTime();
        NodeInput answer;
        try {
            Plan plan = Scheduler.scheduleLive(request.cib(), Instant.ofEpochMilli(request.epochMillis()));
            answer = new NodeInput.Planned(
                    request.planId(), plan.graph(), plan.graph().recheckBy(), List.of());
            plan.changes().forEach(change -> LOG.info("plan {}: {}", request.planId(), change.strip()));
        } catch (RuntimeException | StackOverflowError e) {
            LOG.error("the scheduler failed on plan {}", request.planId(), e);
            answer = new NodeInput.PlanFailed(request.planId(), String.valueOf(e.getMessage()));
        }
        LOG.debug("plan {} took {} us", request.planId(), (System.nanoTime() - began) / 1000);
        inbox.accept(answer);
    }

    void close() {
        thread.shutdownNow();
    }
}
