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
start
coproc inside { exec unshare --ipc perl "$T/inside.pl"; }
exec 5<&"${inside[0]}" # bash closes its own when the program ends
inside_pid=$inside_PID
read -r -t 10 -u 5 queue segment pid

is "nothing of it is seen from outside" "$(kipcctl list --foreign --columns=key --no-legend | grep -c 0x00000077)" 0
exits 0 "list" kipcctl list --foreign --ipc-of="$pid" --columns=name,key --no-legend
is "has its objects, and none of ours" "$(tr -s ' ' <<<"$OUT")" "- 0x00000077
- 0x00000078"
like "and says where the names are" "$ERR" "no kipcd in $KIPC_RUNTIME_DIR serves this IPC namespace"
is "quietly" "$(kipcctl list --foreign --ipc-of="$pid" -q 2>&1 >/dev/null)" ""

waits() { kipcctl show -q --ipc-of="$pid" queue:0x77 | grep -q "blocked: $pid perl"; }
if cat "/proc/$pid/syscall" >/dev/null 2>&1; then
	until_true waits && pass "who waits there, by his number here" || fail "who waits there"
	like "and what he has attached" "$(kipcctl show -q --ipc-of="$pid" segment:0x78)" "^ +attached by: $pid perl.*, read-write$"
else
	skip "who waits there" "/proc/PID/syscall cannot be read here"
fi
# All of them at once. There may be more than these two: other tests run, too.
if [ "$(id -u)" = 0 ] && perl -MJSON::PP -e 1 2>/dev/null; then
	kipcctl list -q --ipc-of=all --foreign --json >"$T/all.json"
	here=$(json '(grep { ($_->{name} // "") eq "orders" } @$d)[0]{namespace}' <"$T/all.json")
	there=$(json "(grep { \$_->{kind} eq 'segment' && \$_->{id} == $segment && \$_->{key} eq '0x00000078' } @\$d)[0]{namespace}" <"$T/all.json")
	like "all namespaces: ours has a name" "$here" .
	like "the container's too" "$there" .
	unlike "another one" "$there" "^$(sed 's/[][\.*^$]/./g' <<<"$here")$"
	is "as a column, before all others" "$(kipcctl list -q --ipc-of=all | awk 'NR == 1 { print $1, $2 }')" "NAMESPACE NAME"
	is "which is not there otherwise" "$(kipcctl list | awk 'NR == 1 { print $1 }')" "NAME"
	like "who has a segment, there" "$(kipcctl list -q --ipc-of=all --foreign --kind=segment --columns=key,id,attached_by)" "^0x00000078 +$segment $pid perl$"
	used() { kipcctl limits -q --ipc-of=all --json | where=$1 json '(grep { $_->{name} eq "msgmni" && $_->{namespace} eq $ENV{where} } @$d)[0]{used}'; }
	is "limits: of ours" "$(used "$here")" 1
	is "limits: of the container" "$(used "$there")" 1
	like "sums by process" "$(kipcctl list -q --ipc-of=all --foreign --group-by=process)" "^$pid perl +0 "
	like "metrics have a label for it" "$(kipcctl metrics -q --ipc-of=all)" '^kipc_queue_messages[{]namespace="[^"]+",channel="orders"[}] 0$'
	is "and each family once" "$(kipcctl metrics -q --ipc-of=all | grep '^# TYPE' | sort | uniq -d)" ""
	is "no sample twice" "$(kipcctl metrics -q --ipc-of=all | grep -v '^#' | sed 's/ [^ ]*$//' | sort | uniq -d)" ""
	like "top has the column" "$(COLUMNS=100 kipcctl top -q --once --ipc-of=all)" "^NAME +NAMESPACE +KIND"
	is "and its JSON" "$(kipcctl top -q --once --json --ipc-of=all | json 'scalar grep { defined $_->{namespace} } @{$d->{channels}}')" 1
	exits 2 "what looks at one only" kipcctl show --ipc-of=all orders
	like "says which do not" "$ERR" "list, top, doctor, limits, metrics cover all IPC namespaces"
	if setpriv --reuid=12345 --clear-groups true 2>/dev/null; then
		chmod 755 "$T"
		exits 0 "who may not see them" setpriv --reuid=12345 --clear-groups kipcctl list --ipc-of=all
		like "is told so" "$ERR" "the IPC namespaces of [0-9]+ processes cannot be determined; root can see them"
	fi
else
	skip "all namespaces" "not root, or no perl JSON::PP"
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
if [ "$(id -u)" = 0 ]; then
	rm "$T/made"
	unshare --ipc perl -e '$| = 1; my $q = msgget(0x7a, 01666) // die; print "\n"; <STDIN>' <"$T/never" >"$T/made" & outer2=$!
	until_true test -s "$T/made"
	kipcctl doctor -q --ipc-of=all >"$T/found"
	like "doctor looks into all, and its commands name where" "$(grep -A 2 ': queue:@0: world-writable' "$T/found")" "kipcctl --ipc-of=$outer2 "
	is "in JSON each says where" "$(kipcctl doctor -q --ipc-of=all --json | json 'scalar grep { !defined $_->{namespace} } @$d')" 0
	kill "$outer2"
fi
kill "$outer"

exits 3 "a process that is not there" kipcctl list --ipc-of=4194304
like "is said" "$ERR" "^kipcctl: list --ipc-of=4194304: no such process$"
exits 2 "what is no process" kipcctl list --ipc-of=0
exits 0 "a process of our own namespace" kipcctl list --ipc-of=$$ --no-legend
like "changes nothing" "$OUT" "^orders "
exits 125 "lock has its own statuses" kipcctl lock --ipc-of=4194304 1 true
finish
