#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# Connects to the control socket as fast as it goes, begins to authenticate, and never ends it; 300 connections are held at
# a time. Says once that it is at it, and goes on until it is killed: flood.pl SOCKET.
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
		select(undef, undef, undef, 0.001); # its backlog is full
	}
	shift @held if @held > 300;
	print "flooding\n" if ++$tried == 1000;
}
