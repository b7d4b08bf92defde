package systole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import systole.api.Json;

/**
 * Situations with the answers of {@code explain}: a folder each with {@code cib.xml}, the arguments in {@code command},
 * and what is expected in {@code expected.txt} and {@code expected.json}. {@code -Dexplain.rewrite=true} writes the
 * expectations anew; read the difference before it is committed.
 */
class ExplainGoldenTest {
    private static final Path FOLDER = Path.of("src", "test", "resources", "explain");
    private static final String DATE = "2026-11-25T10:00:00Z";

    @TempDir
    private Path folder;

    static Stream<Path> situations() throws IOException {
        try (Stream<Path> folders = Files.list(FOLDER)) {
            return folders.filter(Files::isDirectory).sorted().toList().stream();
        }
    }

    @Test
    void thereAreSituationsEnough() throws IOException {
        assertThat(situations().count()).isGreaterThanOrEqualTo(25);
    }

    @ParameterizedTest
    @MethodSource("situations")
    void theAnswerIsTheExpectedOne(Path situation) throws IOException {
        Path cib = situation.resolve("cib.xml");
        String text = explain(cib, situation, false);
        String json = explain(cib, situation, true);
        if (Boolean.getBoolean("explain.rewrite")) {
            Files.writeString(situation.resolve("expected.txt"), text);
            Files.writeString(situation.resolve("expected.json"), json);
        }
        assertThat(text).isEqualTo(Files.readString(situation.resolve("expected.txt")));
        assertThat(json).isEqualTo(Files.readString(situation.resolve("expected.json")));
    }

    /** Remedies that change the configuration are carried out on the file: each is a command, and changes the answer. */
    @ParameterizedTest
    @MethodSource("situations")
    @SuppressWarnings("unchecked")
    void everyRemedyIsACommandThatChangesTheDecision(Path situation) throws IOException {
        Path cib = folder.resolve("cib.xml");
        String before = explain(situation.resolve("cib.xml"), situation, true);
        Map<String, Object> answer = (Map<String, Object>) Json.read(before);
        for (Object each : (List<Object>) answer.get("remedies")) {
            String command = String.valueOf(((Map<String, Object>) each).getOrDefault("command", ""));
            if (command.isEmpty() || needsACluster(command)) {
                continue;
            }
            Files.copy(situation.resolve("cib.xml"), cib, StandardCopyOption.REPLACE_EXISTING);
            List<String> words =
                    new ArrayList<>(List.of(command.replace("'", "").split(" ")));
            words.remove(0);
            words.add(0, "--force");
            run(Map.of("CIB_file", cib.toString()), words);
            Map<String, Object> after = (Map<String, Object>) Json.read(explain(cib, situation, true));
            assertThat(gist(after)).as(command).isNotEqualTo(gist(answer));
        }
    }

    /** Verdicts and the uppermost statements: what decided, without figures further down. */
    @SuppressWarnings("unchecked")
    private static String gist(Map<String, Object> answer) {
        StringBuilder gist = new StringBuilder(String.valueOf(answer.get("verdict")));
        for (Object proof : (List<Object>) answer.get("proofs")) {
            gist.append('\n').append(((Map<String, Object>) proof).get("text"));
        }
        for (Object part : (List<Object>) answer.getOrDefault("parts", List.of())) {
            gist.append('\n').append(gist((Map<String, Object>) part));
        }
        return gist.toString();
    }

    private static boolean needsACluster(String command) {
        return Set.of("cleanup", "refresh", "status-attr", "start", "confirm").contains(command.split(" ")[2])
                && !command.startsWith("systole resource start");
    }

    private static String explain(Path cib, Path situation, boolean json) throws IOException {
        List<String> words = new ArrayList<>(List.of("explain"));
        words.addAll(
                List.of(Files.readString(situation.resolve("command")).trim().split(" ")));
        words.addAll(List.of("--xml-file", cib.toString(), "--date", DATE));
        if (json) {
            words.addAll(List.of("--output", "json"));
        }
        return run(Map.of(), words);
    }

    private static String run(Map<String, String> environment, List<String> words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Systole.run(
                words.toArray(new String[0]), environment, "systole", new PrintWriter(out), new PrintWriter(err));
        assertThat(code).as("%s: %s", words, err).isZero();
        return out.toString();
    }
}
