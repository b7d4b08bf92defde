"""Instruments of bench-membership.sh: what a ring of real daemons does when one dies, pauses, or loses packets.

A view change is read from the logs of the daemons, which stamp each with a millisecond; all nodes share the host's clock.
Each case ends with exit status 1 if what it must show does not hold; what it saw is recorded before.
"""
import datetime
import glob
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time

LAB = os.environ["LAB"]
NETLAB = os.path.join(LAB, "netlab")
STATE = os.environ["NETLAB_STATE"]
RUNS = int(os.environ["RUNS"])
SIZES = [int(size) for size in os.environ["SIZES"].split(",")]
MINUTES = float(os.environ["MINUTES"])
OUT = os.environ["OUT"]
QUICK = os.environ["QUICK"] == "1"
SECONDS = 2 if QUICK else 6  # of each row of 'throughput'
WARM = 3 if QUICK else 12  # before them: three JVMs share two processors with their compilers
WANTED = [row for row in os.environ["ROWS"].split(",") if row]
HAVE_COROSYNC = any(os.access(os.path.join(p, "corosync"), os.X_OK) for p in ("/usr/sbin", "/usr/bin"))

# row: stack, environment, time within which a ring of any size here has surely formed
ROWS = {
    "systole": ("systole", {}),
    "systole-fast": ("systole", {"SYSTOLE_TOTEM": os.environ.get("SYSTOLE_FAST", "token: 150")}),
    "corosync": ("pacemaker", {"COROSYNC_TOKEN": ""}),
    "corosync-fast": ("pacemaker", {
        "COROSYNC_TOKEN": "300",
        "COROSYNC_EXTRA": r"token_coefficient: 0\n  interface {\n    linknumber: 0\n    knet_ping_interval: 200\n"
                          r"    knet_ping_timeout: 1000\n  }",
    }),
}
# What tells of a view, with the time and (our daemon in the same line, Corosync in a later one) its members.
INSTALLED = {
    "systole": re.compile(r"^(\S+) +\w+ +ring: ring (\S+) of \[([^]]*)\] follows"),
    "pacemaker": re.compile(r"^(\w+ +\d+ [\d:.]+) .*A new membership \(([^)]*)\) was formed\."),
}
MEMBERS = re.compile(r"Members\[\d+\]:((?: \d+)+)")
failures = []


def check(holds, what):
    if not holds:
        failures.append(what)
        print("  DOES NOT HOLD: " + what, flush=True)


def sh(*words, check=True, env=None, quiet=True):
    return subprocess.run(words, check=check, env=env, text=True,
                          stdout=subprocess.PIPE if quiet else None, stderr=subprocess.STDOUT if quiet else None)


def record(case, **what):
    with open(os.path.join(OUT, case + ".jsonl"), "a") as file:
        file.write(json.dumps(what) + "\n")


