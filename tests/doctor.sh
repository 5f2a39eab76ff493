#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl doctor: real programs cause each problem, and doctor finds it with its evidence. Then the printed command is run as it
# is: it fixes the problem or shows more about it, and no data, message or access is lost. Next to each problem stands the
# nearest case without one, which doctor must not report.
. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/doctor-tap.sh"

cat >"$conf" <<'END'
[queue orders]
key = 0x11
capacity = 64
[queue bills]
key = 0x12
capacity = 64
[semaphore build]
key = 0x13
values = 1
[semaphore jobs]
key = 0x14
values = 0
END
start
exits 0 "a healthy machine exits with 0" kipcctl doctor -q
is "... and has no findings but 'unseen'" "$(kipcctl doctor --json | json 'join " ", grep { $_ ne "unseen" } map { $_->{finding} } @$d')" ""
LATER=$((3 * DAY))
is "... nor three days later" "$(later kipcctl doctor --json | json 'join " ", grep { $_ ne "unseen" } map { $_->{finding} } @$d')" ""
LATER=0

# -- queues ----------------------------------------------------------------------------------------------------------

# The queue is full, its reader has crashed, and another process waits to send.
fill() { kipcctl send "$1" "$(printf 'x%.0s' {1..64})"; }
depth_of() { kipcctl list --foreign --columns=name,id,messages --no-legend | awk -v a="$1" '$1 == a || "@" $2 == a { print $3 }'; }
fill orders
perl -e 'msgrcv(msgget(0x11, 0), $b, 100, 0, 0) or die; kill 9, $$' & reader=$!
wait "$reader" 2>/dev/null
fill orders
kipcctl send orders more & sender=$!
until_true is_blocked orders "$sender"
silent "a queue that is full for a moment is no finding" full-no-reader
LATER=100
like "a queue whose reader crashed is found" "$(finding full-no-reader)" \
	"^danger 100% full \(1 message, 64 bytes\), waiting to send: $sender kipcctl.*; process $reader, which received last \(20.*\), has ended: start it again$"
exits 8 "... and is a danger" later kipcctl doctor
like "... and show prints it" "$(later kipcctl show orders)" "^ +danger: 100% full .*process $reader, which received last"
like "... with the command" "$(later kipcctl show orders)" "^ +try: kipcctl set orders capacity=128$"
mend full-no-reader
wait "$sender"
silent "the command gives it room" full-no-reader
is "... and no message is lost" "$(kipcctl recv --all orders | cut -c1-4 | tr '\n' ' ')" "xxxx more "
LATER=0
perl -e '$q = msgget(0x15, 01600 | 0600); msgsnd($q, pack("l! a*", 1, "x" x 8000), 2048) or die for 1 .. 2'
LATER=100
like "a full foreign queue that no process ever read is found" "$(finding full-no-reader queue:@)" "^danger 9[0-9]% full \(2 messages, 15.6K\); no process has ever received"
mend full-no-reader queue:@
like "... the command shows it" "$(cat "$T/mend")" "^ +messages: 2$"
is "... and it keeps its messages" "$(kipcctl recv --all queue:0x15 | wc -l)" 2
LATER=0

# The reader runs but is stopped by a signal: in the middle of a receive, or while it does something else.
fill bills
coproc stuck { exec perl -e '$| = 1; $q = msgget(0x12, 0); for (1 .. 3) { msgrcv($q, $b, 100, 0, 0) or die; print "\n"; <STDIN> if $_ == 2 }'; }
stuck_pid=$stuck_PID
exec 5<&"${stuck[0]}" 6>&"${stuck[1]}"
is_stopped() { grep -q '^State:.T' "/proc/$stuck_pid/status"; }
stop_reader() {
	kill -STOP "$stuck_pid"
	until_true is_stopped
	fill bills
}
stopped="^warning 100% full .*; $stuck_pid perl.*, which received last .*, is not waiting for a message now: it is stopped$"
read -r -t 10 -u 5
until_true is_blocked bills "$stuck_pid"
stop_reader
like "a reader that is stopped while it receives is found" "$(finding stuck-reader)" "$stopped"
like "... and show says so" "$(kipcctl show bills)" "blocked: $stuck_pid perl.* waits to receive, but is stopped$"
mend stuck-reader
read -r -t 10 -u 5
silent "the command continues it" stuck-reader
# Now it processes what it received.
fill bills
silent "a slow consumer is no finding" stuck-reader
LATER=200
silent "... nor after three minutes" stuck-reader
LATER=400
like "... after seven it is a finding" "$(finding stuck-reader)" "^warning 100% full .*; $stuck_pid perl.* is not waiting for a message now: it waits for something else$"
is "... whose command does not end it" "$(command_of stuck-reader)" "kipcctl show bills"
mend stuck-reader
kill -0 "$stuck_pid" && pass "... and it still runs" || fail "... and it still runs"
LATER=0
kill -STOP "$stuck_pid"
until_true is_stopped
like "a reader that is stopped elsewhere is found" "$(finding stuck-reader)" "$stopped"
mend stuck-reader
echo >&6
wait "$stuck_pid"
silent "the command continues it too" stuck-reader
is "... and it has read the messages" "$(depth_of bills)" 0

