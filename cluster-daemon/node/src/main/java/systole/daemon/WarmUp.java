package systole.daemon;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import systole.formats.CorosyncConf;
import systole.formats.InterconnectConf;
import systole.membership.RingStack;
import systole.scheduler.Scheduler;
import systole.state.ClusterState;
import systole.wire.PacketCodec;

/** Touches what a daemon uses when it starts, so that a class-data archive made of this run holds it. */
final class WarmUp {
    private static final String CONF = "totem {\ncluster_name: w\ntransport: udpu\n}\nnodelist {\nnode {\nnodeid: 1\n"
            + "name: a\nring0_addr: 127.0.0.1\n}\n}\n";

    private WarmUp() {}

    static void run() {
        InterconnectConf conf = CorosyncConf.read("warm-up", CONF);
        var own = conf.nodes().get(0);
        new RingStack(own.id(), Settings.nodes(conf), Settings.ring(conf), 1);
        new PacketCodec(own.id(), 1, "w", List.of(new byte[32]), Settings.nodes(conf));
        Scheduler.scheduleLive(ClusterState.empty().cib(true), Instant.EPOCH);
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()).shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
