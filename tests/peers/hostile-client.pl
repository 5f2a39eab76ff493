#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# A client of the control socket, or of a bus, that is in a hurry or misbehaves: hostile-client.pl SOCKET HOW [N]. It speaks
# D-Bus over a plain socket, so that nothing keeps it from doing what no bus library would. Prints what became of it.
use strict;
use IO::Select;
use warnings;
use Socket;
use Time::HiRes qw(time);

my ($path, $how, $n) = @ARGV;
$SIG{PIPE} = 'IGNORE';
$SIG{ALRM} = sub { print "still connected after 20 s\n"; exit 1 };
alarm 20;
$| = 1;

sub open_socket {
	socket(my $socket, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!\n";
	connect($socket, sockaddr_un($path)) or die "connect: $!\n";
	return $socket;
}

# Whether kipcd let us in. What is to follow at once goes out with the end of it.
sub authenticate {
	my ($socket, @follows) = @_;
	my $answer = '';
	syswrite($socket, "\0AUTH EXTERNAL " . unpack('H*', $>) . "\r\n") or return 0;
	sysread($socket, $answer, 4096) or return 0;
	$answer =~ /^OK / or die "authentication: $answer\n";
	return syswrite($socket, join('', "BEGIN\r\n", @follows));
}

# A call of org.kipc1.Manager with a text and a number, as List and Plan take them (D-Bus specification, "Message Protocol").
my $serial = 0;
my @to = ([1, 'o', '/org/kipc1'], [2, 's', 'org.kipc1.Manager']);
sub message {
	my ($member, $body, $signature, $flags) = @_;
	$body //= pack('L< Z* x3 L<', 0, '', 1000);
	$signature //= 'su';
	my $fields = '';
	for ([3, 's', $member], @to) {
		my ($code, $type, $text) = @$_;
		$fields .= pack('C C a x L< Z*', $code, 1, $type, length $text, $text);
		$fields .= "\0" x (-length($fields) % 8);
	}
	$fields .= pack('C C a x C Z*', 8, 1, 'g', length $signature, $signature);
	my $header = pack('a C C C L< L< L<', 'l', 1, $flags // 0, 1, length $body, ++$serial, length $fields) . $fields;
	return $header . "\0" x (-length($header) % 8) . $body;
}

# Reads one message and returns it, or '' at the end.
sub read_message {
	my ($socket) = @_;
	my $text = '';
	my $wanted = 16;
	while (length $text < $wanted) {
		sysread($socket, $text, $wanted - length $text, length $text) or return '';
		if (length $text == 16) {
			my ($body, undef, $fields) = unpack('x4 L< L< L<', $text);
			$wanted = 16 + $fields + (-$fields % 8) + $body;
		}
	}
	return $text;
}

# N calls of little work, and what became of them.
sub count_answers {
	my ($socket) = @_;
	my %answers = (refused => 0, served => 0);
	for (1 .. $n) {
		my $answer;
		syswrite($socket, message('List', pack('L< Z* x3 L<', 0, '', 1)));
		do { $answer = read_message($socket) } while length $answer && unpack('x C', $answer) == 4; # signals of the bus
		$answers{$answer =~ /org\.kipc1\.Error\.LimitExceeded/ ? 'refused' : 'served'}++;
	}
	print "$answers{served} served, $answers{refused} refused\n";
}

sub wait_for_the_end {
	my ($socket) = @_;
	my $begin = time;
	1 while sysread($socket, my $answer, 4096);
	printf "dropped after %.0f s\n", time - $begin;
}

my %ways = (
	# says nothing at all
	silent => sub { wait_for_the_end(open_socket()) },
	# begins to authenticate
	half => sub { my $socket = open_socket(); syswrite($socket, "\0AUTH EXTER"); wait_for_the_end($socket) },
	# authenticates, and never begins
	waiting => sub {
		my $socket = open_socket();
		syswrite($socket, "\0AUTH EXTERNAL " . unpack('H*', $>) . "\r\n");
		wait_for_the_end($socket);
	},
	# authenticates a byte at a time
	dripping => sub {
		my $socket = open_socket();
		my $begin = time;
		syswrite($socket, "\0AUTH ");
		1 while syswrite($socket, 'E') && !IO::Select->new($socket)->can_read(0.1);
		printf "dropped after %.0f s\n", time - $begin;
	},
	# calls N times without waiting for the end of the authentication
	early => sub {
		my $socket = open_socket();
		authenticate($socket, map { message('List') } 1 .. $n);
		read_message($socket) for 1 .. $n;
		print "$n answers\n";
	},
	# claims messages of 100, 100, 40, 8, 4, 2 and 1 MiB over N connections at a time, sends no more than their headers, and
	# comes again when it is dropped, until it is killed
	claiming => sub {
		my @sizes = map { $_ << 20 } 100, 100, 40, 8, 4, 2, 1;
		my ($select, %begun) = (IO::Select->new);
		my $claim = sub {
			my $socket = open_socket();
			authenticate($socket) or return;
			my $header = message('List');
			substr($header, 4, 4) = pack('L<', $sizes[keys(%begun) % @sizes] - length $header);
			syswrite($socket, substr($header, 0, 64));
			$select->add($socket);
			$begun{$socket} = $socket;
		};
		$claim->() for 1 .. $n;
		print "claimed\n";
		alarm 120;
		while (1) {
			for my $socket ($select->can_read) {
				next if sysread($socket, my $answer, 4096);
				$select->remove($socket);
				delete $begun{$socket};
				close $socket;
				$claim->();
			}
		}
	},
	# calls for all that is long over N connections, reads nothing, and comes again when it is dropped, until it is killed
	unreading => sub {
		my $names = join '', map { pack('L< Z* x!4', 4, sprintf 'q%03d', $_) } 1 .. 200;
		my ($select, %begun) = (IO::Select->new);
		my $call = sub {
			my $socket = open_socket();
			authenticate($socket) or return;
			syswrite($socket, $_) for message('History', pack('L<', length $names) . $names, 'as'), message('List'), message('Plan'),
				message('Events', pack('Q< L<', 0, 1000), 'tu'), message('History', pack('L<', length $names) . $names, 'as');
			$select->add($socket);
			$begun{$socket} = $socket;
		};
		$call->() for 1 .. $n;
		print "called\n";
		alarm 120;
		while (1) {
			select undef, undef, undef, 0.01;
			syswrite($_, message('List')) or do { delete $begun{$_}; close $_; $call->() } for values %begun;
		}
	},
	# plans all there is, over and over, on N connections, until it is killed
	planning => sub {
		my @sockets = map { open_socket() } 1 .. $n;
		authenticate($_) for @sockets;
		print "begun\n";
		alarm 120;
		while (1) {
			syswrite($_, message('Plan')) or exit for @sockets;
			read_message($_) or exit for @sockets;
		}
	},
	# begins a message and sends one byte at a time
	crawling => sub {
		my $socket = open_socket();
		authenticate($socket);
		my $begin = time;
		my $message = message('List', "\0" x 4096);
		my $at = 0;
		1 while syswrite($socket, substr($message, $at++, 1)) && !IO::Select->new($socket)->can_read(0.1);
		printf "dropped after %.0f s\n", time - $begin;
	},
	# calls with N bytes too many, and once more with what is right
	long => sub {
		my $socket = open_socket();
		authenticate($socket);
		my $long = message('Create', "\0" x ((128 << 10) + $n), 'ay');
		my $all = $long . message('List');
		my $at = 0;
		$at += syswrite($socket, $all, 65536, $at) // die "dropped: $!\n" while $at < length $all;
		my @answers = map { read_message($socket) } 1, 2;
		printf "%s, then %s\n", map { /(a call of \d+ bytes is too long[^\0]*)/ ? $1 : unpack('x C', $_) == 2 ? 'served' : 'nothing' } @answers;
	},
	# is not hostile: asks N times, and says within how many milliseconds half, 9 of 10 and 99 of 100 answers came
	asking => sub {
		my $socket = open_socket();
		authenticate($socket);
		my @times;
		for (1 .. $n) {
			my $begin = time;
			syswrite($socket, message('List', pack('L< Z* x3 L<', 0, '', 1)));
			read_message($socket) or die "no answer\n";
			push @times, 1000 * (time - $begin);
			select undef, undef, undef, 0.002;
		}
		@times = sort { $a <=> $b } @times;
		printf "%.2f %.2f %.2f\n", map { $times[$n * $_] } 0.5, 0.9, 0.99;
	},
	# sends what is no message
	garbage => sub {
		my $socket = open_socket();
		authenticate($socket);
		syswrite($socket, "\xff" x 65536);
		wait_for_the_end($socket);
	},
	# calls with a body that is not what its signature says
	mangled => sub {
		my $socket = open_socket();
		authenticate($socket);
		syswrite($socket, message('List', pack('L< a* x', 3, "a\xffb")));
		print read_message($socket) =~ /InconsistentMessage/ ? "refused\n" : "gone\n";
	},
	# calls, and reads none of the replies
	deaf => sub {
		my $socket = open_socket();
		authenticate($socket);
		my $calls = 0;
		$calls++ while syswrite($socket, message('List'));
		print "disconnected: $!\n";
	},
	# makes 101 calls on each of N connections to a bus and reads only the first reply; continues when it gets a line
	stuffing => sub {
		my @manager = @to;
		my @sockets = map { open_socket() } 1 .. $n;
		for my $socket (@sockets) {
			@to = ([1, 'o', '/org/freedesktop/DBus'], [2, 's', 'org.freedesktop.DBus'], [6, 's', 'org.freedesktop.DBus']);
			authenticate($socket, message('Hello', '', ''));
			@to = (@manager, [6, 's', 'org.kipc1']);
			syswrite($socket, message('List'));
			1 while length read_message($socket) < 1000; # that of Hello, and a signal
		}
		print "ready\n";
		<STDIN>;
		for my $socket (@sockets) {
			syswrite($socket, message('List')) for 1 .. 100;
		}
		print "sent\n";
		sleep;
	},
	# calls N times, each when the last one was answered
	eager => sub {
		my $socket = open_socket();
		authenticate($socket);
		count_answers($socket);
	},
	# the same over a bus
	'eager-on-bus' => sub {
		my $socket = open_socket();
		my @manager = @to;
		@to = ([1, 'o', '/org/freedesktop/DBus'], [2, 's', 'org.freedesktop.DBus'], [6, 's', 'org.freedesktop.DBus']);
		authenticate($socket, message('Hello', '', ''));
		@to = (@manager, [6, 's', 'org.kipc1']);
		read_message($socket);
		count_answers($socket);
	},
	# makes calls without pause and expects no replies
	unanswered => sub {
		my $socket = open_socket();
		authenticate($socket);
		my $little = pack('L< Z* x3 L<', 0, '', 1);
		syswrite($socket, message('List', $little, undef, 1)) for 1 .. 6000;
		for my $i (1 .. 9) {
			syswrite($socket, message('List', $little, undef, 1)) for 1 .. 50;
			syswrite($socket, message('Create', pack('L< Z* x2 L< Z* x L<', 5, 'queue', 2, "t$i", 0), 'ssas', 1));
		}
		syswrite($socket, message('List'));
		read_message($socket);
	},
	# sends signals without a pause until it is killed
	flooding => sub {
		my $socket = open_socket();
		authenticate($socket);
		my $signals = message('Noise', '', '');
		substr($signals, 1, 1) = "\4";
		$signals x= 1000;
		alarm 60;
		1 while syswrite($socket, $signals);
	},
	# holds N connections until it is killed
	many => sub {
		my @sockets;
		for (1 .. $n) {
			my $socket = open_socket();
			push @sockets, $socket if authenticate($socket);
		}
		print scalar @sockets, " connections\n";
		alarm 60;
		sleep;
	},
);
($ways{$how} or die "there is no '$how'\n")->();
