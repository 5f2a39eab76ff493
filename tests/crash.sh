#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcd is killed with -9 at each system call of its start, and repeatedly under traffic. The next start always reaches the
# declared state: no object leaks, no channel is in conflict, no message is lost.
# With KIPC_TEST_LONG=1 it is killed a hundred times instead of twenty, and at many more places in a row.
: "${KIPC_TEST_LIMIT:=900}" # some thousand starts, on a machine that may have other work
. "$(dirname "$0")/tap.sh"

kills=20
[ -z "${KIPC_TEST_LONG:-}" ] || kills=100

cat >"$conf" <<'EOF'
[queue orders]
key = 0x4b01
mode = 0640

[queue bills]
key = 0x4b02

[segment prices]
key = 1234
size = 64K

[segment ticks]
key = 0x4b04
size = 16K
layout = ring

[semaphore build]
key = 0x4b03
values = 1,0,5
EOF

# What differs from the declared state; empty if nothing does.
troubles() {
	local name
	[ "$(count_of q) $(count_of m) $(count_of s)" = "2 2 1" ] ||
		echo "queues, segments, semaphores: $(count_of q) $(count_of m) $(count_of s)"
	[ "$(find "$KIPC_RUNTIME_DIR/channels" -type l ! -name .ns ! -name .new | wc -l)" = 5 ] ||
		echo "links: $(ls -A "$KIPC_RUNTIME_DIR/channels")"
	kipcctl list --no-legend --columns=name,kind,key,mode,state >"$T/list"
	diff -b - "$T/list" <<'EOF'
bills  queue     0x00004b02 0660 active
build  semaphore 0x00004b03 0660 active
orders queue     0x00004b01 0640 active
prices segment   0x000004d2 0660 active
ticks  segment   0x00004b04 0660 active
EOF
	[ "$("$top_build/ring-user" ticks stat | cut -d' ' -f2)" = "max_message=2048" ] || echo "the ring is not laid out"
	for name in 'build[0]' 'build[2]'; do kipcctl wait --no-wait "$name" || echo "$name cannot be had"; done
}

clear_all() {
	rm -rf "$KIPC_RUNTIME_DIR"
	ipcrm --all 2>/dev/null
}

# start_and_kill_at CALL N [COMMAND]: kills a start at its Nth CALL; false if kipcd became ready, COMMAND ran, and kipcd was
# stopped.
start_and_kill_at() {
	local survived=no _
	rm -f "$T/ready"
	mkfifo "$T/ready"
	strace -qq -o /dev/null -e trace="$1" -e inject="$1:signal=SIGKILL:when=$2" \
		"$kipcd" --config="$conf" --ready-fd=9 9>"$T/ready" 2>>"$T/kipcd.log" &
	tracer=$!
	if read -r _ <"$T/ready"; then
		${3:-true}
		[ -z "$(pgrep -P "$tracer" -x kipcd)" ] || survived=yes
		pkill -TERM -P "$tracer" -x kipcd
	fi
	wait "$tracer" 2>/dev/null
	[ "$survived" = no ]
}

# report WHAT PLACES WHAT-WAS-FOUND
report() {
	if [ -n "$3" ]; then fail "$1" "$3"; diagnose "$(tail -n 20 "$T/kipcd.log")"
	elif [ "$2" -ge 8 ]; then pass "$1 ($2 places)"
	else fail "$1" "only $2 places: were the calls traced?"; fi
}

# start_and_check WHERE CHECK: the start after the kills; leaves problems in $found
start_and_check() {
	local wrong
	start_kipcd || { found="$1: kipcd does not start again"; return 1; }
	wrong=$("$2")
	stop_kipcd
	[ -z "$wrong" ] || { found="killed at $1: $wrong"; return 1; }
}

# kill_everywhere WHAT PREPARE CHECK [BETWEEN [COMMAND]]: PREPARE makes the state before each start, BETWEEN runs after the
# kill, and CHECK prints problems after the next start. Leaves the places in $places.
kill_everywhere() {
	local what=$1 prepare=$2 check=$3 between=${4:-true} command=${5:-true} call n found=
	places=()
	for call in $calls; do
		for ((n = 1; ; n++)); do
			"$prepare"
			start_and_kill_at "$call" "$n" "$command" 2>/dev/null || { "$between"; break; }
			"$between"
			start_and_check "$call $n" "$check" || break 2
			places+=("$call $n")
		done
	done
	report "$what" "${#places[@]}" "$found"
}

