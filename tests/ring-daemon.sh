#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Rings and kipcd: created, kept over stops and kills, changed, removed, lost, reset and sampled, while programs use them.
. "$(dirname "$0")/tap.sh"

user() { "$top_build/ring-user" "$@"; }
stat_of() { user "$1" stat | grep -oE "\b$2=[0-9]+" | cut -d= -f2; }
sleeps() { [ "$(stat_of "$1" consumer_waits)" -gt 0 ]; }
is_unattached() { [ "$(ipcs -m | awk -v id="$(id_of "$1")" '$2 == id { print $6 }')" = 0 ]; }
count_in_log() { grep -cE "$1" "$T/kipcd.log"; }
is_logged_times() { [ "$(count_in_log "$2")" = "$1" ]; }
# kipcd's part of a reset; kipcctl checks more before it asks kipcd.
reset() { busctl --address="unix:path=$KIPC_RUNTIME_DIR/control" call org.kipc1 /org/kipc1 org.kipc1.Manager Reset s "$1"; }
# hold NAME: starts a program that has the ring attached until let_go
hold() {
	coproc HOLDER { user "$1" hold; }
	read -r _ <&"${HOLDER[0]}"
	holder=$HOLDER_PID
}
# wait_for_waiter: until it has printed something, or as long as until_true waits
wait_for_waiter() {
	until_true test -s "$T/waiter" || kill "$waiter"
	wait "$waiter"
}
let_go() {
	local fd=${HOLDER[1]}
	exec {fd}>&-
	wait "$holder"
}

# -- created, and kept --------------------------------------------------------------------------------------------

cat >"$conf" <<'CONF'
[daemon]
sample_interval = 100ms
[segment ticks]
key = 0x4b10
size = 64K
layout = ring
[segment small]
size = 8K
layout = ring
max_message = 2032
[segment prices]
key = 1234
size = 64K
CONF
start
is 'a ring is created' "$(state_of ticks) $(columns_of ticks layout,mode,attached)" 'active ring 0660 0'
is '... with the default max_message' "$(stat_of ticks max_message)" 8192
is '... another with the largest possible max_message' "$(stat_of small max_message) $(state_of small)" '2032 active'
like 'the registry says that it is a ring' "$(readlink "$KIPC_RUNTIME_DIR/channels/ticks")" "^segment:0x00004b10:$(id_of ticks):$(id -u):layout=ring$"
unlike '... and not that a raw segment is one' "$(readlink "$KIPC_RUNTIME_DIR/channels/prices")" 'ring'
is 'a message goes through' "$(user ticks send hello; user ticks recv)" hello
user ticks send one two
before=$(id_of ticks)
exits 0 'a reload changes nothing' kipcctl reload
stop_kipcd
start
is 'after a stop and start, it is the same ring' "$(id_of ticks) $(state_of ticks)" "$before active"
stop_kipcd KILL
start
is 'after a kill and start, it is the same, with its messages' "$(id_of ticks) $(stat_of ticks messages)" "$before 2"
is '... in order' "$(user ticks recv; user ticks recv)" 'one
two'
like 'kipcd never attached a raw segment' "$(ipcs -m -i "$(id_of prices)")" '^att_time=Not set'
unlike '... but it did attach a ring' "$(ipcs -m -i "$(id_of ticks)")" '^att_time=Not set'

# -- changed ---------------------------------------------------------------------------------------------------

