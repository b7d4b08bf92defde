package systole.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import systole.api.PillDevice;
import systole.formats.CorosyncConf;
import systole.kernel.BadInputException;
import systole.kernel.ClusterException;
import systole.kernel.NearestWord;
import systole.pill.PillCommand;
import systole.pill.PillDisk;
import systole.pill.PillException;
import systole.pill.PillHeader;
import systole.pill.PillSlot;
import systole.pill.PillTimes;
import systole.pill.SelfFencing;

/** Level {@code sbd}: self-fencing of this node, and the pill disks. Works without a daemon. */
final class SbdVerbs {
    private static final List<String> TIMES =
            List.of("watchdog-timeout", "msgwait-timeout", "loop-timeout", "allocate-timeout");
    private static final String DEVICES = "only these devices, separated by ';'; default: SBD_DEVICE of this node";

    private SbdVerbs() {}

    static Level level() {
        List<Verb> verbs = new ArrayList<>();
        verbs.add(Verb.of("create", "Make pill disks of devices or files; what is on them is lost.")
                .option(
                        "--watchdog-timeout",
                        "SECONDS",
                        "after so long without disk and quorum a node resets itself; default 5")
                .option("--msgwait-timeout", "SECONDS", "so long a sender waits; default twice the watchdog time")
                .option("--nodes", "A,B", "take slots for these; default: all nodes of cluster.conf, if it is there")
                .some("DEVICE", Verb.Kind.FILE, "block devices, or files that all nodes see")
                .example("systole sbd create /dev/disk/by-id/scsi-1234")
                .does(SbdVerbs::create));
        verbs.add(Verb.of("list", "List the slots of the pill disks: node, message, sender.")
                .option("--device", "DEVICES", DEVICES)
                .does(SbdVerbs::list));
        verbs.add(
                Verb.of("message", "Write a message into the slot of a node: test, reset, off, exit, crashdump, clear.")
                        .option("--device", "DEVICES", DEVICES)
                        .flag("--msgwait", "then wait until the node must have swallowed it, as the fence agent does")
                        .one("NODE", Verb.Kind.NODE, "whose slot")
                        .one("MESSAGE", Verb.Kind.WORD, "what it says")
                        .example("systole sbd message n2 test")
                        .does(SbdVerbs::message));
        verbs.add(Verb.of("allocate", "Take a slot for a node.")
                .option("--device", "DEVICES", DEVICES)
                .one("NODE", Verb.Kind.NODE, "for which")
                .does(call -> onEach(call, disk -> claim(disk, call.one("NODE")))));
        verbs.add(Verb.of("release", "Free the slot of a node that has left the cluster.")
                .option("--device", "DEVICES", DEVICES)
                .one("NODE", Verb.Kind.NODE, "whose")
                .does(call -> onEach(call, disk -> {
                    if (!disk.release(call.one("NODE"))) {
                        throw new PillException(
                                disk.name() + " has no slot of " + call.one("NODE"), "see: systole sbd list");
                    }
                })));
        verbs.add(Verb.of("device", "Name the pill disks of this node (etc/systole/sbd): device add|remove DEVICE…")
                .maybe("add|remove", Verb.Kind.WORD, "without it: print them")
                .any("DEVICE", Verb.Kind.FILE, "which")
                .example("systole sbd device add /dev/disk/by-id/scsi-1234")
                .does(SbdVerbs::device));
        verbs.add(Verb.of("configure", "See or set the times of the disks, the watchdog device, how this node ends.")
                .any("show|NAME=VALUE", Verb.Kind.WORD, String.join(", ", TIMES) + " (seconds), watchdog-device, panic")
                .example("systole sbd configure watchdog-device=/dev/watchdog watchdog-timeout=5")
                .does(SbdVerbs::configure));
        verbs.add(Verb.of("status", "Show self-fencing of this node: file, disks, times, and what does not fit.")
                .does(SbdVerbs::status));
        verbs.add(Verb.of("purge", "Take self-fencing off this node: removes etc/systole/sbd; disks stay as they are.")
                .does(SbdVerbs::purge));
        return new Level("sbd", List.of(), "Self-fencing: watchdog, and poison pills on a shared disk.", verbs);
    }

    // ---- the disks --------------------------------------------------------------------------------------------------

