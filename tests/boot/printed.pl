#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# printed.pl PAGE: lists the commands of a manual page or Markdown file. Each has six fields that end with a NUL: its line, its
# section, the number of its block in that section (from 1), "console" if it has a prompt or "script" if the block is a
# script, the command, and the output that the page shows for it.
use strict;
use warnings;

my ($page) = @ARGV;
my @lines = `zcat -f '$page'`;
my @blocks = $page =~ /\.md(\.gz)?$/ ? markdown() : man();
for my $block (@blocks) {
	$block->{console} = grep { $_->[1] =~ /^\$ / } @{$block->{lines}};
	$block->{console} ? console($block) : script($block);
}

sub markdown {
	my ($section, %seen, @blocks, $block) = ('');
	for my $i (0 .. $#lines) {
		my $line = $lines[$i];
		if ($block && $line =~ /^```/) { undef $block }
		elsif ($block) { push @{$block->{lines}}, [$i + 1, $line] }
		elsif ($line =~ /^```(sh|console)/) { push @blocks, $block = {section => $section, number => ++$seen{$section}, lines => []} }
		elsif ($line =~ /^```/) { $block = {lines => []} } # of another language
		elsif ($line =~ /^#+ (.*)/) { $section = $1 }
	}
	return @blocks;
}

sub man {
	my ($section, %seen, @blocks, $block) = ('');
	for my $i (0 .. $#lines) {
		my $line = $lines[$i];
		if ($line =~ /^\.S[HS] "?(.*?)"?$/) { $section = $1 }
		elsif ($line =~ /^\.nf/) { push @blocks, $block = {section => $section, number => ++$seen{$section}, lines => []} }
		elsif ($line =~ /^\.fi/) { undef $block }
		elsif ($block && $line !~ /^[.']/) { push @{$block->{lines}}, [$i + 1, plain($line)] }
	}
	return @blocks;
}

sub plain {
	my ($line) = @_;
	my %characters = (e => '\\', '-' => '-', '&' => '', '(aq' => "'", '(dq' => '"', '(->' => '->', '.' => '.');
	$line =~ s/\\(\(..|f.|.)/$characters{$1} \/\/ ''/ge;
	return $line;
}

sub put {
	my ($block, $kind, $line, $command, $output) = @_;
	print join("\0", $line, $block->{section}, $block->{number}, $kind, $command, $output), "\0";
}

# A line with a prompt and its continuation lines, then the output.
sub console {
	my ($block) = @_;
	my ($line, $command, $output, $goes_on) = (0);
	for (@{$block->{lines}}) {
		my ($number, $text) = @$_;
		if ($goes_on) { $command .= $text }
		elsif ($text =~ /^\$ (.*)/s) {
			put($block, 'console', $line, $command, $output) if $line;
			($line, $command, $output) = ($number, $1, '');
		} else { $output .= $text }
		$goes_on = $command =~ /\\\n$/ && $output eq '';
	}
	put($block, 'console', $line, $command, $output) if $line;
}

# Joins lines until the shell accepts them as a complete command.
sub script {
	my ($block) = @_;
	my ($line, $command) = (0, '');
	for (@{$block->{lines}}) {
		$line ||= $_->[0];
		$command .= $_->[1];
		next if $command =~ /\\\n$/ || !is_complete($command);
		put($block, 'script', $line, $command, '') if $command =~ /\S/;
		($line, $command) = (0, '');
	}
}

sub is_complete {
	open my $shell, '|-', 'bash -n 2>/dev/null' or die;
	print $shell $_[0];
	return close $shell;
}
