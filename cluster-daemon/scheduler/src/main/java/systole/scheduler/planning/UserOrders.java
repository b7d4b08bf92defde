package systole.scheduler.planning;

import java.util.List;
import org.jspecify.annotations.Nullable;
import systole.model.Score;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Colocation;
import systole.scheduler.working.OrderConstraint;
import systole.scheduler.working.OrderConstraint.Group;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** Relations from the constraints section: orders, and colocations of minus infinity (8.5, 8.9). */
final class UserOrders {
    private final Cluster cluster;
    private final Actions actions;
    private final Relations relations;

    UserOrders(Cluster cluster, Actions actions, Relations relations) {
        this.cluster = cluster;
        this.actions = actions;
        this.relations = relations;
    }

    void make() {
        for (OrderConstraint order : cluster.orders) {
            int before = relations.all().size();
            if (order.simple()) {
                simple(order);
            } else {
                sets(order);
            }
            relations.name(order.id(), before);
        }
        for (Colocation colocation : cluster.colocations) {
            if (colocation.explicit() && colocation.score() <= -Score.LIMIT) {
                int before = relations.all().size();
                apart(colocation);
                relations.name(colocation.id(), before);
            }
        }
    }

    // ---- kinds

    private static boolean symmetrical(OrderConstraint.Kind kind, @Nullable Boolean explicit) {
        if (explicit != null) {
            return explicit && kind != OrderConstraint.Kind.SERIALIZE;
        }
        return kind != OrderConstraint.Kind.SERIALIZE;
    }

    private static int forward(OrderConstraint.Kind kind, String firstTask, boolean symmetrical) {
        return switch (kind) {
            case OPTIONAL -> Kind.ORDER | Kind.WISH;
            case SERIALIZE -> Kind.SERIALIZE | Kind.WISH;
            case MANDATORY ->
                symmetrical ? Kind.ORDER | Kind.PUSH | (Tasks.isUp(firstTask) ? Kind.GATE : 0) : Kind.ORDER | Kind.ASYM;
        };
    }

    private static int backward(OrderConstraint.Kind kind) {
        return kind == OrderConstraint.Kind.MANDATORY ? Kind.ORDER | Kind.PULL : Kind.ORDER | Kind.WISH;
    }

    // ---- simple orders

    private void simple(OrderConstraint order) {
        Group firstSet = order.sets().get(0);
        Group thenSet = order.sets().get(1);
        Resource first = firstSet.members().get(0);
        Resource then = thenSet.members().get(0);
        String firstTask = firstSet.action();
        String thenTask = thenSet.action();
        OrderConstraint.Kind kind = order.kind();
        boolean symmetrical = symmetrical(kind, order.symmetrical());
        int minimum = minimum(order, first);
        int kinds = forward(kind, firstTask, symmetrical);
        if (minimum > 0) {
            Action point = point("clone-one-or-more:" + order.id(), minimum);
            for (Resource instance : first.children) {
                relations.relate(instance, firstTask, point, Kind.MIN | Kind.SHOW_THEN);
            }
            relations.relate(point, then, thenTask, kinds | Kind.GATE);
        } else {
            relations.relate(first, firstTask, then, thenTask, kinds);
        }
        if (symmetrical) {
            relations.relate(then, Tasks.inverse(thenTask), first, Tasks.inverse(firstTask), backward(kind));
        }
    }

    private static int minimum(OrderConstraint order, Resource first) {
        if (!first.isClone()) {
            return 0;
        }
        if (first.clone != null && first.clone.cloneMin > 0) {
            return first.clone.cloneMin;
        }
        return order.requireAll() ? 0 : 1;
    }

    private Action point(String key, int minimum) {
        Action point = actions.requestClusterAction(key, key, null, true);
        point.pseudo = true;
        point.runnable = true;
        point.minimum = minimum;
        return point;
    }

    // ---- sets

    private void sets(OrderConstraint order) {
        Group last = null;
        for (Group set : order.sets()) {
            inside(order, set);
            if (last != null) {
                between(order, last, set);
            }
            last = set;
        }
    }

    private OrderConstraint.Kind kindOf(OrderConstraint order, Group set) {
        return set.kind() != null ? set.kind() : order.kind();
    }

