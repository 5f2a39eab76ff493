#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl on rings: the verbs of a queue, what they refuse, what they say of one that is broken, held or not for us.
. "$(dirname "$0")/tap.sh"

# poke NAME OFFSET PACK VALUE: writes over the bytes of a ring
poke() {
	perl -e '$id = shmget(oct $ARGV[0], 0, 0) // die; $b = pack($ARGV[2], $ARGV[3]); shmwrite($id, $b, $ARGV[1], length $b) or die' \
		"$(readlink "$KIPC_RUNTIME_DIR/channels/$1" | cut -d: -f2)" "$2" "$3" "$4"
}
waits() { [ "$(columns_of ticks receiver_waits)" -gt "$1" ]; }

cat >"$conf" <<'CONF'
[segment ticks]
size = 1M
layout = ring
[segment small]
size = 8K
layout = ring
max_message = 100
[segment raw]
size = 4K
[queue orders]
CONF
start_kipcd || { fail 'kipcd starts' "$(log)"; finish; }

# -- the verbs -----------------------------------------------------------------------------------------------

exits 0 'arguments are messages' kipcctl send ticks one '' three
exits 0 'peek shows all and takes none' kipcctl peek ticks --all
is '... in order' "$OUT" $'one\n\nthree'
exits 0 'recv takes the oldest' kipcctl recv ticks
is '... that one' "$OUT" one
exits 0 'an empty message is one' kipcctl recv ticks --json
is '... with its type' "$OUT" '{"type":1,"size":0,"text":""}'
kipcctl send ticks -t 7 typed
exits 0 'types are kept' kipcctl recv ticks --json -n 2
like '... and shown' "$OUT" '^\{"type":7,"size":5,"text":"typed"\}$'
exits 4 'nothing there' kipcctl recv -N ticks
exits 4 'time is up' kipcctl recv --timeout=10ms ticks
exits 0 '--all of nothing is nothing' kipcctl recv --all ticks

head -c 300000 /dev/urandom >"$T/bytes"
exits 0 'any bytes in frames' bash -c "split -b 1000 --filter='perl -e \"local \\\$/; \\\$_ = <STDIN>; print pack(q(V), length), \\\$_\"' '$T/bytes' | kipcctl send --frames ticks"
kipcctl recv ticks --all --raw >"$T/out"
is '... come out as they went in' "$(cmp "$T/bytes" "$T/out" && echo same)" same
seq 300000 >"$T/lines"
kipcctl recv ticks -n 300000 >"$T/out" &
kipcctl send ticks <"$T/lines"
wait $!
is 'so do many lines, while it fills and empties' "$(cmp "$T/lines" "$T/out" && echo same)" same

seq 10 | kipcctl send ticks
exits 0 'purge leaves the newest' kipcctl purge ticks --keep=3
like '... and says how much went' "$OUT" '^7 messages, 7 bytes discarded$'
exits 0 'move to a queue' kipcctl move ticks orders -n 2
exits 0 '... and back' kipcctl move orders ticks
is '... in order' "$(kipcctl recv ticks --all | tr '\n' ' ')" '10 8 9 '
exits 2 'onto itself is refused' kipcctl move ticks segment:ticks
kipcctl wait ticks &
waiter=$!
until_true waits 0
kipcctl send ticks here
wait $waiter
is 'wait waits and takes nothing' "$? $(columns_of ticks messages)" '0 1'
kipcctl purge -q ticks

# -- what does not fit, and what a ring is not ------------------------------------------------------------------

exits 1 'a message above max_message is refused' kipcctl send small "$(printf 'x%.0s' {1..101})"
like '... with what bounds it' "$ERR" "the limit is 100 bytes \(the ring's max_message"
exits 4 'a full ring' bash -c 'yes | kipcctl send -N small'
like '... and how many were sent' "$ERR" '; 128 messages were sent before it'
exits 4 'waited for in vain' kipcctl send --timeout=10ms small more
is 'list says how full' "$(columns_of small messages,full)" '128 100%'
exits 0 'purge empties it' kipcctl purge small
exits 2 'no type can be chosen' kipcctl recv -t 3 ticks
like '... and the reason' "$ERR" 'first in, first out'
exits 2 '... nor waited for' kipcctl wait --max-type=3 ticks
exits 2 'bytes are not written into one' kipcctl write ticks hello
like '... and the reason' "$ERR" 'would corrupt it'
exits 0 'but can be looked at' kipcctl hexdump ticks --length=8
like '... the magic' "$OUT" 'kpc-ring'
exits 2 'a raw segment is not waited on' kipcctl wait raw
exits 2 '... nor purged' kipcctl purge raw
exits 0 '... but takes a text, as before' kipcctl send raw hello
is '... and gives it' "$(kipcctl recv raw)" hello

