#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# send, recv, peek, wait, purge and move on real queues, in every form of input and output. No kipcd: keys and ids
# need none.
. "$(dirname "$0")/tap.sh"

make_queue() { ipcmk -Q | sed 's/.*: //'; }
messages_in() { ipcs -q -i "$1" | sed -n 's/.*qnum=\([0-9]*\).*/\1/p'; }
empty() { kipcctl purge -q "$q"; }

id=$(make_queue)
q=queue:@$id

# -- what goes in comes out ------------------------------------------------------------------------------

exits 0 'arguments are messages' kipcctl send "$q" one 'two words' ''
is 'three of them' "$(messages_in "$id")" 3
exits 0 'recv takes one' kipcctl recv "$q"
is '... the first' "$OUT" one
exits 0 'recv -n takes so many' kipcctl recv -n 2 "$q"
is '... in order, an empty one too' "$(cat "$T/exits.out"; echo .)" 'two words

.'
kipcctl send "$q" -- -x --all
is 'behind -- are no options' "$(kipcctl recv --all "$q")" '-x
--all'

# through WHAT SEND-OPTIONS RECV-OPTIONS INPUT EXPECTED (printf formats)
through() {
	printf "$4" >"$T/in"
	printf "$5" >"$T/expected"
	kipcctl send $2 "$q" <"$T/in" && kipcctl recv --all $3 "$q" >"$T/got"
	if cmp -s "$T/got" "$T/expected"; then pass "$1"; else fail "$1" "$(od -c "$T/got")"; fi
	empty
}
through 'lines' '' '' 'a\nb\n' 'a\nb\n'
through 'no newline at the end' '' '' 'a\nb' 'a\nb\n'
through 'empty lines are messages' '' '' '\n\na\n\n' '\n\na\n\n'
through 'no input, no message' '' '' '' ''
through 'NUL bytes in lines' '' '' 'a\0b\n\0\n' 'a\0b\n\0\n'
through 'NUL between' -0 -0 'a\nb\0c\0' 'a\nb\0c\0'
through 'no NUL at the end' --null --null 'a\0b' 'a\0b\0'
through 'all is one message' --whole --frames 'a\nb\n' '\4\0\0\0a\nb\n'
through 'nothing is one message too' --whole --frames '' '\0\0\0\0'
through 'frames' --frames --frames '\2\0\0\0\n\0\0\0\0\0\1\0\0\0a' '\2\0\0\0\n\0\0\0\0\0\1\0\0\0a'
through 'raw: nothing between' '' --raw 'a\nb\n' 'ab'
through 'every byte' --whole --raw "$(printf '\\%03o' {0..255})" "$(printf '\\%03o' {0..255})"

head -c 8192 /dev/urandom >"$T/big"
kipcctl send --whole "$q" <"$T/big"
kipcctl recv --raw "$q" >"$T/got"
exits 0 'the largest message' cmp "$T/big" "$T/got"

if [ -e "$top_build/.libs/kipcctl-control.so" ]; then
	kipcctl send -t 3 "$q" 'a "text"' $'\xff'
	is 'JSON, one object a line' "$(kipcctl recv --json -n 2 "$q")" '{"type":3,"size":8,"text":"a \"text\""}
{"type":3,"size":1,"base64":"/w=="}'
	kipcctl send -t 3 "$q" 'a "text"' ''
	head -c 300 /dev/urandom | kipcctl send -t 7 --whole "$q"
	kipcctl send -t 9 --whole "$q" <"$T/big"
	kipcctl recv --json --all "$q" >"$T/json"
	exits 0 'what recv --json prints, send --json takes' kipcctl send --json "$q" <"$T/json"
	is '... types, binary and empty bodies, and the largest message with them' "$(kipcctl recv --json --all "$q")" "$(<"$T/json")"
	printf '{"text":"of --type"}\n\n{"type":2,"text":"of its own"}\n' | kipcctl send -t 5 --json "$q"
	is '... a type of its own, or that of --type' "$(kipcctl recv --json -n 2 "$q")" '{"type":5,"size":9,"text":"of --type"}
{"type":2,"size":10,"text":"of its own"}'
	printf '{"text":"good"}\n{"texd":"bad"}\n{"text":"late"}\n' >"$T/json"
	exits 1 'a line that is no message' kipcctl send --json "$q" <"$T/json"
	like '... is said, and how many were sent' "$ERR" 'message 2 of standard input .* it has a member other than .*; 1 message was sent before it'
	(kipcctl send --json "$q" 2>/dev/null; cat) <"$T/json" >"$T/rest"
	is '... and the input is left at it' "$(head -n 1 "$T/rest")" '{"texd":"bad"}'
	is '... nothing else was sent' "$(kipcctl recv --all "$q")" "good
