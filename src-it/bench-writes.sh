#!/usr/bin/env bash
# The write path of three daemons on loopback: changes per second over one connection, and the time of one change.
#   bench-writes.sh [COUNT]   COUNT changes of each kind (2000)
# Kinds: attribute (transient: ordered on all nodes), permanent and property (configuration: also on the disk of a majority).
# Where Debian's lab of Pacemaker runs, its own figures stand in the benchmarks page: 69/s one at a time, 319/s with 100.
# With cibadmin installed and a Pacemaker cluster up on this machine, a row of cibadmin processes is measured beside ours.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export SYSTOLE_TREE=${SYSTOLE_TREE:-$(dirname "$here")/target/systole}
count=${1:-2000}
[ -x "$SYSTOLE_TREE/bin/systoled" ] || { echo "bench-writes: there is no $SYSTOLE_TREE; build first: mvn -DskipTests package" >&2; exit 1; }
# shellcheck source=src-it/lab/loopback.sh
. "$here/lab/loopback.sh"
work=$(mktemp -d "${SYSTOLE_BENCH_FOLDER:-${TMPDIR:-/tmp}}/systole-bench.XXXXXX") || exit 1
trap 'loopback_down; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
"$SYSTOLE_TREE/libexec/make-archive" --if-missing > /dev/null || exit 1
loopback_up "$work" || { echo "bench-writes: the daemons did not come up" >&2; exit 1; }
"$SYSTOLE_TREE/bin/systole" --root "$work/n1" configure property fencing-enabled=false || exit 1
socket=$work/n1/run/systole/api.sock
for kind in attribute permanent property; do # the first changes meet code that is not compiled yet
    perl "$here/lab/write-bench.pl" "$socket" $kind 500 100 > /dev/null || exit 1
done
row() { # NAME CHANGES/S MEDIAN P99 MAX REFUSED
    printf '| %s | %s | %s | %s | %s | %s |\n' "$1" "$2" "$3" "$4" "$5" "$6"
}
row change 'changes/s' 'median ms' 'p99 ms' 'max ms' refused
row --- --- --- --- --- ---
for kind in attribute permanent property; do
    for inflight in 1 10 100; do
        n=$count
        [ $inflight = 1 ] && n=$((count / 4))
        # shellcheck disable=SC2046
        row "$kind, $inflight in flight" $(perl "$here/lab/write-bench.pl" "$socket" $kind "$n" $inflight)
    done
done
processes() { # NAME COMMAND...: 100 processes one after the other
    local name=$1 began ended i
    shift
    began=$(date +%s%N)
    for ((i = 0; i < 100; i++)); do
        "${@//%I/$i}" > /dev/null 2>&1 || { row "$name" 'failed' - - - -; return; }
    done
    ended=$(date +%s%N)
    row "$name" $((100 * 1000000000 / (ended - began))) $(((ended - began) / 100000000)) - - 0
}
SYSTOLE_SOCKET=$socket processes 'compat/cibadmin -M, 100 processes' "$SYSTOLE_TREE/libexec/compat/cibadmin" -M -X '<nvpair id="bench-0" value="%I"/>'
SYSTOLE_SOCKET=$socket processes 'compat/crm_attribute, 100 processes' "$SYSTOLE_TREE/libexec/compat/crm_attribute" -N n1 -l reboot -n bench -v %I
if command -v cibadmin > /dev/null && cibadmin -Q > /dev/null 2>&1; then
    processes 'Pacemaker: cibadmin -M -c, 100 processes' cibadmin -M -c -o crm_config -X '<cluster_property_set id="bench"><nvpair id="bench-0" name="x-bench" value="%I"/></cluster_property_set>'
fi
