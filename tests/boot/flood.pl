#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# flood.pl SOCKET: connects to the control socket as fast as possible, begins to authenticate and never finishes; holds 300
# connections at a time. Prints one line when it has begun, and runs until it is killed.
use strict;
use warnings;
use Socket qw(:DEFAULT SOCK_NONBLOCK);

my ($path) = @ARGV;
my ($tried, @held) = (0);
$SIG{PIPE} = 'IGNORE';
$| = 1;
while (1) {
	socket(my $socket, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0) or die "socket: $!\n";
	if (connect($socket, sockaddr_un($path))) {
		syswrite($socket, "\0AUTH EXTER");
		push @held, $socket;
	} else {
		select(undef, undef, undef, 0.001); # the backlog is full
	}
	shift @held if @held > 300;
	print "flooding\n" if ++$tried == 1000;
}
