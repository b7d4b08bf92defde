package systole.formats;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import systole.formats.InterconnectConf.Address;
import systole.formats.InterconnectConf.Device;
import systole.formats.InterconnectConf.IpVersion;
import systole.formats.InterconnectConf.Link;
import systole.formats.InterconnectConf.LinkMode;
import systole.formats.InterconnectConf.Logging;
import systole.formats.InterconnectConf.Node;
import systole.formats.InterconnectConf.Quorum;
import systole.formats.InterconnectConf.TieBreaker;
import systole.formats.InterconnectConf.Timing;
import systole.formats.InterconnectConf.Transport;
import systole.kernel.BadInputException;
import systole.kernel.NodeId;

/** Text in {@code corosync.conf} syntax to {@link InterconnectConf} (specs/corosync-options.md). */
public final class CorosyncConf {
    /** Longer files are refused; whoever reads one from a disk need not read more. */
    public static final int MAX_CHARACTERS = ConfSection.MAX_CHARACTERS;

    private static final ConfSection NOTHING = ConfSection.read("", "");

    private final ConfSection totem;
    private final ConfSection quorum;
    private final ConfSection logging;
    private final ConfSection system;
    private final String source;
    private final List<ConfSection> nodeSections = new ArrayList<>();
    private final List<String> notes;

    private CorosyncConf(String source, ConfSection root) {
        this.source = source;
        this.notes = ConfVocabulary.check(root);
        this.totem = only(root, "totem");
        this.quorum = only(root, "quorum");
        this.logging = only(root, "logging");
        this.system = only(root, "system");
        nodeSections.addAll(only(root, "nodelist").sections("node"));
    }

    /**
     * Reads a file.
     *
     * @param source what to call the text in a message, usually the file name
     * @throws BadInputException with {@code source:line}, what is wrong, the nearest word and what to do
     */
    public static InterconnectConf read(String source, String text) {
        return new CorosyncConf(source, ConfSection.read(source, text)).conf();
    }

    private static ConfSection only(ConfSection root, String name) {
        List<ConfSection> found = root.sections(name);
        if (found.size() > 1) {
            throw new BadInputException(
                    root.source() + ":" + found.get(1).line(),
                    "section '" + name + "' was opened in line " + found.get(0).line() + " already",
                    "join the two sections");
        }
        return found.isEmpty() ? NOTHING : found.get(0);
    }

    private InterconnectConf conf() {
        if (totem == NOTHING) {
            throw new BadInputException(source, "there is no section 'totem'", "add: totem { cluster_name: NAME }");
        }
        String clusterName = totem.text("cluster_name", "");
        if (clusterName.isEmpty() || clusterName.length() > 256) {
            throw new BadInputException(
                    totem.place("cluster_name"),
                    clusterName.isEmpty()
                            ? "the cluster has no name"
                            : "the cluster's name has " + clusterName.length() + " characters, more than 256",
                    "set cluster_name in section 'totem'; it keeps clusters in the same network apart");
        }
        Transport transport = switch (totem.text("transport", "udp")) {
            case "udp" -> Transport.MULTICAST;
            case "udpu" -> Transport.UNICAST;
            default -> Transport.MULTI_LINK;
        };
        Set<Integer> linkNumbers = linkNumbers(transport);
        Timing timing = timing();
        List<Link> links = links(clusterName, transport, linkNumbers, timing);
        List<Node> nodes = nodes(links);
        return new InterconnectConf(
                clusterName,
                Long.parseLong(totem.text("config_version", "0")),
                transport,
                linkMode(),
                totem.text("keyfile", ""),
                totem.number("netmtu", 1500),
                totem.flag("block_unlisted_ips", true),
                ipVersion(transport),
                totem.number("ip_dscp", 0),
                links,
                nodes,
                timing,
                quorumRules(nodes),
                loggingRules(),
                new InterconnectConf.System(system.text("state_dir", ""), system.flag("sched_rr", true)),
                notes);
    }

