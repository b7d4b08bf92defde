package systole.formats;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import systole.formats.Finding.Severity;
import systole.kernel.NearestWord;
import systole.model.Element;
import systole.model.Options;
import systole.model.TimeSpan;

/**
 * What a well-formed configuration says of resources and operations and the cluster would not do: it is ignored, or can
 * never happen. Doubts where something is left out or replaced, warnings where it may be meant. Constraints and the rest
 * are in {@link CibRelations}.
 */
final class CibMeaning {
    private static final Set<String> ONCE = Set.of(
            "start", "stop", "promote", "demote", "migrate_to", "migrate_from", "notify", "reload", "reload-agent");
    private static final List<String> OPERATIONS = List.of(
            "monitor",
            "start",
            "stop",
            "promote",
            "demote",
            "migrate_to",
            "migrate_from",
            "migrate",
            "notify",
            "reload",
            "reload-agent",
            "validate-all",
            "meta-data");

    private final String source;
    private final Map<String, Element> resources = new LinkedHashMap<>();
    private final Map<String, Element> holders = new LinkedHashMap<>();
    private final Element configuration;
    private final List<Finding> findings = new ArrayList<>();

    private CibMeaning(Element configuration, String source) {
        this.configuration = configuration;
        this.source = source;
        configuration
                .children("resources")
                .forEach(section -> section.children().forEach(child -> index(child, null)));
    }

    static List<Finding> of(Element configuration, String source) {
        CibMeaning meaning = new CibMeaning(configuration, source);
        meaning.look();
        meaning.findings.addAll(new CibRelations(configuration, meaning).look());
        return meaning.findings;
    }

    /** A schema that nobody knows does no harm to reading, but the document was made for something else. */
    static List<Finding> ofSchema(Element root, String source) {
        String schema = root.attribute("validate-with", "none");
        if (!root.is("cib") || schema.matches("none|pacemaker-([0-4]\\.\\d+|next)|transitional-0\\.6")) {
            return List.of();
        }
        String place = root.line() > 0 ? source + ":" + root.line() : source;
        return List.of(Finding.warning(
                place,
                "schema '" + schema + "' (validate-with) is not known; the document is read as one of the newest",
                "write validate-with=\"pacemaker-3.9\" or the schema that it was written for"));
    }

    // ---- for both classes

    private void index(Element resource, @Nullable Element holder) {
        switch (resource.name()) {
            case "primitive", "template", "group", "clone", "master", "bundle" -> {
                resources.put(resource.id(), resource);
                if (holder != null) {
                    holders.put(resource.id(), holder);
                }
                resource.children().forEach(child -> index(child, resource));
            }
            default -> {}
        }
    }

    Map<String, Element> resources() {
        return resources;
    }

    Finding finding(Severity severity, Element at, String what, String remedy) {
        String place = at.line() > 0 ? source + ":" + at.line() : at.id().isEmpty() ? source : at.id();
        return new Finding(severity, place, what, remedy);
    }

    private void add(Severity severity, Element at, String what, String remedy) {
        findings.add(finding(severity, at, what, remedy));
    }

