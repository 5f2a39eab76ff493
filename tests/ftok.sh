#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A key made of a file that is replaced, as every deployment does. Running programs are not disturbed, contents are kept, and
# each printed command is run as it is and fixes the channel. A file on a dead mount blocks nothing.

# A mount namespace of its own, for the dead mount.
if [ -z "${KIPC_TEST_MOUNTS:-}" ] && unshare --mount true 2>/dev/null; then
	KIPC_TEST_MOUNTS=own exec unshare --mount bash "$0" "$@"
fi
. "$(dirname "$0")/tap.sh"

file=$T/app
declare_() { printf '%s\n' '[daemon]' 'sample_interval = 100ms' "$@" >"$conf"; }
state_and_reason_of() { kipcctl show "$1" | sed -n '1s/^[^,]*, //p'; }
# What ftok(3) makes of the file now.
key_of() { set -- "$1" $(stat -L -c '%d %i' "$1") "$2"; printf '0x%08x' $(($4 << 24 | ($2 & 255) << 16 | ($3 & 65535))); }
# replace FILE [BEFORE]: with a file of another inode, as mv(1) does; old files are kept so that their inodes are not reused
n_replaced=0
replace() {
	n_replaced=$((n_replaced + 1))
	[ ! -e "$1" ] || ln -f "$(readlink -f "$1")" "$T/before.$n_replaced"
	until touch "$T/new.$n_replaced" && [ "$(key_of "$T/new.$n_replaced" 82)" != "$(key_of "${2:-$T/before.$n_replaced}" 82)" ]; do
		n_replaced=$((n_replaced + 1))
	done
	mv "$T/new.$n_replaced" "$1"
}
# A program that starts now: queue KEY MODE, segment KEY SIZE
queue() { perl -e 'print msgget(hex $ARGV[0], 01000 | oct $ARGV[1])' "$@"; }
segment() { perl -e 'print shmget(hex $ARGV[0], $ARGV[1], 01600)' "$@"; }
says() { state_and_reason_of "$1" | grep -qF -- "$2"; }
tells() { kipcctl events jobs --json | grep -qF -- "$1"; }

# -- noticed, and nothing is lost ------------------------------------------------------------------------------------

touch "$file"
old=$(key_of "$file" 82)
declare_ '[queue jobs]' "key = ftok:$file:'R'" '[queue other]' 'key = 5' "[semaphore build]" "key = ftok:$file:1" 'values = 1'
start
kipcctl send jobs one two
id=$(id_of jobs)
is 'the key is the one of ftok(3)' "$(columns_of jobs key)" "$old"
replace "$file"
new=$(key_of "$file" 82)
exits 0 'kipcd notices that the file was replaced' until_true is_in_state jobs stale
like '... the reason says what happened' "$(state_and_reason_of jobs)" "^stale: $file was replaced: programs that start now compute $new, but this queue has $old; "
until_true tells '"event":"key_changed"'
like '... an event says so' "$(kipcctl events jobs)" "key_changed +queue jobs: $file was replaced: programs that start now compute $new, and running ones still use $old\$"
like '... and so does the log' "$(log)" "queue jobs: $file was replaced: programs that start now compute $new"
is '... the queue and its messages are unchanged' "$(columns_of jobs id,key,messages)" "$id $old 2"
like '... show prints the declared key' "$(kipcctl show jobs)" "key: $old \\(declared: $new\\)"
is '... other channels with the same file are stale too' "$(columns_of build state),$(columns_of other state)" 'stale,active'
exits 0 'running programs still use it' kipcctl send jobs three
exits 0 'a reload succeeds' kipcctl reload
like '... changes nothing' "$OUT" "^jobs +queue +keep +stale +$file was replaced: programs that start now compute $new, .* holds 3 messages"
is '... and no message is lost' "$(columns_of jobs id,messages)" "$id 3"
exits 0 'other channels still work' kipcctl set other mode=0600

# -- no object has the new key yet: the messages are put aside ----------------------------------------------------------

