package systole.formats;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import systole.kernel.NodeId;

/**
 * How the nodes of a cluster reach each other, who they are and how votes are counted: the content of
 * {@code cluster.conf}. Immutable; made by {@link CorosyncConf#read}. All times are milliseconds.
 *
 * @param keyFile path of the shared key, or empty for the standard place
 * @param nodes by ascending id; never empty
 * @param links by ascending number; never empty
 * @param notes what the file says without effect here, one sentence each with {@code file:line}, for the log
 */
public record InterconnectConf(
        String clusterName,
        long configVersion,
        Transport transport,
        LinkMode linkMode,
        String keyFile,
        int mtu,
        boolean blockUnlistedIps,
        IpVersion ipVersion,
        int dscp,
        List<Link> links,
        List<Node> nodes,
        Timing timing,
        Quorum quorum,
        Logging logging,
        System system,
        List<String> notes) {
    public static final int MAX_LINKS = 8;
    public static final int MAX_NODES = 384;
    public static final int DEFAULT_PORT = 5405;

    public InterconnectConf {
        links = List.copyOf(links);
        nodes = List.copyOf(nodes);
        notes = List.copyOf(notes);
    }

    public Optional<Node> node(NodeId id) {
        return nodes.stream().filter(node -> node.id().equals(id)).findFirst();
    }

    public Optional<Node> node(String name) {
        return nodes.stream().filter(node -> node.name().equals(name)).findFirst();
    }

    /** How packets to all nodes travel. */
    public enum Transport {
        /** {@code udp}: one multicast packet for all, unicast for one. */
        MULTICAST,
        /** {@code udpu}: unicast only, one link. */
        UNICAST,
        /** {@code knet}: unicast over up to eight links. */
        MULTI_LINK
    }

    /** Which of several links carry a packet. */
    public enum LinkMode {
        PASSIVE,
        ACTIVE,
        ROUND_ROBIN
    }

    /** Which family a host name is resolved to, first choice first. */
    public enum IpVersion {
        IPV4,
        IPV6,
        IPV4_FIRST,
        IPV6_FIRST
    }

    /**
     * One link, over all nodes.
     *
     * @param group multicast group; empty with unicast
     * @param port default port of the nodes on this link, and of the group
     * @param pingTimeoutMillis after how long without a heartbeat the link (not the node) counts as down
     */
    public record Link(
            int number,
            int priority,
            String bindNetAddress,
            String group,
            int port,
            int ttl,
            boolean broadcast,
            int pingIntervalMillis,
            int pingTimeoutMillis,
            int pongCount) {}

    /** Where a node listens on one link. */
    public record Address(String host, int port) {
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    /** One entry of the node list. */
    public record Node(NodeId id, String name, int votes, SortedMap<Integer, Address> addresses) {
        public Node {
            addresses = Collections.unmodifiableSortedMap(new TreeMap<>(addresses));
        }
    }

    /**
     * Timers of the ring in milliseconds, after all derivations (specs/totem.md section 7).
     *
     * @param steady the same as {@code token} if the file has one; else the silence after which a node is suspected where
     *     all has been punctual for some time
     * @param token silence on all links after which a node is suspected; does not grow with the number of nodes
     * @param tokenLoss time without the ring's token after which the ring is formed anew
     */
    public record Timing(
            int steady,
            int token,
            int tokenLoss,
            int tokenWarningPercent,
            int tokenRetransmit,
            int hold,
            int join,
            int sendJoin,
            int consensus,
            int merge,
            int downcheck,
            int failRecvConst,
            int seqnoUnchangedConst,
            int windowSize,
            int maxMessages,
            int missCountConst,
            boolean cancelTokenHoldOnRetransmit,
            int heartbeatInterval) {}

    /** Rules of the vote count. {@code expectedVotes} is the sum over the node list and device unless the file overrides it. */
    public record Quorum(
            int expectedVotes,
            boolean twoNode,
            boolean waitForAll,
            boolean lastManStanding,
            int lastManStandingWindowMillis,
            boolean autoTieBreaker,
            TieBreaker tieBreaker,
            boolean allowDownscale,
            boolean expectedVotesTracking,
            Optional<Device> device) {}

    /**
     * The quorum device: a witness outside of the cluster.
     *
     * @param lastManStanding algorithm {@code lms} instead of {@code ffsplit}
     * @param tieBreaker lowest, highest, or one listed node
     * @param syncTimeoutMillis how long a view without quorum waits for the device
     */
    public record Device(
            String host,
            int port,
            boolean lastManStanding,
            TieBreaker tieBreaker,
            int votes,
            int timeoutMillis,
            int syncTimeoutMillis,
            int connectTimeoutMillis) {
        public static final int DEFAULT_PORT = 5403;
    }

    /** Which node decides between two halves. */
    public sealed interface TieBreaker {
        record Lowest() implements TieBreaker {}

        record Highest() implements TieBreaker {}

        /** The first of these that was present decides. */
        record Listed(List<NodeId> nodes) implements TieBreaker {
            public Listed {
                nodes = List.copyOf(nodes);
            }
        }
    }

    /** Where the log goes. Priorities are the words of syslog; {@code debug} is {@code off}, {@code on} or {@code trace}. */
    public record Logging(
            boolean toStderr,
            boolean toLogfile,
            boolean toSyslog,
            String logfile,
            String logfilePriority,
            String syslogPriority,
            String syslogFacility,
            String debug,
            List<Subsystem> subsystems) {
        public Logging {
            subsystems = List.copyOf(subsystems);
        }

        /** A component with its own level. */
        public record Subsystem(String name, String debug) {}
    }

    /** {@code stateDirectory} is empty for the standard place. */
    public record System(String stateDirectory, boolean realTime) {}
}