# -- what is shown ------------------------------------------------------------------------------------------------

kipcctl send ticks one three
exits 0 'a card' kipcctl show ticks
like '... says how much is in it' "$OUT" '^ +messages: 2$'
like '... and was ever sent' "$OUT" '^ +sent messages: [0-9]+$'
exits 0 'as JSON' kipcctl show --json ticks
is '... with numbers' "$(perl -MJSON::PP -0ne '$c = decode_json($_)->[0]; print "$c->{layout} $c->{messages} $c->{bytes} $c->{max_message} ", $c->{fault} // "sound"' <<<"$OUT")" 'ring 2 8 131072 sound'
like 'without kipcd a ring is known too' "$(KIPC_RUNTIME_DIR=$T/run kipcctl list -q)" '^ticks .* 2 messages, 0%$'

# -- made anew ------------------------------------------------------------------------------------------------------

exits 1 'reset spares messages' kipcctl reset ticks
like '... and says which' "$ERR" 'holds 2 messages \(8 bytes\).*--force'
exits 0 '--force does not' kipcctl reset ticks --force
is '... it is empty' "$(columns_of ticks messages)" 0
exits 2 'what is no ring is not reset' kipcctl reset raw
kipcctl recv -q ticks >/dev/null &
receiver=$!
until_true waits 0
exits 1 'not while somebody has it attached' kipcctl reset ticks
like '... and why' "$ERR" 'it is attached (1 time|2 times)'
kipcctl send ticks bye
wait $receiver

# The first two words of both counts of the producers: position and offset.
kipcctl send ticks lost
poke ticks 384 Q 4711
poke ticks 416 Q 4712
exits 1 'a broken ring is not sent to' kipcctl send ticks more
like '... and which invariant broke' "$ERR" 'the ring is broken: the count of a side .* reset'
like 'list says so' "$(kipcctl list)" '^ticks .* broken$'
like 'show says so' "$(kipcctl show ticks)" '^ +fault: the count of a side'
exits 0 'reset needs no --force then' kipcctl reset ticks
exits 0 '... and it works again' kipcctl send ticks again
poke ticks 4096 L 100000000
exits 1 'a record that lies' kipcctl recv ticks
like '... is named' "$ERR" 'a record is larger than a message may be'
kipcctl reset -q ticks

# -- held, and not for us -----------------------------------------------------------------------------------------

poke ticks 256 L 4194303
exits 1 'a lock that as 65534 holds' kipcctl send ticks more
like '... is told from a stopped holder' "$ERR" 'thread 4194303, which does not exist, holds the ring'
kipcctl reset -q ticks
sleep 1000 &
poke ticks 256 L $!
exits 1 'a holder that does not go on' kipcctl send ticks more
like '... is named, with the cure' "$ERR" "thread $! \(sleep\) holds the ring .*kill -CONT $!"
kill $!
kipcctl reset -q ticks
kipcctl send ticks seen

if can_be 65534; then
	chmod 755 "$T" "$KIPC_RUNTIME_DIR"
	kipcctl set -q ticks mode=0664
	exits 0 'permission to read is enough to peek' as 65534 kipcctl peek ticks
	exits 5 '... and not to receive' as 65534 kipcctl recv ticks
	like '... and why' "$ERR" 'need read and write permission; yours is enough for peek'
	like 'list shows it all the same' "$(as 65534 kipcctl list)" '^ticks .* 1 message, 0%$'
else
	skip 'permission to read is enough to peek' 'only root can be somebody else'
fi
if unshare -pf --mount-proc true 2>/dev/null; then
	exits 1 'another PID namespace is told so' unshare -pf --mount-proc kipcctl send ticks more
	like '... and why' "$ERR" 'another PID namespace'
	exits 0 '... and may look' unshare -pf --mount-proc kipcctl peek ticks
else
	skip 'another PID namespace is told so' 'none can be made here'
fi

# -- nothing is lost ------------------------------------------------------------------------------------------------

kipcctl purge -q ticks
seq 1000 | kipcctl send ticks
exits 1 'what cannot be written out goes back' bash -c 'kipcctl recv ticks --all >/dev/full'
like '... and recv says so' "$ERR" 'No space left on device'
is '... all of it' "$(kipcctl recv ticks --all | sort -n | md5sum)" "$(seq 1000 | md5sum)"
stop_kipcd
finish
