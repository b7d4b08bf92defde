#!/usr/bin/perl
# One client of a daemon's socket that makes many changes over one connection: write-bench.pl SOCKET KIND COUNT INFLIGHT
# KIND: attribute (transient, of the node of the socket), permanent (an attribute kept in the configuration), property
# (an nvpair put into a set of its own; guarded by nothing). Prints: changes per second, then median, 99th percentile and
# longest time of one change in milliseconds, then the number of refusals. perl-base is enough.
use strict;
use Time::HiRes qw(time);

my ($path, $kind, $count, $inflight) = @ARGV;
die "write as: $0 SOCKET attribute|permanent|property COUNT INFLIGHT\n" unless defined $inflight;
my %request = (
    attribute => sub {
        sprintf '{"do":"set-attributes","node":"%s","values":{"bench-%d":"%d"},"remove":[],"lifetime":"reboot","delayMillis":0}', $_[1], $_[0] % 50, $_[0];
    },
    permanent => sub {
        sprintf '{"do":"set-attributes","node":"%s","values":{"keep-%d":"%d"},"remove":[],"lifetime":"forever","delayMillis":0}', $_[1], $_[0] % 50, $_[0];
    },
    property => sub {
        my $i = $_[0] % 50;
        sprintf '{"do":"configure","force":true,"edits":[{"put":"<nvpair id=\'bench-%d\' name=\'x-bench-%d\' value=\'%d\'/>","in":"bench","before":""}]}', $i, $i, $_[0];
    },
);
my $make = $request{$kind} or die "'$kind' is no kind of change: attribute, permanent or property\n";
socket(my $daemon, 1, 1, 0) or die "socket: $!\n"; # AF_UNIX, SOCK_STREAM
connect($daemon, pack('S a108', 1, $path)) or die "$path: $!\n";

my $buffer = '';
sub line {
    while ((my $end = index $buffer, "\n") < 0) {
        my $read = sysread $daemon, $buffer, 1 << 20, length $buffer;
        die "the daemon closed the connection\n" unless $read;
    }
    my $end = index $buffer, "\n";
    my $line = substr $buffer, 0, $end;
    substr $buffer, 0, $end + 1, '';
    return $line;
}
sub put {
    my $text = "$_[0]\n";
    while (length $text) {
        my $sent = syswrite $daemon, $text;
        die "write: $!\n" unless defined $sent;
        substr $text, 0, $sent, '';
    }
}

put('{"do":"ring"}');
my ($node) = line() =~ /"node":"([^"]+)"/ or die "the daemon does not say which node it is\n";
if ($kind eq 'property') {
    put('{"do":"configure","force":true,"edits":[{"put":"<cluster_property_set id=\'bench\'/>","in":"crm_config","before":""}]}');
    line() =~ /"ok":true/ or die "the set of properties could not be made\n";
}
my ($sent, $done, $refused, @begun, @took) = (0, 0, 0);
my $start = time;
while ($done < $count) {
    my $batch = '';
    while ($sent < $count && $sent - $done < $inflight) {
        $batch .= $make->($sent, $node) . "\n";
        push @begun, time;
        $sent++;
    }
    put(substr $batch, 0, -1) if length $batch;
    do { # answers come in the order of the requests
        my $answer = line();
        push @took, time - shift @begun;
        unless ($answer =~ /"ok":true/) {
            print STDERR "refused: $answer\n" unless $refused++;
        }
        $done++;
    } while (index($buffer, "\n") >= 0);
}
my $seconds = time - $start;
@took = sort { $a <=> $b } @took;
printf "%.0f %.2f %.2f %.2f %d\n", $count / $seconds, map({ 1000 * $_ } $took[$#took / 2], $took[$#took * 0.99], $took[-1]), $refused;
