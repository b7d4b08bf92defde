package systole.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/**
 * A disk that all machines of a lab see, as partitions {@code data} (ext4), {@code guard} and {@code pill} under
 * {@code /run/shared}: loop devices over files. It looks all the time which machines have {@code data} mounted, as the kernel
 * says it, and keeps every moment at which two had.
 *
 * <p>The machines share one kernel, so a second mount destroys nothing here, and what a dead machine had written without
 * {@code fsync} is not lost: the lab tries who mounts when, not the file system.
 */
final class SharedDisk implements AutoCloseable {
    private static final Map<String, String> PARTITIONS = Map.of("data", "32M", "guard", "1M", "pill", "1M");

    private final Lab lab;
    private final Path folder;
    private final Map<String, String> devices = new LinkedHashMap<>();
    private final Set<String> doubled = java.util.Collections.synchronizedSet(new TreeSet<>());
    private final Thread thread;
    private volatile boolean open = true;
    private volatile long looks;
    private volatile long mounted;

    SharedDisk(Lab lab) {
        this.lab = lab;
        folder = lab.folder().resolve("shared");
        try {
            Files.createDirectory(folder);
            for (Map.Entry<String, String> partition : PARTITIONS.entrySet()) {
                String image = folder.resolve(partition.getKey() + ".img").toString();
                Lab.run("truncate", "-s", partition.getValue(), image);
                if (partition.getKey().equals("data")) {
                    Lab.run("mkfs.ext4", "-q", image);
                }
                String device = Lab.said("losetup", "--find", "--show", image);
                devices.put(partition.getKey(), device);
                Files.createSymbolicLink(folder.resolve(partition.getKey()), Path.of(device));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread = new Thread(this::look, "disk-watch");
        thread.setDaemon(true);
        thread.start();
    }

    /** What stands in the way of a shared disk on this machine; empty if nothing does. */
    static String missing() {
        List<String> missing = new ArrayList<>();
        for (String tool : List.of("/usr/sbin/losetup", "/usr/sbin/mkfs.ext4", "/dev/loop-control")) {
            if (!Files.exists(Path.of(tool))) {
                missing.add(tool);
            }
        }
        return String.join(", ", missing);
    }

    Path folder() {
        return folder;
    }

    /** Makes {@code pill} a disk of poison pills that these nodes obey: who reads one ends at the power switch. */
    void hold(List<String> nodes) {
        String pill = folder.resolve("pill").toString();
        lab.must(nodes.get(0), "-F", "sbd", "create", "--watchdog-timeout", "4", pill);
        for (String node : nodes) {
            try {
                Files.writeString(
                        lab.root(node).resolve("etc/systole/sbd"),
                        "SBD_DEVICE=" + pill + "\nSBD_WATCHDOG_DEV=none\nSYSTOLE_PANIC=exec:"
                                + Checkout.TOP.resolve("src-it/lab/end-node") + "\n");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Each set of machines that had it mounted at once. */
    List<String> doubled() {
        if (looks == 0 || !thread.isAlive()) {
            throw new IllegalStateException("nobody watches the shared disk");
        }
        return List.copyOf(doubled);
    }

    /** At how many looks somebody had it mounted. */
    long mounted() {
        return mounted;
    }

    private void look() {
        while (open) {
            List<String> homes = homes();
            if (!homes.isEmpty()) {
                mounted++;
            }
            // Machines die between two looks: only what still holds at a second look was so at one moment.
            if (homes.size() > 1 && homes().containsAll(homes)) {
                doubled.add(homes.toString());
            }
            looks++;
            LockSupport.parkNanos(10_000_000L);
        }
    }

    private List<String> homes() {
        List<String> homes = new ArrayList<>();
        String start = devices.get("data") + " ";
        for (String node : lab.nodes()) {
            if (lab.isOn(node)) {
                try {
                    String pid = Files.readString(lab.folder().resolve(node + ".pid"))
                            .strip();
                    if (Files.readAllLines(Path.of("/proc", pid, "mounts")).stream()
                            .anyMatch(line -> line.startsWith(start))) {
                        homes.add(node);
                    }
                } catch (IOException dead) {
                    // The machine died before or while it was read: it has nothing mounted any more.
                    homes.remove(node);
                }
            }
        }
        return homes;
    }

    /** All machines must be off. */
    @Override
    public void close() {
        open = false;
        LockSupport.unpark(thread);
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        devices.values().forEach(device -> Lab.run("losetup", "--detach", device));
        Lab.until(
                "the loop devices are free",
                Duration.ofSeconds(30),
                () -> !Lab.said("losetup", "--all").contains(folder.toString()));
    }
}
