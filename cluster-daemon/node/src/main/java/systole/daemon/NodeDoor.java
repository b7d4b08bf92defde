package systole.daemon;

import java.util.Map;
import java.util.SortedMap;
import java.util.function.Consumer;
import systole.api.Answer;
import systole.coordinator.ClientRequest;
import systole.coordinator.Reply;
import systole.state.ClusterState;

/** What the desk may ask of the node behind it. All methods return at once and may be called on any thread. */
interface NodeDoor {
    /** Name of this node. */
    String name();

    /** The latest state. */
    ClusterState state();

    boolean isQuorate();

    /**
     * What a status shows beside the CIB: {@code view} (changes with each change of membership), {@code transition},
     * {@code quorum} (the reason in words), {@code lease}, and further facts; values are never null.
     */
    SortedMap<String, String> facts();

    /** Links, ring, quorum and counters, for {@code corosync status}. */
    Map<String, String> ring();

    /**
     * Hands a request to the node loop.
     *
     * @param answer called once, on the node loop; must not block
     */
    void submit(String author, ClientRequest request, Consumer<Reply> answer);

    /**
     * A token with which one machine may join within this time, as text.
     *
     * @throws systole.kernel.BadInputException if this node cannot let machines in
     */
    String token(long seconds);

    /**
     * Takes a node out of the node list.
     *
     * @param answer called once, on any thread; must not block
     * @throws systole.kernel.BadInputException if there is no such node
     */
    void remove(String author, String name, Consumer<Answer> answer);

    /**
     * The file on this node's disk becomes that of all nodes, if what it changes can change while daemons run.
     *
     * @param check only say what would change
     * @param answer called once, on any thread; must not block
     */
    void reload(String author, boolean check, Consumer<Answer> answer);

    /** The node is to stop its resources and end. */
    void shutDown(String reason);
}
