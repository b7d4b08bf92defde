package systole.quorum;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import systole.kernel.BadInputException;
import systole.kernel.NodeId;

/**
 * The {@code quorum} section of {@code corosync.conf}, with its names and meanings.
 *
 * @param votes votes of each configured node; 0 is allowed
 * @param expectedVotes 0 for the sum of {@code votes}
 * @param twoNode one of two nodes is enough; applies only while exactly two votes are expected
 * @param waitForAll quorate for the first time only after all nodes that have a vote were seen together
 * @param lastManStanding lower the expected votes step by step as nodes go
 * @param lastManStandingWindowNanos delay before each lowering
 * @param tieBreaker whether exactly half of the votes can stay quorate
 * @param tieBreakerNodes for {@link TieBreaker#LIST}: the first of these that was present decides
 * @param allowDownscale lower the expected votes when a node says goodbye
 * @param deviceVotes votes of the quorum device (the witness), 0 if there is none
 * @param formerVotes votes by the node list before a change of it that is not settled: a view must be quorate by both
 * @param nodeListVersion grows with every change of the node list
 */
public record QuorumSettings(
        SortedMap<NodeId, Integer> votes,
        int expectedVotes,
        boolean twoNode,
        boolean waitForAll,
        boolean lastManStanding,
        long lastManStandingWindowNanos,
        TieBreaker tieBreaker,
        List<NodeId> tieBreakerNodes,
        boolean allowDownscale,
        int deviceVotes,
        SortedMap<NodeId, Integer> formerVotes,
        long nodeListVersion) {
    public static final long DEFAULT_LAST_MAN_STANDING_WINDOW_NANOS = 10_000_000_000L;

    /** {@code auto_tie_breaker} with {@code auto_tie_breaker_node}. */
    public enum TieBreaker {
        OFF,
        LOWEST,
        HIGHEST,
        LIST
    }

    public QuorumSettings {
        votes = Collections.unmodifiableSortedMap(new TreeMap<>(votes));
        tieBreakerNodes = List.copyOf(tieBreakerNodes);
        formerVotes = Collections.unmodifiableSortedMap(new TreeMap<>(formerVotes));
        for (Map.Entry<NodeId, Integer> entry : votes.entrySet()) {
            refuseIf(entry.getValue() < 0, entry.getKey() + " has " + entry.getValue() + " votes", "give it 0 or more");
        }
        refuseIf(expectedVotes < 0, "expected_votes is " + expectedVotes, "give a positive number or leave it out");
        refuseIf(
                twoNode && tieBreaker != TieBreaker.OFF,
                "two_node and auto_tie_breaker exclude each other",
                "remove one of the two");
        refuseIf(
                lastManStanding
                        && votes.values().stream()
                                        .filter(each -> each > 0)
                                        .distinct()
                                        .count()
                                > 1,
                "last_man_standing needs the same votes on every node, but they are " + votes,
                "remove quorum_votes from the node list, or last_man_standing");
        refuseIf(
                twoNode && expectedVotes == 1,
                "expected_votes: 1 together with two_node: 1",
                "remove expected_votes: it follows from the node list");
        refuseIf(deviceVotes < 0, "the device has " + deviceVotes + " votes", "give it 1 or more");
        refuseIf(
                deviceVotes > 0 && (twoNode || lastManStanding || allowDownscale || tieBreaker != TieBreaker.OFF),
                "a quorum device excludes two_node, last_man_standing, auto_tie_breaker and allow_downscale",
                "remove these: the device decides in their place");
        refuseIf(
                tieBreaker == TieBreaker.LIST && !votes.keySet().containsAll(tieBreakerNodes),
                "auto_tie_breaker_node names " + tieBreakerNodes + ", configured are " + votes.keySet(),
                "name configured nodes only");
    }

    /** One vote each, majority, nothing else. */
    public static QuorumSettings majorityOf(Iterable<NodeId> nodes) {
        var votes = new TreeMap<NodeId, Integer>();
        nodes.forEach(node -> votes.put(node, 1));
        return majorityOf(votes);
    }

    /** Majority of these votes, by a node list that has not changed; nothing else. */
    public static QuorumSettings majorityOf(SortedMap<NodeId, Integer> votes) {
        return new QuorumSettings(
                votes,
                0,
                false,
                false,
                false,
                DEFAULT_LAST_MAN_STANDING_WINDOW_NANOS,
                TieBreaker.OFF,
                List.of(),
                false,
                0,
                new TreeMap<>(),
                0);
    }

    /** {@code two_node: 1}, which switches {@code wait_for_all} on. */
    public QuorumSettings withTwoNode() {
        return with(draft -> {
            draft.twoNode = true;
            draft.waitForAll = true;
        });
    }

    public QuorumSettings withWaitForAll(boolean on) {
        return with(draft -> draft.waitForAll = on);
    }

    public QuorumSettings withLastManStanding(long windowNanos) {
        return with(draft -> {
            draft.lastManStanding = true;
            draft.lastManStandingWindowNanos = windowNanos;
        });
    }

    public QuorumSettings withTieBreaker(TieBreaker rule, List<NodeId> nodes) {
        return with(draft -> {
            draft.tieBreaker = rule;
            draft.tieBreakerNodes = nodes;
        });
    }

    public QuorumSettings withAllowDownscale() {
        return with(draft -> draft.allowDownscale = true);
    }

    /** With a witness that has so many votes. */
    public QuorumSettings withDevice(int votesOfDevice) {
        return with(draft -> draft.deviceVotes = votesOfDevice);
    }

    public QuorumSettings withVotes(SortedMap<NodeId, Integer> newVotes, int newExpectedVotes) {
        return with(draft -> {
            draft.votes = newVotes;
            draft.expectedVotes = newExpectedVotes;
        });
    }

    /** The same rules for another node list; {@code former} is empty when the change is settled. */
    public QuorumSettings withNodes(
            SortedMap<NodeId, Integer> newVotes, SortedMap<NodeId, Integer> former, long newVersion) {
        // A cluster that has grown beyond two does not fall back into that mode unasked when it shrinks.
        boolean two = sum(newVotes) == 2 || sum(former) == 2;
        return with(draft -> {
            draft.votes = newVotes;
            draft.twoNode &= two;
            draft.tieBreakerNodes =
                    tieBreakerNodes.stream().filter(newVotes::containsKey).toList();
            draft.formerVotes = former;
            draft.nodeListVersion = newVersion;
        });
    }

    private QuorumSettings with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return draft.settings();
    }

    private static int sum(SortedMap<NodeId, Integer> votes) {
        return votes.values().stream().mapToInt(Integer::intValue).sum();
    }

    /**
     * Votes of the former list that are needed beside those of the present one; 0 if the change is settled. Stricter than
     * the rules before the change were: no tie breaker, nothing lowered. Only one of {@code two_node} may be alone.
     */
    public int formerNeeded() {
        int all = sum(formerVotes);
        if (all == 0) {
            return 0;
        }
        return twoNode && all == 2 ? 1 : all / 2 + 1;
    }

    /** Votes of these by the former list. */
    public int formerVotesOf(Iterable<NodeId> members) {
        int sum = 0;
        for (NodeId member : members) {
            sum += formerVotes.getOrDefault(member, 0);
        }
        return sum;
    }

    /** Votes that are expected when nothing was changed at run time, those of the device included. */
    public int configuredVotes() {
        return expectedVotes > 0 ? expectedVotes : totalVotes() + deviceVotes;
    }

    /**
     * Whether a decision can depend on what other members have seen before a view: always, for a person may have set the
     * expected votes there. The device excludes that.
     */
    public boolean needsHistory() {
        return waitForAll || deviceVotes == 0;
    }

    /** Votes of all nodes, without the device. */
    public int totalVotes() {
        return sum(votes);
    }

    /** The nodes that have a vote; a set of the caller's own. */
    public SortedSet<NodeId> voters() {
        SortedSet<NodeId> voters = new TreeSet<>(votes.keySet());
        voters.removeIf(node -> votesOf(node) == 0);
        return voters;
    }

    public int votesOf(NodeId node) {
        return votes.getOrDefault(node, 0);
    }

    /** Combinations that work as written but surprise people; one sentence each, with the way out. */
    public List<String> warnings() {
        var warnings = new ArrayList<String>();
        if (twoNode && !waitForAll) {
            warnings.add("two_node without wait_for_all: after a cut both nodes may fence each other at every boot;"
                    + " remove wait_for_all: 0");
        }
        if (twoNode && votes.size() != 2) {
            warnings.add("two_node has no effect with " + votes.size() + " nodes; remove it");
        }
        if (lastManStanding && !waitForAll) {
            warnings.add("last_man_standing without wait_for_all: nodes that restart apart from the others can become"
                    + " quorate beside them; add wait_for_all: 1");
        }
        if (expectedVotes > 0 && expectedVotes < totalVotes()) {
            warnings.add("expected_votes: " + expectedVotes + " is less than the " + totalVotes()
                    + " votes of the node list: two partitions can be quorate at once; remove expected_votes");
        }
        return List.copyOf(warnings);
    }

    private static void refuseIf(boolean wrong, String what, String remedy) {
        if (wrong) {
            throw new BadInputException("quorum", what, remedy);
        }
    }

    /** The settings with every part open, so that a change names only what it changes and keeps the rest. */
    private static final class Draft {
        private SortedMap<NodeId, Integer> votes;
        private int expectedVotes;
        private boolean twoNode;
        private boolean waitForAll;
        private boolean lastManStanding;
        private long lastManStandingWindowNanos;
        private TieBreaker tieBreaker;
        private List<NodeId> tieBreakerNodes;
        private boolean allowDownscale;
        private int deviceVotes;
        private SortedMap<NodeId, Integer> formerVotes;
        private long nodeListVersion;

        private Draft(QuorumSettings from) {
            votes = from.votes;
            expectedVotes = from.expectedVotes;
            twoNode = from.twoNode;
            waitForAll = from.waitForAll;
            lastManStanding = from.lastManStanding;
            lastManStandingWindowNanos = from.lastManStandingWindowNanos;
            tieBreaker = from.tieBreaker;
            tieBreakerNodes = from.tieBreakerNodes;
            allowDownscale = from.allowDownscale;
            deviceVotes = from.deviceVotes;
            formerVotes = from.formerVotes;
            nodeListVersion = from.nodeListVersion;
        }

        private QuorumSettings settings() {
            return new QuorumSettings(
                    votes,
                    expectedVotes,
                    twoNode,
                    waitForAll,
                    lastManStanding,
                    lastManStandingWindowNanos,
                    tieBreaker,
                    tieBreakerNodes,
                    allowDownscale,
                    deviceVotes,
                    formerVotes,
                    nodeListVersion);
        }
    }
}
