package systole.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** The nodes' power switch: answers the fence agent {@code fence_lab} by files in a folder. */
final class PowerSwitch implements AutoCloseable {
    /** One thing the switch did, with the wall clock's time in nanoseconds when it was done. */
    record Deed(long atNanos, String action, String node) {}

    private final Path folder;
    private final Lab lab;
    private final List<Deed> deeds = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean open = true;
    private volatile boolean broken;
    private volatile int refused;

    PowerSwitch(Path folder, Lab lab) {
        this.folder = folder;
        this.lab = lab;
        thread = new Thread(this::serve, "power-switch");
        thread.setDaemon(true);
        thread.start();
    }

    List<Deed> deeds() {
        return List.copyOf(deeds);
    }

    /** From now on every request is answered with a failure, or served again. */
    void broken(boolean now) {
        broken = now;
    }

    /** How many requests were answered with a failure. */
    int refused() {
        return refused;
    }

    private void serve() {
        while (open) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path request : files.filter(this::isRequest).toList()) {
                    answer(request);
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            LockSupport.parkNanos(5_000_000L);
        }
    }

    private boolean isRequest(Path file) {
        String name = file.getFileName().toString();
        return name.startsWith("request.") && !name.endsWith(".new") && !name.endsWith(".done");
    }

    private void answer(Path request) throws IOException {
        List<String> words =
                new ArrayList<>(List.of(Files.readString(request).strip().split(" ")));
        Files.delete(request);
        String action = words.get(0);
        String node = words.get(1);
        long delayMillis = words.size() > 2 ? Long.parseLong(words.get(2)) : 0;
        LockSupport.parkNanos(delayMillis * 1_000_000L);
        if (broken) {
            refused++;
        }
        String answer = broken ? "the power switch is broken" : act(action, node);
        Path reply = request.resolveSibling(request.getFileName() + ".done");
        Path fresh = request.resolveSibling(request.getFileName() + ".done.new");
        Files.writeString(fresh, answer + "\n");
        Files.move(fresh, reply, StandardCopyOption.ATOMIC_MOVE);
    }

    private String act(String action, String node) {
        switch (action) {
            case "off", "reboot" -> {
                lab.crash(node);
                deeds.add(new Deed(Lab.nowNanos(), action, node));
                return "ok";
            }
            case "on" -> {
                return "ok";
            }
            case "status" -> {
                return lab.isOn(node) ? "ok" : "off";
            }
            default -> {
                return "no such action: " + action;
            }
        }
    }

    @Override
    public void close() {
        open = false;
        try {
            thread.join(5000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
