#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The ring beside every other way of passing messages between processes, interleaved in one run: medians, ratios to bare
# msgsnd/msgrcv, a table and a plot. `make bench` runs it, in an IPC namespace of its own. Arguments: repetitions (5),
# milliseconds a measurement (150). Leaves ring.tsv and, with gnuplot, ring.svg in the build folder.
set -u
[ -n "${KIPC_BENCH_NAMESPACE:-}" ] || { export KIPC_BENCH_NAMESPACE=1; exec unshare --ipc bash "$0" "$@" || exec unshare -Ur --ipc bash "$0" "$@"; }
build=${abs_top_builddir:?run it by 'make bench'} source=${abs_top_srcdir:?run it by 'make bench'}
repetitions=${1:-${RUNS:-5}} ms=${2:-150}
sizes="16 64 256 1024 8192 65536"
export LC_ALL=C
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT

# -- built here, each peer only where its library is ------------------------------------------------------------

flags="-O2 -D_GNU_SOURCE -I$source" libraries= objects=
object() { # FILE: compiled into $T
	local compiler="${CC:-cc} -std=gnu11"
	case $1 in *.cc) compiler=${CXX:-c++} ;; esac
	# shellcheck disable=SC2086 # several words
	$compiler $flags -c "$source/bench/$1" -o "$T/${1%.*}.o" && objects="$objects $T/${1%.*}.o"
}
peer() { # NAME MACRO HEADER LIBRARY FILE
	if ! echo "#include <$3>" | "${CXX:-c++}" -x c++ -w -E - >/dev/null 2>&1; then
		echo "skipped: $1, since there is no <$3>"
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
"${CC:-cc}" -O2 -D_GNU_SOURCE "$source/bench/locks.c" -lpthread -o "$T/locks" || exit 1
contest() { "$T/contest" "$@"; }

# -- measured ------------------------------------------------------------------------------------------------------

median() { sort -n "$1" 2>/dev/null | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)] }'; }
mapfile -t names < <(contest list)
round() { # one of everything
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

# -- shown -----------------------------------------------------------------------------------------------------------

model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
printf '%s, %s CPUs (%s), Linux %s; a cache line goes to the other CPU and back in %s ns (%s to %s);\n' "$(date -u +%F)" "$(nproc)" "$model" \
	"$(uname -r)" "$(median "$T/distance")" "$(sort -n "$T/distance" | head -n 1)" "$(sort -n "$T/distance" | tail -n 1)"
printf 'medians of %d interleaved runs of %d ms; rings and slots are 4 MiB.\n\n' "$repetitions" "$ms"
printf 'Million messages a second, one sender, one receiver; behind it, how many times bare msgsnd.\n\n'
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
printf '\nA ring with many parties, 64 bytes:\n\n| senders : receivers | million/s | of 1:1 | least to most, senders | receivers |\n| --- | ---: | ---: | ---: | ---: |\n'
one=$(median "$T/parties.1:1")
for parties in 1:1 4:1 1:4 4:4; do
	all=$(median "$T/parties.$parties")
	printf '| %s | %s | %s | %s | %s |\n' "$parties" "$(awk -v a="$all" 'BEGIN { printf "%.1f", a / 1e6 }')" \
		"$(awk -v a="$all" -v b="$one" 'BEGIN { printf "%.2f", a / b }')" \
		"$(cut -f2 "$T/parties.$parties" | sort -n | sed -n "$(((repetitions + 1) / 2))p")" \
		"$(cut -f3 "$T/parties.$parties" | sort -n | sed -n "$(((repetitions + 1) / 2))p")"
done
printf '\n| µs a round trip, 64 bytes | msgsnd | ring |\n| --- | ---: | ---: |\n'
for kind in hot asleep one-cpu; do
	printf '| %s | %s | %s |\n' "$kind" "$(awk -v a="$(median "$T/trip.$kind.msgsnd")" 'BEGIN { printf "%.2f", a / 1e3 }')" \
		"$(awk -v a="$(median "$T/trip.$kind.kipc ring")" 'BEGIN { printf "%.2f", a / 1e3 }')"
done
printf '\nA send and a receive in one process: %s ns bare, %s by kipc on a queue, %s on a ring.\n' \
	"$(median "$T/pair.msgsnd")" "$(median "$T/pair.kipc queue")" "$(median "$T/pair.kipc ring")"
contest idle | { read -r times ns; printf 'A receiver that waits for 5 s is woken %s times and runs %s ns.\n' "$times" "$ns"; }
contest death | { read -r median most; printf 'The owner of the lock killed: the next send is done %s µs later, %s at most (of 100).\n' "$median" "$most"; }
printf '\nWhat a lock costs (bench/locks.c):\n\n'
"$T/locks" "$repetitions" 1000000
[ ! -s "$T/errors" ] || { printf '\nWhat went wrong:\n'; sort "$T/errors" | uniq -c; }

# A block a name, for gnuplot.
for i in "${!names[@]}"; do
	printf '"%s"\n' "${names[i]}"
	for size in $sizes; do
		mine=$(median "$T/rate.$i.$size")
		[ -z "$mine" ] || echo "$size $mine"
	done
	printf '\n\n'
done >"$T/plot"
if command -v gnuplot >/dev/null; then
	gnuplot <<PLOT && echo "drawn: $build/ring.svg"
set terminal svg noenhanced size 900,520 font 'sans,13' background 'white'
set output '$build/ring.svg'
set title 'Messages between two processes'
set xlabel 'bytes a message'
set ylabel 'million messages a second'
set logscale xy
set xtics (16, 64, 256, 1024, 8192, 65536)
set key outside right
set grid
plot for [i=0:$((${#names[@]} - 1))] '$T/plot' index i using 1:(\$2 / 1e6) with linespoints linewidth 2 title columnheader(1)
PLOT
else
	echo 'skipped: the plot, since gnuplot (gnuplot-nox) is not installed'
fi
