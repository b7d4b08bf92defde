package systole.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import systole.lab.Checkout;

/** Reads the sources and fails with advice. What a compiler cannot know about this house stands here. */
class TidyTest {
    private static final Path TOP = Checkout.TOP;

    private record Rule(String name, Pattern pattern, Pattern where, String advice) {}

    private static final List<Rule> RULES = List.of(
            new Rule(
                    "clock in a pure module",
                    Pattern.compile("System\\.(nanoTime|currentTimeMillis)|Instant\\.now|LocalDateTime\\.now|Clock\\."),
                    Pattern.compile("cluster-daemon/(model|scheduler|core)/src/main/.*"),
                    "take the time from the input"),
            new Rule(
                    "random source in a pure module",
                    Pattern.compile("new Random\\(|Math\\.random|ThreadLocalRandom|UUID\\.randomUUID"),
                    Pattern.compile("cluster-daemon/(model|scheduler|core)/src/main/.*"),
                    "fork a systole.kernel.Seed by name"),
            new Rule(
                    "thread in a pure module",
                    Pattern.compile(
                            "new Thread\\(|ExecutorService|synchronized \\(|(?m)^ *(\\w+ )*(synchronized|volatile) \\w+[ <]\\w+.*[{;]$"),
                    Pattern.compile("cluster-daemon/(model|scheduler|core)/src/main/.*"),
                    "return an effect and let the shell do it"),
            new Rule(
                    "swallowed exception",
                    Pattern.compile("catch \\([^)]*\\) *\\{\\s*\\}"),
                    Pattern.compile(".*/src/main/.*"),
                    "do something about it, or let it through"),
            new Rule(
                    "sleep as synchronisation",
                    Pattern.compile("Thread\\.sleep"),
                    Pattern.compile("(?!src-it/src/test/java/systole/house/).*/src/test/.*"),
                    "wait for the thing itself"),
            new Rule(
                    "unfinished work without a kind",
                    Pattern.compile("(FIXME|// *XXX|TODO(?!\\([^,)]+, (safety|liveness|feature|speed)\\)))"),
                    Pattern.compile("(?!src-it/src/test/java/systole/house/).*/src/.*"),
                    "finish it, or write TODO(issue, safety|liveness|feature|speed)"),
            new Rule(
                    "name that says nothing",
                    Pattern.compile("\\b(class|interface|record|enum) \\w+(Manager|Helper|Util|Utils|Impl)\\b"),
                    Pattern.compile(".*/src/.*"),
                    "name what it is: Protocol, Shell, Codec, Store, Client, Command"),
            new Rule(
                    "console output in the daemon",
                    Pattern.compile("System\\.out\\.print|printStackTrace\\(\\)"),
                    Pattern.compile("cluster-daemon/(model|core|node|api)/src/main/.*"),
                    "log it, or return it"));

    @Test
    void sourcesKeepTheRulesOfTheHouse() throws IOException {
        List<String> findings = new ArrayList<>();
        for (Path file : files(".java")) {
            String name = TOP.relativize(file).toString();
            String text = Files.readString(file);
            for (Rule rule : RULES) {
                if (rule.where().matcher(name).matches()) {
                    Matcher matcher = rule.pattern().matcher(text);
                    while (matcher.find()) {
                        long line = 1
                                + text.substring(0, matcher.start())
                                        .chars()
                                        .filter(c -> c == '\n')
                                        .count();
                        findings.add(name + ":" + line + ": " + rule.name() + ": " + rule.advice());
                    }
                }
            }
        }
        assertThat(findings).isEmpty();
    }

    @Test
    void everyPackageSaysItsInvariantItsArrowsAndWhereToStart() throws IOException {
        Set<Path> packages = new TreeSet<>();
        for (Path file : files(".java")) {
            if (file.toString().contains("/src/main/")) {
                packages.add(file.getParent());
            }
        }
        List<String> findings = new ArrayList<>();
        for (Path folder : packages) {
            Path info = folder.resolve("package-info.java");
            String text = Files.exists(info) ? Files.readString(info) : "";
            for (String wanted : List.of(
                    "<h2>Invariant</h2>", "<h2>Dependencies</h2>", "<h2>Start reading at</h2>", "@NullMarked")) {
                if (!text.contains(wanted)) {
                    findings.add(TOP.relativize(info) + " has no " + wanted);
                }
            }
        }
        assertThat(packages).hasSizeGreaterThan(15);
        assertThat(findings).isEmpty();
    }

    @Test
    void theTopLevelIsTheOneOfTheHousePlan() throws IOException {
        Set<String> allowed = Set.of(
                "pom.xml",
                "README.md",
                "LICENSE",
                "CHANGELOG.md",
                "cluster-daemon",
                "cluster-cli",
                "resource-agents",
                "docs",
                "examples",
                "src-it",
                "target");
        Set<String> strangers = new TreeSet<>();
        try (Stream<Path> entries = Files.list(TOP)) {
            entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> !name.startsWith(".") && !allowed.contains(name))
                    .forEach(strangers::add);
        }
        assertThat(strangers).isEmpty();
    }

    @Test
    void everyRelativeLinkOfTheDocumentsLeadsSomewhere() throws IOException {
        Pattern link = Pattern.compile("\\]\\((?!https?:|#|mailto:)([^)#\\s]+)");
        List<String> broken = new ArrayList<>();
        for (Path file : files(".md")) {
            Matcher matcher = link.matcher(Files.readString(file));
            while (matcher.find()) {
                if (!Files.exists(file.resolveSibling(matcher.group(1)))) {
                    broken.add(TOP.relativize(file) + " -> " + matcher.group(1));
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    private static List<Path> files(String suffix) throws IOException {
        try (Stream<Path> all = Files.walk(TOP)) {
            List<Path> found = all.filter(Files::isRegularFile)
                    .filter(path -> path.toString().endsWith(suffix))
                    .filter(path -> !TOP.relativize(path).toString().matches("(.*/)?(target|\\.git)/.*"))
                    .sorted()
                    .toList();
            assertThat(found).isNotEmpty();
            return found;
        }
    }
}
