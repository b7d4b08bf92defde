package systole.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks all the time which machine has which service address, as its kernel says it, and keeps every moment at which one
 * address was on two machines. It asks no daemon and no agent.
 */
final class AddressWatch implements AutoCloseable {
    private static final String SERVICE = "10\\.79\\.0\\.1[0-9][0-9]";

    private final Lab lab;
    private final Thread thread;
    private final Set<String> doubled = java.util.Collections.synchronizedSet(new TreeSet<>());
    private volatile boolean open = true;
    private volatile long looks;

    AddressWatch(Lab lab) {
        this.lab = lab;
        thread = new Thread(this::look, "address-watch");
        thread.setDaemon(true);
        thread.start();
    }

    /** Addresses that were on two machines at once, in words. */
    List<String> doubled() {
        return List.copyOf(doubled);
    }

    long looks() {
        return looks;
    }

    private void look() {
        while (open) {
            Map<String, List<String>> homes = new TreeMap<>();
            for (String node : lab.nodes()) {
                for (String address : addresses(node)) {
                    homes.computeIfAbsent(address, any -> new ArrayList<>()).add(node);
                }
            }
            homes.forEach((address, nodes) -> {
                // Machines die between two looks: only what still holds at a second look was so at one moment.
                if (nodes.size() > 1
                        && nodes.stream().allMatch(node -> addresses(node).contains(address))) {
                    doubled.add(address + " on " + nodes);
                }
            });
            looks++;
            LockSupport.parkNanos(10_000_000L);
        }
    }

    /** The service addresses (10.79.0.100 to 199) of a machine that is on. */
    private Set<String> addresses(String node) {
        Set<String> addresses = new TreeSet<>();
        if (!lab.isOn(node)) {
            return addresses;
        }
        try {
            String pid = Files.readString(lab.folder().resolve(node + ".pid")).strip();
            String last = "";
            for (String line : Files.readAllLines(Path.of("/proc", pid, "net/fib_trie"))) {
                if (line.contains("|-- ")) {
                    last = line.substring(line.indexOf("|-- ") + 4).strip();
                } else if (line.contains("/32 host LOCAL") && last.matches(SERVICE)) {
                    addresses.add(last);
                }
            }
        } catch (IOException dead) {
            // The machine died before or while it was read: it has no address any more.
            addresses.clear();
        }
        return addresses;
    }

    @Override
    public void close() {
        open = false;
        LockSupport.unpark(thread);
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
