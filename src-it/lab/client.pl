#!/usr/bin/perl
# client.pl ADDRESS PORT: one HTTP request every 20 ms; prints the time in milliseconds of each whole answer with status 200, and
# "lost" and the time for each request without; before it "count N" if the answer has a line "count: N".
use strict;
use warnings;
use Socket;
use Time::HiRes qw(time sleep);
$| = 1;
my ($address, $port) = @ARGV;
my $to = pack_sockaddr_in($port, inet_aton($address));
sub asked {
    socket(my $socket, PF_INET, SOCK_STREAM, 0) or return 0;
    setsockopt($socket, SOL_SOCKET, SO_SNDTIMEO, pack('l!l!', 0, 100_000));
    setsockopt($socket, SOL_SOCKET, SO_RCVTIMEO, pack('l!l!', 0, 300_000));
    connect($socket, $to) or return 0;
    syswrite($socket, "GET / HTTP/1.0\r\n\r\n") or return 0;
    my ($answer, $part) = ('', '');
    $answer .= $part while sysread($socket, $part, 4096);
    return 0 unless $answer =~ m{^HTTP/1\.[01] 200 };
    print "count $1\n" if $answer =~ /^count: (\d+)\r?$/m;
    return 1;
}
while (1) {
    my $next = time + 0.02;
    printf(asked() ? "%.0f\n" : "lost %.0f\n", time * 1000);
    my $rest = $next - time;
    sleep $rest if $rest > 0;
}