user ticks send kept
sed -i 's/0x4b10/&\nmax_message = 4K\nmode = 0600/' "$conf"
like 'plan says that another max_message has to wait' "$(kipcctl plan)" 'ticks +segment +keep +stale +max_message 8K -> 4K requires a new segment, but it holds 1 message \(4 bytes\)'
kipcctl reload >"$T/out"
is 'a ring with a message becomes stale' "$(state_of ticks) $(stat_of ticks messages)" 'stale 1'
is '... and the reason says why' "$(reason_of ticks)" 'max_message 8K -> 4K requires a new segment, but it holds 1 message (4 bytes): move them aside with '\''kipcctl create segment ticks.kept size=65536 layout=ring max_message=8192'\'' and '\''kipcctl move ticks ticks.kept'\'', then '\''kipcctl reload'\'' and '\''kipcctl move ticks.kept ticks'\'''
user ticks recv >"$T/out"
hold ticks
kipcctl reload >"$T/out"
is 'so does an empty ring that is attached' "$(state_of ticks) $(id_of ticks)" "stale $before"
like '... and the reason says why' "$(reason_of ticks)" 'but it is attached 1 time:'
let_go
like 'plan recreates it once it is empty and not attached' "$(kipcctl plan)" 'ticks +segment +recreate +active +max_message 8K -> 4K'
kipcctl reload >"$T/out"
is '... and so does the reload' "$(state_of ticks) $(stat_of ticks max_message) $(columns_of ticks mode)" 'active 4096 0600'
unlike '... with another id' "$(id_of ticks)" "^$before$"
before=$(id_of ticks)
sed -i 's/^mode = 0600/mode = 0660/' "$conf"
user ticks send kept
kipcctl reload >"$T/out"
is 'a mode is changed in place' "$(columns_of ticks mode) $(id_of ticks) $(user ticks recv)" "0660 $before kept"

user small send a b
sed -i 's/^size = 8K/size = 16K/' "$conf"
kipcctl reload >"$T/out"
is 'another size has to wait until it is empty' "$(state_of small)" stale
user small recv >"$T/out"; user small recv >"$T/out"
kipcctl reload >"$T/out"
is '... and is then applied' "$(state_of small) $(columns_of small size)" 'active 16384'

sed -i 's/^key = 1234/&\nlayout = ring/' "$conf"
kipcctl reload >"$T/out"
is 'a raw segment that was never attached becomes a ring' "$(state_of prices) $(columns_of prices layout) $(user prices send x; user prices recv)" 'active ring x'
sed -i '/^key = 1234/,$s/^layout = ring//' "$conf"
kipcctl reload >"$T/out"
is '... and an empty ring becomes a raw segment again' "$(state_of prices) $(columns_of prices layout) $(user prices send x)" 'active raw EPROTOTYPE'
kipcctl write prices text
sed -i 's/^key = 1234/&\nlayout = ring/' "$conf"
kipcctl reload >"$T/out"
is 'a raw segment with data does not' "$(state_of prices) $(kipcctl read prices --length=4)" 'stale text'
is '... and list shows its real layout' "$(columns_of prices layout)" raw
sed -i '/^key = 1234/,$s/^layout = ring//' "$conf"
kipcctl reload >"$T/out"

# -- removed ---------------------------------------------------------------------------------------------------

user ticks send one two
exits 1 'remove refuses a ring with messages' kipcctl remove ticks
like '... and says what would be lost' "$ERR" 'it holds 2 messages \(6 bytes\)'
is '... and leaves it as it was' "$(columns_of ticks mode) $(stat_of ticks messages)" '0660 2'
is '... and not retired' "$(stat_of ticks retired) $(user ticks send three)" '0 '
user ticks recv >"$T/out"; user ticks recv >"$T/out"; user ticks recv >"$T/out"
hold ticks
exits 1 'remove refuses a ring that is attached' kipcctl remove ticks
let_go
exits 0 'remove removes an empty ring' kipcctl remove ticks
is '... and is gone' "$(state_of ticks) $(ipcs -m | grep -c 0x00004b10)" 'absent 0'
kipcctl reload >"$T/out"
is '... until a reload' "$(state_of ticks)" active

"$top_build/ring-user" ticks recv wait >"$T/waiter" & waiter=$!
until_true sleeps ticks
exits 0 'remove --force removes it while a program waits' kipcctl remove --force ticks
wait_for_waiter
is '... and wakes that program' "$(cat "$T/waiter")" EIDRM
kipcctl reload >"$T/out"

