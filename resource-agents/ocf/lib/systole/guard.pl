# A mark on a disk that all nodes see: who uses what lies beside it. Nothing of the cluster is asked; one 4096 byte block
# at the beginning of DEVICE is all that is used. Needs perl-base.
#   guard.pl hold DEVICE NODE INSTANCE INTERVAL STATE   take the mark and keep it fresh, by a process of its own ("PID TICKS" to STATE)
#   guard.pl free DEVICE NODE INSTANCE                  give it back, if it is ours
# Exit code 1 and a line ocf-exit-reason: when it is refused.
#
# The holder changes the block at each INTERVAL (milliseconds). Who wants it watches a mark of somebody else for ten of them:
# one that changes is refused, one that stands still belongs to the dead. Two that come at once: each writes within one interval
# of having read (else it begins anew), then waits two and looks whether its own mark is still there; the later one wins.
use strict;
use warnings;
use Fcntl qw(:DEFAULT SEEK_SET);
use POSIX ();
my ($mode, $device, $node, $instance, $interval, $state) = @ARGV;
my $magic = 'systole-guard 1';
my $hertz = POSIX::sysconf(POSIX::_SC_CLK_TCK());

sub refuse { print STDERR "ocf-exit-reason:@_\n"; POSIX::_exit(1) }
sub pass { select undef, undef, undef, $_[0] / 1000 }
sub now { return (POSIX::times())[0] * 1000 / $hertz }

# Past the caches of this node, where the device can do that; the buffer must then begin at a multiple of 4096 in memory.
my $direct = -b $device ? O_DIRECT : 0;
my $buffer = "\0" x 12288;
my $address = unpack('J', pack('P', $buffer));
my $from = (4096 - $address % 4096) % 4096;
sysopen(my $disk, $device, O_RDWR | O_SYNC | $direct) or refuse("guard $device cannot be opened: $!");

sub look {
    defined sysseek($disk, 0, SEEK_SET) or return;
    my $got = sysread($disk, $buffer, 4096, $from);
    defined $got or return;
    my $text = substr($buffer, $from, $got);
    $text =~ s/\0+$//;
    return $text;
}

sub put {
    my $block = $_[0] . "\0" x (4096 - length $_[0]);
    substr($buffer, $from, 4096, $block);
    defined sysseek($disk, 0, SEEK_SET) or return;
    return (syswrite($disk, $buffer, 4096, $from) || 0) == 4096;
}

sub seen { my $text = look(); defined $text or refuse("guard $device cannot be read: $!"); return $text }
sub mark { return "$magic $node $instance @_\n" }
sub is_free { return $_[0] eq '' || $_[0] =~ /^\Q$magic\E - / }
sub is_mine { return $_[0] =~ /^\Q$magic\E \Q$node\E \Q$instance\E / }

if ($mode eq 'free') {
    my $text = seen();
    put("$magic - - 0\n") || refuse("guard $device cannot be written: $!") if is_mine($text);
    POSIX::_exit(0);
}

my $mine;
while (1) {
    my $began = now();
    my $text = seen();
    if (!is_free($text) && !is_mine($text)) {
        my ($owner, $what) = $text =~ /^\Q$magic\E (\S+) (\S+) / or refuse("guard $device holds something else than a guard; is it the right "
            . "device? If so, empty it: dd if=/dev/zero of=$device bs=4096 count=1");
        refuse("guard $device is that of $what on this node; give each file system one of its own") if $owner eq $node;
        for (1 .. 10) {
            pass($interval);
            my $later = seen();
            refuse("$owner uses it: $what there keeps the mark on $device fresh; stop it there, or fence $owner") if $later ne $text;
        }
        $began = now();
        next if seen() ne $text;
    }
    $mine = "$$." . time;
    put(mark("$mine 0")) or refuse("guard $device cannot be written: $!");
    next if now() - $began > $interval;
    pass(2 * $interval);
    my ($winner) = seen() =~ /^\Q$magic\E (\S+) /;
    last if seen() =~ / \Q$mine\E /;
    refuse("guard $device was taken by " . ($winner || 'somebody else') . " at the same moment");
}

my $keeper = fork;
defined $keeper or refuse("fork: $!");
if ($keeper) {
    open(my $stat, '<', "/proc/$keeper/stat") or refuse('the keeper of the guard ended at once');
    my $ticks = (split ' ', (<$stat> =~ /.*\) (.*)/)[0])[19];
    open(my $file, '>', $state) or do { kill 9, $keeper; refuse("$state: $!") };
    print $file "$keeper $ticks\n";
    close $file or do { kill 9, $keeper; refuse("$state: $!") };
    POSIX::_exit(0);
}
POSIX::setsid();
chdir '/';
open STDIN, '<', '/dev/null'; open STDOUT, '>', '/dev/null'; open STDERR, '>', '/dev/null';
# The buffer of the child is a copy, but at the same address.
for (my $beat = 1;; $beat++) {
    pass($interval);
    my $text = look();
    # The mark of another: the monitor finds that this keeper is gone, and the cluster acts on it.
    POSIX::_exit(1) if defined $text && $text !~ / \Q$mine\E /;
    # A disk that fails for a moment is tried again at the next beat.
    put(mark("$mine $beat")) or next;
}
