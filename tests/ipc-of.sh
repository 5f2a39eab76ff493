#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl --ipc-of: objects and messages of another IPC namespace, such as a container's, with process numbers of this one.
. "$(dirname "$0")/tap.sh"

# The container: a namespace with a program that waits on a queue and has a segment attached.
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

is "objects of the container are not visible from outside" "$(kipcctl list --foreign --columns=key --no-legend | grep -c 0x00000077)" 0
exits 0 "list --ipc-of works" kipcctl list --foreign --ipc-of="$pid" --columns=name,key --no-legend
is "... and prints its objects only" "$(tr -s ' ' <<<"$OUT")" "- 0x00000077
- 0x00000078"
like "... with a note about names" "$ERR" "no kipcd in $KIPC_RUNTIME_DIR serves this IPC namespace"
is "... but not with -q" "$(kipcctl list --foreign --ipc-of="$pid" -q 2>&1 >/dev/null)" ""

waits() { kipcctl show -q --ipc-of="$pid" queue:0x77 | grep -q "blocked: $pid perl"; }
if cat "/proc/$pid/syscall" >/dev/null 2>&1; then
	until_true waits && pass "show names the process that waits there, by its number here" || fail "show names the process that waits there"
	like "... and the process that has a segment attached" "$(kipcctl show -q --ipc-of="$pid" segment:0x78)" "^ +attached by: $pid perl.*, read-write$"
else
	skip "show names the process that waits there" "/proc/PID/syscall cannot be read here"
fi
# All namespaces at once. There may be more than these two, since other tests run too.
if [ "$(id -u)" = 0 ] && perl -MJSON::PP -e 1 2>/dev/null; then
	kipcctl list -q --ipc-of=all --foreign --json >"$T/all.json"
	here=$(json '(grep { ($_->{name} // "") eq "orders" } @$d)[0]{namespace}' <"$T/all.json")
	there=$(json "(grep { \$_->{kind} eq 'segment' && \$_->{id} == $segment && \$_->{key} eq '0x00000078' } @\$d)[0]{namespace}" <"$T/all.json")
	like "--ipc-of=all names our namespace" "$here" .
	like "... and the container's" "$there" .
	unlike "... differently" "$there" "^$(sed 's/[][\.*^$]/./g' <<<"$here")$"
	is "list has the column NAMESPACE first" "$(kipcctl list -q --ipc-of=all | awk 'NR == 1 { print $1, $2 }')" "NAMESPACE NAME"
	is "... and only with --ipc-of=all" "$(kipcctl list | awk 'NR == 1 { print $1 }')" "NAME"
	like "list names the process that has a segment attached there" "$(kipcctl list -q --ipc-of=all --foreign --kind=segment --columns=key,id,attached_by)" "^0x00000078 +$segment $pid perl$"
	# The name of a namespace gains or loses its inode when other tests begin or end, so it is read each time.
	uses_one() { # OBJECT, a condition
		local where
		where=$(kipcctl list -q --ipc-of=all --foreign --json | json "(grep { $1 } @\$d)[0]{namespace}")
		[ "$(kipcctl limits -q --ipc-of=all --json |
			where=$where json '(grep { $_->{name} eq "msgmni" && $_->{namespace} eq $ENV{where} } @$d)[0]{used}')" = 1 ]
	}
	exits 0 "limits counts our objects" until_true uses_one '($_->{name} // "") eq "orders"'
	exits 0 "limits counts those of the container" until_true uses_one "\$_->{kind} eq 'segment' && \$_->{id} == $segment && \$_->{key} eq '0x00000078'"
	like "--group-by=process covers the container" "$(kipcctl list -q --ipc-of=all --foreign --group-by=process)" "^$pid perl +0 "
	like "metrics has the label namespace" "$(kipcctl metrics -q --ipc-of=all)" '^kipc_queue_messages[{]namespace="[^"]+",channel="orders"[}] 0$'
	is "... each family once" "$(kipcctl metrics -q --ipc-of=all | grep '^# TYPE' | sort | uniq -d)" ""
	is "... and no sample twice" "$(kipcctl metrics -q --ipc-of=all | grep -v '^#' | sed 's/ [^ ]*$//' | sort | uniq -d)" ""
	like "top has the column NAMESPACE" "$(COLUMNS=100 kipcctl top -q --once --ipc-of=all)" "^NAME +NAMESPACE +KIND"
	is "... and --json has it" "$(kipcctl top -q --once --json --ipc-of=all | json 'scalar grep { defined $_->{namespace} } @{$d->{channels}}')" 1
	exits 2 "a verb for one namespace refuses --ipc-of=all" kipcctl show --ipc-of=all orders
	like "... and names those that take it" "$ERR" "the verbs for all IPC namespaces are list, top, doctor, limits, metrics"
	if setpriv --reuid=12345 --clear-groups true 2>/dev/null; then
		chmod 755 "$T"
		exits 0 "a user that may not see the namespaces gets a list" setpriv --reuid=12345 --clear-groups kipcctl list --ipc-of=all
		like "... with a note" "$ERR" "the IPC namespaces? of [0-9]+ process(es)? cannot be determined; root can see them"
	fi
