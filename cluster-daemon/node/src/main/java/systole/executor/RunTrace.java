package systole.executor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what an agent was given and what it answered to a file of its own, where the parameter {@code trace_ra} asks for
 * it: {@code var/lib/systole/trace/TYPE/RSC.OP.TIME.run}, or in the folder that {@code trace_dir} names. The newest hundred
 * of an operation stay. The files hold passwords as the agent got them: only the daemon's user can read them.
 */
final class RunTrace {
    private static final Logger LOG = LoggerFactory.getLogger("systole.agents");
    private static final int KEPT = 100;
    private static final Set<String> ON = Set.of("1", "true", "yes", "on", "y");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd.HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

    private final Path folder;

    /** @param folder used where no {@code trace_dir} is given */
    RunTrace(Path folder) {
        this.folder = folder;
    }

    static boolean isWanted(AgentRun run) {
        String wanted = run.parameters().getOrDefault("trace_ra", "");
        return ON.contains(wanted.strip().toLowerCase(java.util.Locale.ROOT));
    }

    /** On the executor's thread; a trace that cannot be written is logged, and the run goes on. */
    void write(AgentRun run, AgentCommand command, AgentResult result) {
        Path place = place(run);
        String begin = run.resource().replace('/', '_') + "." + run.action() + ".";
        Path file = place.resolve(begin + TIME.format(Instant.ofEpochMilli(result.startedAtMillis())) + ".run");
        try {
            Files.createDirectories(place);
            if (!Files.exists(file)) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            Files.writeString(
                    file, text(run, command, result), StandardCharsets.UTF_8, StandardOpenOption.TRUNCATE_EXISTING);
            forgetOld(place, begin);
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("the trace {} cannot be written: {}", file, e.toString());
        }
    }

    private Path place(AgentRun run) {
        String given = run.parameters().getOrDefault("trace_dir", "");
        return given.startsWith("/") && given.indexOf('\0') < 0
                ? Path.of(given)
                : folder.resolve(run.type().replace('/', '_'));
    }

    private static String text(AgentRun run, AgentCommand command, AgentResult result) {
        StringBuilder text = new StringBuilder();
        text.append(run.action())
                .append(" of ")
                .append(run.resource())
                .append(" (")
                .append(run.agentName())
                .append(")\n");
        text.append("started ").append(Instant.ofEpochMilli(result.startedAtMillis()));
        text.append(", ran ").append(result.execMillis()).append(" ms, waited ").append(result.queueMillis());
        text.append(" ms, time-out ").append(run.timeoutMillis()).append(" ms\n");
        text.append("result ").append(result.status()).append(", rc ").append(result.rc());
        text.append(result.exitReason().isEmpty() ? "" : ": " + result.exitReason())
                .append('\n');
        text.append("command ").append(String.join(" ", command.command())).append('\n');
        section(text, "environment", String.join("\n", command.assignments()));
        section(text, "stdout", result.output());
        section(text, "stderr", result.messages());
        return text.toString();
    }

    private static void section(StringBuilder text, String name, String content) {
        text.append("\n--- ").append(name).append('\n').append(content);
        if (!content.isEmpty() && !content.endsWith("\n")) {
            text.append('\n');
        }
    }

    private static void forgetOld(Path place, String begin) throws IOException {
        List<Path> all = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(place, file -> {
            String name = String.valueOf(file.getFileName());
            return name.startsWith(begin) && name.endsWith(".run");
        })) {
            files.forEach(all::add);
        }
        Collections.sort(all);
        for (Path old : all.subList(0, Math.max(0, all.size() - KEPT))) {
            Files.deleteIfExists(old);
        }
    }
}
