#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# From the declaration to the kernel: start, stop, kill, reload, and every state of a channel.
. "$(dirname "$0")/tap.sh"

# All objects and the registry: unchanged if nothing happened.
world() { cat /proc/sysvipc/{msg,shm,sem}; ls -l "$KIPC_RUNTIME_DIR/channels"; }

# -- no configuration, a wrong one -----------------------------------------------------------------------------

exits 78 'a missing configuration file is an error' "$kipcd" --config="$T/nowhere.conf"
like '... that names it' "$ERR" "$T/nowhere.conf: cannot be opened: No such file"
: >"$conf"
start
is 'kipcd starts without declared channels' "$(kipcctl list 2>&1)" ''
stop_kipcd
is '... and exits with 0' "$kipcd_status" 0
printf '[queue orders]\nmode = 9999\n' >"$conf"
exits 78 'a start with a mistake is refused' "$kipcd" --config="$conf"
like '... with its place' "$ERR" "$conf:2: \[queue orders\] mode: '9999' is not an octal mode like 0660"
is '... and nothing is created' "$(count_of q)" 0

# -- start, stop, kill -----------------------------------------------------------------------------------------

cat >"$conf" <<'EOF'
[queue orders]
key = 0x4b01
mode = 0640
capacity = 8K
[segment prices]
key = 1234
size = 64K
[semaphore build]
key = 0x4b03
values = 1,0,5
EOF
start
like 'a queue is created as declared' "$(ipcs -q)" '^0x00004b01 +[0-9]+ +[^ ]+ +640 +0 +0 *$'
is '... with its capacity' "$(columns_of orders capacity)" 8192
like 'a segment is created as declared' "$(ipcs -m)" '^0x000004d2 +[0-9]+ +[^ ]+ +660 +65536 +0 *$'
like 'a semaphore set is created as declared' "$(ipcs -s)" '^0x00004b03 +[0-9]+ +[^ ]+ +660 +3 *$'
is '... with its starting values' "$(columns_of build values)" 1,0,5
unlike '... and operated on, which programs wait for' "$(ipcs -s -i "$(id_of build)")" '^otime = Not set'
like 'the registry has a link' "$(readlink "$KIPC_RUNTIME_DIR/channels/orders")" "^queue:0x00004b01:$(id_of orders):$(id -u)$"
like '... the link of a semaphore names its creator' "$(readlink "$KIPC_RUNTIME_DIR/channels/build")" ":maker=$kipcd_pid$"
kipcctl send orders kept
kipcctl write prices kept
before=$(world)
stop_kipcd
is 'everything stays when kipcd stops' "$(world)" "$before"
start
is 'a start finds everything unchanged' "$(world)" "$before"
stop_kipcd KILL
start
is '... also after a kill' "$(world)" "$before"
is '... with its message' "$(kipcctl peek orders)" kept
like '... and the log counts the channels' "$(log)" '3 channels: 0 created, 3 unchanged'

# -- alter in place --------------------------------------------------------------------------------------------

sed -i 's/^mode = .*/mode = 0600/; s/^capacity = .*/capacity = 4K/; s/^key = 1234/&\nmode = 0440/' "$conf"
before=$(id_of orders)
like 'plan says what a reload would alter' "$(kipcctl plan)" 'orders +queue +alter +active +mode 0640 -> 0600, capacity 8K -> 4K'
is '... and does nothing' "$(columns_of orders mode)" 0640
exits 0 'a reload succeeds' kipcctl reload
like '... and prints what it did' "$OUT" 'prices +segment +alter +active +mode 0660 -> 0440'
is 'mode and capacity are altered' "$(columns_of orders mode,capacity)" '0600 4096'
is '... in place' "$(id_of orders)" "$before"
is '... with the message' "$(kipcctl peek orders)" kept
is 'a segment is altered too' "$(columns_of prices mode)" 0440
exits 0 'plan without changes succeeds' kipcctl plan
like '... and says so' "$ERR" 'nothing to do'
sed -i 's/^mode = 0600/mode = 0620/' "$conf"
kill -HUP "$kipcd_pid"
until_true bash -c "ipcs -q | grep -Eq '^0x00004b01 .* 620 '"
is 'SIGHUP reloads' $? 0
sed -i '/^mode = 0440/d' "$conf"
kipcctl reload >"$T/out"

# -- stale: changes that would destroy data -------------------------------------------------------------------

