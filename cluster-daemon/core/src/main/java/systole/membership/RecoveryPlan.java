package systole.membership;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import systole.kernel.NodeId;
import systole.membership.RingMessage.CommitToken;
import systole.membership.RingMessage.Data;
import systole.membership.RingMessage.OldRing;

/**
 * What a complete commit token means for one old ring. A function of the token and the ring id alone, so all members
 * that come from the same old ring reckon the same.
 *
 * @param survivors members of the new ring that come from the old one
 * @param lowest up to here all survivors have every message
 * @param mostComplete up to here {@code teacher} has every message
 * @param teacher the survivor that sends what others lack, as far as it has no gap
 * @param highest the last message that any survivor has
 * @param safeUpTo up to here all members of the old ring had every message
 * @param obliged senders whose messages are delivered even behind a gap
 */
record RecoveryPlan(
        SortedSet<NodeId> survivors,
        long lowest,
        long mostComplete,
        NodeId teacher,
        long highest,
        long safeUpTo,
        SortedSet<NodeId> obliged) {
    RecoveryPlan {
        survivors = Collections.unmodifiableSortedSet(new TreeSet<>(survivors));
        obliged = Collections.unmodifiableSortedSet(new TreeSet<>(obliged));
    }

    static RecoveryPlan of(CommitToken token, RingId old, NodeId self) {
        var survivors = new TreeSet<NodeId>();
        var obliged = new TreeSet<NodeId>();
        long lowest = Long.MAX_VALUE;
        long mostComplete = -1;
        long highest = 0;
        long safe = 0;
        NodeId teacher = self;
        for (int i = 0; i < token.slots().size(); i++) {
            OldRing slot = token.slots().get(i);
            NodeId member = token.members().get(i);
            if (!slot.ring().equals(old)) {
                continue;
            }
            survivors.add(member);
            obliged.addAll(slot.obligation());
            lowest = Math.min(lowest, slot.receivedUpTo());
            highest = Math.max(highest, slot.highest());
            safe = Math.max(safe, slot.safeUpTo());
            if (slot.receivedUpTo() > mostComplete) {
                mostComplete = slot.receivedUpTo();
                teacher = member;
            }
        }
        obliged.addAll(survivors);
        return new RecoveryPlan(survivors, lowest, mostComplete, teacher, highest, safe, obliged);
    }

    /** What this member sends again: the teacher all that it has in one piece, everybody what lies behind that. */
    List<Data> shareOf(NodeId self, MessageStore store) {
        var share = new ArrayList<Data>();
        long from = self.equals(teacher) ? lowest : mostComplete;
        for (long sequence = from + 1; sequence <= highest; sequence++) {
            if (store.get(sequence) instanceof Data data) {
                share.add(data);
            }
        }
        return share;
    }
}
