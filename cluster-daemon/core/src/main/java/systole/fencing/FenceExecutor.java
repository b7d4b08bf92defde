package systole.fencing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import systole.fencing.FenceDevice.HostCheck;
import systole.kernel.Seed;
import systole.model.Element;

/**
 * The executing side of fencing on one node: works an order off, device by device and level by level
 * (controller-and-fencer 11 and 12.3).
 *
 * <p>With topology each device is requested singly (12.2): one that this node must not use, or does not reach, is used by another
 * node, which is sent a part of the order. Only the node that has the whole order ever says that the target is down.
 *
 * <p>Mutable, single-threaded. An order always ends with a report, at the latest when the time of its last device and
 * a grace for the shell are over.
 */
public final class FenceExecutor {
    private static final long LIST_VALID_NANOS = 60_000_000_000L;
    private static final long SHELL_GRACE_NANOS = 10_000_000_000L;
    private static final long DEFAULT_TIMEOUT_MILLIS = 60_000;
    private static final long MILLI = 1_000_000L;
    private static final String WATCHDOG = "watchdog";

    private enum Stage {
        CHOOSING,
        CHECKING,
        DELAYED,
        QUEUED,
        RUNNING,
        DELEGATED,
        WATCHDOG_WAIT,

        /** All devices of the level are off, as far as this operation goes; all are told. */
        TELLING,

        /** Another operation puts devices of the target on again. */
        BLOCKED
    }

    private record CachedList(String output, long atNanos) {}

    private static final class Operation {
        final FenceOrder order;
        final List<List<String>> levels;
        final long watchdogMillis;
        int level;
        int device;
        boolean turningOn;
        boolean first = true;
        boolean anyDevice;
        Stage stage = Stage.CHOOSING;
        long runId;
        long wakeNanos = Long.MAX_VALUE;
        long deadlineNanos = Long.MAX_VALUE;

        /** When whoever asked for this part goes on without it: nothing of it may happen later. */
        long expiresNanos = Long.MAX_VALUE;

        int triesLeft;
        String lastDevice = "";
        String lastText = "";
        boolean lastTimedOut;
        String checkedBy = "";

        /** Nodes that were asked to use the present device, the last of them, and the order that it has. */
        final Set<String> asked = new TreeSet<>();

        String delegate = "";
        String part = "";

        /** Other nodes that have used devices of the present level, by device. */
        final Map<String, String> usedElsewhere = new TreeMap<>();

        /**
         * What success says of the target: the life in which it was when the first device of the level began, for that life and
         * all before it have ended when all devices of a level are off. Not one with which it came since: the first device may have
         * taken the last power there was, and somebody may have put the target on again before the others acted.
         */
        long joinedAt;

        /** Another operation has put devices on since this level began: they may never have been off together. */
        boolean disturbed;

        /** Another operation has ended the life that was to end: what this one has switched off it puts on again, no more. */
        boolean moot;

        /** All know that this one puts devices on again. */
        boolean told;

        Operation(FenceOrder order, List<List<String>> levels, long watchdogMillis) {
            this.order = order;
            this.levels = levels;
            this.watchdogMillis = watchdogMillis;
            this.joinedAt = order.joinedAt();
        }

        List<String> devices() {
            return levels.get(level);
        }

        /** On to the next device of the level. */
        void advance() {
            stage = Stage.CHOOSING;
            wakeNanos = Long.MAX_VALUE;
            device++;
            asked.clear();
        }

        /** On to the next level; the reason counts if there was no better one. */
        void fallBack(String why) {
            stage = Stage.CHOOSING;
            wakeNanos = Long.MAX_VALUE;
            lastText = lastText.isEmpty() ? why : lastText;
            level++;
            turningOn = false;
            begin();
        }

        /** Whether nothing more is to be switched off. */
        boolean stops() {
            return moot && !turningOn;
        }

        /** At the first device of a level. */
        void begin() {
            device = 0;
            disturbed = false;
            asked.clear();
            usedElsewhere.clear();
        }
    }

