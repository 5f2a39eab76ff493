#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Channels that get other names, exchange their keys, or change between owned and observed: what is certain is done without
# loss; for the rest, each printed command is run as it is and fixes the channel.
. "$(dirname "$0")/tap.sh"

declare_() { printf '%s\n' "$@" >"$conf"; }

# -- another name ------------------------------------------------------------------------------------------------

declare_ '[queue a]' 'key = 1' 'mode = 0600' '[segment prices]' 'key = 2' 'size = 4K' '[semaphore build]' 'key = 3' 'values = 1,0' \
	'[segment ticks]' 'key = 4' 'size = 16K' 'layout = ring' '[queue other]' 'key = 5'
start
kipcctl send a one two; kipcctl send prices kept; kipcctl send ticks kept; kipcctl down build
kipcctl set -q a mode=0640
ids="$(id_of a) $(id_of prices) $(id_of build) $(id_of ticks)"
sed -i 's/queue a/queue b/; s/segment prices/segment costs/; s/semaphore build/semaphore make/; s/ticks/tocks/' "$conf"
exits 0 'plan succeeds' kipcctl plan
like '... and shows the rename' "$OUT" '^b +queue +rename +active +formerly a; mode = 0600 in .*:3 is overridden'
is '... of each kind' "$(awk '$3 == "rename" { print $1, $NF }' <<<"$OUT" | xargs)" 'b (0640) costs prices make build tocks ticks'
is '... and changes nothing' "$(kipcctl peek a)" one
exits 0 'reload succeeds' kipcctl reload
like '... and renames' "$OUT" '^b +queue +rename +active +formerly a;'
is 'the objects are the same' "$(id_of b) $(id_of costs) $(id_of make) $(id_of tocks)" "$ids"
is '... with their contents' "$(kipcctl recv --all b | xargs) $(kipcctl recv costs) $(kipcctl recv tocks) $(columns_of make values)" 'one two kept kept 0,0'
is '... and their settings' "$(columns_of b mode) $(ls "$KIPC_RUNTIME_DIR/kipcd.conf.d")" '0640 b.conf'
is '... and no file has an old name' "$(ls "$KIPC_RUNTIME_DIR/channels" | xargs)" 'b costs make other tocks'
like '... and an event says so' "$(kipcctl events b)" 'altered +queue b: renamed from a$'
exits 0 'a second reload succeeds' kipcctl reload
unlike '... and changes nothing' "$OUT" rename
exits 3 'the old name is not a channel' kipcctl peek --no-wait a
kipcctl send b three
sed -i 's/queue b/queue c/; s/0600/0620/' "$conf"
stop_kipcd
start
is 'a start renames too' "$(columns_of c state,messages,id) $(ls "$KIPC_RUNTIME_DIR/kipcd.conf.d")" "active 1 ${ids%% *} c.conf"
like '... and the log says so' "$(log)" 'b was renamed to c'
kipcctl unset -q c
is 'the new declaration holds' "$(columns_of c mode)" 0620
sed -i 's/queue c/queue d/; s/0620/0660/' "$conf"
kipcctl reload >"$T/out"
is 'a renamed channel is altered' "$(columns_of d mode,messages)" '0660 1'
like '... in one step' "$(cat "$T/out")" 'd +queue +rename +active +formerly c; mode 0620 -> 0660'
clear_all

# -- another name, without certainty ---------------------------------------------------------------------------

declare_ '[queue a]' '[queue other]'
start
kipcctl send a 1 2 3 4 5
declare_ '[queue b]' '[queue other]'
exits 0 'a name without a key' kipcctl plan
like '... has another key' "$OUT" "^a +queue +retain +retained +no longer declared, but it holds 5 messages.*if b is its new name: 'kipcctl move a b'$"
kipcctl reload >"$T/plan"
cures 'the printed commands work' "$(sed -n "s/.*if b is/if b is/p" "$T/plan")"
is '... and move the messages' "$(kipcctl peek --all b | xargs)" '1 2 3 4 5'
cures 'the printed remove works' "$(kipcctl plan | grep '^a ')"
is '... and removes the old name' "$(columns_of a state)$(columns_of b state)" active
clear_all

