package systole.graph;

/**
 * What every action of a graph has. Texts that do not apply are empty.
 *
 * @param id unique in the graph, from 1
 * @param operation the task: {@code start}, {@code monitor}, {@code stonith}, {@code running} …
 * @param operationKey {@code resource_task_interval}; for an instance with a history id built from that id
 * @param internalOperationKey the true key, only where {@code operationKey} is built from a history id
 * @param onNode name of the node the action is about
 * @param onNodeUuid id of that node (a remote node's id is its name)
 * @param routerNode cluster node through which an action on a remote or guest node goes
 * @param shutdownLock seconds since the epoch at which the resource was locked to the node
 */
public record ActionHead(
        int id,
        String operation,
        String operationKey,
        String internalOperationKey,
        String onNode,
        String onNodeUuid,
        String routerNode,
        String shutdownLock) {
    public ActionHead {
        if (operation.isEmpty() || operationKey.isEmpty()) {
            throw new IllegalArgumentException("action " + id + " needs an operation and an operation key");
        }
    }

    /** An action without history id, router or lock. */
    public static ActionHead of(int id, String operation, String operationKey, String onNode, String onNodeUuid) {
        return new ActionHead(id, operation, operationKey, "", onNode, onNodeUuid, "", "");
    }
}