    private LinkMode linkMode() {
        return switch (totem.text("link_mode", "passive")) {
            case "active" -> LinkMode.ACTIVE;
            case "rr" -> LinkMode.ROUND_ROBIN;
            default -> LinkMode.PASSIVE;
        };
    }

    private IpVersion ipVersion(Transport transport) {
        return switch (totem.text("ip_version", transport == Transport.MULTICAST ? "ipv4" : "ipv6-4")) {
            case "ipv4" -> IpVersion.IPV4;
            case "ipv6" -> IpVersion.IPV6;
            case "ipv4-6" -> IpVersion.IPV4_FIRST;
            default -> IpVersion.IPV6_FIRST;
        };
    }

    // ---- links and nodes ----------------------------------------------------------------------------------------

    private Set<Integer> linkNumbers(Transport transport) {
        if (nodeSections.isEmpty()) {
            throw new BadInputException(
                    source,
                    "the node list is empty",
                    "add: nodelist { node { nodeid: 1 name: NAME ring0_addr: ADDRESS } … }, each entry on its own line");
        }
        if (nodeSections.size() > InterconnectConf.MAX_NODES) {
            throw new BadInputException(
                    source,
                    nodeSections.size() + " nodes are listed, more than " + InterconnectConf.MAX_NODES,
                    "split the cluster");
        }
        Set<Integer> first = linkNumbers(nodeSections.get(0));
        if (!first.contains(0)) {
            throw new BadInputException(
                    source + ":" + nodeSections.get(0).line(), "this node has no ring0_addr", "add the line");
        }
        for (ConfSection node : nodeSections) {
            if (!linkNumbers(node).equals(first)) {
                throw new BadInputException(
                        source + ":" + node.line(),
                        "this node has addresses on links " + linkNumbers(node) + ", the first one on " + first,
                        "give every node an address (ringX_addr) on the same links");
            }
        }
        if (transport == Transport.UNICAST && first.size() > 1) {
            throw new BadInputException(
                    totem.place("transport"),
                    "transport 'udpu' has one link, the node list has " + first.size(),
                    "use 'transport: knet' for several links, or remove the addresses beyond ring0_addr");
        }
        return first;
    }

    private static Set<Integer> linkNumbers(ConfSection node) {
        Set<Integer> numbers = new TreeSet<>();
        for (int i = 0; i < InterconnectConf.MAX_LINKS; i++) {
            if (node.has("ring" + i + "_addr")) {
                numbers.add(i);
            }
        }
        return numbers;
    }

    private List<Link> links(String clusterName, Transport transport, Set<Integer> numbers, Timing timing) {
        Map<Integer, ConfSection> sections = new TreeMap<>();
        for (ConfSection section : totem.sections("interface")) {
            int number = section.number("linknumber", section.number("ringnumber", 0));
            if (!numbers.contains(number)) {
                throw new BadInputException(
                        source + ":" + section.line(),
                        "interface " + number + " has no address in the node list",
                        "add ring" + number + "_addr to every node, or remove the interface");
            }
            ConfSection before = sections.put(number, section);
            if (before != null) {
                throw new BadInputException(
                        source + ":" + section.line(),
                        "interface " + number + " was described in line " + before.line() + " already",
                        "set another linknumber, or join the two sections");
            }
        }
        List<Link> links = new ArrayList<>();
        for (int number : numbers) {
            links.add(link(clusterName, transport, number, sections.getOrDefault(number, NOTHING), timing));
        }
        return links;
    }

