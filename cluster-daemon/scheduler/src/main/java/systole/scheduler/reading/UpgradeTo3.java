package systole.scheduler.reading;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.model.Element;

/** The step from the schemas 1.x and 2.x to 3.0 (input-and-status 3.2). */
final class UpgradeTo3 {
    private static final Set<String> UNDERSCORED = Set.of(
            "cluster_recheck_interval",
            "dc_deadtime",
            "election_timeout",
            "no_quorum_policy",
            "remove_after_stop",
            "shutdown_escalation",
            "startup_fencing",
            "stonith_action",
            "stonith_enabled",
            "stop_orphan_actions",
            "stop_orphan_resources",
            "symmetric_cluster");
    private static final Set<String> DROPPED = Set.of(
            "expected-quorum-votes", "notification-agent", "notification-recipient", "default-migration-threshold");
    private static final Set<String> OLD_INFRASTRUCTURE =
            Set.of("heartbeat", "openais", "classic openais", "classic openais (with plugin)", "cman");
    private static final Map<String, String> PARAMETERS = Map.of(
            "pcmk_list_cmd", "pcmk_list_action",
            "pcmk_monitor_cmd", "pcmk_monitor_action",
            "pcmk_off_cmd", "pcmk_off_action",
            "pcmk_on_cmd", "pcmk_on_action",
            "pcmk_reboot_cmd", "pcmk_reboot_action",
            "pcmk_status_cmd", "pcmk_status_action");
    private static final Set<String> OPERATION_META =
            Set.of("interval-origin", "start-delay", "enabled", "on-fail", "record-pending", "role", "timeout");
    private static final Set<String> ISOLATION =
            Set.of("isolation", "isolation-host", "isolation-instance", "isolation-wrapper");

    private final List<Element> toResourceDefaults = new ArrayList<>();
    private final List<Element> toOperationDefaults = new ArrayList<>();

    private UpgradeTo3() {}

    static Element upgrade(Element configuration) {
        return new UpgradeTo3().run(configuration);
    }

    private Element run(Element configuration) {
        Element next = Rewriting.section(configuration, "crm_config", this::options);
        next = Rewriting.section(
                next,
                "nodes",
                nodes -> Rewriting.children(
                        nodes,
                        node -> "normal".equals(node.attribute("type")) ? node.withAttribute("type", "member") : node));
        next = Rewriting.section(next, "resources", resources -> Rewriting.children(resources, UpgradeTo3::resource));
        next = Rewriting.section(
                next,
                "constraints",
                constraints -> Rewriting.children(
                        constraints,
                        constraint -> constraint.is("rsc_colocation")
                                ? constraint
                                        .withoutAttribute("score-attribute")
                                        .withoutAttribute("score-attribute-mangle")
                                : constraint));
        next = defaults(next, "rsc_defaults", toResourceDefaults);
        return defaults(next, "op_defaults", toOperationDefaults);
    }

    private Element options(Element config) {
        return Rewriting.children(
                config, set -> set.is("cluster_property_set") ? Rewriting.children(set, this::option) : set);
    }

    private @Nullable Element option(Element pair) {
        String name = pair.attribute("name");
        if (!pair.is("nvpair") || name == null) {
            return pair;
        }
        String value = pair.attribute("value", "");
        String plain = name.replace('_', '-');
        if (DROPPED.contains(plain) || (plain.equals("cluster-infrastructure") && OLD_INFRASTRUCTURE.contains(value))) {
            return null;
        }
        switch (plain) {
            case "default-action-timeout" -> {
                toOperationDefaults.add(pair.withAttribute("name", "timeout"));
                return null;
            }
            case "default-resource-stickiness" -> {
                toResourceDefaults.add(pair.withAttribute("name", "resource-stickiness"));
                return null;
            }
            case "is-managed-default" -> {
                toResourceDefaults.add(pair.withAttribute("name", "is-managed"));
                return null;
            }
            case "default-resource-failure-stickiness" -> {
                if (value.equals("-INFINITY")) {
                    toResourceDefaults.add(
                            pair.withAttribute("name", "migration-threshold").withAttribute("value", "1"));
                }
                return null;
            }
            default -> {
                if (UNDERSCORED.contains(name)) {
                    return pair.withAttribute("name", plain);
                }
                return name.equals("transition_idle_timeout") || name.equals("transition-idle-timeout")
                        ? pair.withAttribute("name", "cluster-delay")
                        : pair;
            }
        }
    }