good"
	exits 2 'JSON is no argument' kipcctl send --json "$q" '{"text":"x"}'
	text=$(ipcmk -M 100 | sed 's/.*: //')
	exits 0 'a text for a segment, as JSON' kipcctl send --json "segment:@$text" <<<'{"text":"in a \u0022segment\u0022"}'
	is '... arrives' "$(kipcctl recv "segment:@$text")" 'in a "segment"'
	exits 1 'a message too large for its channel' kipcctl send --json "$q" <<<"{\"text\":\"$(head -c 9000 /dev/zero | tr '\0' x)\"}"
	like '... is refused as such' "$ERR" 'too large; the limit is 8192 bytes'
else
	skip 'JSON' 'the control half is not built'
fi

# -- types -----------------------------------------------------------------------------------------------

send_types() { local type; for type in "$@"; do kipcctl send -t "$type" "$q" "type $type"; done; }
send_types 3 1 2 3 9
is 'recv of a type' "$(kipcctl recv -t 2 "$q")" 'type 2'
is 'peek shows what recv --max-type would take' "$(kipcctl peek --max-type=5 -n 3 "$q")" 'type 1
type 3
type 3'
is 'recv --max-type: the lowest first' "$(kipcctl recv --max-type=5 -n 2 "$q")" 'type 1
type 3'
is 'peek --not-type' "$(kipcctl peek --not-type=3 "$q")" 'type 9'
is 'recv --not-type' "$(kipcctl recv --not-type=3 "$q")" 'type 9'
exits 4 'no message of that type' kipcctl recv -N -t 77 "$q"
is 'peek --all' "$(kipcctl peek --all "$q")" 'type 3'
is 'peek leaves them' "$(messages_in "$id")" 1
empty

# -- waiting, and not ------------------------------------------------------------------------------------

exits 0 'recv --all of nothing is fine' kipcctl recv --all "$q"
exits 4 'recv --no-wait of nothing' kipcctl recv --no-wait "$q"
like '... says so' "$ERR" '^kipcctl: recv .*: no such message$'
exits 4 'recv -N -q is silent' kipcctl recv -N -q "$q"
is '... indeed' "$ERR" ''
exits 4 'peek of nothing' kipcctl peek "$q"
exits 4 '... never waits, also when told not to' kipcctl peek -N "$q"
exits 4 '... or for how long' kipcctl peek --timeout=1h "$q"
exits 4 'recv --timeout' kipcctl recv --timeout=20ms "$q"
like '... says so' "$ERR" 'timed out'
kipcctl send "$q" one two
exits 4 '--timeout is for all of -n' kipcctl recv -n 3 --timeout=20ms "$q"
is '... and what came is written' "$OUT" 'one
two'
exits 4 'wait --timeout' kipcctl wait --timeout=20ms "$q"
exits 4 'wait for a type' kipcctl wait --timeout=20ms -t 5 "$q"
kipcctl wait "$q" & waiter=$!
until_asleep "$waiter"
kipcctl send "$q" ''
exits 0 'wait returns when a message is there' wait "$waiter"
exits 0 'wait again' kipcctl wait "$q"
is 'and takes nothing, not even a message of zero bytes' "$(messages_in "$id")" 1
empty

kipcctl recv -f "$q" >"$T/got" & follower=$!
until_asleep "$follower"
kipcctl send "$q" one two three
end=$((SECONDS + 20))
until [ "$(wc -l <"$T/got")" = 3 ] || [ $SECONDS -gt $end ]; do :; done
is 'recv --follow holds nothing back' "$(wc -l <"$T/got")" 3
kill -TERM "$follower"
wait "$follower"
is 'SIGTERM ends it, and the status says so' $? 143

