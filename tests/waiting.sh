#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# activate = yes: the file waiting/NAME is there while messages wait, whatever happens to queue and kipcd; and what kipcd
# does for it disturbs nobody, costs nothing while nothing happens, and ends when it should.
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

# -- a queue, and kipcd looks at nothing by itself ---------------------------------------------------------------

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
is "a configuration with activate = yes has nothing wrong with it" "$(kipcctl check "$conf" 2>&1 | grep -v OK)" ""
exits 0 "a reload takes it" kipcctl reload
like "show says so" "$(kipcctl show orders)" "^ +activate: yes$"
unlike "... of that queue alone" "$(kipcctl show plain)" "activate"
is "the folder is there, and empty" "$(stat -c %a "$waiting"):$(files)" "755:"
waits "one thread waits" 1
id=$(id_of orders)
sends 0x4b01 1 hello
file_comes "a message makes the file" orders
is "... empty, and for everybody to see" "$(stat -c '%s %a' "$waiting/orders")" "0 644"
like "the message is untouched, and nobody has received" "$(counts "$id")" "^[0-9]+ 0 1$"
waits "nobody waits now" 0
is "it is the message that was sent" "$(kipcctl recv orders)" hello
file_goes "a drained queue loses the file" orders
waits "... and is waited for again" 1

sees orders "$kipcd_pid" "kipcd waits for a message to arrive, without taking it" && can_see=yes
kipcctl recv orders >"$T/received" & receiver=$!
[ $can_see = no ] || until_true sees orders $receiver "waits to receive"
sends 0x4b01 5 'for him'
wait $receiver
is "who waits beside kipcd gets his message" "$?:$(cat "$T/received")" "0:for him"
file_goes "... and there is no file" orders
waits "... and kipcd waits on" 1

thread=$(threads | cut -d/ -f5)
before=$(switches "$thread")
for ((i = 0; i < 20; i++)); do kipcctl list >"$T/list"; done
is "while nothing happens the thread does not wake up" "$(switches "$thread")" "$before"
kill -URG "$kipcd_pid"
kipcctl list >"$T/list"
waits "a stray signal ends nothing" 1

# -- nobody comes for the messages -------------------------------------------------------------------------------

sends 0x4b01 1 'for nobody'
file_comes "a message that nobody wants" orders
is_slow() { [ "$(switches "$kipcd_pid")" -ge $((before + 30)) ]; }
before=$(switches "$kipcd_pid")
start=${EPOCHREALTIME/[^0-9]/}
until_true is_slow
took=$((${EPOCHREALTIME/[^0-9]/} - start))
# (A slow machine takes longer.)
like "is looked at ten times a second and no more" "$([ $took -ge 2000000 ] && echo "slow enough" || echo "30 times in $took microseconds")" slow
rm "$waiting/orders"
sed -i 's/1h/100ms/' "$conf"
kipcctl reload >"$T/reload"
file_comes "a file that somebody removed comes back" orders

# -- start, stop and kill ----------------------------------------------------------------------------------------

stop_kipcd
is "a stop removes the files" "$kipcd_status:$(files)" "0:"
start_kipcd
is "what waits at the start has its file at once" "$(files)" "orders "
stop_kipcd KILL
is "a kill leaves it" "$(files)" "orders "
kipcctl recv --all "queue:0x4b01" >"$T/received"
touch "$waiting/gone"
start_kipcd
is "the next start sweeps" "$(files)" ""
waits "... and waits" 1

# -- reload ------------------------------------------------------------------------------------------------------

kipcctl send orders one
file_comes "there is a file" orders
sed -i 's/^activate = yes/activate = no/' "$conf"
kipcctl reload >"$T/reload"
is "activate is dropped: no file, no thread" "$(files):$(n_threads)" ":0"
sed -i 's/^activate = no/activate = yes/' "$conf"
kipcctl reload >"$T/reload"
is "activate is added: there it is" "$(files)" "orders "
kipcctl recv orders >"$T/received"
file_goes "it goes" orders
waits "it is waited for" 1
sed -i 's/^activate = yes/activate = no/' "$conf"
kipcctl reload >"$T/reload"
is "a wait is ended by a reload" "$(n_threads)" 0
sed -i 's/^activate = no/activate = yes/' "$conf"
kipcctl reload >"$T/reload"
waits "and begun by one" 1
exits 2 "activate is for configuration files" kipcctl create queue mine activate=yes
like "... and it says so" "$ERR" "'activate=yes': is for configuration files only"

# -- what somebody does to the queue -----------------------------------------------------------------------------

old=$(id_of orders)
ipcrm -q "$old"
until_true has_another_id orders "$old"
waits "a queue that was made anew is waited for" 1
kipcctl send orders 'into the new one'
file_comes "... and has its file" orders
old=$(id_of orders)
ipcrm -q "$old"
until_true has_another_id orders "$old"
file_goes "what was removed with its messages has no file" orders
waits "and again it is waited for" 1
if perl -MIPC::Msg -e 1 2>/dev/null; then
	perl -MIPC::Msg -e 'IPC::Msg->new(0x4b01, 0)->set(mode => 0)'
	until_true grep -q 'orders: changed from outside' "$T/kipcd.log"
	waits "rights that were taken away and given back end no watch" 1
	kipcctl send orders more
	file_comes "... which works" orders
	kipcctl recv orders >"$T/received"
