package systole.executor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A folder of agents written by a test, and an executor over it. */
final class Agents implements AutoCloseable {
    final Path root;
    final ExecutorSettings settings;
    final ProcessExecutor executor;
    private int count;

    Agents(Path root) {
        this(root, ExecutorSettings.of(root.resolve("tree"), root));
    }

    Agents(Path root, ExecutorSettings settings) {
        this(
                root,
                settings,
                List.of(root.resolve("ocf"), Path.of("/usr/lib/ocf")),
                List.of(root.resolve("fence"), Path.of("/usr/sbin")));
    }

    Agents(Path root, ExecutorSettings settings, List<Path> ocfRoots, List<Path> fencePath) {
        this.root = root;
        this.settings = settings.withOcfRoots(ocfRoots)
                .withFencePath(fencePath)
                .withInitScripts(root.resolve("init.d"))
                .withGraceMillis(200);
        this.executor = new ProcessExecutor(this.settings);
    }

    void agent(String type, String... lines) {
        program(root.resolve("ocf/resource.d/test").resolve(type), lines);
    }

    static void program(Path path, String... lines) {
        try {
            Files.createDirectories(path.getParent());
            Files.writeString(path, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    AgentRun ocf(String provider, String type, String action, Map<String, String> attributes, long timeoutMillis) {
        count++;
        return AgentRun.of(
                "run-" + count,
                AgentRun.Kind.OCF,
                provider,
                type,
                action,
                attributes,
                timeoutMillis,
                "rsc",
                0,
                "alpha");
    }

    AgentRun test(String type, long timeoutMillis) {
        return ocf("test", type, "start", Map.of(), timeoutMillis);
    }

    AgentRun on(AgentRun run, String resource) {
        return new AgentRun(
                run.id(),
                run.kind(),
                run.provider(),
                run.type(),
                run.action(),
                run.parameters(),
                run.meta(),
                run.timeoutMillis(),
                resource,
                run.intervalMillis(),
                run.node(),
                run.environment());
    }

    AgentRun of(AgentRun.Kind kind, String type, String action, Map<String, String> parameters, long timeoutMillis) {
        count++;
        return new AgentRun(
                "run-" + count,
                kind,
                "",
                type,
                action,
                new TreeMap<>(parameters),
                new TreeMap<>(),
                timeoutMillis,
                "rsc",
                0,
                "alpha",
                new TreeMap<>());
    }

    AgentResult run(AgentRun run) {
        return await(start(run));
    }

    CompletableFuture<AgentResult> start(AgentRun run) {
        var result = new CompletableFuture<AgentResult>();
        executor.run(run, result::complete);
        return result;
    }

    static AgentResult await(CompletableFuture<AgentResult> result) {
        try {
            return result.get(120, TimeUnit.SECONDS);
        } catch (InterruptedException
                | java.util.concurrent.ExecutionException
                | java.util.concurrent.TimeoutException e) {
            throw new AssertionError("no answer", e);
        }
    }

    static <T> T take(BlockingQueue<T> queue) throws InterruptedException {
        T value = queue.poll(60, TimeUnit.SECONDS);
        if (value == null) {
            throw new AssertionError("no answer within a minute");
        }
        return value;
    }

    static <T> BlockingQueue<T> queue() {
        return new LinkedBlockingQueue<>();
    }

    @Override
    public void close() {
        executor.close();
    }
}
