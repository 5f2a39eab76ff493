#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# A program that does not know kipc, on Perl's core modules: queue, segment and semaphore with key 1234. peers.sh runs it
# against channels of kipcd. It exits with 4 where it would have to wait and is not to.
use strict;
use warnings;
use Errno qw(EAGAIN ENOMSG);
use IPC::Msg;
use IPC::Semaphore;
use IPC::SharedMem;
use IPC::SysV qw(IPC_CREAT IPC_NOWAIT SEM_UNDO);

binmode STDIN;
binmode STDOUT;
$| = 1;

sub done {
	my ($succeeded) = @_;
	exit 0 if $succeeded;
	exit 4 if $! == EAGAIN || $! == ENOMSG;
	die "peer.pl: $!\n";
}

# As most programs do it: make it, unless it is there.
sub queue { return IPC::Msg->new(1234, IPC_CREAT | 0600) // die "peer.pl: msgget: $!\n" }
sub semaphore { return IPC::Semaphore->new(1234, 1, IPC_CREAT | 0600) // die "peer.pl: semget: $!\n" }

sub segment {
	my $segment = IPC::SharedMem->new(1234, 4096, IPC_CREAT | 0600) // die "peer.pl: shmget: $!\n";
	$segment->attach or die "peer.pl: shmat: $!\n";
	return $segment;
}

my %verbs = (
	# send TYPE: standard input as one message
	send => sub { my ($type) = @_; local $/; done(queue->snd($type, <STDIN>, IPC_NOWAIT)) },
	# recv TYPE: waits
	recv => sub {
		my ($type) = @_;
		my $got = queue->rcv(my $text, 8192, $type, 0) // done(0);
		print "$got:$text";
	},
	poll => sub { my ($type) = @_; done(queue->rcv(my $text, 8192, $type, IPC_NOWAIT)) },
	# write OFFSET TEXT, read OFFSET LENGTH
	write => sub { my ($offset, $text) = @_; done(segment->write($text, $offset, length $text)) },
	read => sub { my ($offset, $length) = @_; print segment->read($offset, $length) },
	# up, down: never wait
	up => sub { done(semaphore->op(0, 1, IPC_NOWAIT)) },
	down => sub { done(semaphore->op(0, -1, IPC_NOWAIT)) },
	# hold: takes it, prints a line, and releases it when it ends
	hold => sub { semaphore->op(0, -1, SEM_UNDO) or done(0); print "held\n"; sleep },
);
my $verb = $verbs{ shift // '' } or die "peer.pl: no such verb\n";
$verb->(@ARGV);