    private interface Work {
        void on(PillDisk disk);
    }

    private static int create(Call call) throws IOException {
        int watchdog = seconds(call.option("--watchdog-timeout", "5"), "--watchdog-timeout");
        PillTimes usual = PillTimes.ofWatchdog(watchdog);
        String msgwait = call.option("--msgwait-timeout");
        PillTimes times = msgwait == null
                ? usual
                : new PillTimes(
                        watchdog, usual.loopMillis(), usual.allocateMillis(), seconds(msgwait, "--msgwait-timeout"));
        List<String> nodes = nodes(call);
        for (String name : call.all("DEVICE")) {
            Path path = Path.of(name);
            if (!Files.exists(path) && path.toAbsolutePath().getParent() != null && !name.startsWith("/dev/")) {
                Files.write(path, new byte[0]);
            }
            if (!Ask.yes(call.session(), "Everything on " + name + " is lost. Go on?")) {
                call.session().info("nothing was done with " + name);
                return ExitCode.FAILED.number();
            }
            try (PillDevice device = PillDevice.open(path)) {
                PillDisk disk = new PillDisk(device);
                disk.create(
                        new PillHeader(UUID.randomUUID().toString().replace("-", ""), PillHeader.MOST_SLOTS, times));
                nodes.forEach(disk::claim);
                if (!device.isDirect()) {
                    call.session()
                            .warn(name + " knows no O_DIRECT: its file system caches, so this is for one machine only");
                }
            }
            call.session().info(name + " is a pill disk" + (nodes.isEmpty() ? "" : " with slots for " + nodes));
        }
        times.doubts(0, 0, 0, 1).forEach(call.session()::warn);
        return ExitCode.OK.number();
    }

    private static List<String> nodes(Call call) {
        String named = call.option("--nodes");
        if (named != null) {
            return List.of(named.split("[,\\s]+"));
        }
        Path conf = call.session().root().resolve("etc/systole/cluster.conf");
        List<String> nodes = new ArrayList<>();
        if (Files.exists(conf)) {
            CorosyncConf.read(conf.toString(), FileBackend.read(conf)).nodes().forEach(node -> nodes.add(node.name()));
        }
        return nodes;
    }

    private static int list(Call call) {
        List<Object> all = new ArrayList<>();
        int code = onEach(call, disk -> {
            List<PillSlot> slots = disk.slots();
            for (int slot = 0; slot < slots.size(); slot++) {
                PillSlot each = slots.get(slot);
                if (each.isFree()) {
                    continue;
                }
                if (call.session().json()) {
                    Map<String, Object> fields = new LinkedHashMap<>();
                    fields.put("device", disk.name());
                    fields.put("slot", slot);
                    fields.put("node", each.node());
                    fields.put("message", each.command().word());
                    fields.put("sender", each.sender());
                    fields.put("boot", each.boot());
                    all.add(fields);
                } else {
                    call.out()
                            .println(slot + "\t" + each.node() + "\t"
                                    + each.command().word() + "\t" + each.sender());
                }
            }
        });
        if (call.session().json()) {
            call.out().println(Output.of(all));
        }
        return code;
    }

    /** Counts as sent when most disks have it; then the wait, from the last write on. */
    private static int message(Call call) throws InterruptedException {
        String node = call.one("NODE");
        PillCommand command = PillCommand.of(call.one("MESSAGE"));
        String sender = sender(call.session());
        List<String> devices = devices(call);
        int written = 0;
        int msgwait = 0;
        List<PillException> failures = new ArrayList<>();
        for (String name : devices) {
            try (PillDevice device = PillDevice.open(Path.of(name))) {
                PillDisk disk = new PillDisk(device);
                msgwait = Math.max(msgwait, disk.header().times().msgwaitMillis());
                disk.send(node, command, sender);
                written++;
            } catch (PillException e) {
                failures.add(e);
            }
        }
        failures.forEach(failure -> call.session().warn(String.valueOf(failure.getMessage())));
        if (2 * written <= devices.size()) {
            throw failures.get(0);
        }
        call.session()
                .info("'" + command.word() + "' is written for " + node + " on " + written + " of " + devices.size());
        if (call.has("--msgwait") && command.kills()) {
            TimeUnit.MILLISECONDS.sleep(msgwait);
            call.session().info(msgwait / 1000 + " s are over: " + node + " has read it, or its watchdog has ended it");
        }
        return ExitCode.OK.number();
    }