    private final String self;
    private final Seed chance;
    private final Map<String, FenceTraits> traits = new TreeMap<>();
    private final Map<String, CachedList> lists = new TreeMap<>();
    private final Set<String> withoutList = new TreeSet<>();
    private final Map<String, Integer> busy = new HashMap<>();
    private final Map<String, Operation> operations = new TreeMap<>();
    private final Map<Long, String> operationOfRun = new HashMap<>();
    private final Map<Long, String> deviceOfRun = new HashMap<>();
    private final Restoring restoring = new Restoring();
    private DeviceRegistry registry = DeviceRegistry.EMPTY;
    private FenceDesk.Situation situation =
            new FenceDesk.Situation(DeviceRegistry.EMPTY, new TreeSet<>(), Map.of(), new TreeMap<>(), new TreeMap<>());
    private long lastRunId;
    private long lastPart;
    private List<FencingEffect> effects = new ArrayList<>();

    /** @param firstRunId runs of this node are numbered from here */
    public FenceExecutor(String self, Seed chance, long firstRunId) {
        this.self = self;
        this.chance = chance;
        this.lastRunId = firstRunId;
    }

    /** A new configuration; operations under way go on with the devices as they were found. */
    public List<FencingEffect> configure(DeviceRegistry next) {
        effects = new ArrayList<>();
        for (FenceDevice device : next.devices().values()) {
            if (!device.equals(registry.devices().get(device.id()))) {
                lists.remove(device.id());
                withoutList.remove(device.id());
            }
            if (!traits.containsKey(device.agent())) {
                traits.put(device.agent(), FenceTraits.UNKNOWN);
                effects.add(new FencingEffect.ReadMetadata(device.agent()));
            }
        }
        registry = next;
        return effects;
    }

    public void metadata(String agent, Optional<Element> metadata) {
        traits.put(agent, FenceTraits.of(metadata));
    }

    public DeviceRegistry registry() {
        return registry;
    }

    public FenceTraits traitsOf(FenceDevice device) {
        return traits.getOrDefault(device.agent(), FenceTraits.UNKNOWN);
    }

    /**
     * Begins an order; a repeated one is ignored.
     *
     * @param watchdogMillis time after which the target has reset itself if it cannot be reached; 0 if it would not
     */
    public List<FencingEffect> execute(FenceOrder order, long nowNanos, long watchdogMillis) {
        effects = new ArrayList<>();
        if (!operations.containsKey(order.operation())) {
            Operation operation = order.isPart()
                    ? new Operation(order, List.of(List.of(order.device())), 0)
                    : new Operation(order, planFor(order), watchdogMillis);
            FenceDevice device = registry.devices().get(order.device());
            if (order.isPart() && device != null) {
                operation.expiresNanos = nowNanos + longestPart(order, device) * MILLI;
            }
            operations.put(order.operation(), operation);
            go(operation, nowNanos);
        }
        return effects;
    }

    public List<FencingEffect> finished(FenceRunResult result, long nowNanos) {
        effects = new ArrayList<>();
        String device = deviceOfRun.remove(result.runId());
        if (device != null) {
            busy.merge(device, -1, Integer::sum);
        }
        String id = operationOfRun.remove(result.runId());
        Operation operation = id == null ? null : operations.get(id);
        if (operation != null && operation.runId == result.runId()) {
            if (operation.stage == Stage.CHECKING) {
                checked(operation, result, nowNanos);
            } else if (operation.stage == Stage.RUNNING) {
                ended(operation, result, nowNanos);
            }
        }
        startQueued(nowNanos);
        return effects;
    }

