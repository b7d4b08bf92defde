package systole.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import systole.lab.Checkout;

/** The manual pages of the built tree: one for each agent, true to its meta-data, and readable for {@code man}. */
class ManualPagesIT {
    private static final Path PAGES = Checkout.TREE.resolve("share/man");
    private static final Path AGENTS = Checkout.TREE.resolve("agents/ocf/resource.d/systole");
    private static final Pattern PARAMETER = Pattern.compile("<parameter name=\"([^\"]+)\"");

    static Stream<Path> pages() throws IOException {
        try (Stream<Path> files = Files.walk(PAGES)) {
            return files.filter(Files::isRegularFile).sorted().toList().stream();
        }
    }

    static Stream<String> agents() throws IOException {
        try (Stream<Path> files = Files.list(AGENTS)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("agents")
    void tellsEveryParameterOfAnAgent(String type) throws IOException, InterruptedException {
        String page = text(PAGES.resolve("man7/ocf_systole_" + type + ".7.gz"));
        String described = run(List.of(AGENTS.resolve(type).toString(), "meta-data"));

        Matcher parameters = PARAMETER.matcher(described);
        while (parameters.find()) {
            assertThat(page).contains("\n\\fB" + parameters.group(1).replace("-", "\\-") + "\\fR\n");
        }
        assertThat(page).contains("\\fBstart\\fR").contains("ocf:systole:" + type);
    }

    @Test
    void thereAreThoseOfTheProgramsAndFenceAgentsToo() throws IOException {
        assertThat(text(PAGES.resolve("man8/systole.8.gz"))).contains(".SS \"systole resource move ");
        assertThat(text(PAGES.resolve("man8/systoled.8.gz"))).contains("\\fB\\-\\-check\\fR");
        assertThat(text(PAGES.resolve("man8/fence_local.8.gz"))).contains("plug");
        assertThat(text(PAGES.resolve("man8/fence_poison.8.gz"))).contains("devices");
    }

    @ParameterizedTest
    @MethodSource("pages")
    void manRendersItWithoutAWarning(Path page) throws IOException, InterruptedException {
        Path man = Path.of("/usr/bin/man");
        if (!Files.isExecutable(man)) {
            System.err.println("SKIPPED: man is not here, " + page.getFileName() + " was not rendered");
        }
        assumeTrue(Files.isExecutable(man), "SKIPPED: man is not here");

        String rendered = run(List.of(
                "/bin/sh",
                "-c",
                "MANPAGER=cat MANWIDTH=100 man --warnings -l \"$0\" 2>&1 >/dev/null",
                page.toString()));

        assertThat(rendered).isEmpty();
    }

    private static String text(Path page) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(page))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(String.join(" ", command) + ": " + out).isZero();
        return out;
    }
}