cat >>"$conf" <<'EOF'
[segment spare]
key = 5678
size = 64K
[queue bills]
key = 0x4b02
EOF
kipcctl reload >"$T/out"
kipcctl send bills three messages here
before=$(id_of prices):$(id_of spare):$(id_of bills)
sed -i 's/^size = 64K/size = 4K/; s/0x4b02/0x5b02/' "$conf"
exits 0 'plan of changes that need new objects succeeds' kipcctl plan
like '... and shows what must wait' "$OUT" 'bills +queue +keep +stale +key 0x00004b02 -> 0x00005b02 requires a new queue'
exits 0 'a reload of these changes succeeds' kipcctl reload
like '... and shows what must wait' "$OUT" 'prices +segment +keep +stale +size 64K -> 4K requires a new segment'
is 'a segment that holds data is stale' "$(state_of prices)" stale
like '... with the reason' "$(reason_of prices)" '^size 64K -> 4K requires a new segment, but it holds 64K of data'
is 'a queue with messages is stale' "$(state_of bills)" stale
like '... with the reason' "$(reason_of bills)" '^key 0x00004b02 -> 0x00005b02 requires a new queue, but it holds 3 messages'
is '... and shown with its current key and use' "$(columns_of bills key,messages)" '0x00004b02 3'
is '... the contents are intact' "$(kipcctl read prices --length=4)" kept
is '... and the messages' "$(kipcctl peek --all bills | wc -l)" 3
is '... under their old ids' "$(id_of prices)::$(id_of bills)" "${before%%:*}::${before##*:}"
is 'an empty segment is recreated' "$(columns_of spare size,state)" '4096 active'
stop_kipcd
start
is 'they are still stale after a restart' "$(state_of prices) $(state_of bills)" 'stale stale'
kipcctl purge -q bills
kipcctl reload >"$T/out"
is 'once it is empty, a reload recreates it' "$(state_of bills) $(columns_of bills key)" 'active 0x00005b02'
exits 1 'remove without --force refuses it' kipcctl remove prices
is '... and destroys nothing' "$(kipcctl read prices --length=4)" kept
kipcctl remove --force -q prices
is 'a channel removed by hand is absent' "$(state_of prices)" absent
kipcctl reload >"$T/out"
is '... until a reload creates it' "$(columns_of prices size,state)" '4096 active'

sed -i 's/^values = .*/values = 1,0/' "$conf"
kipcctl reload >"$T/out"
is 'a set that was never operated on is recreated with other values' "$(columns_of build values,state)" '1,0 active'
kipcctl down build
sed -i 's/^values = .*/values = 1/' "$conf"
kipcctl reload >"$T/out"
is 'a set in use is stale' "$(columns_of build values,state)" '0,0 stale'
sed -i 's/^values = .*/values = 1,0/' "$conf"
kipcctl reload >"$T/out"
is '... until its old declaration is back' "$(columns_of build values,state)" '0,0 active'
stop_kipcd
clear_all

# -- conflict, observe -----------------------------------------------------------------------------------------

cat >"$conf" <<'EOF'
[daemon]
sample_interval = 100ms
[queue orders]
key = 0x4b01
[queue bills]
key = 0x4b02
[queue theirs]
key = 0x4b09
manage = observe
EOF
# An object that kipcd did not create is foreign, whatever its uid.
make_foreign() { perl -e 'defined msgget(hex($ARGV[0]), 01000 | 0666) or die' "$1"; }
make_foreign 0x4b01
before=$(ipcs -q)
start
is 'a key that belongs to a foreign object is a conflict' "$(state_of orders)" conflict
like '... and the log names its creator' "$(log)" 'orders: conflict: its key 0x00004b01 belongs to queue @[0-9]+, created by uid [0-9]+, not by kipcd'
is '... the object is not touched' "$(ipcs -q | grep 0x00004b01)" "$(grep 0x00004b01 <<<"$before")"
is '... and the name means nothing' "$(kipcctl send orders x 2>/dev/null; echo $?)" 3
is 'the other channels work' "$(state_of bills)" active
exits 0 'a reload with a conflict succeeds' kipcctl reload
exits 1 'remove of a channel in conflict fails' kipcctl remove --force orders
is '... and it is still in conflict' "$(state_of orders)" conflict

