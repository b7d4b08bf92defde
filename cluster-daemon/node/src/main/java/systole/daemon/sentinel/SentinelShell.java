package systole.daemon.sentinel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.kernel.ClusterException;
import systole.pill.PillException;
import systole.pill.PillTimes;
import systole.pill.SelfFencing;
import systole.pill.Sentinel;
import systole.pill.Sentinel.Effect;
import systole.pill.Sentinel.Input;

/**
 * Drives the {@link Sentinel}: one thread for it, one for each pill disk, one process that keeps the watchdog. Nothing here
 * waits for the node loop, and the node loop waits for nothing here.
 */
public final class SentinelShell {
    private static final Logger LOG = LoggerFactory.getLogger("systole.sentinel");
    private static final long MILLI = 1_000_000;
    private static final int BROKEN = 70;

    /** What it may do to the rest of the daemon. From its own thread. */
    public interface Node {
        /** The watchdog counts; others may rely on it if there is no disk. */
        void armed(int watchdogMillis);

        /** Let the node loop come round, so that it is seen to live. */
        void knock();

        void leave(String why);
    }

    private sealed interface Item {
        record Step(Input input) implements Item {}

        record KeeperSaid(WatchdogKeeper by, String line) implements Item {}
    }

    private final SelfFencing settings;
    private final PillTimes times;
    private final NodeEnd end;
    private final Path claim;
    private final Sentinel sentinel;
    private final List<PillReader> readers;
    private final Node node;
    private final BlockingQueue<Item> items = new LinkedBlockingQueue<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean counts;
    private volatile boolean ended;
    private @Nullable WatchdogKeeper keeper;
    private boolean keeperArmed;
    private long lastKnock;

    // Of the node loop.
    private long lastRound;
    private boolean lastStands;

    private SentinelShell(
            SelfFencing settings, PillTimes times, NodeEnd end, Path claim, List<PillReader> readers, Node node) {
        this.settings = settings;
        this.times = times;
        this.end = end;
        this.claim = claim;
        this.readers = readers;
        this.node = node;
        this.sentinel = new Sentinel(new Sentinel.Settings(settings.devices().size(), times.watchdogMillis() * MILLI));
    }

