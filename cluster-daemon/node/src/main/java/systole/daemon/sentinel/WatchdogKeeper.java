package systole.daemon.sentinel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.executor.OwnCgroup;

/**
 * The process that holds the watchdog ({@code libexec/watchdog-keeper}) from the daemon's side. All but the answers from one
 * thread.
 */
final class WatchdogKeeper {
    private static final Logger LOG = LoggerFactory.getLogger("systole.sentinel");

    private final Process process;
    private final OutputStream letters;

    private WatchdogKeeper(Process process) {
        this.process = process;
        this.letters = process.getOutputStream();
    }

    /** Started, not armed. @param answers each line that it says, and an empty one when it has ended */
    static WatchdogKeeper start(NodeEnd end, String device, int millis, Path claim, Consumer<String> answers)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                "setsid",
                end.keeper().toString(),
                device,
                Integer.toString(millis),
                end.usual(),
                end.root().toString(),
                claim.toString());
        // It belongs to the node: who switches the node off switches it off, too.
        builder.environment().put("SYSTOLE_NODE_ROOT", end.root().toString());
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        WatchdogKeeper keeper = new WatchdogKeeper(OwnCgroup.atHome(builder::start));
        Thread reader = new Thread(() -> keeper.read(answers), "systole-keeper");
        reader.setDaemon(true);
        reader.start();
        return keeper;
    }

    private void read(Consumer<String> answers) {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                answers.accept(line);
            }
        } catch (IOException e) {
            LOG.debug("the keeper's output ended: {}", e.toString());
        }
        answers.accept("");
    }

    /** {@code a}, {@code f} or {@code V}. A keeper that is gone says so by its last answer. */
    void say(char letter) {
        try {
            letters.write(letter);
            letters.flush();
        } catch (IOException e) {
            LOG.debug("the keeper does not listen: {}", e.toString());
        }
    }
}
