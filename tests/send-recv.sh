#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# send, recv, peek, wait, purge and move on real queues, with every form of input and output. Keys and ids need no kipcd.
. "$(dirname "$0")/tap.sh"

make_queue() { ipcmk -Q | sed 's/.*: //'; }
messages_in() { ipcs -q -i "$1" | sed -n 's/.*qnum=\([0-9]*\).*/\1/p'; }
empty() { kipcctl purge -q "$q"; }

id=$(make_queue)
q=queue:@$id

# -- messages come out as they went in ------------------------------------------------------------------------------

exits 0 'arguments are messages' kipcctl send "$q" one 'two words' ''
is '... three of them' "$(messages_in "$id")" 3
exits 0 'recv receives one message' kipcctl recv "$q"
is '... the first' "$OUT" one
exits 0 'recv -n receives several' kipcctl recv -n 2 "$q"
is '... in order, also an empty one' "$(cat "$T/exits.out"; echo .)" 'two words

.'
kipcctl send "$q" -- -x --all
is 'arguments behind -- are messages' "$(kipcctl recv --all "$q")" '-x
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
	is '--json prints one object a line' "$(kipcctl recv --json -n 2 "$q")" '{"type":3,"size":8,"text":"a \"text\""}
{"type":3,"size":1,"base64":"/w=="}'
	kipcctl send -t 3 "$q" 'a "text"' ''
	head -c 300 /dev/urandom | kipcctl send -t 7 --whole "$q"
	kipcctl send -t 9 --whole "$q" <"$T/big"
	kipcctl recv --json --all "$q" >"$T/json"
	exits 0 'send --json takes what recv --json prints' kipcctl send --json "$q" <"$T/json"
	is '... types, binary and empty bodies, and the largest message with them' "$(kipcctl recv --json --all "$q")" "$(<"$T/json")"
	printf '{"text":"of --type"}\n\n{"type":2,"text":"of its own"}\n' | kipcctl send -t 5 --json "$q"
	is '... with its own type, or that of --type' "$(kipcctl recv --json -n 2 "$q")" '{"type":5,"size":9,"text":"of --type"}
{"type":2,"size":10,"text":"of its own"}'
	printf '{"text":"good"}\n{"texd":"bad"}\n{"text":"late"}\n' >"$T/json"
	exits 1 'send --json refuses an invalid line' kipcctl send --json "$q" <"$T/json"
	like '... and says how many were sent' "$ERR" 'message 2 of standard input .* it has a member other than .*; 1 message was sent before it'
	(kipcctl send --json "$q" 2>/dev/null; cat) <"$T/json" >"$T/rest"
	is '... and leaves the input at that line' "$(head -n 1 "$T/rest")" '{"texd":"bad"}'
	is '... and sends nothing else' "$(kipcctl recv --all "$q")" "good
good"
	exits 2 'send --json takes no arguments' kipcctl send --json "$q" '{"text":"x"}'
	text=$(ipcmk -M 100 | sed 's/.*: //')
	exits 0 'send --json works on a segment' kipcctl send --json "segment:@$text" <<<'{"text":"in a \u0022segment\u0022"}'
	is '... and it arrives' "$(kipcctl recv "segment:@$text")" 'in a "segment"'
	exits 1 'send --json refuses a message that is too large' kipcctl send --json "$q" <<<"{\"text\":\"$(head -c 9000 /dev/zero | tr '\0' x)\"}"
	like '... with the reason' "$ERR" 'too large; the limit is 8192 bytes'
else
	skip 'JSON' 'the control half is not built'
fi

# -- types -----------------------------------------------------------------------------------------------

send_types() { local type; for type in "$@"; do kipcctl send -t "$type" "$q" "type $type"; done; }
send_types 3 1 2 3 9
is 'recv --type receives that type' "$(kipcctl recv -t 2 "$q")" 'type 2'
is 'peek shows what recv --max-type would take' "$(kipcctl peek --max-type=5 -n 3 "$q")" 'type 1
type 3
type 3'
is 'recv --max-type receives the lowest type first' "$(kipcctl recv --max-type=5 -n 2 "$q")" 'type 1
type 3'
is 'peek --not-type prints another type' "$(kipcctl peek --not-type=3 "$q")" 'type 9'
is 'recv --not-type receives another type' "$(kipcctl recv --not-type=3 "$q")" 'type 9'
exits 4 'recv --no-wait of a missing type exits with 4' kipcctl recv -N -t 77 "$q"
is 'peek --all prints all messages' "$(kipcctl peek --all "$q")" 'type 3'
is '... and leaves them' "$(messages_in "$id")" 1
empty

# -- waiting ------------------------------------------------------------------------------------

