#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl loses no message: full disks, closed pipes, signals at any moment, endless input.
. "$(dirname "$0")/tap.sh"

make_queue() { ipcmk -Q | sed 's/.*: //'; }
messages_in() { ipcs -q -i "$1" | sed -n 's/.*qnum=\([0-9]*\).*/\1/p'; }
content_of() { kipcctl peek --all "$1" | tr '\n' ' '; }

# A pipe on descriptor 8 without a reader, kept open by descriptor 7.
open_stuck_pipe() {
	rm -f "$T/pipe"
	mkfifo "$T/pipe"
	exec 7<>"$T/pipe" 8>"$T/pipe"
}

id=$(make_queue)
q=queue:@$id
export TMPDIR=$T

# -- recv: messages that cannot be written go back --------------------------------------------------------------

seq 5 | kipcctl send "$q"
exits 1 'recv to a full disk fails' bash -c 'kipcctl recv -n 3 "$0" >/dev/full' "$q"
like '... with the reason' "$ERR" 'No space left on device; 3 messages went back to the end of the queue'
is '... and the messages are back, in order' "$(content_of "$q")" '4 5 1 2 3 '
exits 1 'recv of a type to a full disk fails' bash -c 'kipcctl send -t 7 "$0" seven; kipcctl recv -t 7 "$0" >/dev/full' "$q"
is '... and the type is kept' "$(kipcctl recv -t 7 "$q")" seven
exits 1 'recv of a message of zero bytes to a full disk fails' bash -c 'kipcctl send -t 7 "$0" ""; kipcctl recv -t 7 "$0" >/dev/full' "$q"
exits 0 '... and the message is kept' kipcctl recv -N -t 7 "$q"
exits 1 'recv --json to a full disk fails' bash -c 'kipcctl recv --json "$0" >/dev/full' "$q"
is '... puts back the message, not the JSON' "$(messages_in "$id")" 5
kipcctl purge -q "$q"

open_stuck_pipe
exec 7>&-
seq 5 | kipcctl send "$q"
exits 1 'recv to a closed pipe fails' bash -c 'kipcctl recv --all "$0" >&8' "$q"
like '... with the reason, and without a signal' "$ERR" 'Broken pipe; 5 messages went back'
is '... and the messages are back' "$(content_of "$q")" '1 2 3 4 5 '
exits 1 'recv to a closed standard output fails' bash -c 'kipcctl recv "$0" >&-' "$q"
is '... and loses nothing' "$(messages_in "$id")" 5
kipcctl purge -q "$q"
exec 8>&-

if [ -z "${KIPC_TEST_MOUNTS:-}" ] && unshare -m true 2>/dev/null; then
	mkdir "$T/small"
	seq -w 1 2000 >"$T/lines"
	kipcctl send "$q" <"$T/lines"
	unshare -m bash -c '
		mount -t tmpfs -o size=4k kipc-test "$1" || exit 99
		TMPDIR=/tmp kipcctl recv --all "$0" >"$1/file" 2>"$2"
		cat "$1/file" >"$3"' "$q" "$T/small" "$T/err" "$T/written"
	like 'recv to a disk that fills up half-way fails' "$(cat "$T/err")" 'No space left on device; [0-9]+ messages went back'
	kipcctl recv --all "$q" >"$T/left"
	grep -x '....' "$T/written" | cat - "$T/left" | sort >"$T/all"
	exits 0 '... splits the messages between disk and queue' cmp "$T/all" "$T/lines"
else
	skip 'recv to a disk that fills up half-way fails' 'no mount namespaces'
fi

# -- recv: signals ---------------------------------------------------------------------------------------

