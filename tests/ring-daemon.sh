#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Rings from kipcd's side: made, kept over stops and kills, changed, removed, lost, reset and watched, with programs in them.
. "$(dirname "$0")/tap.sh"

user() { "$top_build/ring-user" "$@"; }
stat_of() { user "$1" stat | grep -oE "\b$2=[0-9]+" | cut -d= -f2; }
sleeps() { [ "$(stat_of "$1" consumer_waits)" -gt 0 ]; }
is_unattached() { [ "$(ipcs -m | awk -v id="$(id_of "$1")" '$2 == id { print $6 }')" = 0 ]; }
count_in_log() { grep -cE "$1" "$T/kipcd.log"; }
is_logged_times() { [ "$(count_in_log "$2")" = "$1" ]; }
# kipcd's part of it; kipcctl asks first.
reset() { busctl --address="unix:path=$KIPC_RUNTIME_DIR/control" call org.kipc1 /org/kipc1 org.kipc1.Manager Reset s "$1"; }
# hold NAME: a program that has the ring attached, until let_go
hold() {
	coproc HOLDER { user "$1" hold; }
	read -r _ <&"${HOLDER[0]}"
	holder=$HOLDER_PID
}
# wait_for_waiter: until it has said something, or for as long as until_true waits
wait_for_waiter() {
	until_true test -s "$T/waiter" || kill "$waiter"
	wait "$waiter"
}
let_go() {
	local fd=${HOLDER[1]}
	exec {fd}>&-
	wait "$holder"
}

# -- made, and kept --------------------------------------------------------------------------------------------

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
is 'a ring is made' "$(state_of ticks) $(columns_of ticks layout,mode,attached)" 'active ring 0660 0'
is '... laid out with the default largest message' "$(stat_of ticks max_message)" 8192
is '... another with the largest there can be' "$(stat_of small max_message) $(state_of small)" '2032 active'
like 'the registry says that it is one' "$(readlink "$KIPC_RUNTIME_DIR/channels/ticks")" "^segment:0x00004b10:$(id_of ticks):$(id -u):layout=ring$"
unlike '... and not of a raw segment' "$(readlink "$KIPC_RUNTIME_DIR/channels/prices")" 'ring'
is 'a message goes through' "$(user ticks send hello; user ticks recv)" hello
user ticks send one two
before=$(id_of ticks)
exits 0 'a reload changes nothing' kipcctl reload
stop_kipcd
start
is 'stopped and started again: the same ring' "$(id_of ticks) $(state_of ticks)" "$before active"
stop_kipcd KILL
start
is 'killed and started again: the same, with its messages' "$(id_of ticks) $(stat_of ticks messages)" "$before 2"
is '... in order' "$(user ticks recv; user ticks recv)" 'one
two'
like 'a raw segment was never attached for all that' "$(ipcs -m -i "$(id_of prices)")" '^att_time=Not set'
unlike '... as rings are' "$(ipcs -m -i "$(id_of ticks)")" '^att_time=Not set'

# -- changed ---------------------------------------------------------------------------------------------------

user ticks send kept
sed -i 's/0x4b10/&\nmax_message = 4K\nmode = 0600/' "$conf"
like 'plan says that another largest message has to wait' "$(kipcctl plan)" 'ticks +segment +keep +stale +max_message 8K -> 4K requires a new segment, and it holds 1 message \(4 bytes\)'
kipcctl reload >"$T/out"
is 'with a message in it, it is stale' "$(state_of ticks) $(stat_of ticks messages)" 'stale 1'
is '... which says why' "$(reason_of ticks)" 'max_message 8K -> 4K requires a new segment, and it holds 1 message (4 bytes): put them aside with '\''kipcctl create segment ticks.kept size=65536 layout=ring max_message=8192'\'' and '\''kipcctl move ticks ticks.kept'\'', then '\''kipcctl reload'\'' and '\''kipcctl move ticks.kept ticks'\'''
user ticks recv >"$T/out"
hold ticks
kipcctl reload >"$T/out"
is 'empty but attached, too' "$(state_of ticks) $(id_of ticks)" "stale $before"
like '... which says why' "$(reason_of ticks)" 'and it is attached 1 time:'
let_go
like 'empty and unattached it will be made anew' "$(kipcctl plan)" 'ticks +segment +recreate +active +max_message 8K -> 4K'
kipcctl reload >"$T/out"
is '... and is' "$(state_of ticks) $(stat_of ticks max_message) $(columns_of ticks mode)" 'active 4096 0600'
unlike '... as another segment' "$(id_of ticks)" "^$before$"
before=$(id_of ticks)
sed -i 's/^mode = 0600/mode = 0660/' "$conf"
user ticks send kept
kipcctl reload >"$T/out"
is 'a mode is changed in place' "$(columns_of ticks mode) $(id_of ticks) $(user ticks recv)" "0660 $before kept"

