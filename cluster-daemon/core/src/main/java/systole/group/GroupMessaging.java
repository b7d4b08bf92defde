package systole.group;

/**
 * Sends to the group. Events come back to the owner's inbox as {@link GroupEvent}.
 *
 * <p>Called on the node loop only; never blocks and never throws. A message that was accepted is delivered in some
 * view of this node or, when the node leaves or dies, perhaps never.
 */
public interface GroupMessaging {
    /** Largest payload in bytes. */
    int MAX_PAYLOAD = 1 << 20;

    /** Hands a message over; {@code false} if too many are waiting: try again after the next delivery of an own one. */
    boolean send(Guarantee guarantee, byte[] payload);

    /** The last moment at which this node certainly belonged to its view, one round of the token and some 10 ms old while it does. From any thread. */
    Standing standing();

    /** Says goodbye to the others. Nothing is delivered afterwards. */
    void leave();
}
