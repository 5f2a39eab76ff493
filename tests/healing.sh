#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Changes from outside: kipcd repairs what is safe to repair by itself, and reports the rest.
. "$(dirname "$0")/tap.sh"


cat >"$conf" <<'EOF'
[daemon]
sample_interval = 100ms
[queue orders]
key = 0x4b01
mode = 0640
capacity = 8K
[segment prices]
key = 1234
size = 4K
[semaphore build]
key = 0x4b03
values = 1
EOF
start

# -- a queue ---------------------------------------------------------------------------------------------------

old=$(id_of orders)
kipcctl recv orders 2>"$T/recv.err" & receiver=$!
until_true bash -c "read -r _ _ state _ </proc/$receiver/stat && [ \"\$state\" = S ]"
ipcrm -q "$old"
wait "$receiver"
is 'a reader that waits on a removed queue exits with 6' $? 6
until_true has_another_id orders "$old"
is 'a removed queue is recreated' "$(state_of orders) $(columns_of orders mode,capacity)" 'active 0640 8192'
like '... and the log says so' "$(log)" "queue orders: another process removed it: recreated, with id $(id_of orders)"
kipcctl send orders hello
is '... and its name means the new queue' "$(kipcctl recv orders)" hello

if perl -MIPC::Msg -e 1 2>/dev/null; then
	perl -MIPC::Msg -e 'IPC::Msg->new(0x4b01, 0)->set(mode => 0606, qbytes => 100)'
	until_true grep -q 'changed from outside' "$T/kipcd.log"
	is 'mode and capacity that were changed from outside are restored' "$(columns_of orders mode,capacity)" '0640 8192'
	like '... and the log says so' "$(log)" 'orders: another process changed it: set back \(mode 0606 -> 0640, capacity 100 -> 8K\)'
else
	skip 'mode and capacity that were changed from outside are restored' 'this perl has no IPC::Msg'
fi

# -- a segment -------------------------------------------------------------------------------------------------

old=$(id_of prices)
ipcrm -m "$old"
until_true has_another_id prices "$old"
is 'a removed segment that is not attached is recreated' "$(state_of prices)" active

# Keeps the segment attached until standard input ends.
attach() { perl -MIPC::SharedMem -e '$s = IPC::SharedMem->new(1234, 4096, 0); $s->attach or die; $| = 1; print "attached\n"; <STDIN>'; }
if perl -MIPC::SharedMem -e 1 2>/dev/null; then
	coproc USER { attach; }
	read -r _ <&"${USER[0]}"
	kipcctl write prices kept
	old=$(id_of prices)
	ipcrm -m "$old"
	until_true is_in_state prices lost
	is 'a removed segment that is still attached is lost' "$(state_of prices)" lost
	like '... with the reason in the log' "$(log)" "segment prices: lost: segment @$old was removed and is still attached 1 time: stop its users"
	is '... no empty segment is created beside it' "$(ipcs -m | grep -c '^0x000004d2')" 0
	is '... and its users can still read it' "$(kipcctl read "segment:@$old" --length=4)" kept
	user=$USER_PID
	exec {USER[1]}>&-
	wait "$user"
	until_true has_another_id prices "$old"
	is '... once it is detached it is recreated' "$(state_of prices)" active

	coproc USER { attach; }
	read -r _ <&"${USER[0]}"
	old=$(id_of prices)
	ipcrm -m "$old"
	until_true is_in_state prices lost
	exits 0 'recover recreates it while it is attached' kipcctl recover prices
	is '... with another id' "$(has_another_id prices "$old"; echo $?) $(state_of prices)" '0 active'
	user=$USER_PID
	exec {USER[1]}>&-
	wait "$user"
else
	skip 'a segment that is still attached is lost' 'this perl has no IPC::SharedMem'
fi

# -- a semaphore -----------------------------------------------------------------------------------------------

mkfifo "$T/hold"
kipcctl lock build -- bash -c "echo held >&2; read -r _ <'$T/hold'" 2>"$T/holder" & holder=$!
until_true grep -q held "$T/holder"
old=$(id_of build)
ipcrm -s "$old"
until_true is_in_state build lost
is 'a removed semaphore is lost: a second holder would get in' "$(state_of build)" lost
like '... with the reason in the log' "$(log)" "semaphore build: lost: semaphore @$old was removed"
kipcctl reload >"$T/out"
is '... also after a reload' "$(state_of build)" lost
stop_kipcd
start_kipcd
is '... and a restart' "$(state_of build) $(count_of s)" 'lost 0'
exits 1 'recover of a channel that is not lost fails' kipcctl recover orders
exits 0 'recover succeeds' kipcctl recover build
is '... and recreates the semaphore' "$(state_of build) $(columns_of build values)" 'active 1'
echo >"$T/hold"
wait "$holder"

# -- a key that another program took -----------------------------------------------------------------------------

