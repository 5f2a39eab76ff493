#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl metrics: what a monitor reads is right by its own checker, names channels and nothing that changes, and is whole.
. "$(dirname "$0")/tap.sh"

cat >"$conf" <<'EOF'
[queue orders]
key = 0x11
capacity = 1000
[segment prices]
size = 4K
[segment ticks]
size = 64K
layout = ring
[semaphore build]
values = 1,0
EOF
start_kipcd || fail "kipcd starts" "$(cat "$T/kipcd.log")"
kipcctl send orders one 'two words'
kipcctl send ticks a b c
kipcctl recv ticks >/dev/null
perl -e 'msgsnd(msgget(0x77, 01600 | 0600), pack("l! a*", 1, "foreign"), 0) or die'
kipcctl down 'build[1]' & waiter=$!
waits() { kipcctl show build | grep -q "blocked: $waiter "; }
until_true waits && can_see=yes || can_see=

exits 0 "figures" kipcctl metrics
has() { like "$1" "$OUT" "^kipc_$2$"; }
has "messages of a queue" 'queue_messages\{channel="orders"\} 2'
has "bytes" 'queue_bytes\{channel="orders"\} 12'
has "capacity" 'queue_capacity_bytes\{channel="orders"\} 1000'
has "when somebody sent" "queue_last_send_timestamp_seconds\{channel=\"orders\"\} $(date +%s | cut -c1-6)[0-9]{4}"
unlike "nobody received, and no time says so" "$OUT" 'last_receive_timestamp_seconds\{'
has "mappings" 'segment_attached\{channel="prices"\} 0'
has "counters of a ring" 'ring_messages_sent_total\{channel="ticks"\} 3'
has "and its depth" 'ring_messages\{channel="ticks"\} 2'
unlike "a raw segment has none" "$OUT" 'ring_.*prices'
has "values of semaphores" 'semaphore_value\{channel="build",index="0"\} 1'
[ -z "$can_see" ] || has "who waits" 'waiters\{channel="build",operation="operate"\} 1'
has "the state" 'channel_state\{channel="orders",kind="queue",state="active"\} 1'
has "and the others" 'channel_state\{channel="orders",kind="queue",state="lost"\} 0'
has "healings" 'channel_healings_total\{channel="orders"\} 0'
has "limits" 'limit_used\{name="msgmni"\} 2'
has "what is foreign, apart" 'foreign_objects\{kind="queue"\} 1'
has "and summed up" 'foreign_queue_messages 1'
has "kipcd" 'daemon_up 1'
has "and how it is" 'daemon_reloads_total 0'
is "it ends with its end" "$(tail -n 1 <<<"$OUT")" "# EOF"
unlike "no ids and pids" "$OUT" '(id|pid)="'
PATH=$PATH:$top_build
if command -v promtool >/dev/null; then
	promtool check metrics <<<"$OUT" >"$T/promtool" 2>&1
	is "promtool has nothing to say" "$? $(cat "$T/promtool")" "0 "
else
	skip "promtool has nothing to say" "it is not installed"
fi

exits 0 "into a file" kipcctl metrics --output="$T/kipc.prom"
is "which others may read" "$(stat -c %a "$T/kipc.prom")" 644
is "the same" "$(grep -vc '^kipc_daemon' "$T/kipc.prom")" "$(grep -vc '^kipc_daemon' <<<"$(kipcctl metrics)")"
is "and nothing beside it" "$(echo "$T"/kipc.prom*)" "$T/kipc.prom"
exits 1 "where nothing can be written" kipcctl metrics --output=/nonexistent/kipc.prom
like "is said" "$ERR" "/nonexistent/kipc.prom cannot be written: No such file"

kipcctl up 'build[1]'
wait "$waiter"
stop_kipcd
exits 0 "without kipcd" kipcctl metrics -q
has "it says so" 'daemon_up 0'
has "and shows what the kernel shows" 'queue_messages\{channel="orders"\} 2'
finish
