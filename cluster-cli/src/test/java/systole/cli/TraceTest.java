package systole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code resource trace}, as crm does it. */
class TraceTest extends CommandCase {
    @BeforeEach
    void makeConfiguration() {
        useFile();
        ok("configure", "property", "stonith-enabled=false");
        ok("configure", "primitive", "vip", "ocf:pacemaker:Dummy", "op", "monitor", "interval=10s");
        ok("configure", "primitive", "web", "ocf:pacemaker:Dummy");
        ok("configure", "group", "all", "web");
    }

    @Test
    void startStopAndWhatIsWrittenAreTracedAndNothingIsLeftBehind() {
        String before = ok("configure", "show");
        ok("resource", "trace", "vip");
        assertThat(ok("configure", "show", "vip"))
                .contains("op monitor interval=10s \\\n\top_params trace_ra=1")
                .contains("op start interval=0 \\\n\top_params trace_ra=1")
                .contains("op stop interval=0 \\\n\top_params trace_ra=1");
        assertThat(err.toString()).isEmpty();
        ok("resource", "untrace", "vip");
        assertThat(ok("configure", "show")).isEqualTo(before);
    }

    @Test
    void oneOperationAndAFolderMayBeNamed() {
        ok("resource", "trace", "web", "start", "/tmp/traces");
        assertThat(ok("configure", "show", "web"))
                .contains("op start interval=0 \\\n\top_params trace_ra=1 trace_dir=\"/tmp/traces\"")
                .doesNotContain("op stop");
        ok("resource", "trace", "vip", "probe");
        assertThat(ok("configure", "show", "vip")).contains("op monitor interval=0 \\\n\top_params trace_ra=1");
    }

    @Test
    void whatCannotBeTracedIsSaid() {
        assertThat(run("resource", "trace", "all")).isEqualTo(1);
        assertThat(err.toString()).contains("'all' is no primitive").contains("web");
        assertThat(run("resource", "trace", "web", "monitor")).isEqualTo(1);
        assertThat(err.toString()).contains("has no operation monitor");
        assertThat(run("resource", "trace", "web", "strat")).isEqualTo(64);
        assertThat(err.toString()).contains("did you mean 'start'");
        assertThat(run("resource", "trace", "vip", "monitor", "soon")).isEqualTo(64);
    }
}