    /** The node's file, if it has one. */
    public static SelfFencing read(Path file) {
        try {
            return SelfFencing.read(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new PillException("cannot read " + file + ": " + e, "check that it is a readable text file");
        }
    }

    /**
     * Opens the disks, takes the node's slots, starts the keeper. Most disks have to be readable: a node that nobody can
     * reach by a pill must not start.
     *
     * @param claim file by which a keeper knows that another one has taken over
     */
    public static SentinelShell open(SelfFencing settings, String name, NodeEnd end, Path claim, Node node) {
        settings.notes().forEach(LOG::warn);
        String boot = boot();
        List<PillReader> readers = new ArrayList<>();
        @Nullable PillTimes times = null;
        int open = 0;
        for (String device : settings.devices()) {
            PillReader reader = new PillReader(Path.of(device), name, boot, readers.size());
            readers.add(reader);
            try {
                PillTimes found = reader.open(settings.cleanStart());
                if (times != null && !times.equals(found)) {
                    LOG.warn("{} has other times than the disks before it; those of the first count", device);
                }
                times = times == null ? found : times;
                open++;
            } catch (PillException e) {
                LOG.error("{}; {}", e.getMessage(), e.remedy());
            }
        }
        if (!settings.devices().isEmpty() && 2 * open <= settings.devices().size()) {
            throw new PillException(
                    "only " + open + " of " + settings.devices().size() + " pill disks can be used",
                    "mend them (systole sbd status), or take self-fencing off this node: systole sbd purge");
        }
        return new SentinelShell(
                settings,
                times == null ? PillTimes.ofWatchdog(settings.watchdogMillis()) : times,
                end,
                claim,
                readers,
                node);
    }

    public PillTimes times() {
        return times;
    }

    public int devices() {
        return settings.devices().size();
    }

    public void start() {
        if (settings.watchdogDevice().equals("none")) {
            LOG.warn("no watchdog device: a process counts instead, which does not help when the kernel hangs");
        }
        LOG.info(
                "self-fencing: watchdog {} after {} ms, {} pill disks, msgwait {} ms; the end is '{}'",
                settings.watchdogDevice(),
                times.watchdogMillis(),
                devices(),
                times.msgwaitMillis(),
                end.usual());
        startKeeper();
        thread("systole-sentinel", this::loop);
        for (PillReader reader : readers) {
            thread("systole-pill-" + reader.number(), () -> read(reader));
        }
    }

    private static void thread(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * The node loop came round. From it; never blocks.
     *
     * @param stoodNanos the last moment at which the view of that quorum certainly went on
     */
    public void cameRound(boolean stands, long stoodNanos) {
        long now = System.nanoTime();
        if (now - lastRound > times.loopMillis() * MILLI / 4 || stands != lastStands) {
            lastRound = now;
            lastStands = stands;
            items.add(new Item.Step(new Input.LoopCameRound(now, stands, stoodNanos)));
        }
    }

    /** The daemon ends in order; returns when the watchdog is disarmed, or a second later. */
    public void endsInOrder() {
        items.add(new Item.Step(new Input.EndsInOrder(System.nanoTime())));
        try {
            if (!over.await(1, TimeUnit.SECONDS)) {
                LOG.error("the watchdog was not disarmed in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends this node as if a pill had been read. From any thread; does not come back. */
    public void panic(String wanted, String why) {
        acknowledge();
        end.now(wanted, why);
        Runtime.getRuntime().halt(BROKEN);
    }

    /** What status shows. */
    public Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(
                "self_fencing",
                (counts ? "armed" : "not armed") + ", " + settings.watchdogDevice() + " after " + times.watchdogMillis()
                        + " ms, " + "then " + end.usual());
        for (PillReader reader : readers) {
            facts.put("pill." + reader.name(), reader.words());
        }
        if (!readers.isEmpty()) {
            facts.put("msgwait", times.msgwaitMillis() + " ms");
        }
        return facts;
    }

    // ---- the sentinel's thread --------------------------------------------------------------------------------------

    private void loop() {
        try {
            while (!ended) {
                long wait = Math.max(1, times.loopMillis() / 4);
                Item item = items.poll(wait, TimeUnit.MILLISECONDS);
                long now = System.nanoTime();
                if (now - lastKnock >= times.loopMillis() * MILLI / 2) {
                    lastKnock = now;
                    node.knock();
                }
                if (item instanceof Item.KeeperSaid said) {
                    keeperSaid(said);
                } else {
                    Input input = item instanceof Item.Step step ? step.input() : new Input.Tick(now);
                    sentinel.step(input).forEach(this::carryOut);
                    if (input instanceof Input.EndsInOrder) {
                        finish();
                    }
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("the sentinel was interrupted");
        } catch (RuntimeException | Error e) {
            panic("reboot", "the sentinel contradicted itself: " + e);
        }
    }

    private void carryOut(Effect effect) {
        if (effect instanceof Effect.Arm) {
            LOG.info("the watchdog is being armed");
            say('a');
        } else if (effect instanceof Effect.Feed) {
            say('f');
        } else if (effect instanceof Effect.Disarm) {
            say('V');
            LOG.info("the watchdog is disarmed");
        } else if (effect instanceof Effect.Panic panic) {
            ended = true;
            panic(
                    switch (panic.how()) {
                        case OFF -> "off";
                        case CRASHDUMP -> "crashdump";
                        default -> "reboot";
                    },
                    panic.why());
        } else if (effect instanceof Effect.Leave leave) {
            node.leave(leave.why());
        } else if (effect instanceof Effect.Say words) {
            LOG.info("{}", words.text());
        } else {
            throw new AssertionError("unknown effect " + effect);
        }
    }

    private void finish() {
        counts = false;
        ended = true;
        over.countDown();
    }

    private void say(char letter) {
        WatchdogKeeper present = keeper;
        if (present != null) {
            present.say(letter);
        }
    }

    private void startKeeper() {
        try {
            WatchdogKeeper[] itself = new WatchdogKeeper[1];
            Consumer<String> answers = line -> {
                WatchdogKeeper by = itself[0];
                if (by != null) {
                    items.add(new Item.KeeperSaid(by, line));
                }
            };
            itself[0] = WatchdogKeeper.start(end, settings.watchdogDevice(), times.watchdogMillis(), claim, answers);
            keeper = itself[0];
            keeperArmed = false;
        } catch (IOException e) {
            throw new PillException("cannot start " + end.keeper() + ": " + e.getMessage(), "check the installation");
        }
    }

    private void keeperSaid(Item.KeeperSaid said) {
        if (said.by() != keeper) {
            return;
        }
        if (said.line().equals("armed")) {
            LOG.info("the watchdog is armed");
            keeperArmed = true;
            counts = true;
            node.armed(times.watchdogMillis());
        } else if (said.line().equals("over")) {
            LOG.error("the keeper ends this node");
            ended = true;
            Runtime.getRuntime().halt(BROKEN);
        } else if (!said.line().isEmpty()) {
            // Others may not rely on a watchdog that is not there, and this node was told to have one.
            LOG.error("the watchdog keeper says: {}", said.line());
            panic("reboot", "no watchdog: " + said.line());
        } else if (!keeperArmed && !sentinel.isArmed()) {
            throw new IllegalStateException("the watchdog keeper ended before it was armed");
        } else {
            LOG.error("the watchdog keeper was ended; starting another one");
            counts = false;
            startKeeper();
            say('a');
        }
    }

    /** Where the machine goes on after the node's end, the pill has to go, or it would end the next life as well. */
    private void acknowledge() {
        if (end.endsMachine()) {
            return;
        }
        CountDownLatch cleared = new CountDownLatch(1);
        thread("systole-pill-clear", () -> {
            readers.forEach(PillReader::acknowledge);
            cleared.countDown();
        });
        try {
            if (!cleared.await(500, TimeUnit.MILLISECONDS)) {
                LOG.warn("the pill could not be cleared in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- a reader's thread ------------------------------------------------------------------------------------------

    private void read(PillReader reader) {
        long loop = times.loopMillis() * MILLI;
        long next = System.nanoTime();
        while (!ended) {
            long begun = System.nanoTime();
            try {
                var slot = reader.read();
                items.add(new Item.Step(new Input.SlotRead(System.nanoTime(), reader.number(), begun, slot)));
                reader.succeeded();
            } catch (ClusterException e) {
                reader.failed(e);
            }
            next = Math.max(next + loop, System.nanoTime());
            while (!ended && next - System.nanoTime() > 0) {
                java.util.concurrent.locks.LockSupport.parkNanos(next - System.nanoTime());
            }
        }
    }

    /** What tells one life of this machine from the next: kernel's boot id, and start of the first process here. */
    private static String boot() {
        try {
            String kernel =
                    Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
            String first = Files.readString(Path.of("/proc/1/stat"));
            String[] fields = first.substring(first.lastIndexOf(')') + 2).split(" ");
            return kernel + ":" + fields[19];
        } catch (IOException e) {
            throw new PillException("cannot tell this start of the machine: " + e, "mount /proc");
        }
    }
}
