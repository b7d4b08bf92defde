package systole.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every variable that an agent sees, in five typical runs, as {@code environment.golden} lists them: read from the agent's own
 * {@code /proc/self/environ}, so that nothing of ours slips in either. What the cluster adds ({@code CRM_meta_*}) is given as graphs
 * give it. The list was compared with the table of what was observed (ocf-contract.md section 2).
 */
@Timeout(120)
class EnvironmentGoldenTest {
    private static final Map<String, String> PROMOTABLE = Map.of(
            "CRM_meta_clone", "0",
            "CRM_meta_clone_max", "2",
            "CRM_meta_clone_node_max", "1",
            "CRM_meta_globally_unique", "false",
            "CRM_meta_notify", "true",
            "CRM_meta_promoted_max", "1",
            "CRM_meta_promoted_node_max", "1");

    @TempDir
    Path root;

    @Test
    void isTheOneOfTheGoldenFile() throws IOException {
        StringBuilder seen = new StringBuilder();
        try (var agents = new Agents(root)) {
            agents.agent("environment", "tr '\\000' '\\n' </proc/self/environ");
            show(seen, agents, "a probe", "monitor", 0, Map.of("CRM_meta_on_node", "alpha", "state", "/x"));
            show(
                    seen,
                    agents,
                    "a recurring monitor of the promoted role, with a check level",
                    "monitor",
                    10_000,
                    with(
                            PROMOTABLE,
                            "CRM_meta_name",
                            "monitor",
                            "CRM_meta_role",
                            "Promoted",
                            "OCF_CHECK_LEVEL",
                            "10",
                            "empty",
                            ""));
            show(
                    seen,
                    agents,
                    "a notification, given in the new spelling",
                    "notify",
                    0,
                    with(
                            PROMOTABLE,
                            "CRM_meta_notify_type",
                            "pre",
                            "CRM_meta_notify_operation",
                            "demote",
                            "CRM_meta_notify_key_type",
                            "pre",
                            "CRM_meta_notify_key_operation",
                            "demote",
                            "CRM_meta_notify_promoted_resource",
                            "st:0",
                            "CRM_meta_notify_promoted_uname",
                            "alpha",
                            "CRM_meta_notify_unpromoted_resource",
                            "st:1",
                            "CRM_meta_notify_unpromoted_uname",
                            "beta",
                            "CRM_meta_notify_active_uname",
                            "alpha beta",
                            "CRM_meta_notify_start_resource",
                            " "));
            show(
                    seen,
                    agents,
                    "a promote, given in the old spelling",
                    "promote",
                    0,
                    Map.of(
                            "CRM_meta_master_max", "1",
                            "CRM_meta_master_node_max", "1",
                            "CRM_meta_notify_slave_uname", "beta",
                            "CRM_meta_notify_master_uname", " "));
            show(
                    seen,
                    agents,
                    "a migration",
                    "migrate_to",
                    0,
                    Map.of("CRM_meta_migrate_source", "alpha", "CRM_meta_migrate_target", "beta"));
        }

        assertThat(seen.toString()).isEqualTo(golden());
    }

    private static Map<String, String> with(Map<String, String> base, String... more) {
        Map<String, String> all = new TreeMap<>(base);
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }

    private void show(
            StringBuilder seen,
            Agents agents,
            String what,
            String action,
            long intervalMillis,
            Map<String, String> attributes) {
        AgentResult result = agents.run(AgentRun.of(
                what,
                AgentRun.Kind.OCF,
                "test",
                "environment",
                action,
                attributes,
                20_000,
                "st",
                intervalMillis,
                "alpha"));
        assertThat(result.rc()).isZero();
        seen.append("# ").append(what).append('\n');
        String lines = Arrays.stream(result.output().split("\n"))
                .map(line -> line.replace(root.toString(), "ROOT"))
                // Of the machine or of whoever runs the test.
                .map(line -> line.replaceFirst("^(PATH|HOME|SHELL)=.*", "$1=..."))
                .filter(line -> !line.matches("(TZ|PWD|OLDPWD|_|SHLVL)=.*"))
                .sorted()
                .collect(Collectors.joining("\n"));
        seen.append(lines).append("\n\n");
    }

    private static String golden() throws IOException {
        try (InputStream in = EnvironmentGoldenTest.class.getResourceAsStream("environment.golden")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
