package systole.scheduler.planning;

import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;

/** The effective fail count of a resource on a node (input-and-status 14.2). */
interface FailCounts {
    int effective(Resource resource, Node node);
}
