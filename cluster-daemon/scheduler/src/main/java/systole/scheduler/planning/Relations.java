package systole.scheduler.planning;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.scheduler.working.Resource;

/** All relations of one plan in creation order, each with the ones that live migration adds (actions-and-graph 8.6). */
final class Relations {
    private final ArrayList<Relation> all = new ArrayList<>();

    List<Relation> all() {
        return all;
    }

    /** Once all are joined, only who has to say why asks for them; a large plan has ten of them for each resource. */
    void forget() {
        all.clear();
        all.trimToSize();
        named.clear();
    }

    /** Relations that a constraint made: from one place in the list to before another. */
    record Named(String constraint, int from, int to) {}

    private final List<Named> named = new ArrayList<>();

    /** Everything from a place in the list on comes from this constraint. */
    void name(String constraint, int from) {
        if (from < all.size()) {
            named.add(new Named(constraint, from, all.size()));
        }
    }

    /** A relation with the constraint that made it. */
    private record Made(Relation relation, String constraint) {}

    private @Nullable Map<Resource, List<Made>> made;

    /** The constraint that relates two actions; empty if none does. Asked only when all relations are there. */
    String constraint(Action one, Action other) {
        Map<Resource, List<Made>> index = made != null ? made : index();
        for (Resource at = one.resource; at != null; at = at.parent) {
            for (Made each : index.getOrDefault(at, List.of())) {
                Relation relation = each.relation;
                if ((firstIs(relation, one) && thenIs(relation, other))
                        || (firstIs(relation, other) && thenIs(relation, one))) {
                    return each.constraint;
                }
            }
        }
        return "";
    }

    private Map<Resource, List<Made>> index() {
        Map<Resource, List<Made>> index = new IdentityHashMap<>();
        for (Named each : named) {
            for (Relation relation : all.subList(each.from, each.to)) {
                Made entry = new Made(relation, each.constraint);
                for (Resource resource : new Resource[] {relation.firstResource(), relation.thenResource()}) {
                    if (resource != null) {
                        index.computeIfAbsent(resource, any -> new ArrayList<>())
                                .add(entry);
                    }
                }
            }
        }
        made = index;
        return index;
    }

    private static boolean firstIs(Relation relation, Action action) {
        return relation.firstAction() == action || covers(relation.firstResource(), relation.firstTask(), action);
    }

    private static boolean thenIs(Relation relation, Action action) {
        return relation.thenAction() == action || covers(relation.thenResource(), relation.thenTask(), action);
    }

    private static boolean covers(@Nullable Resource resource, String task, Action action) {
        return resource != null
                && action.resource != null
                && action.resource.isInside(resource)
                && Tasks.base(task).equals(Tasks.base(Tasks.ofNotification(action.keyTask)));
    }

    /** (resource, task) before (resource, task). */
    void relate(Resource first, String firstTask, Resource then, String thenTask, int kinds) {
        add(new Relation(first, firstTask, null, then, thenTask, null, kinds));
    }

    /** An action before (resource, task). */
    void relate(Action first, Resource then, String thenTask, int kinds) {
        add(new Relation(first.resource, first.task, first, then, thenTask, null, kinds));
    }

    /** (resource, task) before an action. */
    void relate(Resource first, String firstTask, Action then, int kinds) {
        add(new Relation(first, firstTask, null, then.resource, then.task, then, kinds));
    }

    /** An action before an action. */
    void relate(Action first, Action then, int kinds) {
        add(new Relation(first.resource, first.task, first, then.resource, then.task, then, kinds));
    }

    private void add(Relation relation) {
        all.add(relation);
        Resource first = relation.firstResource();
        Resource then = relation.thenResource();
        if (first != null && then != null) {
            forMigration(relation, first, then);
        }
    }

    private void forMigration(Relation relation, Resource first, Resource then) {
        if (!then.allowMigrate && !first.allowMigrate) {
            return;
        }
        if (first.isInside(then) || then.isInside(first)) {
            return;
        }
        boolean firstMigrates = first.allowMigrate;
        boolean thenMigrates = then.allowMigrate;
        String before = relation.firstTask();
        String after = relation.thenTask();
        int condition = firstMigrates ? Kind.IF_UNMIGRATABLE : 0;
        if (before.equals(Tasks.START) && after.equals(Tasks.START)) {
            if (firstMigrates && thenMigrates) {
                spawn(relation, first, Tasks.MIGRATE_FROM, then, Tasks.MIGRATE_TO, Kind.ORDER);
            }
            if (thenMigrates) {
                spawn(relation, first, Tasks.START, then, Tasks.MIGRATE_TO, Kind.ORDER | condition);
            }
        } else if (thenMigrates && before.equals(Tasks.STOP) && after.equals(Tasks.STOP)) {
            spawn(relation, first, Tasks.STOP, then, Tasks.MIGRATE_TO, Kind.ORDER | condition);
            if (then.partialMigrationTarget != null) {
                spawn(relation, first, Tasks.STOP, then, Tasks.MIGRATE_FROM, Kind.ORDER | condition);
            }
        } else if (thenMigrates && before.equals(Tasks.PROMOTE) && after.equals(Tasks.START)) {
            spawn(relation, first, Tasks.PROMOTE, then, Tasks.MIGRATE_TO, Kind.ORDER);
        } else if (thenMigrates && before.equals(Tasks.DEMOTE) && after.equals(Tasks.STOP)) {
            spawn(relation, first, Tasks.DEMOTE, then, Tasks.MIGRATE_TO, Kind.ORDER);
            if (then.partialMigrationTarget != null) {
                spawn(relation, first, Tasks.DEMOTE, then, Tasks.MIGRATE_FROM, Kind.ORDER);
            }
        }
    }

    private void spawn(Relation source, Resource first, String firstTask, Resource then, String thenTask, int kinds) {
        @Nullable Action firstAction = firstTask.equals(source.firstTask()) ? source.firstAction() : null;
        all.add(new Relation(
                first, firstTask, firstAction, then, thenTask, null, kinds | (source.kinds() & Kind.WISH)));
    }
}