# Messages have a type that no waiting reader accepts.
kipcctl send --type=5 orders five
kipcctl recv --type=7 orders >/dev/null & picky=$!
until_true is_blocked orders "$picky"
silent "messages of another type are no finding at first" wrong-type
LATER=100
like "messages of a type that no reader waits for are found" "$(finding wrong-type)" \
	"^warning 1 message waits, but not of a type that a waiting reader accepts; waiting to receive: $picky kipcctl"
mend wrong-type
like "... the command shows them" "$(cat "$T/mend")" '"type": ?5'
is "... and does not take them" "$(depth_of orders)" 1
LATER=0
kipcctl send --type=7 orders seven
wait "$picky"
kipcctl purge -q orders
# A server works on one request. Another request waits, and a client waits for its answer.
coproc server { exec perl -e '$| = 1; $q = msgget(0x11, 0); msgrcv($q, $b, 100, 1, 0) or die; print "\n"; <STDIN>'; }
server_pid=$server_PID
kipcctl send orders one
read -r -t 10 -u "${server[0]}"
kipcctl send orders two
kipcctl recv --type=99 orders >/dev/null & client=$!
until_true is_blocked orders "$client"
LATER=200
silent "a request behind a busy server is no finding" wrong-type
LATER=0
kill "$client" "$server_pid"; wait "$client" "$server_pid" 2>/dev/null
kipcctl purge -q orders

# A reader that polls with a buffer that is too small.
coproc poller { exec perl -e '$| = 1; $q = msgget(0x11, 0); for (;;) { print "got ", substr($b, length pack "l!"), "\n" if msgrcv($q, $b, 10, 0, 2048); print "$!\n" if $! =~ /long/ && !$n++; select undef, undef, undef, 0.05 }'; }
poller_pid=$poller_PID
exec 8<&"${poller[0]}"
kipcctl send orders small
read -r -t 10 -u 8
kipcctl send orders 'fifteen bytes..' next
read -r -t 10 -u 8 complaint
silent "a message that has just arrived is no finding" too-large
LATER=100
told() { find_one too-large '' 'evidence command' >"$T/found" && [ -s "$T/found" ]; }
until_true told # it may have been seen between two sleeps
like "a message that is too large for its reader is found" "$(cat "$T/found")" \
	"^$poller_pid perl.* received last .*, wakes up every 0.05 s and leaves the next message \(type 1, 15 bytes\)"
like "... with how to set it aside, and a command that leaves it there for other readers" "$(cat "$T/found")" \
	"'kipcctl move -n 1 --type=1 orders OTHER' moves it out of the way kipcctl peek --json orders$"
like "... which shows it" "$(kipcctl peek --json orders)" '"fifteen bytes..'
is "... and it is still the first" "$(depth_of orders)" 2
kipcctl create queue other >/dev/null
exits 0 "setting it aside works" kipcctl move -n 1 --type=1 orders other
read -r -t 10 -u 8 next
is "... the reader gets the next message" "${next:0:8}" "got next"
is "... and the large one is kept" "$(kipcctl recv other)" "fifteen bytes.."
kipcctl remove -q other
silent "... and the finding is gone" too-large
LATER=0
kill "$poller_pid"; wait "$poller_pid" 2>/dev/null
kipcctl purge -q orders
# A client that polls for its answer leaves the request for a server that is down at the moment.
coproc client { exec perl -e '$| = 1; $q = msgget(0x11, 0); msgsnd($q, pack("l! a*", 5, "answer"), 0) or die; msgrcv($q, $b, 9, 5, 0) or die; print "\n"; until (msgrcv($q, $b, 9, 5, 2048)) { select undef, undef, undef, 0.05 }'; }
client_pid=$client_PID
read -r -t 10 -u "${client[0]}"
kipcctl send orders request
LATER=100
until_true told
bash -c "$(grep -o 'kipcctl peek.*$' "$T/found")" >/dev/null
LATER=0
is "a request that a polling client leaves stays for its server" "$(kipcctl recv -N orders)" request
kill "$client_pid"; wait "$client_pid" 2>/dev/null

