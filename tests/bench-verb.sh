#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl bench: what it prints and what it leaves alone. No figure is judged.
. "$(dirname "$0")/tap.sh"

objects() { ipcs -qms | grep -c '^0x'; }
has_begun() { [ "$(objects)" -gt "$before" ]; }
figures() { perl -MJSON::PP -0ne 'print join " ", map { my $c = $_; join ",", map { $c->{$_} } qw(kind size producers consumers batch) } @{decode_json($_)}'; }

cat >"$conf" <<'CONF'
[segment ticks]
size = 64K
layout = ring
max_message = 1K
[queue orders]
[segment raw]
size = 4K
CONF
start_kipcd || { fail 'kipcd starts' "$(log)"; finish; }
before=$(objects)
kipcctl send ticks one two
kipcctl send orders three

exits 0 'bench measures a queue and a ring' kipcctl bench --time=20ms --sizes=8,1K
is '... a row for each size of each' "$(grep -cE '^ +(8|1K) +[0-9]+ +' <<<"$OUT")" 4
is '... and no histogram without a terminal' "$(grep -c █ <<<"$OUT")" 0
exits 0 '--json with several producers and consumers' kipcctl bench --time=20ms --sizes=64 --producers=2 --consumers=3 --batch=4 --json
is '... names what was measured' "$(figures <<<"$OUT")" 'queue,64,2,3,4 ring,64,2,3,4'
exits 0 'an address measures a ring like it' kipcctl bench ticks --time=20ms --sizes=64 --json
is '... and nothing else' "$(figures <<<"$OUT")" 'ring,64,1,1,1'
exits 0 '... or a queue like it' kipcctl bench orders --time=20ms --sizes=64 --json
is '... and nothing else' "$(figures <<<"$OUT")" 'queue,64,1,1,1'
is 'the messages of the channels stay in place' "$(kipcctl peek ticks --all) $(kipcctl peek orders --all)" $'one\ntwo three'
is 'no object is left behind' "$(objects)" "$before"

exits 1 'a message size that does not fit is refused' kipcctl bench ticks --time=20ms --sizes=2K
like '... with that reason' "$ERR" 'a message of 2K does not fit'
is '... and no object is left behind' "$(objects)" "$before"
exits 2 'a size that is too small for the sequence number is refused' kipcctl bench --sizes=4
exits 2 'a size that is not a number is refused' kipcctl bench --sizes=many
exits 2 '0 producers are refused' kipcctl bench --producers=0
exits 2 'a raw segment is refused' kipcctl bench raw
exits 3 'a channel that does not exist is refused' kipcctl bench nothing

kipcctl bench --time=100s --sizes=64 >"$T/output" 2>&1 &
bench=$!
until_true has_begun
kill -TERM $bench
wait $bench
is 'a signal ends it with 143' $? 143
is '... and no object is left behind' "$(objects)" "$before"
stop_kipcd
finish
