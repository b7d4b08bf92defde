#!/usr/bin/env bash
# How fast the scheduler is: plans from parsed state (CPU time, and JMH with -j), and `systole simulate` as a whole
# process beside `crm_simulate` on the same file. Prints tables.
#   bench-scheduler.sh [-j] [-2] [-r RUNS] [-f MACHINES]
#     -j  the JMH figures too: quiet machine wanted, about ten minutes
#     -2  with the optimising compiler, which the daemon does not use: half the time, but other figures in each machine
#     -r  runs of each whole process (3)
#     -f  virtual machines for each plan (5)
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(dirname "$here")
jmh='' runs=3 machines=5 level=1
while getopts j2r:f:h option; do
    case $option in
    j) jmh=yes ;;
    2) level=4 ;;
    r) runs=$OPTARG ;;
    f) machines=$OPTARG ;;
    *) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 64 ;;
    esac
done
cd "$top" || exit 1
tree=${SYSTOLE_TREE:-$top/target/systole}
[ -x "$tree/bin/systole" ] || { echo "bench-scheduler: no tree in $tree; build first: mvn -DskipTests package" >&2; exit 1; }
mvn -q -Dquick -Pbench -pl cluster-daemon/benchmarks -am package -DskipTests || exit 1
classes="cluster-daemon/benchmarks/target/classes:cluster-daemon/benchmarks/target/lib/*"
work=$(mktemp -d "${TMPDIR:-/tmp}/systole-bench.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT

# As the daemon runs (bin/systoled), but with a heap that is there from the first plan on, so that no plan pays for the kernel's
# new pages.
as_daemon=(-XX:+UseSerialGC -XX:+UseTransparentHugePages "-XX:TieredStopAtLevel=$level" -Xms2g -Xmx2g -XX:+AlwaysPreTouch)
echo "## Plans from parsed state, CPU time of the planning thread"
java "${as_daemon[@]}" -cp "$classes" systole.benchmarks.CpuTable "$machines" || exit 1
if [ -n "$jmh" ]; then
    echo "## JMH"
    java -cp "$classes" org.openjdk.jmh.Main SchedulerBenchmark -jvmArgs "${as_daemon[*]}" || exit 1
fi

# CPU seconds (user + system) of a command, its output thrown away.
cpu() {
    local TIMEFORMAT='%U %S'
    { time "$@" >/dev/null 2>&1; } 2>&1 | awk '{ printf "%.2f\n", $1 + $2 }'
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

echo "## Whole process, CPU seconds, median of $runs"
echo "| cluster | systole simulate | crm_simulate | ratio |"
echo "| --- | --- | --- | --- |"
for name in 3x1000-steady 3x10000-steady; do
    java -Xmx3g -cp "$classes" systole.benchmarks.MeasuredCluster "$name" "$work/cib.xml" || exit 1
    ours=$(for _ in $(seq "$runs"); do cpu "$tree/bin/systole" simulate --plan-only --xml-file "$work/cib.xml"; done | median)
    theirs='not installed' ratio='-'
    if command -v crm_simulate >/dev/null; then
        theirs=$(for _ in $(seq "$runs"); do cpu crm_simulate -R -x "$work/cib.xml"; done | median)
        ratio=$(awk -v a="$theirs" -v b="$ours" 'BEGIN { printf "%.1f", a / b }')
    fi
    echo "| $name | $ours | $theirs | $ratio |"
done