# Orphans: the processes that sent, received or waited have ended, nothing happened for a day, and the user has no process.
if can_be_others; then
	as $stranger perl -e '$q = msgget(0x16, 01600 | 0600); msgsnd($q, pack("l! a*", 3, "last words"), 0) or die'
	LATER=$((DAY - 60))
	silent "a foreign queue is no orphan before a day has passed" orphan-queue
	LATER=$((DAY + 60))
	like "an orphan is found" "$(finding orphan-queue)" "^warning 1 message in 1 queue of user $stranger \(queue:@[0-9]+\), last received: never; not used for a day$"
	mend orphan-queue
	silent "... the command removes it" orphan-queue
	like "... and saves its message to a file" "$(cat "$T"/queue-*.json)" 'last words'
	is "... that only its owner can read" "$(stat -c %a "$T"/queue-*.json)" 600
	LATER=0
	coproc other { exec setpriv --reuid=$stranger --regid=$stranger --clear-groups perl -e '$| = 1; $q = msgget(0x16, 01600 | 0600); msgsnd($q, pack("l! a*", 3, "words"), 0) or die; print "\n"; <STDIN>'; }
	other_pid=$other_PID
	read -r -t 10 -u "${other[0]}"
	LATER=$((DAY + 60))
	like "unread messages of a user with processes are found" "$(finding orphan-queue)" "^warning 1 message in 1 queue of user $stranger "
	mend orphan-queue
	is "... the command shows and keeps them" "$(kipcctl peek queue:0x16)" words
	LATER=0
	kill "$other_pid"; wait "$other_pid" 2>/dev/null
	kipcctl remove -q --force queue:0x16
fi

# -- segments --------------------------------------------------------------------------------------------------------

if can_be_others; then
	as $stranger perl -e '$m = shmget(0x21, 8192, 01600 | 0600) // die; shmwrite($m, "visits 3", 0, 8) or die'
	silent "a segment that is not attached is no finding at first" orphan-segment
	LATER=$((DAY - 60))
	silent "... nor before a day has passed" orphan-segment
	coproc other { exec setpriv --reuid=$stranger --regid=$stranger --clear-groups perl -e '$| = 1; print "\n"; <STDIN>'; }
	other_pid=$other_PID
	read -r -t 10 -u "${other[0]}"
	LATER=$((DAY + 60))
	like "a segment of a user with processes is found" "$(finding orphan-segment)" "; the contents may still be needed: processes of $stranger are running$"
	mend orphan-segment
	is "... the command shows it" "$(kipcctl read --length=8 segment:0x21)" "visits 3"
	LATER=0
	kill "$other_pid"; wait "$other_pid" 2>/dev/null
	LATER=$((2 * DAY))
	if can_trace; then
		doctor_by=(strace -f -o /dev/null -e inject=getdents64:error=EIO)
		like "... where processes cannot be examined, the command only shows it" "$(command_of orphan-segment)" "^kipcctl show segment:@"
		doctor_by=()
	fi
	command=$(command_of orphan-segment)
	coproc back { exec perl -MIPC::SysV=shmat -e '$| = 1; shmat(shmget(0x21, 0, 0), undef, 0) or die "$!"; print "\n"; <STDIN>'; }
	back_pid=$back_PID
	read -r -t 10 -u "${back[0]}"
	exits 1 "the command fails if a process attached it since the finding" bash -c "cd $T && $command"
	like "... and leaves it" "$ERR" "it is attached, and --unattached removes only unattached segments"
	kill "$back_pid"; wait "$back_pid" 2>/dev/null
	rm -f "$T"/segment-*.bin
	LATER=$((3 * DAY))
	like "an orphan is found" "$(finding orphan-segment)" "^warning 8K in 1 segment of user $stranger \(segment:@[0-9]+\), attached by no process; last use: 20.*; created by a process that has ended$"
	mend orphan-segment
	silent "... the command removes it" orphan-segment
	is "... and saves its bytes to a file" "$(head -c 8 "$T"/segment-*.bin)" "visits 3"
	rm -f "$T"/segment-*.bin
	LATER=0
	# Its mode admits other users, and one of them comes every two days: it read "visits 3" and wrote "visits 4".
	as $stranger perl -e '$m = shmget(0x22, 8192, 01666) // die; shmwrite($m, "visits 3", 0, 8) or die'
	as $neighbour perl -e 'shmwrite(shmget(0x22, 0, 0) // die, "visits 4", 0, 8) or die'
	LATER=$((2 * DAY))
	like "a segment that other users may attach is found" "$(finding orphan-segment)" "; the contents may still be needed: its mode lets every user in$"
	mend orphan-segment
	is "... and the command keeps it" "$(as $neighbour kipcctl read --length=8 segment:0x22)" "visits 4"
	LATER=0
	kipcctl remove -q --force segment:0x22
	as $stranger perl -e '$m = shmget(0x23, 8192, 01660) // die; shmwrite($m, "visits 3", 0, 8) or die'
	coproc member { exec setpriv --reuid=$neighbour --regid=$neighbour --groups=$stranger perl -e '$| = 1; print "\n"; <STDIN>'; }
	member_pid=$member_PID
	read -r -t 10 -u "${member[0]}"
	LATER=$((2 * DAY))
	like "a segment that its group may attach is found" "$(finding orphan-segment)" "; the contents may still be needed: processes of group $stranger are running$"
	like "... and the command keeps it" "$(command_of orphan-segment)" "^kipcctl show segment:@"
	kill "$member_pid"; wait "$member_pid" 2>/dev/null
	like "... unless the group has no process" "$(command_of orphan-segment)" "remove --force --unattached"
	LATER=0
	kipcctl remove -q --force segment:0x23
	as $stranger perl -e '$q = msgget(0x24, 01622) // die; msgsnd($q, pack("l! a*", 1, "x"), 0) or die'
	LATER=$((2 * DAY))
	like "a queue that other users may read is not removed" "$(command_of orphan-queue)" "^kipcctl show queue:@"
	LATER=0
	kipcctl remove -q --force queue:0x24
	as $stranger perl -e 'for (1 .. 30) { defined shmget(0x2100 + $_, 4096, 01600 | 0600) or die }'
	LATER=$((2 * DAY))
	like "thirty orphans of one user are one finding" "$(finding orphan-segment)" "^warning 120K in 30 segments of user $stranger \(segment:@[0-9]+, .* and 26 more\)"
	mend orphan-segment
	silent "... with one command" orphan-segment
	is "... that saves all of them" "$(cat "$T"/segment-*.bin | wc -c)" 122880
	rm -f "$T"/segment-*.bin
	LATER=0
