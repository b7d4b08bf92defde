package systole.executor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import systole.executor.AgentRun.Kind;
import systole.kernel.ClusterException;
import systole.model.Element;

/**
 * Meta-data of the agents of this node, asked of each agent once and kept until its file changes.
 *
 * <p>Safe from any thread; never blocks. The callback comes at once if the answer is known, else on the executor's
 * thread. Who asks while the agent is being asked already, waits for the same answer.
 */
public final class AgentCatalog {
    private static final long TIMEOUT_MILLIS = 30_000;

    private final Executor executor;
    private final AgentFolders agents;
    private final Memory memory;
    private final Map<Key, Known> known = new ConcurrentHashMap<>();
    private final Map<Key, List<Consumer<Answer>>> asked = new ConcurrentHashMap<>();
    private final AtomicLong count = new AtomicLong();

    /**
     * The meta-data, or why there is none.
     *
     * @param document the same as the agent printed it
     */
    public record Answer(Optional<AgentMetadata> metadata, Optional<Element> document, String problem) {}

    private record Key(Kind kind, String provider, String type) {}

    private record Known(Version version, Answer answer) {}

    /** One state of an agent's file. Another state is another version, whatever its content. */
    public record Version(Path program, long modifiedMillis, long size) {}

    /** Remembers documents beyond the end of the daemon. Safe from any thread; never waits for a disk in {@link #find}. */
    public interface Memory {
        /** Forgets everything. */
        Memory NONE = new Memory() {
            @Override
            public Optional<Element> find(String agent, Version version) {
                return Optional.empty();
            }

            @Override
            public void keep(String agent, Version version, Element document) {}
        };

        /** What was kept for exactly this version. */
        Optional<Element> find(String agent, Version version);

        void keep(String agent, Version version, Element document);
    }

    public AgentCatalog(Executor executor, AgentFolders agents, Memory memory) {
        this.executor = executor;
        this.agents = agents;
        this.memory = memory;
    }

    /**
     * @param provider of an OCF agent; empty for a fence agent
     */
    public void metadata(Kind kind, String provider, String type, Consumer<Answer> whenKnown) {
        Key key = new Key(kind, provider, type);
        Optional<Path> program = switch (kind) {
            case OCF -> agents.ocfAgent(provider, type);
            case FENCE -> agents.fenceAgent(type);
            case SYSTEMD, LSB, SERVICE, ALERT -> Optional.empty();
        };
        if (program.isEmpty()) {
            boolean spoken = kind == Kind.OCF || kind == Kind.FENCE;
            whenKnown.accept(problem(
                    spoken
                            ? "agent " + name(key) + " is not installed on this node"
                            : "a resource of class " + kind.name().toLowerCase(java.util.Locale.ROOT)
                                    + " has no parameters"));
            return;
        }
        Version version = version(program.get());
        Known before = known.get(key);
        if (before == null) {
            before = remembered(key, version);
        }
        if (before != null && before.version().equals(version)) {
            whenKnown.accept(before.answer());
            return;
        }
        List<Consumer<Answer>> receivers = asked.compute(key, (k, list) -> {
            List<Consumer<Answer>> all = list == null ? Collections.synchronizedList(new ArrayList<>()) : list;
            all.add(whenKnown);
            return all;
        });
        if (receivers.get(0) == whenKnown) {
            ask(key, version);
        }
    }

    private @Nullable Known remembered(Key key, Version version) {
        Known found = memory.find(name(key), version)
                .map(document -> new Known(version, answer(key, document)))
                .filter(each -> each.answer().metadata().isPresent())
                .orElse(null);
        if (found != null) {
            known.put(key, found);
        }
        return found;
    }

    private void ask(Key key, Version version) {
        AgentRun run = new AgentRun(
                "meta-data-" + count.incrementAndGet() + "-" + name(key),
                key.kind(),
                key.provider(),
                key.type(),
                key.kind() == Kind.FENCE ? "metadata" : "meta-data",
                new TreeMap<>(),
                new TreeMap<>(),
                TIMEOUT_MILLIS,
                "",
                0,
                "",
                new TreeMap<>());
        executor.run(run, result -> {
            Answer answer = answer(key, result);
            if (answer.metadata().isPresent()) {
                known.put(key, new Known(version, answer));
                memory.keep(name(key), version, answer.document().orElseThrow());
            }
            List<Consumer<Answer>> receivers = asked.remove(key);
            if (receivers != null) {
                List.copyOf(receivers).forEach(receiver -> receiver.accept(answer));
            }
        });
    }

    private static Answer answer(Key key, AgentResult result) {
        if (!result.succeeded()) {
            String reason = result.exitReason().isEmpty() ? "exit code " + result.rc() : result.exitReason();
            return problem("agent " + name(key) + " gave no meta-data: " + reason);
        }
        try {
            return answer(key, MetadataXml.element(name(key), result.output()));
        } catch (ClusterException e) {
            return problem(String.valueOf(e.getMessage()));
        }
    }

    private static Answer answer(Key key, Element document) {
        try {
            return new Answer(Optional.of(MetadataXml.of(name(key), document)), Optional.of(document), "");
        } catch (ClusterException e) {
            return problem(String.valueOf(e.getMessage()));
        }
    }

    private static Answer problem(String text) {
        return new Answer(Optional.empty(), Optional.empty(), text);
    }

    private static String name(Key key) {
        return key.kind() == Kind.FENCE ? "stonith:" + key.type() : "ocf:" + key.provider() + ":" + key.type();
    }

    private static Version version(Path program) {
        try {
            return new Version(program, Files.getLastModifiedTime(program).toMillis(), Files.size(program));
        } catch (IOException e) {
            // It has just been removed: asking it will say so.
            return new Version(program, -1, -1);
        }
    }
}
