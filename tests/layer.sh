#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The runtime layer: what `kipcctl create`, `set` and `adopt` write there is named wherever it overrides a file, can be
# undone, prevents no start, and is stored unchanged.
. "$(dirname "$0")/tap.sh"

layer=$KIPC_RUNTIME_DIR/kipcd.conf.d
layers() { ls "$layer" | xargs; }
restart() { stop_kipcd; start; }
description() { kipcctl show --json "$1" | perl -0777 -ne 'print "$1" if /"description": ?"((?:[^"\\]|\\.)*)"/'; }
make_foreign() { perl -e 'defined msgget(hex($ARGV[0]), 01000 | oct $ARGV[1]) or die' "$1" "$2"; }

# -- overridden values are named everywhere ----------------------------------------------------------------------

cat >"$conf" <<'EOF2'
[queue orders]
key = 0x4b01
mode = 0600
[queue bills]
key = 0x4b02
EOF2
start
exits 0 'set of two keys works' kipcctl set orders mode=0660 capacity=8K
named="mode = 0600 in $conf:3 is overridden by 'kipcctl set' \(0660\)"
like '... and prints what it overrides' "$OUT" "^orders: altered, active: .*$named"
exits 0 'plan works' kipcctl plan
like '... and names the overridden value' "$OUT" "^orders +queue +keep +active +$named$"
unlike '... and no value that no file has' "$OUT" 'capacity|bills'
exits 0 'reload works' kipcctl reload
like '... and names the overridden value' "$OUT" "^orders +queue +keep +active +$named$"
exits 0 'check works' kipcctl check "$conf"
like '... with a warning that has its place' "$ERR" "^$conf:3: warning: \[queue orders\] mode: 0600 is overridden by 'kipcctl set' \(0660\); 'kipcctl unset orders mode' removes the override$"
exits 0 'show works' kipcctl show orders
like '... and names the overridden value' "$OUT" "^ +overridden: $named$"
like '... and the origin of the other value' "$OUT" '^ *origin of capacity: kipcctl set$'
restart
like 'the log names it at a start' "$(log)" "$conf:3: .*mode: 0600 is overridden by 'kipcctl set' \(0660\)"
sed -i 's/0600/0640/' "$conf"
kipcctl reload >"$T/out"
like 'an edited value that stays overridden is named' "$(cat "$T/out")" "mode = 0640 in $conf:3 is overridden"
is '... and has no effect' "$(columns_of orders mode)" 0660

# -- unset ----------------------------------------------------------------------------------------------

exits 2 'unset of an unknown key is wrong usage' kipcctl unset orders moed
like '... with the nearest key' "$ERR" "'moed': unknown key; did you mean 'mode'\?"
exits 2 'unset of a key of another kind' kipcctl unset orders size
exits 3 'unset of an unknown channel fails' kipcctl unset nobody
for verb in 'set ordres mode=0600' 'unset ordres' 'recover ordres' 'reset ordres'; do
	# shellcheck disable=SC2086
	exits 3 "$verb: a misspelt name fails" kipcctl $verb
	like '... with the nearest name' "$ERR" "\(did you mean 'orders'\?\)"
done
exits 0 'unset of one key works' kipcctl unset orders mode
is '... and the declared value is back' "$(columns_of orders mode,capacity)" '0640 8192'
unlike '... and nothing is overridden' "$(kipcctl plan 2>&1)" overridden
exits 0 'unset of all keys works' kipcctl unset orders
is '... and leaves no file' "$(layers)" ''
exits 0 'a second unset works' kipcctl unset orders
like '... and says that nothing is overridden' "$OUT" '^orders: unchanged, active: nothing is overridden$'
like '... and all is as declared' "$(kipcctl plan 2>&1)" '^nothing to do'

kipcctl create -q queue notes capacity=4K
kipcctl set -q notes capacity=8K
is 'set alters a created channel' "$(columns_of notes capacity)" 8192
exits 0 'unset of it works' kipcctl unset notes
is '... and the value of create is back' "$(columns_of notes capacity)" 4096
exits 1 'unset of a value of create fails' kipcctl unset notes capacity
like '... with the reason' "$ERR" "capacity is a value of 'kipcctl create'"
exits 0 'remove of it works' kipcctl remove notes
is '... and leaves no file' "$(layers)" ''

# -- a setting belongs to its section -----------------------------------------------------------------------------------

