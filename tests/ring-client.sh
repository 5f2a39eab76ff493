#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl on rings: the verbs of a queue, what they refuse, and their errors for a ring that is broken, locked or not accessible.
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
is '... and prints it' "$OUT" one
exits 0 'an empty message is received as well' kipcctl recv ticks --json
is '... with its type' "$OUT" '{"type":1,"size":0,"text":""}'
kipcctl send ticks -t 7 typed
exits 0 'types are kept' kipcctl recv ticks --json -n 2
like '... and shown' "$OUT" '^\{"type":7,"size":5,"text":"typed"\}$'
exits 4 'recv -N on an empty ring' kipcctl recv -N ticks
exits 4 'recv with a timeout' kipcctl recv --timeout=10ms ticks
exits 0 'recv --all on an empty ring' kipcctl recv --all ticks

head -c 300000 /dev/urandom >"$T/bytes"
exits 0 'frames can contain any bytes' bash -c "split -b 1000 --filter='perl -e \"local \\\$/; \\\$_ = <STDIN>; print pack(q(V), length), \\\$_\"' '$T/bytes' | kipcctl send --frames ticks"
kipcctl recv ticks --all --raw >"$T/out"
is '... come out as they went in' "$(cmp "$T/bytes" "$T/out" && echo same)" same
seq 300000 >"$T/lines"
kipcctl recv ticks -n 300000 >"$T/out" &
kipcctl send ticks <"$T/lines"
wait $!
is 'many lines pass through a ring that fills and empties' "$(cmp "$T/lines" "$T/out" && echo same)" same

seq 10 | kipcctl send ticks
exits 0 'purge leaves the newest' kipcctl purge ticks --keep=3
like '... and says what it removed' "$OUT" '^7 messages \(7 bytes\) discarded$'
exits 0 'move to a queue' kipcctl move ticks orders -n 2
exits 0 '... and back' kipcctl move orders ticks
is '... in order' "$(kipcctl recv ticks --all | tr '\n' ' ')" '10 8 9 '
exits 2 'move to the same ring is refused' kipcctl move ticks segment:ticks
kipcctl wait ticks &
waiter=$!
until_true waits 0
kipcctl send ticks here
wait $waiter
is 'wait waits, and takes nothing' "$? $(columns_of ticks messages)" '0 1'
kipcctl purge -q ticks

# -- messages that do not fit, and what a ring cannot do ------------------------------------------------------------------

exits 1 'a message above max_message is refused' kipcctl send small "$(printf 'x%.0s' {1..101})"
like '... with the limit' "$ERR" "the limit is 100 bytes \(the ring's max_message"
exits 4 'send -N to a full ring' bash -c 'yes | kipcctl send -N small'
like '... says how many were sent' "$ERR" '; 128 messages were sent before it'
exits 4 'send with a timeout' kipcctl send --timeout=10ms small more
is 'list shows how full it is' "$(columns_of small messages,full)" '128 100%'
exits 0 'purge empties it' kipcctl purge small
exits 2 'recv cannot select a type' kipcctl recv -t 3 ticks
like '... and the reason' "$ERR" 'first in, first out'
exits 2 '... nor can wait' kipcctl wait --max-type=3 ticks
exits 2 'write refuses a ring' kipcctl write ticks hello
like '... and the reason' "$ERR" 'would corrupt it'
exits 0 'hexdump shows a ring' kipcctl hexdump ticks --length=8
like '... with its magic' "$OUT" 'kpc-ring'
exits 2 'wait refuses a raw segment' kipcctl wait raw
exits 2 '... and so does purge' kipcctl purge raw
exits 0 '... but send writes a text into it' kipcctl send raw hello
is '... and recv reads it' "$(kipcctl recv raw)" hello

# -- what is shown ------------------------------------------------------------------------------------------------