cures 'the printed commands work' "$(state_and_reason_of jobs)"
is '... and the channel is active with the new key' "$(columns_of jobs state,key,messages)" "active $new 3"
is '... in the same order' "$(kipcctl recv --all jobs | xargs)" 'one two three'
kipcctl remove -q jobs.kept
stop_kipcd
start
is 'a start finds the channel active' "$(columns_of jobs state,key)" "active $new"

# -- empty: only a reload recreates it ------------------------------------------------------------

id=$(id_of jobs)
perl -e 'msgrcv($ARGV[0], my $m, 100, 0, 0) or exit 1; print unpack "x8 a*", $m' "$id" >"$T/got" & program=$!
replace "$file"
until_true is_in_state jobs stale
like 'the reason of an empty queue says that a reload recreates it' "$(state_and_reason_of jobs)" "is empty, and 'kipcctl reload' recreates it"
stop_kipcd KILL
start
is 'a start does not change it' "$(columns_of jobs state,id)" "stale $id"
kipcctl send jobs work
wait "$program"
is '... and the process that waits in it gets its message' "$(cat "$T/got")" work
cures 'the printed commands work' "$(state_and_reason_of jobs)"
is '... and the channel is active with the new key' "$(columns_of jobs state,key)" "active $(key_of "$file" 82)"

# -- replaced while kipcd is down, twice ------------------------------------------------------------------------------

kipcctl send jobs kept
id=$(id_of jobs)
stop_kipcd
replace "$file"
replace "$file"
start
is 'a file that was replaced while kipcd was down makes the channel stale' "$(columns_of jobs state,id,messages)" "stale $id 1"
like '... and the log says so' "$(log)" "jobs: stale: $file was replaced: programs that start now compute $(key_of "$file" 82)"
replace "$file"
exits 0 'kipcd notices another replacement' until_true says jobs "compute $(key_of "$file" 82), "
is '... and the queue is unchanged' "$(columns_of jobs state,id,messages)" "stale $id 1"
mv "$T/before.$n_replaced" "$file.again"
is_back() { [ -n "$(kipcctl events jobs | grep 'yields the key .* again')" ]; }
# The original file.
for kept in "$T"/before.*; do [ "$(key_of "$kept" 82)" != "$(columns_of jobs key)" ] || ln -f "$kept" "$T/back"; done
mv "$T/back" "$file"
exits 0 'the old file back makes the channel active' until_true is_in_state jobs active
is '... with the same queue' "$(columns_of jobs id,messages) $(state_and_reason_of jobs)" "$id 1 active"
exits 0 '... and an event says so' until_true is_back

# -- a program has created an object with the new key --------------------------------------------------------------------------------

replace "$file"
new=$(key_of "$file" 82)
queue "$new" 0622 >"$T/id"
until_true says jobs adopt
is 'an object with the new key leaves the channel stale' "$(columns_of jobs state,id,messages)" "stale $id 1"
kipcctl reload >/dev/null
is '... also after a reload' "$(columns_of jobs state,id,messages)" "stale $id 1"
kipcctl send -q "queue:$new" theirs
exits 1 'adopt is refused while it would leave messages behind' kipcctl adopt "queue:$new" jobs
like '... with the command that moves them' "$ERR" "holds 1 message .*'kipcctl move queue:$(columns_of jobs key) queue:$new'"
is '... and nothing changed' "$(columns_of jobs state,id,messages),$(readlink "$KIPC_RUNTIME_DIR/channels/jobs" | cut -d: -f3)" "stale $id 1,$id"
cures 'the printed commands work' "$(state_and_reason_of jobs)"
is '... and the channel is active with the new key' "$(columns_of jobs state,key,id,mode)" "active $new $(cat "$T/id") 0622"
is '... no message is lost' "$(kipcctl recv --all jobs | xargs)" 'theirs kept'
is '... and no object is left over' "$(kipcctl list --foreign --no-legend --columns=state | grep -c foreign)" 0
like '... and the key is still the one of the file' "$(kipcctl plan 2>&1)" 'nothing to do: 3 channels are as declared'
replace "$file"
exits 0 '... which is still watched' until_true is_in_state jobs stale
queue "$(key_of "$file" 82)" 0600 >"$T/id"
kipcctl reload >/dev/null
cures 'an empty foreign queue is adopted at once' "$(state_and_reason_of jobs)"
is '... and the channel is active' "$(columns_of jobs state,key,id)" "active $(key_of "$file" 82) $(cat "$T/id")"

