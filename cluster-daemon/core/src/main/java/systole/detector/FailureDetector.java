package systole.detector;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import systole.detector.Verdict.Kind;
import systole.kernel.NodeId;
import systole.kernel.NodeSet;

/**
 * Judges from heartbeats who is alive.
 *
 * <p>Silence is measured on the detector's own <em>waking clock</em>, which stands still while this node itself was not
 * running: each call of {@link #elapsed} advances it by the time since the last call, but never by more than two
 * heartbeats. So a node that was paused accuses nobody for the pause, and a node that is slow is slow to accuse.
 *
 * <p>Single-threaded, no clock of its own; owned by the ring stack.
 */
public final class FailureDetector {
    private static final long MILLI = 1_000_000;

    private final NodeId self;
    private final DetectorSettings settings;
    private final SortedMap<NodeId, Peer> peers = new TreeMap<>();
    /** The same peers, by the number of the node: looked up for every packet. */
    private @Nullable Peer[] byNumber = {};

    private @Nullable NodeSet heardNow;
    private final @Nullable NodeSet[] heardOn;
    private final List<Verdict> verdicts = new ArrayList<>();
    private final List<LinkJudgement> linkJudgements = new ArrayList<>();

    private final boolean[] ownLinkDown;
    private final boolean blameless;

    private boolean started;
    private long lastNow;
    private long awake;
    private long accuseAfterAwake;
    private final Unsteadiness own = new Unsteadiness();

    /** The longest pause that any of the peers says it had lately. */
    private long worstSaid;

    private long longestPause;
    private long pauseForgottenAt;

    /** A link towards a peer became usable, or stopped being so. */
    public record LinkJudgement(NodeId peer, int link, boolean usable, String why) {}

    /** One line of status about a peer over a link; times in nanoseconds. */
    public record LinkReport(
            NodeId peer,
            int link,
            boolean heard,
            boolean hearsUs,
            long silence,
            double interval,
            double jitter,
            long timeout,
            double lossRate) {}

    private static final class Peer {
        final LinkHealth[] links;
        long incarnation = -1;
        long goneIncarnation = -1;
        boolean heard;
        boolean hearsUs;
        long pause;
        SortedSet<NodeId> hears = new TreeSet<>();

        Peer(int links) {
            this.links = new LinkHealth[links];
            for (int i = 0; i < links; i++) {
                this.links[i] = new LinkHealth();
            }
        }
    }

    public FailureDetector(NodeId self, SortedSet<NodeId> nodes, DetectorSettings settings) {
        this(self, nodes, settings, true);
    }

    /** For tests only: {@code blameless == false} is a detector that takes its own pauses for silence of others. */
    FailureDetector(NodeId self, SortedSet<NodeId> nodes, DetectorSettings settings, boolean blameless) {
        this.self = self;
        this.settings = settings;
        this.blameless = blameless;
        this.ownLinkDown = new boolean[settings.links()];
        this.heardOn = new NodeSet[settings.links()];
        configure(nodes);
    }

    /** A detector that takes its own pauses for silence of others: a deliberate fault for tests of the simulation. */
    public static FailureDetector mutant(NodeId self, SortedSet<NodeId> nodes, DetectorSettings settings) {
        return new FailureDetector(self, nodes, settings, false);
    }

    /** Nodes may come and go on the living cluster. */
    public void configure(SortedSet<NodeId> nodes) {
        peers.keySet().removeIf(peer -> !nodes.contains(peer));
        for (NodeId node : nodes) {
            if (!node.equals(self)) {
                peers.computeIfAbsent(node, ignored -> new Peer(settings.links()));
            }
        }
        byNumber = new Peer[peers.isEmpty() ? 0 : peers.lastKey().value() + 1];
        peers.forEach((name, peer) -> byNumber[name.value()] = peer);
        heardNow = null;
        Arrays.fill(heardOn, null);
        listen();
    }

    /**
     * Time went on. To be called first for every input.
     *
     * @return how long this node was evidently not running, 0 if it was
     */
    public long elapsed(long now) {
        if (!started) {
            started = true;
            lastNow = now;
            return 0;
        }
        long gap = now - lastNow;
        lastNow = now;
        long most = 2 * settings.heartbeat();
        awake += blameless ? Math.min(gap, most) : gap;
        if (now >= pauseForgottenAt) {
            longestPause = 0;
        }
        if (gap <= most) {
            return 0;
        }
        own.saw(gap - settings.heartbeat(), awake);
        // What waits in the sockets is history: until it is read, silence and deafness prove nothing.
        accuseAfterAwake = blameless ? awake + settings.heartbeat() : 0;
        if (gap > longestPause) {
            longestPause = gap;
            pauseForgottenAt = now + 20 * settings.token();
        }
        return gap;
    }

