package systole.scheduler.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import systole.scheduler.working.CloneData;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Node;
import systole.scheduler.working.Reason;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** Why an instance of a promotable clone is promoted, or not. */
final class Promotions {
    private final Cluster cluster;
    private final Contributions contributions;

    Promotions(Cluster cluster, Contributions contributions) {
        this.cluster = cluster;
        this.contributions = contributions;
    }

    Optional<Proof> of(Resource resource) {
        Resource clone = resource.enclosingClone();
        if (clone == null || clone.clone == null || !clone.promotable || resource.assigned == null) {
            return Optional.empty();
        }
        Resource instance = resource;
        while (instance.parent != null && instance.parent != clone) {
            instance = instance.parent;
        }
        return Optional.of(of(resource, instance, clone, clone.clone));
    }

    private Proof of(Resource resource, Resource instance, Resource clone, CloneData data) {
        boolean promoted = resource.nextRole == Role.PROMOTED;
        List<Proof> because = scores(instance, true);
        List<String> ahead = new ArrayList<>();
        for (Resource each : clone.children) {
            Node node = each.primitives().get(0).assigned;
            if (each != instance && node != null) {
                boolean its = each.primitives().get(0).nextRole == Role.PROMOTED;
                if (its) {
                    ahead.add(node.name + " with " + Proof.score(each.promotionPriority));
                }
                if (its != promoted) {
                    because.addAll(scores(each, its));
                }
            }
        }
        Node node = resource.assigned;
        String where = node == null ? "" : node.name;
        String score = Proof.score(instance.promotionPriority);
        String text;
        List<Remedy> remedies = new ArrayList<>();
        if (promoted) {
            text = "it is promoted on " + where + ": promotion score " + score
                    + (because.size() > 1 ? ", the highest" : "");
        } else if (instance.promotionPriority < 0) {
            text = "it is not promoted on " + where + ": promotion score " + score;
        } else if (!cluster.quorate && ahead.size() < data.promotedMax) {
            text = "it is not promoted on " + where + ": the cluster has no quorum";
            remedies.addAll(contributions.remedies.quorum());
        } else if (ahead.size() >= data.promotedMax) {
            text = "it is not promoted on " + where + " with " + score + ": promoted-max=" + data.promotedMax
                    + ", and ahead of it is " + String.join(", ", ahead);
            remedies.add(Remedy.of(
                    "systole configure location prefer-" + clone.configId() + " " + clone.configId()
                            + " rule '$role=Promoted' " + Math.max(1, best(clone) - instance.promotionPriority + 1)
                            + ": '#uname' eq " + where,
                    "prefers " + where + " for the promoted instance, by as much as it is behind"));
        } else {
            text = "it is not promoted on " + where + " with " + score;
        }
        contributions.of(clone).stream()
                .filter(each -> each.kind() == Reason.Kind.TICKET && !promoted)
                .limit(1)
                .forEach(each -> because.add(contributions
                        .proof(new Reason(each.kind(), clone, null, each.score(), each.source(), each.text()))
                        .decisive(true)));
        return Proof.of(Reason.Kind.PROMOTION, text)
                .about(resource, node)
                .scored(0)
                .decisive(true)
                .remedied(remedies)
                .because(because);
    }

    private static int best(Resource clone) {
        int best = 0;
        for (Resource each : clone.children) {
            if (each.primitives().get(0).nextRole == Role.PROMOTED) {
                best = Math.max(best, each.promotionPriority);
            }
        }
        return best;
    }

    private List<Proof> scores(Resource instance, boolean decisive) {
        Node node = instance.primitives().get(0).assigned;
        List<Proof> found = new ArrayList<>();
        for (Reason each : contributions.of(instance)) {
            boolean choice = each.kind() == Reason.Kind.PROMOTION && each.node() == node;
            if (choice) {
                Proof proof = contributions.proof(each);
                found.add(Proof.of(each.kind(), where(node) + proof.text())
                        .about(instance, node)
                        .scored(each.score())
                        .from(each.source())
                        .decisive(decisive && each.score() != 0)
                        .remedied(proof.remedies()));
            }
        }
        return found;
    }

    private static String where(@Nullable Node node) {
        return node == null ? "" : node.name + ": ";
    }
}