class Ring:
    """Daemons of one stack, one in each node."""

    def __init__(self, row, nodes, rings=1):
        self.row, self.nodes = row, ["n%d" % i for i in range(1, nodes + 1)]
        self.stack, extra = ROWS[row]
        self.env = dict(os.environ, **extra)
        sh(NETLAB, "down", check=False)
        sh(NETLAB, "up", "-n", str(nodes), "-r", str(rings), "-s", self.stack, env=self.env)
        for node in self.nodes:
            sh(NETLAB, "start", node, env=self.env)
        self.await_view(set(self.nodes), 120)
        # Rates are measured, and punctuality is shown, before anybody is judged by them.
        time.sleep(20 if row == "systole" else 3 if QUICK else 8)

    def close(self):
        sh(NETLAB, "down", check=False)

    def log(self, node):
        folder = os.path.join(STATE, "nodes", node)
        if self.stack == "systole":
            return os.path.join(folder, "systoled.log")
        return (glob.glob(folder + "/root/var/log/corosync/corosync.log") + [folder + "/none"])[0]

    def views(self, node):
        """[seconds since 1970, ring, members] of every view the node has installed."""
        found = []
        try:
            with open(self.log(node), errors="replace") as file:
                lines = file.readlines()
        except FileNotFoundError:
            return found
        for line in lines:
            match = INSTALLED[self.stack].match(line)
            members = MEMBERS.search(line) if self.stack == "pacemaker" else None
            if match and self.stack == "systole":
                at = datetime.datetime.fromisoformat(match[1]).timestamp()
                found.append([at, match[2], set(match[3].replace(" ", "").split(","))])
            elif match:
                year = datetime.datetime.now().year
                at = datetime.datetime.strptime("%d %s" % (year, match[1]), "%Y %b %d %H:%M:%S.%f").timestamp()
                found.append([at, match[2], None])
            elif members and found:
                found[-1][2] = {"n" + each for each in members[1].split()}
        return found

    def members(self, node):
        views = self.views(node)
        return views[-1][2] if views else set()

    def await_view(self, wanted, seconds, among=None):
        end = time.time() + seconds
        while True:
            if all(self.members(node) == wanted for node in (among or sorted(wanted))):
                return
            if time.time() > end:
                raise SystemExit("%s: no view of %s within %d s; n1 has %s"
                                 % (self.row, sorted(wanted), seconds, self.members("n1")))
            time.sleep(0.1)

    def count(self):
        return sum(len(self.views(node)) for node in self.nodes)

    def detect(self, victim):
        """Milliseconds from kill -9 with cables out to the view of all survivors at the last of them."""
        alive = [node for node in self.nodes if node != victim]
        before = {node: len(self.views(node)) for node in alive}
        # Cable, then processes, from here: on a busy machine the lab's own command takes longer than the detection.
        with open(os.path.join(STATE, "nodes", victim, "pid")) as file:
            init = int(file.read())
        began = time.time()
        sh("ip", "-n", os.environ["NETLAB_PREFIX"] + "-sw", "link", "set", victim + "r0", "down")
        os.kill(init, signal.SIGKILL)
        sh(NETLAB, "crash", victim, env=self.env)
        self.await_view(set(alive), 60, among=alive)
        last = max(min(at for at, _, members in self.views(node)[before[node]:] if members == set(alive)) for node in alive)
        sh(NETLAB, "boot", victim, env=self.env)
        sh(NETLAB, "start", victim, env=self.env)
        self.await_view(set(self.nodes), 120)
        # A node that came lately is given the ceiling: the default setting is quick where all was punctual for a while.
        time.sleep(20 if self.row == "systole" else 2 if QUICK else 5)
        return (last - began) * 1000


def rows():
    return [row for row in ROWS if (HAVE_COROSYNC or row.startswith("systole")) and (not WANTED or row in WANTED)]


def detect():
    print("| daemons | setting | runs | median ms | min | max |\n| --- | --- | --- | --- | --- | --- |")
    for size in SIZES:
        for row in rows():
            ring = Ring(row, size)
            times = []
            for run in range(RUNS):
                took = ring.detect(ring.nodes[run % size])
                times.append(took)
                record("detect", row=row, nodes=size, millis=round(took, 1))
            ring.close()
            print("| %d | %s | %d | **%.0f** | %.0f | %.0f |"
                  % (size, row, len(times), statistics.median(times), min(times), max(times)), flush=True)


def suspicion():
    print("| setting | disturbance | minutes | view changes |\n| --- | --- | --- | --- |")
    for row in rows():
        ring = Ring(row, 3)
        for what in ("burn", "loss 1", "loss 5", "loss 10"):
            before, burners = ring.count(), []
            if what == "burn":
                burners = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(os.cpu_count() or 2)]
            else:
                sh(NETLAB, *what.split(), env=ring.env)
            time.sleep(MINUTES * 60)
            for burner in burners:
                burner.kill()
                burner.wait()
            changes = ring.count() - before
            record("suspicion", row=row, disturbance=what, minutes=MINUTES, changes=changes)
            print("| %s | %s%s | %g | %d |" % (row, what, "" if burners else " %", MINUTES, changes), flush=True)
            if row.startswith("systole"):
                check(changes == 0, "%s, %s: no view change" % (row, what))
            sh(NETLAB, "loss", "0", env=ring.env)
            ring.await_view(set(ring.nodes), 60)
        ring.close()