user small send a b
sed -i 's/^size = 8K/size = 16K/' "$conf"
kipcctl reload >"$T/out"
is 'another size has to wait for its messages' "$(state_of small)" stale
user small recv >"$T/out"; user small recv >"$T/out"
kipcctl reload >"$T/out"
is '... and comes without' "$(state_of small) $(columns_of small size)" 'active 16384'

sed -i 's/^key = 1234/&\nlayout = ring/' "$conf"
kipcctl reload >"$T/out"
is 'a raw segment that nobody attached becomes a ring' "$(state_of prices) $(columns_of prices layout) $(user prices send x; user prices recv)" 'active ring x'
sed -i '/^key = 1234/,$s/^layout = ring//' "$conf"
kipcctl reload >"$T/out"
is '... and an empty ring a raw segment again' "$(state_of prices) $(columns_of prices layout) $(user prices send x)" 'active raw EPROTOTYPE'
kipcctl write prices text
sed -i 's/^key = 1234/&\nlayout = ring/' "$conf"
kipcctl reload >"$T/out"
is 'one that holds data does not' "$(state_of prices) $(kipcctl read prices --length=4)" 'stale text'
is '... and is shown as what it is' "$(columns_of prices layout)" raw
sed -i '/^key = 1234/,$s/^layout = ring//' "$conf"
kipcctl reload >"$T/out"

# -- removed ---------------------------------------------------------------------------------------------------

user ticks send one two
exits 1 'remove refuses with messages in it' kipcctl remove ticks
like '... and says what would be lost' "$ERR" 'it holds 2 messages \(6 bytes\)'
is '... it is as it was' "$(columns_of ticks mode) $(stat_of ticks messages)" '0660 2'
is '... and not retired' "$(stat_of ticks retired) $(user ticks send three)" '0 '
user ticks recv >"$T/out"; user ticks recv >"$T/out"; user ticks recv >"$T/out"
hold ticks
exits 1 'remove refuses while it is attached' kipcctl remove ticks
let_go
exits 0 'empty, it can be removed' kipcctl remove ticks
is '... and is gone' "$(state_of ticks) $(ipcs -m | grep -c 0x00004b10)" 'absent 0'
kipcctl reload >"$T/out"
is '... until a reload' "$(state_of ticks)" active

"$top_build/ring-user" ticks recv wait >"$T/waiter" & waiter=$!
until_true sleeps ticks
exits 0 'by force it is removed under those who wait' kipcctl remove --force ticks
wait_for_waiter
is '... and wakes them' "$(cat "$T/waiter")" EIDRM
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
is 'removed from outside while it is attached, a ring is lost' "$(state_of ticks)" lost
wait_for_waiter
is '... who slept in it is woken, and told that there is no new one yet' "$(cat "$T/waiter")" 'EIDRM
ESTALE'
is '... who comes by its name is told so' "$(user ticks send x)" ESTALE
is '... it is retired' "$(stat_of "@$old" retired) $(ipcs -m | grep -c '^0x00004b10')" '1 0'
let_go
is '... one still has it' "$(state_of ticks)" lost
stop_kipcd KILL
start 8>&-
is '... which a new kipcd knows' "$(state_of ticks)" lost
exec 8>&-
wait "$second"
until_true has_another_id ticks "$old"
until_true is_in_state ticks active
is 'when all have let go it is made anew' "$(state_of ticks) $(user ticks send x; user ticks recv)" 'active x'

