package systole.scheduler.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import systole.model.Element;
import systole.model.Score;
import systole.scheduler.status.ExitTexts;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Colocation;
import systole.scheduler.working.Decision;
import systole.scheduler.working.FailedOperation;
import systole.scheduler.working.HistoryEntry;
import systole.scheduler.working.Node;
import systole.scheduler.working.ProbeMode;
import systole.scheduler.working.Reason;
import systole.scheduler.working.Resource;

/** What made the score of one resource on one node, in words. */
final class Contributions {
    private final Cluster cluster;

    final Remedies remedies;

    Contributions(Cluster cluster) {
        this.cluster = cluster;
        this.remedies = new Remedies(cluster);
    }

    /** Entries about a resource on a node up to its choice, in the order in which they came up; facts for all nodes too. */
    List<Reason> of(Resource resource, Node node) {
        Decision decision = cluster.reasons.decision(resource);
        return cluster.reasons.of(resource).stream()
                .limit(decision == null ? Long.MAX_VALUE : decision.entries())
                .filter(reason -> reason.kind() != Reason.Kind.UNACCOUNTED)
                .filter(reason -> reason.node() == node || reason.node() == null)
                .filter(reason -> reason.kind() != Reason.Kind.PROMOTION)
                .toList();
    }

    List<Reason> of(Resource resource) {
        return cluster.reasons.of(resource);
    }

    static boolean bans(Reason reason) {
        return reason.score() <= -Score.LIMIT;
    }

    Proof proof(Reason reason) {
        Node node = reason.node();
        Proof proof = Proof.of(reason.kind(), text(reason))
                .about(reason.resource(), node)
                .scored(reason.score())
                .from(reason.source())
                .remedied(remedies.against(reason));
        if ((reason.kind() == Reason.Kind.FAIL_COUNT || reason.kind() == Reason.Kind.FAILURE) && node != null) {
            return proof.because(failures(reason.resource(), node));
        }
        return proof;
    }

    private String text(Reason reason) {
        String where = reason.node() == null ? "" : reason.node().name;
        return switch (reason.kind()) {
            case BASE_SCORE -> "score of node " + where + " itself";
            case LOCATION ->
                Remedies.isRequest(reason.source())
                        ? "location constraint " + reason.source() + ", left by an earlier "
                                + (reason.source().startsWith("cli-ban-") ? "'resource ban'" : "'resource move'")
                        : reason.text();
            case RULE -> rule(reason, where);
            case HEALTH -> health(reason.node());
            case COLOCATION -> colocation(reason);
            case GROUP ->
                "members of a group run together, and " + reason.text() + place(cluster.resource(reason.text()));
            case DEPENDENT -> dependent(reason, where);
            case TICKET -> ticket(reason);
            case TARGET_ROLE ->
                reason.text()
                        + (Remedies.askedToStop(reason.resource()) ? " (target-role=Stopped)" : " after a failure");
            default -> reason.text();
        };
    }

    private String rule(Reason reason, String where) {
        Optional<Element> rule = remedies.rule(reason.source());
        String id = reason.source().substring(0, Math.max(0, reason.source().indexOf('/')));
        if (rule.isEmpty()) {
            return reason.text();
        }
        StringBuilder facts = new StringBuilder();
        Node node = reason.node();
        if (node != null) {
            for (String name : RuleWords.attributes(rule.get())) {
                String value = node.attributes.get(name);
                facts.append(facts.isEmpty() ? "; there " : ", ").append(name);
                facts.append(value == null ? " is not set" : "=" + value);
            }
        }
        String place = node == null ? "every node" : where;
        return "location constraint " + id + ", whose rule holds on " + place + ": " + RuleWords.of(rule.get()) + facts;
    }

    private String health(@Nullable Node node) {
        if (node == null) {
            return "health";
        }
        String attributes = node.attributes.entrySet().stream()
                .filter(each -> each.getKey().startsWith("#health"))
                .map(each -> each.getKey() + "=" + each.getValue())
                .collect(Collectors.joining(", "));
        String strategy = cluster.options.text("node-health-strategy", "none");
        return "health of " + node.name + ": " + attributes + " (node-health-strategy=" + strategy + ")";
    }

    private String colocation(Reason reason) {
        String primary = reason.text();
        int score = cluster.colocations.stream()
                .filter(each -> each.id().equals(reason.source()))
                .mapToInt(Colocation::score)
                .findFirst()
                .orElse(0);
        String id = reason.source().startsWith("#") ? "it" : "colocation " + reason.source();
        String verb = score >= Score.LIMIT
                ? " has to keep it with "
                : score > 0
                        ? " would like it with "
                        : score <= -Score.LIMIT ? " has to keep it away from " : " would like it away from ";
        return id + verb + primary + ", which" + place(cluster.resource(primary));
    }