seq -w 1 2000 >"$T/lines"
for signal in TERM INT HUP; do
	open_stuck_pipe
	head -c 65000 /dev/zero >&8
	kipcctl send "$q" <"$T/lines"
	# The shell ignores SIGINT in the background, nohup(1) SIGHUP.
	env --default-signal kipcctl recv --all "$q" >&8 2>"$T/err" & receiver=$!
	until_asleep "$receiver"
	kill "-$signal" "$receiver"
	wait "$receiver"
	is "SIG$signal ends recv while its output is stuck" $? $((128 + $(kill -l "$signal")))
	exec 9<"$T/pipe" 7>&- 8>&-
	tr -d '\0' <&9 >"$T/written"
	exec 9<&-
	kipcctl recv --all "$q" >"$T/left"
	grep -x '....' "$T/written" | cat - "$T/left" | sort >"$T/all"
	exits 0 '... and unwritten messages are back on the queue' cmp "$T/all" "$T/lines"
done

# Receivers that are terminated at any moment, one after another, while a sender works.
seq -w 1 100000 >"$T/lines"
: >"$T/written"
kipcctl send "$q" <"$T/lines" & sender=$!
n_killed=0
while kill -0 "$sender" 2>/dev/null; do
	before=$(stat -c %s "$T/written")
	kipcctl recv -f "$q" >>"$T/written" & receiver=$!
	end=$((SECONDS + 20))
	while [ "$(stat -c %s "$T/written")" = "$before" ] && kill -0 "$sender" 2>/dev/null && [ $SECONDS -le $end ]; do :; done
	kill -TERM "$receiver"
	wait "$receiver" 2>/dev/null
	n_killed=$((n_killed + 1))
done
wait "$sender"
kipcctl recv --all "$q" >>"$T/written"
exits 0 "$n_killed receivers terminated under traffic: every message once, in order" cmp "$T/written" "$T/lines"

# -- recv: messages that cannot go back -----------------------------------------------------------------------------------

# Receives everything with a stuck output, runs the arguments meanwhile, and is terminated.
take_and() {
	open_stuck_pipe
	head -c 65536 /dev/zero >&8
	kipcctl recv --all "$q" >&8 2>"$T/err" & receiver=$!
	until_asleep "$receiver"
	"$@"
	kill -TERM "$receiver"
	wait "$receiver"
	exec 7>&- 8>&-
	file=$(sed -n 's/.* saved in \([^;]*\);.*/\1/p' "$T/err" | head -1)
}

kipcctl send "$q" a 'two
lines' ''
take_and ipcrm -q "$id"
like 'messages of a removed queue are saved' "$(cat "$T/err")" '3 messages of type 1 could not go back .*send --|send .* --type=1 --frames'
is '... to a file that only its owner can read' "$(stat -c %a "$file")" 600
id=$(make_queue)
q=queue:@$id
exits 0 '... which can be sent again' kipcctl send --frames "$q" <"$file"
is '... and is complete' "$(kipcctl recv --all -0 "$q" | tr '\0' '|')" 'a|two
lines||'

kipcctl send -t 1 "$q" one
kipcctl send -t 2 "$q" two
take_and ipcrm -q "$id"
is 'each type has a file' "$(grep -c 'could not go back' "$T/err")" 2
id=$(make_queue)
q=queue:@$id

fill() { yes | kipcctl send --no-wait -q "$q"; }
kipcctl send "$q" a b c
take_and fill
like 'messages of a queue that was filled meanwhile are saved' "$(cat "$T/err")" '3 messages of type 1 could not go back'
is '... to a file' "$(tr -d '\0\1' <"$file")" abc
kipcctl purge -q "$q"

# -- send: how much was sent -------------------------------------------------------------------------------

seq 1 100000 >"$T/lines"
exec 5<"$T/lines"
exits 4 'send --no-wait to a full queue exits with 4' kipcctl send -N "$q" <&5
sent=$(messages_in "$id")
like '... and says how many were sent' "$ERR" "; $sent messages were sent before it"
is '... and leaves the offset behind them' "$(head -1 <&5)" $((sent + 1))
kipcctl purge -q "$q"