# -- gone, and back ---------------------------------------------------------------------------------------------------

kipcctl send jobs kept
id=$(id_of jobs)
ln "$file" "$T/same"
rm "$file"
exits 0 'kipcd notices that the file is gone' until_true is_in_state jobs stale
like '... and the reason says so' "$(state_and_reason_of jobs)" "ftok\\(3\\) fails on $file: No such file or directory; programs that start now get no key"
exits 0 'a reload succeeds' kipcctl reload
is '... and does not change the queue' "$(columns_of jobs state,id,messages)" "stale $id 1"
exits 0 'other channels still work' kipcctl set other mode=0640
exits 0 '... and channels can be created' kipcctl create queue more key=77
mv "$T/same" "$file"
exits 0 'the file back makes the channel active' until_true is_in_state jobs active
is '... with the same queue' "$(columns_of jobs id,messages)" "$id 1"
ln "$file" "$T/same"
rm "$file"
until_true is_in_state jobs stale
replace "$file" "$T/same"
exits 0 'another file is a replacement' until_true says jobs 'was replaced'
exits 78 'a file that never existed is a mistake' "$kipcd" --check --config=<(printf '[queue q]\nkey = ftok:%s/none:1\n' "$T")
clear_all

# -- a link to a file -------------------------------------------------------------------------------------------------

touch "$T/v1" "$T/v2"
ln -s v1 "$T/current"
declare_ '[queue jobs]' "key = ftok:$T/current:'R'"
start
kipcctl send jobs kept
ln -s v2 "$T/next"
mv -T "$T/next" "$T/current"
exits 0 'a symlink that leads to another file is a replacement' until_true says jobs "$T/current was replaced: programs that start now compute $(key_of "$T/v2" 82)"
ln -sfn v1 "$T/current"
exits 0 '... and the old target makes the channel active again' until_true is_in_state jobs active
clear_all

# -- each kind --------------------------------------------------------------------------------------------------------

declare_ '[segment prices]' "key = ftok:$file:2" 'size = 4K' '[segment ticks]' "key = ftok:$file:3" 'size = 16K' 'layout = ring' \
	'[semaphore build]' "key = ftok:$file:4" 'values = 2' '[queue seen]' "key = ftok:$file:5" 'manage = observe'
start
kipcctl send prices text; kipcctl send ticks one two; kipcctl down build; queue "$(key_of "$file" 5)" 0600 >/dev/null
until_true is_in_state seen active
ids="$(id_of prices) $(id_of ticks) $(id_of build)"
replace "$file"
for channel in prices ticks build; do exits 0 "$channel stays" until_true is_in_state $channel stale; done
kipcctl reload >/dev/null
is '... unchanged' "$(id_of prices) $(id_of ticks) $(id_of build) $(kipcctl recv prices) $(columns_of build values)" "$ids text 1"
exits 0 'an observed channel is absent under the new key' until_true is_in_state seen absent
cures 'the printed commands put a ring aside' "$(state_and_reason_of ticks)"
is '... and the channel is active' "$(columns_of ticks state,key) $(kipcctl recv --all ticks | xargs)" "active $(key_of "$file" 3) one two"
segment "$(key_of "$file" 2)" 4096 >"$T/id"
until_true eval 'kipcctl reload -q; says prices adopt'
cures 'the printed commands adopt the other segment' "$(state_and_reason_of prices)"
is '... and the channel means that one' "$(columns_of prices state,id)" "active $(cat "$T/id")"
clear_all

# -- another number as key, which belongs to a foreign object -------------------------------------------------------------------