def pause():
    print("| setting | SIGSTOP | view changes at the others | says why |\n| --- | --- | --- | --- |")
    # The default limit is 160 ms where all was punctual, as here by then.
    for row, half in (("systole", 0.08), ("systole-fast", 0.075)):
        if WANTED and row not in WANTED:
            continue
        for seconds in (half, 5):
            ring = Ring(row, 3)
            before = len(ring.views("n1"))
            # By signals from here: on a busy machine a command takes longer than the pause.
            pids = [int(pid) for pid in sh(NETLAB, "pids", "n3", "java", check=False, env=ring.env).stdout.split()]
            check(len(pids) == 1, "one daemon in n3")
            began = time.monotonic()
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            time.sleep(seconds)
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
            stopped = time.monotonic() - began
            time.sleep(5)
            ring.await_view(set(ring.nodes), 30)
            changes = len(ring.views("n1")) - before
            with open(ring.log("n3"), errors="replace") as file:
                named = re.search(r"was not scheduled for \d{4,} ms", file.read()) is not None
            record("pause", row=row, seconds=seconds, stopped=round(stopped, 3), changes=changes, named=named)
            print("| %s | %.3f s | %d | %s |" % (row, stopped, changes, "yes" if named else "no"), flush=True)
            if seconds < 1 and stopped < 1.5 * seconds:
                check(changes == 0, "%s, %g s: no view change" % (row, seconds))
            elif seconds > 1:
                check(changes == 2 and named, "%s, 5 s: one view out, one back, and the node names its own pause" % row)
            ring.close()


