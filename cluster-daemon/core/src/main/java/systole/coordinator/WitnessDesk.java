package systole.coordinator;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import systole.group.GroupEvent;
import systole.group.Guarantee;
import systole.group.View;
import systole.kernel.ByteSink;
import systole.kernel.ByteSource;
import systole.kernel.NodeId;
import systole.quorum.QuorumInput;
import systole.witness.ContactEffect;
import systole.witness.ContactInput;
import systole.witness.WitnessContact;
import systole.witness.WitnessSettings;

/**
 * The witness, as a node uses it: words of members, and what is held back until they are in. A view that only the witness
 * can make quorate is not shown to the parts above before the witness has answered (or the wait is over), so that nothing
 * is stopped for want of a vote that comes a moment later.
 */
final class WitnessDesk {
    static final byte PAYLOAD = 'W';

    private final NodeContext node;
    private final @Nullable WitnessContact contact;
    private final Deque<GroupEvent> held = new ArrayDeque<>();
    private long reportedReady = -1;
    private long readyView = -1;
    private long readyRecord = -1;

    WitnessDesk(NodeContext node, Optional<WitnessSettings> settings) {
        this.node = node;
        this.contact = settings.map(WitnessContact::new).orElse(null);
    }

    long deadlineNanos() {
        return contact == null ? Long.MAX_VALUE : contact.deadlineNanos();
    }

    /** Connection and last words, for people; empty without a witness. */
    Optional<String> words() {
        return contact == null
                ? Optional.empty()
                : Optional.of((contact.isConnected() ? "connected" : "not connected")
                        + (contact.hasVote() ? ", votes for this view" : ", no vote")
                        + (contact.words().isEmpty() ? "" : " (" + contact.words() + ")"));
    }

    /** Gives the contact an input; what follows for quorum is the answer, mostly nothing. */
    Optional<QuorumInput> step(ContactInput input) {
        if (contact == null) {
            return Optional.empty();
        }
        Optional<QuorumInput> result = Optional.empty();
        for (ContactEffect effect : contact.step(input)) {
            if (effect instanceof ContactEffect.Say say) {
                byte[] body = new ByteSink(16)
                        .octet(PAYLOAD)
                        .fixed64(say.viewSequence())
                        .flag(say.votes())
                        .toBytes();
                node.emit(new NodeEffect.Send(Guarantee.AGREED, body));
            } else if (effect instanceof ContactEffect.WaitOver) {
                result = Optional.of(new QuorumInput.WitnessWaitOver(input.nowNanos()));
            } else if (effect instanceof ContactEffect.Note note) {
                node.event(note.good() ? Timeline.WITNESS : Timeline.WARNING, note.words());
            } else {
                node.emit(new NodeEffect.Witness(effect));
            }
        }
        return result;
    }

    Optional<QuorumInput> tick(long nowNanos) {
        return deadlineNanos() <= nowNanos ? step(new ContactInput.Tick(nowNanos)) : Optional.empty();
    }

    /**
     * This node has the state of the view; said once per view, and only when what it had written by then is on disk: the
     * witness takes it for one that cannot forget it any more.
     */
    void ready(View view, long appended, long onDisk, long nowNanos) {
        if (contact == null || reportedReady == view.sequence()) {
            return;
        }
        if (readyView != view.sequence()) {
            readyView = view.sequence();
            readyRecord = appended;
        }
        if (onDisk >= readyRecord) {
            reportedReady = view.sequence();
            step(new ContactInput.Ready(nowNanos, view.sequence()));
        }
    }

    /** A member's word about the witness. */
    QuorumInput said(NodeId sender, byte[] payload, long nowNanos) {
        ByteSource in = new ByteSource(payload);
        in.octet();
        long view = in.fixed64();
        boolean votes = in.flag();
        in.expectEnd();
        return new QuorumInput.WitnessSaid(nowNanos, sender, view, votes);
    }

    // ---- what waits -------------------------------------------------------------------------------------------------

    boolean isHolding() {
        return !held.isEmpty();
    }

    void hold(GroupEvent event) {
        held.add(event);
    }

    /** All that was held back, in its order. */
    List<GroupEvent> release() {
        List<GroupEvent> waiting = List.copyOf(held);
        held.clear();
        return waiting;
    }
}
