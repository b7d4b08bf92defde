package systole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import systole.formats.CibXml;
import systole.model.Element;

/**
 * The corpus of the crm language with its floors. The corpus is named by {@code -Dconformance.dir=FOLDER}; else it is
 * looked for beside the checkout. Stricter than the corpus' own comparison: the XML must be equal but for the order of
 * attributes.
 */
class ConformanceCrmTest {
    @Test
    void scriptsAreTakenAsCrmshTakesThem(@TempDir Path out) throws IOException {
        Path corpus = corpus();
        ConformanceCrm.run(corpus, out, AgentStock.load());
        List<String> wrong = new ArrayList<>();
        List<String> names = names(corpus);
        for (String name : names) {
            Path xml = out.resolve(name + ".xml");
            boolean same = Files.exists(xml)
                    && plain(CibXml.read(name, Files.readString(xml)))
                            .equals(plain(CibXml.read(name, Files.readString(corpus.resolve(name + ".xml")))))
                    && tidy(Files.readString(out.resolve(name + ".show")))
                            .equals(tidy(Files.readString(corpus.resolve(name + ".show"))));
            if (!same) {
                wrong.add(name);
            }
        }
        System.err.println("crm corpus: " + (names.size() - wrong.size()) + " of " + names.size() + " alike");
        assertThat(wrong).as("not alike").hasSizeLessThanOrEqualTo(names.size() * 2 / 100);
    }

    @Test
    void wrongScriptsAreRefusedNamingTheCulprit(@TempDir Path out) throws IOException {
        Path corpus = corpus().resolve("negative");
        ConformanceCrm.run(corpus, out, AgentStock.load());
        List<String> taken = new ArrayList<>();
        List<String> vague = new ArrayList<>();
        List<String> names = names(corpus);
        for (String name : names) {
            Path refusal = out.resolve(name + ".err");
            String expected = Files.readString(corpus.resolve(name + ".err"));
            if (!Files.exists(refusal) || !firstLine(Files.readString(refusal)).equals(firstLine(expected))) {
                taken.add(name);
            } else if (!mentions(
                    Files.readString(refusal), expected, Files.readString(corpus.resolve(name + ".crm")))) {
                vague.add(name);
            }
        }
        System.err.println("crm corpus: " + (names.size() - taken.size()) + " of " + names.size() + " refused");
        assertThat(taken).as("taken").hasSizeLessThanOrEqualTo(names.size() * 5 / 100);
        assertThat(vague).as("vague").hasSizeLessThanOrEqualTo(names.size() * 10 / 100 - taken.size());
    }

    private static Path corpus() {
        String given = System.getProperty("conformance.dir", System.getenv().getOrDefault("CONFORMANCE_DIR", ""));
        Path folder = given.isEmpty() ? Path.of("../../shared/conformance") : Path.of(given);
        Path crm = folder.resolve("crm");
        boolean there = Files.isDirectory(crm);
        if (!there) {
            System.err.println("SKIPPED: no conformance corpus; give -Dconformance.dir=FOLDER");
        }
        Assumptions.assumeTrue(there, "no conformance corpus; give -Dconformance.dir=FOLDER");
        return crm;
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<String> names = files.map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(".crm"))
                    .map(name -> name.substring(0, name.length() - 4))
                    .sorted()
                    .toList();
            assertThat(names).isNotEmpty();
            return names;
        }
    }

    /** Without comments, attributes sorted. */
    private static Element plain(Element element) {
        List<Element> children = new ArrayList<>();
        for (Element child : element.children()) {
            if (!child.is(CibXml.COMMENT)) {
                children.add(plain(child));
            }
        }
        Map<String, String> sorted = new TreeMap<>(element.attributes());
        return Element.of(element.name(), sorted, children);
    }

    private static List<String> tidy(String text) {
        return text.strip()
                .lines()
                .map(line -> line.replaceAll("[ \t]+", " ").stripTrailing())
                .toList();
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("").strip();
    }

    private static boolean mentions(String message, String expected, String script) {
        Set<String> culprits = new LinkedHashSet<>();
        Matcher near = Pattern.compile("near <(.*?)> parsing").matcher(expected);
        while (near.find()) {
            culprits.addAll(words(near.group(1)));
        }
        if (culprits.isEmpty()) {
            culprits.addAll(words(script));
            culprits.retainAll(words(expected));
        }
        Set<String> named = words(message);
        return culprits.isEmpty() || culprits.stream().anyMatch(named::contains);
    }

    private static Set<String> words(String text) {
        Set<String> words = new TreeSet<>();
        Matcher word = Pattern.compile("[\\w#@.-]*\\w").matcher(text);
        while (word.find()) {
            words.add(word.group());
        }
        return words;
    }
}
