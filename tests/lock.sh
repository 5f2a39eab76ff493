#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lock, up, down and wait on a real semaphore set. The lock is released when its holder ends, however it ends.
. "$(dirname "$0")/tap.sh"

id=$(ipcmk -S 2 | sed 's/.*: //')
m=semaphore:@$id
value() { ipcs -s -i "$id" | awk -v n="$1" '$1 == n && NF == 5 { print $2 }'; }

# until_waiting N: waits until N processes wait for semaphore 0
waiting() { ipcs -s -i "$id" | awk '$1 == 0 && NF == 5 { print $3 }'; }
until_waiting() {
	local end=$((SECONDS + 20))
	until [ "$(waiting)" = "$1" ] || [ $SECONDS -gt $end ]; do :; done
}

# -- up, down and wait ---------------------------------------------------------------------------------

exits 0 'up succeeds' kipcctl up "$m"
is '... adds one' "$(value 0)" 1
exits 0 'up -n' kipcctl up -n 4 "$m[1]"
is '... adds so many to the one of a set' "$(value 0) $(value 1)" '1 4'
exits 0 'down -n succeeds' kipcctl down -n 3 "$m[1]"
is '... takes so many' "$(value 1)" 1
exits 4 'down --no-wait on 0 exits with 4' kipcctl down -N -n 2 "$m[1]"
exits 4 'down --timeout on 0 exits with 4' kipcctl down --timeout=20ms -n 2 "$m[1]"
like '... and says so' "$ERR" 'timed out'
exits 1 'up above the largest value fails' kipcctl up -n 32767 "$m"
like '... with the reason' "$ERR" '32767'
exits 1 'an index outside the set fails' kipcctl up "$m[2]"
exits 2 'an invalid index is wrong usage' kipcctl up "$m[x]"
exits 0 'wait for an available semaphore succeeds' kipcctl wait "$m"
is '... takes nothing' "$(value 0)" 1
kipcctl down "$m"
exits 4 'wait for a busy one exits with 4' kipcctl wait --timeout=20ms "$m"
kipcctl down "$m" & waiter=$!
until_waiting 1
kipcctl up "$m"
exits 0 'down returns when the semaphore is available' wait "$waiter"

# -- a bound for up --------------------------------------------------------------------------------------

id=$(ipcmk -S 2 | sed 's/.*: //')
other=semaphore:@$id[1]
capped() { kipcctl up "$other" "$@"; }
exits 0 'up --max on 0 succeeds' capped --max=3
is '... adds' "$(value 1)" 1
exits 0 'up --max --count that would exceed the bound succeeds' capped --max=3 -n 30
is '... and adds what is missing' "$(value 1)" 3
exits 0 'up --max at the bound succeeds' capped --max=3
is '... changes nothing' "$(value 1)" 3
exits 0 'up --max below the value succeeds' capped --max=2 -n 2
is '... takes nothing away' "$(value 1)" 3
exits 0 'up --max at the largest value succeeds' capped --max=32767 -n 32767
is '... and raises it to that' "$(value 1)" 32767
is '... and its neighbour is untouched' "$(value 0)" 0
for wrong in 0 32768 -1 x; do exits 2 "--max=$wrong is wrong usage" capped --max=$wrong; done
exits 1 '--count=0 fails, as without --max' capped --max=3 -n 0
exits 1 'an index outside the set fails' kipcctl up "semaphore:@$id[2]" --max=3
exits 2 '--max is only for up' kipcctl down "$other" --max=3
kipcctl down -n 32767 "$other"
kipcctl down "$other" & waiter=$!
until_waiting_for_other() { [ "$(ipcs -s -i "$id" | awk '$1 == 1 && NF == 5 { print $3 }')" = 1 ]; }
until_true until_waiting_for_other
exits 0 'up --max wakes a waiting process' capped --max=1
wait "$waiter"
is '... which takes the semaphore' "$(value 1)" 0

# Many at once, while others take: the value never exceeds the bound, and reaches it.
most_seen() { perl -e '$most = 0; until (-e $ARGV[1] or getppid == 1) { $value = semctl($ARGV[0], 1, 12, 0); $most = $value if $value > $most } print $most' "$id" "$T/seen-enough"; }
most_seen >"$T/most" & watcher=$!
for i in 1 2 3 4; do
	(for j in {1..40}; do capped --max=5 -n $((i + 1)); kipcctl down -N -q "$other" -n 2; done) & cappers[i]=$!
