package systole.scheduler.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import systole.formats.CibXml;
import systole.formats.TransitionGraphXml;
import systole.model.Element;
import systole.scheduler.GeneratedCluster;
import systole.scheduler.Scheduler;

/**
 * Explanations of generated clusters with every feature mixed. {@code -Dexplain.runs=N} sets how many (default 100);
 * what is wrong names the seed.
 */
class ExplainProperties {
    private static final int RUNS = Integer.getInteger("explain.runs", 100);
    private static final Instant NOW = Instant.ofEpochSecond(1_782_864_000L);

    @Test
    void everythingIsExplainedTheSameWayEachTimeAndNothingIsChangedByIt() {
        List<String> wrong = new ArrayList<>();
        for (int seed = 0; seed < RUNS; seed++) {
            Element cib = CibXml.read("seed " + seed, GeneratedCluster.cib(seed));
            Scheduler.Explained explained = Scheduler.explain(cib, NOW);
            String plan = TransitionGraphXml.write(Scheduler.schedule(cib, NOW).graph());
            if (!plan.equals(TransitionGraphXml.write(explained.plan().graph()))) {
                wrong.add(seed + ": another plan");
            }
            for (String each : explained.why().unexplained()) {
                wrong.add(seed + ": " + each);
            }
            String text = text(seed, explained.why(), wrong);
            assertThat(text(seed, Scheduler.explain(cib, NOW).why(), wrong))
                    .as("seed %d", seed)
                    .isEqualTo(text);
        }
        assertThat(wrong).isEmpty();
    }

    private static String text(int seed, Explanations why, List<String> wrong) {
        StringBuilder all = new StringBuilder();
        for (Explanation each : why.all()) {
            all.append(each.text(true));
            boolean healthy = each.verdict().contains("can run resources");
            if (!healthy && each.flat(true).isEmpty()) {
                wrong.add(seed + ": " + each.verdict() + ": nothing decisive");
            }
        }
        for (String resource : why.resources()) {
            all.append(why.resource(resource).orElseThrow().text(false));
            for (String node : why.nodes()) {
                all.append(why.resource(resource, node).orElseThrow().fields());
            }
        }
        return all.toString();
    }
}
