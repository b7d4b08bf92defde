package systole.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A client on a machine of its own that requests a page every 20 ms and writes when it was answered. */
final class LabClient implements AutoCloseable {
    private final Path log;
    private final Process process;

    LabClient(Lab lab, String addressAndPort) {
        log = lab.folder().resolve("client.log");
        String[] parts = addressAndPort.split(":");
        try {
            process = new ProcessBuilder(lab.inClient(List.of(
                            "perl", Checkout.TOP.resolve("src-it/lab/client.pl").toString(), parts[0], parts[1])))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Milliseconds since the epoch of every answer. */
    private long[] answers() {
        try {
            return Files.readString(log)
                    .lines()
                    .filter(line -> line.matches("\\d{13}"))
                    .mapToLong(Long::parseLong)
                    .toArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isAnsweredAfter(long millis) {
        long[] all = answers();
        return all.length > 0 && all[all.length - 1] > millis;
    }

    /** Requests since then that got no whole answer. */
    long lostSince(long millis) {
        try {
            return Files.readString(log)
                    .lines()
                    .filter(line -> line.matches("lost \\d{13}"))
                    .filter(line -> Long.parseLong(line.substring("lost ".length())) >= millis)
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Pairs of answers whose line {@code count: N} did not grow, in words: a service that counts durably before it answers has then
     * lost what it had answered, or ran twice.
     */
    List<String> steppedBack() {
        List<String> found = new java.util.ArrayList<>();
        long last = -1;
        try {
            for (String line : Files.readAllLines(log)) {
                if (line.matches("count \\d+")) {
                    long count = Long.parseLong(line.substring("count ".length()));
                    if (count <= last) {
                        found.add(count + " after " + last);
                    }
                    last = count;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /** Requests since then that got one. */
    long answeredSince(long millis) {
        return java.util.Arrays.stream(answers()).filter(at -> at >= millis).count();
    }

    /** The longest time without an answer since then, in milliseconds; up to now if none comes any more. */
    long outageSince(long millis) {
        long last = millis;
        long longest = 0;
        for (long answer : answers()) {
            if (answer >= millis) {
                longest = Math.max(longest, answer - last);
            }
            last = answer;
        }
        return Math.max(longest, System.currentTimeMillis() - last);
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