# -- lost ------------------------------------------------------------------------------------------------------

hold ticks
"$top_build/ring-user" ticks recv-twice >"$T/waiter" & waiter=$!
until_true sleeps ticks
mkfifo "$T/second"
"$top_build/ring-user" ticks hold <"$T/second" >"$T/holder" & second=$!
exec 8>"$T/second"
until_true grep -q attached "$T/holder"
old=$(id_of ticks)
ipcrm -m "$old"
until_true is_in_state ticks lost
is 'a ring that another program removes while it is attached is lost' "$(state_of ticks)" lost
wait_for_waiter
is '... a sleeping receiver is woken, and finds no new ring yet' "$(cat "$T/waiter")" 'EIDRM
ESTALE'
is '... a program that opens its name gets ESTALE' "$(user ticks send x)" ESTALE
is '... it is retired' "$(stat_of "@$old" retired) $(ipcs -m | grep -c '^0x00004b10')" '1 0'
let_go
is '... it stays lost while one program has it attached' "$(state_of ticks)" lost
stop_kipcd KILL
start 8>&-
is '... and a new kipcd knows that' "$(state_of ticks)" lost
exec 8>&-
wait "$second"
until_true has_another_id ticks "$old"
until_true is_in_state ticks active
is 'it is recreated when all have detached it' "$(state_of ticks) $(user ticks send x; user ticks recv)" 'active x'

hold ticks
old=$(id_of ticks)
stop_kipcd KILL
ipcrm -m "$old"
start
is 'a ring removed while kipcd was stopped is lost and retired' "$(state_of ticks) $(stat_of "@$old" retired)" 'lost 1'
exits 0 'recover recreates it all the same' kipcctl recover ticks
is '... as a ring' "$(state_of ticks) $(user ticks send x; user ticks recv)" 'active x'
let_go

hold ticks
old=$(id_of ticks)
# In one process, so that kipcd has no chance in between.
perl -e 'shmctl($ARGV[0], 0, 0) && defined shmget(0x4b10, 4096, 01666) or die' "$old"
until_true is_in_state ticks conflict
is 'if another program takes its key, it is in conflict, and the old ring retired' "$(state_of ticks) $(stat_of "@$old" retired)" 'conflict 1'
let_go
ipcrm -M 0x4b10
until_true is_in_state ticks active
is '... until the key is free again' "$(state_of ticks) $(user ticks send x; user ticks recv)" 'active x'

# -- reset -----------------------------------------------------------------------------------------------------