    /** Where a resource will be, as the end of a sentence. */
    static String place(@Nullable Resource resource) {
        if (resource == null) {
            return " is not usable";
        }
        List<String> nodes = resource.primitives().stream()
                .map(each -> each.assigned)
                .filter(node -> node != null)
                .map(node -> node.name)
                .distinct()
                .toList();
        return nodes.isEmpty() ? " runs nowhere" : " is on " + String.join(" and ", nodes);
    }

    private String dependent(Reason reason, String where) {
        String how = reason.source().startsWith("#group")
                ? ", a later member of the group,"
                : ", tied to it by colocation " + reason.source() + ",";
        if (bans(reason)) {
            return reason.text() + how + " cannot run on " + where;
        }
        return reason.text() + how + (reason.score() < 0 ? " would rather not be there" : " would like to be there");
    }

    private String ticket(Reason reason) {
        return cluster.ticketConstraints.stream()
                .filter(each -> each.id().equals(reason.source()))
                .findFirst()
                .map(each -> "ticket " + each.ticket().id()
                        + (each.ticket().granted() ? " is in standby" : " is not granted")
                        + " (ticket constraint " + each.id() + ")")
                .orElse(reason.text());
    }

    // ---- failures

    /** Failed operations of a resource on a node. */
    List<Proof> failures(Resource resource, Node node) {
        List<Proof> found = new ArrayList<>();
        for (FailedOperation each : cluster.failedOperations) {
            boolean same = each.resource() == resource || each.resource().isInside(resource);
            if (same && each.node() == node && !each.maskedProbe()) {
                found.add(failure(each).decisive(true));
            }
        }
        return found;
    }

    Proof failure(FailedOperation failed) {
        HistoryEntry entry = failed.entry();
        String every = entry.intervalMs > 0 ? " (every " + entry.intervalMs / 1000 + "s)" : "";
        String why = entry.xml.attribute("exit-reason", "");
        String text = entry.task + every + " of " + failed.resource().id + " failed on " + failed.node().name + ": "
                + ExitTexts.of(entry.rc) + " (" + entry.rc + ")" + (why.isEmpty() ? "" : ", " + why);
        return Proof.of(Reason.Kind.FAILURE, text)
                .about(failed.resource(), failed.node())
                .from(entry.id);
    }

    // ---- what is not in the book

    /** Why a node has no entry at all; empty if it has one. */
    Optional<Proof> noEntry(Resource resource, Node node) {
        if (resource.table.has(node)) {
            return Optional.empty();
        }
        Reason reason = new Reason(
                Reason.Kind.OPT_IN,
                resource,
                node,
                -Score.LIMIT,
                "symmetric-cluster",
                "no location constraint names it");
        if (cluster.options.symmetric) {
            return Optional.of(Proof.of(Reason.Kind.OPT_IN, node.name + " is no node for " + resource.id)
                    .about(resource, node));
        }
        return Optional.of(Proof.of(
                        Reason.Kind.OPT_IN,
                        "symmetric-cluster=false, and no location constraint allows " + resource.id + " on "
                                + node.name)
                .about(resource, node)
                .from("symmetric-cluster")
                .remedied(remedies.against(reason)));
    }

    /** A fact worth knowing: the resource is not looked for there. */
    Optional<Proof> notProbed(Resource resource, Node node) {
        if (resource.table.probeMode(node) != ProbeMode.NEVER || node.bundleNode) {
            return Optional.empty();
        }
        String source = resource.top().locations.stream()
                .filter(each -> each.probeMode() == ProbeMode.NEVER
                        && each.entries().stream().anyMatch(entry -> entry.node() == node))
                .map(each -> each.id())
                .findFirst()
                .orElse("");
        return Optional.of(Proof.of(
                        Reason.Kind.PROBE,
                        "whether it runs there is never looked at"
                                + (source.isEmpty() ? "" : " (resource-discovery=never in " + source + ")"))
                .about(resource, node)
                .from(source));
    }

    /** Why a node cannot be used at all; empty if it can. */
    Optional<Proof> state(Node node) {
        String word = word(node);
        return word.isEmpty()
                ? Optional.empty()
                : Optional.of(Proof.of(Reason.Kind.NODE_STATE, node.name + " " + word)
                        .about(null, node)
                        .remedied(remedies.usable(node)));
    }

    static String word(Node node) {
        if (node.unclean) {
            return node.online ? "has to be fenced" : "is lost, and not known to be off";
        }
        if (!node.online) {
            return "is offline";
        }
        if (node.pending) {
            return "is joining, not yet a member";
        }
        if (node.shutdown) {
            return "is shutting down";
        }
        if (node.standbyOnFail) {
            return "is in standby because of a failure (on-fail=standby)";
        }
        if (node.standby) {
            return "is in standby";
        }
        return node.maintenance ? "is in maintenance" : "";
    }
}