kipcctl set -q orders mode=0660
kipcctl send orders kept
cp "$conf" "$conf.whole"
sed -i '/orders/,/mode/d' "$conf"
exits 0 'check without the section works' kipcctl check "$conf"
like '... with a warning that names what is set aside' "$ERR" "^$layer/orders.conf:1: warning: \[queue orders\] is set aside: no section declares it any more"
exits 0 'a reload works' kipcctl reload
like '... and says so' "$OUT" "^orders +queue +retain +retained +no longer declared.*what kipcctl set for it is set aside"
restart
is 'a start works' "$(columns_of orders state)" retained
is '... and creates no other queue' "$(count_of q)" 2
is '... and no message is lost' "$(kipcctl peek orders)" kept
like '... and the log says so' "$(log)" 'orders.conf:1: \[queue orders\] is set aside'
cp "$conf.whole" "$conf"
kipcctl reload >"$T/out"
is 'with the section back, the setting is back' "$(columns_of orders mode,state)" '0660 active'
like '... and named' "$(cat "$T/out")" "mode = 0640 in $conf:3 is overridden"
sed -i '/orders/,/mode/d' "$conf"
kipcctl reload >"$T/out"
exits 0 'unset removes what is set aside' kipcctl unset orders
is '... and its file' "$(layers)" ''
kipcctl set -q bills mode=0600
: >"$conf"
kipcctl reload -q
exits 0 'remove of a retained channel' kipcctl remove bills
is '... and removes what was set aside' "$(layers)" ''
kipcctl remove -q --force orders

# -- the layer never breaks a configuration -----------------------------------------------------------------------------

kipcctl create -q queue temp key=0x4b07 lifetime=config
kipcctl create -q queue other key=0x4b08
printf '[queue mine]\nkey = 0x4b07\n' >"$conf"
exits 0 'a section may take the key of a created channel' kipcctl check "$conf"
like '... which is set aside' "$ERR" "temp.conf: warning: is set aside: \[queue temp\] key: 0x00004b07 is also the key of \[queue mine\] at $conf:2"
restart
is '... but not removed, though it is empty and its lifetime is config' "$(columns_of temp state)" retained
is '... other created channels stay' "$(columns_of other state)" active
kipcctl unset -q temp
kipcctl reload -q
is 'unset removes it' "$(columns_of temp state)$(layers)" other.conf
is '... and its key is free' "$(columns_of mine state)" active
printf 'rubbish\n' >"$layer/other.conf"
restart
is 'a broken file of the layer does not prevent a start' "$(columns_of mine state),$(columns_of other state)" active,retained
stop_kipcd
printf '[queue a]\nmode = 9999\n' >"$conf"
exits 78 'a mistake in the configuration does' "$kipcd" --config="$conf"

# -- a file overrides create -------------------------------------------------------------------

rm -rf "$KIPC_RUNTIME_DIR"; ipcrm --all; : >"$conf"
start
kipcctl create -q queue a key=0x11 capacity=4K
printf '[queue a]\nkey = 0x11\ncapacity = 8K\n' >"$conf"
kipcctl reload -q
is 'a section in a file overrides create' "$(columns_of a capacity)" 8192
sed -i 's/8K/2K/' "$conf"
kipcctl reload -q
is '... and its edits take effect' "$(columns_of a capacity)" 2048
like '... with the right origin' "$(kipcctl show a)" "^ +origin: $conf$"
kipcctl unset -q a
is 'unset removes the values of create' "$(layers)" ''

# -- a value is data ---------------------------------------------------------------------------------------------

long=$(printf 'x%.0s' {1..900})
n=0
while IFS= read -r value; do
	n=$((n + 1))
	kipcctl set -q a "description=$value" || fail "set description=$value"
	is "'${value:0:40}' is kept unchanged" "$(description a)" "$(sed 's/[\\"]/\\&/g' <<<"$value")"
done <<<"two  ; blanks
one ; blank
# a hash
a #b
  blanks at both ends  