else
	skip "orphans" "this needs users"
fi

# A removed segment that is still attached cannot be found by its key. Without a key this is normal: it is freed with its last user.
coproc holder { exec perl -MIPC::SysV=shmat -e '$| = 1; sub make { my $m = shmget($_[0], 4096, 01600 | 0600); shmat($m, undef, 0) or die; shmctl($m, 0, 0) or die } make(0); print "\n"; <STDIN>; make(0x2200 + $_) for 1 .. 300; print "\n"; <STDIN>'; }
holder_pid=$holder_PID
exec 5<&"${holder[0]}" 6>&"${holder[1]}"
read -r -t 10 -u 5
silent "a private segment that ends with its process is no finding" removed-held
echo >&6
read -r -t 10 -u 5
like "three hundred removed segments of one process are one finding" "$(finding removed-held)" \
	"^warning 1.2M in 300 segments \(segment:@[0-9]+, .* and 296 more\), removed but still attached by $holder_pid perl.*; programs that look up its key do not find it$"
mend removed-held
kill -0 "$holder_pid" && pass "their holder still runs" || fail "their holder still runs"
coproc second { exec perl -MIPC::SysV=shmat -e '$| = 1; shmat(shmget(0x2201, 4096, 01600 | 0600), undef, 0) or die; print "\n"; <STDIN>'; }
second_pid=$second_PID
read -r -t 10 -u "${second[0]}"
like "a removed segment and its successor are a danger" "$(finding removed-held)" "^danger .*by $holder_pid perl.*; other programs have segment:@[0-9]+ attached, which has the same key and shares nothing with it$"
mend removed-held
like "... the command shows both" "$(grep -c "attached by:" "$T/mend")" "^2$"
kill "$second_pid"; wait "$second_pid" 2>/dev/null
kipcctl remove -q --force segment:0x2201
echo >&6
wait "$holder_pid"
silent "... and the finding is gone with its last user" removed-held

# -- semaphores ------------------------------------------------------------------------------------------------------

# A lock that an ended process took. (A script may hold it from one command to the next, so it is no finding at first.)
perl -e 'semop(semget(0x13, 0, 0), pack "s3", 0, -1, 0) or die' & taker=$!
wait "$taker"
silent "a lock that an ended process took is no finding at first" dead-holder
LATER=100
like "... then it is a notice" "$(finding dead-holder)" \
	"^notice semaphore\[0\] is 0; process $taker, which operated on it last, has ended \(20.*\); if it held the lock, 'kipcctl up --max=1 build\[0\]' releases it$"
kipcctl down build & waiter=$!
until_true is_blocked build "$waiter"
like "... and a danger if others wait for it" "$(finding dead-holder)" "^danger semaphore\[0\] is 0, and 1 thread is waiting for it: $waiter kipcctl.*; process $taker, .* has ended"
mend dead-holder
like "... the command shows the waiting process" "$(cat "$T/mend")" "blocked: $waiter "
LATER=$((DAY + 60))
is "... also after a day" "$(command_of dead-holder)" "kipcctl show build"
exits 0 "kipcctl up releases it" kipcctl up --max=1 build
wait "$waiter"
LATER=0
kipcctl up --max=1 build # the waiter had it, and has ended too
LATER=$((DAY + 60))
silent "... and the finding is gone" dead-holder
LATER=0
# A daemon takes a lock against a second instance, and then forks.
coproc daemon { perl -e '$| = 1; semop(semget(0x13, 0, 0), pack "s3", 0, -1, 0) or die; exit if fork; print "$$\n"; select undef, undef, undef, 300'; exec cat; }
exec 5<&"${daemon[0]}" 6>&"${daemon[1]}"
read -r -t 10 -u 5 daemon_pid
LATER=$((3 * DAY))
like "a lock that passed from an ended process to its child is a notice" "$(finding dead-holder)" "^notice semaphore\[0\] is 0; process [0-9]+, .* has ended"
mend dead-holder
LATER=0
exits 4 "... and the command does not release it" kipcctl down --no-wait build
kill "$daemon_pid" "$daemon_PID"; wait "$daemon_PID" 2>/dev/null
kipcctl up --max=1 build
LATER=$((DAY + 60))

