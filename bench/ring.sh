#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Compares the ring with other ways to pass messages between processes: interleaved in one run, medians, ratios to bare
# msgsnd and msgrcv, a table and a plot, in a private IPC namespace. Run by `make bench`. Arguments: repetitions ($RUNS,
# or 5), milliseconds a measurement (150). Writes ring.tsv and, with gnuplot, ring.svg into the build folder.
set -u
[ -n "${KIPC_BENCH_NAMESPACE:-}" ] || { export KIPC_BENCH_NAMESPACE=1; exec unshare --ipc bash "$0" "$@" || exec unshare -Ur --ipc bash "$0" "$@"; }
build=${abs_top_builddir:?run it with 'make bench'} source=${abs_top_srcdir:?run it with 'make bench'}
repetitions=${1:-${RUNS:-5}} ms=${2:-150}
sizes="16 64 256 1024 8192 65536"
export LC_ALL=C
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT

# -- build; a peer takes part if its library is installed -----------------------------------------------------------

flags="-O2 -D_GNU_SOURCE -I$source" libraries= objects=
object() { # FILE: compiles it into $T
	local compiler="${CC:-cc} -std=gnu11"
	case $1 in *.cc) compiler=${CXX:-c++} ;; esac
	# shellcheck disable=SC2086 # several words
	$compiler $flags -c "$source/bench/$1" -o "$T/${1%.*}.o" && objects="$objects $T/${1%.*}.o"
}
peer() { # NAME MACRO HEADER LIBRARY FILE
	if ! echo "#include <$3>" | "${CXX:-c++}" -x c++ -w -E - >/dev/null 2>&1; then
		echo "skipped: $1: <$3> is not installed"
		return
	fi
	flags="$flags -D$2"
	[ "$4" = - ] || libraries="$libraries -l$4"
	[ "$5" = - ] || object "$5" || exit 1
}
peer 'ZeroMQ (libzmq3-dev)' HAVE_ZMQ zmq.h zmq contest-zmq.c
peer 'nng (libnng-dev)' HAVE_NNG nng/nng.h nng contest-nng.c
peer 'Boost.Interprocess (libboost-dev)' HAVE_BOOST boost/interprocess/ipc/message_queue.hpp - contest-boost.cc
peer 'Concurrency Kit (libck-dev)' HAVE_CK ck_ring.h ck -
for file in contest.c contest-kernel.c contest-kipc.c contest-spin.c; do object $file || exit 1; done
linker=${CC:-cc}
case $flags in *HAVE_BOOST*) linker=${CXX:-c++} ;; esac
# shellcheck disable=SC2086
$linker $objects "$build/.libs/libkipc-core.a" $libraries -lrt -lpthread -o "$T/contest" || exit 1
# shellcheck disable=SC2086
${CC:-cc} -O2 -D_GNU_SOURCE "$source/bench/locks.c" -lpthread -o "$T/locks" || exit 1
contest() { "$T/contest" "$@"; }

# -- measure ------------------------------------------------------------------------------------------------------

median() { sort -n "$1" 2>/dev/null | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)] }'; }
mapfile -t names < <(contest list)
round() { # one measurement of each kind
	contest distance >>"$T/distance"
	for size in $sizes; do
		for i in "${!names[@]}"; do
			contest rate "${names[i]}" "$size" 1 1 "$ms" >>"$T/rate.$i.$size" 2>>"$T/errors"
		done
	done
	for parties in '1 1' '4 1' '1 4' '4 4'; do
		# shellcheck disable=SC2086
		contest rate 'kipc ring' 64 $parties "$((2 * ms))" >>"$T/parties.${parties/ /:}" 2>>"$T/errors"
	done
	for way in msgsnd 'kipc ring'; do
		contest trip "$way" 0 "$ms" >>"$T/trip.hot.$way"
		contest trip "$way" 300 "$((4 * ms))" >>"$T/trip.asleep.$way"
		taskset -c 0 "$T/contest" trip "$way" 0 "$ms" >>"$T/trip.one-cpu.$way"
	done
	for way in msgsnd 'kipc queue' 'kipc ring'; do contest pair "$way" "$ms" >>"$T/pair.$way"; done
}
for ((r = 1; r <= repetitions; r++)); do
	[ ! -t 2 ] || printf '\rround %d of %d ' "$r" "$repetitions" >&2
	round
done
[ ! -t 2 ] || printf '\r' >&2

# -- print -----------------------------------------------------------------------------------------------------------

model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
printf '%s, %s CPUs (%s), Linux %s; a cache line travels to the other CPU and back in %s ns (%s to %s);\n' "$(date -u +%F)" "$(nproc)" "$model" \
	"$(uname -r)" "$(median "$T/distance")" "$(sort -n "$T/distance" | head -n 1)" "$(sort -n "$T/distance" | tail -n 1)"
