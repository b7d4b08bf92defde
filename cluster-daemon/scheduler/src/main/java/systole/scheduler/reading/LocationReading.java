package systole.scheduler.reading;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import systole.model.Element;
import systole.model.Score;
import systole.scheduler.rules.RuleContext;
import systole.scheduler.rules.Rules;
import systole.scheduler.rules.Values;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Location;
import systole.scheduler.working.Node;
import systole.scheduler.working.Options;
import systole.scheduler.working.ProbeMode;
import systole.scheduler.working.Reason;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** Location constraints and node health (assignment 7.1, 7.2). */
final class LocationReading {
    private final Cluster cluster;

    LocationReading(Cluster cluster) {
        this.cluster = cluster;
    }

    // ---- health

    void health() {
        Options options = cluster.options;
        if (options.health == Options.HealthStrategy.NONE) {
            return;
        }
        for (Node node : cluster.nodes) {
            int sum = options.healthBase;
            for (Map.Entry<String, String> attribute : node.attributes.entrySet()) {
                if (attribute.getKey().startsWith("#health")) {
                    sum = Score.add(sum, options.score(attribute.getValue(), 0));
                }
            }
            if (sum == 0) {
                continue;
            }
            for (Resource resource : cluster.resources) {
                if (sum < 0 && Values.isTrue(resource.meta.get("allow-unhealthy-nodes"))) {
                    continue;
                }
                Location location = new Location(
                        "health-" + node.name,
                        resource,
                        null,
                        ProbeMode.ALWAYS,
                        List.of(new Location.Entry(node, sum)));
                add(location);
                cluster.reasons.label(location, Reason.Kind.HEALTH, "node-health-strategy", () -> "health of " + node);
            }
        }
    }

    /** The newest constraint comes first. */
    private void add(Location location) {
        cluster.locations.add(location);
        location.resource().locations.add(0, location);
    }

    // ---- constraints

    void read(Element constraint) {
        List<Element> sets = constraint.children("resource_set");
        if (!sets.isEmpty()) {
            for (Element set : sets) {
                for (Resource resource : ConstraintReading.members(cluster, set)) {
                    one(
                            constraint,
                            resource,
                            set.attribute("role", constraint.attribute("role", "")),
                            set.attribute("score", constraint.attribute("score", "")),
                            List.of());
                }
            }
            return;
        }
        String role = constraint.attribute("role", "");
        String score = constraint.attribute("score", "");
        String id = constraint.attribute("rsc");
        if (id != null) {
            List<String> expansion = ConstraintReading.expansion(cluster, id);
            List<String> ids = expansion == null ? List.of(id) : expansion;
            for (Resource resource : ConstraintReading.resources(cluster, ids, constraint.id())) {
                one(constraint, resource, role, score, List.of());
            }
        }
        String pattern = constraint.attribute("rsc-pattern");
        if (pattern != null) {
            byPattern(constraint, pattern, role, score);
        }
    }

    private void byPattern(Element constraint, String text, String role, String score) {
        boolean negated = text.startsWith("!");
        Pattern pattern;
        try {
            pattern = Pattern.compile(negated ? text.substring(1) : text);
        } catch (PatternSyntaxException e) {
            cluster.warnings.add("location " + constraint.id() + " is ignored: " + e.getDescription());
            return;
        }
        for (Resource resource : cluster.resources) {
            Matcher matcher = pattern.matcher(resource.id);
            boolean found = matcher.find();
            if (found == negated) {
                continue;
            }
            List<String> matches = new ArrayList<>();
            if (found) {
                for (int i = 0; i <= matcher.groupCount() && i < 10; i++) {
                    String match = matcher.group(i);
                    matches.add(match == null ? "" : match);
                }
            }
            one(constraint, resource, role, score, matches);
        }
    }

    private void one(Element constraint, Resource resource, String roleText, String score, List<String> matches) {
        ProbeMode mode = switch (constraint.attribute("resource-discovery", "always")) {
            case "never" -> ProbeMode.NEVER;
            case "exclusive" -> ProbeMode.EXCLUSIVE;
            default -> ProbeMode.ALWAYS;
        };
        Role role = ConstraintReading.role(roleText);
        if (role == Role.UNKNOWN) {
            cluster.warnings.add("location " + constraint.id() + " is ignored: " + roleText + " is no role");
            return;
        }
        if (role == Role.UNPROMOTED) {
            role = null;
        }
        String nodeName = constraint.attribute("node");
        List<Location.Entry> entries = new ArrayList<>();
        Element effective = constraint;
        if (nodeName != null && !score.isEmpty()) {
            Node node = cluster.nodeByName(nodeName);
            long value = cluster.options.scoreOrInvalid(score);
            if (node == null || value == Values.INVALID) {
                return;
            }
            entries.add(new Location.Entry(node, (int) value));
        } else {
            Optional<Element> rule = constraint.child("rule");
            if (rule.isEmpty()) {
                return;
            }
            effective = rule.get();
            Role ruleRole = ConstraintReading.role(effective.attribute("role"));
            if (ruleRole == Role.UNKNOWN) {
                cluster.warnings.add("location " + constraint.id() + " is ignored: its rule has no valid role");
                return;
            }
            if (effective.attribute("role") != null) {
                role = ruleRole == Role.UNPROMOTED ? null : ruleRole;
            }
            rule(effective, resource, matches, entries);
        }
        if (mode == ProbeMode.EXCLUSIVE) {
            resource.exclusiveProbes = true;
        }
        String source = effective == constraint ? constraint.id() : constraint.id() + "/" + effective.id();
        Location location = new Location(constraint.id(), resource, role, mode, entries);
        add(location);
        Reason.Kind kind = effective == constraint ? Reason.Kind.LOCATION : Reason.Kind.RULE;
        cluster.reasons.label(location, kind, source, () -> "location constraint " + constraint.id());
    }

    private void rule(Element rule, Resource resource, List<String> matches, List<Location.Entry> entries) {
        String attribute = rule.attribute("score-attribute");
        String plain = rule.attribute("score");
        RuleContext base = cluster.rules(resource).withSubmatches(matches);
        long fixed = plain == null ? 0 : cluster.options.scoreOrInvalid(plain);
        if (attribute == null && fixed == Values.INVALID) {
            fixed = 0;
        }
        for (Node node : cluster.nodes) {
            RuleContext context = base.withNode(node.attributes)
                    .withResource(
                            name -> cluster.settings.parameters(resource, node).get(name), resource.meta);
            if (!Rules.passes(rule, context)) {
                continue;
            }
            long score = fixed;
            if (attribute != null) {
                String name = Rules.substitute(attribute, '\\', context);
                String value = scoreAttribute(name, resource, node);
                score = value == null || value.isEmpty() ? Values.INVALID : cluster.options.scoreOrInvalid(value);
                if (score == Values.INVALID) {
                    continue;
                }
            }
            entries.add(new Location.Entry(node, (int) score));
        }
    }

    private static @Nullable String scoreAttribute(String name, Resource resource, Node node) {
        boolean host = "host".equals(resource.meta.get("container-attribute-target"));
        if (!host || !node.isGuest()) {
            return node.attributes.get(name);
        }
        Resource container = node.launcher();
        if (container == null || container.active.isEmpty()) {
            return null;
        }
        return container.active.get(0).attributes.get(name);
    }
}