# A counter of jobs is 0 when there is nothing to do, also after a restart of kipcd.
kipcctl down jobs & waiter=$!
until_true is_blocked jobs "$waiter"
stop_kipcd
LATER=0 start_kipcd || fail "kipcd starts again"
silent "a declared counter at 0 is no finding" dead-holder jobs
kipcctl up jobs
wait "$waiter"
silent "... nor after its use" dead-holder jobs
perl -e '$s = semget(0x17, 1, 01600 | 0600); semctl($s, 0, 16, 0) // die' # SETVAL
perl -e 'semop(semget(0x17, 0, 0), pack "s3", 0, -1, 0) or die' & waiter=$!
is_wanted() { kipcctl show semaphore:0x17 | grep -q "blocked: $waiter "; }
until_true is_wanted
silent "a foreign counter that its creator set is no finding" dead-holder semaphore:@
perl -e 'semop(semget(0x17, 0, 0), pack "s3", 0, 1, 0) or die'
wait "$waiter"
silent "... nor one that no process waits for" dead-holder semaphore:@
perl -e 'semop(semget(0x17, 0, 0), pack "s3", 0, -1, 0) or die' & waiter=$!
until_true is_wanted
like "a set that may be a lock or a counter is a notice, and the command only shows it" "$(finding dead-holder semaphore:@) $(command_of dead-holder semaphore:@)" \
	"^notice semaphore\[0\] is 0, and 1 thread is waiting for it.*; if it is a lock, it may be abandoned; if it is a counter, this is normal kipcctl show semaphore:@[0-9]+$"
LATER=0
kipcctl up semaphore:0x17
wait "$waiter"
kipcctl remove -q --force semaphore:0x17

# Private sets and queues whose creators have ended.
perl -e 'for (1 .. 19) { $s = semget(0, 1, 01600 | 0600); semop($s, pack "s3", 0, 1, 0) or die }'
silent "nineteen private sets are no finding" leaked
perl -e '$s = semget(0, 1, 01600 | 0600); semop($s, pack "s3", 0, 1, 0) or die'
like "twenty leaked private sets are found" "$(finding leaked)" "^warning 20 semaphore sets of user root without a key \(semaphore:@[0-9]+, .* and 16 more\), left by processes that have ended; last use: 20.*; they may still be needed: processes of root are running$"
mend leaked
like "... the command shows each with its evidence" "$(cat "$T/mend")" "^semaphore:@[0-9]+: left: .*process [0-9]+, which operated on it last, has ended"
is "... and keeps them, since root has processes" "$(ipcs -s | grep -c '^0x00000000')" 20
ipcs -s | awk '$1 == "0x00000000" { print $2 }' | xargs -n 1 ipcrm -s
if can_be_others; then
	as $stranger perl -e 'for (1 .. 5) { $s = semget(0, 1, 01600 | 0600); semop($s, pack "s3", 0, 1, 0) or die } $q = msgget(0, 01600 | 0600); msgsnd($q, pack("l! a*", 1, "x"), 2048); msgrcv($q, $b, 10, 0, 0); $q = msgget(0, 01600 | 0600); msgsnd($q, pack("l! a*", 1, "kept"), 2048)'
	LATER=$((DAY + 60))
	like "five leaked sets of a user without processes are found after a day" "$(finding leaked semaphore)" "^warning 5 semaphore sets of user $stranger without a key"
	mend leaked semaphore
	silent "... the command removes them" leaked semaphore
	mend leaked queue
	silent "... and an empty queue" leaked queue
	is "... but no message" "$(kipcctl recv --all "queue:@$(ipcs -q | awk '$1 == "0x00000000" { print $2 }')")" kept
	LATER=0
	ipcs -q | awk '$1 == "0x00000000" { print $2 }' | xargs -n 1 ipcrm -q
fi
coproc maker { exec perl -e '$| = 1; for (1 .. 20) { $s = semget(0, 1, 01600 | 0600); semop($s, pack "s3", 0, 1, 0) or die } print "\n"; <STDIN>'; }
maker_pid=$maker_PID
read -r -t 10 -u "${maker[0]}"
LATER=$((DAY + 60))
silent "twenty private sets of a running process are no finding" leaked
LATER=0
kill "$maker_pid"; wait "$maker_pid" 2>/dev/null
ipcs -s | awk '$1 == "0x00000000" { print $2 }' | xargs -n 1 ipcrm -s

# -- channels --------------------------------------------------------------------------------------------------------