declare_ '[queue jobs]' 'key = 0x4b01' '[queue none]' 'key = 0x4b07'
queue 0x4b07 0600 >/dev/null
start
kipcctl send jobs kept
id=$(id_of jobs)
queue 0x4b02 0600 >"$T/id"
sed -i 's/4b01/4b02/' "$conf"
kipcctl reload >/dev/null
is 'a new key that belongs to a foreign object is a conflict' "$(columns_of jobs state)" conflict
for verb in 'send jobs more' 'recv -N jobs' 'peek -N jobs' 'move jobs other' 'purge jobs'; do
	exits 3 "$verb" kipcctl $verb
	like '... with the reason' "$ERR" 'jobs: conflict: its key 0x00004b02 belongs to queue @[0-9]+, created by uid [0-9]+, not by kipcd; kipcd.s own is @'
done
exits 3 'send to a channel that never had an object fails' kipcctl send none more
like '... with the reason' "$ERR" 'conflict: its key 0x00004b07 belongs to queue @'
is '... and no message was moved' "$(kipcctl peek "queue:@$id" | xargs) $(kipcctl peek -N "queue:@$(cat "$T/id")" 2>&1 | grep -c 'no such message')" 'kept 1'
stop_kipcd
exits 3 'send fails without kipcd too' kipcctl send jobs more
like '... with a reason' "$ERR" 'conflict: its key belongs to an object that kipcd did not create'
is '... and list shows the state' "$(columns_of jobs state 2>/dev/null)" conflict
start
cures 'the printed commands work' "$(state_and_reason_of jobs)"
is '... and the channel is active with the new key' "$(columns_of jobs state,id,messages)" "active $(cat "$T/id") 1"
exits 0 '... and recv works again' kipcctl recv jobs
clear_all

# -- a dead mount -----------------------------------------------------------------------------------------------------

# The leak sanitizer stops every thread first, and a thread that hangs in stat(2) cannot be stopped.
[ -z "${SANITIZER_FLAGS:-}" ] || export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"

mkdir "$T/net"
touch "$T/net/app"
if [ -z "${KIPC_TEST_MOUNTS:-}" ]; then
	skip 'a file on a dead mount' 'no mount namespace of its own'
	finish
fi
mkfifo "$T/mounted"
dead() { "$top_build/dead-mount" "$T/net" >"$T/mounted" & mount_pid=$!; read -r answer <"$T/mounted" || answer=; }
revive() { kill "$mount_pid"; wait "$mount_pid" 2>/dev/null; umount -l "$T/net"; }
declare_ '[queue jobs]' "key = ftok:$T/net/app:'R'" '[queue other]' 'key = 5' "[queue local]" "key = ftok:$file:'R'"
old=$(key_of "$T/net/app" 82)
start
kipcctl send jobs kept
dead
if [ -z "$answer" ]; then
	skip 'a file on a dead mount' '/dev/fuse cannot be mounted here'
	finish
fi
answers() { kipcctl list -q >/dev/null && [ "$(columns_of other state)" = active ]; }
is_doubted() { says jobs 'no answer (a dead mount?); kipcd cannot tell whether'; }
exits 0 'kipcd notices a file on a dead mount' until_true is_doubted
is '... and keeps the queue active' "$(columns_of jobs state,key,messages)" "active $old 1"
exits 0 '... clients are still served' answers
replace "$file"
exits 0 '... other files are still watched' until_true is_in_state local stale
exits 0 'a reload succeeds' timeout 20 kipcctl reload
is '... without waiting for the mount' "$(columns_of jobs state,key,messages)" "active $old 1"
exits 0 '... and so does a change' timeout 20 kipcctl create queue more key=77
stop_kipcd KILL
start
is 'a start does not wait for the mount, and finds its objects' "$(columns_of jobs state,key,messages),$(columns_of other state)" "active $old 1,active"
like '... and logs what it cannot check' "$(log)" "ftok\\(3\\) (cannot look at|fails on) .*/net/app.*: no answer"
stop_kipcd
printf '%s\n' "[queue later]" "key = ftok:$T/net/app:9" >>"$conf"
start
is 'a channel without an object waits for the mount' "$(columns_of later state),$(columns_of jobs state)" 'failed,active'
revive
exits 0 'the mount back makes that channel active' until_true is_in_state later active
is_well() { [ "$(state_and_reason_of jobs)" = active ]; }
until_true is_well
is '... with the key of the file' "$(state_and_reason_of jobs) $(columns_of later key)" "active $(key_of "$T/net/app" 9)"
clear_all
finish
