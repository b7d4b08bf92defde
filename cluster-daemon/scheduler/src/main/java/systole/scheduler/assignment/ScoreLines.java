package systole.scheduler.assignment;

import systole.model.Score;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;

/** The lines of {@code crm_simulate -s} (assignment, section 21). */
final class ScoreLines {
    private final Cluster cluster;

    ScoreLines(Cluster cluster) {
        this.cluster = cluster;
    }

    void table(String stage, Resource resource) {
        if (!cluster.scoreLinesWanted || resource.removed) {
            return;
        }
        for (Node node : cluster.nodes) {
            if (resource.table.has(node)) {
                cluster.scoreLines.add(stage + ": " + resource.id + " allocation score on " + node.name + ": "
                        + text(resource.table.score(node)));
            }
        }
    }

    /** The table of a resource and of everything below it. */
    void tables(String stage, Resource resource) {
        if (!cluster.scoreLinesWanted || resource.removed) {
            return;
        }
        table(stage, resource);
        for (Resource child : resource.children) {
            tables(stage, child);
        }
    }

    void promotion(Resource instance) {
        if (!cluster.scoreLinesWanted) {
            return;
        }
        Node node = Placing.node(instance);
        cluster.scoreLines.add(instance.id + " promotion score " + (node == null ? "(inactive)" : "on " + node.name)
                + ": " + text(instance.promotionPriority));
    }

    static String text(int score) {
        if (score >= Score.LIMIT) {
            return "INFINITY";
        }
        return score <= -Score.LIMIT ? "-INFINITY" : String.valueOf(score);
    }
}
