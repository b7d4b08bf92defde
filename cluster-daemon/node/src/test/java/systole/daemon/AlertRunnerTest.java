package systole.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import systole.alerts.AlertCall;
import systole.executor.AgentResult;
import systole.executor.AgentRun;
import systole.executor.Executor;
import systole.executor.ExecutorSettings;
import systole.executor.ProcessExecutor;

@Timeout(60)
class AlertRunnerTest {
    @TempDir
    Path root;

    private ProcessExecutor executor;
    private AlertRunner runner;
    private Path out;

    @BeforeEach
    void open() {
        executor = new ProcessExecutor(ExecutorSettings.of(root.resolve("tree"), root));
        runner = new AlertRunner(executor, root.resolve("own"), "alpha", "1.2.3");
        out = root.resolve("out");
    }

    @AfterEach
    void close() {
        executor.close();
    }

    private Path program(Path path, String... lines) throws IOException {
        Files.createDirectories(path.getParent());
        Files.writeString(path, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
        return path;
    }

    private AlertCall call(String path) {
        return new AlertCall(
                "a",
                path,
                "me",
                Map.of("CRM_alert_kind", "node", "OUT", out.toString()),
                30_000,
                "%s.%06N",
                1_700_000_000_045L);
    }

    private List<String> told(int lines) throws IOException {
        while (!Files.exists(out) || Files.readAllLines(out).size() < lines) {
            LockSupport.parkNanos(2_000_000L);
        }
        return Files.readAllLines(out);
    }

    @Test
    void aProgramIsToldEverythingInItsEnvironment() throws IOException {
        Path program = program(
                root.resolve("tell"),
                "echo \"$# $CRM_alert_kind $CRM_alert_version $CRM_alert_timestamp $CRM_alert_timestamp_epoch"
                        + " $CRM_alert_timestamp_usec ${OCF_ROOT-none}\" >> \"$OUT\"");

        runner.send(call(program.toString()));

        assertThat(told(1)).containsExactly("0 node 1.2.3 1700000000.045000 1700000000 045000 none");
    }

    @Test
    void aProgramOfOurOwnHasAShortName() throws IOException {
        program(root.resolve("own/tell"), "echo own >> \"$OUT\"");

        runner.send(call("systole:tell"));

        assertThat(told(1)).containsExactly("own");
    }

    @Test
    void whatCannotBeCalledDoesNotHoldUpTheRest() throws IOException {
        Path good = program(root.resolve("good"), "echo good >> \"$OUT\"");
        Path bad = program(root.resolve("bad"), "exit 3");
        for (int i = 0; i < 20; i++) {
            runner.send(call(root.resolve("missing").toString()));
            runner.send(call(bad.toString()));
        }
        runner.send(call(good.toString()));

        assertThat(told(1)).containsExactly("good");
    }

    @Test
    void onlyAFewRunAtOnceAndAStormIsCutOff() {
        List<AgentRun> started = new ArrayList<>();
        List<java.util.function.Consumer<AgentResult>> answers = new ArrayList<>();
        AlertRunner bounded = new AlertRunner(
                new Executor() {
                    @Override
                    public void run(AgentRun run, java.util.function.Consumer<AgentResult> whenDone) {
                        started.add(run);
                        answers.add(whenDone);
                    }

                    @Override
                    public void cancel(String id) {
                        throw new AssertionError(id);
                    }

                    @Override
                    public void close() {}
                },
                root,
                "alpha",
                "1.2.3");
        for (int i = 0; i < 5000; i++) {
            bounded.send(call("/bin/tell"));
        }
        assertThat(started).hasSize(8);
        for (int i = 0; i < answers.size(); i++) {
            answers.get(i)
                    .accept(new AgentResult(started.get(i).id(), 0, AgentResult.Status.DONE, "", "", "", 0, 1, 0));
        }
        assertThat(started).hasSize(2008);
        assertThat(started).extracting(AgentRun::id).doesNotHaveDuplicates();
    }
}