    /** Moved options count unless the defaults have the name already. */
    private static Element defaults(Element configuration, String section, List<Element> moved) {
        if (moved.isEmpty()) {
            return configuration;
        }
        Element existing = configuration.child(section).orElse(null);
        Set<String> defined = new HashSet<>();
        if (existing != null) {
            for (Element block : existing.children()) {
                for (Element pair : block.children("nvpair")) {
                    defined.add(pair.attribute("name", ""));
                }
            }
        }
        List<Element> pairs = new ArrayList<>();
        for (Element pair : moved) {
            if (defined.add(pair.attribute("name", ""))) {
                pairs.add(pair);
            }
        }
        Element block = Element.of("meta_attributes", Map.of("id", "moved-" + section), pairs);
        if (existing == null) {
            return configuration.plus(Element.of(section, Map.of(), List.of(block)));
        }
        return Rewriting.section(configuration, section, old -> old.plus(block));
    }

    private static Element resource(Element resource) {
        Element next = Rewriting.children(resource, child -> switch (child.name()) {
            case "primitive", "group", "clone", "master" -> resource(child);
            case "instance_attributes" -> Rewriting.children(child, UpgradeTo3::parameter);
            case "meta_attributes" -> Rewriting.children(child, UpgradeTo3::meta);
            default -> child;
        });
        return next.child("operations").isPresent() ? operations(next) : next;
    }

    private static @Nullable Element parameter(Element pair) {
        String name = pair.attribute("name", "");
        String renamed = PARAMETERS.get(name);
        if (renamed != null) {
            return pair.withAttribute("name", renamed);
        }
        if (name.equals("pcmk_arg_map")) {
            String value = pair.attribute("value", "");
            return value.startsWith("port:")
                    ? pair.withAttribute("name", "pcmk_host_argument")
                            .withAttribute("value", value.substring("port:".length()))
                    : null;
        }
        return pair;
    }

    private static @Nullable Element meta(Element pair) {
        String name = pair.attribute("name", "");
        if (ISOLATION.contains(name)) {
            return pair.withAttribute("name", "target-role").withAttribute("value", "Stopped");
        }
        if (name.equals("resource-failure-stickiness") || name.equals("resource_failure_stickiness")) {
            return pair.attribute("value", "").equals("-INFINITY")
                    ? pair.withAttribute("name", "migration-threshold").withAttribute("value", "1")
                    : null;
        }
        return pair;
    }

    private static Element operations(Element resource) {
        List<Element> moved = new ArrayList<>();
        Element next = Rewriting.children(
                resource,
                child -> child.is("operations")
                        ? Rewriting.children(child, op -> op.is("op") ? operation(op, moved) : op)
                        : child);
        if (moved.isEmpty()) {
            return next;
        }
        return next.plus(Element.leaf("meta_attributes", "id", resource.id() + "-requires", "score", "-1")
                .withChildren(moved));
    }

    private static Element operation(Element op, List<Element> toResource) {
        Element next = op;
        String requires = op.attribute("requires");
        if (requires != null) {
            String name = op.attribute("name", "");
            if (name.equals("start") || name.equals("promote")) {
                toResource.add(
                        Element.leaf("nvpair", "id", op.id() + "-requires", "name", "requires", "value", requires));
            }
            next = next.withoutAttribute("requires");
        }
        List<Element> moved = new ArrayList<>();
        next = Rewriting.children(
                next,
                block -> block.is("instance_attributes")
                        ? Rewriting.children(block, pair -> {
                            if (OPERATION_META.contains(pair.attribute("name", ""))) {
                                moved.add(pair);
                                return null;
                            }
                            return pair;
                        })
                        : block);
        return moved.isEmpty()
                ? next
                : next.plus(Element.of("meta_attributes", Map.of("id", op.id() + "-moved"), moved));
    }
}
