#!/usr/bin/env bash
# Outage seen by a client, per fault, of Systole and (where Debian's packages are installed) of Corosync + Pacemaker, measured
# in one run by the same program on the same lab; prints one table.
#   bench-failover.sh [-n RUNS] [-s STACK,STACK] [-f FAULT,FAULT] [-o FOLDER]
#     -n  runs of each fault (10)
#     -s  systole, systole-fast, pacemaker, pacemaker-fast (all that can run)
#     -f  crash standby move svc:10 partition cold (crash,standby,cold)
#     -o  where the JSON lines and logs go (a new folder)
# NETLAB names the lab (see src-it/lab/systole.sh); by default ../shared/lab beside the checkout. Needs root.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(dirname "$here")
runs=10 stacks='' faults=crash,standby,cold out=''
die() { echo "bench-failover: $*" >&2; exit 1; }
while getopts n:s:f:o:h option; do
    case $option in
    n) runs=$OPTARG ;;
    s) stacks=$OPTARG ;;
    f) faults=$OPTARG ;;
    o) out=$OPTARG ;;
    *) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 64 ;;
    esac
done
[ "$(id -u)" = 0 ] || die "needs root (network namespaces): sudo $0 $*"
source=${NETLAB:-$top/../shared/lab}
[ -x "$source/netlab" ] || die "there is no lab in $source; set NETLAB to the folder that has netlab, bench/ and stacks/"
for tool in ip nft nsenter unshare flock awk perl; do command -v $tool >/dev/null || die "$tool is missing: apt-get install iproute2 nftables util-linux gawk perl-base"; done
[ -x /usr/bin/python3 ] || die "/usr/bin/python3 is missing (the lab's instruments): apt-get install python3-minimal"
export SYSTOLE_TREE=${SYSTOLE_TREE:-$top/target/systole}
"$SYSTOLE_TREE/libexec/make-archive" --if-missing || die "no class-data archive (made at an installation) in $SYSTOLE_TREE; build first: mvn -DskipTests package"
if [ -z "$stacks" ]; then
    stacks=systole,systole-fast
    command -v pacemakerd >/dev/null && command -v corosync >/dev/null && stacks=$stacks,pacemaker,pacemaker-fast
fi
[ -n "$out" ] || out=$(mktemp -d "${TMPDIR:-/tmp}/systole-bench.XXXXXX")
mkdir -p "$out" || exit 1
out=$(cd "$out" && pwd)

# The lab is copied: its own folder stays as it is, and the plug-in lies where netlab looks for it.
work=$(mktemp -d "${TMPDIR:-/tmp}/systole-lab.XXXXXX") || exit 1
cp -r "$source/." "$work/"
ln -sfn "$here/lab/systole.sh" "$work/stacks/systole.sh"
export NETLAB_STATE=$work/state NETLAB_PREFIX=sy$((RANDOM % 900 + 100)) BENCH_LOCK=${BENCH_LOCK:-/tmp/bench.lock}
export NETLAB_WRAP=${NETLAB_WRAP-nice -n -20} PYTHONDONTWRITEBYTECODE=1
netlab=$work/netlab
trap '"$netlab" down >/dev/null 2>&1; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

