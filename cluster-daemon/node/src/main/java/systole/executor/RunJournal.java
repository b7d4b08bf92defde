package systole.executor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which agents are running now, on a file in {@code run}: a daemon that starts after a crash finds the agents that its
 * predecessor left half-way, so that a stop begun before the crash cannot end in the middle of a start begun after it.
 * Not synced: after a crash of the machine there are no processes either.
 */
final class RunJournal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunJournal.class);
    private static final long COMPACT_AT = 256 * 1024;

    private final FileChannel file;
    private final Map<Integer, Left> inFlight = new LinkedHashMap<>();

    /**
     * A process that was in flight when the daemon ended.
     *
     * @param group name of its control group ({@link AgentGroup#name}); empty if it had none
     */
    record Left(int pid, long startTicks, String group) {}

    RunJournal(Path path) {
        try {
            file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            file.truncate(0);
        } catch (IOException e) {
            throw new UncheckedIOException(path + " cannot be written", e);
        }
    }

    /** What the journal of an earlier daemon says; a torn last line is left out. */
    static List<Left> read(Path path) {
        if (!Files.exists(path)) {
            return List.of();
        }
        Map<Integer, Left> left = new LinkedHashMap<>();
        try {
            for (String line : Files.readAllLines(path, StandardCharsets.ISO_8859_1)) {
                String[] words = line.split(" ");
                if ((words.length == 3 || words.length == 4) && words[0].equals("+")) {
                    int pid = Integer.parseInt(words[1]);
                    left.put(pid, new Left(pid, Long.parseLong(words[2]), words.length == 4 ? words[3] : ""));
                } else if (words.length == 2 && words[0].equals("-")) {
                    left.remove(Integer.parseInt(words[1]));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(path + " cannot be read", e);
        }
        return new ArrayList<>(left.values());
    }

    void started(Left process) {
        inFlight.put(process.pid(), process);
        append(line(process));
    }

    void ended(int pid) {
        inFlight.remove(pid);
        append("- " + pid + "\n");
    }

    private static String line(Left process) {
        String group = process.group().isEmpty() ? "" : " " + process.group();
        return "+ " + process.pid() + " " + process.startTicks() + group + "\n";
    }

    private void append(String line) {
        try {
            if (file.position() > COMPACT_AT) {
                file.truncate(0);
                StringBuilder all = new StringBuilder();
                inFlight.values().forEach(process -> all.append(line(process)));
                write(all.toString());
            } else {
                write(line);
            }
        } catch (IOException e) {
            // Agents must go on when the run folder is full: what is lost is the clean-up after a crash.
            LOG.warn("the journal of running agents cannot be written; free space in the run folder", e);
        }
    }

    private void write(String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the journal of running agents cannot be closed", e);
        }
    }
}