    /** The loop came to this step that much later than it was to come: rises what the others are granted, too. */
    public void late(long nanos) {
        own.saw(nanos, awake);
    }

    /** Shortly after a pause of this node: what is read from the sockets now is history. */
    public boolean isCatchingUp() {
        return awake < accuseAfterAwake;
    }

    /** Longest time that this node was not scheduled lately, for its own heartbeats. */
    public int ownPauseMillis() {
        long late = settings.isAdaptive() ? own.worst(awake) : 0;
        return (int) Math.min(Integer.MAX_VALUE, Math.max(longestPause, late) / MILLI);
    }

    private long limit(Peer peer, LinkHealth health) {
        return health.timeout(settings, awake, peer.pause, Math.max(worstSaid, own.worst(awake)));
    }

    /** What starves one of them often starves others too: machines are guests of one host. */
    private void said(Peer peer, long pause) {
        if (peer.pause != pause) {
            peer.pause = pause;
            listen();
        }
    }

    private void listen() {
        worstSaid = 0;
        for (Peer each : peers.values()) {
            worstSaid = Math.max(worstSaid, each.pause);
        }
    }

    /**
     * A heartbeat arrived.
     *
     * @return {@code false} if it comes from an earlier life or was overtaken, and says nothing
     */
    public boolean heartbeat(
            NodeId from,
            int link,
            long incarnation,
            long number,
            SortedSet<NodeId> hears,
            SortedSet<NodeId> hearsHere,
            long pauseMillis) {
        @Nullable Peer peer = find(from);
        if (peer == null || link < 0 || link >= peer.links.length) {
            return false;
        }
        if (incarnation < peer.incarnation || incarnation <= peer.goneIncarnation) {
            return false;
        }
        if (incarnation > peer.incarnation) {
            boolean hadOldLife = peer.incarnation >= 0;
            peer.incarnation = incarnation;
            for (int each = 0; each < peer.links.length; each++) {
                hearing(peer.links[each], each, false);
                peer.links[each].forget();
            }
            boolean wasHeard = peer.heard;
            heard(peer, false);
            peer.hearsUs = false;
            peer.hears = new TreeSet<>();
            if (hadOldLife && wasHeard) {
                verdicts.add(new Verdict(
                        from, Kind.RESTARTED, from + " speaks as a new life (" + incarnation + "): it has restarted"));
            }
        }
        LinkHealth health = peer.links[link];
        boolean fresh = health.heartbeat(awake, number, settings.heartbeat());
        boolean wasUsable = health.usable();
        hearing(health, link, true);
        if (fresh) {
            health.heardThere(hearsHere.contains(self));
        }
        if (health.usable() != wasUsable) {
            linkJudgements.add(new LinkJudgement(
                    from,
                    link,
                    !wasUsable,
                    wasUsable ? "nothing arrives there: it says that it does not hear us" : "heartbeats arrive"));
        }
        if (!fresh) {
            return false;
        }
        boolean didHearUs = peer.hearsUs;
        peer.hearsUs = hears.contains(self);
        peer.hears = hears;
        said(peer, Math.min(settings.ceiling(), Math.max(0, pauseMillis) * MILLI));
        if (!peer.heard) {
            heard(peer, true);
            verdicts.add(new Verdict(from, Kind.ALIVE, from + " is heard on link " + link));
        } else if (didHearUs && !peer.hearsUs && !isCatchingUp()) {
            verdicts.add(new Verdict(
                    from,
                    Kind.DEAF,
                    from + " is heard on link " + link + " but says that it does not hear us any more"));
        }
        return true;
    }

    /** Any authenticated packet shows that the sender runs. */
    public void signOfLife(NodeId from, int link) {
        @Nullable Peer peer = find(from);
        if (peer != null && peer.heard && link >= 0 && link < peer.links.length) {
            peer.links[link].heard(awake);
        }
    }

    /** The peer's host says that nobody listens there. */
    public void refused(NodeId from, int link) {
        @Nullable Peer peer = find(from);
        if (peer != null && link >= 0 && link < peer.links.length) {
            peer.links[link].refuse();
        }
    }

