package systole.scheduler.status;

import org.jspecify.annotations.Nullable;
import systole.scheduler.rules.Values;
import systole.scheduler.working.Node;
import systole.scheduler.working.Replica;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** When a resource counts as active, disabled or failed for display (input-and-status 20.1, 20.3). */
final class Activeness {
    private Activeness() {}

    static boolean active(Resource resource) {
        if (!resource.isPrimitive()) {
            for (Resource child : resource.children) {
                if (active(child)) {
                    return true;
                }
            }
            return false;
        }
        for (Node node : resource.active) {
            if (node.unclean || node.online || !resource.managed) {
                return true;
            }
        }
        return false;
    }

    static boolean fullyActive(Resource resource) {
        if (resource.isPrimitive()) {
            return active(resource);
        }
        for (Resource child : resource.children) {
            if (!fullyActive(child)) {
                return false;
            }
        }
        return true;
    }

    static boolean anyFailed(Resource resource) {
        if (resource.failed) {
            return true;
        }
        for (Resource child : resource.children) {
            if (anyFailed(child)) {
                return true;
            }
        }
        return false;
    }

    static boolean allManaged(Resource resource) {
        if (!resource.managed) {
            return false;
        }
        for (Resource child : resource.children) {
            if (!allManaged(child)) {
                return false;
            }
        }
        return true;
    }

    static @Nullable Role targetRole(Resource resource) {
        return Role.of(resource.meta.get("target-role"));
    }

    /** {@code target-role} Stopped, or Unpromoted in a promotable clone. */
    static boolean disabled(Resource resource) {
        Role role = targetRole(resource);
        return role == Role.STOPPED || (role == Role.UNPROMOTED && promotable(resource));
    }

    static boolean promotable(Resource resource) {
        Resource top = resource.top();
        return Values.isTrue(top.meta.get("promotable"));
    }

    /** The resource shown for a replica: the bundled primitive, or the container. */
    static Resource shown(Replica replica) {
        return replica.child != null ? replica.child : replica.container;
    }
}
