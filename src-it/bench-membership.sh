#!/usr/bin/env bash
# Membership of real daemons in network name spaces, beside Debian's Corosync on the same lab in the same run.
#   bench-membership.sh [-q] [-n RUNS] [-N SIZE,SIZE] [-m MINUTES] [-r ROW,ROW] [-o FOLDER] [CASE...]
#     -q  quick: each case in one to three minutes, to see that it works (2 runs, 3 daemons, 0.2 minutes, short floods)
#     -n  runs of each row of 'detect' (20)
#     -N  daemons of 'detect' (3,8,16)
#     -m  minutes of each disturbance of 'suspicion' (10)
#     -r  of detect, suspicion and pause only these: systole systole-fast corosync corosync-fast
#     -o  where the JSON lines go (a new folder)
#   CASE, all by default, in this order:
#     pause       SIGSTOP for half the detection time, and for 5 s: no view change; one out, one back, own pause named
#     link        each of two links of a node out and back under traffic: no view change, no message lost or doubled, one order
#     throughput  messages of 64 B, 1 KiB, 64 KiB, agreed and safe, one and three senders, one in flight, 1,000/s; beside cpg
#     detect      kill -9 and cables out, until every survivor has installed the view: default and fast, both stacks
#     suspicion   view changes with both processors burnt, then at 1, 5, 10 % loss: none of ours
# Exit status 1 if a case shows what it must not. NETLAB names the lab; by default ../shared/lab beside the checkout. Needs root.
# Takes about four hours whole on a calm machine, most of it 'suspicion' (160 minutes with all rows) and 'detect'.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(dirname "$here")
runs=20 sizes=3,8,16 out='' minutes=10 quick=0 rows=''
die() { echo "bench-membership: $*" >&2; exit 1; }
while getopts qn:N:o:m:r:h option; do
    case $option in
    q) quick=1 runs=2 sizes=3 minutes=0.2 ;;
    n) runs=$OPTARG ;;
    N) sizes=$OPTARG ;;
    o) out=$OPTARG ;;
    m) minutes=$OPTARG ;;
    r) rows=$OPTARG ;;
    *) sed -n '2,18s/^# \{0,1\}//p' "$0"; exit 64 ;;
    esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || set -- pause link throughput detect suspicion
[ "$(id -u)" = 0 ] || die "needs root (network namespaces): sudo $0"
source=${NETLAB:-$top/../shared/lab}
[ -x "$source/netlab" ] || die "there is no lab in $source; set NETLAB to the folder that has netlab and stacks/"
for tool in ip nft nsenter unshare flock awk; do command -v $tool >/dev/null || die "$tool is missing: apt-get install iproute2 nftables util-linux gawk"; done
[ -x /usr/bin/python3 ] || die "/usr/bin/python3 is missing (the instruments): apt-get install python3-minimal"
export SYSTOLE_TREE=${SYSTOLE_TREE:-$top/target/systole}
"$SYSTOLE_TREE/libexec/make-archive" --if-missing || die "no class-data archive in $SYSTOLE_TREE; build first: mvn -DskipTests package"
[ -n "$out" ] || out=$(mktemp -d "${TMPDIR:-/tmp}/systole-membership.XXXXXX")
mkdir -p "$out" || exit 1
out=$(cd "$out" && pwd)

work=$(mktemp -d "${TMPDIR:-/tmp}/systole-lab.XXXXXX") || exit 1
cp -r "$source/." "$work/"
ln -sfn "$here/lab/systole.sh" "$work/stacks/systole.sh"
export NETLAB_STATE=$work/state NETLAB_PREFIX=sm$((RANDOM % 900 + 100)) NETLAB_WRAP=${NETLAB_WRAP-nice -n -20}
export PYTHONDONTWRITEBYTECODE=1 COROSYNC_ONLY=1 RUNS=$runs SIZES=$sizes MINUTES=$minutes OUT=$out LAB=$work QUICK=$quick ROWS=$rows
BENCH_CLASSPATH=$top/cluster-daemon/node/target/test-classes:$(find -L "$SYSTOLE_TREE" -name "*.jar" -printf "%p:")
export BENCH_CLASSPATH
trap '"$work/netlab" down >/dev/null 2>&1; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
exec 9>>"${BENCH_LOCK:-/tmp/bench.lock}"
flock -w 7200 9 || die "another bench holds ${BENCH_LOCK:-/tmp/bench.lock}"
failed=''
for case in "$@"; do
    echo "## $case"
    /usr/bin/python3 "$here/lab/membership.py" "$case" || failed="$failed $case"
done
echo "records: $out"
[ -z "$failed" ] || die "what must hold does not, or could not be tried:$failed"
