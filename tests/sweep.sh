#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl sweep: removes leftovers of real programs; objects that are declared, in use or hold data stay.
. "$(dirname "$0")/tap.sh"

perl -MIPC::SysV -MJSON::PP -e 1 2>/dev/null || { echo "1..0 # SKIP no perl IPC::SysV"; exit 0; }
mkfifo "$T/open"
exec 6<>"$T/open"

# leaves PERL: runs it and lets it end; prints what it prints
leaves() { perl -MIPC::SysV=:all -e 'sub set { semctl($_[0], 0, SETALL, pack "S*", @_[1 .. $#_]) } '"$1"; }
# stays PERL: the same, but it runs until it is killed; leaves its pid in $stays_pid and its output in $stays
stays() {
	mkfifo "$T/stays"
	perl -MIPC::SysV=:all -e '$| = 1; sub set { semctl($_[0], 0, SETALL, pack "S*", @_[1 .. $#_]) } '"$1"'; print "\n"; <STDIN>' <&6 >"$T/stays" &
	stays_pid=$!
	read -r stays <"$T/stays"
	rm "$T/stays"
}
# sweep never attaches, so the objects stay as idle as they were.
sweep() { kipcctl sweep -q "$@"; }
fates() { kipcctl sweep --json -q "$@" | perl -MJSON::PP -e 'local $/; my $d = JSON::PP->new->decode(<STDIN>); print map { "$_->{address} $_->{action}" . (defined $_->{because} ? " $_->{because}" : "") . "\n" } @$d'; }
there() { kipcctl list -q --foreign --no-legend --kind="$1" --columns=id | xargs; }

exits 2 "sweep without a selection is wrong usage" kipcctl sweep
like "... with the options that select" "$ERR" "select leftovers with --owner=, --private, --unattached, --idle="
exits 2 "--kind alone is wrong usage" kipcctl sweep --kind=queue
exits 2 "--creator-gone alone is wrong usage" kipcctl sweep --creator-gone
like "... with the reason and what to add" "$ERR" "a daemon forks and its first process ends; add --unattached or --idle=SPAN"
exits 2 "--creator-gone with options that do not imply disuse is wrong usage" kipcctl sweep --creator-gone --private --owner=root --kind=segment
exits 2 "an unknown kind is wrong usage" kipcctl sweep --private --kind=pipe
exits 2 "an unknown user is wrong usage" kipcctl sweep --owner=no-such-user
is "... with the reason" "$ERR" "kipcctl: sweep: no such user: 'no-such-user'"
exits 2 "an invalid time span is wrong usage" kipcctl sweep --idle=long
exits 0 "nothing to sweep exits with 0" kipcctl sweep -q --private
is "... without output" "$OUT$ERR" ""
is "... and with [] in JSON" "$(kipcctl sweep -q --private --json)" "[]"

# Ended programs left one empty object of each kind and one with contents.
leaves 'defined msgget(IPC_PRIVATE, 0600) or die; shmget(IPC_PRIVATE, 4096, 0600) // die; semget(IPC_PRIVATE, 2, 0600) // die;
	my $q = msgget(0x51, IPC_CREAT | 0600); msgsnd $q, pack("l! a*", 1, "hello"), 0;
	my $m = shmget(0x52, 4096, IPC_CREAT | 0600); shmwrite $m, "x", 0, 1; my $s = semget(0x53, 2, IPC_CREAT | 0600); set($s, 1, 2)'
before=$(kipcctl list -q --foreign --json)
exits 0 "--dry-run exits with 0" kipcctl sweep --dry-run --owner="$(id -u)"
if grep -q 'queue:@0: left: threads may be waiting' <<<"$OUT"; then
	skip "queues" "/proc does not show waiting processes here"
	echo "1..$n_tests"
	exit 0
fi
like "... shows a segment that would be removed, with its evidence" "$OUT" "^segment:@0: would be removed: private, created by [^ ]+, 4K, last used 20[0-9: -]+; process [0-9]+, which created it, has ended; never attached$"
like "... and a queue" "$OUT" "^queue:@0: would be removed: private, created by [^ ]+, 0 messages, last used 20[0-9: -]+; never sent to; never received from$"
like "a queue with messages is left, with the option that removes it" "$OUT" \
	"^queue:@1: left: it holds 1 message \(5 bytes\); --with-contents removes it anyway \(created by .*; process [0-9]+, which sent last, has ended; never received from\)$"
