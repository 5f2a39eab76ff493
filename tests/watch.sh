#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl watch: changes in a segment, as lines in a pipe and marked on a screen.
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

exits 0 "--once succeeds" kipcctl watch prices --once --length=48
is "... and prints fields, then bytes" "$OUT" "count = 1
name = apple
00000000  01 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
00000010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
00000020  61 70 70 6c 65 00 00 00  00 00 00 00 00 00 00 00  |apple...........|"
exits 0 "--once with an undeclared field succeeds" kipcctl watch prices u8@0 --once --offset=16 --length=16
like "... and prints the given bytes" "$OUT" "^00000010 "
is "... and fields outside of them" "$(kipcctl watch prices u8@0 --once --offset=16 --length=16 | head -n 1)" "u8@0 = 1"

# In a pipe: a line for each change.
coproc log { exec kipcctl watch prices --interval=50ms --lock=guard -n 3; }
exec 5<&"${log[0]}"
log_pid=$log_PID
is_attached() { kipcctl show prices | grep -q "attached by: $log_pid kipcctl"; }
if cat "/proc/$log_pid/syscall" >/dev/null 2>&1; then until_true is_attached; fi
for value in 2 3 4 5 6 7 8 9; do
	kipcctl put prices count=$value name=n$value
	read -r -t 5 -u 5 line && break
done
like "a change is a line" "$line" '^20[-0-9]+ [:0-9.]+ count: [0-9] -> [0-9]$'
read -r -t 10 -u 5 line
like "a second change of one frame is another line" "$line" ' name: (apple|n[0-9]) -> n[0-9]$'
kipcctl put prices count=77
read -r -t 10 -u 5 line
like "a third change is a line" "$line" ' count: [0-9] -> 77$'
wait "$log_pid"
is "... and there are no other lines" $? 0
kipcctl watch prices --interval=50ms 2>"$T/err" | true
is "a reader that leaves early is no error" "$(cat "$T/err")" ""
exits 2 "an interval that is too short is wrong usage" kipcctl watch prices --interval=1ms
exits 3 "a segment that does not exist is an error" kipcctl watch nobody
exits 2 "an unknown field is wrong usage" kipcctl watch prices nothing

# Removed: watch ends when no other process can change the segment.
segment=$(ipcmk -M 64 | grep -o '[0-9]*$')
kipcctl watch "segment:@$segment" --interval=50ms >/dev/null 2>"$T/err" & watcher=$!
is_held() { [ "$(kipcctl list -q --foreign --columns=id,attached --kind=segment --no-legend | awk -v id="$segment" '$1 == id { print $2 }')" = 1 ]; }
until_true is_held
ipcrm -m "$segment"
wait "$watcher"
is "watch of a removed segment exits with 6" $? 6
like "... with the reason" "$(cat "$T/err")" "it was removed, and no other process has it attached"

if has_terminal; then
	terminal 80 24 kipcctl watch prices --interval=100ms
	shows "the screen shows the segment" ' prices  segment @[0-9]+, 4K, every 0.1 s$'
	shows "... its fields" '^count = 77'
	shows "... and its bytes" '^00000000  4d 00 00 00'
	kipcctl put prices count=78
	shows "a change is shown with its age" '^count = 78  \([0-9] s ago\)$'
	press NPage
	shows "PgDn shows the next page" '^00000140 '
	press End
	shows "End shows the last line" '^00000ff0 '
	press Home
	shows "Home shows the first" '^00000000  4e'
	press Space
	shows "space pauses" 'PAUSED$'
	press Space +
	shows "+ doubles the interval" 'every 0.2 s$'
	resize 20 5
	shows "a small terminal works" '^count = 78'
	resize 80 24
	shows "... and a large one again" '^00000000  4e'
	press q
	is "q ends it with 0" "$(terminal_status)" 0
	terminal 80 24 kipcctl watch prices
	shows "it can be started again" '^count = 78'
	kill "$(pgrep -f "^kipcctl watch prices$" -P "$(pgrep -f "^bash $T/terminal.sh$")")"
	is "a signal ends it with 143" "$(terminal_status)" 143
	terminal 80 24 TERM=nothing kipcctl watch prices
	is "an unknown terminal is an error" "$(terminal_status)" 1
else
	skip "watch on a screen" "tmux is not installed"
fi
finish
