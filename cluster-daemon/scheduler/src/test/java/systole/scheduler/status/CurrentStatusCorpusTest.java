package systole.scheduler.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import systole.scheduler.Corpus;
import systole.scheduler.reading.Reading;
import systole.scheduler.working.Cluster;

/** Whether every input of the corpus is read to the state that its summary prints. */
class CurrentStatusCorpusTest {
    private static final String TITLE = "Current cluster status:\n";

    @Test
    void the_current_status_of_each_corpus_case_is_what_its_summary_says() {
        Corpus corpus = Corpus.open();
        String only = System.getProperty("conformance.only", "");
        List<String> different = new ArrayList<>();
        for (Corpus.Case test : corpus.cases()) {
            if (!only.isEmpty() && !test.name().equals(only)) {
                continue;
            }
            String summary = corpus.summary(test);
            int start = summary.indexOf(TITLE) + TITLE.length();
            int end = summary.indexOf("\nTransition Summary:", start);
            String expected = summary.substring(start, end < 0 ? summary.length() : end);
            String actual;
            try {
                Cluster cluster = Reading.readState(corpus.cib(test), test.now(), false);
                actual = StatusText.of(cluster, true);
            } catch (RuntimeException e) {
                actual = stack(e);
            }
            if (!actual.strip().equals(expected.strip())) {
                different.add(test.name());
                System.out.println("DIFFERENT " + test.name() + "\n" + lines(expected, actual));
            }
        }
        System.out.println(different.size() + " different: " + different);
        assertThat(different).isEmpty();
    }

    private static String stack(RuntimeException e) {
        StringBuilder text = new StringBuilder(e.toString());
        for (int i = 0; i < Math.min(8, e.getStackTrace().length); i++) {
            text.append("\n  at ").append(e.getStackTrace()[i]);
        }
        return text.toString();
    }

    private static String lines(String expected, String actual) {
        List<String> wanted = new ArrayList<>(expected.lines().toList());
        List<String> got = new ArrayList<>(actual.lines().toList());
        List<String> common = new ArrayList<>(wanted);
        common.retainAll(got);
        wanted.removeAll(common);
        got.removeAll(common);
        StringBuilder out = new StringBuilder();
        wanted.forEach(line -> out.append("  want ").append(line).append('\n'));
        got.forEach(line -> out.append("  got  ").append(line).append('\n'));
        return out.toString();
    }
}