plain_path=$here/lab/fair:$PATH
setting() { # STACK-NAME: environment of that row
    unset SYSTOLE_TOTEM COROSYNC_TOKEN COROSYNC_EXTRA
    PATH=$plain_path
    case $1 in
    systole) kind=systole ;;
    systole-fast) kind=systole; export SYSTOLE_TOTEM=${SYSTOLE_FAST:-token: 150} ;;
    pacemaker) kind=pacemaker; export COROSYNC_TOKEN='' ;;
    pacemaker-fast)
        kind=pacemaker
        export COROSYNC_TOKEN=300
        export COROSYNC_EXTRA='token_coefficient: 0\n  interface {\n    linknumber: 0\n    knet_ping_interval: 200\n    knet_ping_timeout: 1000\n  }'
        ;;
    *) die "stack '$1' is not known: systole, systole-fast, pacemaker, pacemaker-fast" ;;
    esac
    # The benchmark speaks Pacemaker's commands; for Systole they are translated.
    [ $kind = systole ] && PATH=$here/lab/bin:$SYSTOLE_TREE/bin:$PATH
    export PATH LAB_STACK=pacemaker
}
await_online() {
    local i
    for ((i = 0; i < 240; i++)); do
        "$netlab" exec n1 crm_mon -1 2>/dev/null | grep -q 'Online: \[ n1 n2 n3 ' && return 0
        sleep 0.5
    done
    tail -n 20 "$NETLAB_STATE"/nodes/n?/systoled.log 2>/dev/null >&2
    return 1
}
# All daemons stopped, then started: milliseconds to the first answer of the service.
cold_start() {
    local i began answer='' probe
    "$netlab" stop >/dev/null 2>&1
    sleep 1
    began=$(date +%s%3N)
    ip netns exec "$NETLAB_PREFIX-cl" /usr/bin/python3 -SE "$work/probe.py" "${NETLAB_VIP:-10.77.0.200}" 7777 5 60 >"$work/cold.log" 2>&1 &
    probe=$!
    "$netlab" start >/dev/null 2>&1
    for ((i = 0; i < 450 && ${#answer} == 0; i++)); do
        sleep 0.2
        answer=$(sed -n 's/.*"event": "first", "t": \([0-9.]*\).*/\1/p' "$work/cold.log")
    done
    kill $probe
    [ -n "$answer" ] && awk -v a="$answer" -v b="$began" 'BEGIN { printf "%d\n", a * 1000 - b }'
}
row() { # NAME FAULT FILE-OF-NUMBERS; cold starts are few
    local wanted=$runs
    [ "$2" = cold ] && [ "$runs" -gt 3 ] && wanted=3
    sort -n "$3" | awk -v name="$1" -v fault="$2" -v wanted="$wanted" '
        { v[NR] = $1 }
        END {
            if (NR == 0) { printf "| %s | %s | 0 of %d | - | - | - |\n", name, fault, wanted; exit }
            m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2
            printf "| %s | %s | %d of %d | %.0f | %.0f | %.0f |\n", name, fault, NR, wanted, m, v[1], v[NR]
        }'
}

table=$out/table.md
{
    echo "| stack | fault | runs | median ms | min | max |"
    echo "| --- | --- | --- | --- | --- | --- |"
} > "$table"
for stack in ${stacks//,/ }; do
    setting "$stack"
    echo "== $stack" >&2
    "$netlab" down >/dev/null 2>&1
    if ! { "$netlab" up -n 3 -r 1 -s $kind && "$netlab" start && await_online; } > "$out/$stack.log" 2>&1; then
        echo "$stack did not come up; see $out/$stack.log" >&2
        cp "$NETLAB_STATE"/nodes/n1/systoled.log "$out/$stack-n1.log" 2>/dev/null
        continue
    fi
    (cd "$work/bench" && /usr/bin/python3 -B faults.py config stick=100 mon=10) >> "$out/$stack.log" 2>&1
    for fault in ${faults//,/ }; do
        lines=$out/$stack-${fault//:/-}
        : > "$lines.ms"
        if [ "$fault" = cold ]; then
            for ((i = 0; i < 3 && i < runs; i++)); do cold_start >> "$lines.ms"; done
        else
            (cd "$work/bench" && LABEL=$stack /usr/bin/python3 -B faults.py "$runs" "$fault") > "$lines.jsonl" 2>> "$out/$stack.log"
            /usr/bin/python3 -c '
import json, sys
for line in open(sys.argv[1]):
    r = json.loads(line)
    if not r.get("summary") and r.get("outage_ms") is not None: print(r["outage_ms"])' "$lines.jsonl" > "$lines.ms"
        fi
        row "$stack" "$fault" "$lines.ms" | tee -a "$table" >&2
    done
    [ $kind = systole ] && for n in n1 n2 n3; do cp "$NETLAB_STATE/nodes/$n/systoled.log" "$out/$stack-$n.log" 2>/dev/null; done
    "$netlab" down >/dev/null 2>&1
done
echo
cat "$table"
echo
echo "load $(cut -d' ' -f1-3 /proc/loadavg), $(nproc) processors; lines and logs: $out"
