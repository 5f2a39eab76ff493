#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The runtime layer: what `kipcctl create`, `set` and `adopt` leave there is named wherever it hides what a file says, can be
# taken back, refuses no start, and is stored as it was given.
. "$(dirname "$0")/tap.sh"

layer=$KIPC_RUNTIME_DIR/kipcd.conf.d
layers() { ls "$layer" | xargs; }
restart() { stop_kipcd; start; }
description() { kipcctl show --json "$1" | perl -0777 -ne 'print "$1" if /"description": ?"((?:[^"\\]|\\.)*)"/'; }
make_foreign() { perl -e 'defined msgget(hex($ARGV[0]), 01000 | oct $ARGV[1]) or die' "$1" "$2"; }

# -- what is overridden is named everywhere ----------------------------------------------------------------------

cat >"$conf" <<'EOF2'
[queue orders]
key = 0x4b01
mode = 0600
[queue bills]
key = 0x4b02
EOF2
start
exits 0 'set' kipcctl set orders mode=0660 capacity=8K
named="mode = 0600 in $conf:3 is overridden by 'kipcctl set' \(0660\)"
like '... says what it overrides' "$OUT" "^orders: alter, active: .*$named"
exits 0 'plan' kipcctl plan
like '... names it' "$OUT" "^orders +queue +keep +active +$named$"
unlike '... and not what no file says' "$OUT" 'capacity|bills'
exits 0 'reload' kipcctl reload
like '... names it' "$OUT" "^orders +queue +keep +active +$named$"
exits 0 'check' kipcctl check "$conf"
like '... warns of it, with its place' "$ERR" "^$conf:3: warning: \[queue orders\] mode: 0600 is overridden by 'kipcctl set' \(0660\); 'kipcctl unset orders mode' takes that back$"
exits 0 'show' kipcctl show orders
like '... names it' "$OUT" "^ +overridden: $named$"
like '... and where the other value comes from' "$OUT" '^ *origin of capacity: kipcctl set$'
restart
like 'the journal has a line of it' "$(log)" "$conf:3: .*mode: 0600 is overridden by 'kipcctl set' \(0660\)"
sed -i 's/0600/0640/' "$conf"
kipcctl reload >"$T/out"
like 'an edit that it makes void is named too' "$(cat "$T/out")" "mode = 0640 in $conf:3 is overridden"
is '... and is void' "$(columns_of orders mode)" 0660

# -- and taken back ----------------------------------------------------------------------------------------------

exits 2 'unset of what is no key' kipcctl unset orders moed
like '... which it says' "$ERR" "'moed': unknown key; did you mean 'mode'\?"
exits 2 'unset of a key of another kind' kipcctl unset orders size
exits 3 'unset of no channel' kipcctl unset nobody
for verb in 'set ordres mode=0600' 'unset ordres' 'recover ordres' 'reset ordres'; do
	# shellcheck disable=SC2086
	exits 3 "$verb: a typing error" kipcctl $verb
	like '... is told the name that was meant' "$ERR" "\(did you mean 'orders'\?\)"
done
exits 0 'unset of one key' kipcctl unset orders mode
is '... gives it back its declaration' "$(columns_of orders mode,capacity)" '0640 8192'
unlike '... of which nothing more is said' "$(kipcctl plan 2>&1)" overridden
exits 0 'unset of all' kipcctl unset orders
is '... leaves no file' "$(layers)" ''
exits 0 'once more' kipcctl unset orders
like '... says that there is nothing' "$OUT" '^orders: keep, active: no value of it is overridden$'
like 'and all is as declared' "$(kipcctl plan 2>&1)" '^nothing to do'

kipcctl create -q queue notes capacity=4K
kipcctl set -q notes capacity=8K
is 'what create made, altered' "$(columns_of notes capacity)" 8192
exits 0 'unset' kipcctl unset notes
is '... goes back to what create said' "$(columns_of notes capacity)" 4096
exits 1 'which itself is not taken back' kipcctl unset notes capacity
like '... but altered' "$ERR" "capacity is a value of 'kipcctl create'"
exits 0 'remove' kipcctl remove notes
is '... leaves no file' "$(layers)" ''

