#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# A program that listens in kipcd's place and is not kipcd, or hangs: fake-kipcd.pl SOCKET HOW. Prints a line when it listens,
# and runs until it is killed.
use strict;
use warnings;
use Socket;

my ($path, $how) = @ARGV;
$| = 1;
$SIG{PIPE} = 'IGNORE';

sub is_authenticated {
	my ($socket) = @_;
	my $text = '';
	until ($text =~ /BEGIN\r\n/) {
		sysread($socket, $text, 4096, length $text) or return 0;
		syswrite($socket, "DATA\r\n") if $text =~ s/AUTH EXTERNAL\r\n//;
		syswrite($socket, "OK 0123456789abcdef0123456789abcdef\r\n") if $text =~ s/AUTH EXTERNAL [^\r]*\r\n|DATA[^\r]*\r\n//;
		syswrite($socket, "ERROR\r\n") if $text =~ s/NEGOTIATE_UNIX_FD\r\n//;
	}
	return 1;
}

# The serial of the next call; undef at the end.
sub read_call {
	my ($socket) = @_;
	my ($text, $wanted) = ('', 16);
	while (length $text < $wanted) {
		sysread($socket, $text, $wanted - length $text, length $text) or return;
		if (length $text == 16) {
			my ($body, undef, $fields) = unpack('x4 L< L< L<', $text);
			$wanted = 16 + $fields + (-$fields % 8) + $body;
		}
	}
	return unpack('x8 L<', $text);
}

my $serial = 0;
sub reply {
	my ($to, $signature, $body, $claimed) = @_;
	my $fields = pack('C C a x L<', 5, 1, 'u', $to) . pack('C C a x C Z*', 8, 1, 'g', length $signature, $signature);
	my $header = pack('a C C C L< L< L<', 'l', 2, 1, 1, $claimed // length $body, ++$serial, length $fields) . $fields;
	return $header . "\0" x (-length($header) % 8) . $body;
}

# silent: knows who we are, and never answers, as a kipcd that is stopped; claiming: its answer claims 120 MiB;
# swallowed: the same, before it was asked; speaking: another protocol; other: D-Bus, but no kipcd; endless: a page each half a
# second, for ever; ending: answers twice, then nothing but a claim (events --follow)
my %ways = (
	silent => sub { is_authenticated($_[0]); 1 while sysread($_[0], my $text, 4096) },
	claiming => sub {
		my ($socket) = @_;
		is_authenticated($socket);
		syswrite($socket, reply(read_call($socket) // return, 'a(ss)', '', 120 << 20));
		1 while sysread($socket, my $text, 4096);
	},
	swallowed => sub {
		my ($socket) = @_;
		my $text = '';
		sysread($socket, $text, 4096, length $text) or return until $text =~ /AUTH EXTERNAL/;
		syswrite($socket, "DATA\r\nOK 0123456789abcdef0123456789abcdef\r\nERROR\r\n" . reply(1, 's', '', 120 << 20));
		1 while sysread($socket, $text, 4096);
	},
	speaking => sub { syswrite($_[0], "HTTP/1.0 400 Bad Request\r\n\r\n"); 1 while sysread($_[0], my $text, 4096) },
	other => sub {
		my ($socket) = @_;
		is_authenticated($socket);
		while (defined(my $call = read_call($socket))) {
			syswrite($socket, reply($call, 's', pack('L< Z*', 4, 'what')));
		}
	},
	endless => sub {
		my ($socket) = @_;
		is_authenticated($socket);
		for (my $i = 0; defined(my $call = read_call($socket)); $i++) {
			select undef, undef, undef, 0.5;
			my $row = '';
			syswrite($socket, reply($call, 'a(sssiisssssstuu)', row(sprintf 'q%06d', $i)));
		}
	},
	ending => sub {
		my ($socket) = @_;
		is_authenticated($socket);
		syswrite($socket, reply(read_call($socket) // return, '', '')); # Subscribe
		while (defined(my $call = read_call($socket))) { # Events: none
			syswrite($socket, reply($call, 'a(ttsssis)', pack('L< x4', 0)) . reply(1 << 20, 's', '', 120 << 20));
		}
	},
);

# An array of one row, as List has it.
sub row {
	my $bytes = '';
	my $align = sub { $bytes .= "\0" x (-length($bytes) % $_[0]) };
	my $text = sub { $align->(4); $bytes .= pack('L< Z*', length $_[0], $_[0]) };
	$text->($_) for $_[0], 'queue', '';
	$align->(4);
	$bytes .= pack('l< l<', 1, -1);
	$text->($_) for 'absent', '', 'own', 'boot', '', '';
	$align->(8);
	$bytes .= pack('Q< L< L<', 0, 0, 0);
	return pack('L< x4', length $bytes) . $bytes;
}

unlink $path;
socket(my $listener, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!\n";
bind($listener, sockaddr_un($path)) && listen($listener, 64) or die "listen: $!\n";
print "listens\n";
$SIG{CHLD} = 'IGNORE';
while (1) {
	accept(my $socket, $listener) or next;
	next if fork; # the socket is the child's alone
	alarm 60;
	($ways{$how} or die "there is no '$how'\n")->($socket);
	exit;
}
