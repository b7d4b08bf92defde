#!/usr/bin/env bash
# Membership of real daemons in network name spaces, beside Debian's Corosync on the same lab in the same run.
#   bench-membership.sh [-n RUNS] [-N SIZE,SIZE] [-o FOLDER] [CASE...]
#     -n  runs of each row of 'detect' (20)
#     -N  daemons of 'detect' (3,8,16)
#     -o  where the JSON lines go (a new folder)
#   CASE, all but the last by default:
#     detect      kill -9 and cables out, until every survivor has installed the view: default and fast, both stacks
#     suspicion   view changes in 10 minutes with both processors burnt, then at 1, 5, 10 % loss (-m MINUTES for shorter)
#     pause       SIGSTOP for half the detection time, and for 5 s
#     link        one of two links cut and back under traffic of the ring
#     throughput  messages of 64 B, 1 KiB, 64 KiB, agreed and safe, one and three senders, one in flight; beside cpg
# NETLAB names the lab; by default ../shared/lab beside the checkout. Needs root. Takes about two hours whole on a calm machine.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(dirname "$here")
runs=20 sizes=3,8,16 out='' minutes=10
die() { echo "bench-membership: $*" >&2; exit 1; }
while getopts n:N:o:m:h option; do
    case $option in
    n) runs=$OPTARG ;;
    N) sizes=$OPTARG ;;
    o) out=$OPTARG ;;
    m) minutes=$OPTARG ;;
    *) sed -n '2,14s/^# \{0,1\}//p' "$0"; exit 64 ;;
    esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || set -- detect suspicion pause link throughput
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
export PYTHONDONTWRITEBYTECODE=1 COROSYNC_ONLY=1 RUNS=$runs SIZES=$sizes MINUTES=$minutes OUT=$out LAB=$work
BENCH_CLASSPATH=$top/cluster-daemon/node/target/test-classes:$(find -L "$SYSTOLE_TREE" -name "*.jar" -printf "%p:")
export BENCH_CLASSPATH
trap '"$work/netlab" down >/dev/null 2>&1; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
exec 9>>"${BENCH_LOCK:-/tmp/bench.lock}"
flock -w 7200 9 || die "another bench holds ${BENCH_LOCK:-/tmp/bench.lock}"
for case in "$@"; do
    /usr/bin/python3 "$here/lab/membership.py" "$case" || die "$case failed; what there is lies in $out"
done
echo "records: $out"
