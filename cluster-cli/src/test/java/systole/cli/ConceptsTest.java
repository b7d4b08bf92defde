package systole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The pages that explain the ideas show what the commands really print: each block {@code console} is run on the cluster of
 * {@code docs/concepts.xml} with the interconnect of {@code docs/concepts.conf}, and each section has one. {@code -Dconcepts.rewrite=true} writes the outputs anew.
 */
class ConceptsTest extends CommandCase {
    private static final Path DOCS = Path.of("..", "docs");
    private static final Pattern BLOCK = Pattern.compile("```console\n(.*?)```\n", Pattern.DOTALL);

    @ParameterizedTest
    @ValueSource(strings = {"concepts.md", "vi/concepts.md"})
    void everyOutputOfThePageIsWhatTheCommandPrints(String page) throws IOException {
        String text = Files.readString(DOCS.resolve(page));
        Matcher block = BLOCK.matcher(text);
        StringBuilder whole = new StringBuilder();
        int blocks = 0;
        while (block.find()) {
            blocks++;
            String made = "```console\n" + printed(block.group(1)) + "```\n";
            block.appendReplacement(whole, Matcher.quoteReplacement(made));
        }
        block.appendTail(whole);
        if (Boolean.getBoolean("concepts.rewrite")) {
            Files.writeString(DOCS.resolve(page), whole);
        }
        assertThat(blocks).isGreaterThan(5);
        assertThat(text.split("\n## ", -1))
                .filteredOn(section -> !section.startsWith("# "))
                .allSatisfy(section -> assertThat(section).contains("```console"));
        assertThat(whole.toString()).isEqualTo(Files.readString(DOCS.resolve(page)));
    }

    /** The commands of a block with what they print; each block begins with the cluster as it is. */
    private String printed(String block) throws IOException {
        Files.copy(
                DOCS.resolve("concepts.xml"),
                folder.resolve("cib.xml"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        Path conf = folder.resolve("etc/systole/cluster.conf");
        Files.createDirectories(conf.getParent());
        Files.copy(DOCS.resolve("concepts.conf"), conf, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        useFile();
        // As on a node, where our agents are installed.
        environment.put("SYSTOLE_OCF_PATH", "../resource-agents/ocf");
        StringBuilder all = new StringBuilder();
        List<String> commands =
                block.lines().filter(line -> line.startsWith("$ systole ")).toList();
        assertThat(commands).isNotEmpty();
        for (String command : commands) {
            run(command.substring("$ systole ".length()).split(" "));
            all.append(command).append('\n');
            all.append(out.toString().replace(folder.toString(), "."));
            all.append(err.toString().replace(folder.toString(), "."));
        }
        String text = all.toString();
        return text.endsWith("\n") ? text : text + "\n";
    }
}
