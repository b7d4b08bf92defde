package systole.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import systole.model.CibEdit;
import systole.model.Element;
import systole.state.NodeMessage.Decoded;
import systole.state.NodeMessage.Messages;
import systole.state.NodeMessage.Rejected;
import systole.state.NodeMessage.Unknown;

class MessageCodecProperties {
    private static final Element WEB = Element.of(
            "primitive",
            Map.of("id", "web", "class", "ocf"),
            List.of(Element.leaf("op", "id", "web-monitor", "name", "monitor")),
            "text with < & \u00e9",
            0);

    private static ClusterState someState() {
        ClusterState state = ClusterState.empty()
                .with(NodeStatus.unseen("alpha", "1").with(new Membership(true, true, true, 8, 100, 101, false)));
        for (Command command : commands()) {
            state = state.apply(command).state();
        }
        return state;
    }

    private static List<Command> commands() {
        Element operation = Element.leaf("lrm_rsc_op", "id", "web_last_0", "operation", "start", "rc-code", "0");
        TreeMap<String, String> granted = new TreeMap<>(Map.of("granted", "true"));
        FencingRecord shot = new FencingRecord("beta", "off", "ipmi", "alpha", "alpha.cli", true, "", 5);
        return List.of(
                new Command.Configure(
                        "root",
                        "alpha",
                        "alpha:1:1",
                        Version.NONE,
                        List.of(
                                new CibEdit.Put("resources", WEB),
                                new CibEdit.Put("resources", Element.leaf("primitive", "id", "ip"), "web"),
                                new CibEdit.Remove("ip")),
                        1_700_000_000_000L),
                new Command.Configure(
                        "root",
                        "alpha",
                        "alpha:1:2",
                        new Version(0, 1, 0),
                        List.of(new CibEdit.ReplaceConfiguration(Element.leaf("configuration"))),
                        2),
                new Command.SetTicket("root", "alpha:1:3", "T", granted, 3),
                new Command.SetPermanent(
                        "root", "alpha", "alpha:1:4", "beta", "2", "instance_attributes", Map.of("site", "a"), 3),
                new Command.RecordOperations(
                        "alpha", List.of(new OperationRecord("web", "ocf", "heartbeat", "Dummy", operation))),
                new Command.ForgetHistory("alpha", "web", "other"),
                new Command.UpdateAttributes(
                        "alpha", Command.Lifetime.TRANSIENT, "instance_attributes", Map.of("pingd", "value++"), 5, 4),
                new Command.UpdateAttributes(
                        "alpha", Command.Lifetime.PRIVATE, "instance_attributes", Map.of("secret", "1"), 0, 4),
                new Command.WriteAttributes(List.of("pingd")),
                new Command.FencingDone(shot, 4),
                new Command.ConfirmFenced("gamma", "root", 6),
                new Command.NodeLeaving("alpha"),
                new Command.RemoteNode("r1", new TreeMap<>(Map.of("in_ccm", "1"))),
                new Command.ForgetNode("delta"),
                new Command.ForgetFencing("epsilon"));
    }

    private static byte[] payload() {
        ClusterState state = someState();
        List<NodeMessage> messages = new ArrayList<>();
        commands().forEach(command -> messages.add(new NodeMessage.Order(command)));
        messages.add(new NodeMessage.StoredUpTo(new Position(4, 5)));
        messages.add(new NodeMessage.Offer(
                "n1:4", 1, "alpha", new Position(3, 4), new Version(1, 2, 3), -5, 6, "n1:0", 7, 8, 9, true, 10, 11));
        state.nodes().values().forEach(node -> messages.add(new NodeMessage.OwnStatus("n1:4", 0, node)));
        messages.add(new NodeMessage.OthersStatus(
                "n1:4", 0, List.copyOf(state.nodes().values()), state.fencing()));
        messages.add(new NodeMessage.DurableState("n1:4", 0, state));
        messages.add(new NodeMessage.Resync("n1:4", false));
        return MessageCodec.payload(messages.stream().map(MessageCodec::frame).toList());
    }

    @Test
    void everyMessageComesBackAsItWas() {
        Decoded decoded = MessageCodec.decode(payload());

        assertThat(decoded).isInstanceOf(Messages.class);
        List<NodeMessage> messages = ((Messages) decoded).messages();
        List<Command> commands = commands();
        for (int i = 0; i < commands.size(); i++) {
            assertThat(messages.get(i)).isEqualTo(new NodeMessage.Order(commands.get(i)));
        }
        assertThat(messages.subList(commands.size(), messages.size()))
                .contains(new NodeMessage.DurableState("n1:4", 0, someState()));
        assertThat(MessageCodec.payload(
                        messages.stream().map(MessageCodec::frame).toList()))
                .isEqualTo(payload());
    }

    @Test
    void aSnapshotComesBackAsItWas() {
        assertThat(DiskCodec.readSnapshot(DiskCodec.snapshot(someState()))).isEqualTo(someState());
    }

    @Test
    void aKindOfLaterVersionsIsSkipped() {
        byte[] stored = MessageCodec.frame(new NodeMessage.StoredUpTo(new Position(1, 2)));
        byte[] payload = MessageCodec.payload(List.of(new byte[] {99, 2, 1, 1}, stored));

        assertThat(MessageCodec.decode(payload))
                .isEqualTo(new Messages(List.of(new Unknown(99), new NodeMessage.StoredUpTo(new Position(1, 2)))));
    }

    @Test
    void anotherFormatIsRejectedByItsNumber() {
        assertThat(MessageCodec.decode(new byte[] {7})).isEqualTo(new Rejected("format 7, known is 1"));
    }

    @Property(tries = 2000)
    void anyBytesGiveMessagesOrAReason(@ForAll byte[] bytes) {
        assertThat(MessageCodec.decode(bytes)).isNotNull();
        byte[] plausible = bytes.clone();
        if (plausible.length > 2) {
            plausible[0] = 1;
            plausible[1] = (byte) (1 + (plausible[1] & 7));
        }
        assertThat(MessageCodec.decode(plausible)).isNotNull();
    }

    @Property(tries = 3000)
    void damagedMessagesGiveMessagesOrAReason(
            @ForAll @Size(min = 1, max = 4) List<@IntRange(max = 1 << 20) Integer> places, @ForAll byte value) {
        byte[] damaged = payload();
        for (int place : places) {
            damaged[1 + place % (damaged.length - 1)] = value;
        }
        assertThat(MessageCodec.decode(damaged)).isNotNull();
    }

    @Property(tries = 500)
    void cutMessagesGiveMessagesOrAReason(@ForAll @IntRange(max = 1 << 20) int length) {
        byte[] whole = payload();
        assertThat(MessageCodec.decode(Arrays.copyOf(whole, length % whole.length)))
                .isNotNull();
    }
}
