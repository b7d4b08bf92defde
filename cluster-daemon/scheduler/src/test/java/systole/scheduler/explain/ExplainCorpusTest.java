package systole.scheduler.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import systole.formats.TransitionGraphXml;
import systole.model.Element;
import systole.scheduler.Corpus;
import systole.scheduler.Plan;
import systole.scheduler.Scheduler;

/** Over the public corpus: explaining changes nothing, nothing stays unexplained, and every answer has its proofs. */
class ExplainCorpusTest {
    @Test
    void explainingChangesNothingAndLeavesNothingOut() {
        Corpus corpus = Corpus.open();
        List<String> wrong = new ArrayList<>();
        for (Corpus.Case test : corpus.cases()) {
            Element cib = corpus.cib(test);
            Plan plain = Scheduler.schedule(cib, test.now());
            Scheduler.Explained explained = Scheduler.explain(cib, test.now());
            boolean same = TransitionGraphXml.write(plain.graph())
                            .equals(TransitionGraphXml.write(explained.plan().graph()))
                    && plain.scoreLines().equals(explained.plan().scoreLines())
                    && plain.changes().equals(explained.plan().changes());
            if (!same) {
                wrong.add(test.name() + ": another plan");
            }
            explained.why().unexplained().forEach(each -> wrong.add(test.name() + ": " + each));
            for (Explanation each : explained.why().all()) {
                check(test.name() + ": " + each.verdict(), each, wrong);
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static void check(String place, Explanation explanation, List<String> wrong) {
        boolean node = explanation.verdict().contains("can run resources");
        if (!node && explanation.flat(true).isEmpty()) {
            wrong.add(place + ": nothing decisive");
        }
        for (Proof proof : explanation.flat(false)) {
            if (proof.text().isBlank() || proof.text().contains("null")) {
                wrong.add(place + ": " + proof);
            }
        }
    }
}
