"""Instruments of bench-membership.sh: what a ring of real daemons does when one dies, pauses, or loses packets.

A view change is read from the logs of the daemons, which stamp each with a millisecond; all nodes share the host's clock.
"""
import datetime
import glob
import json
import os
import re
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
INSTALLED = {
    "systole": re.compile(r"^(\S+) +\w+ +ring: ring (\S+) of \[([^]]*)\] follows"),
    "pacemaker": re.compile(r"^(\w+ +\d+ [\d:.]+) .*A new membership \(([^)]*)\) was formed\. Members(.*)$"),
}


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
        time.sleep(8)  # rates are measured before anybody is judged by them

    def close(self):
        sh(NETLAB, "down", check=False)

    def log(self, node):
        folder = os.path.join(STATE, "nodes", node)
        if self.stack == "systole":
            return os.path.join(folder, "systoled.log")
        return (glob.glob(folder + "/root/var/log/corosync/corosync.log") + [folder + "/none"])[0]

    def views(self, node):
        """(seconds since 1970, ring, members or None) of every view the node has installed."""
        found = []
        try:
            with open(self.log(node), errors="replace") as file:
                for line in file:
                    match = INSTALLED[self.stack].match(line)
                    if not match:
                        continue
                    if self.stack == "systole":
                        at = datetime.datetime.fromisoformat(match[1]).timestamp()
                        members = set(match[3].replace(" ", "").split(","))
                    else:
                        year = datetime.datetime.now().year
                        at = datetime.datetime.strptime("%d %s" % (year, match[1]), "%Y %b %d %H:%M:%S.%f").timestamp()
                        members = None
                    found.append((at, match[2], members))
        except FileNotFoundError:
            pass
        return found

    def members(self, node):
        if self.stack == "systole":
            views = self.views(node)
            return views[-1][2] if views else set()
        text = sh(NETLAB, "exec", node, "corosync-quorumtool", "-l", check=False, env=self.env).stdout
        return {"n" + each for each in re.findall(r"^ +(\d+) +\d+ ", text, re.M)}

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
        """Milliseconds from kill -9 with cables out to the view at the last of the survivors."""
        alive = [node for node in self.nodes if node != victim]
        before = {node: len(self.views(node)) for node in alive}
        began = time.time()
        sh(NETLAB, "crash", victim, env=self.env)
        self.await_view(set(alive), 60)
        time.sleep(0.3)
        last = max(self.views(node)[before[node]][0] for node in alive)
        sh(NETLAB, "boot", victim, env=self.env)
        sh(NETLAB, "start", victim, env=self.env)
        self.await_view(set(self.nodes), 120)
        time.sleep(5)
        return (last - began) * 1000


def rows():
    return [row for row in ROWS if HAVE_COROSYNC or row.startswith("systole")]


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
        for what in ("burn", "loss 1", "loss 5", "loss 10"):
            ring = Ring(row, 3)
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
            ring.close()


def pause():
    print("| setting | SIGSTOP | view changes at the others | says why |\n| --- | --- | --- | --- |")
    for row, half in (("systole", 0.15), ("systole-fast", 0.075)):
        for seconds in (half, 5):
            ring = Ring(row, 3)
            before = len(ring.views("n1"))
            sh(NETLAB, "pause", "n3", "java", env=ring.env)
            time.sleep(seconds)
            sh(NETLAB, "resume", "n3", "java", env=ring.env)
            time.sleep(5)
            ring.await_view(set(ring.nodes), 30)
            changes = len(ring.views("n1")) - before
            with open(ring.log("n3"), errors="replace") as file:
                named = "was not scheduled for" in file.read()
            record("pause", row=row, seconds=seconds, changes=changes, named=named)
            print("| %s | %g s | %d | %s |" % (row, seconds, changes, "yes" if named else "no"), flush=True)
            ring.close()


def bench(node, mode, size, seconds, guarantee):
    folder = os.path.join(STATE, "nodes", node)
    return subprocess.Popen(
        [NETLAB, "exec", node, "java", "-Xmx512m", "-XX:+UseSerialGC", "-cp", os.environ["BENCH_CLASSPATH"],
         "systole.daemon.RingBench", folder + "/root/etc/systole/cluster.conf", folder + "/root/etc/systole/authkey",
         node[1:], folder, mode, str(size), str(seconds), guarantee],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def together(modes, size, seconds, guarantee, during=lambda: None):
    """Runs one bench in each node; gives what the first says."""
    started = [bench("n%d" % (i + 1), mode, size, seconds, guarantee) for i, mode in enumerate(modes)]
    during()
    said = started[0].communicate(timeout=seconds + 90)[0].strip()
    for each in started[1:]:
        each.kill()
        each.wait()
    sh("sh", "-c", "for p in $(%s pids n2 java; %s pids n3 java); do kill -9 $p; done" % (NETLAB, NETLAB), check=False)
    return said


def bare(rings=1):
    """Nodes without daemons: the bench brings its own."""
    sh(NETLAB, "down", check=False)
    sh(NETLAB, "up", "-n", "3", "-r", str(rings), "-s", "systole", env=dict(os.environ))


def link():
    bare(rings=2)

    def cut():
        time.sleep(8)
        sh(NETLAB, "cut", "n2", "0")
        time.sleep(5)
        sh(NETLAB, "mend", "n2", "0")

    said = together(["flood", "recv", "recv"], 1024, 20, "agreed", cut)
    record("link", said=said)
    print("one of two links of n2 cut for 5 s under traffic (0 view changes is the aim; lost or doubled messages are not"
          " looked for):\n  " + said, flush=True)
    sh(NETLAB, "down", check=False)


def throughput():
    bare()
    for guarantee in ("agreed", "safe"):
        for size in (64, 1024, 65536):
            for modes in (["flood", "recv", "recv"], ["flood", "flood", "flood"], ["ping", "recv", "recv"]):
                said = together(modes, size, 6, guarantee)
                senders = sum(mode != "recv" for mode in modes)
                record("throughput", senders=senders, said=said)
                print("senders=%d %s" % (senders, said), flush=True)
    sh(NETLAB, "down", check=False)
    binary = os.path.join(OUT, "cpgbench")
    built = sh("cc", "-O2", "-o", binary, os.path.join(LAB, "bench/cpgbench.c"), "-lcpg", check=False)
    if built.returncode or not HAVE_COROSYNC:
        print("cpg is left out: " + (built.stdout.strip().splitlines() or ["no corosync here"])[-1])
        return
    for crypto in ("none", "aes256"):
        said = sh("bash", os.path.join(LAB, "bench/cpg.sh"), binary, crypto, env=dict(os.environ, CPG_LOCK=OUT + "/cpg.lock"))
        print(said.stdout, flush=True)


{"detect": detect, "suspicion": suspicion, "pause": pause, "link": link, "throughput": throughput}.get(
    sys.argv[1], lambda: sys.exit("there is no case '%s': detect suspicion pause link throughput" % sys.argv[1]))()
