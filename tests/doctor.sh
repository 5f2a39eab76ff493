#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl doctor: each trouble is planted by real programs, found with its evidence, and mended by the command it names.
. "$(dirname "$0")/tap.sh"

json() { perl -MJSON::PP -e 'local $/; $d = JSON::PP->new->utf8->decode(<STDIN>); print eval $ARGV[0]' "$1"; }
perl -MIPC::SysV -e 1 2>/dev/null || { echo "1..0 # SKIP no perl IPC::SysV"; exit 0; }

# finding CHECK [SUBJECT]: "SEVERITY EVIDENCE" of the one finding of that name; command CHECK: what mends it
find_one() { kipcctl doctor -q --json | json "join ' ', map { \"@\$_{qw($3)}\" } grep { \$_->{finding} eq '$1' && (\$_->{subject} // '') =~ /$2/ } @\$d"; }
finding() { find_one "$1" "${2:-}" 'severity evidence'; }
command_of() { find_one "$1" "${2:-}" command; }
mend() { bash -c "$(command_of "$@")" >"$T/mend" 2>&1 || diagnose "$(cat "$T/mend")"; }

cat >"$conf" <<'EOF'
[queue orders]
key = 0x11
capacity = 64
[queue bills]
key = 0x12
capacity = 64
[semaphore build]
key = 0x13
values = 1
EOF
start_kipcd || fail "kipcd starts" "$(cat "$T/kipcd.log")"
exits 0 "a healthy machine" kipcctl doctor -q
is "nothing but what cannot be seen" "$(kipcctl doctor --json | json 'join " ", grep { $_ ne "unseen" } map { $_->{finding} } @$d')" ""

# Whoever reads it has crashed, and it is full; another waits to send.
fill() { kipcctl send "$1" "$(printf 'x%.0s' {1..64})"; }
fill orders
perl -e 'msgrcv(msgget(0x11, 0), $b, 100, 0, 0) or die; kill 9, $$' & reader=$!
wait "$reader" 2>/dev/null
fill orders
kipcctl send orders more & sender=$!
waits() { kipcctl show "$1" | grep -q "blocked: $2 "; }
until_true waits orders "$sender"
like "a queue whose reader crashed" "$(finding full-no-reader)" \
	"^danger 100% full \(1 message, 64\), waiting to send: $sender kipcctl.*; process $reader, which received last \(20.*\), has ended$"
exits 8 "is dangerous" kipcctl doctor
like "it stands in its card too" "$(kipcctl show orders)" "^ +danger: 100% full .*process $reader, which received last"
like "with what to do" "$(kipcctl show orders)" "^ +try: kipcctl recv --all orders$"
mend full-no-reader
wait "$sender"
is "room is what it needs" "$(finding full-no-reader)" ""
kipcctl purge -q orders

# Its reader lives, and is stopped: in the middle of a receive, or busy with something else.
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
stopped="^warning 100% full .*; $stuck_pid perl.*, which received last .*, lives, and does not wait for a message here: it is stopped$"
read -r -t 10 -u 5
until_true waits bills "$stuck_pid"
stop_reader
like "a reader stopped while it receives" "$(finding stuck-reader)" "$stopped"
like "its card says so" "$(kipcctl show bills)" "blocked: $stuck_pid perl.* waits to receive, but is stopped$"
mend stuck-reader
read -r -t 10 -u 5
is "goes on" "$(finding stuck-reader)" ""
stop_reader
like "a reader stopped elsewhere" "$(finding stuck-reader)" "$stopped"
mend stuck-reader
echo >&6
wait "$stuck_pid"
is "goes on too" "$(finding stuck-reader)" ""

# Messages wait for nobody who waits.
kipcctl send --type=5 orders five
kipcctl recv --type=7 orders >/dev/null & picky=$!
until_true waits orders "$picky"
like "messages of another type than is waited for" "$(finding wrong-type)" \
	"^warning of the messages that are there \(1\) none is of a type that those want who wait for one: $picky kipcctl"
kipcctl send --type=7 orders seven
wait "$picky"
kipcctl purge -q orders

# An orphan.
perl -e 'defined(shmget(0x21, 96 << 20, 01600 | 0600)) or die' & maker=$!
wait "$maker"
like "an orphan" "$(finding orphan-segment)" "^danger 96M that nobody has attached \(last never\); process $maker, which made it, has ended$"
mend orphan-segment
is "goes" "$(finding orphan-segment)" ""

# A removed segment that somebody holds.
held=$(ipcmk -M 4096 | grep -o '[0-9]*$')
coproc holder { exec perl -MIPC::SysV=shmat -e '$| = 1; $a = shmat($ARGV[0], undef, 0) or die; print "\n"; <STDIN>' "$held"; }
holder_pid=$holder_PID
read -r -t 10 -u "${holder[0]}"
ipcrm -m "$held"
like "a removed segment, and who holds it" "$(finding removed-held)" "^warning 4K that somebody removed and that is still attached \(1\), by $holder_pid perl"
if [[ $(command_of removed-held) = "kill $holder_pid" ]]; then mend removed-held; else kill "$holder_pid"; fi
wait "$holder_pid" 2>/dev/null
is "goes with its last user" "$(finding removed-held)" ""

