#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl watch: what changes in a segment, as lines into a pipe and marked on a screen.
. "$(dirname "$0")/tap.sh"

cat >"$conf" <<'EOF'
[segment prices]
size = 4K
field.count = u32@0
field.name = char[8]@32
[semaphore guard]
values = 1
EOF
start
kipcctl put prices count=1 name=apple

exits 0 "once" kipcctl watch prices --once --length=48
is "fields, then bytes" "$OUT" "count = 1
name = apple
00000000  01 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
00000010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
00000020  61 70 70 6c 65 00 00 00  00 00 00 00 00 00 00 00  |apple...........|"
exits 0 "one field, ad hoc" kipcctl watch prices u8@0 --once --offset=16 --length=16
like "and the bytes asked for" "$OUT" "^00000010 "
is "what lies between is not left out" "$(kipcctl watch prices u8@0 --once --offset=16 --length=16 | head -n 1)" "u8@0 = 1"

# Into a pipe: a line for each change.
coproc log { exec kipcctl watch prices --interval=50ms --lock=guard -n 3; }
exec 5<&"${log[0]}"
log_pid=$log_PID
is_attached() { kipcctl show prices | grep -q "attached by: $log_pid kipcctl"; }
if cat "/proc/$log_pid/syscall" >/dev/null 2>&1; then until_true is_attached; fi
for value in 2 3 4 5 6 7 8 9; do
	kipcctl put prices count=$value name=n$value
	read -r -t 5 -u 5 line && break
done
like "a change" "$line" '^20[-0-9]+ [:0-9.]+ count: [0-9] -> [0-9]$'
read -r -t 10 -u 5 line
like "another of the same frame" "$line" ' name: (apple|n[0-9]) -> n[0-9]$'
kipcctl put prices count=77
read -r -t 10 -u 5 line
like "a third" "$line" ' count: [0-9] -> 77$'
wait "$log_pid"
is "and that was all" $? 0
kipcctl watch prices --interval=50ms 2>"$T/err" | true
is "a reader that leaves" "$(cat "$T/err")" ""
exits 2 "too often" kipcctl watch prices --interval=1ms
exits 3 "what is not there" kipcctl watch nobody
exits 2 "no such field" kipcctl watch prices nothing

# Removed: it ends when nobody else can change it any more.
segment=$(ipcmk -M 64 | grep -o '[0-9]*$')
kipcctl watch "segment:@$segment" --interval=50ms >/dev/null 2>"$T/err" & watcher=$!
is_held() { [ "$(kipcctl list -q --foreign --columns=id,attached --kind=segment --no-legend | awk -v id="$segment" '$1 == id { print $2 }')" = 1 ]; }
until_true is_held
ipcrm -m "$segment"
wait "$watcher"
is "a removed segment" $? 6
like "is said" "$(cat "$T/err")" "it was removed, and no other process has it attached"

if has_terminal; then
	terminal 80 24 kipcctl watch prices --interval=100ms
	shows "the segment" ' prices  segment @[0-9]+, 4K, every 0.1 s$'
	shows "its fields" '^count = 77'
	shows "its bytes" '^00000000  4d 00 00 00'
	kipcctl put prices count=78
	shows "a change, and when it was" '^count = 78  \([0-9] s ago\)$'
	press NPage
	shows "the next page" '^00000140 '
	press End
	shows "the last line" '^00000ff0 '
	press Home
	shows "the first" '^00000000  4e'
	press Space
	shows "paused" 'PAUSED$'
	press Space +
	shows "half as often" 'every 0.2 s$'
	resize 20 5
	shows "a small terminal" '^count = 78'
	resize 80 24
	shows "a large one again" '^00000000  4e'
	press q
	is "q ends it" "$(terminal_status)" 0
	terminal 80 24 kipcctl watch prices
	shows "again" '^count = 78'
	kill "$(pgrep -f "^kipcctl watch prices$" -P "$(pgrep -f "^bash $T/terminal.sh$")")"
	is "a signal ends it" "$(terminal_status)" 143
	terminal 80 24 TERM=nothing kipcctl watch prices
	is "an unknown terminal" "$(terminal_status)" 1
else
	skip "on a screen" "tmux is not installed"
fi
finish
