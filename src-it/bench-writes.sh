#!/usr/bin/env bash
# The write path: changes per second over one connection and by processes, and the time of one change.
#   bench-writes.sh [-n COUNT] [-s systole-lab,pacemaker,systole] [COUNT]   COUNT changes of each kind (200); -s: all that can run
# systole-lab and pacemaker: three nodes in name spaces of the same lab (NETLAB, by default ../shared/lab beside the checkout; needs
# root, Debian's packages, and pacemaker-dev for Pacemaker's rows over one connection), and the driver runs inside of node n1, so
# that no command pays for entering it. systole: three daemons on loopback, where there is no lab. One stack runs at a time.
# Kinds: attribute (transient: ordered on all nodes), permanent and property (configuration: also on the disk of a majority).
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(dirname "$here")
export SYSTOLE_TREE=${SYSTOLE_TREE:-$top/target/systole}
die() { echo "bench-writes: $*" >&2; exit 1; }
count=200 stacks=''
while getopts n:s:h option; do
    case $option in
    n) count=$OPTARG ;;
    s) stacks=$OPTARG ;;
    *) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 64 ;;
    esac
done
shift $((OPTIND - 1))
count=${1:-$count}
lab=${NETLAB:-$top/../shared/lab}
if [ -z "$stacks" ]; then
    stacks=systole
    if [ "$(id -u)" = 0 ] && [ -x "$lab/netlab" ]; then
        stacks=systole-lab
        if command -v pacemakerd > /dev/null && command -v cibadmin > /dev/null; then stacks=systole-lab,pacemaker; fi
    fi