like "a segment that was ever attached is left" "$OUT" "^segment:@1: left: it holds 4K of data; "
like "a set that was ever operated on is left" "$OUT" "^semaphore:@1: left: it has been operated on, "
like "... and both are counted" "$OUT" "^3 would be removed, 3 left$"
is "--dry-run changes nothing, not even times of use" "$(kipcctl list -q --foreign --json)" "$before"
is "--private selects objects without a key" "$(fates --dry-run --private)" "queue:@0 would_be_removed
segment:@0 would_be_removed
semaphore:@0 would_be_removed"
is "--kind limits it" "$(fates --dry-run --private --kind=queue,semaphore)" "queue:@0 would_be_removed
semaphore:@0 would_be_removed"
is "--creator-gone --unattached selects unattached segments of ended creators" "$(fates --dry-run --creator-gone --unattached)" \
	"segment:@0 would_be_removed
segment:@1 left contents"
is "--creator-gone --idle selects queues and sets whose processes are all known and ended" "$(fates --dry-run --creator-gone --idle=0 --with-contents)" \
	"segment:@0 would_be_removed
segment:@1 would_be_removed
semaphore:@1 would_be_removed"
is "--idle=1h selects nothing new" "$(fates --dry-run --idle=1h)" ""
is "--owner of other users selects nothing" "$(fates --dry-run --owner=12345,54321)" ""
is "--json has numbers, strings, booleans and times" \
	"$(kipcctl sweep -q --json --dry-run --private --kind=segment | perl -MJSON::PP -e 'local $/; my $d = JSON::PP->new->decode(<STDIN>)->[0];
		print join " ", $d->{id} + 1, $d->{key}, $d->{owner} eq $d->{creator}, $d->{uid} == $<, ref $d->{creator_gone}, $d->{last_used} =~ /^20.*Z$/, $d->{evidence} =~ /^private/')" \
	"1 0x00000000 1 1 JSON::PP::Boolean 1 1"
exits 0 "sweep --private exits with 0" kipcctl sweep --private
like "... prints what it removed" "$OUT" "^semaphore:@0: removed: private, "
like "... and how many" "$OUT" "^3 removed, 0 left$"
is "... and removes nothing else" "$(there queue) $(there segment) $(there semaphore)" "1 1 1"
exits 0 "sweep without --with-contents exits with 0" sweep --idle=0
is "... and leaves objects with contents" "$(there queue) $(there segment) $(there semaphore)" "1 1 1"
is "... unchanged" "$(kipcctl recv -N queue:@1)" "hello"
exits 0 "sweep --with-contents exits with 0" kipcctl sweep --idle=0 --with-contents --kind=segment,semaphore
is "... and removes them" "$(there queue) $(there segment)$(there semaphore)" "1 "
sweep --idle=0 --with-contents
is "the queue is removed once its last processes have ended" "$(there queue)" ""

# Each way of being in use. --with-contents concerns contents only.
all() { fates --owner="$(id -u)" --with-contents; }
stays 'my $q = msgget(IPC_PRIVATE, 0600); msgsnd $q, pack("l! a*", 1, "x"), 0'
is "a queue whose sender runs is in use" "$(all)" "queue:@$(there queue) left in_use"
kill "$stays_pid"; wait "$stays_pid" 2>/dev/null
exits 0 "... and is removed once it has ended" sweep --private --with-contents
is "... and is gone" "$(there queue)" ""

stays 'my $q = msgget(IPC_PRIVATE, 0600); msgsnd $q, pack("l! a*", 1, "x"), 0; exit if !fork; msgrcv $q, my $m, 9, 0, 0; $q = msgget(0x51, IPC_CREAT | 0600)'
like "a queue whose receiver runs is in use" "$(kipcctl sweep -q --dry-run --private --with-contents; kipcctl sweep --dry-run --private --with-contents)" \
	"left: process $stays_pid, which (sent|received) last, is still running"
kill "$stays_pid"; wait "$stays_pid" 2>/dev/null
sweep --idle=0 --with-contents

leaves 'defined msgget(0x51, IPC_CREAT | 0600) or die'
queue=$(there queue)
kipcctl recv "queue:@$queue" >"$T/received" & receiver=$!
if cat "/proc/$receiver/syscall" >/dev/null 2>&1; then
	until_true is_blocked "queue:@$queue" "$receiver"
	exits 0 "a queue that was never used is left while a process waits on it" kipcctl sweep --idle=0 --with-contents
	like "... with the reason" "$OUT" "^queue:@$queue: left: process $receiver is blocked on it "
	kipcctl send "queue:@$queue" hello
	wait "$receiver"
	is "... which gets its message" "$(cat "$T/received")" "hello"