    /** A value of the resource's own meta attributes; without rules. */
    static Optional<Element> meta(Element resource, String... names) {
        for (Element set : resource.children("meta_attributes")) {
            for (Element pair : set.children("nvpair")) {
                if (List.of(names).contains(pair.attribute("name", ""))) {
                    return Optional.of(pair);
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isTrue(Element resource, String name) {
        return meta(resource, name)
                .map(pair -> Options.isTrue(pair.attribute("value", "")))
                .orElse(false);
    }

    /** Whether the resource, something around it or in it can be promoted. */
    boolean promotable(Element resource) {
        for (Element at = resource; at != null; at = holders.get(at.id())) {
            boolean bundle = at.is("bundle")
                    && at.children().stream()
                            .anyMatch(child ->
                                    child.attribute("promoted-max") != null || child.attribute("masters") != null);
            if (at.is("master") || bundle || (at.is("clone") && isTrue(at, "promotable"))) {
                return true;
            }
        }
        return false;
    }

    /** Names under which a node may be known: entries, remote resources, guests, nodes of bundles. */
    Set<String> nodeNames() {
        Set<String> names = new LinkedHashSet<>();
        configuration
                .children("nodes")
                .forEach(nodes -> nodes.children("node").forEach(node -> names.add(node.attribute("uname", ""))));
        for (Element resource : resources.values()) {
            if (resource.attribute("type", "").equals("remote")) {
                names.add(resource.id());
            }
            meta(resource, "remote-node").ifPresent(pair -> names.add(pair.attribute("value", "")));
        }
        return names;
    }

    // ---- resources

    private void look() {
        Set<String> guests = new LinkedHashSet<>();
        for (Element resource : resources.values()) {
            if (!resource.is("template")) {
                roles(resource);
                references(resource, guests);
            }
            clone(resource);
            operations(resource);
            for (Element set : resource.children()) {
                doubles(set);
            }
        }
        configuration.children("nodes").forEach(nodes -> nodes.children("node").forEach(this::node));
    }

    private void roles(Element resource) {
        Optional<Element> target = meta(resource, "target-role");
        String role = target.map(pair -> pair.attribute("value", "")).orElse("");
        if (List.of("Promoted", "Unpromoted", "Master", "Slave").contains(role)
                && !promotable(resource)
                && !resource.children().stream().anyMatch(this::promotable)) {
            add(
                    Severity.DOUBT,
                    target.orElse(resource),
                    "target-role '" + role + "' of '" + resource.id() + "' is ignored: it is not promotable",
                    "write Started or Stopped, or put it in a clone with promotable=true");
        }
    }

    private void references(Element resource, Set<String> guests) {
        meta(resource, "container").ifPresent(pair -> {
            String name = pair.attribute("value", "");
            if (!resources.containsKey(name)) {
                add(
                        Severity.DOUBT,
                        pair,
                        "container '" + name + "' of '" + resource.id() + "' does not exist"
                                + NearestWord.hint(name, resources.keySet()),
                        "correct the name or define it");
            }
        });
        meta(resource, "remote-node").ifPresent(pair -> {
            String name = pair.attribute("value", "");
            boolean node = configuration.children("nodes").stream()
                    .flatMap(nodes -> nodes.children("node").stream())
                    .anyMatch(entry -> entry.attribute("uname", "").equals(name)
                            && !entry.attribute("type", "").equals("remote"));
            if (node || resources.containsKey(name) || !guests.add(name)) {
                add(
                        Severity.DOUBT,
                        pair,
                        "remote-node '" + name + "' of '" + resource.id() + "' is already the name of "
                                + (node ? "a node" : resources.containsKey(name) ? "a resource" : "another guest"),
                        "give the guest a name of its own");
            }
        });
        Optional<Element> requires = meta(resource, "requires");
        boolean wantsFencing = List.of("fencing", "unfencing")
                .contains(requires.map(pair -> pair.attribute("value", "")).orElse(""));
        boolean off = CrmChecks.property(configuration, "fencing-enabled", "stonith-enabled")
                .map(Options::isFalse)
                .orElse(false);
        if (wantsFencing && off) {
            add(
                    Severity.WARNING,
                    requires.orElse(resource),
                    "'" + resource.id() + "' requires fencing, which is switched off",
                    "enable fencing or write requires=quorum");
        }
    }

    private void clone(Element clone) {
        if (!clone.is("clone") && !clone.is("master")) {
            return;
        }
        meta(clone, "clone-node-max").ifPresent(pair -> {
            String value = pair.attribute("value", "");
            boolean many = Options.isInteger(value) && !value.matches("\\+?0*[01]|-.*");
            if (many && !isTrue(clone, "globally-unique")) {
                add(
                        Severity.DOUBT,
                        pair,
                        "clone-node-max " + value + " of '" + clone.id()
                                + "' is ignored: an anonymous clone has one instance on a node",
                        "add globally-unique=true, if the instances differ");
            }
        });
        meta(clone, "promoted-max", "promoted-node-max", "master-max", "master-node-max")
                .filter(pair -> !promotable(clone))
                .ifPresent(pair -> add(
                        Severity.WARNING,
                        pair,
                        pair.attribute("name", "") + " of '" + clone.id() + "' has no effect: it is not promotable",
                        "add promotable=true, or remove it"));
    }

    // ---- operations

    private void operations(Element resource) {
        Map<String, Element> seen = new LinkedHashMap<>();
        for (Element list : resource.children("operations")) {
            for (Element operation : list.children("op")) {
                String name = operation.attribute("name", "");
                OptionalLong interval = TimeSpan.millis(operation.attribute("interval", "0"));
                if (interval.isEmpty()) {
                    continue;
                }
                Element other = seen.putIfAbsent(name + " " + interval.getAsLong(), operation);
                if (other != null) {
                    add(
                            Severity.DOUBT,
                            operation,
                            "operation '" + name + "' of '" + resource.id() + "' is given twice with the same interval;"
                                    + " the first one"
                                    + (other.line() > 0 ? ", on line " + other.line() + "," : "") + " counts",
                            "give each an interval of its own, also those of different roles");
                }
                operation(resource, operation, name, interval.getAsLong());
            }
        }
    }

    private void operation(Element resource, Element operation, String name, long interval) {
        if (interval > 0 && ONCE.contains(name)) {
            add(
                    Severity.DOUBT,
                    operation,
                    "operation '" + name + "' of '" + resource.id()
                            + "' with an interval is ignored: it is no recurring" + " one",
                    "write interval=\"0s\"");
        }
        if (!OPERATIONS.contains(name) && !NearestWord.hint(name, OPERATIONS).isEmpty()) {
            add(
                    Severity.WARNING,
                    operation,
                    "operation '" + name + "' of '" + resource.id() + "' is not known"
                            + NearestWord.hint(name, OPERATIONS),
                    "correct the name, unless the agent has such an action");
        }
        String timeout = operation.attribute("timeout", "1s");
        if (TimeSpan.millis(timeout).orElse(1) <= 0) {
            add(
                    Severity.WARNING,
                    operation,
                    "timeout '" + timeout + "' of operation '" + name + "' of '" + resource.id()
                            + "' is not positive; 20s is taken instead",
                    "write a positive time");
        }
        String onFail = operation.attribute("on-fail", "");
        boolean recurringPromoted = name.equals("monitor")
                && interval > 0
                && List.of("Promoted", "Master").contains(operation.attribute("role", ""));
        boolean ignored = switch (onFail) {
            case "standby", "stop" -> name.equals("stop");
            case "demote" -> !name.equals("promote") && !recurringPromoted;
            default -> false;
        };
        if (ignored) {
            add(
                    Severity.DOUBT,
                    operation,
                    "on-fail '" + onFail + "' of operation '" + name + "' of '" + resource.id()
                            + "' is replaced by the default: it is not allowed there",
                    name.equals("stop")
                            ? "write fence, block or ignore"
                            : "use demote with promote, or with a monitor that has an interval and role=Promoted");
        }
    }

    // ---- pairs

    private void doubles(Element set) {
        Set<String> names = new TreeSet<>();
        for (Element pair : set.children("nvpair")) {
            String name = pair.attribute("name", "");
            if (!name.isEmpty() && !names.add(name)) {
                add(
                        Severity.WARNING,
                        pair,
                        "'" + name + "' is given twice in " + set.name() + " '" + set.id() + "'",
                        "remove one of the two");
            }
        }
    }

    private void node(Element node) {
        for (Element set : node.children()) {
            doubles(set);
            for (Element pair : set.children("nvpair")) {
                String name = pair.attribute("name", "");
                String value = pair.attribute("value", "");
                boolean state = set.is("instance_attributes")
                        && List.of("standby", "maintenance").contains(name);
                if (state && !Options.isBoolean(value)) {
                    add(
                            Severity.WARNING,
                            pair,
                            "'" + value + "' is no value of '" + name + "' of node '" + node.attribute("uname", "")
                                    + "'",
                            "write true or false");
                } else if (set.is("utilization") && !Options.isInteger(value)) {
                    add(
                            Severity.WARNING,
                            pair,
                            "utilization '" + name + "' of node '" + node.attribute("uname", "") + "' is '" + value
                                    + "', which counts as 0",
                            "write a whole number");
                }
            }
        }
    }
}