def spawn(node, *words):
    return subprocess.Popen([NETLAB, "exec", node, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def facts(line):
    """The key=value words of a line, numbers as such, and its first word as the mode."""
    found = {"mode": line.split(" ", 1)[0]}
    for key, value in re.findall(r"(\w+)=(\S+)", line):
        found[key] = float(value) if re.fullmatch(r"[\d.]+", value) and key != "order" else value
    return found


def together(modes, size, seconds, guarantee, during=lambda: None, warm=3):
    """Runs one bench in each node, 'during' once traffic flows; gives what each says. What they log stays in OUT."""
    started, logs = [], []
    for i, mode in enumerate(modes):
        node = "n%d" % (i + 1)
        folder = os.path.join(STATE, "nodes", node)
        logs.append(os.path.join(OUT, "ring-%s.log" % node))
        with open(logs[-1], "w") as log:
            started.append(subprocess.Popen(
                [NETLAB, "exec", node, "java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",  # as the daemon
                 "-Dbench.warm=%d" % warm, "-cp", os.environ["BENCH_CLASSPATH"],
                 "systole.daemon.RingBench", folder + "/root/etc/systole/cluster.conf",
                 folder + "/root/etc/systole/authkey", node[1:], folder, mode, str(size), str(seconds), guarantee],
                stdout=log, stderr=subprocess.STDOUT))

    def last(log):
        with open(log, errors="replace") as file:
            return (file.read().strip().splitlines() or ["nothing"])[-1]
    while not any(line.startswith("begins") for line in open(logs[0])) and started[0].poll() is None:
        time.sleep(0.1)
    during()
    for each, log in zip(started, logs):
        each.wait(timeout=seconds + warm + 120)
        if each.returncode:
            raise SystemExit("a bench ended with status %d, see %s: %s" % (each.returncode, log, last(log)))
    return [facts(next(line for line in open(log, errors="replace") if " guarantee=" in line)) for log in logs]


def intact(seen, what):
    check(all(each["lost"] == 0 and each["doubled"] == 0 and each["unended"] == 0 for each in seen), what + ": no message lost or doubled")
    check(len({(each["delivered"], each["order"]) for each in seen}) == 1, what + ": all nodes have the same messages in the same order")
    check(seen[0]["delivered"] == sum(each["sent"] for each in seen), what + ": what was sent is delivered, and nothing else")


def bare(rings=1):
    """Nodes without daemons: the bench brings its own."""
    sh(NETLAB, "down", check=False)
    sh(NETLAB, "up", "-n", "3", "-r", str(rings), "-s", "systole", env=dict(os.environ))


def link():
    """Both links of one node out and back in turn, while it and another send."""
    bare(rings=2)
    out = 3

    def cut():
        for ring in ("0", "1"):
            time.sleep(2)
            sh(NETLAB, "cut", "n2", ring)
            time.sleep(out)
            sh(NETLAB, "mend", "n2", ring)

    rounds = 1 if QUICK else 5
    print("| senders | message | each link out | view changes | sent | delivered at each | lost | doubled |\n"
          "| --- | --- | --- | --- | --- | --- | --- | --- |")
    for modes, size in ((["flood", "flood", "recv"], 1024), (["pace", "pace", "recv"], 1024)) * rounds:
        seen = together(modes, size, 4 + 2 * out + 3, "agreed", cut)
        changes = max(each["views"] for each in seen)
        record("link", modes=modes, seen=seen)
        print("| %s | %d B | %d s | %d | %d | %s | %d | %d |"
              % (modes[0], size, out, changes, sum(each["sent"] for each in seen),
                 ", ".join("%d" % each["delivered"] for each in seen), sum(each["lost"] for each in seen),
                 sum(each["doubled"] for each in seen)), flush=True)
        check(changes == 0, "link, %s: no view change" % modes[0])
        intact(seen, "link, %s" % modes[0])
    sh(NETLAB, "down", check=False)


SIZES_OF_MESSAGES = (64, 1024, 65536)
HEAD = ("| stack | senders | mode | guarantee | bytes | messages/s | MB/s | p50 us | p99 us | max us |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")


def rate(stack, senders, guarantee, seen):
    def shown(*names):
        return next(("%.0f" % seen[name] for name in names if name in seen), "")
    record("throughput", stack=stack, senders=senders, **dict(seen, guarantee=guarantee))
    per_second = shown("msg_per_s") or ("%.0f" % (seen["n"] / SECONDS) if "n" in seen else "")
    print("| %s | %d | %s | %s | %d | %s | %s | %s | %s | %s |"
          % (stack, senders, seen["mode"], guarantee, seen["size"], per_second, shown("MB_per_s"),
             shown("p50_us", "median_us"), shown("p99_us"), shown("max_us")), flush=True)


def throughput():
    print(HEAD)
    bare()
    rows = [(modes, size) for size in SIZES_OF_MESSAGES
            for modes in (["flood", "recv", "recv"], ["flood", "flood", "flood"], ["ping", "recv", "recv"])]
    for guarantee in ("agreed", "safe"):
        for modes, size in rows + [(["pace", "recv", "recv"], 1024)]:
            seen = together(modes, size, SECONDS, guarantee, warm=WARM)
            rate("systole", sum(mode != "recv" for mode in modes), guarantee, seen[0])
            intact(seen, "%s, %d bytes, %s" % (modes, size, guarantee))
    sh(NETLAB, "down", check=False)
    if HAVE_COROSYNC:
        cpg()


def compiled(source):
    binary = os.path.join(OUT, os.path.basename(source)[:-2])
    built = sh("cc", "-O2", "-o", binary, source, "-lcpg", "-lpthread", check=False)
    return binary if built.returncode == 0 else None


def cpg():
    bench = compiled(os.path.join(LAB, "bench/cpgbench.c"))
    pace = compiled(os.path.join(os.path.dirname(os.path.abspath(__file__)), "cpg-pace.c"))
    if not bench or not pace:
        print("cpg is left out, its benches do not compile: apt-get install gcc libcpg-dev")
        return
    for crypto in ("none", "aes256"):
        sh(NETLAB, "down", check=False)
        env = dict(os.environ, COROSYNC_TOKEN="3000", COROSYNC_CRYPTO=crypto)
        sh(NETLAB, "up", "-n", "3", "-s", "pacemaker", env=env)
        sh(NETLAB, "start", env=env)
        time.sleep(6)
        for size in SIZES_OF_MESSAGES:
            for modes in (["flood", "recv", "recv"], ["flood", "flood", "flood"], ["ping", "recv", "recv"]):
                others = [spawn("n%d" % (i + 2), bench, mode, str(size), str(SECONDS + 2)) for i, mode in enumerate(modes[1:])]
                time.sleep(1)
                said = spawn("n1", bench, modes[0], str(size), str(SECONDS)).communicate()[0].strip()
                for each in others:
                    each.communicate()
                rate("corosync, " + crypto, sum(mode != "recv" for mode in modes), "agreed", facts(said))
        said = spawn("n1", pace, "1024", str(SECONDS)).communicate()[0].strip()
        rate("corosync, " + crypto, 1, "agreed", facts(said))
    sh(NETLAB, "down", check=False)


CASES = {"detect": detect, "suspicion": suspicion, "pause": pause, "link": link, "throughput": throughput}
if sys.argv[1] not in CASES:
    sys.exit("there is no case '%s': %s" % (sys.argv[1], " ".join(CASES)))
CASES[sys.argv[1]]()
sys.exit(1 if failures else 0)