else
	kill "$receiver"
	skip "a queue that was never used is left while a process waits on it" "/proc/PID/syscall cannot be read here"
fi
sweep --idle=0 --with-contents
is "... and is removed afterwards" "$(there queue)" ""

stays 'my $m = shmget(IPC_PRIVATE, 4096, 0600)'
is "a segment whose creator runs is in use" "$(all)" "segment:@$(there segment) left in_use"
kill "$stays_pid"; wait "$stays_pid" 2>/dev/null
# Like PHP's shm_attach() and IPC::Shareable: the creator has ended, and the users attach only for a moment.
leaves 'defined shmget(0x52, 4096, IPC_CREAT | 0600) or die'
stays 'my $m = shmget(0x52, 4096, 0600); shmwrite $m, "visits 1", 0, 8'
like "a segment whose last user runs is in use" "$(kipcctl sweep --unattached --with-contents)" "left: process $stays_pid, which last had it attached, is still running"
is "... and its bytes are kept" "$(kipcctl read segment:0x52 | head -c 8)" "visits 1"
kill "$stays_pid"; wait "$stays_pid" 2>/dev/null
stays 'my $m = shmget(0x52, 4096, 0600); our $a = shmat($m, undef, 0)'
like "an attached segment is in use" "$(kipcctl sweep --idle=0 --with-contents --kind=segment)" "left: it is attached 1 time"
is "... and --unattached does not select it" "$(fates --unattached --with-contents --kind=segment | grep -c " left")" 0
kill "$stays_pid"; wait "$stays_pid" 2>/dev/null
sweep --idle=0 --with-contents
is "... and they are removed afterwards" "$(there segment)" ""

stays 'my $s = semget(IPC_PRIVATE, 1, 0600); set($s, 1)'
is "a set whose last operator runs is in use" "$(all)" "semaphore:@$(there semaphore) left in_use"
kill "$stays_pid"; wait "$stays_pid" 2>/dev/null
set=$(there semaphore)
kipcctl down -q "semaphore:@$set"
kipcctl down -q "semaphore:@$set" & waiter=$!
waits() { kipcctl show --json -q "semaphore:@$set" | grep -q '"waiting": 1'; }
until_true waits
like "a set that a thread waits for is in use" "$(kipcctl sweep --idle=0 --with-contents)" "left: 1 thread is waiting for it"
kipcctl up -q "semaphore:@$set"
wait "$waiter"
is "... and the thread gets it" $? 0
sweep --idle=0 --with-contents
is "... and is removed afterwards" "$(there semaphore)" ""

# Where the processes cannot be seen.
leaves 'my $q = msgget(0x51, IPC_CREAT | 0600); msgsnd $q, pack("l! a*", 1, "x"), 0; my $m = shmget(0x52, 4096, IPC_CREAT | 0600); shmwrite $m, "x", 0, 1;
	my $s = semget(0x53, 1, IPC_CREAT | 0600); set($s, 1); semop $s, pack "s3", 0, -1, 0'
inside() { unshare --pid --fork --mount-proc kipcctl sweep --idle=0 --with-contents "$@"; }
if unshare --pid --fork --mount-proc true 2>/dev/null; then
	exits 0 "sweep works in another PID namespace" inside
	like "... leaves a queue whose processes cannot be seen" "$OUT" "^queue:@[0-9]+: left: the process that sent last is in a PID namespace that cannot be seen from here"
	like "... a segment" "$OUT" "^segment:@[0-9]+: left: the process that created it is in a PID namespace"
	like "... and a set" "$OUT" "^semaphore:@[0-9]+: left: the process that operated on it last is in a PID namespace"
	sweep --idle=0 --with-contents --kind=queue
	leaves 'defined msgget(0x51, IPC_CREAT | 0600) or die'
	like "... and a queue whose waiting processes cannot be seen" "$(inside --kind=queue)" "left: threads may be waiting for it: processes in other PID namespaces"
	is "... so that all objects stay" "$(there queue | wc -w)$(there segment | wc -w)$(there semaphore | wc -w)" 111
else
	skip "sweep works in another PID namespace" "no PID namespace here"
fi
sweep --idle=0 --with-contents

