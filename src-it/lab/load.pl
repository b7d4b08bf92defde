#!/usr/bin/perl
# load.pl ADDRESS PORT RATE: RATE HTTP requests a second at fixed times, however long the answers take; one line for each when it has
# ended: "BEGIN END ok|WHY", times in milliseconds. Ends when its standard input does, after the last answer.
use strict;
use warnings;
use Fcntl;
use Errno qw(EINPROGRESS EAGAIN);
use Socket;
use Time::HiRes qw(time);
$| = 1;
my ($address, $port, $rate) = @ARGV;
my $to = pack_sockaddr_in($port, inet_aton($address));
my $patience = 5;
my (%socket, %begun, %sent, %text);
sub ended {
    my ($fd, $how) = @_;
    printf "%.0f %.0f %s\n", $begun{$fd} * 1000, time * 1000, $how;
    close $socket{$fd};
    delete $_->{$fd} for \%socket, \%begun, \%sent, \%text;
}
my $next = time;
my $open = 1;
while ($open || %socket) {
    my $now = time;
    while ($open && $next <= $now) {
        socket(my $new, PF_INET, SOCK_STREAM, 0) or die "socket: $!\n";
        fcntl($new, F_SETFL, O_NONBLOCK);
        my $fd = fileno $new;
        ($socket{$fd}, $begun{$fd}, $sent{$fd}, $text{$fd}) = ($new, $now, 0, '');
        ended($fd, "connect:$!") unless connect($new, $to) || $! == EINPROGRESS;
        $next += 1 / $rate;
    }
    my ($in, $out) = ('', '');
    vec($in, fileno(STDIN), 1) = 1 if $open;
    for my $fd (keys %socket) { if ($sent{$fd}) { vec($in, $fd, 1) = 1 } else { vec($out, $fd, 1) = 1 } }
    my $rest = $open ? $next - time : 0.1;
    select($in, $out, undef, $rest > 0 ? $rest : 0);
    $open = 0 if $open && vec($in, fileno(STDIN), 1) && !sysread(STDIN, my $nothing, 100);
    for my $fd (keys %socket) {
        if (vec($out, $fd, 1)) {
            if (syswrite($socket{$fd}, "GET / HTTP/1.0\r\n\r\n")) { $sent{$fd} = 1 } else { ended($fd, "connect:$!"); next }
        } elsif (vec($in, $fd, 1)) {
            my $got = sysread($socket{$fd}, $text{$fd}, 65536, length $text{$fd});
            if (!defined $got) { ended($fd, "read:$!") unless $! == EAGAIN; next }
            if ($got == 0) {
                my ($code) = $text{$fd} =~ m{^HTTP/1\.[01] (\d+) };
                my ($length) = $text{$fd} =~ /^content-length: *(\d+)/mi;
                my ($body) = $text{$fd} =~ /\r?\n\r?\n(.*)$/s;
                my $whole = defined $body && (!defined $length || length($body) == $length);
                ended($fd, ($code || 0) == 200 && $whole ? 'ok' : $code ? "status:$code" : 'cut');
                next;
            }
        }
        ended($fd, 'late') if time - $begun{$fd} > $patience;
    }
}