    public List<FencingEffect> tick(long nowNanos) {
        effects = new ArrayList<>();
        for (Operation operation : List.copyOf(operations.values())) {
            if (operation.wakeNanos > nowNanos) {
                continue;
            }
            operation.wakeNanos = Long.MAX_VALUE;
            switch (operation.stage) {
                case DELAYED -> queue(operation, nowNanos);
                case WATCHDOG_WAIT -> finish(operation, true, "");
                case RUNNING, CHECKING -> {
                    FenceRunResult lost = new FenceRunResult(
                            operation.runId, 1, true, "", "the fence agent did not end within its time");
                    operationOfRun.remove(operation.runId);
                    String device = deviceOfRun.remove(operation.runId);
                    if (device != null) {
                        busy.merge(device, -1, Integer::sum);
                    }
                    if (operation.stage == Stage.CHECKING) {
                        checked(operation, lost, nowNanos);
                    } else {
                        ended(operation, lost, nowNanos);
                    }
                }
                case DELEGATED -> {
                    FenceReport silent = new FenceReport(
                            operation.order, false, "", false, true, operation.lastDevice + ": no answer in time");
                    answered(operation, silent, nowNanos);
                }
                case CHOOSING, QUEUED, TELLING, BLOCKED -> {}
            }
        }
        restoring.tick(nowNanos);
        unblock(nowNanos);
        startQueued(nowNanos);
        return effects;
    }

    /**
     * The node of an order has all devices of a level off and puts them on again from now on, or that is over; told to all, this is
     * its place in the order.
     */
    public List<FencingEffect> restores(FenceOrder order, boolean over, long nowNanos) {
        effects = new ArrayList<>();
        if (over) {
            restoring.isOver(order);
            unblock(nowNanos);
            return effects;
        }
        restoring.begins(order);
        for (Operation operation : List.copyOf(operations.values())) {
            FenceOrder known = operation.order;
            if (!Restoring.key(known).equals(Restoring.key(order))) {
                operation.disturbed |= known.target().equals(order.target());
            } else if (operation.stage == Stage.TELLING) {
                told(operation, nowNanos);
            }
        }
        return effects;
    }

    /** A view begins, and who is new in it has not heard what this node puts on at present. */
    public List<FencingEffect> tellAgain() {
        effects = new ArrayList<>();
        for (Operation operation : operations.values()) {
            if (operation.told) {
                effects.add(new FencingEffect.SendRestores(operation.order, false));
            }
        }
        return effects;
    }

    /**
     * A word of this node about such a beginning or end was dropped, since the view changed. Said is what is so now: the word
     * itself may be overtaken, and one that an operation puts on again would stay for ever when that one is over.
     */
    public List<FencingEffect> wordDropped(FenceOrder order) {
        effects = new ArrayList<>();
        @Nullable Operation operation = operations.get(order.operation());
        boolean goesOn = operation != null
                && Restoring.key(operation.order).equals(Restoring.key(order))
                && (operation.told || operation.stage == Stage.TELLING);
        effects.add(new FencingEffect.SendRestores(order, !goesOn));
        return effects;
    }

    private void told(Operation operation, long nowNanos) {
        operation.stage = Stage.CHOOSING;
        operation.told = operation.moot || !operation.disturbed;
        if (!operation.told) {
            effects.add(new FencingEffect.SendRestores(operation.order, true));
            operation.begin();
            go(operation, nowNanos);
        } else if (remapped(operation)) {
            operation.turningOn = true;
            operation.device = 0;
            go(operation, nowNanos);
        } else {
            finish(operation, true, "");
        }
    }

    /** A life of the target and all before it have ended: operations that were to end them stop. */
    public List<FencingEffect> ended(String target, long life, long nowNanos) {
        effects = new ArrayList<>();
        for (Operation operation : List.copyOf(operations.values())) {
            FenceOrder order = operation.order;
            boolean cuts = !order.action().equals("on");
            if (cuts && order.target().equals(target) && operation.joinedAt <= life) {
                operation.moot = true;
                switch (operation.stage) {
                    case DELAYED, QUEUED, BLOCKED, WATCHDOG_WAIT -> again(operation, nowNanos);
                    case CHOOSING, CHECKING, RUNNING, DELEGATED, TELLING -> {}
                }
            }
        }
        return effects;
    }

    private void unblock(long nowNanos) {
        for (Operation operation : List.copyOf(operations.values())) {
            if (operation.stage == Stage.BLOCKED) {
                again(operation, nowNanos);
            }
        }
    }