# In one process, so that kipcd cannot act in between.
perl -e '$id = msgget(0x4b01, 0); msgctl($id, 0, 0) && defined msgget(0x4b01, 01666) or die'
until_true is_in_state orders conflict
is 'a key that another program took is a conflict' "$(state_of orders)" conflict
foreign=$(ipcs -q | awk '$1 == "0x00004b01" { print $2 }')
is '... the name does not mean the foreign object' "$(kipcctl send orders x 2>/dev/null; echo $?) $(kipcctl recv --all "@$foreign" --no-wait)" '3 '
kipcctl reload >"$T/out"
is '... and a reload does not touch that object' "$(ipcs -q | awk '$1 == "0x00004b01" { print $2 }')" "$foreign"
ipcrm -q "$foreign"
until_true is_in_state orders active
is 'the channel is recreated once the foreign object is gone' "$(state_of orders) $(columns_of orders mode)" 'active 0640'
like '... and the log says so' "$(log)" 'queue orders: its key is free again: created, with id'
perl -e '$id = semget(0x4b03, 0, 0); semctl($id, 0, 0, 0) && defined semget(0x4b03, 1, 01666) or die'
until_true is_in_state build conflict
ipcrm -S 0x4b03
until_true is_in_state build lost
is 'a semaphore lost in this way stays lost once the foreign object is gone' "$(state_of build)" lost

perl -e 'defined msgget(0x5b01, 01666) or die'
sed -i 's/0x4b01/0x5b01/' "$conf"
kipcctl reload >"$T/out"
is 'a new key that belongs to a foreign object is a conflict' "$(state_of orders) $(columns_of orders key)" 'conflict 0x00005b01'
ipcrm -Q 0x5b01
until_true is_in_state orders active
is '... until that object is gone' "$(state_of orders) $(ipcs -q | grep -c '^0x00005b01')" 'active 1'
is '... and the object with the old key is gone' "$(ipcs -q | grep -c '^0x00004b01')" 0

# -- changes that are undone repeatedly -------------------------------------------------------------------------------

for ((round = 0; round < 3; round++)); do
	old=$(id_of orders)
	ipcrm -q "$old"
	until_true has_another_id orders "$old"
done
old=$(id_of orders)
ipcrm -q "$old"
is_absent() { said=$(columns_of orders state,reason) && [[ $said == absent* ]]; }
until_true is_absent
like 'a channel that is removed repeatedly is recreated more slowly each time' "$said" 'it is removed repeatedly'
kipcctl reload >"$T/out"
is '... and at once by a reload' "$(state_of orders)" active
# Removed until it stays absent for long enough to be examined.
seconds_left() { columns_of orders reason | sed -n 's/.*recreates it in \([0-9]*\) s.*/\1/p'; }
is_long() { [ "$(seconds_left)" -ge 4 ] 2>/dev/null; }
long_or_recreated() { is_long || has_another_id orders "$old"; }
for ((round = 0; round < 20; round++)); do
	old=$(id_of orders)
	ipcrm -q "$old" 2>/dev/null
	until_true long_or_recreated
	! is_long || break
done
is 'a channel that was removed twenty times is absent' "$(state_of orders)" absent
like '... and the reason says until when' "$(columns_of orders reason)" "kipcd recreates it in [0-9]+ s, and 'kipcctl reload' does so now; find out which program removes it"
exits 1 'recover of an absent channel fails' kipcctl recover orders
like '... and names the cure' "$ERR" "only a lost channel can be recovered, and this one is absent: .*kipcd recreates it in [0-9]+ s, and 'kipcctl reload' does so now"
exits 3 'send to an absent channel fails' kipcctl send orders x
like '... and names the command that shows the cure' "$ERR" "'kipcctl show orders' shows the reason, and how to recover it"
like 'doctor finds it' "$(kipcctl doctor 2>&1)" 'absent: it is removed repeatedly'
like '... with the command' "$(kipcctl doctor 2>&1)" 'kipcctl reload'
kipcctl reload >"$T/out"
is '... the printed command brings it back' "$(state_of orders) $(kipcctl doctor 2>&1 | grep -c absent)" 'active 0'
stop_kipcd
is 'kipcd exits with 0' "$kipcd_status" 0

# -- another interval ---------------------------------------------------------------------------------------------

sed -i 's/100ms/1h/' "$conf"
start_kipcd
sed -i 's/1h/100ms/' "$conf"
kipcctl reload --quiet
old=$(id_of orders)
ipcrm -q "$old"
until_true has_another_id orders "$old"
is 'a shorter interval takes effect at the reload' "$(state_of orders)" active
stop_kipcd

# -- a kernel that removes segments that are not attached ------------------------------------------------------------

if echo 1 2>/dev/null >/proc/sys/kernel/shm_rmid_forced; then
	ipcrm --all
	rm -rf "$KIPC_RUNTIME_DIR"
	start_kipcd
	is 'with kernel.shm_rmid_forced kipcd holds its segments' "$(ipcs -m | awk '$1 == "0x000004d2" { print $6 }')" 1
	old=$(id_of prices)
	ipcrm -m "$old"
	until_true has_another_id prices "$old"
	is '... and recreates a removed one that no other process has attached' "$(state_of prices) $(ipcs -m | grep -c ' dest ')" 'active 0'
	exits 0 '... kipcctl remove works' kipcctl remove --force prices
	is '... and leaves nothing' "$(ipcs -m | grep -c '^0x')" 0
	stop_kipcd
else
	skip 'kernel.shm_rmid_forced' 'the sysctl cannot be written here'
fi
finish