else
	skip "rights that were taken away" "this perl has no IPC::Msg"
fi
file_goes "nothing waits" orders
waits "kipcd does" 1
exits 0 "kipcctl remove does not mind kipcd's own wait" kipcctl remove orders
waits "... which ends" 0
kipcctl reload >"$T/reload"
waits "... and is back with the queue" 1
kipcctl recv orders >"$T/received" 2>&1 & receiver=$!
if [ $can_see = yes ] && until_true sees orders $receiver "waits to receive"; then
	exits 1 "somebody else's wait it does mind" kipcctl remove orders
	like "... and only that one" "$ERR" "1 thread waits on it: $receiver \(kipcctl\);"
else
	skip "somebody else's wait" "/proc/PID/syscall cannot be read here"
fi
kill $receiver
wait $receiver 2>/dev/null
kipcctl send orders full
exits 1 "nor does a fence let messages go" kipcctl remove orders
kipcctl recv orders >"$T/received"
waits "all the same it is waited for" 1

# -- a file that cannot be made ----------------------------------------------------------------------------------

mkdir "$waiting/orders"
kipcctl send orders x
until_true grep -q "its file cannot be created" "$T/kipcd.log"
kipcctl send orders y
file_goes "what stands in the way is left alone" nothing
rmdir "$waiting/orders"
file_comes "the file is made once that is possible" orders
is "one warning, and no more" "$(grep -c "its file cannot be created" "$T/kipcd.log")" 1
kipcctl recv --all orders >"$T/received"
file_goes "and all is well" orders

# -- a message without bytes -------------------------------------------------------------------------------------

waits "kipcd waits" 1
sends 0x4b01 7 ''
file_comes "a message without bytes makes the file" orders
is "... and is still there, with its type" "$(kipcctl peek --json orders | grep -o '"type": *7' | tr -d ' ')" '"type":7'
like "... which is told" "$(log)" "queue orders: activate: kipcd cannot wait for messages without bytes, and one came"
kipcctl recv orders >"$T/received"
file_goes "it is taken" orders
is "from now on nobody waits" "$(n_threads)" 0
kipcctl send orders x
file_comes "and the next is noticed all the same" orders
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
file_comes "messages in a ring" ticks
is "... kipcd is not attached to" "$(ipcs -m | awk -v id="$(id_of ticks)" '$2 == id { print $6 }')" 0
kipcctl recv ticks >"$T/received"
is "one of two is left" "$(kipcctl recv ticks)" two
file_goes "an empty ring" ticks
kipcctl send theirs x
file_comes "messages in an observed queue" theirs
like "JSON says what is declared of it" "$(kipcctl show --json theirs)" '^ +"activate": true'
kipcctl recv theirs >"$T/received"
file_goes "... until they are taken" theirs
exits 0 "one that is only observed can be removed" kipcctl remove queue:0x5b01
stop_kipcd
is "kipcd ends well" "$kipcd_status:$(files)" "0:"

# -- many --------------------------------------------------------------------------------------------------------

{
	echo '[daemon]'
	for ((i = 10; i < 80; i++)); do printf '[queue q%d]\nactivate = yes\n' $i; done
} >"$conf"
start_kipcd
waits "of 70 queues 64 are waited for" 64
for ((i = 10; i < 80; i++)); do kipcctl send q$i x; done
have_files() { [ "$(ls "$waiting" | wc -l)" -eq "$1" ]; }
until_true have_files 70
is "all have their file" "$(ls "$waiting" | wc -l)" 70
for ((i = 10; i < 80; i++)); do kipcctl recv q$i >"$T/received"; done
until_true have_files 0
is "until they are drained" "$(files)" ""
waits "and 64 are waited for again" 64
rm -r "$waiting"
echo x >"$waiting"
stop_kipcd
is "64 waits end in no time" "$kipcd_status" 0
start_kipcd
is "with no folder for them kipcd does the rest" "$(kipcctl list --no-legend --state=active | wc -l):$(grep -c "activate starts no consumer" "$T/kipcd.log")" 70:1
stop_kipcd
rm "$waiting"
ipcrm --all=msg

# Somebody tidies up.
start
some=$(kipcctl list --no-legend --columns=name --kind=queue | head -n 1)
kipcctl send "$some" x
exits 0 "a file" until_true test -f "$waiting/$some"
rm -r "$waiting"
exits 0 "... comes back with its folder" until_true test -f "$waiting/$some"
kipcctl recv "$some" >/dev/null
has_gone() { ! test -e "$waiting/$some"; }
exits 0 "... and goes when it has to" until_true has_gone
stop_kipcd
ipcrm --all=msg

# -- messages without bytes that cannot be put back ----------------------------------------------------------------

# On the sender's processor, and only when that has nothing else to do: so two messages come before a thread runs.
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
exits 0 "a reload ends the waits of all of them" kipcctl reload
is "... at the same time" "$((SECONDS < 20))" 1
like "... and says what was lost" "$(log)" "q[1-6]: activate: that message could not be sent back to the queue"
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
	is "without the right to receive and to send there is no wait" "$(n_threads)" 0
	kipcctl send orders x
	kipcctl send one-way x
	file_comes "... but a file" orders
	file_comes "... each" one-way
	stop_kipcd
	is "... until it stops" "$(files)" ""
else
	skip "kipcd as another user" "neither root nor other users here"
fi
finish
