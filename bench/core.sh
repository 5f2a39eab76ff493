#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Compares kipc with the bare system calls and the usual tools: interleaved in one run, medians and ratios, in a private IPC
# namespace. Run by `make bench`. Arguments: repetitions ($RUNS, or 5), lines (1000000), queues (10000).
set -u
[ -n "${KIPC_BENCH_NAMESPACE:-}" ] || { export KIPC_BENCH_NAMESPACE=1; exec unshare --ipc bash "$0" "$@" || exec unshare -Ur --ipc bash "$0" "$@"; }
build=${abs_top_builddir:?run it with 'make bench'}
export PATH=$build:$PATH LC_ALL=C
repetitions=${1:-${RUNS:-5}} lines=${2:-1000000} queues=${3:-10000}
T=$(mktemp -d -p "${KIPC_BENCH_FOLDER:-/dev/shm}" kipc-bench.XXXXXX)
export KIPC_RUNTIME_DIR=$T/run
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$T"' EXIT
mkfifo "$T/ready"

now() { local t=$EPOCHREALTIME; echo "${t/./}"; } # microseconds
median() { sort -n "$T/$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

# timed NAME COMMAND…: appends the duration in microseconds to $T/NAME
timed() {
	local name=$1 begin
	shift
	begin=$(now)
	"$@"
	echo $(($(now) - begin)) >>"$T/$name"
}

start_kipcd() { # CONFIGURATION-FILE
	kipcd --config="$1" --ready-fd=9 9>"$T/ready" 2>"$T/log" &
	kipcd_pid=$!
	read -r _ <"$T/ready"
}
stop_kipcd() { kill "$kipcd_pid"; wait "$kipcd_pid"; }

echo "== $(uname -sr), $(nproc) CPUs, $(date -u +%F); medians of $repetitions interleaved runs"

# -- many lines from one process to another
printf '[queue bulk]\nkey = 0x6b01\n' >"$T/one.conf"
start_kipcd "$T/one.conf"
seq "$lines" >"$T/lines"
cat >"$T/send.pl" <<'EOF'
$q = msgget(0x6b01, 0); while (<STDIN>) { chomp; msgsnd($q, pack("l! a*", 1, $_), 0) }
EOF
cat >"$T/recv.pl" <<'EOF'
$q = msgget(0x6b01, 0); for (1 .. shift) { msgrcv($q, $m, 8192, 0, 0); print substr($m, length pack("l!", 0)), "\n" }
EOF
bulk_kipc() { kipcctl send bulk <"$T/lines" & kipcctl recv bulk -n "$lines" >"$T/out"; wait $!; }
bulk_bare() { bare send 0x6b01 <"$T/lines" & bare recv 0x6b01 "$lines" >"$T/out"; wait $!; }
bulk_perl() { perl "$T/send.pl" <"$T/lines" & perl "$T/recv.pl" "$lines" >"$T/out"; wait $!; }
bulk="kipc bare"
! command -v perl >/dev/null || bulk="$bulk perl"
for ((i = 0; i < repetitions; i++)); do
	for way in $bulk; do
		timed "bulk-$way" "bulk_$way"
		cmp -s "$T/lines" "$T/out" || echo "!! bulk $way: the output differs from the input"
	done
done
for way in $bulk; do
	us=$(median "bulk-$way")
	printf '%-44s %8.2f million messages/s, %s of bare\n' "$lines lines, $way" "$(ratio "$lines" "$us")" \
		"$(ratio "$(median bulk-bare)" "$us")"
done

# -- one message, from the start of the process to its exit
N=200
many() { local i; for ((i = 0; i < N; i++)); do "$@"; done; kipcctl purge -q bulk; }
for ((i = 0; i < repetitions; i++)); do
	timed one-bare many bare-one
	timed one-key many kipcctl send 0x6b01 hello
	timed one-name many kipcctl send bulk hello
done
for way in bare key name; do
	printf '%-44s %8.0f us, %s times bare\n' "one-shot send, $way" "$(($(median "one-$way") / N))" \
		"$(ratio "$(median "one-$way")" "$(median one-bare)")"
done
if perf stat -e instructions:u true >/dev/null 2>&1 && perf stat -x, -e instructions:u true 2>&1 | grep -q '^[0-9]'; then
	counter() { perf stat -x, -e instructions:u "$@" 2>&1 >/dev/null | cut -d, -f1; }
	counted_by="perf"
elif command -v valgrind >/dev/null; then
	counter() { valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 | sed -n 's/.*Collected : //p'; }
	counted_by="callgrind"
fi
if [ -n "${counted_by:-}" ]; then
	bare=$(counter bare-one) key=$(counter kipcctl send 0x6b01 hello) name=$(counter kipcctl send bulk hello)
	printf '%-44s %8d bare, %d by key (%s times), %d by name (%s times)\n' "instructions ($counted_by)" "$bare" \
		"$key" "$(ratio "$key" "$bare")" "$name" "$(ratio "$name" "$bare")"
fi
stop_kipcd
kipcctl remove -q --force 0x6b01 2>/dev/null || ipcrm -Q 0x6b01

# -- thousands of queues
for ((i = 0; i < queues; i++)); do printf '[queue q%05d]\nkey = %d\nmode = 0660\ncapacity = 16K\n\n' "$i" $((0x10000 + i)); done >"$T/many.conf"
sed '3s/0660/0600/' "$T/many.conf" >"$T/changed.conf"
cp "$T/many.conf" "$T/used.conf"
for ((i = 0; i < repetitions; i++)); do
	rm -rf "$T/run"; ipcrm --all=msg
	timed start-bare bare create 0x10000 "$queues"
	ipcrm --all=msg
	cp "$T/many.conf" "$T/used.conf"
	timed start-kipcd start_kipcd "$T/used.conf"
	awk '/VmRSS/ { print $2 }' "/proc/$kipcd_pid/status" >>"$T/rss"
	cp "$T/changed.conf" "$T/used.conf"
	timed reload kipcctl -q reload
	timed list-kipcctl kipcctl list >"$T/out"
	[ "$(wc -l <"$T/out")" -gt "$queues" ] || echo "!! kipcctl list: only $(wc -l <"$T/out") lines"
	timed list-ipcs ipcs -q >"$T/out"
	timed list-lsipc lsipc -q >"$T/out"
	stop_kipcd
done
printf '%-44s %8.1f ms bare, %.1f ms kipcd: %s times\n' "$queues queues, start to ready" "$(ratio "$(median start-bare)" 1000)" \
	"$(ratio "$(median start-kipcd)" 1000)" "$(ratio "$(median start-kipcd)" "$(median start-bare)")"
printf '%-44s %8d KiB\n' "kipcd's resident memory" "$(median rss)"
printf '%-44s %8.1f ms: %s of the start\n' "reload that changes one queue" "$(ratio "$(median reload)" 1000)" \
	"$(ratio "$(median reload)" "$(median start-kipcd)")"
printf '%-44s %8.1f ms, ipcs -q %.1f ms, lsipc -q %.1f ms\n' "kipcctl list" "$(ratio "$(median list-kipcctl)" 1000)" \
	"$(ratio "$(median list-ipcs)" 1000)" "$(ratio "$(median list-lsipc)" 1000)"
ipcrm --all=msg
