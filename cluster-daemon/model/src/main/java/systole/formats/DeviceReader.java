package systole.formats;

import java.util.List;
import java.util.Optional;
import systole.formats.InterconnectConf.Device;
import systole.formats.InterconnectConf.Node;
import systole.formats.InterconnectConf.TieBreaker;
import systole.kernel.BadInputException;

/** The section {@code quorum { device { } }} (specs/corosync-options.md). */
final class DeviceReader {
    private static final int TIMEOUT_MILLIS = 10_000;

    /** Corosync waits 30 s. Here the vote comes within the settle time of the witness, and leases last the longer for it. */
    private static final int SYNC_TIMEOUT_MILLIS = 5_000;

    private DeviceReader() {}

    static Optional<Device> read(String source, ConfSection quorum, List<Node> nodes, List<String> notes) {
        List<ConfSection> devices = quorum.sections("device");
        if (devices.isEmpty()) {
            return Optional.empty();
        }
        ConfSection device = only(source, devices);
        if (!device.has("model")) {
            throw new BadInputException(device.place("model"), "the device has no model", "add: model: net");
        }
        List<ConfSection> nets = device.sections("net");
        if (nets.isEmpty() || !nets.get(0).has("host")) {
            throw new BadInputException(
                    nets.isEmpty() ? device.place("net") : nets.get(0).place("host"),
                    "the device does not say where the witness is",
                    "add to the device: net { host: ADDRESS } on lines of their own");
        }
        ConfSection net = only(source, nets);
        for (String excluded : List.of("two_node", "last_man_standing", "auto_tie_breaker", "allow_downscale")) {
            if (quorum.flag(excluded, false)) {
                throw new BadInputException(
                        quorum.place(excluded),
                        excluded + " and a quorum device exclude each other",
                        "remove " + excluded + ": the device decides in its place");
            }
        }
        boolean lms = net.text("algorithm", "ffsplit").equals("lms");
        int timeout = device.number("timeout", TIMEOUT_MILLIS);
        return Optional.of(new Device(
                net.text("host", ""),
                net.number("port", Device.DEFAULT_PORT),
                lms,
                tieBreaker(net, nodes),
                votes(device, lms, nodes, notes),
                timeout,
                device.number("sync_timeout", SYNC_TIMEOUT_MILLIS),
                net.number("connect_timeout", timeout * 8 / 10)));
    }

    private static ConfSection only(String source, List<ConfSection> found) {
        if (found.size() > 1) {
            throw new BadInputException(
                    source + ":" + found.get(1).line(),
                    "section '" + found.get(1).name() + "' was opened in line "
                            + found.get(0).line() + " already",
                    "keep one of the two");
        }
        return found.get(0);
    }

    private static int votes(ConfSection device, boolean lms, List<Node> nodes, List<String> notes) {
        int ofNodes = nodes.stream().mapToInt(Node::votes).sum();
        if (lms) {
            int votes = device.number("votes", Math.max(1, nodes.size() - 1));
            if (votes >= ofNodes && ofNodes > 1) {
                throw new BadInputException(
                        device.place("votes"),
                        "the device has " + votes + " votes and the nodes together " + ofNodes
                                + ", so that all of them together need the device",
                        "give the device " + (ofNodes - 1) + " votes at most, or remove the line");
            }
            return votes;
        }
        int votes = device.number("votes", 1);
        if (votes != 1) {
            throw new BadInputException(
                    device.place("votes"), "with ffsplit the device has one vote, not " + votes, "remove the line");
        }
        if (ofNodes % 2 == 1) {
            notes.add(device.place("net") + ": a device with ffsplit adds nothing to an odd number of votes (" + ofNodes
                    + "); use lms, or no device");
        }
        return votes;
    }

    private static TieBreaker tieBreaker(ConfSection net, List<Node> nodes) {
        String text = net.text("tie_breaker", "lowest");
        if (text.equals("lowest")) {
            return new TieBreaker.Lowest();
        }
        if (text.equals("highest")) {
            return new TieBreaker.Highest();
        }
        return nodes.stream()
                .filter(node -> String.valueOf(node.id().value()).equals(text))
                .findFirst()
                .map(node -> new TieBreaker.Listed(List.of(node.id())))
                .orElseThrow(() -> new BadInputException(
                        net.place("tie_breaker"),
                        "'" + text + "' is not the id of a node in the list",
                        "use lowest, highest, or the nodeid of one node"));
    }
}
