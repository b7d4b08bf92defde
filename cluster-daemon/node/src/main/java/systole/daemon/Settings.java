package systole.daemon;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import systole.coordinator.NodeSettings;
import systole.formats.InterconnectConf;
import systole.formats.InterconnectConf.Device;
import systole.formats.InterconnectConf.Node;
import systole.formats.InterconnectConf.TieBreaker;
import systole.kernel.NodeId;
import systole.membership.RingSettings;
import systole.quorum.QuorumSettings;
import systole.state.NodeList;
import systole.witness.WitnessMessage;
import systole.witness.WitnessRules;
import systole.witness.WitnessSettings;

/** The interconnect's configuration as the cores want it. */
final class Settings {
    private static final long MILLI = 1_000_000;
    private static final int UDP_AND_IP = 48;

    private Settings() {}

    static SortedSet<NodeId> nodes(InterconnectConf conf) {
        SortedSet<NodeId> nodes = new TreeSet<>();
        conf.nodes().forEach(node -> nodes.add(node.id()));
        return nodes;
    }

    static RingSettings ring(InterconnectConf conf) {
        var timing = conf.timing();
        RingSettings derived = RingSettings.ofTokenMillis(timing.token());
        int links = conf.links().get(conf.links().size() - 1).number() + 1;
        try {
            return new RingSettings(
                    timing.steady() * MILLI,
                    derived.token(),
                    derived.tokenCeiling(),
                    timing.heartbeatInterval() * MILLI,
                    Math.max(derived.tokenCeiling(), timing.tokenLoss() * MILLI),
                    timing.tokenRetransmit() * MILLI,
                    timing.hold() * MILLI,
                    timing.join() * MILLI,
                    timing.consensus() * MILLI,
                    timing.windowSize(),
                    timing.maxMessages(),
                    timing.seqnoUnchangedConst(),
                    timing.missCountConst(),
                    timing.failRecvConst(),
                    conf.mtu() - UDP_AND_IP,
                    links);
        } catch (IllegalArgumentException e) {
            throw new DaemonException(
                    "the timers of section 'totem' do not fit together: " + e.getMessage(),
                    "remove those that you have not set on purpose: they are derived from 'token'");
        }
    }

    static QuorumSettings quorum(InterconnectConf conf) {
        var quorum = conf.quorum();
        SortedMap<NodeId, Integer> votes = new TreeMap<>();
        conf.nodes().forEach(node -> votes.put(node.id(), node.votes()));
        QuorumSettings.TieBreaker rule = QuorumSettings.TieBreaker.OFF;
        List<NodeId> listed = List.of();
        if (quorum.autoTieBreaker()) {
            if (quorum.tieBreaker() instanceof TieBreaker.Listed list) {
                rule = QuorumSettings.TieBreaker.LIST;
                listed = list.nodes();
            } else {
                rule = quorum.tieBreaker() instanceof TieBreaker.Highest
                        ? QuorumSettings.TieBreaker.HIGHEST
                        : QuorumSettings.TieBreaker.LOWEST;
            }
        }
        int total = votes.values().stream().mapToInt(Integer::intValue).sum()
                + quorum.device().map(Device::votes).orElse(0);
        var settings = new QuorumSettings(
                votes,
                quorum.expectedVotes() == total ? 0 : quorum.expectedVotes(),
                quorum.twoNode(),
                quorum.waitForAll(),
                quorum.lastManStanding(),
                quorum.lastManStandingWindowMillis() * MILLI,
                rule,
                listed,
                quorum.allowDownscale(),
                quorum.device().map(Device::votes).orElse(0),
                new TreeMap<>(),
                0);
        return settings.withNodes(votes, new TreeMap<>(), conf.configVersion());
    }

    /** The node list of a file, for the replicated state. */
    static NodeList nodeList(InterconnectConf conf, String text) {
        SortedMap<NodeId, NodeList.Entry> nodes = new TreeMap<>();
        conf.nodes().forEach(node -> nodes.put(node.id(), new NodeList.Entry(node.name(), node.votes())));
        return new NodeList(conf.configVersion(), nodes, text);
    }

    /** How to talk to the witness, if there is one. */
    static Optional<WitnessSettings> witness(InterconnectConf conf, Node own, byte[] secret) {
        return conf.quorum().device().map(device -> {
            int breaker = device.tieBreaker() instanceof TieBreaker.Listed list
                    ? list.nodes().get(0).value()
                    : device.tieBreaker() instanceof TieBreaker.Highest ? WitnessRules.HIGHEST : WitnessRules.LOWEST;
            var rules = new WitnessRules(
                    device.lastManStanding() ? WitnessRules.Algorithm.LMS : WitnessRules.Algorithm.FFSPLIT, breaker);
            var hello = new WitnessMessage.Hello(
                    conf.clusterName(),
                    secret,
                    own.id(),
                    nodes(conf),
                    rules,
                    // Both sides of a cut notice it within one detection.
                    ring(conf).tokenCeiling() / MILLI,
                    device.timeoutMillis());
            return new WitnessSettings(
                    hello, device.connectTimeoutMillis(), device.timeoutMillis(), device.syncTimeoutMillis());
        });
    }

    /** The longest time between the last sign of life of a node and the view without it. */
    static long detectionMillis(InterconnectConf conf) {
        RingSettings ring = ring(conf);
        return (ring.tokenCeiling() + ring.consensus() + ring.tokenLoss()) / MILLI;
    }

    /** @param seed differs at each start */
    static NodeSettings node(InterconnectConf conf, Node own, long seed) {
        SortedMap<NodeId, String> names = new TreeMap<>();
        conf.nodes().forEach(node -> names.put(node.id(), node.name()));
        return new NodeSettings(
                own.id(), own.name(), names, seed, Runtime.getRuntime().availableProcessors(), detectionMillis(conf));
    }
}