    /**
     * A node is a member again. If it is only waited until its watchdog has ended it, nothing is proven any more: its daemon may
     * have come back in time and feed the watchdog again. Asked anew, it hears of it and ends itself.
     */
    public List<FencingEffect> isBack(String node) {
        effects = new ArrayList<>();
        for (Operation operation : List.copyOf(operations.values())) {
            if (operation.order.target().equals(node) && operation.stage == Stage.WATCHDOG_WAIT) {
                finish(operation, false, node + " came back before its watchdog ended it");
            }
        }
        return effects;
    }

    public long deadlineNanos() {
        long first = Long.MAX_VALUE;
        for (Operation operation : operations.values()) {
            first = Math.min(first, operation.wakeNanos);
        }
        return Math.min(first, restoring.deadlineNanos());
    }

    /** A call that checks the device itself: its {@code monitor}. Counts nowhere else. */
    public Optional<FenceRun> monitor(String deviceId, long runId, long timeoutMillis) {
        FenceDevice device = registry.devices().get(deviceId);
        if (device == null) {
            return Optional.empty();
        }
        FenceTraits known = traitsOf(device);
        String word = device.wordFor("monitor", known).orElse("monitor");
        long timeout = device.timeoutMillis("monitor", timeoutMillis);
        return Optional.of(
                new FenceRun(runId, deviceId, device.agent(), word, "", device.input(word, "", known), timeout));
    }

    private List<List<String>> planFor(FenceOrder order) {
        List<List<String>> plan = registry.plan(order.target());
        if (!order.action().equals("on")) {
            return plan;
        }
        List<String> automatic = new ArrayList<>();
        for (FenceDevice device : registry.devices().values()) {
            FenceTraits known = traitsOf(device);
            if (known.automaticOn()) {
                automatic.add(device.id());
            }
        }
        return automatic.isEmpty() ? plan : List.of(automatic);
    }

    /** Takes the next device that there is to take, or ends. */
    private void go(Operation operation, long nowNanos) {
        while (true) {
            if (operation.stops()) {
                stop(operation);
                return;
            }
            if (operation.level >= operation.levels.size()) {
                giveUp(operation, nowNanos);
                return;
            }
            if (operation.device >= operation.devices().size()) {
                if (together(operation) && !operation.turningOn) {
                    tell(operation);
                } else {
                    finish(operation, true, "");
                }
                return;
            }
            if (operation.device == 0
                    && !operation.turningOn
                    && together(operation)
                    && restoring.byOthers(operation.order)) {
                operation.stage = Stage.BLOCKED;
                return;
            }
            String id = operation.devices().get(operation.device);
            if (id.equals(WATCHDOG) && operation.watchdogMillis > 0) {
                awaitWatchdog(operation, nowNanos);
                return;
            }
            FenceDevice device = registry.devices().get(id);
            if (operation.turningOn && (device == null || skipsOn(device))) {
                operation.advance();
                continue;
            }
            if (device == null || !mayUse(operation, device, self)) {
                if (device != null && delegate(operation, device, nowNanos)) {
                    return;
                }
                without(operation, id + " is not available on " + self);
                continue;
            }
            switch (suits(operation, device, nowNanos)) {
                case YES -> {
                    operation.anyDevice = true;
                    delay(operation, device, nowNanos);
                    return;
                }
                case ASK -> {
                    return;
                }
                case NO -> {
                    if (delegate(operation, device, nowNanos)) {
                        return;
                    }
                    without(operation, id + " cannot fence " + operation.order.target());
                }
            }
        }
    }

    /** Puts on again what it has switched off, if anything; nobody waits for it any more. */
    private void stop(Operation operation) {
        if (operation.order.isPart()) {
            finish(operation, false, operation.order.target() + " was switched off otherwise");
        } else if (operation.device > 0 && remapped(operation)) {
            tell(operation);
        } else {
            operations.remove(operation.order.operation());
        }
    }

