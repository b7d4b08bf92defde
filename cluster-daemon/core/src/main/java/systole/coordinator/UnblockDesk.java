package systole.coordinator;

import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import systole.group.Guarantee;
import systole.group.View;
import systole.kernel.ByteSink;
import systole.kernel.ByteSource;
import systole.kernel.ClusterException.Advice;
import systole.kernel.NodeId;
import systole.quorum.QuorumInput;
import systole.quorum.QuorumState;

/**
 * A person ends the wait of {@code wait_for_all}: the nodes that were not seen are down. There may be no quorum, so this is no
 * command of the replicated state: all members of the view hear it in its order, and it is good for that view.
 */
final class UnblockDesk {
    static final byte PAYLOAD = 'U';

    private final NodeContext node;

    /** Clients of this node that wait for their word, and the view in which it was said. */
    private final Map<Long, Long> pending = new TreeMap<>();

    UnblockDesk(NodeContext node) {
        this.node = node;
    }

    void request(long requestId, String author, QuorumState quorum) {
        if (quorum.quorate()) {
            answer(requestId, new Reply.Done("this partition had it already, " + quorum.reason()));
        } else if (!quorum.hasHeardAll()) {
            answer(
                    requestId,
                    new Reply.Refused(
                            Advice.RETRY_LATER,
                            "the members have not yet told each other what was before: " + quorum.reason(),
                            "repeat this when systole corosync status shows a view that lasts"));
        } else if (!quorum.somebodyWaits()) {
            answer(
                    requestId,
                    new Reply.Refused(
                            Advice.FIX_REQUEST,
                            "this partition does not wait for wait_for_all: " + quorum.reason(),
                            "start more nodes, or repair the path to them"));
        } else {
            View view = quorum.view().orElseThrow();
            pending.put(requestId, view.sequence());
            byte[] word = new ByteSink(64)
                    .octet(PAYLOAD)
                    .fixed64(view.sequence())
                    .text(author)
                    .toBytes();
            node.emit(new NodeEffect.Send(Guarantee.AGREED, word));
        }
    }

    /** A word came in its place; what follows for quorum, unless it was said in an earlier view. */
    Optional<QuorumInput> said(NodeId sender, byte[] payload, QuorumState quorum) {
        var word = new ByteSource(payload);
        word.octet();
        long view = word.fixed64();
        String author = word.text();
        word.expectEnd();
        if (quorum.view().isEmpty() || quorum.view().get().sequence() != view || !quorum.hasHeardAll()) {
            return Optional.empty();
        }
        String by = node.settings().nameOf(sender);
        node.event(
                Timeline.UNBLOCKED,
                author + " (on " + by + ") says that the nodes which were not seen are down; nobody waits for them",
                "node",
                by);
        return Optional.of(new QuorumInput.WaitForAllCancelled(node.now().nanos(), view));
    }

    /** The word has been taken in; clients hear what came of it. */
    void taken(QuorumState quorum) {
        pending.keySet().forEach(requestId -> answer(requestId, new Reply.Done(quorum.reason())));
        pending.clear();
    }

    /** What was said in an earlier view counts for nothing. */
    void viewInstalled(View view) {
        Iterator<Map.Entry<Long, Long>> all = pending.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Long, Long> each = all.next();
            if (each.getValue() != view.sequence()) {
                all.remove();
                answer(
                        each.getKey(),
                        new Reply.Refused(
                                Advice.RETRY_LATER,
                                "the members changed before all had heard it",
                                "look at systole corosync status, and repeat this if it is still true"));
            }
        }
    }

    private void answer(long requestId, Reply reply) {
        node.emit(new NodeEffect.Answer(requestId, reply));
    }
}
