#!/usr/bin/env bash
# The write path: changes per second over one connection and by processes, and the time of one change.
#   bench-writes.sh [-n COUNT] [-s systole,pacemaker] [COUNT]   COUNT changes of each kind (200); -s: all that can run
# Systole: three daemons on loopback; kinds: attribute (transient: ordered on all nodes), permanent and property (configuration: also
# on the disk of a majority). Pacemaker: three nodes in name spaces of the lab (NETLAB, by default ../shared/lab beside the checkout;
# needs root, Debian's packages, and pacemaker-dev for the rows over one connection). One stack runs at a time.
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
    *) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 64 ;;
    esac
done
shift $((OPTIND - 1))
count=${1:-$count}
lab=${NETLAB:-$top/../shared/lab}
if [ -z "$stacks" ]; then
    stacks=systole
    if [ "$(id -u)" = 0 ] && [ -x "$lab/netlab" ] && command -v pacemakerd > /dev/null && command -v cibadmin > /dev/null; then
        stacks=systole,pacemaker
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
processes() { # NAME COUNT COMMAND...: one after the other; %I in a word is the number of the change
    local name=$1 n=$2
    shift 2
    # shellcheck disable=SC2046
    row "$name" $(perl -e '
        use strict; use Time::HiRes qw(time);
        my ($n, @words) = @ARGV; my (@took, $refused); my $start = time;
        for my $i (0 .. $n - 1) {
            my @now = map { s/%I/$i/gr } @words; my $begun = time;
            my $pid = fork; die "fork: $!\n" unless defined $pid;
            unless ($pid) { open STDOUT, ">", "/dev/null"; open STDERR, ">", "/dev/null"; exec @now or exit 127 }
            waitpid $pid, 0; $refused++ if $?; push @took, 1000 * (time - $begun);
        }
        my $all = time - $start; @took = sort { $a <=> $b } @took;
        printf "%.0f %.2f %.2f %.2f %d\n", $n / $all, $took[$#took / 2], $took[$#took * 0.99], $took[-1], $refused // 0' "$n" "$@")
}
of_processes=$((count < 100 ? count : 100))

systole() {
    local kind inflight n socket=$work/n1/run/systole/api.sock
    [ -x "$SYSTOLE_TREE/bin/systoled" ] || die "there is no $SYSTOLE_TREE; build first: mvn -DskipTests package"
    "$SYSTOLE_TREE/libexec/make-archive" --if-missing > /dev/null || exit 1
    loopback_up "$work" || die "the daemons did not come up"
    "$SYSTOLE_TREE/bin/systole" --root "$work/n1" configure property fencing-enabled=false || exit 1
    for kind in attribute permanent property; do # the first changes meet code that is not compiled yet
        perl "$here/lab/write-bench.pl" "$socket" $kind 500 100 > /dev/null || exit 1
    done
    for kind in attribute permanent property; do
        for inflight in 1 10 100; do
            n=$count
            [ $inflight = 1 ] || n=$((count * 4))
            # shellcheck disable=SC2046
            row "Systole: $kind, $inflight in flight" $(perl "$here/lab/write-bench.pl" "$socket" $kind "$n" $inflight)
        done
    done
    export SYSTOLE_SOCKET=$socket
    processes "Systole: compat/cibadmin -M, processes" "$of_processes" "$SYSTOLE_TREE/libexec/compat/cibadmin" -M -X '<nvpair id="bench-0" value="%I"/>'
    processes "Systole: compat/crm_attribute, processes" "$of_processes" "$SYSTOLE_TREE/libexec/compat/crm_attribute" -N n1 -l reboot -n bench -v %I
    loopback_down
}

pacemaker() {
    local i n inflight client=$work/cib-writes
    if [ "$(id -u)" != 0 ] || [ ! -x "$lab/netlab" ]; then die "Pacemaker's rows need root and the lab; set NETLAB"; fi
    cp -r "$lab/." "$work/lab" || exit 1
    export NETLAB_STATE=$work/state NETLAB_PREFIX=sy$((RANDOM % 900 + 100))
    export NETLAB_WRAP=${NETLAB_WRAP-nice -n -20} PYTHONDONTWRITEBYTECODE=1
    netlab=$work/lab/netlab
    { "$netlab" up -n 3 -r 1 -s pacemaker && "$netlab" start; } > "$work/lab.log" 2>&1 || { tail -n 5 "$work/lab.log" >&2; die "the lab did not come up"; }
    for ((i = 0; ; i++)); do
        "$netlab" exec n1 crm_mon -1 2> /dev/null | grep -q 'Online: \[ n1 n2 n3 ' && break
        [ $i -lt 240 ] || die "Pacemaker's nodes did not come online"
        sleep 0.5
    done
    "$netlab" exec n1 crm_attribute -t crm_config -n stonith-enabled -v false
    if pkg-config --exists pacemaker-cib glib-2.0 libxml-2.0 2> /dev/null; then
        # shellcheck disable=SC2046
        cc -O2 -w $(pkg-config --cflags pacemaker-cib glib-2.0 libxml-2.0) "$here/lab/cib-writes.c" -o "$client" -lcib -lcrmcommon \
            $(pkg-config --libs glib-2.0 libxml-2.0) || die "cib-writes.c was not built"
        for inflight in 1 10 100; do
            n=$count
            [ $inflight = 1 ] || n=$((count * 4))
            # shellcheck disable=SC2046
            row "Pacemaker: property, $inflight in flight" $("$netlab" exec n1 "$client" "$n" $inflight)
        done
    else
        row 'Pacemaker: over one connection (apt-get install pacemaker-dev pkg-config gcc)' - - - - -
    fi
    "$netlab" exec n1 cibadmin -M -c -o crm_config -X '<cluster_property_set id="bench"><nvpair id="bench-0" name="x-bench-0" value="0"/></cluster_property_set>'
    # The time for a command to enter the node's name spaces is measured beside, to be taken off.
    processes 'Pacemaker: cibadmin -M, processes' "$of_processes" "$netlab" exec n1 cibadmin -M -X '<nvpair id="bench-0" value="%I"/>'
    processes 'Pacemaker: attrd_updater, processes' "$of_processes" "$netlab" exec n1 attrd_updater -n bench -U %I
    processes '(true in the same name spaces)' "$of_processes" "$netlab" exec n1 true
    "$netlab" down > /dev/null 2>&1
    netlab=''
}

row change 'changes/s' 'median ms' 'p99 ms' 'max ms' refused
row --- --- --- --- --- ---
for stack in ${stacks//,/ }; do
    case $stack in
    systole) systole ;;
    pacemaker) pacemaker ;;
    *) die "stack '$stack' is not known: systole, pacemaker" ;;
    esac
done
echo "load $(cut -d' ' -f1-3 /proc/loadavg), $(nproc) processors" >&2