# A declared key that belongs to a foreign object.
perl -e 'defined msgget(0x31, 01600 | 0600) or die'
printf '[queue mine]\nkey = 0x31\n' >>"$conf"
kipcctl reload >/dev/null
like "a conflict is found" "$(finding key-conflict)" "^danger its key 0x00000031 belongs to queue @[0-9]+, created by uid "
like "... the command adopts the object" "$(command_of key-conflict)" "^kipcctl adopt queue:@[0-9]+ mine$"
mend key-conflict
silent "... and the finding is gone" key-conflict
is "... and the channel is active" "$(state_of mine)" active
if can_be_others; then
	coproc user { exec setpriv --reuid=$stranger --regid=$stranger --clear-groups perl -e '$| = 1; $q = msgget(0x32, 01666); msgrcv($q, $b, 100, 0, 0) or die "$!"; print "$b\n"; msgrcv($q, $b, 100, 0, 0) or die "$!"; print "\n"'; }
	user_pid=$user_PID
	exec 7<&"${user[0]}"
	is_made() { ipcs -q | grep -q '^0x00000032'; }
	until_true is_made
	printf '[queue yours]\nkey = 0x32\n' >>"$conf"
	kipcctl reload >/dev/null
	like "a conflict names the process that adopting would shut out" "$(finding key-conflict)" "^danger its key 0x00000032 .*; waiting: $user_pid perl"
	like "... and the command only shows both" "$(command_of key-conflict)" "^kipcctl show yours queue:@[0-9]+$"
	mend key-conflict
	kipcctl send queue:0x32 one two
	read -r -t 10 -u 7 first
	wait "$user_pid" && pass "it still gets its messages" || fail "it still gets its messages"
	sed -i '/yours/,$d' "$conf"
	kipcctl remove -q --force queue:0x32
	kipcctl reload >/dev/null
fi

# A channel in use gets another key, which belongs to a foreign object.
printf '[queue moved]\nkey = 0x38\n' >>"$conf"
kipcctl reload >/dev/null
kipcctl send moved kept
perl -e 'msgrcv(msgget(0x38, 0), $b, 100, 77, 0)' & reader=$!
until_true is_blocked moved "$reader"
perl -e 'defined msgget(0x39, 01600 | 0600) or die'
sed -i 's/^key = 0x38/key = 0x39/' "$conf"
kipcctl reload >/dev/null
like "a conflict names what programs use under the old key" "$(finding key-conflict)" \
	"^danger its key 0x00000039 belongs to .*; its previous object, queue @[0-9]+, still exists: it holds 1 message \(4 bytes\); waiting: $reader perl"
mend key-conflict
like "... the command shows it" "$(cat "$T/mend")" "blocked: $reader perl"
is "... and keeps its message" "$(kipcctl peek queue:0x38)" kept
kill "$reader"; wait "$reader" 2>/dev/null
ipcrm -Q 0x39
sed -i 's/^key = 0x39/key = 0x38/' "$conf"
kipcctl reload >/dev/null
silent "... and the finding is gone with the old key" key-conflict
kipcctl purge -q moved

# A semaphore that is removed from outside.
ipcrm -S 0x13
kipcctl reload >/dev/null
like "a lost channel is found" "$(finding state build)" "^danger lost: semaphore @[0-9]+ was removed"
mend state build
silent "... the command recovers it" state build

# A segment that is removed while it is attached.
kipcctl create segment table size=4096 >/dev/null
coproc user { exec perl -MIPC::SysV=shmat -e '$| = 1; shmat($ARGV[0], undef, 0) or die; print "\n"; <STDIN>' "$(id_of table)"; }
user_pid=$user_PID
exec 6>&"${user[1]}"
read -r -t 10 -u "${user[0]}"
ipcrm -m "$(id_of table)"
is_lost() { [ "$(state_of table)" = lost ]; }
until_true is_lost
like "a lost segment is found" "$(finding state table)" "^danger lost: segment @[0-9]+ was removed and is still attached 1 time"
is "... the command does not recreate it while it is attached" "$(command_of state table)" "kipcctl show table"
mend state table
like "... and names the process that has it attached" "$(cat "$T/mend")" "attached by: $user_pid perl"
kill "$user_pid"; wait "$user_pid" 2>/dev/null
is_active() { [ "$(state_of table)" = active ]; }
until_true is_active
silent "... and the finding is gone once it is detached" state table

# Removed by hand.
kipcctl remove -q --force table
kipcctl create queue once >/dev/null
kipcctl remove -q orders
like "an absent channel is found" "$(finding state orders)" "^warning absent: removed by hand: 'kipcctl reload' recreates it$"
mend state orders
silent "... the command recreates it" state orders
is "... and it is active" "$(state_of orders)" active

# Removed repeatedly: kipcd waits longer each time, and says so.
remove_again() { ipcrm -Q 0x11 2>/dev/null; [ "$(state_of orders)" = absent ]; }
until_true remove_again
like "a channel that is removed repeatedly is found" "$(finding state orders)" "^warning absent: "
is "... the command recreates it at once" "$(command_of state orders)" "kipcctl reload"
mend state orders
is "... and it is active" "$(state_of orders)" active

