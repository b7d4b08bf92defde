package systole.executor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The environment in which an agent runs ({@code ocf-contract.md} sections 1 and 2): built from nothing, in the old and
 * the new spellings, because agents of the field read either.
 */
final class OcfEnvironment {
    private static final String STANDARD_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static final Map<String, String> OLD_NAMES = Map.of(
            "CRM_meta_promoted_max", "CRM_meta_master_max",
            "CRM_meta_promoted_node_max", "CRM_meta_master_node_max",
            "CRM_meta_notify_promoted_resource", "CRM_meta_notify_master_resource",
            "CRM_meta_notify_promoted_uname", "CRM_meta_notify_master_uname",
            "CRM_meta_notify_unpromoted_resource", "CRM_meta_notify_slave_resource",
            "CRM_meta_notify_unpromoted_uname", "CRM_meta_notify_slave_uname");

    private OcfEnvironment() {}

    /** What every child gets, of whatever class. */
    static SortedMap<String, String> base(ExecutorSettings settings) {
        SortedMap<String, String> variables = new TreeMap<>();
        String path = Stream.concat(
                        settings.toolPath().stream().filter(Files::isDirectory).map(Path::toString),
                        Stream.of(STANDARD_PATH))
                .collect(Collectors.joining(":"));
        variables.put("PATH", path);
        variables.put("LC_ALL", "C");
        variables.put("HOME", System.getProperty("user.home", "/root"));
        variables.put("SHELL", Files.isExecutable(Path.of("/bin/bash")) ? "/bin/bash" : "/bin/sh");
        variables.put("SYSTOLE_SOCKET", settings.apiSocket().toString());
        // By this fence_local knows what belongs to a node that shares its host with others.
        variables.put("SYSTOLE_NODE_ROOT", settings.nodeRoot());
        String zone = System.getenv("TZ");
        if (zone != null) {
            variables.put("TZ", zone);
        }
        return variables;
    }

    static SortedMap<String, String> of(AgentRun run, Path ocfRoot, ExecutorSettings settings) {
        SortedMap<String, String> variables = base(settings);
        fixed(variables, ocfRoot, settings);
        variables.put("OCF_RESOURCE_INSTANCE", run.resource());
        variables.put("OCF_RESOURCE_TYPE", run.type());
        variables.put("OCF_RESOURCE_PROVIDER", run.provider());
        variables.put("OCF_RESKEY_crm_feature_set", settings.featureSet());
        run.meta().forEach((name, value) -> meta(variables, name.replace('-', '_'), value));
        meta(variables, "CRM_meta_timeout", Long.toString(run.timeoutMillis()));
        if (!run.node().isEmpty()) {
            variables.put("SYSTOLE_NODE", run.node());
            variables.putIfAbsent("OCF_RESKEY_CRM_meta_on_node", run.node());
        }
        if (run.intervalMillis() > 0) {
            meta(variables, "CRM_meta_interval", Long.toString(run.intervalMillis()));
        } else {
            // "No interval" is how an agent knows a probe.
            variables.remove("OCF_RESKEY_CRM_meta_interval");
        }
        if (run.meta().containsKey("CRM_meta_promoted_max") || run.meta().containsKey("CRM_meta_master_max")) {
            variables.putIfAbsent("OCF_RESKEY_CRM_meta_promotable", "true");
        }
        run.parameters().forEach((name, value) -> variables.put("OCF_RESKEY_" + name, value));
        checkLevel(run, variables);
        variables.putAll(settings.environment());
        variables.putAll(run.environment());
        return variables;
    }

    private static void fixed(SortedMap<String, String> variables, Path ocfRoot, ExecutorSettings settings) {
        variables.put("OCF_ROOT", ocfRoot.toString());
        variables.put("OCF_RA_VERSION_MAJOR", "1");
        variables.put("OCF_RA_VERSION_MINOR", "1");
        variables.put("OCF_EXIT_REASON_PREFIX", Ocf.REASON_PREFIX);
        variables.put("OCF_OUTPUT_FORMAT", "text");
        variables.put("PCMK_service", "pacemaker-execd");
        variables.put("PCMK_logfacility", "none");
        variables.put("PCMK_watchdog", "false");
        for (String prefix : new String[] {"PCMK_", "HA_"}) {
            variables.put(prefix + "debug", "0");
            variables.put(prefix + "cluster_type", "corosync");
            variables.put(prefix + "quorum_type", "corosync");
            variables.put(prefix + "mcp", "true");
        }
        variables.put(
                "HA_RSCTMP", settings.runDirectory().resolve("resource-agents").toString());
        if (!settings.runDirectory().equals(Path.of("/run"))) {
            variables.put("HA_VARRUN", settings.runDirectory().toString());
        }
        settings.toolPath().stream()
                .filter(folder -> Files.isExecutable(folder.resolve("crm_attribute")))
                .findFirst()
                .ifPresent(folder -> variables.put("HA_SBIN_DIR", folder.toString()));
    }

    private static void meta(SortedMap<String, String> variables, String name, String value) {
        variables.put("OCF_RESKEY_" + name, value);
        OLD_NAMES.forEach((now, before) -> {
            if (name.equals(now)) {
                variables.putIfAbsent("OCF_RESKEY_" + before, value);
            } else if (name.equals(before)) {
                variables.putIfAbsent("OCF_RESKEY_" + now, value);
            }
        });
    }

    /** An operation's check level is exported under its bare name. */
    private static void checkLevel(AgentRun run, SortedMap<String, String> variables) {
        String level = run.parameters().get("OCF_CHECK_LEVEL");
        if (level == null) {
            level = run.meta().get("CRM_meta_OCF_CHECK_LEVEL");
        }
        if (level == null) {
            level = run.meta().get("CRM_meta_depth");
        }
        if (level != null) {
            variables.put("OCF_CHECK_LEVEL", level);
            variables.remove("OCF_RESKEY_OCF_CHECK_LEVEL");
        }
    }
}
