package systole.daemon;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.coordinator.NodeEffect;
import systole.coordinator.NodeInput;
import systole.scheduler.Plan;
import systole.scheduler.Scheduler;

/** Runs the scheduler on a thread of its own. Of several plans that wait, only the newest is made; the others fail. */
final class Planner {
    private static final Logger LOG = LoggerFactory.getLogger("systole.planner");

    private final AtomicReference<NodeEffect.Plan> wanted = new AtomicReference<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread made = new Thread(task, "systole-planner");
        made.setDaemon(true);
        return made;
    });
    private final Consumer<NodeInput> inbox;
    private final PlanFiles files;

    /** @param files where each plan is kept after it was handed on */
    Planner(Consumer<NodeInput> inbox, PlanFiles files) {
        this.inbox = inbox;
        this.files = files;
    }

    void plan(NodeEffect.Plan request) {
        NodeEffect.Plan waiting = wanted.getAndSet(request);
        if (waiting == null) {
            thread.execute(this::next);
        } else {
            inbox.accept(new NodeInput.PlanFailed(waiting.planId(), "a newer one was asked for"));
        }
    }

    private void next() {
        NodeEffect.Plan request = wanted.getAndSet(null);
        if (request == null) {
            return;
        }
        long began = System.nanoTime();
        NodeInput answer;
        @Nullable Plan plan = null;
        try {
            plan = Scheduler.scheduleLive(request.cib(), Instant.ofEpochMilli(request.epochMillis()));
            answer = new NodeInput.Planned(
                    request.planId(), plan.graph(), plan.graph().recheckBy(), List.of());
            for (String change : plan.changes()) {
                LOG.info("plan {}: {}", request.planId(), change.strip());
            }
        } catch (RuntimeException | StackOverflowError e) {
            LOG.error("the scheduler failed on plan {}", request.planId(), e);
            answer = new NodeInput.PlanFailed(request.planId(), String.valueOf(e.getMessage()));
        }
        LOG.debug("plan {} took {} us", request.planId(), (System.nanoTime() - began) / 1000);
        inbox.accept(answer);
        if (plan != null) {
            files.keep(request.cib(), request.epochMillis(), plan);
        }
    }

    void close() {
        thread.shutdownNow();
        files.close();
    }
}
