package systole.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import systole.executor.ExecutorSettings.Grouping;
import systole.kernel.BadInputException;

/** Names and refusals, on a folder that only looks like a tree of control groups. */
class AgentGroupsTest {
    @TempDir
    Path root;

    private ExecutorSettings settings() {
        return ExecutorSettings.of(root.resolve("tree"), root);
    }

    @Test
    void nodesOfOneHostDoNotMeet() {
        assertThat(AgentGroups.folderName("/")).isEqualTo("systole");
        assertThat(AgentGroups.folderName("/tmp/lab/node1")).startsWith("systole-node1-");
        assertThat(AgentGroups.folderName("/tmp/lab/node1")).isNotEqualTo(AgentGroups.folderName("/tmp/lab2/node1"));
    }

    @Test
    void everyNameOfAResourceBecomesANameOfAFolderAndBack() {
        for (String name : new String[] {"web", "web:0", "cgroup.procs", "a b", "x#7", "..", "größe", "100%", "%2e"}) {
            String encoded = AgentGroups.encoded(name);
            assertThat(encoded).matches("[A-Za-z0-9_:%-]+");
            assertThat(AgentGroups.decoded(encoded)).isEqualTo(name);
        }
    }

    @Test
    void withoutGroupsItSaysWhyAndGivesNone() throws IOException {
        AgentRun start = AgentRun.of("1", AgentRun.Kind.OCF, "test", "svc", "start", Map.of(), 1000, "web", 0, "alpha");
        Path own = Files.createDirectory(root.resolve("own"));
        try (var none = AgentGroups.open(settings(), Optional::empty, true);
                var off = AgentGroups.open(settings().withGrouping(Grouping.OFF), () -> Optional.of(own), true);
                var readOnly = AgentGroups.open(settings(), () -> Optional.of(own), true)) {
            assertThat(none.words()).isEqualTo("off, no cgroup v2 is mounted here");
            assertThat(off.words()).isEqualTo("off, switched off by SYSTOLE_CGROUP");
            assertThat(readOnly.words()).isEqualTo("off, " + own + " cannot be written");
            assertThat(none.forRun(start)).isEmpty();
            assertThat(off.forRun(start)).isEmpty();
            assertThat(readOnly.forRun(start)).isEmpty();
        }
    }

    @Test
    void aKernelThatCannotKillAGroupIsLeftInPeaceAndNothingStays() throws IOException {
        Path own = Files.createDirectory(root.resolve("own"));
        Files.createFile(own.resolve("cgroup.procs"));
        try (var groups = AgentGroups.open(settings(), () -> Optional.of(own), true)) {
            assertThat(groups.words()).startsWith("off, this kernel cannot kill a control group");
        }
        assertThat(own).isDirectoryNotContaining(path -> Files.isDirectory(path));
    }

    @Test
    void theSwitchIsReadAndAWrongWordRefused() {
        assertThat(settings().withGrouping(Map.of()).grouping()).isEqualTo(Grouping.AUTO);
        assertThat(settings().withGrouping(Map.of("SYSTOLE_CGROUP", "off")).grouping())
                .isEqualTo(Grouping.OFF);
        assertThat(settings().withGrouping(Map.of("SYSTOLE_CGROUP", "ALL")).grouping())
                .isEqualTo(Grouping.ALL);
        assertThatThrownBy(() -> settings().withGrouping(Map.of("SYSTOLE_CGROUP", "of")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("SYSTOLE_CGROUP")
                .hasMessageContaining("off");
    }
}