is 'an observed channel without an object is absent' "$(state_of theirs)" absent
make_foreign 0x4b09
until_true test -L "$KIPC_RUNTIME_DIR/channels/theirs"
is '... and active once the object exists' "$(state_of theirs)" active
like '... with a link that says so' "$(readlink "$KIPC_RUNTIME_DIR/channels/theirs")" '^queue:0x00004b09:[0-9]+:[0-9]+:observed$'
is '... its mode is not touched' "$(columns_of theirs mode)" 0666
kipcctl send theirs hello
is '... and it can be used by its name' "$(kipcctl recv theirs)" hello
exits 1 'remove of an observed channel fails' kipcctl remove --force theirs
stop_kipcd
is 'an observed object stays when kipcd stops' "$(ipcs -q | grep -c 0x00004b09)" 1
start
is '... and is active after the next start' "$(state_of theirs)" active
ipcrm -Q 0x4b09
until_true test ! -L "$KIPC_RUNTIME_DIR/channels/theirs"
is 'it is absent once the object is gone' "$(state_of theirs)" absent
make_foreign 0x4b09
until_true test -L "$KIPC_RUNTIME_DIR/channels/theirs"
sed -i 's/^manage = observe/manage = own/' "$conf"
kipcctl reload >"$T/out"
is 'an observed object that is declared as owned is a conflict' "$(state_of theirs)" conflict
is '... and its link is gone' "$(readlink "$KIPC_RUNTIME_DIR/channels/theirs")" ''
exits 1 '... remove fails' kipcctl remove --force theirs
is '... and the object stays' "$(ipcs -q | grep -c 0x00004b09)" 1
sed -i 's/^manage = own/manage = observe/' "$conf"
kipcctl reload >"$T/out"
sed -i '/theirs/,$d' "$conf"
kipcctl reload >"$T/out"
is 'an observed object that is no longer declared loses only its name' "$(ipcs -q | grep -c 0x00004b09)$(state_of theirs)" 1
stop_kipcd
clear_all

# -- no longer declared ----------------------------------------------------------------------------

cat >"$conf" <<'EOF'
[queue boot]
key = 1
[queue config]
key = 2
lifetime = config
[queue full]
key = 3
lifetime = config
[queue daemon]
key = 4
lifetime = daemon
[queue daemon-full]
key = 5
lifetime = daemon
[queue stays]
key = 6
EOF
start
kipcctl send full message
kipcctl send daemon-full message
stop_kipcd
is 'lifetime = daemon is removed when kipcd stops, if it is empty' "$(ipcs -q | grep '^0x' | cut -c10 | tr -d '\n' | sed 's/./&\n/g' | sort | tr -d '\n')" 12356
like '... which the log says' "$(log)" 'queue daemon-full: not removed when kipcd stopped: it is not empty'
start
stop_kipcd KILL
is '... but not when kipcd is killed' "$(count_of q)" 6
start
cp "$conf" "$conf.all"
printf '[queue stays]\nkey = 6\n' >"$conf"
exits 0 'a reload without most sections succeeds' kipcctl reload
is 'lifetime = boot is retained, even when empty' "$(state_of boot)" retained
is 'lifetime = config is removed' "$(state_of config)$(ipcs -q | grep -c '^0x00000002')" 0
is '... but not with a message' "$(state_of full)" retained
is 'lifetime = daemon is retained' "$(state_of daemon)" retained
is '... and keeps its name' "$(kipcctl peek full)" message
stop_kipcd KILL
start
is 'retained channels are known after a restart' "$(state_of boot) $(state_of full)" 'retained retained'
kipcctl purge -q full
kipcctl reload >"$T/out"
is 'a retained channel with lifetime = config is removed once it is empty' "$(state_of full)" ''
cp "$conf.all" "$conf"
kipcctl reload >"$T/out"
is 'a retained channel that is declared again is active' "$(state_of boot)" active
printf '[queue stays]\nkey = 6\n[queue other]\nkey = 1\n' >"$conf"
kipcctl reload >"$T/out"
like 'a retained channel is renamed to the section that has its key' "$(cat "$T/out")" 'other +queue +rename +active +formerly boot$'
: >"$conf"
kipcctl reload -q
is '... and retained under its new name' "$(state_of boot)$(state_of other)" retained
exits 0 'remove of a retained channel succeeds' kipcctl remove other
is '... and the object is gone' "$(state_of other)$(ipcs -q | grep -c '^0x00000001')" 0
printf '[queue stays]\nkey = 6\n[queue other]\nkey = 1\n' >"$conf"
kipcctl reload >"$T/out"
is '... and the key is free' "$(state_of other)" active
stop_kipcd
clear_all

# -- twenty mistakes -------------------------------------------------------------------------------------------

printf '[queue orders]\nkey = 0x4b01\n[segment prices]\nkey = 1234\nsize = 64K\n' >"$conf"
start
kipcctl send orders kept
before=$(world)
printf '%s\n' '[queue orders]' 'key = 0' 'mode = 9999' 'owner = no-such-user' 'group = no-such-group' \
	'manage = sometimes' 'lifetime = week' 'capacity = 99T' 'size = 4K' 'modee = 0660' 'description' \
	'[quue bills]' '[queue 9lives]' '[segment prices]' 'size = -5' 'field.a = u9@0' 'values = 1' '  mode = 0660' \
	'[semaphore build]' 'key = 0x1ffffffff' '[semaphore orders]' 'values = 40000' '[daemon]' 'sample_interval = 1us' >"$conf"
