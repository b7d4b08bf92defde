package systole.scheduler.assignment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import systole.scheduler.Corpus;
import systole.scheduler.reading.Reading;
import systole.scheduler.working.Cluster;

/** Whether assignment writes the score lines that the corpus has (level L5). */
class ScoresCorpusTest {
    /** Share of cases that must be the same, in percent; it never sinks. */
    private static final double FLOOR = 100.0;

    @Test
    void assignment_scores_are_those_of_the_corpus() {
        Corpus corpus = Corpus.open();
        String only = System.getProperty("conformance.only", "");
        List<String> different = new ArrayList<>();
        int all = 0;
        for (Corpus.Case test : corpus.cases()) {
            if (!only.isEmpty() && !test.name().equals(only)) {
                continue;
            }
            all++;
            List<String> expected = lines(corpus.scores(test));
            List<String> actual;
            try {
                Cluster cluster = Reading.read(corpus.cib(test), test.now(), !only.isEmpty());
                Assignment.applyCriteria(cluster);
                Assignment.addImplicitConstraints(cluster);
                Assignment.assign(cluster);
                actual = lines(String.join("\n", cluster.scoreLines));
                if (!only.isEmpty()) {
                    cluster.scoreLines.forEach(System.out::println);
                    cluster.reasons.all().forEach(System.out::println);
                }
            } catch (RuntimeException | StackOverflowError e) {
                actual = new ArrayList<>(List.of(stack(e)));
            }
            if (!actual.equals(expected)) {
                different.add(test.name());
                report(test.name(), expected, actual);
            }
        }
        System.out.println(different.size() + " different: " + different);
        assertThat(100.0 * (all - different.size()) / all).isGreaterThanOrEqualTo(FLOOR);
    }

    private static List<String> lines(String text) {
        List<String> lines = new ArrayList<>(text.lines()
                .map(line -> line.strip().replaceAll("^pcmk__\\w+: ", ""))
                .filter(line -> !line.isEmpty())
                .toList());
        lines.sort(null);
        return lines;
    }

    private static String stack(Throwable e) {
        StringBuilder text = new StringBuilder(e.toString());
        for (int i = 0; i < Math.min(8, e.getStackTrace().length); i++) {
            text.append("\n  at ").append(e.getStackTrace()[i]);
        }
        return text.toString();
    }

    private static void report(String name, List<String> expected, List<String> actual) {
        List<String> missing = new ArrayList<>(expected);
        List<String> surplus = new ArrayList<>(actual);
        for (String line : actual) {
            missing.remove(line);
        }
        for (String line : expected) {
            surplus.remove(line);
        }
        System.out.println("DIFFERENT " + name);
        missing.stream().limit(12).forEach(line -> System.out.println("  want " + line));
        surplus.stream().limit(12).forEach(line -> System.out.println("  got  " + line));
    }
}