printf 'medians of %d interleaved runs of %d ms; rings and slots are 4 MiB.\n\n' "$repetitions" "$ms"
printf 'Million messages a second, one sender, one receiver; in brackets, the ratio to bare msgsnd.\n\n'
{ printf '|'; printf ' | %s B' $sizes; printf ' |\n| ---'; printf ' | ---:%.0s' $sizes; printf ' |\n'; }
printf 'name' >"$build/ring.tsv"; printf '\t%s' $sizes >>"$build/ring.tsv"; echo >>"$build/ring.tsv"
for i in "${!names[@]}"; do
	printf '| %s' "${names[i]}"
	printf '%s' "${names[i]}" >>"$build/ring.tsv"
	for size in $sizes; do
		mine=$(median "$T/rate.$i.$size") bare=$(median "$T/rate.0.$size")
		printf '\t%s' "${mine:-nan}" >>"$build/ring.tsv"
		awk -v a="${mine:-0}" -v b="${bare:-0}" 'BEGIN { if (a == 0) printf " | –"; else printf " | %.3g (%.3g)", a / 1e6, b ? a / b : 0 }'
	done
	echo ' |'
	echo >>"$build/ring.tsv"
done
printf '\nA ring with several senders and receivers, messages of 64 bytes:\n\n| senders : receivers | million/s | ratio to 1:1 | slowest to fastest sender | receiver |\n| --- | ---: | ---: | ---: | ---: |\n'
one=$(median "$T/parties.1:1")
for parties in 1:1 4:1 1:4 4:4; do
	all=$(median "$T/parties.$parties")
	printf '| %s | %s | %s | %s | %s |\n' "$parties" "$(awk -v a="$all" 'BEGIN { printf "%.1f", a / 1e6 }')" \
		"$(awk -v a="$all" -v b="$one" 'BEGIN { printf "%.2f", a / b }')" \
		"$(cut -f2 "$T/parties.$parties" | sort -n | sed -n "$(((repetitions + 1) / 2))p")" \
		"$(cut -f3 "$T/parties.$parties" | sort -n | sed -n "$(((repetitions + 1) / 2))p")"
done
printf '\n| round trip in µs, 64 bytes | msgsnd | ring |\n| --- | ---: | ---: |\n'
for kind in hot asleep one-cpu; do
	printf '| %s | %s | %s |\n' "$kind" "$(awk -v a="$(median "$T/trip.$kind.msgsnd")" 'BEGIN { printf "%.2f", a / 1e3 }')" \
		"$(awk -v a="$(median "$T/trip.$kind.kipc ring")" 'BEGIN { printf "%.2f", a / 1e3 }')"
done
printf '\nA send and a receive in one process: %s ns with msgsnd and msgrcv, %s with libkipc on a queue, %s on a ring.\n' \
	"$(median "$T/pair.msgsnd")" "$(median "$T/pair.kipc queue")" "$(median "$T/pair.kipc ring")"
contest idle | { read -r times ns; printf 'A receiver that waits for 5 s wakes %s times and runs for %s ns.\n' "$times" "$ns"; }
contest death | { read -r median most; printf 'After the owner of the lock is killed, the next send takes %s µs (median of 100; the longest: %s µs).\n' "$median" "$most"; }
printf '\nThe cost of locks (bench/locks.c):\n\n'
"$T/locks" "$repetitions" 1000000
[ ! -s "$T/errors" ] || { printf '\nErrors:\n'; sort "$T/errors" | uniq -c; }

# One block for each contestant, for gnuplot.
for i in "${!names[@]}"; do
	printf '"%s"\n' "${names[i]}"
	for size in $sizes; do
		mine=$(median "$T/rate.$i.$size")
		[ -z "$mine" ] || echo "$size $mine"
	done
	printf '\n\n'
done >"$T/plot"
if command -v gnuplot >/dev/null; then
	gnuplot <<PLOT && echo "plot: $build/ring.svg"
set terminal svg noenhanced size 900,520 font 'sans,13' background 'white'
set output '$build/ring.svg'
set title 'Messages between two processes'
set xlabel 'bytes per message'
set ylabel 'million messages per second'
set logscale xy
set xtics (16, 64, 256, 1024, 8192, 65536)
set key outside right
set grid
plot for [i=0:$((${#names[@]} - 1))] '$T/plot' index i using 1:(\$2 / 1e6) with linespoints linewidth 2 title columnheader(1)
PLOT
else
	echo 'skipped: the plot: gnuplot (gnuplot-nox) is not installed'
fi