    private void tell(Operation operation) {
        operation.stage = Stage.TELLING;
        operation.wakeNanos = Long.MAX_VALUE;
        effects.add(new FencingEffect.SendRestores(operation.order, false));
    }

    /** Nobody can use the present device. To switch on again is a courtesy, which changes nothing about what is off. */
    private static void without(Operation operation, String why) {
        if (operation.turningOn) {
            operation.advance();
        } else {
            operation.fallBack(why);
        }
    }

    private boolean mayUse(Operation operation, FenceDevice device, String node) {
        boolean onlyTarget =
                actionOf(operation).equals("on") && traitsOf(device).onTarget();
        return !device.bannedNodes().contains(node) && (!onlyTarget || node.equals(operation.order.target()));
    }

    /** Asks the next node that may be able to use the present device; false if there is none left. */
    private boolean delegate(Operation operation, FenceDevice device, long nowNanos) {
        FenceOrder order = operation.order;
        String action = actionOf(operation);
        boolean listed =
                device.hostCheck(traitsOf(device)) != HostCheck.STATIC_LIST || device.listsHost(order.target());
        if (order.isPart() || !listed || !singly(order)) {
            return false;
        }
        Set<String> active = situation.activeDevices().getOrDefault(device.id(), Set.of());
        Optional<String> next = situation.members().stream()
                .filter(node -> !node.equals(self)
                        && !operation.asked.contains(node)
                        && mayUse(operation, device, node)
                        && (!node.equals(order.target())
                                || (action.equals("on") && traitsOf(device).onTarget())))
                .min(Comparator.comparingInt((String node) -> active.contains(node) ? 0 : 1)
                        .thenComparing(Comparator.naturalOrder()));
        if (next.isEmpty()) {
            return false;
        }
        long delay = operation.first || order.delayMillis() < 0 ? order.delayMillis() : 0;
        operation.asked.add(next.get());
        operation.delegate = next.get();
        operation.part = order.operation() + "/" + self + "/" + ++lastPart;
        operation.stage = Stage.DELEGATED;
        operation.lastDevice = device.id();
        aims(operation);
        FenceOrder part = order.part(operation.part, device.id(), action, delay, next.get());
        operation.wakeNanos = nowNanos + longestPart(part, device) * MILLI * 12 / 10 + SHELL_GRACE_NANOS;
        effects.add(new FencingEffect.SendPart(part));
        return true;
    }

    /** Milliseconds within which a part is done or given up by the node that has it; the other waits a little longer. */
    private long longestPart(FenceOrder part, FenceDevice device) {
        long check = switch (device.hostCheck(traitsOf(device))) {
            case NONE, STATIC_LIST -> 0;
            case DYNAMIC_LIST -> device.timeoutMillis("list", DEFAULT_TIMEOUT_MILLIS);
            case STATUS -> device.timeoutMillis("status", DEFAULT_TIMEOUT_MILLIS);
        };
        return check
                + Math.max(0, part.delayMillis())
                + device.longestDelayMillis(part.target())
                + device.timeoutMillis(part.action(), part.timeoutMillis());
    }

    /** Whether the devices against a target are requested one by one; otherwise they are their node's own business. */
    private boolean singly(FenceOrder order) {
        return order.action().equals("on") || registry.hasTopology(order.target());
    }

    /** Another node is through with its part. */
    public List<FencingEffect> partDone(FenceReport report, long nowNanos) {
        effects = new ArrayList<>();
        for (Operation operation : List.copyOf(operations.values())) {
            if (operation.stage == Stage.DELEGATED
                    && operation.part.equals(report.order().operation())) {
                answered(operation, report, nowNanos);
            }
        }
        return effects;
    }