else
	skip "all namespaces" "not root, or no perl JSON::PP"
fi
exits 0 "send --ipc-of works" kipcctl send --ipc-of="$pid" --type=7 0x77 "from outside"
read -r -t 10 -u 5 message
is "... and the message arrives" "$message" "from outside"
wait "$inside_pid"

# Printed commands also mean the container, and not the object with that id here.
unshare --ipc perl -e '$| = 1; defined shmget(0x79, 4096, 01600 | 0666) or die; print "\n"; <STDIN>' <"$T/never" >"$T/made" & outer=$!
found() { kipcctl doctor -q --ipc-of="$outer" | grep -A 2 "$1"; }
until_true test -s "$T/made"
like "doctor's command names the container" "$(found world-writable)" "^    [$] kipcctl --ipc-of=$outer show segment:@[0-9]+$"
like "... and the runtime folder" "$(kipcctl doctor -q --ipc-of="$outer" --runtime-dir="$T/a'b")" " --runtime-dir='$T/a'\\\\''b' show"
like "... and shows the object there" "$(bash -c "$(found world-writable | sed -n 's/^    [$] //p')" 2>&1)" "^ +key: 0x00000079$"
if nsenter --ipc --target="$outer" sysctl -qw kernel.shm_rmid_forced=1 2>/dev/null; then
	like "doctor finds a setting of the container" "$(found rmid-forced)" "^    [$] nsenter --ipc --target=$outer sysctl -w kernel.shm_rmid_forced=0$"
	bash -c "$(found rmid-forced | sed -n 's/^    [$] //p')" >/dev/null
	is "... and its command fixes it there" "$(found rmid-forced)" ""
fi
if [ "$(id -u)" = 0 ]; then
	rm "$T/made"
	unshare --ipc perl -e '$| = 1; my $q = msgget(0x7a, 01666) // die; print "\n"; <STDIN>' <"$T/never" >"$T/made" & outer2=$!
	until_true test -s "$T/made"
	kipcctl doctor -q --ipc-of=all >"$T/found"
	like "doctor --ipc-of=all names the container in each command" "$(grep -A 2 ': queue:@0: world-writable' "$T/found")" "kipcctl --ipc-of=$outer2 "
	is "... and --json names the namespace of each finding" "$(kipcctl doctor -q --ipc-of=all --json | json 'scalar grep { !defined $_->{namespace} } @$d')" 0
	kill "$outer2"
fi
kill "$outer"

exits 3 "a process that does not exist is an error" kipcctl list --ipc-of=4194304
like "... with the reason" "$ERR" "^kipcctl: list --ipc-of=4194304: no such process$"
exits 2 "an invalid process is wrong usage" kipcctl list --ipc-of=0
exits 0 "a process of our own namespace is accepted" kipcctl list --ipc-of=$$ --no-legend
like "... and changes nothing" "$OUT" "^orders "
exits 125 "lock with a bad --ipc-of exits with 125" kipcctl lock --ipc-of=4194304 1 true
finish