    private static void claim(PillDisk disk, String node) {
        int wait = disk.header().times().allocateMillis();
        for (int tries = 0; tries < 10; tries++) {
            int slot = disk.claim(node);
            try {
                TimeUnit.MILLISECONDS.sleep(wait);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            if (disk.slotOf(node).orElse(-1) == slot) {
                return;
            }
        }
        throw new PillException(disk.name() + ": others take every slot before us", "try again when they are done");
    }

    private static int onEach(Call call, Work work) {
        int code = ExitCode.OK.number();
        for (String name : devices(call)) {
            try (PillDevice device = PillDevice.open(Path.of(name))) {
                work.on(new PillDisk(device));
            } catch (PillException e) {
                call.session().warn(e.getMessage() + "; " + e.remedy());
                code = ExitCode.FAILED.number();
            }
        }
        return code;
    }

    private static List<String> devices(Call call) {
        String named = call.option("--device");
        if (named != null && !named.isEmpty()) {
            return List.of(named.split("[;,\\s]+"));
        }
        List<String> devices = settings(call.session()).devices();
        if (devices.isEmpty()) {
            throw new UsageException(
                    "this node has no pill disk", "name one: systole sbd device add DEVICE, or --device DEVICE");
        }
        return devices;
    }

    private static String sender(Session session) {
        Path conf = session.root().resolve("etc/systole/node");
        try {
            return Files.exists(conf)
                    ? Files.readString(conf).strip()
                    : Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    // ---- the file ---------------------------------------------------------------------------------------------------

    private static Path file(Session session) {
        return session.root().resolve("etc/systole/sbd");
    }

    private static SelfFencing settings(Session session) {
        Path file = file(session);
        return SelfFencing.read(file.toString(), Files.exists(file) ? FileBackend.read(file) : "");
    }

    private static void set(Session session, String name, String value) {
        Path file = file(session);
        List<String> lines = new ArrayList<>();
        if (Files.exists(file)) {
            FileBackend.read(file)
                    .lines()
                    .filter(line -> !line.strip().startsWith(name + "="))
                    .forEach(lines::add);
        }
        lines.add(name + "=\"" + value + "\"");
        String text = String.join("\n", lines) + "\n";
        SelfFencing.read(file.toString(), text);
        FileBackend.write(file, text);
        session.info("written; the daemon of this node reads it when it starts");
    }

    private static int device(Call call) {
        List<String> devices = new ArrayList<>(settings(call.session()).devices());
        String verb = call.one("add|remove", "");
        switch (verb) {
            case "" -> devices.forEach(call.out()::println);
            case "add", "remove" -> {
                List<String> named = call.all("DEVICE");
                if (named.isEmpty()) {
                    throw new UsageException("device " + verb + " needs a device", "name it");
                }
                devices.removeAll(named);
                if (verb.equals("add")) {
                    devices.addAll(named);
                }
                set(call.session(), "SBD_DEVICE", String.join(";", devices));
            }
            default ->
                throw new UsageException(
                        "'" + verb + "' is not known here" + NearestWord.hint(verb, List.of("add", "remove")),
                        "write add or remove, then the devices");
        }
        return ExitCode.OK.number();
    }

    private static int configure(Call call) {
        List<String> words = call.all("show|NAME=VALUE");
        if (words.isEmpty() || words.equals(List.of("show"))) {
            Path file = file(call.session());
            call.out().print(Files.exists(file) ? FileBackend.read(file) : "");
            return ExitCode.OK.number();
        }
        Map<String, Integer> times = new LinkedHashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            String value = equals < 0 ? "" : word.substring(equals + 1);
            if (TIMES.contains(name)) {
                times.put(name, seconds(value, name));
            } else if (name.equals("watchdog-device")) {
                set(call.session(), "SBD_WATCHDOG_DEV", value);
            } else if (name.equals("panic")) {
                set(call.session(), "SYSTOLE_PANIC", value);
            } else {
                List<String> known = new ArrayList<>(TIMES);
                known.addAll(List.of("watchdog-device", "panic"));
                throw new UsageException(
                        "'" + name + "' is not known here" + NearestWord.hint(name, known),
                        "write NAME=VALUE with one of " + String.join(", ", known));
            }
        }
        Integer watchdog = times.get("watchdog-timeout");
        if (watchdog != null) {
            set(call.session(), "SBD_WATCHDOG_TIMEOUT", watchdog % 1000 == 0 ? "" + watchdog / 1000 : watchdog + "ms");
        }
        return times.isEmpty() || settings(call.session()).devices().isEmpty()
                ? ExitCode.OK.number()
                : onEach(call, disk -> retime(call, disk, times));
    }

    private static void retime(Call call, PillDisk disk, Map<String, Integer> wanted) {
        PillTimes old = disk.header().times();
        int watchdog = wanted.getOrDefault("watchdog-timeout", old.watchdogMillis());
        int usual = wanted.containsKey("watchdog-timeout") ? 2 * watchdog : old.msgwaitMillis();
        PillTimes next = new PillTimes(
                watchdog,
                wanted.getOrDefault("loop-timeout", old.loopMillis()),
                wanted.getOrDefault("allocate-timeout", old.allocateMillis()),
                wanted.getOrDefault("msgwait-timeout", usual));
        disk.retime(next);
        call.session().info(disk.name() + ": restart the daemons of all nodes, so that they count by the new times");
        next.doubts(0, 0, 0, 1).forEach(call.session()::warn);
    }

    private static int purge(Call call) throws IOException {
        if (!Files.deleteIfExists(file(call.session()))) {
            call.session().info("there is no " + file(call.session()));
        } else {
            call.session().info("removed; the daemon of this node fences itself until it is restarted");
        }
        return ExitCode.OK.number();
    }

    private static int status(Call call) {
        Path file = file(call.session());
        if (!Files.exists(file)) {
            call.out().println("self-fencing: off (there is no " + file + ")");
            return ExitCode.OK.number();
        }
        SelfFencing settings = settings(call.session());
        settings.notes().forEach(call.session()::warn);
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("watchdog device", settings.watchdogDevice());
        PillTimes times = PillTimes.ofWatchdog(settings.watchdogMillis());
        List<String> doubts = new ArrayList<>();
        int readable = 0;
        for (String name : settings.devices()) {
            try (PillDevice device = PillDevice.open(Path.of(name))) {
                PillHeader header = new PillDisk(device).header();
                if (readable > 0 && !header.times().equals(times)) {
                    doubts.add(name + " has other times than the disks before it: systole sbd configure sets all");
                }
                times = header.times();
                readable++;
                shown.put("disk " + name, (device.isDirect() ? "" : "no O_DIRECT, ") + "id " + header.id());
            } catch (ClusterException e) {
                shown.put("disk " + name, e.getMessage());
                doubts.add(e.getMessage() + "; " + e.remedy());
            }
        }
        shown.put("watchdog-timeout", times.watchdogMillis() + " ms");
        shown.put("fencing-watchdog-timeout, at least", times.watchdogFencingMillis() + " ms");
        if (!settings.devices().isEmpty()) {
            shown.put("msgwait-timeout", times.msgwaitMillis() + " ms");
            shown.put("fencing-timeout, at least", times.msgwaitMillis() * 12L / 10 + " ms");
        }
        doubts.addAll(times.doubts(0, 0, 0, settings.devices().size()));
        if (call.session().json()) {
            shown.put("doubts", doubts);
            call.out().println(Output.of(shown));
        } else {
            shown.forEach((name, value) -> call.out().println(name + ": " + value));
            doubts.forEach(call.session()::warn);
        }
        return settings.devices().size() < 2 * readable || settings.devices().isEmpty()
                ? ExitCode.OK.number()
                : ExitCode.FAILED.number();
    }

    private static int seconds(String text, String name) {
        try {
            int millis = text.endsWith("ms")
                    ? Integer.parseInt(text.substring(0, text.length() - 2))
                    : Math.multiplyExact(
                            Integer.parseInt(text.endsWith("s") ? text.substring(0, text.length() - 1) : text), 1000);
            if (millis > 0) {
                return millis;
            }
        } catch (NumberFormatException | ArithmeticException e) {
            throw new BadInputException(
                    "", name + ": '" + text + "' is no number of seconds", "write it as 5 or 500ms");
        }
        throw new BadInputException("", name + ": '" + text + "' is no time", "write 1 or more");
    }
}