gone=$(make_queue)
kipcctl recv "queue:@$gone" 2>"$T/err" & waiter=$!
until_asleep "$waiter"
ipcrm -q "$gone"
wait "$waiter"
is 'removed while waiting' $? 6
like '... says so' "$(cat "$T/err")" 'it was removed'

# -- an address by path ----------------------------------------------------------------------------------

touch "$T/file" "$T/other:file"
perl -MIPC::SysV=ftok -e 'print msgget(ftok($ARGV[0], ord "R"), 01600)' "$T/file" >"$T/id"
exits 0 'send to what ftok(3) makes of a file' kipcctl send "ftok:$T/file:'R'" 'by path'
is '... arrives' "$(kipcctl recv "queue:ftok:$T/file:82")" 'by path'
like '... and it is shown' "$(kipcctl show -q "ftok:$T/file:'R'")" "@$(<"$T/id")"
exits 3 'another project is another key' kipcctl send "ftok:$T/file:'S'" x
like '... which is named' "$ERR" 'no object has the key 0x53[0-9a-f]{6}, which ftok\(3\) now computes from this file'
exits 3 'no such file' kipcctl send "ftok:$T/nosuch:'R'" x
like '... is said' "$ERR" "ftok\(3\) cannot look at '$T/nosuch': No such file"
mv "$T/other:file" "$T/file"
exits 3 'a file that was replaced stands for another key' kipcctl recv -N "ftok:$T/file:'R'"
ipcrm -q "$(<"$T/id")"

# -- moving so many --------------------------------------------------------------------------------------

other=$(make_queue)
kipcctl send "$q" one two three
exits 0 'move -n moves so many' kipcctl move -n 2 "$q" "queue:@$other"
is '... of them' "$(kipcctl recv --all "queue:@$other")" 'one
two'
exits 4 'move -n of more than there are' kipcctl move -N -n 2 "$q" "queue:@$other"
like '... says how many it moved' "$OUT" '^1 message, 5 bytes moved'
like '... and why no more' "$ERR" 'no such message'
exits 4 'move -n waits as long as it may' kipcctl move --timeout=20ms -n 1 "$q" "queue:@$other"
like '... and says so' "$ERR" 'timed out'
kipcctl move -n 2 "$q" "queue:@$other" >"$T/moved" & waiter=$!
until_asleep "$waiter"
kipcctl send "$q" four
until_asleep "$waiter"
kipcctl send "$q" five
exits 0 'move -n waits for the rest' wait "$waiter"
is '... and moves it' "$(kipcctl recv --all "queue:@$other")" 'three
four
five'
exits 0 'without -n it moves what is there' kipcctl move "$q" "queue:@$other"
like '... which may be nothing' "$OUT" '^0 messages'

# -- a full queue, and what can never fit ----------------------------------------------------------------

head -c 8000 /dev/zero | tr '\0' x >"$T/8000"
kipcctl send --whole "$q" <"$T/8000"
kipcctl send --whole "$q" <"$T/8000"
if has_terminal; then
	terminal 120 10 "kipcctl send $q '$(head -c 1000 "$T/8000")'"
	shows 'who waits at a terminal is told that the queue is full, and who reads it' "send $q: waiting: the queue is full \(2 messages, 15.6K\); process [0-9]+ .* received last"
	kipcctl recv "$q" >/dev/null
	is '... and it goes on when there is room' "$(terminal_status)" 0
	empty
	kipcctl send --whole "$q" <"$T/8000"
	kipcctl send --whole "$q" <"$T/8000"
else
	skip 'a full queue on a terminal' 'there is no tmux'
fi
exits 4 'a full queue and --no-wait' kipcctl send -N "$q" "$(head -c 1000 "$T/8000")"
exits 4 'a full queue and --timeout' kipcctl send --timeout=20ms "$q" a "$(head -c 1000 "$T/8000")"
like '... says how many were sent' "$ERR" 'timed out; 1 message was sent before it'
empty
exits 1 'larger than kernel.msgmax' kipcctl send "$q" a "$(cat "$T/8000" "$T/8000")" b
like '... is refused with the number' "$ERR" 'message 2 is too large; the limit is 8192 bytes.*kernel.msgmax.*1 message was sent'
perl -MIPC::Msg -e 'IPC::Msg->new(0x4b01, 01600)->set(qbytes => 100) or die $!'
exits 1 'larger than the capacity' kipcctl send 0x4b01 "$(head -c 101 "$T/8000")"
like '... is refused with the number' "$ERR" "limit is 100 bytes.*the queue's capacity"