exits 0 'recv --all of an empty queue exits with 0' kipcctl recv --all "$q"
exits 4 'recv --no-wait of an empty queue exits with 4' kipcctl recv --no-wait "$q"
like '... and says so' "$ERR" '^kipcctl: recv .*: no such message$'
exits 4 'recv --no-wait -q exits with 4' kipcctl recv -N -q "$q"
is '... without a message' "$ERR" ''
exits 4 'peek of an empty queue exits with 4' kipcctl peek "$q"
exits 4 '... also with --no-wait' kipcctl peek -N "$q"
exits 4 '... and with --timeout' kipcctl peek --timeout=1h "$q"
exits 4 'recv --timeout exits with 4' kipcctl recv --timeout=20ms "$q"
like '... and says so' "$ERR" 'timed out'
kipcctl send "$q" one two
exits 4 '--timeout covers all of -n' kipcctl recv -n 3 --timeout=20ms "$q"
is '... and prints the messages that arrived' "$OUT" 'one
two'
exits 4 'wait --timeout exits with 4' kipcctl wait --timeout=20ms "$q"
exits 4 'wait --type ignores other types' kipcctl wait --timeout=20ms -t 5 "$q"
kipcctl wait "$q" & waiter=$!
until_asleep "$waiter"
kipcctl send "$q" ''
exits 0 'wait returns when a message is there' wait "$waiter"
exits 0 'a second wait returns at once' kipcctl wait "$q"
is '... and receives nothing, not even a message of zero bytes' "$(messages_in "$id")" 1
empty

kipcctl recv -f "$q" >"$T/got" & follower=$!
until_asleep "$follower"
kipcctl send "$q" one two three
end=$((SECONDS + 20))
until [ "$(wc -l <"$T/got")" = 3 ] || [ $SECONDS -gt $end ]; do :; done
is 'recv --follow prints messages at once' "$(wc -l <"$T/got")" 3
kill -TERM "$follower"
wait "$follower"
is 'SIGTERM ends it with 143' $? 143

gone=$(make_queue)
kipcctl recv "queue:@$gone" 2>"$T/err" & waiter=$!
until_asleep "$waiter"
ipcrm -q "$gone"
wait "$waiter"
is 'a queue that is removed during recv exits with 6' $? 6
like '... and says so' "$(cat "$T/err")" 'it was removed'

# -- an address by path ----------------------------------------------------------------------------------

touch "$T/file" "$T/other:file"
perl -MIPC::SysV=ftok -e 'print msgget(ftok($ARGV[0], ord "R"), 01600)' "$T/file" >"$T/id"
exits 0 'send to a ftok: address succeeds' kipcctl send "ftok:$T/file:'R'" 'by path'
is '... and it arrives' "$(kipcctl recv "queue:ftok:$T/file:82")" 'by path'
like '... and show takes that address' "$(kipcctl show -q "ftok:$T/file:'R'")" "@$(<"$T/id")"
exits 3 'another project is another key' kipcctl send "ftok:$T/file:'S'" x
like '... and the error names it' "$ERR" 'no object has the key 0x53[0-9a-f]{6}, which ftok\(3\) now computes from this file'
exits 3 'a missing file is an error' kipcctl send "ftok:$T/nosuch:'R'" x
like '... with the reason' "$ERR" "ftok\(3\) fails on '$T/nosuch': No such file"
mv "$T/other:file" "$T/file"
exits 3 'a replaced file gives another key' kipcctl recv -N "ftok:$T/file:'R'"
ipcrm -q "$(<"$T/id")"

# -- move -n --------------------------------------------------------------------------------------

other=$(make_queue)
kipcctl send "$q" one two three
exits 0 'move -n moves so many' kipcctl move -n 2 "$q" "queue:@$other"
is '... in order' "$(kipcctl recv --all "queue:@$other")" 'one
two'
exits 4 'move -n of more than there are exits with 4' kipcctl move -N -n 2 "$q" "queue:@$other"
like '... and prints how many it moved' "$OUT" '^1 message \(5 bytes\) moved'
like '... with the reason' "$ERR" 'no such message'
exits 4 'move -n waits until its timeout' kipcctl move --timeout=20ms -n 1 "$q" "queue:@$other"
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
exits 0 'move without -n moves what is there' kipcctl move "$q" "queue:@$other"
like '... which may be nothing' "$OUT" '^0 messages'

# -- a full queue, and messages that can never fit ----------------------------------------------------------------

head -c 8000 /dev/zero | tr '\0' x >"$T/8000"
kipcctl send --whole "$q" <"$T/8000"
kipcctl send --whole "$q" <"$T/8000"
if has_terminal; then
	terminal 120 10 "kipcctl send $q '$(head -c 1000 "$T/8000")'"
	shows 'send on a terminal says that the queue is full and which process reads it' "send $q: waiting: the queue is full \(2 messages, 15.6K\); process [0-9]+ .* received last"
	kipcctl recv "$q" >/dev/null
	is '... and continues when there is room' "$(terminal_status)" 0
	empty
	kipcctl send --whole "$q" <"$T/8000"
	kipcctl send --whole "$q" <"$T/8000"
else
	skip 'a full queue on a terminal' 'there is no tmux'