hold ticks
old=$(id_of ticks)
stop_kipcd KILL
ipcrm -m "$old"
start
is 'removed while kipcd was away: lost, and retired' "$(state_of ticks) $(stat_of "@$old" retired)" 'lost 1'
exits 0 'recover makes it anew all the same' kipcctl recover ticks
is '... as a ring' "$(state_of ticks) $(user ticks send x; user ticks recv)" 'active x'
let_go

hold ticks
old=$(id_of ticks)
# In one process, so that kipcd has no chance in between.
perl -e 'shmctl($ARGV[0], 0, 0) && defined shmget(0x4b10, 4096, 01666) or die' "$old"
until_true is_in_state ticks conflict
is 'its key taken by a stranger: a conflict, and the old one retired' "$(state_of ticks) $(stat_of "@$old" retired)" 'conflict 1'
let_go
ipcrm -M 0x4b10
until_true is_in_state ticks active
is '... which heals' "$(state_of ticks) $(user ticks send x; user ticks recv)" 'active x'

# -- reset -----------------------------------------------------------------------------------------------------

if command -v busctl >/dev/null; then
	old=$(id_of ticks)
	user ticks send lost
	hold ticks
	exits 1 'reset refuses while it is attached' reset ticks
	like '... which it says' "$ERR" 'it is attached 1 time'
	is '... and nothing has changed' "$(stat_of ticks messages) $(columns_of ticks mode)" '1 0660'
	let_go
	exits 0 'reset throws away what it holds' reset ticks
	is '... in the same segment' "$(stat_of ticks messages) $(id_of ticks) $(columns_of ticks mode)" "0 $old 0660"
	like '... which the log says' "$(log)" 'segment ticks: reset by hand: it holds 1 message \(4 bytes\)'
	is '... and it works' "$(user ticks send x; user ticks recv)" x
	exits 1 'reset of a raw segment' reset prices
	like '... is refused' "$ERR" 'it is not a ring'
	unlike '... and is no use of it' "$(kipcctl read prices --length=4)" '^$'
	exits 1 'reset of nothing' reset nobody
	like '... is refused' "$ERR" 'no such channel'

	user ticks scribble 0 0
	kipcctl reload >"$T/out"
	is 'one whose header was overwritten stays active' "$(state_of ticks)" active
	like '... is reported in the list' "$(reason_of ticks)" "kipcctl reset ticks"
	like '... and in the log' "$(log)" 'segment ticks: active: its header was overwritten'
	exits 1 '... remove refuses: who knows what it holds' kipcctl remove ticks
	exits 0 'reset mends it' reset ticks
	is '... the report is gone' "$(state_of ticks) $(reason_of ticks)" 'active -'
	is '... and it works' "$(user ticks send x; user ticks recv) $(stat_of ticks max_message)" 'x 4096'
	user ticks scribble 16 77
	kipcctl reload >"$T/out"
	like 'one with a wrong geometry is reported' "$(reason_of ticks)" 'it is broken: the sizes in its header contradict'
	exits 0 'reset mends it' reset ticks
	user ticks scribble 128 1
	kipcctl reload >"$T/out"
	is 'one that says it is retired, and is empty, is made anew' "$(user ticks send x; user ticks recv)" x
	until_true is_in_state ticks active

	user small send a b
	sed -i 's/^size = 16K/size = 32K/' "$conf"
	kipcctl reload >"$T/out"
	is 'a stale one' "$(state_of small)" stale
	exits 0 'is reset' reset small
	is '... and becomes what is declared' "$(state_of small) $(columns_of small size)" 'active 32768'
else
	skip 'reset' 'there is no busctl'
