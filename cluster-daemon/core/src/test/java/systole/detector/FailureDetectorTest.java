package systole.detector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import systole.detector.FailureDetector.LinkJudgement;
import systole.detector.Verdict.Kind;
import systole.kernel.NodeId;

class FailureDetectorTest {
    private static final long MILLI = 1_000_000;
    private static final long BEAT = 40 * MILLI;
    private static final NodeId SELF = new NodeId(1);
    private static final NodeId PEER = new NodeId(2);
    private static final NodeId OTHER = new NodeId(3);

    private final FailureDetector detector =
            new FailureDetector(SELF, nodes(1, 2, 3), new DetectorSettings(300 * MILLI, 600 * MILLI, BEAT, 2));
    private final List<Verdict> verdicts = new ArrayList<>();
    private final List<LinkJudgement> links = new ArrayList<>();
    private long now = 1;
    private long number;
    private SortedSet<NodeId> peerHears = nodes(1, 2, 3);
    private int pauseMillis;

    private static SortedSet<NodeId> nodes(int... ids) {
        SortedSet<NodeId> nodes = new TreeSet<>();
        for (int id : ids) {
            nodes.add(new NodeId(id));
        }
        return nodes;
    }

    private void elapse(long nanos) {
        long end = now + nanos;
        while (now < end) {
            now = Math.min(end, now + 10 * MILLI);
            detector.elapsed(now);
            judge();
        }
    }

    private void judge() {
        verdicts.addAll(detector.judge());
        links.addAll(detector.linkJudgements());
    }

    private void beat(NodeId from, int link, SortedSet<NodeId> hearsThere) {
        detector.heartbeat(from, link, 7, number, peerHears, hearsThere, pauseMillis);
        judge();
    }

    /** Heartbeats of both peers on both links. */
    private void live(int beats) {
        for (int i = 0; i < beats; i++) {
            number++;
            for (int link = 0; link < 2; link++) {
                beat(PEER, link, peerHears);
                beat(OTHER, link, nodes(1, 2, 3));
            }
            elapse(BEAT);
        }
    }

    private void settled() {
        detector.elapsed(now);
        live(30);
        assertThat(verdicts).extracting(Verdict::kind).containsOnly(Kind.ALIVE);
        verdicts.clear();
        links.clear();
    }

    /** Only the other one goes on. */
    private void silenceOfPeer(long nanos, SortedSet<NodeId> otherHears) {
        for (long end = now + nanos; now < end && verdicts.isEmpty(); ) {
            number++;
            detector.heartbeat(OTHER, 0, 7, number, otherHears, otherHears, 0);
            elapse(BEAT);
        }
    }

    @Test
    void silenceBeyondTheTokenIsDeathAndSaysHowLong() {
        settled();
        long silentSince = now;
        silenceOfPeer(1000 * MILLI, nodes(1, 3));

        assertThat(verdicts).hasSize(1);
        assertThat(verdicts.get(0).peer()).isEqualTo(PEER);
        assertThat(verdicts.get(0).kind()).isEqualTo(Kind.DEAD);
        assertThat(verdicts.get(0).evidence()).contains("silent for", "limit 300 ms", "usual interval 40 ms");
        assertThat(now - silentSince).isBetween(250 * MILLI, 350 * MILLI);
    }

    @Test
    void whomOthersStillHearIsCutNotDead() {
        settled();
        pauseMillis = 250;
        live(2);
        silenceOfPeer(2000 * MILLI, nodes(1, 2, 3));

        assertThat(verdicts).singleElement().satisfies(cut -> {
            assertThat(cut.kind()).isEqualTo(Kind.CUT);
            assertThat(cut.evidence()).contains("n3", "still heard it");
        });
    }

    @Test
    void whoSaidItWasShortOfTimeGetsMoreAndIsCalledOverloaded() {
        settled();
        pauseMillis = 200;
        live(2);
        long silentSince = now;
        silenceOfPeer(2000 * MILLI, nodes(1, 3));

        assertThat(verdicts)
                .singleElement()
                .satisfies(one -> assertThat(one.kind()).isEqualTo(Kind.OVERLOADED));
        assertThat(now - silentSince).isBetween(440 * MILLI, 600 * MILLI);
    }

    @Test
    void aPauseOfThisNodeAccusesNobodyAndKeepsTheLoopQuiet() {
        settled();
        now += 5_000 * MILLI;

        assertThat(detector.elapsed(now)).isGreaterThan(4_900 * MILLI);
        judge();

        assertThat(verdicts).isEmpty();
        assertThat(detector.isCatchingUp()).isTrue();
        assertThat(detector.nextCheck(now) - now).isGreaterThan(MILLI);
        assertThat(detector.ownPauseMillis()).isBetween(4_900, 5_100);
    }