fi
exits 4 'send --no-wait to a full queue exits with 4' kipcctl send -N "$q" "$(head -c 1000 "$T/8000")"
exits 4 'send --timeout to a full queue exits with 4' kipcctl send --timeout=20ms "$q" a "$(head -c 1000 "$T/8000")"
like '... and says how many were sent' "$ERR" 'timed out; 1 message was sent before it'
empty
exits 1 'a message larger than kernel.msgmax is refused' kipcctl send "$q" a "$(cat "$T/8000" "$T/8000")" b
like '... with the limit' "$ERR" 'message 2 is too large; the limit is 8192 bytes.*kernel.msgmax.*1 message was sent'
perl -MIPC::Msg -e 'IPC::Msg->new(0x4b01, 01600)->set(qbytes => 100) or die $!'
exits 1 'a message larger than the capacity is refused' kipcctl send 0x4b01 "$(head -c 101 "$T/8000")"
like '... with the limit' "$ERR" "limit is 100 bytes.*the queue's capacity"

# -- purge and move --------------------------------------------------------------------------------------

id=$(make_queue)
q=queue:@$id
other=$(make_queue)
seq 10 | kipcctl send "$q"
is 'purge --keep prints what it discarded' "$(kipcctl purge --keep=3 "$q")" '7 messages (7 bytes) discarded'
is '... and keeps the newest' "$(kipcctl peek --all "$q" | tr '\n' ' ')" '8 9 10 '
kipcctl send -t 5 "$q" five
is 'purge --type discards that type' "$(kipcctl purge -t 5 "$q")" '1 message (4 bytes) discarded'
exits 2 'purge --keep with a type is wrong usage' kipcctl purge -t 5 --keep=1 "$q"
is 'purge discards all messages' "$(kipcctl purge "$q")" '3 messages (4 bytes) discarded'

send_types 4 5 6
is 'move -n prints what it moved' "$(kipcctl move -n 1 "$q" "queue:@$other")" "1 message (6 bytes) moved to queue:@$other"
is 'move --type moves that type' "$(kipcctl move -t 6 -q "$q" "queue:@$other"; kipcctl recv --all "$q")" 'type 5'
is 'move keeps types' "$(kipcctl recv -t 6 "queue:@$other"; kipcctl recv -t 4 "queue:@$other")" 'type 6
type 4'
exits 2 'move to the same queue is wrong usage' kipcctl move "$q" "$q"
exits 0 'move from an empty queue exits with 0' kipcctl move "$q" "queue:@$other"

# -- addresses and mistakes ------------------------------------------------------------------------------

key=0x4b01
kipcctl send "$((key))" by-key
is 'a decimal key is an address' "$(kipcctl recv "$key")" by-key
perl -e 'shmget(0x4b01, 100, 01600) // die $!'
exits 2 'a key of two kinds is wrong usage' kipcctl recv -N "$key"
like '... and the error lists both' "$ERR" "queue:$key or segment:$key"
exits 4 'a kind selects one of them' kipcctl recv -N "queue:$key"
exits 0 'a verb for one kind needs no kind' kipcctl purge -q "$key"
exits 3 'an unknown key fails' kipcctl send 0x7fffff01 x
exits 3 'an unknown name fails' kipcctl send nosuch x
exits 2 'a name with a slash is wrong usage' kipcctl send a/b x
exits 2 'a verb for another kind is wrong usage' kipcctl purge "segment:$key"
exits 2 'a misspelt verb is wrong usage' kipcctl sned "$q"
like '... with the nearest one' "$ERR" "did you mean 'send'"
exits 2 'a misspelt option is wrong usage' kipcctl recv --tiemout=1s "$q"
like '... with the nearest one' "$ERR" 'did you mean --timeout'
exits 2 'an option of another verb is wrong usage' kipcctl send --keep=3 "$q"
exits 2 'a negative count is wrong usage' kipcctl recv -n -3 "$q"
exits 2 'an invalid time span is wrong usage' kipcctl recv --timeout=99T "$q"
exits 2 'options that exclude each other are wrong usage' kipcctl recv --all --follow "$q"
exits 2 '--whole with arguments is wrong usage' kipcctl send --whole "$q" x
exits 0 'options may stand before the verb' kipcctl -q recv --all "$q"
exits 0 'help exits with 0' kipcctl help
like '... and lists the verbs' "$OUT" '^  send ADDR'

if can_be 65534; then
	exits 5 'send without permission exits with 5' as 65534 kipcctl send "queue:$key" x
	exits 0 '... and the command that it names shows why' eval "$(sed -n "s/.*; '\(kipcctl show .*\)' shows its owner and mode$/\1/p" <<<"$ERR")"
	like '... the mode' "$OUT" '^ +mode: 0[0-7]+$'
else
	skip 'send without permission exits with 5' 'needs a second user'
fi

# -- bulk ------------------------------------------------------------------------------------------------

id=$(make_queue)
kipcctl recv -n 100000 "@$id" --quiet >"$T/got" & receiver=$!
seq 100000 | kipcctl send "queue:@$id"
wait "$receiver"
exits 0 'a hundred thousand lines pass through a pipe' cmp "$T/got" <(seq 100000)
unlike 'the data half loads no other library' "$(readelf -d "$(command -v kipcctl)" | grep NEEDED)" \
	'systemd|json'

finish