# No longer declared.
printf '[queue short]\nkey = 0x33\n' >>"$conf"
kipcctl reload >/dev/null
sed -i '/short/,$d' "$conf"
kipcctl reload >/dev/null
like "a retained channel is a notice" "$(finding state short)" "^notice retained: no longer declared"
is "... the command removes it if it is empty" "$(command_of state short)" "kipcctl remove short"
kipcctl send short kept
is "... and shows it if it is not" "$(command_of state short)" "kipcctl show short"
mend state short
is "... and its messages are kept" "$(kipcctl recv short)" kept
mend state short
silent "... then the command removes it" state short

# Not as declared.
printf '[segment sized]\nkey = 0x34\nsize = 4096\n' >>"$conf"
kipcctl reload >/dev/null
kipcctl write sized data
sed -i 's/^size = 4096/size = 8192/' "$conf"
kipcctl reload >/dev/null
like "a stale channel is found" "$(finding state sized)" "^warning stale: size 4K -> 8K requires a new segment, but it holds 4K of data"
mend state sized
is "... and the command keeps its data" "$(kipcctl read --length=4 sized)" data
sed -i '/sized/,$d' "$conf"
kipcctl remove -q --force sized
kipcctl reload >/dev/null

# What the kernel does not allow.
if sysctl -qw kernel.shmmax=65536 2>/dev/null; then
	printf '[segment large]\nkey = 0x35\nsize = 128K\n[semaphore many]\nkey = 0x36\nvalues = 1,1,1,1\n[queue one-more]\nkey = 0x37\n' >>"$conf"
	queues=$(ipcs -q | grep -c '^0x')
	sysctl -qw kernel.sem="3 32000 500 32000" kernel.msgmni="$queues"
	kipcctl reload >/dev/null
	like "a segment above shmmax is found" "$(finding state large)" "^danger failed: the kernel allows no segment of 128K"
	is "... with the command that raises it" "$(command_of state large)" "sysctl -w kernel.shmmax=131072 && kipcctl reload"
	mend state large
	silent "... which works" state large
	is "a set above semmsl gets a command" "$(command_of state many)" "sysctl -w kernel.sem='4 32000 500 32000' && kipcctl reload"
	mend state many
	silent "... which works" state many
	is "a queue above msgmni gets a command" "$(command_of state one-more)" "sysctl -w kernel.msgmni=$((queues + 1)) && kipcctl reload"
	mend state one-more
	silent "... which works" state one-more
	sysctl -qw kernel.msgmni=32000
	kipcctl set bills capacity=64 >/dev/null
	sysctl -qw kernel.msgmnb=16384
	kipcctl set bills capacity=20000 >/dev/null
	like "a queue for which msgmnb is too small is found" "$(finding capacity)" "^warning "
	mend capacity
	is "... the command gives it its capacity" "$(kipcctl list --columns=name,capacity --bytes --no-legend | awk '$1 == "bills" { print $2 }')" 20000
	is "... and the finding is gone" "$(finding capacity)$(finding state bills)" ""
else
	skip "limits" "they may not be set here"
fi

# -- access ----------------------------------------------------------------------------------------------------------

kipcctl set bills mode=0666 >/dev/null
like "a world-writable channel is found" "$(finding world-writable)" "^warning mode 0666 lets every user send to it; a narrower mode may shut out programs that use it"
if can_be_others; then
	perl -e 'defined msgget(0x41, 01666) or die; defined msgget(0x42, 01666) or die'
	as $stranger perl -e 'msgsnd(msgget(0x41, 0), pack("l! a*", 1, "x"), 0) or die'
	like "world-writable objects of one user are one finding" "$(finding world-writable queue:@)" "^warning mode 0666 lets every user .*: queue:@[0-9]+, queue:@[0-9]+"
	mend world-writable queue:@
	as $stranger perl -e 'msgsnd(msgget(0x41, 0), pack("l! a*", 1, "x"), 0) or die' && pass "... and other users keep their access" || fail "... and other users keep their access"
	ipcrm -Q 0x41 -Q 0x42
	as $stranger perl -e 'defined msgget(0x43, 01640) or die'
	coproc user { exec setpriv --reuid=$stranger --regid=$stranger --clear-groups perl -e '$| = 1; print "\n"; <STDIN>'; }
	user_pid=$user_PID
	read -r -t 10 -u "${user[0]}"
	silent "an object of an unnamed user with a process is no finding" owner-gone
	kill "$user_pid"; wait "$user_pid" 2>/dev/null
	like "an object of an unnamed user without a process is found" "$(finding owner-gone)" "^warning it belongs to uid $stranger, which is not a known user and has no processes"
	mend owner-gone
	silent "... the command adopts it" owner-gone
	is "... unchanged" "$(kipcctl list --columns=name,state,mode --no-legend | tr -s ' ' | grep ^queue-43)" "queue-43 active 0640"
	kipcctl set orders owner=$stranger >/dev/null
	like "a channel of an unnamed user is found" "$(finding owner-gone)" "^warning it belongs to uid $stranger"
	mend owner-gone
	like "... the command shows it" "$(cat "$T/mend")" "^ +owner: $stranger$"
	exits 0 "... and its owner can still send to it" as $stranger kipcctl send --no-wait queue:0x11 hourly
	is "... and the message arrives" "$(kipcctl recv -N orders)" hourly
	kipcctl set orders owner=root >/dev/null
	silent "a channel of a named user is no finding" owner-gone
	perl -e 'defined msgget(0x44, 01600 | 0600) or die'
	perl -MIPC::Msg -e 'my $q = IPC::Msg->new(0x44, 0) or die; $q->set(uid => $ARGV[0], gid => $ARGV[0]) or die' $stranger
	like "an object that was given to a user is only shown" "$(command_of owner-gone)" "^kipcctl show queue:@"
	kipcctl remove -q queue:0x44