# A semaphore that a dead process took.
perl -e 'semop(semget(0x13, 0, 0), pack "s3", 0, -1, 0) or die' & taker=$!
wait "$taker"
like "a semaphore that is declared to be free, and was taken by the dead" "$(finding dead-holder)" \
	"^notice semaphore\[0\] is 0, nobody waits for it, and process $taker, which operated on it last, has ended"
kipcctl down build & waiter=$!
until_true waits build "$waiter"
like "a semaphore held by the dead" "$(finding dead-holder)" \
	"^danger semaphore\[0\] is 0, 1 waits for it: $waiter kipcctl.*, and process $taker, which operated on it last, has ended"
is "names the command" "$(command_of dead-holder)" "kipcctl up 'build[0]'"
mend dead-holder
wait "$waiter"
kipcctl up build # the waiter had it, and has ended too
is "is free" "$(finding dead-holder)" ""

# A declared key that somebody else has.
perl -e 'defined msgget(0x31, 01600 | 0600) or die'
printf '[queue mine]\nkey = 0x31\n' >>"$conf"
kipcctl reload >/dev/null
like "a conflict" "$(finding key-conflict)" "^danger its key 0x00000031 belongs to queue @[0-9]+, created by uid "
like "is mended by adopting" "$(command_of key-conflict)" "^kipcctl adopt queue:@[0-9]+ mine$"
mend key-conflict
is "and is none any more" "$(finding key-conflict)" ""
is "the name means it" "$(kipcctl list --columns=name,state --no-legend | awk '$1 == "mine" { print $2 }')" active

# A semaphore that somebody removed.
ipcrm -S 0x13
kipcctl reload >/dev/null
like "a lost channel" "$(finding state build)" "^danger lost: somebody removed semaphore @"
mend state build
is "is recovered" "$(finding state build)" ""

kipcctl set bills mode=0666 >/dev/null
like "world-writable" "$(finding world-writable)" "^warning mode 0666 lets everybody on this machine send to it$"
mend world-writable
is "is mended" "$(finding world-writable)" ""

# What nobody declared is mended by taking it over.
perl -e 'defined msgget(0x41, 01600 | 0666) or die'
like "a foreign one too" "$(finding world-writable queue:@)" "^warning mode 0666 lets everybody"
mend world-writable queue:@
is "is kipcd's, and closed" "$(kipcctl list --columns=name,state,mode --no-legend | tr -s ' ' | grep ^queue-41)" "queue-41 active 0660"
if [ "$(id -u)" = 0 ]; then
	perl -e '$> = 54321; defined msgget(0x42, 01600 | 0600) or die'
	like "a foreign one whose owner is nobody" "$(finding owner-gone queue:@)" "^warning it belongs to uid 54321"
	mend owner-gone queue:@
	is "has one" "$(finding owner-gone)" ""
fi

if sysctl -qw kernel.msgmnb=16384 2>/dev/null; then
	kipcctl set bills capacity=20000 >/dev/null
	like "a queue for which msgmnb is too small" "$(finding capacity)" "^warning active: capacity |^warning capacity "
	mend capacity
	is "gets what it declares" "$(kipcctl list --columns=name,capacity --bytes --no-legend | awk '$1 == "bills" { print $2 }')" 20000
	is "and is found no more" "$(finding capacity)$(finding state)" ""
	sysctl -qw kernel.msgmni=0
	mend limit
	is "a limit of nothing is raised" "$(finding limit)" ""
fi
if sysctl -qw kernel.msgmni=3 2>/dev/null; then
	like "a limit that is nearly used up" "$(finding limit)" "^danger msgmni: [0-9]+ of 3 queues are in use$"
	mend limit
	is "is raised" "$(finding limit)" ""
else
	skip "a limit" "it may not be set here"
fi
if sysctl -qw kernel.shm_rmid_forced=1 2>/dev/null; then
	like "segments that die" "$(finding rmid-forced)" "^warning kernel.shm_rmid_forced is 1"
	mend rmid-forced
	is "live" "$(finding rmid-forced)" ""
fi
if [ "$(id -u)" = 0 ]; then
	kipcctl set orders owner=54321 >/dev/null
	like "an owner who is nobody" "$(finding owner-gone)" "^warning it belongs to uid 54321, and no user has that number"
	mend owner-gone
	is "is somebody" "$(finding owner-gone)" ""
fi

# What processes call themselves reaches no terminal and breaks no JSON.
fill orders
perl -MIPC::SysV -e '$0 = "e\e[31m\n\xff"; msgsnd(msgget(0x11, 0), pack("l! a*", 1, "x"), 0)' & evil=$!
until_true waits orders "$evil"
is "no escape sequence" "$(kipcctl doctor | grep -c $'\e')" 0
like "but its escape" "$(kipcctl doctor)" "waiting to send: $evil e\\\\x"
like "JSON stays JSON" "$(finding full-no-reader)" "^danger"
kipcctl recv --all orders >/dev/null
wait "$evil"

stop_kipcd
exits 0 "without kipcd" kipcctl doctor
like "it says so" "$ERR" "kipcd is not reachable"
finish