# Channels: declared, observed, adopted, being created; with kipcd, without it, and with another kipcd.
leaves 'my $q = msgget(0x54, IPC_CREAT | 0600); defined msgget(0x55, IPC_CREAT | 0600) or die'
cat >"$conf" <<'END'
[daemon]
sample_interval = 100ms
[queue orders]
key = 0x51
[segment prices]
size = 4K
[semaphore build]
values = 1,0
[queue watched]
key = 0x54
manage = observe
[queue absent]
key = 0x57
manage = observe
END
start
exits 0 "an object is adopted" kipcctl adopt -q queue:0x55 bills
everything() { fates --owner="$(id -u)" --with-contents; }
is "channels are not selected" "$(everything)" ""
leaves 'defined msgget(0x57, IPC_CREAT | 0600) or die'
like "... nor an object with the key of a channel" "$(everything)" "^(queue:@[0-9]+ left declared)?$"
is_seen() { [ "$(kipcctl list -q --no-legend --columns=name --state=active | xargs)" = "absent bills build orders prices watched" ]; }
until_true is_seen
stop_kipcd
is "... also while kipcd is stopped" "$(everything | grep -v ' left declared')" ""
is "... and all objects are still there" "$(there queue | wc -w)$(there segment | wc -w)$(there semaphore | wc -w)" 411
other() { KIPC_RUNTIME_DIR=$T/other "$@"; }
start
is "... also with another kipcd" "$(other everything | awk '{ print $2, $3 }' | sort | uniq -c | xargs)" "6 left declared"
stop_kipcd
sweep --owner="$(id -u)" --with-contents
printf 'late queue:58 maker=1\n' >"$KIPC_RUNTIME_DIR/channels/.intents"
leaves 'defined msgget(0x58, IPC_CREAT | 0600) or die'
is "... nor an object that is being created" "$(everything | tail -n 1 | cut -d' ' -f2-)" "left declared"
rm "$KIPC_RUNTIME_DIR/channels/.intents"
leaves 'my $s = semget(IPC_PRIVATE, 8, 0611); set($s, 1 .. 8)'
is "... nor a kipcd's marker of its IPC namespace" "$(fates --private --with-contents)" ''
is "... which is still there" "$(ipcs -s | grep -c ' 611 ')" 1
if can_be 12345 && chmod 711 "$T"; then
	chmod 700 "$KIPC_RUNTIME_DIR"
	exits 5 "a registry that cannot be read exits with 5" setpriv --reuid=12345 --clear-groups kipcctl sweep --owner=root --idle=0
	like "... and nothing is removed" "$ERR" "^kipcctl: sweep: the registry in $KIPC_RUNTIME_DIR cannot be read \(Permission denied\), so nothing was removed$"
	chmod 755 "$KIPC_RUNTIME_DIR"
	id=$(leaves 'print shmget(IPC_PRIVATE, 4096, 0666)')
	exits 0 "sweep as another user exits with 0" setpriv --reuid=12345 --clear-groups kipcctl sweep -q --private
	is "... and does not select other users' objects" "$OUT" ""
	exits 5 "sweep --owner of another user exits with 5" setpriv --reuid=12345 --clear-groups kipcctl sweep -q --private --owner=root --kind=segment
	is "... with the reason" "$ERR" "kipcctl: sweep segment:@$id: only its owner, its creator and root may remove it"
	# A registry that a user wrote protects only its own objects.
	mkdir -p "$T/his/channels"
	ln -s "$(readlink "$KIPC_RUNTIME_DIR/channels/.ns")" "$T/his/channels/.ns"
	ln -s "segment:0x00000000:$id:0" "$T/his/channels/mine"
	chown -R 12345 "$T/his"
	cp "$(command -v bash)" "$T/kipcd"
	setpriv --reuid=12345 --clear-groups "$T/kipcd" -c "exec 7<'$T/his'; echo; read -r _" <&6 >"$T/his.out" & liar=$!
	until_true test -s "$T/his.out"
	exits 0 "a process that pretends to be kipcd changes nothing" kipcctl sweep -q --private --kind=segment
	is "... and does not protect other users' objects" "$(there segment | tr ' ' '\n' | grep -cx "$id")" 0
	kill "$liar"
else
	skip "as another user" "not root"
fi

