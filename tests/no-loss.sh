#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# No message is lost by kipcctl: full disks, closed pipes, signals at every turn, input that never ends.
. "$(dirname "$0")/tap.sh"

make_queue() { ipcmk -Q | sed 's/.*: //'; }
messages_in() { ipcs -q -i "$1" | sed -n 's/.*qnum=\([0-9]*\).*/\1/p'; }
content_of() { kipcctl peek --all "$1" | tr '\n' ' '; }

# A pipe on descriptor 8 that nobody reads, held open by descriptor 7.
open_stuck_pipe() {
	rm -f "$T/pipe"
	mkfifo "$T/pipe"
	exec 7<>"$T/pipe" 8>"$T/pipe"
}

id=$(make_queue)
q=queue:@$id
export TMPDIR=$T

# -- recv: what cannot be written goes back --------------------------------------------------------------

seq 5 | kipcctl send "$q"
exits 1 'a full disk' bash -c 'kipcctl recv -n 3 "$0" >/dev/full' "$q"
like '... is said' "$ERR" 'No space left on device; 3 messages went back to the end of the queue'
is '... and the messages are there, in order' "$(content_of "$q")" '4 5 1 2 3 '
exits 1 'a full disk, and types' bash -c 'kipcctl send -t 7 "$0" seven; kipcctl recv -t 7 "$0" >/dev/full' "$q"
is '... which are kept' "$(kipcctl recv -t 7 "$q")" seven
exits 1 'a full disk, and zero bytes' bash -c 'kipcctl send -t 7 "$0" ""; kipcctl recv -t 7 "$0" >/dev/full' "$q"
exits 0 '... are kept too' kipcctl recv -N -t 7 "$q"
exits 1 'JSON for a full disk' bash -c 'kipcctl recv --json "$0" >/dev/full' "$q"
is '... puts back the message, not the JSON' "$(messages_in "$id")" 5
kipcctl purge -q "$q"

open_stuck_pipe
exec 7>&-
seq 5 | kipcctl send "$q"
exits 1 'a closed pipe' bash -c 'kipcctl recv --all "$0" >&8' "$q"
like '... is said, and kills nobody' "$ERR" 'Broken pipe; 5 messages went back'
is '... and the messages are there' "$(content_of "$q")" '1 2 3 4 5 '
exits 1 'a closed standard output' bash -c 'kipcctl recv "$0" >&-' "$q"
is '... loses nothing' "$(messages_in "$id")" 5
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
	like 'a disk that fills up half-way' "$(cat "$T/err")" 'No space left on device; [0-9]+ messages went back'
	kipcctl recv --all "$q" >"$T/left"
	grep -x '....' "$T/written" | cat - "$T/left" | sort >"$T/all"
	exits 0 '... splits the messages between disk and queue' cmp "$T/all" "$T/lines"
else
	skip 'a disk that fills up half-way' 'no mount namespaces'
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
	is "SIG$signal while the output is stuck" $? $((128 + $(kill -l "$signal")))
	exec 9<"$T/pipe" 7>&- 8>&-
	tr -d '\0' <&9 >"$T/written"
	exec 9<&-
	kipcctl recv --all "$q" >"$T/left"
	grep -x '....' "$T/written" | cat - "$T/left" | sort >"$T/all"
	exits 0 '... what was not written is on the queue' cmp "$T/all" "$T/lines"
done

# Receivers that are terminated at any moment, one after the other, beside a sender at work.
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

# -- recv: no way back -----------------------------------------------------------------------------------

# Takes everything with a stuck output, does the rest of the arguments meanwhile, and is terminated.
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
like 'a queue that is gone' "$(cat "$T/err")" '3 messages of type 1 could not go back .*send --|send .* --type=1 --frames'
is '... leaves a file for its owner alone' "$(stat -c %a "$file")" 600
id=$(make_queue)
q=queue:@$id
exits 0 '... which can be sent' kipcctl send --frames "$q" <"$file"
is '... and is complete' "$(kipcctl recv --all -0 "$q" | tr '\0' '|')" 'a|two
lines||'

kipcctl send -t 1 "$q" one
kipcctl send -t 2 "$q" two
take_and ipcrm -q "$id"
is 'a file for each type' "$(grep -c 'could not go back' "$T/err")" 2
id=$(make_queue)
q=queue:@$id

