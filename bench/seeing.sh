#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Compares how kipcctl, ipcs and lsipc show 30,000 queues: interleaved in one run, medians, in a private IPC namespace. Then
# measures what samples and histories cost kipcd. Argument: queues (30000). RUNS: repetitions (7).
set -eu
build=${abs_top_builddir:-$(cd "$(dirname "$0")/.." && pwd)/build}
n=${1:-30000}
runs=${RUNS:-7}

if [ -z "${KIPC_BENCH_NAMESPACE:-}" ]; then
	export KIPC_BENCH_NAMESPACE=private
	exec unshare --ipc bash "$0" "$@"
fi
export PATH=$build:$PATH LC_ALL=C.UTF-8
T=$(mktemp -d)
trap 'kill "${kipcd_pid:-0}" 2>/dev/null; rm -rf "$T"' EXIT
sysctl -qw kernel.msgmni=32000

# by_turns NAME COMMAND…: runs the commands by turns and prints the median wall time of each
by_turns() {
	perl -MTime::HiRes=time -e '
		my ($runs, %times, %commands, @names) = shift;
		while (@ARGV) { my ($name, $command) = splice @ARGV, 0, 2; push @names, $name; $commands{$name} = $command }
		for (1 .. $runs) { for (@names) { my $t = time; system "$commands{$_} >/dev/null 2>&1"; push @{$times{$_}}, time - $t } }
		my $median = sub { my @t = sort { $a <=> $b } @{$times{$_[0]}}; 1000 * $t[@t / 2] };
		my ($best) = sort { $a <=> $b } map { $median->($_) } grep { /ipcs/ || /lsipc/ } @names;
		for (@names) {
			printf "%-40s %8.1f ms", $_, $median->($_);
			printf "   %.2f of the faster of ipcs and lsipc", $median->($_) / $best if $best;
			printf ", %.2f of the same without --json", $median->($_) / $median->(s/ --json//r) if / --json/;
			print "\n" }' "$runs" "$@"
}

echo "# $n foreign queues, medians of $runs interleaved runs"
perl -e 'for (1 .. $ARGV[0]) { defined msgget(0x100000 + $_, 01600 | 0660) or die $! }' "$n"
export KIPC_RUNTIME_DIR=$T/none
by_turns "ipcs -q" "ipcs -q" "lsipc -q" "lsipc -q" \
	"kipcctl list --foreign" "kipcctl list --foreign -q" \
	"kipcctl list --foreign --columns=key,id" "kipcctl list --foreign -q --columns=key,id" \
	"kipcctl list --foreign --json" "kipcctl list --foreign -q --json" \
	"kipcctl top --once --foreign" "kipcctl top --once --foreign -q" \
	"kipcctl doctor" "kipcctl doctor -q" \
	"kipcctl metrics" "kipcctl metrics -q"
ipcrm --all=msg

echo "# the same queues as channels of kipcd"
perl -e 'print "[daemon]\nsample_interval = 1s\n"; printf "[queue q%05d]\nkey = %d\n", $_, 0x100000 + $_ for 1 .. $ARGV[0]' "$n" >"$T/kipcd.conf"
export KIPC_RUNTIME_DIR=$T/run
mkfifo "$T/ready"
kipcd --config="$T/kipcd.conf" --ready-fd=9 9>"$T/ready" 2>"$T/log" &
kipcd_pid=$!
read -r _ <"$T/ready"
statistic() { kipcctl metrics | awk -v name="kipc_daemon_$1" '$1 == name { print $2 }'; }
memory() { awk '/^Rss(Anon|Shmem)/ { sum += $2 } END { print sum }' "/proc/$kipcd_pid/status"; }
print_samples() {
	printf '%-40s %8.1f ms a sample, %.2f us a channel; %d KiB of memory, %d bytes a channel\n' "$1" \
		"$(perl -e "print 1000 * $(statistic last_sample_seconds)")" "$(perl -e "print 1e6 * $(statistic last_sample_seconds) / $n")" \
		"$(memory)" "$((1024 * $(memory) / n))"
}
wait_for_samples() { local from; from=$(statistic samples_total); until [ "$(statistic samples_total)" -ge $((from + $1)) ]; do read -r -t 0.5 _ <>"$T/ready" || true; done; }
wait_for_samples 3
print_samples "without histories"
kipcctl show q00001 >/dev/null
wait_for_samples 3
kipcctl show q00001 >/dev/null
print_samples "with histories"
printf '%-40s %8d bytes\n' "histories" "$(statistic history_bytes)"
by_turns "kipcctl list" "kipcctl list" "kipcctl top --once" "kipcctl top --once" "kipcctl doctor" "kipcctl doctor" \
	"kipcctl metrics" "kipcctl metrics"
ipcrm --all=msg