    private boolean symmetryOf(OrderConstraint order, Group set) {
        OrderConstraint.Kind kind = kindOf(order, set);
        return symmetrical(kind, set.symmetrical() != null ? set.symmetrical() : order.symmetrical());
    }

    private void inside(OrderConstraint order, Group set) {
        if (set.sequential() != null && !set.sequential()) {
            return;
        }
        OrderConstraint.Kind kind = kindOf(order, set);
        boolean symmetrical = symmetryOf(order, set);
        String task = set.action();
        List<Resource> members = set.members();
        int kinds = forward(kind, task, symmetrical);
        if (kind == OrderConstraint.Kind.SERIALIZE) {
            for (int i = 0; i < members.size(); i++) {
                for (int j = i + 1; j < members.size(); j++) {
                    relations.relate(members.get(i), task, members.get(j), task, kinds);
                }
            }
            return;
        }
        for (int i = 1; i < members.size(); i++) {
            relations.relate(members.get(i - 1), task, members.get(i), task, kinds);
        }
        if (symmetrical) {
            String inverse = Tasks.inverse(task);
            for (int i = members.size() - 1; i > 0; i--) {
                relations.relate(members.get(i), inverse, members.get(i - 1), inverse, backward(kind));
            }
        }
    }

    private static boolean explicitlySequential(Group set) {
        return set.sequential() != null && set.sequential();
    }

    private void between(OrderConstraint order, Group first, Group then) {
        if (first.members().isEmpty() || then.members().isEmpty()) {
            return;
        }
        OrderConstraint.Kind kind = order.kind();
        boolean symmetrical = symmetrical(kind, order.symmetrical());
        int kinds = forward(kind, first.action(), symmetrical);
        boolean any = !first.requireAll()
                && !first.action().equals(Tasks.STOP)
                && !first.action().equals(Tasks.DEMOTE);
        if (any) {
            Action point = point("one-or-more:" + first.id(), 1);
            for (Resource member : first.members()) {
                relations.relate(member, first.action(), point, Kind.MIN | Kind.SHOW_THEN);
            }
            for (Resource member : then.members()) {
                relations.relate(point, member, then.action(), kinds | Kind.GATE);
            }
        } else {
            for (Resource a : ends(first, false)) {
                for (Resource b : ends(then, true)) {
                    relations.relate(a, first.action(), b, then.action(), kinds);
                }
            }
        }
        if (symmetrical) {
            String firstInverse = Tasks.inverse(first.action());
            String thenInverse = Tasks.inverse(then.action());
            for (Resource b : ends(then, true)) {
                for (Resource a : ends(first, false)) {
                    relations.relate(b, thenInverse, a, firstInverse, backward(kind));
                }
            }
        }
    }

    /** The members that stand for a set towards its neighbour: one end if it is explicitly sequential, else all. */
    private static List<Resource> ends(Group set, boolean start) {
        List<Resource> members = set.members();
        if (!explicitlySequential(set)) {
            return members;
        }
        return List.of(members.get(start ? 0 : members.size() - 1));
    }

    // ---- anti-colocation

    private void apart(Colocation colocation) {
        if (colocation.primary() == colocation.dependent()) {
            return;
        }
        loseThenGain(
                colocation.primary(), colocation.primaryRole(), colocation.dependent(), colocation.dependentRole());
        loseThenGain(
                colocation.dependent(), colocation.dependentRole(), colocation.primary(), colocation.primaryRole());
    }

    private void loseThenGain(Resource loser, @Nullable Role lost, Resource winner, @Nullable Role gained) {
        for (String losing : losing(lost)) {
            for (String gaining : gaining(gained)) {
                relations.relate(loser, losing, winner, gaining, Kind.ANTI);
            }
        }
    }

    private static List<String> losing(@Nullable Role role) {
        if (role == Role.PROMOTED) {
            return List.of(Tasks.DEMOTE);
        }
        return role == Role.UNPROMOTED ? List.of(Tasks.STOP, Tasks.PROMOTE) : List.of(Tasks.STOP);
    }

    private static List<String> gaining(@Nullable Role role) {
        if (role == Role.PROMOTED) {
            return List.of(Tasks.PROMOTE);
        }
        return role == Role.UNPROMOTED ? List.of(Tasks.START, Tasks.DEMOTE) : List.of(Tasks.START);
    }
}