# A pid that is reused belongs to another process.
if unshare --pid --fork --mount-proc sh -c 'echo 1 >/proc/sys/kernel/ns_last_pid' 2>/dev/null; then
	cat >"$T/recycle.sh" <<'END'
	echo 4000 >/proc/sys/kernel/ns_last_pid
	perl -e 'shmget(0x60, 4096, 01600) // die; print $$' >maker
	# recycle: a process with that number, in place of the one that has it
	recycle() {
		[ "$other" = 0 ] || { kill "$other"; wait "$other"; other=0; }
		until [ "$other" = "$(cat maker)" ]; do
			echo $(($(cat maker) - 1)) >/proc/sys/kernel/ns_last_pid
			tail -f /dev/null & other=$!
			others="${others:-} $other"
		done
	}
	is_gone() { kipcctl sweep -q --dry-run --creator-gone --unattached --json | grep -q '"creator_gone": true'; }
	other=0 end=$((SECONDS + 30))
	recycle
	until is_gone || [ $SECONDS -gt $end ]; do
		read -r -t 0.5 _ <>never
		recycle
	done
	kipcctl sweep --creator-gone --unattached
	kill $others
END
	mkfifo "$T/never"
	OUT=$(cd "$T" && unshare --pid --fork --mount-proc bash "$T/recycle.sh" 2>&1)
	if grep -q 'is still running' <<<"$OUT"; then
		skip "a reused pid" "the clock was set while this machine ran, by more than that"
	else
		like "a reused pid does not count as the creator" "$OUT" "removed: created by .*; process [0-9]+, which created it, has ended \(another process has its number now\)"
	fi
else
	skip "a reused pid" "no PID namespace here"
fi
# A signal during the last check is deferred, so that no object is left without its mode.
if can_trace; then
	ipcrm --all
	# A process starts to wait on the second queue once the first is removed, while the sweep is slow.
	two='msgget($_, IPC_CREAT | 0640) for 0x71 .. 0x72'
	leaves "$two"
	strace -f -o "$T/strace" -e trace=msgctl kipcctl sweep -q --idle=0 >/dev/null
	nth=$(grep msgctl "$T/strace" | grep -n -m 1 IPC_RMID | cut -d: -f1)
	leaves "$two"
	stays '$| = 1; our $q = msgget(0x72, 0); if (!fork) { 1 while defined msgget(0x71, 0); exit(msgrcv($q, my $m, 9, 0, 0) ? 0 : 1) }'
	strace -f -o "$T/strace" -e trace=msgctl -e inject=msgctl:delay_exit=900000:when="$nth" kipcctl sweep -q --idle=0 >/dev/null
	is "a queue is left if a process starts to wait on it during the sweep" "$(ipcs -q | grep -c "^0x00000072")" 1
	kipcctl send queue:0x72 hello
	kill "$stays_pid"; wait "$stays_pid" 2>/dev/null
	ipcrm --all
	# shut_out CALL COMMAND…: prints objects without their mode after the command is killed in its Nth such call, for each N
	shut_out() {
		local n status=143
		for ((n = 1; n < 40 && status == 143; n++)); do
			leaves "$made"
			bash -c 'exec strace -f -o "$0" -e trace="$1" -e inject="$1":signal=TERM:when="$2" "${@:3}" >/dev/null 2>&1' "$T/strace" "$1" "$n" "${@:2}"
			status=$?
			kipcctl list -q --foreign --no-legend --columns=kind,mode | awk -v n="$n" '$2 == "0000" || $2 == "0400" { print n, $0 }'
		done
		[ "$n" -gt 3 ] || echo "ended $n times"
	}
	made='msgget($_, IPC_CREAT | 0640) for 0x71 .. 0x72; my $q = msgget(0x72, 0); msgsnd $q, pack("l! a*", 1, "x"), 0'
	is "a sweep of queues that is killed leaves no queue without its mode" "$(shut_out msgctl kipcctl sweep --idle=0 --with-contents --kind=queue)" ""
	is "a removal that is killed leaves no queue without its mode" "$(shut_out msgctl kipcctl remove queue:0x71)" ""
	made='shmwrite shmget(0x72, 4096, IPC_CREAT | 0640), "x", 0, 1'
	is "a sweep of segments that is killed leaves no segment without its mode" "$(shut_out shmctl kipcctl sweep --idle=0 --with-contents --kind=segment)" ""
	made='set(semget(0x72, 1, IPC_CREAT | 0640), 1)'
	is "a sweep of sets that is killed leaves no set without its mode" "$(shut_out semctl kipcctl sweep --idle=0 --with-contents --kind=semaphore)" ""
else
	skip "a sweep that is killed" "strace cannot be used"
fi
finish
