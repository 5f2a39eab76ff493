#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# activate = yes: the file waiting/NAME exists while messages wait, whatever happens to the queue and to kipcd. The waits of
# kipcd disturb no other process, cost nothing while nothing happens, and end in time.
. "$(dirname "$0")/tap.sh"

waiting=$KIPC_RUNTIME_DIR/waiting
no() { ! "$@"; }
files() { ls "$waiting" | tr '\n' ' '; }
file_comes() { if until_true test -e "$waiting/$2"; then pass "$1"; else fail "$1" "there is: $(files)
$(log)"; fi; }
file_goes() { if until_true no test -e "$waiting/$2"; then pass "$1"; else fail "$1" "$(log)"; fi; }

threads() { grep -lx kipcd-wait "/proc/$kipcd_pid/task/"*/comm 2>/dev/null; }
n_threads() { threads | wc -l; }
waits_are() { [ "$(n_threads)" -eq "$1" ]; }
waits() { if until_true waits_are "$2"; then pass "$1"; else fail "$1" "$(n_threads) threads wait, expected $2"; fi; }
switches() { sed -n 's/^voluntary_ctxt_switches:\t//p' "/proc/$kipcd_pid/task/$1/status"; }
# "LSPID LRPID MESSAGES" of a queue
counts() { join <(ipcs -q -p | grep "^$1 " | tr -s ' ') <(ipcs -q | tr -s ' ' | cut -d' ' -f2,6 | grep "^$1 ") | cut -d' ' -f3-; }
sends() { perl -e 'msgsnd(msgget(oct $ARGV[0], 0), pack("l! a*", $ARGV[1], $ARGV[2]), 0) or die' "$@"; }
can_see=no
sees() { kipcctl show "$1" | grep -q "blocked: $2 .*$3"; }

# -- a queue, without samples ---------------------------------------------------------------

cat >"$conf" <<'END'
[daemon]
sample_interval = 1h
[queue plain]
END
start
cat >>"$conf" <<'END'
[queue orders]
key = 0x4b01
activate = yes
END
is "a configuration with activate = yes is valid" "$(kipcctl check "$conf" 2>&1 | grep -v OK)" ""
exits 0 "a reload accepts it" kipcctl reload
like "show prints it" "$(kipcctl show orders)" "^ +activate: yes$"
unlike "... only for that queue" "$(kipcctl show plain)" "activate"
is "the folder exists and is empty" "$(stat -c %a "$waiting"):$(files)" "755:"
waits "one thread waits" 1
id=$(id_of orders)
sends 0x4b01 1 hello
file_comes "a message creates the file" orders
is "... which is empty and readable" "$(stat -c '%s %a' "$waiting/orders")" "0 644"
like "the message is not received" "$(counts "$id")" "^[0-9]+ 0 1$"
waits "no thread waits then" 0
is "the message can be received" "$(kipcctl recv orders)" hello
file_goes "a drained queue has no file" orders
waits "... and a thread waits again" 1

sees orders "$kipcd_pid" "kipcd waits for a message to arrive, without taking it" && can_see=yes
kipcctl recv orders >"$T/received" & receiver=$!
[ $can_see = no ] || until_true sees orders $receiver "waits to receive"
sends 0x4b01 5 'for him'
wait $receiver
is "a process that waits beside kipcd gets its message" "$?:$(cat "$T/received")" "0:for him"
file_goes "... without a file" orders
waits "... and kipcd still waits" 1

thread=$(threads | cut -d/ -f5)
before=$(switches "$thread")
for ((i = 0; i < 20; i++)); do kipcctl list >"$T/list"; done
is "the thread does not wake up while nothing happens" "$(switches "$thread")" "$before"
kill -URG "$kipcd_pid"
kipcctl list >"$T/list"
waits "a stray signal does not end the wait" 1

# -- messages without a reader -------------------------------------------------------------------------------

sends 0x4b01 1 'for nobody'
file_comes "a message without a reader has a file" orders
is_slow() { [ "$(switches "$kipcd_pid")" -ge $((before + 30)) ]; }
before=$(switches "$kipcd_pid")
start=${EPOCHREALTIME/[^0-9]/}
until_true is_slow
took=$((${EPOCHREALTIME/[^0-9]/} - start))
# (A slow machine takes longer.)
like "... and is looked at ten times a second at most" "$([ $took -ge 2000000 ] && echo "slow enough" || echo "30 times in $took microseconds")" slow
rm "$waiting/orders"
sed -i 's/1h/100ms/' "$conf"
kipcctl reload >"$T/reload"
file_comes "a removed file is recreated" orders

# -- kipcd cannot look at the queue ------------------------------------------------------------------------------

if [ -z "${SANITIZER_FLAGS:-}" ] && strace -qq -o /dev/null -e inject=getpid:error=EIO:when=999 true 2>/dev/null; then
	mkfifo "$T/attached"
	strace -o "$T/trace" -e trace=msgctl -e inject=msgctl:error=EPERM -p "$kipcd_pid" 2>"$T/attached" & tracer=$!
	read -r line <"$T/attached"
	has_failed() { [ "$(grep -c INJECTED "$T/trace")" -ge "$1" ]; }
	exits 0 "looks at a queue with messages fail" until_true has_failed 5
	is "... the file stays" "$(files)" "orders "
	kill -INT $tracer
	wait $tracer 2>/dev/null
	exits 0 "... and goes on to show what is there" kipcctl send orders more
	is "... when looks succeed again" "$(files)" "orders "
	kipcctl recv orders >"$T/received"
else
	skip "kipcd cannot look at the queue" "strace cannot inject errors here"
fi

# -- start, stop and kill ----------------------------------------------------------------------------------------

stop_kipcd
is "a stop removes the files" "$kipcd_status:$(files)" "0:"
start_kipcd
is "a message that waits at the start has its file at once" "$(files)" "orders "
stop_kipcd KILL
is "a kill leaves the file" "$(files)" "orders "
kipcctl recv --all "queue:0x4b01" >"$T/received"
touch "$waiting/gone"
start_kipcd
is "the next start removes it" "$(files)" ""
waits "... and waits" 1

# -- reload ------------------------------------------------------------------------------------------------------

kipcctl send orders one
file_comes "a message has a file" orders
sed -i 's/^activate = yes/activate = no/' "$conf"
kipcctl reload >"$T/reload"
is "without activate there is no file and no thread" "$(files):$(n_threads)" ":0"
sed -i 's/^activate = no/activate = yes/' "$conf"
kipcctl reload >"$T/reload"
is "with activate the file is back" "$(files)" "orders "
kipcctl recv orders >"$T/received"
file_goes "... and is removed with the message" orders
waits "... and a thread waits" 1
sed -i 's/^activate = yes/activate = no/' "$conf"
kipcctl reload >"$T/reload"
is "a reload without activate ends the wait" "$(n_threads)" 0
sed -i 's/^activate = no/activate = yes/' "$conf"
kipcctl reload >"$T/reload"
waits "... and one with it begins it" 1
exits 2 "activate is for configuration files" kipcctl create queue mine activate=yes
like "... with the reason" "$ERR" "'activate=yes': is for configuration files only"

# -- changes from outside -----------------------------------------------------------------------------

old=$(id_of orders)
ipcrm -q "$old"
until_true has_another_id orders "$old"
waits "a thread waits on a recreated queue" 1
kipcctl send orders 'into the new one'
file_comes "... whose message has a file" orders
old=$(id_of orders)
ipcrm -q "$old"
until_true has_another_id orders "$old"
file_goes "a removed queue has no file" orders
waits "... and a thread waits on the new one" 1
if perl -MIPC::Msg -e 1 2>/dev/null; then
	perl -MIPC::Msg -e 'IPC::Msg->new(0x4b01, 0)->set(mode => 0)'
	until_true grep -q 'orders: changed from outside' "$T/kipcd.log"
	waits "a mode that is changed and restored does not end the wait" 1
	kipcctl send orders more
	file_comes "... which still works" orders
	kipcctl recv orders >"$T/received"
else
	skip "a mode that is changed" "this perl has no IPC::Msg"
fi
file_goes "no message waits" orders
waits "... and kipcd waits" 1
exits 0 "kipcctl remove ignores kipcd's own wait" kipcctl remove orders
waits "... which ends" 0
kipcctl reload >"$T/reload"
waits "... and begins again with the queue" 1
kipcctl recv orders >"$T/received" 2>&1 & receiver=$!
if [ $can_see = yes ] && until_true sees orders $receiver "waits to receive"; then
	exits 1 "kipcctl remove refuses while another process waits" kipcctl remove orders
	like "... and names only that one" "$ERR" "1 thread is waiting on it: $receiver \(kipcctl\);"
else
	skip "the wait of another process" "/proc/PID/syscall cannot be read here"
fi
kill $receiver
wait $receiver 2>/dev/null
kipcctl send orders full
exits 1 "remove refuses a queue with messages" kipcctl remove orders
kipcctl recv orders >"$T/received"
waits "... and a thread waits afterwards" 1

# -- a file that cannot be created ----------------------------------------------------------------------------------

mkdir "$waiting/orders"
kipcctl send orders x
until_true grep -q "its file cannot be created" "$T/kipcd.log"
kipcctl send orders y
file_goes "a folder in place of the file is left alone" nothing
rmdir "$waiting/orders"
file_comes "the file is created once that is possible" orders
is "... after one warning" "$(grep -c "its file cannot be created" "$T/kipcd.log")" 1
kipcctl recv --all orders >"$T/received"
file_goes "... and is removed with the message" orders

# -- a message without bytes -------------------------------------------------------------------------------------

waits "kipcd waits" 1
sends 0x4b01 7 ''
file_comes "a message without bytes creates the file" orders
is "... and is still there, with its type" "$(kipcctl peek --json orders | grep -o '"type": *7' | tr -d ' ')" '"type":7'
like "... and the log says so" "$(log)" "queue orders: activate: an empty message came, and kipcd cannot wait for these"
kipcctl recv orders >"$T/received"
file_goes "... until it is received" orders
is "no thread waits from now on" "$(n_threads)" 0
kipcctl send orders x
file_comes "... and the next message is still noticed" orders
kipcctl recv orders >"$T/received"

# -- a ring, and a queue that is only observed ---------------------------------------------------------------------

perl -e 'defined msgget(0x5b01, 01660) or die'
cat >>"$conf" <<'END'
[queue theirs]
key = 0x5b01
manage = observe
activate = yes
[segment ticks]
size = 64K
layout = ring
activate = yes
END
kipcctl reload >"$T/reload"
kipcctl send ticks one two
file_comes "messages in a ring create the file" ticks
is "... without an attachment of kipcd" "$(ipcs -m | awk -v id="$(id_of ticks)" '$2 == id { print $6 }')" 0
kipcctl recv ticks >"$T/received"
is "one of two messages is left" "$(kipcctl recv ticks)" two
file_goes "an empty ring has no file" ticks
kipcctl send theirs x
file_comes "messages in an observed queue create the file" theirs
like "show --json prints activate" "$(kipcctl show --json theirs)" '^ +"activate": true'
kipcctl recv theirs >"$T/received"
file_goes "... until they are received" theirs
exits 0 "an observed queue can be removed" kipcctl remove queue:0x5b01
stop_kipcd
is "kipcd exits with 0" "$kipcd_status:$(files)" "0:"

# -- many --------------------------------------------------------------------------------------------------------

{
	echo '[daemon]'
	for ((i = 10; i < 80; i++)); do printf '[queue q%d]\nactivate = yes\n' $i; done
} >"$conf"
start_kipcd
waits "threads wait on 64 of 70 queues" 64
for ((i = 10; i < 80; i++)); do kipcctl send q$i x; done
have_files() { [ "$(ls "$waiting" | wc -l)" -eq "$1" ]; }
until_true have_files 70
is "all 70 have their file" "$(ls "$waiting" | wc -l)" 70
for ((i = 10; i < 80; i++)); do kipcctl recv q$i >"$T/received"; done
until_true have_files 0
is "... until they are drained" "$(files)" ""
waits "... and threads wait on 64 again" 64
rm -r "$waiting"
echo x >"$waiting"
stop_kipcd
is "64 waits end at a stop" "$kipcd_status" 0
start_kipcd
is "without the folder kipcd still does everything else" "$(kipcctl list --no-legend --state=active | wc -l):$(grep -c "activate starts no consumer" "$T/kipcd.log")" 70:1
stop_kipcd
rm "$waiting"
ipcrm --all=msg

# The files are removed from outside.
start
some=$(kipcctl list --no-legend --columns=name --kind=queue | head -n 1)
kipcctl send "$some" x
exits 0 "a message creates the file" until_true test -f "$waiting/$some"
rm -r "$waiting"
exits 0 "... which is recreated with its folder" until_true test -f "$waiting/$some"
kipcctl recv "$some" >/dev/null
has_gone() { ! test -e "$waiting/$some"; }
exits 0 "... and removed with the message" until_true has_gone
stop_kipcd
ipcrm --all=msg

# -- messages without bytes that cannot be put back ----------------------------------------------------------------

# kipcd runs on the sender's processor, and only when that is idle, so that two messages arrive before a thread runs.
kipcd_under=(taskset -c "$(taskset -cp $$ | grep -o '[0-9]*$')" chrt -i 0)
printf '[queue q%d]\nkey = 0x20%d\ncapacity = 1\nactivate = yes\n' {1,2,3,4,5,6}{,} >"$conf"
start_kipcd
sleep_all() { [ "$(threads | sed 's/comm$/status/' | xargs grep -l '^State:.S' | wc -l)" -eq 6 ]; }
exits 0 "six threads wait" until_true sleep_all
"${kipcd_under[@]:0:3}" perl -e 'for my $key (0x201 .. 0x206) {
	msgsnd(msgget($key, 0), pack("l!", 1), 04000) for 1, 2; # the thread has one, and no room to put it back
}'
# Each thread tries for 5 s: together they take 5 s, one after the other 30 s.
chrt -a -o -p 0 "$kipcd_pid"
: >"$conf"
SECONDS=0
exits 0 "a reload ends all waits" kipcctl reload
is "... in parallel" "$((SECONDS < 20))" 1
like "... and logs the messages that were lost" "$(log)" "q[1-6]: activate: the empty message was lost"
stop_kipcd
kipcd_under=()
ipcrm --all=msg

# -- rights ------------------------------------------------------------------------------------------------------

# Owner and creator are judged by the owner's bits, so kipcd may neither receive nor put back.
if setpriv --reuid=65534 --regid=65534 --clear-groups true 2>/dev/null; then
	rm -rf "$KIPC_RUNTIME_DIR"
	install -d -o 65534 -g 65534 "$KIPC_RUNTIME_DIR"
	printf '[queue orders]\nactivate = yes\nmode = 0060\n[queue one-way]\nactivate = yes\nmode = 0460\n' >"$conf"
	kipcd_under=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	start_kipcd || fail "kipcd starts as nobody" "$(log)"
	is "without the rights to receive and to send no thread waits" "$(n_threads)" 0
	kipcctl send orders x
	kipcctl send one-way x
	file_comes "... but the file exists" orders
	file_comes "... for each queue" one-way
	stop_kipcd
	is "... until it stops" "$(files)" ""
else
	skip "kipcd as another user" "neither root nor other users here"
fi
finish