\"quoted\"
back\\slash
ümläut €
[queue b]
$long"
value='two  ; "blanks"'
kipcctl set -q a "description=$value"
restart
is '... after a restart too' "$(description a)" 'two  ; \"blanks\"'
exits 0 'create takes such a value' kipcctl create queue b 'description=b  ; c'
is '... unchanged' "$(description b)" 'b  ; c'
exits 2 'a newline is refused' kipcctl set a $'description=a\n[queue evil]'
like '... with its place' "$ERR" 'description: byte 2 of the value is a newline'
exits 2 'bytes that are not UTF-8 are refused' kipcctl set a $'description=\xff'
exits 2 'a value that is too long is refused' kipcctl set a "description=$long$long"
like '... with the length' "$ERR" 'it has 1800 bytes; shorten it to 1000'
exits 2 'a mistake in set is wrong usage' kipcctl set a mode=9999
is '... and cites the argument' "$ERR" "kipcctl: set a: 'mode=9999': '9999' is not an octal mode like 0660"
exits 2 'mistakes in create are wrong usage' kipcctl create queue c mode=9999 capacity=0
is '... and cites both, on one line' "$ERR" "kipcctl: create c: 'mode=9999': '9999' is not an octal mode like 0660; 'capacity=0': '0' is out of range; choose 1 to 2147483647"
exits 2 'a key that is in use is refused' kipcctl create queue c key=0x11
like '... with the file that has it' "$ERR" "'key=0x11': 0x00000011 is also the key of \[queue a\] at $conf:2"
unlike '... and no file that does not exist' "$ERR" "$layer"
is '... and no file was created' "$(layers)" 'a.conf b.conf'
zeros=$(printf '0,%.0s' {1..149})1
exits 0 'a set of 150 semaphores is created' kipcctl create semaphore many "values=$zeros"
is '... with all of them' "$(columns_of many semaphores)" 150
restart
is '... also after a restart' "$(columns_of many semaphores,state)" '150 active'
stop_kipcd

# -- adopt under a declared name ---------------------------------------------------------------------------------

rm -rf "$KIPC_RUNTIME_DIR"; ipcrm --all
perl -e 'defined shmget(0x21, 1000, 01600) or die; defined shmget(0x22, 4000, 01600) or die; $s = semget(0x23, 150, 01600) // die; semctl($s, 149, 16, 3) or die'
make_foreign 0x24 0620
make_foreign 0x25 0620
cat >"$conf" <<'EOF2'
[segment small]
key = 0x21
size = 4000
[segment right]
key = 0x22
size = 4000
mode = 0640
[queue jobs]
key = 0x24
mode = 0660
capacity = 8K
[queue seen]
key = 0x25
manage = observe
EOF2
start
is 'declared keys of foreign objects are conflicts' "$(columns_of small state),$(columns_of jobs state)" conflict,conflict
perl -e '$i = shmget(0x21, 0, 0); shmwrite($i, "data", 0, 4) or die'
exits 0 'a segment of another size is adopted' kipcctl adopt segment:0x21 small
is '... and is stale' "$(columns_of small state,size)" 'stale 1000'
like '... with the reason' "$OUT" '^segment:0x21: adopted as small, stale: size 1000 -> 4000 requires a new segment'
is '... and keeps its bytes' "$(kipcctl read small --length=4)" data
kipcctl reload -q
is '... also after a reload' "$(columns_of small state,size)" 'stale 1000'
restart
is '... and a restart' "$(columns_of small state,size)" 'stale 1000'
is '... the declaration is untouched' "$(kipcctl show --json small | grep -c '"size":4000\|"size": 4000')" 1
sed -i 's/^size = 4000/size = 1000/; ' "$conf"; sed -i '/0x22/{n;s/1000/4000/}' "$conf"
kipcctl reload -q
is 'with its size declared it is active' "$(columns_of small state,size)" 'active 1000'
exits 0 'a segment of the declared size is adopted' kipcctl adopt segment:0x22 right
is '... and has the declared mode' "$(columns_of right state,mode)" 'active 0640'
exits 0 'a queue is adopted' kipcctl adopt queue:0x24 jobs
like '... and altered as declared' "$OUT" 'jobs, active: @[0-9]+, created by uid [0-9]+; mode 0620 -> 0660, capacity 16K -> 8K'
is '... which list confirms' "$(columns_of jobs state,mode,capacity)" 'active 0660 8192'
sed -i 's/8K/4K/' "$conf"
kipcctl reload -q
is '... and edits of its section take effect' "$(columns_of jobs capacity)" 4096
exits 0 'an observed queue is adopted under its name' kipcctl adopt seen seen
is '... and keeps what no file declares' "$(columns_of seen manage,mode)" 'own 0620'
like '... and prints what to add to its section' "$OUT" '^This lasts until the next reboot; to keep it, add this to the section of seen:$'
like 'plan names the overridden key' "$(kipcctl plan)" "^seen .*manage = observe in $conf:[0-9]+ is overridden by 'kipcctl adopt' \(own\)"
exits 0 'a set of 150 semaphores is adopted under a new name' kipcctl adopt semaphore:0x23 locks
like '... and no line is printed that is too long for a configuration' "$OUT" '^    # values: too long for a line of kipcd.conf; after a reboot, give it to'
is '... with all of them' "$(columns_of locks semaphores,state)" '150 active'
stop_kipcd
finish