    private void answered(Operation operation, FenceReport report, long nowNanos) {
        operation.wakeNanos = Long.MAX_VALUE;
        operation.stage = Stage.CHOOSING;
        if (!report.noDevice()) {
            operation.anyDevice = true;
            operation.first = false;
            operation.lastTimedOut = report.timedOut();
        }
        if (report.succeeded()) {
            operation.usedElsewhere.putIfAbsent(operation.lastDevice, operation.delegate);
            operation.advance();
        } else if (!report.noDevice() && !operation.stops()) {
            operation.lastText = report.text() + " (on " + operation.delegate + ")";
            without(operation, operation.lastText);
        }
        go(operation, nowNanos);
    }

    /** Who is there now; parts of those who are gone go to others. {@code restarted} know nothing of what they were asked. */
    public List<FencingEffect> membersAre(FenceDesk.Situation now, Set<String> restarted, long nowNanos) {
        situation = now;
        effects = new ArrayList<>();
        restoring.membersAre(now.members(), restarted, order -> nowNanos + longestRestoring(order) * MILLI);
        for (Operation operation : List.copyOf(operations.values())) {
            boolean gone = operation.part.isEmpty()
                    || !now.members().contains(operation.delegate)
                    || restarted.contains(operation.delegate);
            if (operation.stage == Stage.DELEGATED && gone) {
                again(operation, nowNanos);
            }
        }
        return effects;
    }

    /**
     * A part was dropped because the view changed: whoever was asked did not hear it. It is sent anew when the members of the next
     * view are known; before, nobody would hear that one either.
     */
    public void dropped(FenceOrder part) {
        for (Operation operation : operations.values()) {
            if (operation.stage == Stage.DELEGATED && operation.part.equals(part.operation())) {
                operation.asked.remove(operation.delegate);
                operation.part = "";
            }
        }
    }

    private long longestRestoring(FenceOrder order) {
        long sum = 0;
        for (List<String> level : registry.plan(order.target())) {
            for (String id : level) {
                FenceDevice device = registry.devices().get(id);
                sum += device == null ? 0 : device.timeoutMillis("on", order.timeoutMillis());
            }
        }
        return sum + SHELL_GRACE_NANOS / MILLI;
    }

    private void again(Operation operation, long nowNanos) {
        operation.stage = Stage.CHOOSING;
        operation.wakeNanos = Long.MAX_VALUE;
        go(operation, nowNanos);
    }

    private enum Suits {
        YES,
        NO,
        ASK
    }

    private Suits suits(Operation operation, FenceDevice device, long nowNanos) {
        String target = operation.order.target();
        FenceTraits known = traitsOf(device);
        if (device.wordFor(actionOf(operation), known).isEmpty()) {
            return Suits.NO;
        }
        HostCheck check = device.hostCheck(known);
        return switch (check) {
            case NONE -> Suits.YES;
            case STATIC_LIST -> device.listsHost(target) ? Suits.YES : Suits.NO;
            case DYNAMIC_LIST -> {
                if (withoutList.contains(device.id())) {
                    check(operation, device, "status", target, nowNanos);
                    yield Suits.ASK;
                }
                CachedList cached = lists.get(device.id());
                if (cached != null && nowNanos - cached.atNanos() < LIST_VALID_NANOS) {
                    yield device.foundIn(cached.output(), target) ? Suits.YES : Suits.NO;
                }
                check(operation, device, "list", "", nowNanos);
                yield Suits.ASK;
            }
            case STATUS -> {
                check(operation, device, "status", target, nowNanos);
                yield Suits.ASK;
            }
        };
    }

    private void check(Operation operation, FenceDevice device, String action, String target, long nowNanos) {
        operation.stage = Stage.CHECKING;
        operation.checkedBy = action;
        long timeout = device.timeoutMillis(action, DEFAULT_TIMEOUT_MILLIS);
        start(operation, device, action, target, timeout, nowNanos);
    }