# -- it belongs to its section -----------------------------------------------------------------------------------

kipcctl set -q orders mode=0660
kipcctl send orders kept
cp "$conf" "$conf.whole"
sed -i '/orders/,/mode/d' "$conf"
exits 0 'check without the section' kipcctl check "$conf"
like '... warns of what is set aside' "$ERR" "^$layer/orders.conf:1: warning: \[queue orders\] is set aside: no section declares it any more"
exits 0 'a reload' kipcctl reload
like '... says so' "$OUT" "^orders +queue +retain +retained +no longer declared.*what kipcctl set for it is set aside"
restart
is 'no start is refused for it' "$(columns_of orders state)" retained
is '... and no other queue made' "$(count_of q)" 2
is '... and nothing lost' "$(kipcctl peek orders)" kept
like '... and the journal has it' "$(log)" 'orders.conf:1: \[queue orders\] is set aside'
cp "$conf.whole" "$conf"
kipcctl reload >"$T/out"
is 'declared again, it is in force again' "$(columns_of orders mode,state)" '0660 active'
like '... and named' "$(cat "$T/out")" "mode = 0640 in $conf:3 is overridden"
sed -i '/orders/,/mode/d' "$conf"
kipcctl reload >"$T/out"
exits 0 'it can be forgotten' kipcctl unset orders
is '... entirely' "$(layers)" ''
kipcctl set -q bills mode=0600
: >"$conf"
kipcctl reload -q
exits 0 'remove of a retained channel' kipcctl remove bills
is '... takes what was set aside with it' "$(layers)" ''
kipcctl remove -q --force orders

# -- it never spoils a configuration -----------------------------------------------------------------------------

kipcctl create -q queue temp key=0x4b07 lifetime=config
kipcctl create -q queue other key=0x4b08
printf '[queue mine]\nkey = 0x4b07\n' >"$conf"
exits 0 'a section takes the key of what create made' kipcctl check "$conf"
like '... which is set aside' "$ERR" "temp.conf: warning: is set aside: \[queue temp\] key: 0x00004b07 is the key of \[queue mine\] at $conf:2 too"
restart
is '... but not removed, though it is empty and its lifetime is config' "$(columns_of temp state)" retained
is '... others stand' "$(columns_of other state)" active
kipcctl unset -q temp
kipcctl reload -q
is 'forgotten, it goes' "$(columns_of temp state)$(layers)" other.conf
is '... and its key is free' "$(columns_of mine state)" active
printf 'rubbish\n' >"$layer/other.conf"
restart
is 'a file of rubbish refuses no start either' "$(columns_of mine state),$(columns_of other state)" active,retained
stop_kipcd
printf '[queue a]\nmode = 9999\n' >"$conf"
exits 78 'a mistake of the administrator does' "$kipcd" --config="$conf"

# -- what create said steps back behind a file -------------------------------------------------------------------

rm -rf "$KIPC_RUNTIME_DIR"; ipcrm --all; : >"$conf"
start
kipcctl create -q queue a key=0x11 capacity=4K
printf '[queue a]\nkey = 0x11\ncapacity = 8K\n' >"$conf"
kipcctl reload -q
is 'a section in a file is what holds' "$(columns_of a capacity)" 8192
sed -i 's/8K/2K/' "$conf"
kipcctl reload -q
is '... and edits of it count' "$(columns_of a capacity)" 2048
like '... with the right origin' "$(kipcctl show a)" "^ +origin: $conf$"
kipcctl unset -q a
is 'what create said can be forgotten then' "$(layers)" ''

# -- a value is data ---------------------------------------------------------------------------------------------