# -- purge and move --------------------------------------------------------------------------------------

id=$(make_queue)
q=queue:@$id
other=$(make_queue)
seq 10 | kipcctl send "$q"
is 'purge --keep' "$(kipcctl purge --keep=3 "$q")" '7 messages, 7 bytes discarded'
is '... keeps the newest' "$(kipcctl peek --all "$q" | tr '\n' ' ')" '8 9 10 '
kipcctl send -t 5 "$q" five
is 'purge of a type' "$(kipcctl purge -t 5 "$q")" '1 message, 4 bytes discarded'
exits 2 'purge: --keep with a type' kipcctl purge -t 5 --keep=1 "$q"
is 'purge' "$(kipcctl purge "$q")" '3 messages, 4 bytes discarded'

send_types 4 5 6
is 'move -n' "$(kipcctl move -n 1 "$q" "queue:@$other")" "1 message, 6 bytes moved to queue:@$other"
is 'move of a type' "$(kipcctl move -t 6 -q "$q" "queue:@$other"; kipcctl recv --all "$q")" 'type 5'
is 'types are kept' "$(kipcctl recv -t 6 "queue:@$other"; kipcctl recv -t 4 "queue:@$other")" 'type 6
type 4'
exits 2 'move to itself' kipcctl move "$q" "$q"
exits 0 'move of nothing' kipcctl move "$q" "queue:@$other"

# -- addresses and mistakes ------------------------------------------------------------------------------

key=0x4b01
kipcctl send "$((key))" by-key
is 'a decimal key' "$(kipcctl recv "$key")" by-key
perl -e 'shmget(0x4b01, 100, 01600) // die $!'
exits 2 'a number that two kinds have' kipcctl recv -N "$key"
like '... lists both' "$ERR" "queue:$key or segment:$key"
exits 4 'the kind says which' kipcctl recv -N "queue:$key"
exits 0 'a verb for one kind needs none' kipcctl purge -q "$key"
exits 3 'no such key' kipcctl send 0x7fffff01 x
exits 3 'no such name' kipcctl send nosuch x
exits 2 'a name with a slash' kipcctl send a/b x
exits 2 'a verb for another kind' kipcctl purge "segment:$key"
exits 2 'a typing error in a verb' kipcctl sned "$q"
like '... is helped' "$ERR" "did you mean 'send'"
exits 2 'a typing error in an option' kipcctl recv --tiemout=1s "$q"
like '... is helped' "$ERR" 'did you mean --timeout'
exits 2 'an option of another verb' kipcctl send --keep=3 "$q"
exits 2 'a negative number' kipcctl recv -n -3 "$q"
exits 2 'a bad time span' kipcctl recv --timeout=99T "$q"
exits 2 'two that exclude each other' kipcctl recv --all --follow "$q"
exits 2 'arguments and --whole' kipcctl send --whole "$q" x
exits 0 'options before the verb' kipcctl -q recv --all "$q"
exits 0 'help' kipcctl help
like '... has the verbs' "$OUT" '^  send ADDR'

if can_be 65534; then
	exits 5 'not allowed' as 65534 kipcctl send "queue:$key" x
	exits 0 '... and the command that it names shows why' eval "$(sed -n "s/.*; '\(kipcctl show .*\)' shows its owner and mode$/\1/p" <<<"$ERR")"
	like '... which is this' "$OUT" '^ +mode: 0[0-7]+$'
else
	skip 'not allowed' 'needs a second user'
fi

# -- bulk ------------------------------------------------------------------------------------------------

id=$(make_queue)
kipcctl recv -n 100000 "@$id" --quiet >"$T/got" & receiver=$!
seq 100000 | kipcctl send "queue:@$id"
wait "$receiver"
exits 0 'a hundred thousand lines through a pipe' cmp "$T/got" <(seq 100000)
unlike 'the data half loads no other library' "$(readelf -d "$(command -v kipcctl)" | grep NEEDED)" \
	'systemd|json'

finish