kipcctl send ticks one three
exits 0 'show prints a card' kipcctl show ticks
like '... with the messages in the ring' "$OUT" '^ +messages: 2$'
like '... and those ever sent' "$OUT" '^ +sent messages: [0-9]+$'
exits 0 'show prints JSON' kipcctl show --json ticks
is '... with numbers' "$(perl -MJSON::PP -0ne '$c = decode_json($_)->[0]; print "$c->{layout} $c->{messages} $c->{bytes} $c->{max_message} ", $c->{fault} // "sound"' <<<"$OUT")" 'ring 2 8 131072 sound'
like 'list knows a ring without kipcd, too' "$(KIPC_RUNTIME_DIR=$T/run kipcctl list -q)" '^ticks .* 2 messages, 0%$'

# -- reset ------------------------------------------------------------------------------------------------------

exits 1 'reset refuses a ring with messages' kipcctl reset ticks
like '... and says what would be lost' "$ERR" 'holds 2 messages \(8 bytes\).*--force'
exits 0 '--force resets it' kipcctl reset ticks --force
is '... and it is empty' "$(columns_of ticks messages)" 0
exits 2 'reset refuses a raw segment' kipcctl reset raw
kipcctl recv -q ticks >/dev/null &
receiver=$!
until_true waits 0
exits 1 'reset refuses a ring that is attached' kipcctl reset ticks
like '... and why' "$ERR" 'it is attached (1 time|2 times)'
kipcctl send ticks bye
wait $receiver

# The position in both counts of the producers.
kipcctl send ticks lost
poke ticks 384 Q 4711
poke ticks 416 Q 4712
exits 1 'send refuses a broken ring' kipcctl send ticks more
like '... and says which invariant is broken' "$ERR" 'the ring is broken: the count of a side .* reset'
like 'list shows that it is broken' "$(kipcctl list)" '^ticks .* broken$'
like 'show shows the fault' "$(kipcctl show ticks)" '^ +fault: the count of a side'
exits 0 'reset needs no --force for a broken ring' kipcctl reset ticks
exits 0 '... and it works again' kipcctl send ticks again
poke ticks 4096 L 100000000
exits 1 'recv refuses a wrong record' kipcctl recv ticks
like '... and says what is wrong' "$ERR" 'a record is larger than a message may be'
kipcctl reset -q ticks

# -- a lock that stays held, permissions, namespaces -----------------------------------------------------------------------------------------

poke ticks 256 L 4194303
exits 1 'a lock held by a thread that does not exist' kipcctl send ticks more
like '... is an error that says so' "$ERR" 'thread 4194303, which does not exist, holds the ring'
kipcctl reset -q ticks
sleep 1000 &
poke ticks 256 L $!
exits 1 'a lock whose holder does not continue' kipcctl send ticks more
like '... is an error that names the holder and the cure' "$ERR" "thread $! \(sleep\) holds the ring .*kill -CONT $!"
kill $!
kipcctl reset -q ticks
kipcctl send ticks seen

if can_be 65534; then
	chmod 755 "$T" "$KIPC_RUNTIME_DIR"
	kipcctl set -q ticks mode=0664
	exits 0 'read permission is enough to peek' as 65534 kipcctl peek ticks
	exits 5 '... but not to receive' as 65534 kipcctl recv ticks
	like '... and why' "$ERR" 'need read and write permission; yours is enough for peek'
	like 'list shows the ring all the same' "$(as 65534 kipcctl list)" '^ticks .* 1 message, 0%$'
else
	skip 'read permission is enough to peek' 'only root can run a program as another user'
fi
if unshare -pf --mount-proc true 2>/dev/null; then
	exits 1 'send from another PID namespace fails' unshare -pf --mount-proc kipcctl send ticks more
	like '... and why' "$ERR" 'another PID namespace'
	exits 0 '... and peek works' unshare -pf --mount-proc kipcctl peek ticks
else
	skip 'send from another PID namespace fails' 'none can be made here'
fi

# -- nothing is lost ------------------------------------------------------------------------------------------------

kipcctl purge -q ticks
seq 1000 | kipcctl send ticks
exits 1 'messages that recv cannot write go back' bash -c 'kipcctl recv ticks --all >/dev/full'
like '... and recv says so' "$ERR" 'No space left on device'
is '... all of them' "$(kipcctl recv ticks --all | sort -n | md5sum)" "$(seq 1000 | md5sum)"
stop_kipcd
finish
