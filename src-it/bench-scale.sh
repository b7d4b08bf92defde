#!/usr/bin/env bash
# Many resources on three daemons on loopback: time from one load until all are started, and until all are stopped; then
# what their monitors cost on one node. Processor time (user + sys) of the daemons and, apart from it, of the agents they ran.
#   bench-scale.sh [-n RESOURCES] [-a AGENT] [-m MONITORS] [-b AGENT] [-t SECONDS] [-r ROUNDS] [-j FILE]
#     -n  resources of the start and the stop (500; 0: leave them out)
#     -a  their agent (ocf:heartbeat:Dummy)
#     -m  monitors of 10 s on one node (1000; 0: leave them out)
#     -b  their agent (ocf:systole:dummy)
#     -t  seconds over which monitors are looked at (30)
#     -r  rounds of start and stop (3)
#     -j  also write the rows as JSON lines to this file
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export SYSTOLE_TREE=${SYSTOLE_TREE:-$(dirname "$here")/target/systole}
count=500 agent=ocf:heartbeat:Dummy monitors=1000 monitored=ocf:systole:dummy seconds=30 rounds=3 json=/dev/null
die() { echo "bench-scale: $*" >&2; exit 1; }
while getopts n:a:m:b:t:r:j:h option; do
    case $option in
    n) count=$OPTARG ;;
    a) agent=$OPTARG ;;
    m) monitors=$OPTARG ;;
    b) monitored=$OPTARG ;;
    t) seconds=$OPTARG ;;
    r) rounds=$OPTARG ;;
    j) json=$OPTARG ;;
    *) sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 64 ;;
    esac
done
[ -x "$SYSTOLE_TREE/bin/systoled" ] || die "there is no $SYSTOLE_TREE; build first: mvn -DskipTests package"
# shellcheck source=src-it/lab/loopback.sh
. "$here/lab/loopback.sh"
work=$(mktemp -d "${TMPDIR:-/tmp}/systole-bench.XXXXXX") || exit 1
trap 'loopback_down; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
"$SYSTOLE_TREE/libexec/make-archive" --if-missing > /dev/null || exit 1
loopback_up "$work" || die "the daemons did not come up"
compat=$SYSTOLE_TREE/libexec/compat
root=$work/n1
export SYSTOLE_SOCKET=$root/run/systole/api.sock
ticks=$(getconf CLK_TCK)

now() { date +%s%3N; }
systole() { "$SYSTOLE_TREE/bin/systole" --root "$root" "$@"; }
# cpu PID...: "OURS AGENTS", milliseconds of processor time of these daemons and of the children they have reaped.
cpu() {
    local pid
    for pid in "$@"; do sed 's/.*) //' "/proc/$pid/stat"; done | awk -v t="$ticks" '{ o += $12 + $13; a += $14 + $15 } END { printf "%d %d\n", o * 1000 / t, a * 1000 / t }'
}
started() { "$compat/crm_mon" -1 2> /dev/null | grep -c ':[Dd]ummy).*Started'; }
# until_started WANTED: asks until so many run, or three minutes are over.
until_started() {
    local end=$(($(now) + 180000))
    while [ "$(started)" -ne "$1" ]; do
        [ "$(now)" -lt "$end" ] || { echo "bench-scale: after three minutes $(started) of $1 run" >&2; return 1; }
        sleep 0.2
    done
}
resources() { # NUMBER AGENT OPERATIONS
    local i
    for ((i = 0; i < $1; i++)); do echo "primitive d$i $2 $3"; done
}
begin() { read -r ours theirs < <(cpu "$@"); begun=$(now); }
row() { # WHAT RUNS-OF-AGENTS PID...
    local what=$1 runs=$2 ours_now theirs_now ms=$(($(now) - begun))
    shift 2
    read -r ours_now theirs_now < <(cpu "$@")
    awk -v what="$what" -v runs="$runs" -v ms="$ms" -v o=$((ours_now - ours)) -v a=$((theirs_now - theirs)) -v json="$json" 'BEGIN {
        printf "| %s | %.1f | %.1f | %.1f | %.1f | %.1f |\n", what, ms / 1000, o / 1000, a / 1000, o / runs, a / runs
        printf "{\"what\":\"%s\",\"ms\":%d,\"runs\":%d,\"daemons_cpu_ms\":%d,\"agents_cpu_ms\":%d}\n", what, ms, runs, o, a >> json
    }'
}

systole configure property fencing-enabled=false || exit 1
echo "| what | s | CPU s of the daemons | CPU s of the agents | ms a run, daemons | ms a run, agents |"
echo "| --- | --- | --- | --- | --- | --- |"
if [ "$count" -gt 0 ]; then
    resources "$count" "$agent" '' > "$work/load.crm"
    for ((round = 0; round < rounds; round++)); do
        begin "${loopback_pids[@]}"
        systole configure load update "$work/load.crm" > /dev/null || die "the load was refused"
        until_started "$count" || exit 1
        # A probe on each of three nodes, and the start.
        row "$count $agent from one load until all are started" $((4 * count)) "${loopback_pids[@]}"
        begin "${loopback_pids[@]}"
        "$compat/crm_attribute" -t rsc_defaults -n target-role -v Stopped || exit 1
        until_started 0 || exit 1
        row "the same until all are stopped" "$count" "${loopback_pids[@]}"
        systole cluster wait 60 > /dev/null
        systole --force configure erase > /dev/null || die "the configuration could not be emptied"
        systole cluster wait 60 > /dev/null
        systole configure property fencing-enabled=false || exit 1
    done
fi
if [ "$monitors" -gt 0 ]; then
    systole node standby n2 && systole node standby n3 || exit 1
    resources "$monitors" "$monitored" 'op monitor interval=10s' > "$work/load.crm"
    systole configure load update "$work/load.crm" > /dev/null || die "the load was refused"
    until_started "$monitors" || exit 1
    systole cluster wait 60 > /dev/null
    sleep 10
    begin "${loopback_pids[0]}"
    sleep "$seconds"
    row "$monitors $monitored, monitors of 10 s on one node, $seconds s long" $((monitors * seconds / 10)) "${loopback_pids[0]}"
    systole resource stop d0 > /dev/null
fi
echo
echo "load $(cut -d' ' -f1-3 /proc/loadavg), $(nproc) processors"