if command -v busctl >/dev/null; then
	old=$(id_of ticks)
	user ticks send lost
	hold ticks
	exits 1 'reset refuses a ring that is attached' reset ticks
	like '... and says why' "$ERR" 'it is attached 1 time'
	is '... and changes nothing' "$(stat_of ticks messages) $(columns_of ticks mode)" '1 0660'
	let_go
	exits 0 'reset discards the messages' reset ticks
	is '... in the same segment' "$(stat_of ticks messages) $(id_of ticks) $(columns_of ticks mode)" "0 $old 0660"
	like '... and the log says so' "$(log)" 'segment ticks: reset by hand: it held 1 message \(4 bytes\)'
	is '... and it works' "$(user ticks send x; user ticks recv)" x
	exits 1 'reset of a raw segment' reset prices
	like '... is refused' "$ERR" 'it is not a ring'
	unlike '... and does not count as a use of it' "$(kipcctl read prices --length=4)" '^$'
	exits 1 'reset of an unknown name' reset nobody
	like '... is refused' "$ERR" 'no such channel'

	user ticks scribble 0 0
	kipcctl reload >"$T/out"
	is 'a ring with an overwritten header stays active' "$(state_of ticks)" active
	like '... with a reason in the list' "$(reason_of ticks)" "kipcctl reset ticks"
	like '... and in the log' "$(log)" 'segment ticks: its header was overwritten'
	exits 1 '... and remove refuses it' kipcctl remove ticks
	exits 0 'reset repairs it' reset ticks
	is '... and removes the reason' "$(state_of ticks) $(reason_of ticks)" 'active -'
	is '... and it works' "$(user ticks send x; user ticks recv) $(stat_of ticks max_message)" 'x 4096'
	user ticks scribble 16 77
	kipcctl reload >"$T/out"
	like 'a ring with a wrong geometry gets a reason' "$(reason_of ticks)" 'it is broken: the sizes in its header contradict'
	exits 0 'reset repairs it' reset ticks
	user ticks scribble 128 1
	kipcctl reload >"$T/out"
	is 'an empty ring that is marked as retired is recreated' "$(user ticks send x; user ticks recv)" x
	until_true is_in_state ticks active

	user small send a b
	sed -i 's/^size = 16K/size = 32K/' "$conf"
	kipcctl reload >"$T/out"
	is 'a stale ring' "$(state_of small)" stale
	exits 0 'is reset' reset small
	is '... and becomes as declared' "$(state_of small) $(columns_of small size)" 'active 32768'
else
	skip 'reset' 'there is no busctl'
fi
stop_kipcd
is 'kipcd exits with status 0' "$kipcd_status" 0
clear_all

# -- warn_at ---------------------------------------------------------------------------------------------------

cat >"$conf" <<'CONF'
[daemon]
sample_interval = 100ms
[segment ticks]
size = 8K
layout = ring
warn_at = 50
[segment quiet]
size = 8K
layout = ring
[segment gone]
size = 8K
layout = ring
lifetime = config
[segment brief]
size = 8K
layout = ring
lifetime = daemon
CONF
start
: >"$T/kipcd.log"
last_attached_by() { ipcs -m -p | awk -v id="$1" '$1 == id { print $4 }'; }
user quiet send x
user ticks fill 240
until_true is_logged_times 1 'segment ticks: 100% full \(16 messages, 4096 of 4096 bytes\); warn_at is 50%'
is 'a warning is logged when a ring is fuller than warn_at' "$(count_in_log 'segment ticks: [0-9]+% full .*warn_at is')" 1
for ((i = 0; i < 9; i++)); do user ticks recv >"$T/out"; done
until_true is_logged_times 1 'segment ticks: [0-9]+% full, below warn_at again \(50%\)'
like '... and a line when it no longer is' "$(log)" 'ticks: 43% full, below warn_at again \(50%\)'
until_true is_unattached ticks
is '... and kipcd detaches it each time' $? 0
is 'kipcd attached it' "$(last_attached_by "$(id_of ticks)")" "$kipcd_pid"
unlike 'kipcd does not attach a ring without warn_at' "$(last_attached_by "$(id_of quiet)")" "^$kipcd_pid$"
like 'show shows warn_at' "$(kipcctl show ticks)" '^ +warn at: 50%$'
like '... and so does the JSON' "$(kipcctl show --json ticks | grep -A 20 '"declared"' | tr -d ' \n')" '"warn_at":50,.*"max_message":1024'
user ticks scribble 0 0
until_true is_logged_times 1 'segment ticks: its header was overwritten'
is 'a broken ring with warn_at is logged at once, and only once' "$(count_in_log 'header was overwritten')" 1

# -- no longer declared ---------------------------------------------------------------------------------------------------

user gone send x
sed -i '/segment gone/,/lifetime = config/d' "$conf"
kipcctl reload >"$T/out"
is 'a ring with a message that is no longer declared is retained' "$(state_of gone) $(columns_of gone layout)" 'retained ring'
is '... with its message' "$(user gone recv)" x
kipcctl reload >"$T/out"
is '... and is removed when it is empty' "$(state_of gone)" ''
user brief send x
stop_kipcd
like 'a ring with lifetime = daemon stays if it has a message' "$(log)" 'segment brief: not removed when kipcd stopped: it is not empty'
start
user brief recv >"$T/out"
stop_kipcd
like '... and is removed otherwise' "$(log)" 'segment brief: removed: kipcd stopped'
clear_all

