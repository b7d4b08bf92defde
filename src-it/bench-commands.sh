#!/usr/bin/env bash
# Whole-process times of commands, ours and (where installed) those of the field, in one run: bench-commands.sh [RUNS]
# Ours ask three daemons on loopback. Theirs work on a file (CIB_file), without any daemon: a lower bound for them. The runs
# of all commands alternate, so that load of the machine falls on all alike. Prints wall and CPU time (user + sys).
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export SYSTOLE_TREE=${SYSTOLE_TREE:-$(dirname "$here")/target/systole}
runs=${1:-20}
[ -x "$SYSTOLE_TREE/bin/systoled" ] || { echo "bench-commands: there is no $SYSTOLE_TREE; build first: mvn -DskipTests package" >&2; exit 1; }
# shellcheck source=src-it/lab/loopback.sh
. "$here/lab/loopback.sh"
work=$(mktemp -d "${TMPDIR:-/tmp}/systole-bench.XXXXXX") || exit 1
trap 'loopback_down; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
"$SYSTOLE_TREE/libexec/make-archive" --if-missing > /dev/null || exit 1
loopback_up "$work" || { echo "bench-commands: the daemons did not come up" >&2; exit 1; }
root=$work/n1
cat > "$work/load.crm" <<'CRM'
property fencing-enabled=false
primitive d1 ocf:heartbeat:Dummy op monitor interval=10s
primitive d2 ocf:heartbeat:Dummy op monitor interval=10s
group g d1 d2
primitive d3 ocf:heartbeat:Dummy
clone c d3
location l g 100: n1
CRM
"$SYSTOLE_TREE/bin/systole" --root "$root" configure load update "$work/load.crm" || exit 1
"$SYSTOLE_TREE/bin/systole" --root "$root" cluster wait 60 > /dev/null
export SYSTOLE_SOCKET=$root/run/systole/api.sock
compat=$SYSTOLE_TREE/libexec/compat
"$compat/crm_attribute" -N n1 -l reboot -n bench -v 1
"$compat/crm_attribute" -t crm_config -s bench -n x-bench -v 1
"$compat/cibadmin" -Q | sed 's/ crm_feature_set="[^"]*"/ crm_feature_set="3.16.2"/; s/validate-with="[^"]*"/validate-with="pacemaker-3.9"/' > "$work/cib.xml"
export CIB_file=$work/cib.xml

{
    echo "true|true"
    echo "systole status|$SYSTOLE_TREE/bin/systole --root $root status"
    echo "systole status by a JVM|$SYSTOLE_TREE/bin/systole --root $root status"
    echo "systole node show|$SYSTOLE_TREE/bin/systole --root $root node show"
    command -v crm > /dev/null && echo "crm status|crm status"
    command -v pcs > /dev/null && echo "pcs status|pcs status"
    echo "compat/crm_mon -1|$compat/crm_mon -1"
    command -v crm_mon > /dev/null && echo "crm_mon -1|crm_mon -1"
    echo "systole configure show|$SYSTOLE_TREE/bin/systole --root $root configure show"
    command -v crm > /dev/null && echo "crm configure show|crm configure show"
    echo "compat/crm_attribute -G|$compat/crm_attribute -N n1 -l reboot -n bench -G -q"
    command -v crm_attribute > /dev/null && echo "crm_attribute -G|crm_attribute -t crm_config -n x-bench -G -q"
    echo "compat/cibadmin -Q|$compat/cibadmin -Q"
    command -v cibadmin > /dev/null && echo "cibadmin -Q|cibadmin -Q"
    echo "compat/crm_node -l|$compat/crm_node -l"
} > "$work/commands"
perl - "$runs" "$work/commands" <<'PERL'
use strict;
use Time::HiRes qw(time);
my ($runs, $file) = @ARGV;
open(my $in, '<', $file) or die "$file: $!\n";
my @all = map { chomp; my ($name, $command) = split /\|/, $_, 2; { name => $name, words => [split / /, $command], wall => [], cpu => [], bad => 0 } } <$in>;
for my $run (0 .. $runs) { # the first is for warming up
    for my $each (@all) {
        my (undef, undef, $u, $s) = times;
        my $begun = time;
        my $pid = fork;
        die "fork: $!\n" unless defined $pid;
        unless ($pid) {
            open STDOUT, '>', '/dev/null';
            open STDERR, '>', '/dev/null';
            delete $ENV{CIB_file} if $each->{words}[0] =~ m{^\Q$ENV{SYSTOLE_TREE}\E/};
            $ENV{SYSTOLE_JAVA_OPTS} = '-Dplain=no' if $each->{name} =~ /by a JVM/;
            exec @{ $each->{words} } or exit 127;
        }
        waitpid $pid, 0;
        $each->{bad}++ if $?;
        my (undef, undef, $v, $t) = times;
        next unless $run;
        push @{ $each->{wall} }, 1000 * (time - $begun);
        push @{ $each->{cpu} }, 1000 * ($v + $t - $u - $s);
    }
}
sub median { my @sorted = sort { $a <=> $b } @_; return $sorted[$#sorted / 2] }
printf "| command | wall ms, median | min | max | CPU ms, mean |\n| --- | --- | --- | --- | --- |\n";
for my $each (@all) {
    my @wall = sort { $a <=> $b } @{ $each->{wall} };
    my $cpu = 0;
    $cpu += $_ for @{ $each->{cpu} };
    printf "| `%s`%s | %.0f | %.0f | %.0f | %.0f |\n", $each->{name}, $each->{bad} ? " ($each->{bad} failed)" : '',
        median(@wall), $wall[0], $wall[-1], $cpu / @wall;
}
PERL
