package systole.scheduler.working;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parts of a bundle (input-and-status 18.4). The resource's children are: container, IP, connection per replica, clone. */
public final class BundleData {
    public final List<Replica> replicas = new ArrayList<>();
    public int replicasPerHost = 1;
    public int promotedMax;
    public String engine = "";
    public String image = "";
    /** The implicit clone {@code ID-clone} or {@code ID-master}; {@code null} without a primitive. */
    public @Nullable Resource child;

    public boolean addHost = true;
    public @Nullable String controlPort;
}