    private Link link(String clusterName, Transport transport, int number, ConfSection section, Timing timing) {
        if (section.has("knet_ping_interval") != section.has("knet_ping_timeout")) {
            throw new BadInputException(
                    source + ":" + section.line(),
                    "only one of knet_ping_interval and knet_ping_timeout is set",
                    "set both or none");
        }
        int pongCount = section.number("knet_pong_count", 2);
        int pingTimeout = section.number("knet_ping_timeout", timing.token());
        int pingInterval = section.number("knet_ping_interval", timing.heartbeatInterval());
        if (pingInterval >= pingTimeout) {
            throw new BadInputException(
                    section.place("knet_ping_interval"),
                    "a ping each " + pingInterval + " ms cannot prove a link within " + pingTimeout + " ms",
                    "set knet_ping_interval to at most half of knet_ping_timeout");
        }
        String group = "";
        if (transport == Transport.MULTICAST) {
            group = section.text("mcastaddr", groupOf(clusterName, number));
            if (!isMulticast(group)) {
                throw new BadInputException(
                        section.place("mcastaddr"),
                        "'" + group + "' is not a multicast address",
                        "use an address of 239.0.0.0/8 or ff00::/8, or remove the line to have one made from the"
                                + " cluster's name");
            }
        } else if (section.has("mcastaddr")) {
            notes.add(section.place("mcastaddr") + ": 'mcastaddr' has no effect: the transport is unicast");
        }
        int priority = section.number("knet_link_priority", 1);
        return new Link(
                number,
                priority == 0 ? 1 : priority,
                section.text("bindnetaddr", ""),
                group,
                section.number("mcastport", InterconnectConf.DEFAULT_PORT + number),
                section.number("ttl", 1),
                section.flag("broadcast", false),
                pingInterval,
                pingTimeout,
                pongCount);
    }

    /** A group of 239.192.0.0/16 that depends on the cluster's name and the link; FNV-1a over the name. */
    static String groupOf(String clusterName, int link) {
        int hash = 0x811C9DC5;
        for (int i = 0; i < clusterName.length(); i++) {
            hash = (hash ^ clusterName.charAt(i)) * 0x01000193;
        }
        hash = (hash ^ link) * 0x01000193;
        return "239.192." + ((hash >>> 16) & 0xFF) + "." + (1 + Math.floorMod(hash & 0xFFFF, 254));
    }

    private static boolean isMulticast(String address) {
        if (address.regionMatches(true, 0, "ff", 0, 2) && address.indexOf(':') == 4) {
            return true;
        }
        String[] parts = address.split("\\.", -1);
        if (parts.length != 4) {
            return false;
        }
        for (String part : parts) {
            if (part.isEmpty() || part.length() > 3 || !part.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return false;
            }
            if (Integer.parseInt(part) > 255) {
                return false;
            }
        }
        int first = Integer.parseInt(parts[0]);
        return first >= 224 && first <= 239;
    }

    private List<Node> nodes(List<Link> links) {
        List<Node> nodes = new ArrayList<>();
        Map<Integer, Integer> idLines = new TreeMap<>();
        Map<String, Integer> nameLines = new TreeMap<>();
        Map<String, Integer> addressLines = new TreeMap<>();
        for (ConfSection section : nodeSections) {
            if (!section.has("nodeid")) {
                throw new BadInputException(
                        source + ":" + section.line(),
                        "this node has no nodeid",
                        "add 'nodeid: N', a number no other has");
            }
            int id = section.number("nodeid", 0);
            unique(idLines, id, section, "nodeid");
            SortedMap<Integer, Address> addresses = addresses(section, links);
            addresses.forEach(
                    (link, address) -> unique(addressLines, address.toString(), section, "ring" + link + "_addr"));
            String name = section.text("name", section.text("ring0_addr", ""));
            unique(nameLines, name, section, "name");
            nodes.add(new Node(new NodeId(id), name, section.number("quorum_votes", 1), addresses));
        }
        nodes.sort(Comparator.comparing(Node::id));
        return nodes;
    }