    /** The own interface of a link went or came back: what went cannot be heard on, and nobody is to blame for it. */
    public void ownLink(int link, boolean up) {
        if (link < 0 || link >= ownLinkDown.length || ownLinkDown[link] == !up) {
            return;
        }
        ownLinkDown[link] = !up;
        if (!up) {
            for (var entry : peers.entrySet()) {
                LinkHealth health = entry.getValue().links[link];
                if (health.usable()) {
                    linkJudgements.add(new LinkJudgement(entry.getKey(), link, false, "the own interface is down"));
                }
                hearing(health, link, false);
                health.forget();
            }
        }
    }

    /** The peer said goodbye; nothing of that life counts any more. */
    public void left(NodeId from, long incarnation) {
        @Nullable Peer peer = find(from);
        if (peer == null || incarnation < peer.incarnation || incarnation <= peer.goneIncarnation) {
            return;
        }
        peer.goneIncarnation = incarnation;
        silence(peer);
        verdicts.add(new Verdict(from, Kind.LEFT, from + " said goodbye"));
    }

    /** Looks whose silence has lasted too long; then hands over all verdicts since the last call. */
    public List<Verdict> judge() {
        for (var entry : peers.entrySet()) {
            if (entry.getValue().heard) {
                judge(entry.getKey(), entry.getValue());
            }
        }
        if (verdicts.isEmpty()) {
            return List.of();
        }
        List<Verdict> result = List.copyOf(verdicts);
        verdicts.clear();
        return result;
    }

    /** Whether {@link #judge} has something to say that does not depend on time. */
    public boolean hasNews() {
        return !verdicts.isEmpty() || !linkJudgements.isEmpty();
    }

    /** Changes in the usability of links since the last call. */
    public List<LinkJudgement> linkJudgements() {
        if (linkJudgements.isEmpty()) {
            return List.of();
        }
        List<LinkJudgement> result = List.copyOf(linkJudgements);
        linkJudgements.clear();
        return result;
    }

    private void judge(NodeId name, Peer peer) {
        if (isCatchingUp()) {
            return;
        }
        boolean anyAlive = false;
        boolean everHeard = false;
        boolean refused = true;
        long shortestSilence = Long.MAX_VALUE;
        long longestTimeout = 0;
        LinkHealth best = peer.links[0];
        for (int link = 0; link < peer.links.length; link++) {
            LinkHealth health = peer.links[link];
            long silence = health.silence(awake);
            long timeout = limit(peer, health);
            boolean silent = silence > timeout;
            anyAlive |= !silent;
            if (health.everHeard()) {
                everHeard = true;
                refused &= health.isRefused() && silence > settings.heartbeat() * 3 / 2;
                longestTimeout = Math.max(longestTimeout, timeout);
            }
            if (silence < shortestSilence) {
                shortestSilence = silence;
                best = health;
            }
            if (silent && health.hearing()) {
                hearing(health, link, false);
                linkJudgements.add(new LinkJudgement(
                        name, link, false, "silent for " + millis(silence) + " (limit " + millis(timeout) + ")"));
            }
        }
        boolean allRefused = everHeard && refused;
        if (anyAlive && !allRefused) {
            return;
        }
        String silent = name + " was silent for " + millis(shortestSilence) + " on every link (limit "
                + millis(longestTimeout) + ", usual interval " + millis((long) best.mean()) + " ± "
                + millis((long) best.deviation()) + ")";
        var witnesses = new TreeSet<NodeId>();
        for (var entry : peers.entrySet()) {
            if (entry.getValue().heard
                    && !entry.getKey().equals(name)
                    && entry.getValue().hears.contains(name)) {
                witnesses.add(entry.getKey());
            }
        }
        Verdict verdict;
        if (!everHeard) {
            verdict = new Verdict(name, Kind.CUT, name + " cannot be heard: the own interface of every link is down");
        } else if (allRefused) {
            verdict = new Verdict(name, Kind.DEAD, name + ": its host answers that nobody listens there");
        } else if (!witnesses.isEmpty() && shortestSilence > settings.token() * 3 / 2) {
            verdict = new Verdict(name, Kind.CUT, silent + ", but " + witnesses + " still heard it: the path is cut");
        } else if (peer.pause > settings.heartbeat()) {
            verdict = new Verdict(
                    name,
                    Kind.OVERLOADED,
                    silent + "; it had said that it was not scheduled for " + millis(peer.pause));
        } else {
            verdict = new Verdict(name, Kind.DEAD, silent);
        }
        silence(peer);
        verdicts.add(verdict);
    }