    private void checked(Operation operation, FenceRunResult result, long nowNanos) {
        operation.stage = Stage.CHOOSING;
        operation.wakeNanos = Long.MAX_VALUE;
        FenceDevice device = registry.devices().get(operation.devices().get(operation.device));
        if (device == null || operation.stops()) {
            go(operation, nowNanos);
            return;
        }
        boolean suits;
        if (operation.checkedBy.equals("list")) {
            CachedList former = lists.get(device.id());
            if (!result.succeeded() && former == null && mayAskStatus(device)) {
                withoutList.add(device.id());
                check(operation, device, "status", operation.order.target(), nowNanos);
                return;
            }
            String output = result.succeeded() ? result.output() : former == null ? "" : former.output();
            lists.put(device.id(), new CachedList(output, nowNanos));
            suits = device.foundIn(output, operation.order.target());
        } else {
            suits = !result.timedOut() && (result.exitCode() == 0 || result.exitCode() == 2);
        }
        if (suits) {
            operation.anyDevice = true;
            delay(operation, device, nowNanos);
        } else if (!delegate(operation, device, nowNanos)) {
            without(operation, device.id() + " cannot fence " + operation.order.target());
            go(operation, nowNanos);
        }
    }

    /** Without a word of the configuration, a device whose first {@code list} fails is asked for each node (section 11). */
    private boolean mayAskStatus(FenceDevice device) {
        return device.option("pcmk_host_check").isEmpty()
                && traitsOf(device).actions().contains("status");
    }

    private void delay(Operation operation, FenceDevice device, long nowNanos) {
        long requested = operation.first ? operation.order.delayMillis() : 0;
        operation.first = false;
        boolean cuts = !operation.order.action().equals("on") && !operation.turningOn;
        long own =
                cuts && operation.order.delayMillis() >= 0 ? device.delayMillis(operation.order.target(), chance) : 0;
        long delay = Math.max(0, requested) + own;
        String action = actionOf(operation);
        operation.triesLeft = device.tries(action);
        operation.deadlineNanos = 0;
        if (delay > 0) {
            operation.stage = Stage.DELAYED;
            operation.wakeNanos = nowNanos + delay * MILLI;
        } else {
            queue(operation, nowNanos);
        }
    }

    private void queue(Operation operation, long nowNanos) {
        operation.stage = Stage.QUEUED;
        FenceDevice device = registry.devices().get(operation.devices().get(operation.device));
        if (device == null) {
            without(operation, "the device was removed from the configuration");
            go(operation, nowNanos);
            return;
        }
        if (operation.expiresNanos <= nowNanos) {
            finish(operation, false, device.id() + " was not free in time");
            return;
        }
        int limit = device.parallel();
        if (limit > 0 && busy.getOrDefault(device.id(), 0) >= limit) {
            return;
        }
        if (operation.deadlineNanos == 0) {
            long timeout = device.timeoutMillis(actionOf(operation), operation.order.timeoutMillis());
            operation.deadlineNanos = Math.min(nowNanos + timeout * MILLI, operation.expiresNanos);
        }
        operation.triesLeft--;
        operation.stage = Stage.RUNNING;
        aims(operation);
        long left = Math.max(1, (operation.deadlineNanos - nowNanos) / MILLI);
        start(operation, device, actionOf(operation), operation.order.target(), left, nowNanos);
    }

    /** The level that begins now ends the life in which the target is known to be now. */
    private void aims(Operation operation) {
        if (!operation.turningOn && operation.device == 0) {
            operation.joinedAt =
                    situation.joinedAt().getOrDefault(operation.order.target(), operation.order.joinedAt());
        }
    }

    private void startQueued(long nowNanos) {
        for (Operation operation : List.copyOf(operations.values())) {
            if (operation.stage == Stage.QUEUED) {
                queue(operation, nowNanos);
            }
        }
    }

    private void start(
            Operation operation, FenceDevice device, String action, String target, long timeoutMillis, long nowNanos) {
        FenceTraits known = traitsOf(device);
        String word = device.wordFor(action, known).orElse(action);
        operation.runId = ++lastRunId;
        operation.wakeNanos = nowNanos + timeoutMillis * MILLI + SHELL_GRACE_NANOS;
        operation.lastDevice = device.id();
        busy.merge(device.id(), 1, Integer::sum);
        operationOfRun.put(operation.runId, operation.order.operation());
        deviceOfRun.put(operation.runId, device.id());
        effects.add(new FencingEffect.Run(new FenceRun(
                operation.runId,
                device.id(),
                device.agent(),
                word,
                target,
                device.input(word, target, known),
                timeoutMillis)));
    }