    private SortedMap<Integer, Address> addresses(ConfSection section, List<Link> links) {
        SortedMap<Integer, Address> addresses = new TreeMap<>();
        for (Link link : links) {
            String key = "ring" + link.number() + "_addr";
            String host = section.text(key, "");
            if (!host.chars().allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || ".:-_%".indexOf(c) >= 0))) {
                throw new BadInputException(
                        section.place(key), "'" + host + "' is not an address or host name", "correct the address");
            }
            int port = section.has("port") ? section.number("port", 0) + link.number() : link.port();
            if (port > 65_535) {
                throw new BadInputException(
                        section.place("port"),
                        "link " + link.number() + " would have port " + port,
                        "choose a lower port");
            }
            addresses.put(link.number(), new Address(host, port));
        }
        return addresses;
    }

    private <T> void unique(Map<T, Integer> lines, T value, ConfSection section, String key) {
        Integer before = lines.putIfAbsent(value, section.line());
        if (before != null) {
            throw new BadInputException(
                    section.place(key),
                    key + " '" + value + "' belongs to the node of line " + before + " already",
                    "give each node its own");
        }
    }

    // ---- timers ---------------------------------------------------------------------------------------------------

    /** The derivations are those of {@code RingSettings}; what the file says explicitly wins. */
    private Timing timing() {
        int extraNodes = Math.max(0, nodeSections.size() - 2);
        int token = totem.number("token", TimingDefaults.TOKEN);
        int tokenLoss = 4 * token + extraNodes * totem.number("token_coefficient", 0);
        int retransmit = totem.number(
                "token_retransmit",
                totem.has("token_retransmits_before_loss_const")
                        ? Math.max(
                                5, (int) (tokenLoss / (totem.number("token_retransmits_before_loss_const", 4) + 0.2)))
                        : Math.max(15, Math.min(token / 6, 50)));
        int hold = totem.number("hold", retransmit * 7 / 10);
        int consensus = totem.number("consensus", Math.max(60, 2 * token));
        int join = totem.number("join", Math.max(5, Math.min(token / 15, 50)));
        boolean chosen = totem.has("token");
        int interval = totem.number(
                "heartbeat_interval",
                chosen ? Math.max(2, token / 7) : TimingDefaults.STEADY / TimingDefaults.BEATS_WHILE_STEADY);
        int steady = chosen
                ? token
                : Math.min(token, Math.max(TimingDefaults.STEADY, interval * TimingDefaults.BEATS_WHILE_STEADY));
        before("join", join, "consensus", consensus, 1, "give the others time to answer");
        before(
                "token_retransmit",
                retransmit,
                "token",
                tokenLoss,
                2,
                "send the token again before the ring gives it up");
        before("hold", hold, "token_retransmit", retransmit, 1, "pass a held token before it is sent again");
        before("heartbeat_interval", interval, "token", token, 3, "let two heartbeats be lost");
        return new Timing(
                steady,
                token,
                tokenLoss,
                totem.number("token_warning", 75),
                retransmit,
                hold,
                join,
                totem.number("send_join", 0),
                consensus,
                totem.number("merge", 200),
                totem.number("downcheck", 1000),
                totem.number("fail_recv_const", TimingDefaults.FAIL_RECV),
                totem.number("seqno_unchanged_const", TimingDefaults.SEQNO_UNCHANGED),
                totem.number("window_size", 50),
                totem.number("max_messages", 17),
                totem.number("miss_count_const", TimingDefaults.MISS_COUNT),
                totem.flag("cancel_token_hold_on_retransmit", false),
                interval);
    }

    private void before(String shorter, int shortMillis, String longer, int longMillis, int times, String why) {
        if ((long) shortMillis * times > longMillis || shortMillis == longMillis) {
            String key = totem.has(shorter) ? shorter : longer;
            throw new BadInputException(
                    totem.place(key),
                    shorter + " (" + shortMillis + " ms) is not shorter than "
                            + (times == 1 ? "" : "a " + (times == 2 ? "half" : "third") + " of ")
                            + (longer.equals("token") && times == 2 ? "the token loss time" : longer)
                            + " (" + longMillis + " ms)",
                    "lower " + shorter + " or raise " + longer + " to " + why);
        }
    }

    // ---- quorum and logging ---------------------------------------------------------------------------------------

    private Quorum quorumRules(List<Node> nodes) {
        Optional<Device> device = DeviceReader.read(source, quorum, nodes, notes);
        int votes = nodes.stream().mapToInt(Node::votes).sum()
                + device.map(Device::votes).orElse(0);
        int expected = quorum.number("expected_votes", votes);
        boolean twoNode = quorum.flag("two_node", false) && expected == 2;
        if (quorum.flag("two_node", false) && expected != 2) {
            if (nodes.size() == 2) {
                throw new BadInputException(
                        quorum.place(quorum.has("expected_votes") ? "expected_votes" : "two_node"),
                        "two_node needs exactly two votes, there are " + expected,
                        "remove expected_votes and give both nodes one vote");
            }
            notes.add(quorum.place("two_node") + ": 'two_node' has no effect: " + nodes.size() + " nodes are listed");
        }
        if (expected < votes && quorum.has("expected_votes")) {
            throw new BadInputException(
                    quorum.place("expected_votes"),
                    "expected_votes is " + expected + ", but "
                            + (device.isPresent() ? "nodes and device have " : "the node list has ") + votes
                            + " votes, so two parts of the cluster could both have quorum",
                    "remove the line");
        }
        boolean autoTieBreaker = quorum.flag("auto_tie_breaker", false);
        if (twoNode && autoTieBreaker) {
            throw new BadInputException(
                    quorum.place("auto_tie_breaker"), "two_node and auto_tie_breaker exclude each other", "keep one");
        }
        boolean waitForAll = quorum.flag("wait_for_all", twoNode);
        if (twoNode && !waitForAll) {
            notes.add(quorum.place("wait_for_all")
                    + ": two_node without wait_for_all: two nodes that boot without seeing each other fence each other"
                    + " again and again");
        }
        boolean lastManStanding = quorum.flag("last_man_standing", false);
        if (lastManStanding
                && nodes.stream()
                                .mapToInt(Node::votes)
                                .filter(each -> each > 0)
                                .distinct()
                                .count()
                        > 1) {
            throw new BadInputException(
                    quorum.place("last_man_standing"),
                    "last_man_standing needs the same number of votes on every node",
                    "remove the quorum_votes lines");
        }
        return new Quorum(
                expected,
                twoNode,
                waitForAll,
                lastManStanding,
                quorum.number("last_man_standing_window", 10_000),
                autoTieBreaker,
                tieBreaker(nodes),
                quorum.flag("allow_downscale", false),
                quorum.flag("expected_votes_tracking", false),
                device);
    }

    private TieBreaker tieBreaker(List<Node> nodes) {
        String text = quorum.text("auto_tie_breaker_node", "lowest");
        if (text.equals("lowest")) {
            return new TieBreaker.Lowest();
        }
        if (text.equals("highest")) {
            return new TieBreaker.Highest();
        }
        Set<NodeId> listed = new LinkedHashSet<>();
        for (String word : text.split("\\s+")) {
            Node node = nodes.stream()
                    .filter(candidate -> String.valueOf(candidate.id().value()).equals(word))
                    .findFirst()
                    .orElseThrow(() -> new BadInputException(
                            quorum.place("auto_tie_breaker_node"),
                            "'" + word + "' is not the id of a node in the list",
                            "use lowest, highest, or ids of the node list with blanks between"));
            listed.add(node.id());
        }
        return new TieBreaker.Listed(List.copyOf(listed));
    }

    private Logging loggingRules() {
        List<Logging.Subsystem> subsystems = new ArrayList<>();
        for (ConfSection section : logging.sections("logger_subsys")) {
            if (!section.has("subsys")) {
                throw new BadInputException(
                        source + ":" + section.line(),
                        "logger_subsys does not say which subsystem",
                        "add 'subsys: NAME'");
            }
            subsystems.add(new Logging.Subsystem(section.text("subsys", ""), section.text("debug", "off")));
        }
        boolean toLogfile = logging.flag("to_logfile", false);
        if (toLogfile && !logging.has("logfile")) {
            throw new BadInputException(
                    logging.place("to_logfile"), "to_logfile is on, but no logfile is named", "add 'logfile: PATH'");
        }
        return new Logging(
                logging.flag("to_stderr", true),
                toLogfile,
                logging.flag("to_syslog", true),
                logging.text("logfile", ""),
                logging.text("logfile_priority", "info"),
                logging.text("syslog_priority", "info"),
                logging.text("syslog_facility", "daemon"),
                logging.text("debug", "off"),
                subsystems);
    }
}