fi
work=$(mktemp -d "${SYSTOLE_BENCH_FOLDER:-${TMPDIR:-/tmp}}/systole-bench.XXXXXX") || exit 1
# shellcheck source=src-it/lab/loopback.sh
. "$here/lab/loopback.sh"
netlab=''
end() {
    loopback_down
    [ -z "$netlab" ] || "$netlab" down > /dev/null 2>&1
    rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT TERM

row() { # NAME CHANGES/S MEDIAN P99 MAX REFUSED
    printf '| %s | %s | %s | %s | %s | %s |\n' "$1" "$2" "$3" "$4" "$5" "$6"
}
cat > "$work/processes.pl" << 'PERL'
# N COMMAND...: so many runs, one after the other; %I in a word is the number of the change.
use strict;
use Time::HiRes qw(time);
my ($n, @words) = @ARGV;
my ($refused, @took) = (0);
my $start = time;
for my $i (0 .. $n - 1) {
    my @now = map { s/%I/$i/gr } @words;
    my $begun = time;
    my $pid = fork;
    die "fork: $!\n" unless defined $pid;
    unless ($pid) { open STDOUT, '>', '/dev/null'; open STDERR, '>', '/dev/null'; exec @now or exit 127 }
    waitpid $pid, 0;
    $refused++ if $?;
    push @took, 1000 * (time - $begun);
}
my $all = time - $start;
@took = sort { $a <=> $b } @took;
printf "%.0f %.2f %.2f %.2f %d\n", $n / $all, $took[$#took / 2], $took[$#took * 0.99], $took[-1], $refused;
PERL
# Where a driver runs: on this host, or inside of node n1 of the lab.
inside=()
processes() { # NAME COUNT COMMAND...
    local name=$1
    shift
    # shellcheck disable=SC2046
    row "$name" $("${inside[@]}" perl "$work/processes.pl" "$@")
}
of_processes=$((count < 100 ? count : 100))

systole_rows() { # NAME SOCKET
    local name=$1 socket=$2 kind inflight n
    for kind in attribute permanent property; do # the first changes meet code that is not compiled yet
        "${inside[@]}" perl "$here/lab/write-bench.pl" "$socket" $kind 500 100 > /dev/null || exit 1
    done
    for kind in attribute permanent property; do
        for inflight in 1 10 100; do
            n=$count
            [ $inflight = 1 ] || n=$((count * 4))
            # shellcheck disable=SC2046
            row "$name: $kind, $inflight in flight" $("${inside[@]}" perl "$here/lab/write-bench.pl" "$socket" $kind "$n" $inflight)
        done
    done
    processes "$name: compat/cibadmin -M, processes" "$of_processes" env SYSTOLE_SOCKET="$socket" \
        "$SYSTOLE_TREE/libexec/compat/cibadmin" -M -X '<nvpair id="bench-0" value="%I"/>'
    processes "$name: compat/crm_attribute, processes" "$of_processes" env SYSTOLE_SOCKET="$socket" \
        "$SYSTOLE_TREE/libexec/compat/crm_attribute" -N n1 -l reboot -n bench -v %I
}
tree_is_there() {
    [ -x "$SYSTOLE_TREE/bin/systoled" ] || die "there is no $SYSTOLE_TREE; build first: mvn -DskipTests package"
    "$SYSTOLE_TREE/libexec/make-archive" --if-missing > /dev/null || exit 1
}
systole() {
    tree_is_there
    loopback_up "$work" || die "the daemons did not come up"
    "$SYSTOLE_TREE/bin/systole" --root "$work/n1" configure property fencing-enabled=false || exit 1
    systole_rows 'Systole, loopback' "$work/n1/run/systole/api.sock"
    loopback_down
}
lab_up() { # STACK
    if [ "$(id -u)" != 0 ] || [ ! -x "$lab/netlab" ]; then die "stack $1 needs root and the lab; set NETLAB"; fi
    rm -rf "$work/lab" "$work/state"
    cp -r "$lab/." "$work/lab" || exit 1
    ln -sfn "$here/lab/systole.sh" "$work/lab/stacks/systole.sh"
    export NETLAB_STATE=$work/state NETLAB_PREFIX=sy$((RANDOM % 900 + 100))
    export NETLAB_WRAP=${NETLAB_WRAP-nice -n -20} PYTHONDONTWRITEBYTECODE=1
    netlab=$work/lab/netlab
    { "$netlab" up -n 3 -r 1 -s "$1" && "$netlab" start; } > "$work/lab.log" 2>&1 || { tail -n 5 "$work/lab.log" >&2; die "the lab did not come up"; }
    inside=("$netlab" exec n1)
}
lab_down() {
    "$netlab" down > /dev/null 2>&1
    netlab='' inside=()
}
await_online() { # COMMAND...: until it says that three nodes are online
    local i
    for ((i = 0; i < 240; i++)); do
        "${inside[@]}" "$@" 2> /dev/null | grep -q 'Online: \[ n1 n2 n3 ' && return
        sleep 0.5
    done
    die "the nodes did not come online"
}
systole_lab() {
    local root=$work/state/nodes/n1/root
    tree_is_there
    lab_up systole
    await_online "$SYSTOLE_TREE/bin/systole" --root "$root" status
    "${inside[@]}" "$SYSTOLE_TREE/bin/systole" --root "$root" configure property fencing-enabled=false || exit 1
    systole_rows 'Systole' "$root/run/systole/api.sock"
    processes '(true, processes)' "$of_processes" true
    lab_down
}

pacemaker() {
    local n inflight client=$work/cib-writes
    lab_up pacemaker
    await_online crm_mon -1
    "${inside[@]}" crm_attribute -t crm_config -n stonith-enabled -v false
    if pkg-config --exists pacemaker-cib glib-2.0 libxml-2.0 2> /dev/null; then
        # shellcheck disable=SC2046
        cc -O2 -w $(pkg-config --cflags pacemaker-cib glib-2.0 libxml-2.0) "$here/lab/cib-writes.c" -o "$client" -lcib -lcrmcommon \
            $(pkg-config --libs glib-2.0 libxml-2.0) || die "cib-writes.c was not built"
        for inflight in 1 10 100; do
            n=$count
            [ $inflight = 1 ] || n=$((count * 4))
            # shellcheck disable=SC2046
            row "Pacemaker: property, $inflight in flight" $("${inside[@]}" "$client" "$n" $inflight)
        done
    else
        row 'Pacemaker: over one connection (apt-get install pacemaker-dev pkg-config gcc)' - - - - -
    fi
    "${inside[@]}" cibadmin -M -c -o crm_config -X '<cluster_property_set id="bench"><nvpair id="bench-0" name="x-bench-0" value="0"/></cluster_property_set>'
    processes 'Pacemaker: cibadmin -M, processes' "$of_processes" cibadmin -M -X '<nvpair id="bench-0" value="%I"/>'
    processes 'Pacemaker: attrd_updater, processes' "$of_processes" attrd_updater -n bench -U %I
    processes '(true, processes)' "$of_processes" true
    lab_down
}

row change 'changes/s' 'median ms' 'p99 ms' 'max ms' refused
row --- --- --- --- --- ---
for stack in ${stacks//,/ }; do
    case $stack in
    systole) systole ;;
    systole-lab) systole_lab ;;
    pacemaker) pacemaker ;;
    *) die "stack '$stack' is not known: systole-lab, pacemaker, systole" ;;
    esac
done
echo "load $(cut -d' ' -f1-3 /proc/loadavg), $(nproc) processors" >&2