done
wait "${cappers[@]}"
: >"$T/seen-enough"
wait "$watcher"
like 'many at once never exceed the bound' "$(cat "$T/most")" '^[1-5]$'
for i in 1 2 3; do capped --max=5 -n 3 & cappers[i]=$!; done
wait "${cappers[@]}"
is '... and reach it' "$(value 1)" 5
ipcrm -s "$id"
exits 3 'up --max of a removed set fails' capped --max=5
id=${m##*@}

# -- lock ------------------------------------------------------------------------------------------------

kipcctl up "$m"
exits 0 'lock succeeds' kipcctl lock "$m" -- echo hello
is '... runs the command' "$OUT" hello
is '... and releases the semaphore' "$(value 0)" 1
exits 7 'its exit status is that of the command' kipcctl lock "$m" -- sh -c 'exit 7'
exits 143 '... also of a signal' kipcctl lock "$m" -- sh -c 'kill -TERM $$'
is '... and releases the semaphore' "$(value 0)" 1
exits 0 "options behind the semaphore are lock's" kipcctl lock "$m" --timeout=1s -- echo -n x
is "... and those behind the command are the command's" "$OUT" x
exits 0 'also without --' kipcctl lock -N "$m" printf %s -n
is "... options of the command are the command's" "$OUT" -n
is 'the semaphore is held while the command runs' "$(kipcctl lock "$m" -- ipcs -s -i "$id" | awk '$1 == 0 && NF == 5 { print $2 }')" 0

mkfifo "$T/held"
kipcctl lock "$m" -- bash -c 'echo >"$0"; exec sleep 1000' "$T/held" & holder=$!
read -r _ <"$T/held"
exits 4 'a busy lock with --no-wait exits with 4' kipcctl lock -N "$m" -- echo never
is '... does not run the command' "$OUT" ''
exits 4 'a busy lock with --timeout exits with 4' kipcctl lock --timeout=20ms "$m" -- echo never
exits 75 '... or with --busy-status' kipcctl lock -N --busy-status=75 "$m" -- echo never
exits 0 '... or with 0' kipcctl lock -N --busy-status=0 "$m" -- echo never
is '... the command does not run then either' "$OUT" ''
exits 125 '... which must be a status' kipcctl lock -N --busy-status=256 "$m" -- echo never
kipcctl lock "$m" -- echo mine >"$T/mine" & waiter=$!
until_waiting 1
kill -9 "$holder"
exits 0 'a holder that is killed with -9 releases the lock' wait "$waiter"
is '... and the next one has it' "$(cat "$T/mine"; value 0)" 'mine
1'
wait "$holder" 2>/dev/null

exits 127 'a command that does not exist exits with 127' kipcctl lock "$m" -- ./nosuch
exits 126 'a command that cannot be run exits with 126' kipcctl lock "$m" -- /etc/passwd
is '... and the lock is released' "$(value 0)" 1
exits 125 'an unknown semaphore exits with 125' kipcctl lock 0x7fffff02 -- true
exits 125 'a missing command exits with 125' kipcctl lock "$m"
exits 125 'an unknown option exits with 125' kipcctl lock --nosuch "$m" -- true

kipcctl down "$m"
kipcctl lock "$m" -- true 2>"$T/err" & waiter=$!
kipcctl down "$m" 2>/dev/null & other=$!
until_waiting 2
ipcrm -s "$id"
wait "$waiter"
is 'lock on a semaphore that is removed exits with 125' $? 125
like '... and says so' "$(cat "$T/err")" 'it was removed'
wait "$other"
is 'down on a semaphore that is removed exits with 6' $? 6

# -- many at once ----------------------------------------------------------------------------------------

id=$(ipcmk -S 1 | sed 's/.*: //')
m=semaphore:@$id
kipcctl up "$m"
echo 0 >"$T/count"
for i in 1 2 3 4 5 6 7 8; do
	(for j in 1 2 3 4 5; do
		kipcctl lock "$m" -- bash -c 'read -r n <"$0"; echo $((n + 1)) >"$0"' "$T/count"
	done) & counters[i]=$!
done
wait "${counters[@]}"
is 'only one process holds the lock at a time' "$(cat "$T/count")" 40

finish
