#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcd killed with -9: at each single system call of its start, and again and again under traffic. The next start
# always ends in the declared state, with nothing leaked, nothing in conflict with itself, and no message lost.
# KIPC_TEST_LONG=1 kills it a hundred times instead of twenty.
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

# What is wrong with the state of the world, in words; nothing when all is as declared.
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

# start_and_kill_at CALL N: a start that is killed at its Nth CALL; false when it survived to be ready (and is ended).
start_and_kill_at() {
	local survived=no _
	rm -f "$T/ready"
	mkfifo "$T/ready"
	strace -qq -o /dev/null -e trace="$1" -e inject="$1:signal=SIGKILL:when=$2" \
		"$kipcd" --config="$conf" --ready-fd=9 9>"$T/ready" 2>>"$T/kipcd.log" &
	tracer=$!
	if read -r _ <"$T/ready"; then
		survived=yes
		pkill -TERM -P "$tracer" -x kipcd
	fi
	wait "$tracer" 2>/dev/null
	[ "$survived" = no ]
}

# kill_everywhere WHAT PREPARE CHECK [BETWEEN]: PREPARE makes the world before each start, CHECK says what is wrong after
# the next, BETWEEN happens between the two
kill_everywhere() {
	local what=$1 prepare=$2 check=$3 between=${4:-true} call n places=0 wrong found=
	for call in $calls; do
		for ((n = 1; ; n++)); do
			"$prepare"
			start_and_kill_at "$call" "$n" 2>/dev/null || { "$between"; break; }
			"$between"
			if ! start_kipcd; then found="$call $n: kipcd does not start again"; break 2; fi
			wrong=$("$check")
			stop_kipcd
			[ -z "$wrong" ] || { found="killed at $call $n: $wrong"; break 2; }
			places=$((places + 1))
		done
	done
	if [ -n "$found" ]; then fail "$what" "$found"; diagnose "$(tail -n 20 "$T/kipcd.log")"
	elif [ "$places" -gt 30 ]; then pass "$what ($places places)"
	else fail "$what" "only $places places: were the calls traced?"; fi
}

from_nothing() { clear_all; }

# A world that a start resumes: everything there, a message on the queue, text in the segment.
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

# A start that has to make an empty queue, a segment and a semaphore anew, under other keys and sizes.
old_world() {
	from_nothing_to_old
	start_kipcd && stop_kipcd
	change_mind
}

# A first start that is killed, and by the next one something else is declared.
from_nothing_to_old() {
	clear_all
	sed -i.new 's/0x4b02/0x5b02/; s/64K/32K/; s/16K/8K/; s/1,0,5/7/' "$conf"
}
change_mind() { mv "$conf.new" "$conf"; }

if [ -n "${SANITIZER_FLAGS:-}" ]; then
	skip "killed at each system call of a start" "with sanitizers; the plain build does it"
elif ! strace -qq -o /dev/null -e inject=getpid:signal=SIGKILL:when=999 true 2>/dev/null; then
	skip "killed at each system call of a start" "strace is missing or may not trace here"
else
	# All that changes the kernel's objects or the file system: between two of them, nothing can be half done.
	calls="msgget shmget semget msgctl shmctl semctl semop shmat shmdt mkdir mkdirat symlinkat renameat unlinkat write bind fchmodat"
	kill_everywhere "killed at each call of a first start" from_nothing troubles
	build_world
	kill_everywhere "killed at each call of a start that resumes" resumed_world world_is_whole
	kill_everywhere "killed at each call of a start that makes things anew" old_world troubles
	kill_everywhere "killed at each call of a first start, and then declared otherwise" from_nothing_to_old troubles change_mind
fi

# -- an intent, and then somebody else's object of our own uid on that key

clear_all
start_kipcd && stop_kipcd

ipcrm --all; rm -f "$KIPC_RUNTIME_DIR"/channels/[a-z]*
perl -e 'use IPC::SysV qw(IPC_CREAT); my $id = semget(0x4b03, 3, 0600 | IPC_CREAT) // die;
	semop($id, pack("s!3", 1, 7, 0)) or die' &&
	echo "build semaphore:4b03 maker=1" >"$KIPC_RUNTIME_DIR/channels/.intents"
start_kipcd
like "a set that somebody else made and used is no half-made one" "$(kipcctl list --no-legend --columns=name,state)" '^build +conflict$'
like "... and keeps its values" "$(ipcs -s -i "$(ipcs -s | awk '/0x00004b03/ { print $2 }')")" '^1 +7 '
stop_kipcd

# -- under traffic that outlasts the kills

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
is "and nothing is wrong afterwards" "$(troubles)" ""
stop_kipcd
finish