# -- a kernel that removes segments when they are not attached ------------------------------------------------------------

cat >"$conf" <<'CONF'
[daemon]
sample_interval = 100ms
[segment ticks]
size = 8K
layout = ring
warn_at = 1
CONF
if echo 1 2>/dev/null >/proc/sys/kernel/shm_rmid_forced; then
	start
	user ticks send kept
	kipcctl reload >"$T/out"
	until_true grep -q 'ticks: 0% full\|ticks: [1-9].*% full' "$T/kipcd.log" # it was looked into
	is 'with kernel.shm_rmid_forced, a ring and its message survive a sample' "$(user ticks recv)" kept
	sed -i 's/8K/16K/' "$conf"
	old=$(id_of ticks)
	kipcctl reload >"$T/out"
	is '... and it is recreated although kipcd has it attached' "$(state_of ticks) $(columns_of ticks size) $(has_another_id ticks "$old"; echo $?)" 'active 16384 0'
	user ticks send x
	exits 1 '... remove refuses it with a message' kipcctl remove ticks
	user ticks recv >"$T/out"
	exits 0 '... and removes it when it is empty' kipcctl remove ticks
	is '... leaving no segment' "$(ipcs -m | grep -c '^0x')" 0
	stop_kipcd
	echo 0 >/proc/sys/kernel/shm_rmid_forced
else
	skip 'kernel.shm_rmid_forced' 'the sysctl cannot be written here'
fi
clear_all

# -- a kipcd without privileges: behind the fence it has no permissions itself ----------------------------------------

if can_be 65534; then
	cat >"$conf" <<'CONF'
[daemon]
sample_interval = 100ms
[segment ticks]
size = 8K
layout = ring
owner = 0
[segment closed]
size = 8K
layout = ring
mode = 0060
CONF
	mkdir "$T/nobody"
	chown 65534:65534 "$T/nobody"
	export KIPC_RUNTIME_DIR=$T/nobody/run
	kipcd_under=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	start
	user ticks send one
	exits 1 'unprivileged: remove refuses with a message' kipcctl remove ticks
	is '... and gives the permissions back' "$(columns_of ticks mode,attached) $(user ticks recv)" '0660 0 one'
	exits 0 '... and removes it when it is empty' kipcctl remove ticks
	kipcctl reload >"$T/out"
	hold ticks
	"$top_build/ring-user" ticks recv wait >"$T/waiter" & waiter=$!
	until_true sleeps ticks
	ipcrm -m "$(id_of ticks)"
	wait_for_waiter
	is '... a program that sleeps in a lost ring is woken' "$(cat "$T/waiter") $(state_of ticks)" 'EIDRM lost'
	let_go
	until_true is_in_state ticks active
	user ticks send one
	if command -v busctl >/dev/null; then
		exits 0 '... reset works' reset ticks
		is '... and gives the permissions back' "$(columns_of ticks mode) $(stat_of ticks messages)" '0660 0'
	fi
	exits 1 'remove refuses a ring whose mode does not let kipcd attach it' kipcctl remove closed
	"$top_build/ring-user" closed recv wait >"$T/waiter" & waiter=$!
	until_true sleeps closed
	exits 0 '... unless by force' kipcctl remove --force closed
	wait_for_waiter
	is '... and a program that sleeps in it is woken' "$(cat "$T/waiter")" EIDRM
	stop_kipcd
	is '... and kipcd exits with status 0' "$kipcd_status" 0
else
	skip 'a kipcd without privileges' 'this is not root'
fi
finish
