package systole.scheduler.assignment;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import systole.model.Score;
import systole.scheduler.working.CloneData;
import systole.scheduler.working.Colocation;
import systole.scheduler.working.ColocationOrder;
import systole.scheduler.working.Resource;

/** Which colocations count for a resource, in which order (assignment 13.3). */
public final class Colocations {
    /** One of the two directions. */
    private enum Side {
        AS_DEPENDENT,
        AS_PRIMARY;

        List<Colocation> own(Resource resource) {
            return this == AS_DEPENDENT ? resource.asDependent : resource.asPrimary;
        }

        Comparator<Colocation> order() {
            return this == AS_DEPENDENT ? ColocationOrder.BY_PRIMARY : ColocationOrder.BY_DEPENDENT;
        }
    }

    private Colocations() {}

    /** Colocations in which it is the dependent, inherited ones included. Not to be changed. */
    public static List<Colocation> asDependent(Resource resource) {
        return list(resource, Side.AS_DEPENDENT);
    }

    /** Colocations in which it is the primary, inherited ones included. Not to be changed. */
    public static List<Colocation> asPrimary(Resource resource) {
        return list(resource, Side.AS_PRIMARY);
    }

    private static List<Colocation> list(Resource resource, Side side) {
        Resource parent = resource.parent;
        switch (resource.variant) {
            case BUNDLE -> {
                return side.own(resource);
            }
            case GROUP -> {
                List<Colocation> result = new ArrayList<>();
                addWhole(result, side.own(resource), side);
                addOfGroup(result, resource, resource, side, false);
                return result;
            }
            case CLONE -> {
                CloneData data = resource.clone;
                if (data == null || data.bundle == null || !data.choosingRoles || !resource.promotable) {
                    return side.own(resource);
                }
                List<Colocation> result = new ArrayList<>();
                addWhole(result, side.own(resource), side);
                addWhole(result, side.own(data.bundle), side);
                return result;
            }
            case PRIMITIVE -> {
                if (parent == null) {
                    return side.own(resource);
                }
                return ofPart(resource, parent, side);
            }
        }
        return List.of();
    }

    private static List<Colocation> ofPart(Resource resource, Resource parent, Side side) {
        List<Colocation> own = side.own(resource);
        switch (parent.variant) {
            case BUNDLE -> {
                boolean container = resource.replica != null && resource.replica.container == resource;
                if (!container || side.own(parent).isEmpty()) {
                    return own;
                }
                List<Colocation> result = new ArrayList<>();
                addWhole(result, own, side);
                addWhole(result, side.own(parent), side);
                return result;
            }
            case CLONE -> {
                List<Colocation> result = new ArrayList<>();
                addWhole(result, own, side);
                addOfClone(result, parent, side, !resource.unassigned);
                return result;
            }
            case GROUP -> {
                return ofMember(resource, parent, side);
            }
            default -> {
                return own;
            }
        }
    }

    private static List<Colocation> ofMember(Resource member, Resource group, Side side) {
        List<Resource> members = group.children;
        boolean first = members.get(0) == member;
        boolean last = members.get(members.size() - 1) == member;
        boolean takes = side == Side.AS_DEPENDENT ? first : last;
        if (takes) {
            List<Colocation> result = new ArrayList<>();
            addWhole(result, side.own(member), side);
            addWhole(result, side.own(group), side);
            addOfGroup(result, group, member, side, true);
            return result;
        }
        if (side == Side.AS_PRIMARY || group.asDependent.isEmpty()) {
            return side.own(member);
        }
        List<Colocation> result = new ArrayList<>(side.own(member));
        for (Resource each : members) {
            if (each == member) {
                break;
            }
            if (!each.managed) {
                for (Colocation colocation : group.asDependent) {
                    // Apart as well: the reference starts the later members beside what the group must be apart from.
                    if (Math.abs(colocation.score()) >= Score.LIMIT) {
                        addOne(result, colocation, side);
                    }
                }
                break;
            }
        }
        return result;
    }

    /** The clone's of a cloned group, and the explicit ones of all members but one. */
    private static void addOfGroup(
            List<Colocation> result, Resource group, Resource except, Side side, boolean member) {
        Resource clone = group.parent;
        if (clone != null && clone.isClone()) {
            addOfClone(result, clone, side, member ? !except.unassigned : !group.unassigned);
        }
        if (!group.collocated) {
            return;
        }
        for (Resource each : group.children) {
            if (each != except) {
                for (Colocation colocation : side.own(each)) {
                    if (colocation.explicit()) {
                        addOne(result, colocation, side);
                    }
                }
            }
        }
    }

    private static void addOfClone(List<Colocation> result, Resource clone, Side side, boolean instanceAssigned) {
        addWhole(result, side.own(clone), side);
        CloneData data = clone.clone;
        if (data != null && data.bundle != null && clone.promotable && instanceAssigned) {
            addWhole(result, side.own(data.bundle), side);
        }
    }

    /** Joins a list; into a result that is not empty its first element comes as often as it has elements. */
    private static void addWhole(List<Colocation> result, List<Colocation> list, Side side) {
        if (result.isEmpty()) {
            result.addAll(list);
            return;
        }
        for (int i = 0; i < list.size(); i++) {
            addOne(result, list.get(0), side);
        }
    }

    private static void addOne(List<Colocation> result, Colocation colocation, Side side) {
        Comparator<Colocation> order = side.order();
        int at = 0;
        while (at < result.size() && order.compare(result.get(at), colocation) < 0) {
            at++;
        }
        result.add(at, colocation);
    }

    /** Whether the dependent's wishes count for the primary now (assignment 13.5). */
    static boolean influences(Colocation colocation, Resource primary) {
        Resource dependent = colocation.dependent();
        if (dependent.isConnection() && dependent.replica != null) {
            if (!primary.failed && primary.active.size() == 1) {
                return false;
            }
        }
        return colocation.influence() || primary.active.isEmpty();
    }

    static boolean influences(Colocation colocation) {
        return influences(colocation, colocation.primary());
    }
}