fi
kipcctl set bills mode=0660 >/dev/null
silent "a mode that is narrow again is no finding" world-writable

# -- the machine -----------------------------------------------------------------------------------------------------

if sysctl -qw kernel.msgmni=3 2>/dev/null; then
	coproc hog { exec perl -MIPC::SysV=IPC_PRIVATE -e '$| = 1; for (1 .. 10) { defined shmget(0, 4096, 01600) or die } print "\n"; <STDIN>'; }
	hog_pid=$hog_PID
	read -r -t 10 -u "${hog[0]}"
	sysctl -qw kernel.shmmni=11
	like "a limit that is used up is found" "$(finding limit)" "msgmni: [0-9]+ of 3 queues are in use: [0-9]+ of root"
	like "... with its largest users" "$(finding limit)" "shmmni: 1[01] of 11 segments are in use: .*1[01] of root.*; created: .*10 by $hog_pid perl"
	later kipcctl doctor -q --json | json 'join "\n", map { $_->{command} } grep { $_->{finding} eq "limit" } @$d' >"$T/raise"
	bash -e "$T/raise" >/dev/null
	silent "... the commands raise it" limit
	kill "$hog_pid"; wait "$hog_pid" 2>/dev/null
	sysctl -qw kernel.msgmni=0
	mend limit
	silent "a limit of 0 is raised too" limit
	sysctl -qw kernel.shm_rmid_forced=1
	like "shm_rmid_forced is found" "$(finding rmid-forced)" "^warning kernel.shm_rmid_forced is 1"
	mend rmid-forced
	silent "... the command turns it off" rmid-forced
fi

# -- exit status and output --------------------------------------------------------------------------------------------------

kipcctl set bills mode=0666 >/dev/null
exits 0 "a warning exits with 0" kipcctl doctor -q
exits 8 "... and with 8 under --fail-on=warning" kipcctl doctor -q --fail-on=warning
kipcctl set bills mode=0660 >/dev/null
exits 0 "a notice exits with 0" kipcctl doctor -q --fail-on=warning
exits 2 "an unknown severity is wrong usage" kipcctl doctor --fail-on=notice
like "... with the severities" "$ERR" "--fail-on: 'notice' is not warning or danger"

# The names of processes are escaped on a terminal and in JSON.
fill orders; fill orders
perl -MIPC::SysV -e '$0 = "e\e[31m\n\xff"; msgsnd(msgget(0x11, 0), pack("l! a*", 1, "x"), 0)' & evil=$!
until_true is_blocked orders "$evil"
LATER=100
is "no escape sequence is printed" "$(later kipcctl doctor | grep -c $'\e')" 0
like "... it is escaped" "$(later kipcctl doctor)" "waiting to send: $evil e\\\\x"
like "... and JSON is still valid" "$(finding full-no-reader)" "^danger"
LATER=0
kipcctl recv --all orders >/dev/null
wait "$evil"

# -- kipcd -----------------------------------------------------------------------------------------------------------

silent "a running kipcd is no finding" daemon
kill -STOP "$kipcd_pid"
like "a kipcd that hangs is a danger" "$(finding daemon)" "^danger kipcd does not answer \(Connection timed out\), so no channel is created or repaired "
kill -CONT "$kipcd_pid"
silent "... and no finding once it continues" daemon
stop_kipcd
exits 8 "with channels and without kipcd it exits with 8" kipcctl doctor
like "... and is a danger" "$OUT" "^danger: this machine: daemon$"
like "... with the number of channels" "$OUT" "^    kipcd is not running, so no channel is created or repaired \(the registry in $T/run has [0-9]+ channels\); messages still flow$"
exits 0 "a machine without channels exits with 0" env KIPC_RUNTIME_DIR="$T/nowhere" kipcctl doctor -q
unlike "... and needs no kipcd" "$OUT" "daemon"
finish