    private void silence(Peer peer) {
        heard(peer, false);
        said(peer, 0);
        peer.hearsUs = false;
        peer.hears = new TreeSet<>();
        for (int link = 0; link < peer.links.length; link++) {
            hearing(peer.links[link], link, false);
        }
    }

    /** When {@link #judge} could have something to say, if nothing arrives until then. */
    public long nextCheck(long now) {
        if (isCatchingUp()) {
            // Until then nothing is judged, however long somebody has been silent.
            return now + accuseAfterAwake - awake + 1;
        }
        long soonest = settings.heartbeat();
        for (Peer peer : peers.values()) {
            if (!peer.heard) {
                continue;
            }
            long wait = 0;
            for (LinkHealth health : peer.links) {
                if (health.everHeard()) {
                    wait = Math.max(wait, limit(peer, health) - health.silence(awake));
                    if (health.hearing()) {
                        soonest = Math.min(soonest, limit(peer, health) - health.silence(awake));
                    }
                }
            }
            soonest = Math.min(soonest, wait);
        }
        return now + Math.max(0, soonest) + 1;
    }

    /** Whether the peer is heard at present. This node hears itself. */
    public boolean hears(NodeId node) {
        @Nullable Peer peer = find(node);
        return peer == null ? node.equals(self) : peer.heard;
    }

    /** Whether the peer is heard and says that it hears us. */
    public boolean isMutual(NodeId node) {
        @Nullable Peer peer = find(node);
        return peer == null ? node.equals(self) : peer.heard && peer.hearsUs;
    }

    /** Whether {@code node} said in its last heartbeat that it hears {@code other}. */
    public boolean hears(NodeId node, NodeId other) {
        if (node.equals(self)) {
            return hears(other);
        }
        @Nullable Peer peer = find(node);
        return peer != null && peer.heard && (node.equals(other) || peer.hears.contains(other));
    }

    /** The life that the peer speaks in, -1 if it was never heard. */
    public long incarnation(NodeId node) {
        @Nullable Peer peer = find(node);
        return peer == null ? -1 : peer.incarnation;
    }

    /** Everybody heard at present, this node included. */
    public SortedSet<NodeId> heard() {
        NodeSet made = heardNow;
        if (made == null) {
            var result = new TreeSet<NodeId>();
            result.add(self);
            peers.forEach((name, peer) -> {
                if (peer.heard) {
                    result.add(name);
                }
            });
            made = NodeSet.of(result);
            heardNow = made;
        }
        return made;
    }

    /** Everybody heard at present on this link, this node included. */
    public SortedSet<NodeId> heardOn(int link) {
        NodeSet made = heardOn[link];
        if (made == null) {
            var result = new TreeSet<NodeId>();
            result.add(self);
            peers.forEach((name, peer) -> {
                if (peer.heard && peer.links[link].hearing()) {
                    result.add(name);
                }
            });
            made = NodeSet.of(result);
            NodeSet all = heardNow;
            if (all != null && made.equals(all)) {
                // Mostly so: one object, and one comparison less.
                made = all;
            }
            heardOn[link] = made;
        }
        return made;
    }

    private void hearing(LinkHealth health, int link, boolean now) {
        if (health.hearing() != now) {
            health.hearing(now);
            heardOn[link] = null;
        }
    }

    private @Nullable Peer find(NodeId node) {
        return node.value() < byNumber.length ? byNumber[node.value()] : null;
    }

    private void heard(Peer peer, boolean now) {
        peer.heard = now;
        heardNow = null;
        Arrays.fill(heardOn, null);
    }

    /** For status: one line per peer and link. */
    public List<LinkReport> report() {
        var lines = new ArrayList<LinkReport>();
        for (var entry : peers.entrySet()) {
            Peer peer = entry.getValue();
            for (int link = 0; link < peer.links.length; link++) {
                LinkHealth health = peer.links[link];
                lines.add(new LinkReport(
                        entry.getKey(),
                        link,
                        peer.heard && health.hearing(),
                        peer.hearsUs && (health.usable() || !health.hearing()),
                        health.silence(awake),
                        health.mean(),
                        health.deviation(),
                        limit(peer, health),
                        health.lossRate()));
            }
        }
        return lines;
    }

    private static String millis(long nanos) {
        return nanos == Long.MAX_VALUE ? "ever" : String.format(Locale.ROOT, "%.0f ms", nanos / (double) MILLI);
    }
}
