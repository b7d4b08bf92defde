package systole.coordinator;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import systole.group.Guarantee;
import systole.group.View;
import systole.kernel.ByteSink;
import systole.kernel.ByteSource;
import systole.kernel.ClusterException.Advice;
import systole.kernel.NodeId;
import systole.quorum.QuorumInput;
import systole.quorum.QuorumState;

/**
 * What a person vouches for: the nodes that are not here are down. So nobody waits for them any more ({@code wait_for_all}), or so
 * many votes are expected. There may be no quorum, so this is no command of the replicated state: all members of the view hear it
 * in its order, and it is good only if said in that view.
 */
final class VouchDesk {
    static final byte PAYLOAD = 'U';

    private final NodeContext node;

    /**
     * @param viewSequence in which it was said
     * @param votes to expect; 0 ends the wait
     * @param isHeard came back in its place
     */
    private record Word(long viewSequence, int votes, boolean isHeard) {}

    /** Clients of this node that wait for what comes of their word. */
    private final Map<Long, Word> pending = new TreeMap<>();

    VouchDesk(NodeContext node) {
        this.node = node;
    }

    void unblock(long requestId, String author, QuorumState quorum) {
        if (quorum.quorate()) {
            answer(requestId, new Reply.Done("this partition had it already, " + quorum.reason()));
        } else if (!quorum.hasHeardAll()) {
            answer(requestId, notYetHeard(quorum));
        } else if (!quorum.somebodyWaits()) {
            answer(
                    requestId,
                    new Reply.Refused(
                            Advice.FIX_REQUEST,
                            "this partition does not wait for wait_for_all: " + quorum.reason(),
                            "start more nodes, or repair the path to them; when they will not come, see"
                                    + " systole corosync expected-votes --help"));
        } else {
            say(requestId, author, quorum, 0);
        }
    }

    void expect(long requestId, String author, int votes, QuorumState quorum) {
        Optional<Reply.Refused> refusal = refusal(votes, quorum);
        if (refusal.isPresent()) {
            answer(requestId, refusal.get());
        } else if (quorum.quorate() && quorum.expectedVotes() == votes) {
            answer(requestId, new Reply.Done("so many were expected already, " + quorum.reason()));
        } else {
            say(requestId, author, quorum, votes);
        }
    }

    private static Reply.Refused notYetHeard(QuorumState quorum) {
        return new Reply.Refused(
                Advice.RETRY_LATER,
                "the members have not yet told each other what was before: " + quorum.reason(),
                "repeat this when systole corosync status shows a view that lasts");
    }

    private static Optional<Reply.Refused> refusal(int votes, QuorumState quorum) {
        int here = quorum.votes();
        if (quorum.settings().deviceVotes() > 0) {
            return refuse(
                    Advice.FIX_REQUEST,
                    "the cluster has a witness, which makes up for nodes that are not here",
                    "when nodes are gone for good: systoled --witness --release CLUSTER, on the witness");
        }
        if (quorum.settings().twoNode()) {
            return refuse(
                    Advice.FIX_REQUEST,
                    "with two_node one of two is enough, and that does not go with other expected votes",
                    quorum.quorate() ? "nothing is to be done" : "look at systole corosync status");
        }
        if (!quorum.hasHeardAll()) {
            return Optional.of(notYetHeard(quorum));
        }
        if (quorum.settings().formerNeeded() > 0) {
            return refuse(
                    Advice.RETRY_LATER,
                    "the node list is being changed: " + quorum.reason(),
                    "repeat this when that is settled");
        }
        if (quorum.somebodyWaits()) {
            return refuse(
                    Advice.FIX_REQUEST,
                    "wait_for_all still waits: " + quorum.reason(),
                    "start the missing nodes, or end the wait first: systole corosync unblock");
        }
        if (!quorum.mayExpect(votes)) {
            return refuse(
                    Advice.FIX_REQUEST,
                    votes < here
                            ? votes + " expected votes are less than the " + here + " that are here"
                            : "of " + votes + " expected votes " + (votes / 2 + 1) + " are needed, and " + here
                                    + " are here: this partition would be without quorum",
                    here == 0
                            ? "ask a partition that has votes"
                            : "give a number from " + here + " to " + (2 * here - 1));
        }
        return Optional.empty();
    }

    private static Optional<Reply.Refused> refuse(Advice advice, String what, String remedy) {
        return Optional.of(new Reply.Refused(advice, what, remedy));
    }

    private void say(long requestId, String author, QuorumState quorum, int votes) {
        long view = quorum.view().orElseThrow().sequence();
        pending.put(requestId, new Word(view, votes, false));
        byte[] word = new ByteSink(64)
                .octet(PAYLOAD)
                .fixed64(view)
                .number(votes)
                .text(author)
                .toBytes();
        node.emit(new NodeEffect.Send(Guarantee.AGREED, word));
    }

    /** A word came in its place; what follows for quorum, unless it was said in an earlier view. */
    Optional<QuorumInput> said(NodeId sender, byte[] payload, QuorumState quorum) {
        var source = new ByteSource(payload);
        source.octet();
        long view = source.fixed64();
        int votes = source.smallNumber();
        String author = source.text();
        source.expectEnd();
        if (quorum.view().isEmpty() || quorum.view().get().sequence() != view || !quorum.hasHeardAll()) {
            return Optional.empty();
        }
        if (sender.equals(node.settings().id())) {
            pending.replaceAll((client, word) ->
                    word.viewSequence() == view && word.votes() == votes ? new Word(view, votes, true) : word);
        }
        String by = node.settings().nameOf(sender);
        String who = author + " (on " + by + ") says that the nodes which ";
        if (votes == 0) {
            node.event(Timeline.UNBLOCKED, who + "were not seen are down; nobody waits for them", "node", by);
            return Optional.of(new QuorumInput.WaitForAllCancelled(node.now().nanos(), view));
        }
        node.event(Timeline.EXPECTED_VOTES, who + "are not here are down; expected votes: " + votes, "node", by);
        return Optional.of(new QuorumInput.ExpectedVotesSet(node.now().nanos(), view, votes));
    }

    /** Clients whose word was heard are told what came of it; lowering takes until all members have said that they are ready. */
    void quorumChanged(QuorumState quorum) {
        answerThose(
                word -> word.isHeard()
                        && (word.votes() == 0 || word.votes() == quorum.expectedVotes() && quorum.lowerTo() == 0),
                new Reply.Done(quorum.reason()));
        answerThose(
                word -> word.isHeard() && quorum.lowerTo() == 0,
                new Reply.Refused(
                        Advice.RETRY_LATER,
                        "the votes were changed in another way meanwhile: " + quorum.reason(),
                        "look at systole corosync status, and repeat this if it is still wanted"));
    }

    /** What was said in an earlier view counts for nothing. */
    void viewInstalled(View view) {
        answerThose(
                word -> word.viewSequence() != view.sequence(),
                new Reply.Refused(
                        Advice.RETRY_LATER,
                        "the members changed before all had heard it",
                        "look at systole corosync status, and repeat this if it is still true"));
    }

    private void answerThose(Predicate<Word> which, Reply reply) {
        pending.entrySet().removeIf(each -> {
            boolean isMeant = which.test(each.getValue());
            if (isMeant) {
                answer(each.getKey(), reply);
            }
            return isMeant;
        });
    }

    private void answer(long requestId, Reply reply) {
        node.emit(new NodeEffect.Answer(requestId, reply));
    }
}