# kill_in_a_row KILLS WHAT PREPARE CHECK [BETWEEN [COMMAND]]: kills a start at one of $places and the following starts at
# places spread over all of them (with $rows_of_each, that many rows for each first place). A start that survives is stopped.
kill_in_a_row() {
	local kills_in_a_row=$1 what=$2 prepare=$3 check=$4 between=${5:-true} command=${6:-true}
	local n_places=${#places[@]} found= where first at n=0 k row rows=${rows_of_each:-1} step=$((${#places[@]} / 24 + 1))
	[ -z "${KIPC_TEST_LONG:-}" ] || { step=1; rows=$((n_places > 64 ? 64 : n_places)); }
	for ((first = 0; first < n_places; first += step)); do
		for ((row = 0; row < rows; row++)); do
			"$prepare"
			where=
			for ((k = 0; k < kills_in_a_row; k++)); do
				at=$(((first + k * (17 * first + row * n_places / rows)) % n_places))
				where+="${where:+, }${places[at]}"
				# shellcheck disable=SC2086
				start_and_kill_at ${places[at]} "$command" 2>/dev/null
				"$between"
			done
			start_and_check "$where" "$check" || break 2
			n=$((n + 1))
		done
	done
	report "$what" "$n" "$found"
}

from_nothing() { clear_all; }

# A state that a start resumes: all objects exist, with a message on the queue and text in the segment.
build_world() {
	clear_all
	start_kipcd && kipcctl send orders kept && kipcctl send prices kept && "$top_build/ring-user" ticks send kept && stop_kipcd
}
world_is_whole() {
	troubles
	[ "$(kipcctl peek orders)" = kept ] || echo "the message is gone"
	[ "$(kipcctl recv prices)" = kept ] || echo "the text is gone"
	[ "$("$top_build/ring-user" ticks stat | cut -d' ' -f1)" = "messages=1" ] || echo "the message in the ring is gone"
}
resumed_world() { [ "$(count_of q)" = 2 ] || build_world; }

# A start that must recreate an empty queue, a segment and a semaphore, with other keys and sizes.
old_world() {
	from_nothing_to_old
	start_kipcd && stop_kipcd
	change_mind
}

# A start that renames channels that hold messages and have runtime settings.
world_of_old_names() {
	clear_all
	sed -i.new 's/queue orders/queue ancient/; s/ticks/aged/' "$conf"
	start_kipcd && kipcctl send ancient kept && "$top_build/ring-user" aged send kept && kipcctl set -q ancient description=kept && stop_kipcd
	change_mind
}
renamed_world() {
	troubles
	[ "$(kipcctl peek orders)" = kept ] || echo "the message is gone"
	[ "$("$top_build/ring-user" ticks stat | cut -d' ' -f1)" = "messages=1" ] || echo "the message in the ring is gone"
	[ "$(cd "$KIPC_RUNTIME_DIR/kipcd.conf.d" && grep -rx 'description = kept')" = "orders.conf:description = kept" ] ||
		echo "what was set did not go along: $(ls "$KIPC_RUNTIME_DIR/kipcd.conf.d")"
	[ ! -e "$KIPC_RUNTIME_DIR/channels/.renames" ] || echo "the intent is there still"
}

# A start that must exchange the keys of two queues and of two segments.
world_of_old_keys() {
	clear_all
	sed -i.new 's/0x4b01/x/; s/0x4b02/0x4b01/; s/= x/= 0x4b02/; s/1234/x/; s/0x4b04/1234/; s/= x/= 0x4b04/' "$conf"
	start_kipcd && stop_kipcd
	change_mind
}

# A first start that is killed, and a configuration that changes before the next one.
from_nothing_to_old() {
	clear_all
	sed -i.new 's/0x4b02/0x5b02/; s/64K/32K/; s/16K/8K/; s/1,0,5/7/' "$conf"
}
change_mind() { mv "$conf.new" "$conf"; }

change_mind_once() { [ ! -e "$conf.new" ] || change_mind; }

set_troubles() {
	[ "$(count_of s)" = 1 ] || echo "$(count_of s) sets"
	[ "$(kipcctl list --no-legend --columns=mode,state,values | tr -s ' ')" = "0660 active 1,0,5" ] || kipcctl list --columns=mode,state,values
}

# `kipcctl create` makes one channel of each kind; after kills, complete channels are left and nothing else.
create_all() {
	kipcctl create semaphore lock key=0x6b03 values=1,2
	kipcctl create segment ticks key=0x6b04 size=16K layout=ring
	kipcctl create queue orders key=0x6b01
} &>/dev/null
created_troubles() {
	local n_objects=$(($(count_of q) + $(count_of m) + $(count_of s))) n_links
	n_links=$(find "$KIPC_RUNTIME_DIR/channels" -type l ! -name .ns ! -name .new | wc -l)
	[ "$n_objects" = "$n_links" ] || echo "$n_objects objects, $n_links links"
	kipcctl list --no-legend --columns=name,state | awk '$2 != "active"'
	create_all
	[ "$(kipcctl list --no-legend --columns=name,state | tr -s ' \n' ' ')" = "lock active orders active ticks active " ] || kipcctl list
	[ "$(count_of q) $(count_of m) $(count_of s)" = "1 1 1" ] || echo "queues, segments, semaphores: $(count_of q) $(count_of m) $(count_of s)"
}

if [ -n "${SANITIZER_FLAGS:-}" ]; then
	skip "killed at each system call of a start" "with sanitizers; the plain build does it"
elif ! strace -qq -o /dev/null -e inject=getpid:signal=SIGKILL:when=999 true 2>/dev/null; then
	skip "killed at each system call of a start" "strace is missing or may not trace here"
else
	# All calls that change objects or files. Between two of them the state does not change.
	changing_calls="msgget shmget semget msgctl shmctl semctl semop shmat shmdt mkdir mkdirat symlinkat renameat renameat2 rename link unlink unlinkat bind fchmodat"
	calls="$changing_calls write"
	kill_everywhere "killed at each call of a first start" from_nothing troubles
	kill_in_a_row 3 "... and at some of the next two" from_nothing troubles
	cp "$conf" "$conf.all"
	printf '[semaphore build]\nkey = 0x4b03\nvalues = 1,0,5\n' >"$conf"
	calls="semget semctl semop symlinkat renameat unlinkat"
	kill_everywhere "killed at each call that makes a semaphore set" from_nothing set_troubles
	rows_of_each=8 kill_in_a_row 2 "... twice" from_nothing set_troubles
	kill_in_a_row 3 "... three times" from_nothing set_troubles
	mv "$conf.all" "$conf"
	calls=$changing_calls
	build_world
	kill_everywhere "killed at each call of a start that resumes" resumed_world world_is_whole
	kill_in_a_row 2 "... and at some of the next" resumed_world world_is_whole
	kill_everywhere "killed at each call of a start that recreates objects" old_world troubles
	kill_in_a_row 3 "... and at some of the next two" old_world troubles
	kill_everywhere "killed at each call of a start that renames" world_of_old_names renamed_world
	kill_everywhere "killed at each call of a start that exchanges keys" world_of_old_keys troubles
	kill_everywhere "killed at each call of a first start, and then declared otherwise" from_nothing_to_old troubles change_mind
	kill_in_a_row 2 "... and at some of the next" from_nothing_to_old troubles change_mind_once
	cp "$conf" "$conf.all"
	: >"$conf"
	kill_everywhere "killed at each call of a start and of what kipcctl creates then" from_nothing created_troubles true create_all
	kill_in_a_row 3 "... and at some of the next two" from_nothing created_troubles true create_all
	mv "$conf.all" "$conf"
fi

# -- an intent, and then another program's object of our own uid with that key

clear_all
start_kipcd && stop_kipcd

ipcrm --all; rm -f "$KIPC_RUNTIME_DIR"/channels/[a-z]*
perl -e 'use IPC::SysV qw(IPC_CREAT); my $id = semget(0x4b03, 3, 0600 | IPC_CREAT) // die;
	semop($id, pack("s!3", 1, 7, 0)) or die' &&
	echo "build semaphore:4b03 maker=1" >"$KIPC_RUNTIME_DIR/channels/.intents"
start_kipcd
like "a set that another program created and used is not taken for a half-made one" "$(kipcctl list --no-legend --columns=name,state)" '^build +conflict$'
like "... and keeps its values" "$(ipcs -s -i "$(ipcs -s | awk '/0x00004b03/ { print $2 }')")" '^1 +7 '
stop_kipcd

# -- traffic that continues during the kills

clear_all
start_kipcd
mkfifo "$T/feed"
kipcctl send orders <"$T/feed" &
sender=$!
exec 7>"$T/feed"
kipcctl recv orders --follow >"$T/received" 7>&- &
receiver=$!
sent=0
feed() { local i; for ((i = 0; i < 500; i++)); do sent=$((sent + 1)); echo "$sent"; done >&7; }
for ((i = 0; i < kills; i++)); do
	feed
	stop_kipcd KILL 2>/dev/null
	feed
	start_kipcd 7>&- || break
done
is "kipcd starts again after each of $kills kills" "$i" "$kills"
feed
exec 7>&-
wait "$sender"
kipcctl send orders end
until grep -q '^end$' "$T/received"; do read -r -t 0.05 _ <>"$T/ready"; done
kill "$receiver"
wait "$receiver" 2>/dev/null
is "every message arrives exactly once" "$(seq "$sent"; echo end)" "$(cat "$T/received")"
is "... and doctor finds nothing afterwards" "$(troubles)" ""
stop_kipcd
finish
