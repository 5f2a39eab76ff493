#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl --ipc-of: objects and messages of another IPC namespace, as a container has, with processes as they are called here.
. "$(dirname "$0")/tap.sh"

# The container: a namespace with a queue that a program of its own waits on, and a segment that it has attached.
cat >"$T/inside.pl" <<'EOF'
use IPC::SysV qw(shmat); $| = 1;
my $queue = msgget(0x77, 01600 | 0600) // die; my $segment = shmget(0x78, 4096, 01600 | 0600) // die;
my $attached = shmat($segment, undef, 0) or die;
print "$queue $segment $$\n";
msgrcv($queue, my $message, 100, 7, 0) or die;
print substr($message, length pack "l!"), "\n";
EOF
perl -MIPC::SysV -e 1 2>/dev/null || { echo "1..0 # SKIP no perl IPC::SysV"; exit 0; }
unshare --ipc true 2>/dev/null || { echo "1..0 # SKIP no IPC namespace inside the one of the tests"; exit 0; }

echo '[queue orders]' >"$conf"
mkfifo "$T/never"
exec 6<>"$T/never"
start_kipcd || fail "kipcd starts" "$(cat "$T/kipcd.log")"
coproc inside { exec unshare --ipc perl "$T/inside.pl"; }
exec 5<&"${inside[0]}" # bash closes its own when the program ends
inside_pid=$inside_PID
read -r -t 10 -u 5 queue segment pid

is "nothing of it is seen from outside" "$(kipcctl list --foreign --columns=key --no-legend | grep -c 0x00000077)" 0
exits 0 "list" kipcctl list --foreign --ipc-of="$pid" --columns=name,key --no-legend
is "has its objects, and none of ours" "$(tr -s ' ' <<<"$OUT")" "- 0x00000077
- 0x00000078"
like "and says where the names are" "$ERR" "no kipcd named this IPC namespace in $KIPC_RUNTIME_DIR"
is "quietly" "$(kipcctl list --foreign --ipc-of="$pid" -q 2>&1 >/dev/null)" ""

waits() { kipcctl show -q --ipc-of="$pid" queue:0x77 | grep -q "blocked: $pid perl"; }
if cat "/proc/$pid/syscall" >/dev/null 2>&1; then
	until_true waits && pass "who waits there, by his number here" || fail "who waits there"
	like "and what he has attached" "$(kipcctl show -q --ipc-of="$pid" segment:0x78)" "^ +attached by: $pid perl.*, read-write$"
else
	skip "who waits there" "/proc/PID/syscall cannot be read here"
fi
exits 0 "a message into it" kipcctl send --ipc-of="$pid" --type=7 0x77 "from outside"
read -r -t 10 -u 5 message
is "arrives" "$message" "from outside"
wait "$inside_pid"

# What is to be typed means the container too, and not the object with that id out here.
unshare --ipc perl -e '$| = 1; defined shmget(0x79, 4096, 01600 | 0666) or die; print "\n"; <STDIN>' <"$T/never" >"$T/made" & outer=$!
found() { kipcctl doctor -q --ipc-of="$outer" | grep -A 2 "$1"; }
until_true test -s "$T/made"
like "a command for the container names it" "$(found world-writable)" "^    [$] kipcctl --ipc-of=$outer show segment:@[0-9]+$"
like "and kipcd" "$(kipcctl doctor -q --ipc-of="$outer" --runtime-dir="$T/a'b")" " --runtime-dir='$T/a'\\\\''b' show"
like "and means the object there" "$(bash -c "$(found world-writable | sed -n 's/^    [$] //p')" 2>&1)" "^ +key: 0x00000079$"
if nsenter --ipc --target="$outer" sysctl -qw kernel.shm_rmid_forced=1 2>/dev/null; then
	like "a setting of the container" "$(found rmid-forced)" "^    [$] nsenter --ipc --target=$outer sysctl -w kernel.shm_rmid_forced=0$"
	bash -c "$(found rmid-forced | sed -n 's/^    [$] //p')" >/dev/null
	is "is mended there" "$(found rmid-forced)" ""
fi
kill "$outer"

exits 3 "a process that is not there" kipcctl list --ipc-of=4194304
like "is said" "$ERR" "^kipcctl: list --ipc-of=4194304: there is no such process$"
exits 2 "what is no process" kipcctl list --ipc-of=0
exits 0 "a process of our own namespace" kipcctl list --ipc-of=$$ --no-legend
like "changes nothing" "$OUT" "^orders "
exits 125 "lock has its own statuses" kipcctl lock --ipc-of=4194304 1 true
finish