fill() { yes | kipcctl send --no-wait -q "$q"; }
kipcctl send "$q" a b c
take_and fill
like 'a queue that was filled meanwhile' "$(cat "$T/err")" '3 messages of type 1 could not go back'
is '... has its messages in the file' "$(tr -d '\0\1' <"$file")" abc
kipcctl purge -q "$q"

# -- send: how far it came -------------------------------------------------------------------------------

seq 1 100000 >"$T/lines"
exec 5<"$T/lines"
exits 4 'a full queue' kipcctl send -N "$q" <&5
sent=$(messages_in "$id")
like '... says how many were sent' "$ERR" "; $sent messages were sent before it"
is '... and leaves the offset behind them' "$(head -1 <&5)" $((sent + 1))
kipcctl purge -q "$q"

for signal in TERM INT; do
	exec 5<"$T/lines"
	env --default-signal kipcctl send "$q" <&5 2>"$T/err" & sender=$!
	until_asleep "$sender"
	kill "-$signal" "$sender"
	wait "$sender"
	is "SIG$signal while the queue is full" $? $((128 + $(kill -l "$signal")))
	sent=$(messages_in "$id")
	is '... leaves the offset behind the last message' "$(head -1 <&5)" $((sent + 1))
	kipcctl purge -q "$q"
done

{ echo first; head -c 9000 /dev/zero; echo; echo last; } >"$T/in"
exec 5<"$T/in"
exits 1 'a line that can never fit' kipcctl send "$q" <&5
like '... is named' "$ERR" 'message 2 is too large; the limit is 8192 bytes.*1 message was sent before it'
is '... and is next in the file' "$(head -c 3 <&5 | od -An -tx1)" ' 00 00 00'
kipcctl purge -q "$q"

printf '\3\0\0\0abc\5\0\0\0de' >"$T/in"
exec 5<"$T/in"
exits 1 'a frame that is cut short' kipcctl send --frames "$q" <&5
like '... is named' "$ERR" 'ends inside frame 2; 1 message was sent'
is '... and is next in the file' "$(wc -c <&5)" 6
printf '\377\377\377\377' >"$T/in"
exits 1 'a frame of four gigabytes' kipcctl send --frames "$q" <"$T/in"
kipcctl purge -q "$q"
exits 1 'a folder as input' kipcctl send "$q" </
like '... is said' "$ERR" 'standard input: Is a directory'

# Little memory is enough for input without an end. (A sanitizer reserves terabytes.)
limited() { (nm "$(command -v kipcctl)" 2>/dev/null | grep -q __asan_init || ulimit -v 50000; exec "$@"); }
truncate -s 2G "$T/sparse"
exits 1 'a line of 2 GB' limited kipcctl send "$q" <"$T/sparse"
exits 1 'all of 2 GB as one message' limited kipcctl send --whole "$q" <"$T/sparse"
head -c 2147483648 /dev/zero 2>/dev/null | limited kipcctl send "$q" 2>/dev/null
is 'a line of 2 GB from a pipe' "${PIPESTATUS[1]}" 1
is 'nothing of them was sent' "$(messages_in "$id")" 0
exits 4 'lines without an end' kipcctl send --timeout=50ms "$q" < <(yes)
kipcctl purge -q "$q"
open_stuck_pipe
exits 4 'input that never comes' kipcctl send --timeout=50ms "$q" <&7
exec 7>&- 8>&-

# -- move ------------------------------------------------------------------------------------------------

perl -MIPC::Msg -e 'IPC::Msg->new(0x4b02, 01600)->set(qbytes => 4) or die $!'
kipcctl send "$q" one three five ''
exits 1 'move of a message that is too large' kipcctl move "$q" 0x4b02
like '... is said' "$ERR" 'a message of 5 bytes is too large for 0x4b02; 1 message went back'
is '... and is still there' "$(content_of "$q")" 'five  three '
exits 4 'move to a queue that is full' kipcctl move -N "$q" 0x4b02
like '... is said' "$ERR" '0x4b02 is full; 1 message went back'
is '... and is still there' "$(content_of "$q")" ' three five '
exits 0 'a message of zero bytes moves' kipcctl move -N -n 1 "$q" 0x4b02
is '... before the others' "$(kipcctl recv "$q")" three
kipcctl move -q "$q" 0x4b02 2>"$T/err" & mover=$!
until_asleep "$mover"
kill -TERM "$mover"
wait "$mover"
is 'SIGTERM while TO is full' $? 143
is '... puts back what was in hand' "$(content_of "$q")" 'five '

finish