exits 1 'a reload with many mistakes fails' kipcctl reload
mistakes=$(grep -oE "$conf:[0-9]+: " <<<"$ERR" | sort -u | wc -l)
is '... and prints all of them with their lines' "$((mistakes >= 20))" 1
is '... like the log' "$(grep -cE "$conf:[0-9]+: " "$T/kipcd.log")" "$(grep -cE "$conf:[0-9]+: " <<<"$ERR")"
exits 1 'plan prints them too' kipcctl plan
is 'nothing changed' "$(world)" "$before"
is '... and everything works' "$(state_of orders) $(kipcctl peek orders)" 'active kept'
kill -HUP "$kipcd_pid"
until_true grep -q 'nothing was changed' "$T/kipcd.log"
is '... also after SIGHUP' "$(world)" "$before"
stop_kipcd
exits 78 'a start with them fails' "$kipcd" --config="$conf"
clear_all

# -- the runtime layer -----------------------------------------------------------------------------------------

printf '[queue orders]\nkey = 0x4b01\nmode = 0640\n' >"$conf"
start
exits 0 'create succeeds' kipcctl create queue bills key=0x4b02 capacity=4K
exits 0 'set succeeds' kipcctl set orders mode=0600
exits 1 'create of an existing name fails' kipcctl create queue orders
exits 2 'create with a mistake is wrong usage' kipcctl create segment prices size=99X
is '... leaves nothing behind' "$(ls "$KIPC_RUNTIME_DIR/kipcd.conf.d")" 'bills.conf
orders.conf'
make_foreign 0x4b05
exits 1 'create with a key that is in use fails' kipcctl create queue taken key=0x4b05
is '... leaves nothing behind' "$(state_of taken)$(ls "$KIPC_RUNTIME_DIR/kipcd.conf.d" | grep -c taken)" 0
kipcctl send bills kept
stop_kipcd KILL
start
is 'a created channel exists after a restart' "$(columns_of bills capacity,state) $(kipcctl peek bills)" '4096 active kept'
is 'a setting holds after a restart' "$(columns_of orders mode)" 0600
is '... although a file overrides it' "$(grep -c 0640 "$conf")" 1
exits 1 'remove of a channel with a message fails' kipcctl remove bills
exits 0 '... but not with --force' kipcctl remove --force bills
is '... and removes its file' "$(state_of bills)$(ls "$KIPC_RUNTIME_DIR/kipcd.conf.d")" orders.conf
exits 0 'remove of a declared channel succeeds' kipcctl remove orders
is '... and leaves it absent' "$(state_of orders)" absent
stop_kipcd
start
is 'a removed channel does not return after a restart' "$(state_of bills)" ''
is '... but a declared one does, with its settings' "$(columns_of orders mode,state)" '0600 active'
stop_kipcd
clear_all

# -- limits ----------------------------------------------------------------------------------------------------

printf '[queue %s]\n' a b c d e >"$conf"
printf '[segment prices]\nsize = 4K\n' >>"$conf"
if old=$(cat /proc/sys/kernel/msgmni) && echo 3 2>/dev/null >/proc/sys/kernel/msgmni; then
	start
	is 'when kernel.msgmni is reached, the channels that fit are active' "$(kipcctl list --no-legend --state=active --columns=name | tr -d '\n')" 'abcprices'
	is '... and the rest are failed' "$(kipcctl list --no-legend --state=failed --columns=name | tr -d '\n')" 'de'
	like '... with the reason in the log' "$(log)" "queue d: failed: the kernel's limit on queues is reached \(kernel.msgmni = 3\)"
	exits 1 'a reload that fails exits with 1' kipcctl reload
	like '... with the reason' "$OUT" 'd +queue +create +failed +.*kernel.msgmni'
	echo "$old" >/proc/sys/kernel/msgmni
	exits 0 'with a higher limit a reload creates the rest' kipcctl reload
	is '... completely' "$(kipcctl list --no-legend --state=active --columns=name | tr -d '\n')" 'abcdeprices'
	stop_kipcd
else
	skip 'kernel.msgmni is reached' 'the sysctls of this IPC namespace cannot be written'
fi
clear_all

# -- without privileges ----------------------------------------------------------------------------------------

printf '[queue orders]\ncapacity = 1M\n' >"$conf"
if can_be 65534; then
	kipcd_under=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	install -d -o 65534 -g 65534 "$KIPC_RUNTIME_DIR"