    private void ended(Operation operation, FenceRunResult result, long nowNanos) {
        operation.wakeNanos = Long.MAX_VALUE;
        operation.lastTimedOut = result.timedOut();
        if (result.succeeded() || operation.turningOn) {
            operation.advance();
            go(operation, nowNanos);
            return;
        }
        operation.lastText = operation.lastDevice + ": "
                + (result.reason().isEmpty() ? "exit code " + result.exitCode() : result.reason());
        if (operation.stops()) {
            go(operation, nowNanos);
            return;
        }
        if (operation.triesLeft > 0 && operation.deadlineNanos - nowNanos > MILLI) {
            queue(operation, nowNanos);
            return;
        }
        operation.stage = Stage.CHOOSING;
        operation.fallBack(operation.lastText);
        go(operation, nowNanos);
    }

    private void giveUp(Operation operation, long nowNanos) {
        if (operation.watchdogMillis > 0
                && !operation.order.action().equals("on")
                && operation.stage != Stage.WATCHDOG_WAIT) {
            awaitWatchdog(operation, nowNanos);
            return;
        }
        finish(operation, false, operation.lastText.isEmpty() ? "no fence device is configured" : operation.lastText);
    }

    private void awaitWatchdog(Operation operation, long nowNanos) {
        operation.anyDevice = true;
        operation.lastDevice = WATCHDOG;
        operation.joinedAt = operation.order.joinedAt();
        operation.stage = Stage.WATCHDOG_WAIT;
        operation.wakeNanos = nowNanos + operation.watchdogMillis * MILLI;
    }

    private void finish(Operation operation, boolean succeeded, String text) {
        operations.remove(operation.order.operation());
        if (operation.moot && !operation.order.isPart()) {
            putOn(operation);
            return;
        }
        String device = succeeded && operation.level < operation.levels.size() && operation.stage != Stage.WATCHDOG_WAIT
                ? used(operation)
                : operation.lastDevice;
        FenceReport report = new FenceReport(
                operation.order.against(operation.joinedAt),
                succeeded,
                device,
                !operation.anyDevice,
                operation.lastTimedOut,
                text);
        effects.add(
                operation.order.isPart()
                        ? new FencingEffect.SendPartReport(report)
                        : new FencingEffect.SendReport(report));
        putOn(operation);
    }

    private void putOn(Operation operation) {
        if (operation.told) {
            effects.add(new FencingEffect.SendRestores(operation.order, true));
        }
    }

    /** The devices of the level, and who used those that the node with the order did not use itself. */
    private static String used(Operation operation) {
        List<String> all = new ArrayList<>();
        for (String device : operation.devices()) {
            String node = operation.usedElsewhere.get(device);
            all.add(node == null ? device : device + " (on " + node + ")");
        }
        return String.join(",", all);
    }

    /** Whether success means that several devices were off at the same time. */
    private static boolean together(Operation operation) {
        return !operation.order.action().equals("on") && operation.devices().size() > 1;
    }

    private boolean remapped(Operation operation) {
        return operation.order.action().equals("reboot") && operation.devices().size() > 1;
    }

    private String actionOf(Operation operation) {
        if (operation.turningOn) {
            return "on";
        }
        return remapped(operation) ? "off" : operation.order.action();
    }

    private boolean skipsOn(FenceDevice device) {
        FenceTraits known = traitsOf(device);
        return device.option("pcmk_reboot_action").equals("off")
                || known.automaticOn()
                || device.wordFor("on", known).isEmpty();
    }

    /** The order that is worked on against a target, if any. */
    public @Nullable FenceOrder workingOn(String target) {
        for (Operation operation : operations.values()) {
            if (operation.order.target().equals(target)) {
                return operation.order;
            }
        }
        return null;
    }
}