declare_ '[queue a]' 'key = 1' '[queue b]' 'key = 2'
start
kipcctl send a one; kipcctl send b two
declare_ '[queue b]' 'key = 1'
kipcctl reload >"$T/plan"
like 'a key of a retained channel, both with messages' "$(cat "$T/plan")" '^b +queue +keep +stale +its key 0x00000001 belongs to a, which is no longer declared'
cures 'the printed commands work' "$(grep '^b ' "$T/plan")"
is '... and make one channel of both' "$(columns_of b state,key) $(kipcctl recv --all b | xargs)$(columns_of a state)" 'active 0x00000001 one two'
clear_all

# -- keys that are exchanged -------------------------------------------------------------------------------------

declare_ '[queue a]' 'key = 1' '[queue b]' 'key = 2' '[segment s]' 'key = 1' 'size = 4K' '[segment t]' 'key = 2' 'size = 8K' \
	'[semaphore u]' 'key = 1' 'values = 1' '[semaphore v]' 'key = 2' 'values = 0'
start
swap() { sed -i 's/= 1$/= x/; s/= 2$/= 1/; s/= x$/= 2/' "$conf"; sed -i '/values/s/2/1/' "$conf"; }
swap
exits 0 'a reload exchanges the keys of empty channels' kipcctl reload
is '... all of them' "$(columns_of a key) $(columns_of b key) $(columns_of s key,size) $(columns_of t key,size) $(columns_of u key,values) $(columns_of v key,values)" \
	'0x00000002 0x00000001 0x00000002 4096 0x00000001 8192 0x00000002 1 0x00000001 0'
is '... and leaves nothing' "$(count_of q) $(count_of m) $(count_of s) $(kipcctl list --no-legend --state=active | wc -l)" '2 2 2 6'
kipcctl send a one two
swap
exits 0 'with messages in one of them' kipcctl reload
is '... both stay as they are' "$(columns_of a state,key,messages) $(columns_of b state,key)" 'stale 0x00000002 2 stale 0x00000001'
like '... with the reason' "$OUT" "^a +queue +keep +stale +key 0x00000002 -> 0x00000001 requires a new queue, but it holds 2 messages"
like '... each' "$OUT" "^b +queue +keep +stale +its key 0x00000002 still belongs to a, which must give it up first: 'kipcctl show a'"
kipcctl send a three
is '... and still work' "$(kipcctl recv a)" one
cures 'the printed commands work' "$(grep '^a ' <<<"$OUT")"
is '... the printed commands fix both' "$(columns_of a state,key) $(columns_of b state,key) $(kipcctl recv --all a | xargs)" 'active 0x00000001 active 0x00000002 two three'
kipcctl remove -q a.kept
clear_all

# -- own, observe, own -------------------------------------------------------------------------------------------

declare_ '[queue a]' 'key = 1' '[segment r]' 'key = 2' 'size = 16K' 'layout = ring'
start
kipcctl send a kept; kipcctl send r kept
id=$(id_of a)
declare_ '[queue a]' 'key = 1' 'manage = observe' '[segment r]' 'key = 2' 'manage = observe'
kipcctl reload -q
is 'an owned channel that becomes observed is active' "$(columns_of a state,manage) $(columns_of r state,manage)" 'active observe active observe'
exits 1 '... and nothing is removed' kipcctl remove --force a
stop_kipcd
start
declare_ '[queue a]' 'key = 1' '[segment r]' 'key = 2' 'size = 16K' 'layout = ring'
exits 0 'it is active when it is owned again' kipcctl reload
is '... with the same object' "$(columns_of a state,manage,id) $(columns_of r state,manage)" "active own $id active own"
is '... with its messages' "$(kipcctl recv a) $(kipcctl recv r)" 'kept kept'
kipcctl send a kept
declare_ '[queue a]' 'key = 1' 'manage = observe'
kipcctl reload -q
: >"$conf"
kipcctl reload -q
is "an observed channel of kipcd's own that is no longer declared is retained" "$(columns_of a state,manage)" 'retained own'
exits 0 '... and can be removed' kipcctl remove --force a
clear_all

# A foreign object is not ours because it was observed.
perl -e 'defined msgget(1, 01666) or die'
declare_ '[queue a]' 'key = 1' 'manage = observe'
start
declare_ '[queue a]' 'key = 1'
kipcctl reload >"$T/plan"
is 'a foreign object that was observed is in conflict when it is to be owned' "$(columns_of a state)" conflict
cures 'the printed commands work' "$(grep '^a ' "$T/plan")"
is '... the printed commands fix it' "$(columns_of a state,manage)" 'active own'
stop_kipcd
finish