fi
stop_kipcd
is 'kipcd ends well' "$kipcd_status" 0
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
is 'a ring that is fuller than warn_at is warned of' "$(count_in_log 'segment ticks: [0-9]+% full .*warn_at is')" 1
for ((i = 0; i < 9; i++)); do user ticks recv >"$T/out"; done
until_true is_logged_times 1 'segment ticks: [0-9]+% full, below warn_at \(50%\) again'
like '... and when it is not any more' "$(log)" 'ticks: 43% full, below warn_at \(50%\) again'
until_true is_unattached ticks
is '... kipcd lets go of it each time' $? 0
is 'it was looked into by kipcd' "$(last_attached_by "$(id_of ticks)")" "$kipcd_pid"
unlike 'one without warn_at is not' "$(last_attached_by "$(id_of quiet)")" "^$kipcd_pid$"
like 'show says from how much a ring is warned of' "$(kipcctl show ticks)" '^ +warn at: 50%$'
like '... and JSON what is declared of it' "$(kipcctl show --json ticks | grep -A 20 '"declared"' | tr -d ' \n')" '"warn_at":50,.*"max_message":1024'
user ticks scribble 0 0
until_true is_logged_times 1 'segment ticks: active: its header was overwritten'
is 'a broken one with warn_at is reported at once, and once' "$(count_in_log 'header was overwritten')" 1

# -- dropped ---------------------------------------------------------------------------------------------------

user gone send x
sed -i '/segment gone/,/lifetime = config/d' "$conf"
kipcctl reload >"$T/out"
is 'dropped, one with a message is retained' "$(state_of gone) $(columns_of gone layout)" 'retained ring'
is '... with its message' "$(user gone recv)" x
kipcctl reload >"$T/out"
is '... and goes when it is empty' "$(state_of gone)" ''
user brief send x
stop_kipcd
like 'lifetime = daemon stays with a message' "$(log)" 'segment brief: not removed, although kipcd stops: it is not empty'
start
user brief recv >"$T/out"
stop_kipcd
like '... and goes without' "$(log)" 'segment brief: removed: kipcd stopped'
clear_all

# -- a kernel that removes what nobody is attached to ------------------------------------------------------------

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
	is 'with kernel.shm_rmid_forced a ring and its message outlive our looking' "$(user ticks recv)" kept
	sed -i 's/8K/16K/' "$conf"
	old=$(id_of ticks)
	kipcctl reload >"$T/out"
	is '... and it is made anew although kipcd holds it' "$(state_of ticks) $(columns_of ticks size) $(has_another_id ticks "$old"; echo $?)" 'active 16384 0'
	user ticks send x
	exits 1 '... is not removed with a message' kipcctl remove ticks
	user ticks recv >"$T/out"
	exits 0 '... and is without' kipcctl remove ticks
	is '... and nothing is left' "$(ipcs -m | grep -c '^0x')" 0
	stop_kipcd
	echo 0 >/proc/sys/kernel/shm_rmid_forced
else
	skip 'kernel.shm_rmid_forced' 'the sysctl cannot be written here'
fi
clear_all

# -- a kipcd without privileges: behind the fence it has no rights itself ----------------------------------------

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
	is '... the rights are back' "$(columns_of ticks mode,attached) $(user ticks recv)" '0660 0 one'
	exits 0 '... and removes without' kipcctl remove ticks
	kipcctl reload >"$T/out"
	hold ticks
	"$top_build/ring-user" ticks recv wait >"$T/waiter" & waiter=$!
	until_true sleeps ticks
	ipcrm -m "$(id_of ticks)"
	wait_for_waiter
	is '... wakes who sleeps in a lost one' "$(cat "$T/waiter") $(state_of ticks)" 'EIDRM lost'
	let_go
	until_true is_in_state ticks active
	user ticks send one
	if command -v busctl >/dev/null; then
		exits 0 '... resets' reset ticks
		is '... and the rights are back' "$(columns_of ticks mode) $(stat_of ticks messages)" '0660 0'
	fi
	exits 1 'one whose mode keeps kipcd out: who knows what it holds' kipcctl remove closed
	"$top_build/ring-user" closed recv wait >"$T/waiter" & waiter=$!
	until_true sleeps closed
	exits 0 '... by force' kipcctl remove --force closed
	wait_for_waiter
	is '... whoever sleeps in it is woken all the same' "$(cat "$T/waiter")" EIDRM
	stop_kipcd
	is '... it ends well' "$kipcd_status" 0
else
	skip 'a kipcd without privileges' 'this is not root'
fi
finish