fi
start
is 'a queue with a capacity above the limit gets the limit' "$(columns_of orders capacity,state)" "$(cat /proc/sys/kernel/msgmnb) active"
like '... with a warning that names the sysctl' "$(log)" 'orders: capacity 1M exceeds kernel.msgmnb, and kipcd has no CAP_SYS_RESOURCE, so the queue has 16K'
exits 0 'a reload changes nothing then' kipcctl reload
if echo 2000000 2>/dev/null >/proc/sys/kernel/msgmnb; then
	kipcctl reload >"$T/out"
	is 'with a higher limit a reload gives it all' "$(columns_of orders capacity)" 1048576
	echo 16384 >/proc/sys/kernel/msgmnb
	kipcctl set -q orders mode=0600
	is 'with a lower limit an alteration reduces it' "$(columns_of orders capacity,mode)" '16384 0600'
else
	skip 'a higher limit' 'the sysctls of this IPC namespace cannot be written'
fi
stop_kipcd

# -- a ring, by a kipcd without privileges -------------------------------------------------------------------

cat >"$conf" <<'EOF'
[segment ticks]
size = 64K
layout = ring

[queue served]
EOF
start
kipcctl remove -q orders
is 'a ring is created beside the others' "$(state_of ticks) $(state_of served) $(columns_of ticks layout)" 'active active ring'
like '... and the registry says so' "$(readlink "$KIPC_RUNTIME_DIR/channels/ticks")" ':layout=ring$'
like '... and a reload changes nothing' "$(kipcctl plan 2>&1)" 'nothing to do'
kipcctl remove -q served ticks
stop_kipcd

# -- a set that was used by a process with the pid of the kipcd that created it ------------------------------------

printf '%s\n' '[semaphore gate]' 'key = 0x4b0c' 'values = 1' 'mode = 0606' 'lifetime = config' >"$conf"
start
stop_kipcd
# The kernel keeps seconds, so this must not be the second of the creation.
made=$(date +%s)
is_later() { [ "$(date +%s)" -gt "$made" ]; }
until_true is_later
perl -e '$id = semget(0x4b0c, 0, 0) // die; semop($id, pack "s3", 0, -1, 0) or die; print $$' >"$T/user"
link=$(readlink "$KIPC_RUNTIME_DIR/channels/gate")
ln -sfn "$(sed "s/maker=[0-9]*/maker=$(cat "$T/user")/" <<<"$link")" "$KIPC_RUNTIME_DIR/channels/gate"
sed -i 's/^mode = .*/mode = 0666/' "$conf"
start
is 'a set that was used is altered in place' "$(columns_of gate mode,state)" '0666 active'
exits 1 '... and does not count as empty' kipcctl remove gate
: >"$conf"
kipcctl reload >"$T/out"
is '... nor when it is no longer declared' "$(state_of gate)" retained
kipcctl remove --quiet --force gate
stop_kipcd

if [ ${#kipcd_under[@]} -gt 0 ]; then
	cat >"$conf" <<'EOF'
[queue orders]
owner = 1
group = 2
mode = 0600
[segment prices]
size = 4K
owner = 1
mode = 0600
lifetime = config
[semaphore build]
values = 1
owner = 1
mode = 0600
lifetime = config
EOF
	rm -f "$KIPC_RUNTIME_DIR/kipcd.conf.d/"*
	start
	is 'objects are given to another user' "$(columns_of orders owner,mode,state) $(columns_of prices owner,state) $(columns_of build owner,state)" \
		'daemon 0600 active daemon active daemon active'
	is '... which may use them' "$(setpriv --reuid=1 --regid=1 --clear-groups perl -e 'print defined msgsnd($ARGV[0], pack("l!a*", 1, "x"), 0)' "$(id_of orders)")" 1
	sed -i 's/^mode = 0600/mode = 0640/; s/^owner = 1/owner = 3/' "$conf"
	exits 0 'objects of another user are altered' kipcctl reload
	is '... in place' "$(columns_of orders owner,mode) $(columns_of prices owner,mode) $(columns_of build owner,mode)" 'sys 0640 sys 0640 sys 0640'
	stop_kipcd KILL
	start
	is '... found again after a restart' "$(state_of orders) $(state_of prices) $(state_of build)" 'active active active'
	: >"$conf"
	kipcctl reload >"$T/out"
	is '... and removed' "$(count_of q) $(count_of m)" '1 0'
	kipcctl remove --force -q orders
	is '... also by hand' "$(count_of q)" 0
	stop_kipcd
else
	skip 'objects are given to another user' 'only root can run kipcd as another user'
fi
finish
