#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl bench: what it prints and what it leaves alone; never how fast anything is.
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

exits 0 'a queue and a ring beside each other' kipcctl bench --time=20ms --sizes=8,1K
is '... a row for each size of each' "$(grep -cE '^ +(8|1K) +[0-9]+ +' <<<"$OUT")" 4
is '... and no histogram but on a terminal' "$(grep -c █ <<<"$OUT")" 0
exits 0 'as JSON, with many parties' kipcctl bench --time=20ms --sizes=64 --producers=2 --consumers=3 --batch=4 --json
is '... it says what was measured' "$(figures <<<"$OUT")" 'queue,64,2,3,4 ring,64,2,3,4'
exits 0 'like a ring' kipcctl bench ticks --time=20ms --sizes=64 --json
is '... that alone' "$(figures <<<"$OUT")" 'ring,64,1,1,1'
exits 0 'like a queue' kipcctl bench orders --time=20ms --sizes=64 --json
is '... that alone' "$(figures <<<"$OUT")" 'queue,64,1,1,1'
is 'live messages are where they were' "$(kipcctl peek ticks --all) $(kipcctl peek orders --all)" $'one\ntwo three'
is 'nothing is left behind' "$(objects)" "$before"

exits 1 'a size that does not fit' kipcctl bench ticks --time=20ms --sizes=2K
like '... is told' "$ERR" 'a message of 2K does not fit'
is '... and nothing is left behind' "$(objects)" "$before"
exits 2 'a size too small to carry its number' kipcctl bench --sizes=4
exits 2 'a size that is none' kipcctl bench --sizes=many
exits 2 'nobody sends' kipcctl bench --producers=0
exits 2 'a raw segment' kipcctl bench raw
exits 3 'no such channel' kipcctl bench nothing

kipcctl bench --time=100s --sizes=64 >"$T/output" 2>&1 &
bench=$!
until_true has_begun
kill -TERM $bench
wait $bench
is 'a signal ends it' $? 143
is '... and nothing is left behind' "$(objects)" "$before"
stop_kipcd
finish