for signal in TERM INT; do
	exec 5<"$T/lines"
	env --default-signal kipcctl send "$q" <&5 2>"$T/err" & sender=$!
	until_asleep "$sender"
	kill "-$signal" "$sender"
	wait "$sender"
	is "SIG$signal ends send while the queue is full" $? $((128 + $(kill -l "$signal")))
	sent=$(messages_in "$id")
	is '... and leaves the offset behind the last message' "$(head -1 <&5)" $((sent + 1))
	kipcctl purge -q "$q"
done

{ echo first; head -c 9000 /dev/zero; echo; echo last; } >"$T/in"
exec 5<"$T/in"
exits 1 'send of a line that can never fit fails' kipcctl send "$q" <&5
like '... and names it' "$ERR" 'message 2 is too large; the limit is 8192 bytes.*1 message was sent before it'
is '... and leaves the offset in front of it' "$(head -c 3 <&5 | od -An -tx1)" ' 00 00 00'
kipcctl purge -q "$q"

printf '\3\0\0\0abc\5\0\0\0de' >"$T/in"
exec 5<"$T/in"
exits 1 'send of a truncated frame fails' kipcctl send --frames "$q" <&5
like '... and names it' "$ERR" 'ends inside frame 2; 1 message was sent'
is '... and leaves the offset in front of it' "$(wc -c <&5)" 6
printf '\377\377\377\377' >"$T/in"
exits 1 'send of a frame of 4 GB fails' kipcctl send --frames "$q" <"$T/in"
kipcctl purge -q "$q"
exits 1 'send from a folder fails' kipcctl send "$q" </
like '... with the reason' "$ERR" 'standard input: Is a directory'

# Little memory is enough for input without an end. (A sanitizer reserves terabytes.)
limited() { (nm "$(command -v kipcctl)" 2>/dev/null | grep -q __asan_init || ulimit -v 50000; exec "$@"); }
truncate -s 2G "$T/sparse"
exits 1 'send of a line of 2 GB fails' limited kipcctl send "$q" <"$T/sparse"
exits 1 'send --whole of 2 GB fails' limited kipcctl send --whole "$q" <"$T/sparse"
head -c 2147483648 /dev/zero 2>/dev/null | limited kipcctl send "$q" 2>/dev/null
is 'send of a line of 2 GB from a pipe fails' "${PIPESTATUS[1]}" 1
is '... and nothing was sent' "$(messages_in "$id")" 0
exits 4 'send of endless lines ends with its --timeout' kipcctl send --timeout=50ms "$q" < <(yes)
kipcctl purge -q "$q"
open_stuck_pipe
exits 4 'send without input ends with its --timeout' kipcctl send --timeout=50ms "$q" <&7
exec 7>&- 8>&-

# -- move ------------------------------------------------------------------------------------------------

perl -MIPC::Msg -e 'IPC::Msg->new(0x4b02, 01600)->set(qbytes => 4) or die $!'
kipcctl send "$q" one three five ''
exits 1 'move of a message that is too large fails' kipcctl move "$q" 0x4b02
like '... with the reason' "$ERR" 'a message of 5 bytes is too large for 0x4b02; 1 message went back'
is '... and keeps it' "$(content_of "$q")" 'five  three '
exits 4 'move --no-wait to a full queue exits with 4' kipcctl move -N "$q" 0x4b02
like '... with the reason' "$ERR" '0x4b02 is full; 1 message went back'
is '... and keeps it' "$(content_of "$q")" ' three five '
exits 0 'a message of zero bytes moves' kipcctl move -N -n 1 "$q" 0x4b02
is '... before the others' "$(kipcctl recv "$q")" three
kipcctl move -q "$q" 0x4b02 2>"$T/err" & mover=$!
until_asleep "$mover"
kill -TERM "$mover"
wait "$mover"
is 'SIGTERM ends move while TO is full' $? 143
is '... and puts the message back' "$(content_of "$q")" 'five '

finish