long=$(printf 'x%.0s' {1..900})
n=0
while IFS= read -r value; do
	n=$((n + 1))
	kipcctl set -q a "description=$value" || fail "set description=$value"
	is "'${value:0:40}' comes back whole" "$(description a)" "$(sed 's/[\\"]/\\&/g' <<<"$value")"
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
is '... whole' "$(description b)" 'b  ; c'
exits 2 'a newline is refused' kipcctl set a $'description=a\n[queue evil]'
like '... and cited' "$ERR" 'description: byte 2 of the value is a newline'
exits 2 'what is no UTF-8 is refused' kipcctl set a $'description=\xff'
exits 2 'what is too long is refused' kipcctl set a "description=$long$long"
like '... with the length' "$ERR" 'it has 1800 bytes; shorten it to 1000'
exits 2 'a mistake' kipcctl set a mode=9999
is '... cites the argument' "$ERR" "kipcctl: set a: 'mode=9999': '9999' is not an octal mode like 0660"
exits 2 'a mistake of create' kipcctl create queue c mode=9999 capacity=0
like '... cites each' "$ERR" "'mode=9999': .*"
like '... of them' "$ERR" "'capacity=0': '0' would hold nothing"
exits 2 'a key in use' kipcctl create queue c key=0x11
like '... cites the file that is there' "$ERR" "'key=0x11': 0x00000011 is the key of \[queue a\] at $conf:2 too"
unlike 'no file is cited that is not there' "$ERR" "$layer"
is '... and none was made' "$(layers)" 'a.conf b.conf'
zeros=$(printf '0,%.0s' {1..149})1
exits 0 'a set of 150 semaphores' kipcctl create semaphore many "values=$zeros"
is '... is made whole' "$(columns_of many semaphores)" 150
restart
is '... and is known after a restart' "$(columns_of many semaphores,state)" '150 active'
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
is 'they are in conflict' "$(columns_of small state),$(columns_of jobs state)" conflict,conflict
perl -e '$i = shmget(0x21, 0, 0); shmwrite($i, "data", 0, 4) or die'
exits 0 'a segment of another size' kipcctl adopt segment:0x21 small
is '... is stale' "$(columns_of small state,size)" 'stale 1000'
like '... and says why' "$OUT" '^segment:0x21: adopted as small, stale: size 1000 -> 4000 requires a new segment'
is '... its bytes are there' "$(kipcctl read small --length=4)" data
kipcctl reload -q
is '... and it stays so' "$(columns_of small state,size)" 'stale 1000'
restart
is '... over a restart' "$(columns_of small state,size)" 'stale 1000'
is '... the declaration is untouched' "$(kipcctl show --json small | grep -c '"size":4000\|"size": 4000')" 1
sed -i 's/^size = 4000/size = 1000/; ' "$conf"; sed -i '/0x22/{n;s/1000/4000/}' "$conf"
kipcctl reload -q
is 'declared as it is, it is active' "$(columns_of small state,size)" 'active 1000'
exits 0 'one of the right size' kipcctl adopt segment:0x22 right
is '... is active, and as declared' "$(columns_of right state,mode)" 'active 0640'
exits 0 'a queue' kipcctl adopt queue:0x24 jobs
like '... is altered as declared' "$OUT" 'jobs, active: @[0-9]+, created by uid [0-9]+; mode 0620 -> 0660, capacity 16K -> 8K'
is '... indeed' "$(columns_of jobs state,mode,capacity)" 'active 0660 8192'
sed -i 's/8K/4K/' "$conf"
kipcctl reload -q
is '... and edits of its section count' "$(columns_of jobs capacity)" 4096
exits 0 'what was observed' kipcctl adopt seen seen
is '... keeps what no file declares' "$(columns_of seen manage,mode)" 'own 0620'
like '... and says what to keep' "$OUT" '^This lasts until the next reboot; to keep it, add this to the section of seen:$'
like 'plan names the one word that it is against' "$(kipcctl plan)" "^seen .*manage = observe in $conf:[0-9]+ is overridden by 'kipcctl adopt' \(own\)"
exits 0 'a set of 150 under a new name' kipcctl adopt semaphore:0x23 locks
like '... and no line is printed that a configuration could not take' "$OUT" '^    # values: too long for a line of kipcd.conf; after a reboot, give it to'
is '... is taken over whole' "$(columns_of locks semaphores,state)" '150 active'
stop_kipcd
finish