    @Test
    void whoeverWasAlreadySilentBeforeAPauseDoesNotMakeTheLoopSpin() {
        settled();
        silenceOfPeer(290 * MILLI - 2 * BEAT, nodes(1, 3));
        now += 2_000 * MILLI;
        detector.elapsed(now);

        assertThat(detector.nextCheck(now) - now).isGreaterThan(MILLI);
    }

    @Test
    void aLinkOnWhichThePeerDoesNotHearUsIsNotUsedThoughItIsHeard() {
        settled();
        for (int i = 0; i < 4; i++) {
            number++;
            beat(PEER, 0, nodes(2, 3));
            beat(PEER, 1, nodes(1, 2, 3));
            beat(OTHER, 0, nodes(1, 2, 3));
            elapse(BEAT);
        }

        assertThat(links).singleElement().satisfies(link -> {
            assertThat(link.peer()).isEqualTo(PEER);
            assertThat(link.link()).isZero();
            assertThat(link.usable()).isFalse();
            assertThat(link.why()).contains("does not hear us");
        });
        assertThat(verdicts).isEmpty();

        live(1);
        assertThat(links).last().satisfies(link -> assertThat(link.usable()).isTrue());
    }

    @Test
    void oneSilentLinkOfTwoIsSaidOfTheLinkNotOfTheNode() {
        settled();
        for (int i = 0; i < 15; i++) {
            number++;
            beat(PEER, 1, nodes(1, 2, 3));
            beat(OTHER, 0, nodes(1, 2, 3));
            beat(OTHER, 1, nodes(1, 2, 3));
            elapse(BEAT);
        }

        assertThat(verdicts).isEmpty();
        assertThat(links).singleElement().satisfies(link -> {
            assertThat(link.link()).isZero();
            assertThat(link.why()).contains("silent for");
        });
        assertThat(detector.heardOn(0)).containsExactly(SELF, OTHER);
        assertThat(detector.heardOn(1)).containsExactly(SELF, PEER, OTHER);
        assertThat(detector.heard()).containsExactly(SELF, PEER, OTHER);
    }

    @Test
    void aRefusalOnEveryLinkNeedsNoToken() {
        settled();
        long began = now;
        for (int i = 0; i < 3 && verdicts.isEmpty(); i++) {
            detector.refused(PEER, 0);
            detector.refused(PEER, 1);
            silenceOfPeer(BEAT, nodes(1, 3));
        }

        assertThat(verdicts).singleElement().satisfies(dead -> {
            assertThat(dead.kind()).isEqualTo(Kind.DEAD);
            assertThat(dead.evidence()).contains("nobody listens");
        });
        assertThat(now - began).isLessThan(150 * MILLI);
    }

    @Test
    void aNewLifeAGoodbyeAndDeafnessAreNamed() {
        settled();
        detector.heartbeat(PEER, 0, 8, 1, nodes(2, 3), nodes(2, 3), 0);
        judge();
        assertThat(verdicts).extracting(Verdict::kind).containsExactly(Kind.RESTARTED, Kind.ALIVE);

        detector.heartbeat(PEER, 0, 8, 2, nodes(1, 2, 3), nodes(1, 2, 3), 0);
        detector.heartbeat(PEER, 0, 8, 3, nodes(2, 3), nodes(2, 3), 0);
        detector.left(OTHER, 7);
        verdicts.clear();
        judge();
        assertThat(verdicts).extracting(Verdict::kind).containsExactly(Kind.DEAF, Kind.LEFT);
        // Nothing of the life that said goodbye counts any more.
        assertThat(detector.heartbeat(OTHER, 0, 7, number + 9, nodes(1), nodes(1), 0))
                .isFalse();
    }

    @Test
    void theOwnInterfaceDownAccusesNobodyWhileAnotherIsUp() {
        settled();
        detector.ownLink(0, false);
        judge();

        assertThat(verdicts).isEmpty();
        assertThat(links).hasSize(2).allSatisfy(link -> assertThat(link.why()).contains("own interface"));
    }

    @Test
    void lostHeartbeatsAreLossNotJitter() {
        settled();
        for (int i = 0; i < 40; i++) {
            number += 2;
            beat(PEER, 0, peerHears);
            beat(PEER, 1, peerHears);
            beat(OTHER, 0, nodes(1, 2, 3));
            elapse(2 * BEAT);
        }

        FailureDetector.LinkReport report = detector.report().get(0);
        assertThat(report.lossRate()).isBetween(0.15, 0.6);
        assertThat(report.jitter()).isLessThan(MILLI);
        assertThat(report.timeout()).isEqualTo(300 * MILLI);
    }
}
