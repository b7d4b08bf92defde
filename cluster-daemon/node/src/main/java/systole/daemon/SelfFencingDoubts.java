package systole.daemon;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import systole.formats.InterconnectConf;
import systole.model.Element;
import systole.model.TimeSpan;
import systole.pill.PillTimes;

/** What does not fit together among the times of interconnect, watchdog, disk and cluster properties. From one thread. */
final class SelfFencingDoubts {
    private final PillTimes times;
    private final int devices;
    private final boolean twoNode;
    private final long detectionMillis;
    private @Nullable Element seen;
    private List<String> doubts = List.of();

    SelfFencingDoubts(InterconnectConf conf, long detectionMillis, PillTimes times, int devices) {
        this.times = times;
        this.devices = devices;
        this.twoNode = conf.quorum().twoNode();
        this.detectionMillis = detectionMillis
                + conf.quorum()
                        .device()
                        .map(InterconnectConf.Device::syncTimeoutMillis)
                        .orElse(0);
    }

    /** In words; empty if all is well. @param configuration as it is now */
    List<String> of(Element configuration) {
        if (configuration != seen) {
            seen = configuration;
            long fencing = millis(configuration, "fencing-timeout", "stonith-timeout", 60_000);
            long watchdog = millis(configuration, "fencing-watchdog-timeout", "stonith-watchdog-timeout", 0);
            List<String> found =
                    new ArrayList<>(times.doubts(detectionMillis, fencing, Math.max(0, watchdog), devices));
            if (watchdog != 0 && devices > 0) {
                found.add("fencing-watchdog-timeout has no effect: with a pill disk a node without quorum may live on;"
                        + " set it to 0 and use fence_poison");
            } else if (watchdog != 0 && twoNode) {
                found.add(
                        "fencing-watchdog-timeout has no effect with two_node: each half has quorum; add a pill disk or"
                                + " a witness");
            }
            doubts = List.copyOf(found);
        }
        return doubts;
    }

    private static long millis(Element configuration, String name, String former, long fallback) {
        String value = "";
        for (Element section : configuration.children("crm_config")) {
            for (Element set : section.children("cluster_property_set")) {
                for (Element pair : set.children("nvpair")) {
                    String its = pair.attribute("name", "");
                    if (value.isEmpty() && (its.equals(name) || its.equals(former))) {
                        value = pair.attribute("value", "");
                    }
                }
            }
        }
        return TimeSpan.millis(value, fallback);
    }
}
