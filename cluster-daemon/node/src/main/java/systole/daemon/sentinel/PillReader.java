package systole.daemon.sentinel;

import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.api.PillDevice;
import systole.kernel.ClusterException;
import systole.pill.PillCommand;
import systole.pill.PillDisk;
import systole.pill.PillException;
import systole.pill.PillSlot;
import systole.pill.PillTimes;

/** One pill disk as its own thread sees it: opened again after a failure. Opened once before that thread starts. */
final class PillReader {
    private static final Logger LOG = LoggerFactory.getLogger("systole.sentinel");

    private final Path path;
    private final String node;
    private final String boot;
    private final int number;
    private @Nullable PillDevice device;
    private int slot = -1;
    private volatile String words = "not read yet";
    private boolean bad;

    PillReader(Path path, String node, String boot, int number) {
        this.path = path;
        this.node = node;
        this.boot = boot;
        this.number = number;
    }

    int number() {
        return number;
    }

    String name() {
        return path.toString();
    }

    String words() {
        return words;
    }

    /** Finds or takes the slot, and begins to listen. Waits the disk's allocate time when a slot has to be taken. */
    PillTimes open(boolean clean) {
        PillDevice opened = PillDevice.open(path);
        try {
            PillDisk disk = new PillDisk(opened);
            PillTimes times = disk.header().times();
            int mine = disk.slotOf(node).orElse(-1);
            for (int tries = 0; mine < 0 && tries < 10; tries++) {
                int claimed = disk.claim(node);
                LockSupport.parkNanos(times.allocateMillis() * 1_000_000L);
                mine = disk.slotOf(node).orElse(-1) == claimed ? claimed : -1;
            }
            if (mine < 0) {
                throw new PillException(path + ": others take every slot before us", "start the daemon again");
            }
            PillSlot found = disk.slot(mine);
            if (clean && found.command().kills() && !found.boot().equals(boot)) {
                throw new PillException(
                        path + " still has '" + found.command().word() + "' by " + found.sender() + " for this node",
                        "make sure that all is well, then: systole sbd message " + node + " clear");
            }
            disk.listen(mine, node, boot);
            if (!opened.isDirect()) {
                LOG.warn("{} knows no O_DIRECT and is only synchronised: good for nodes on one machine", path);
            }
            device = opened;
            slot = mine;
            return times;
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    PillSlot read() {
        if (device == null) {
            open(false);
        }
        PillDevice present = device;
        if (present == null) {
            throw new IllegalStateException(path + " is open and is not");
        }
        try {
            PillSlot found = new PillDisk(present).slot(slot);
            if (!found.node().equals(node)) {
                throw new PillException(path + ": slot " + slot + " is no longer of " + node, "see: systole sbd list");
            }
            return found;
        } catch (PillException e) {
            device = null;
            present.close();
            throw e;
        }
    }

    void succeeded() {
        if (bad) {
            LOG.info("{} can be read again", path);
        }
        bad = false;
        words = "read";
    }

    void failed(ClusterException e) {
        if (!bad) {
            LOG.error("{}; {}", e.getMessage(), e.remedy());
        }
        bad = true;
        words = e.getMessage() == null ? e.toString() : e.getMessage();
    }

    /** Takes the message out of the slot, past the reading thread. */
    void acknowledge() {
        try (PillDevice own = PillDevice.open(path)) {
            PillDisk disk = new PillDisk(own);
            if (disk.slot(slot).command().kills()) {
                disk.send(node, PillCommand.CLEAR, node);
            }
        } catch (PillException e) {
            LOG.warn("the pill on {} could not be cleared: {}", path, e.getMessage());
        }
    }
}
