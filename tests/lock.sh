#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lock, up, down and wait on a real semaphore set. Whoever holds a lock lets go of it when it ends, however it ends.
. "$(dirname "$0")/tap.sh"

id=$(ipcmk -S 2 | sed 's/.*: //')
m=semaphore:@$id
value() { ipcs -s -i "$id" | awk -v n="$1" '$1 == n && NF == 5 { print $2 }'; }

# Waits until as many as that wait for semaphore 0.
waiting() { ipcs -s -i "$id" | awk '$1 == 0 && NF == 5 { print $3 }'; }
until_waiting() {
	local end=$((SECONDS + 20))
	until [ "$(waiting)" = "$1" ] || [ $SECONDS -gt $end ]; do :; done
}

# -- the bare operations ---------------------------------------------------------------------------------

exits 0 'up' kipcctl up "$m"
is '... adds one' "$(value 0)" 1
exits 0 'up -n' kipcctl up -n 4 "$m[1]"
is '... adds so many to the one of a set' "$(value 0) $(value 1)" '1 4'
exits 0 'down -n' kipcctl down -n 3 "$m[1]"
is '... takes so many' "$(value 1)" 1
exits 4 'down --no-wait' kipcctl down -N -n 2 "$m[1]"
exits 4 'down --timeout' kipcctl down --timeout=20ms -n 2 "$m[1]"
like '... says so' "$ERR" 'timed out'
exits 1 'more than a semaphore can have' kipcctl up -n 32767 "$m"
like '... is said' "$ERR" '32767'
exits 1 'a semaphore that the set has not' kipcctl up "$m[2]"
exits 2 'an index that is none' kipcctl up "$m[x]"
exits 0 'wait for one that can be had' kipcctl wait "$m"
is '... takes nothing' "$(value 0)" 1
kipcctl down "$m"
exits 4 'wait for one that cannot' kipcctl wait --timeout=20ms "$m"
kipcctl down "$m" & waiter=$!
until_waiting 1
kipcctl up "$m"
exits 0 'down returns when it is there' wait "$waiter"

# -- a bound for up --------------------------------------------------------------------------------------

id=$(ipcmk -S 2 | sed 's/.*: //')
other=semaphore:@$id[1]
capped() { kipcctl up "$other" "$@"; }
exits 0 'up --max of an empty one' capped --max=3
is '... adds' "$(value 1)" 1
exits 0 'up --max --count that would pass it' capped --max=3 -n 30
is '... adds what is missing' "$(value 1)" 3
exits 0 'up --max of a full one is no failure' capped --max=3
is '... changes nothing' "$(value 1)" 3
exits 0 'up --max below what it has' capped --max=2 -n 2
is '... takes nothing away' "$(value 1)" 3
exits 0 'up --max at the largest value there is' capped --max=32767 -n 32767
is '... lifts it to that' "$(value 1)" 32767
is '... and its neighbour is untouched' "$(value 0)" 0
for wrong in 0 32768 -1 x; do exits 2 "--max=$wrong is wrong usage" capped --max=$wrong; done
exits 1 'nothing to add is an error, as without --max' capped --max=3 -n 0
exits 1 'a semaphore that the set has not' kipcctl up "semaphore:@$id[2]" --max=3
exits 2 '--max is for up' kipcctl down "$other" --max=3
kipcctl down -n 32767 "$other"
kipcctl down "$other" & waiter=$!
until_waiting_for_other() { [ "$(ipcs -s -i "$id" | awk '$1 == 1 && NF == 5 { print $3 }')" = 1 ]; }
until_true until_waiting_for_other
exits 0 'up --max wakes who waits' capped --max=1
wait "$waiter"
is '... who takes it' "$(value 1)" 0

# Many at once, while others take: it is never seen above the bound, and ends at it.
most_seen() { perl -e '$most = 0; until (-e $ARGV[1] or getppid == 1) { $value = semctl($ARGV[0], 1, 12, 0); $most = $value if $value > $most } print $most' "$id" "$T/seen-enough"; }
most_seen >"$T/most" & watcher=$!
for i in 1 2 3 4; do
	(for j in {1..40}; do capped --max=5 -n $((i + 1)); kipcctl down -N -q "$other" -n 2; done) & cappers[i]=$!
done
wait "${cappers[@]}"
: >"$T/seen-enough"
wait "$watcher"
like 'many at once never pass it' "$(cat "$T/most")" '^[1-5]$'
for i in 1 2 3; do capped --max=5 -n 3 & cappers[i]=$!; done
wait "${cappers[@]}"
is '... and fill it' "$(value 1)" 5
ipcrm -s "$id"
exits 3 'up --max of a set that is gone' capped --max=5
id=${m##*@}

# -- lock ------------------------------------------------------------------------------------------------

kipcctl up "$m"
exits 0 'lock' kipcctl lock "$m" -- echo hello
is '... runs the command' "$OUT" hello
is '... and lets go' "$(value 0)" 1
exits 7 'its status is that of the command' kipcctl lock "$m" -- sh -c 'exit 7'
exits 143 '... also of a signal' kipcctl lock "$m" -- sh -c 'kill -TERM $$'
is '... and lets go' "$(value 0)" 1
exits 0 'options behind the semaphore' kipcctl lock "$m" --timeout=1s -- echo -n x
is '... are ours, those of the command are not' "$OUT" x
exits 0 'without --' kipcctl lock -N "$m" printf %s -n
is '... the options of the command are not ours' "$OUT" -n
is 'it is held while the command lives' "$(kipcctl lock "$m" -- ipcs -s -i "$id" | awk '$1 == 0 && NF == 5 { print $2 }')" 0

mkfifo "$T/held"
kipcctl lock "$m" -- bash -c 'echo >"$0"; exec sleep 1000' "$T/held" & holder=$!
read -r _ <"$T/held"
exits 4 'a lock that is held, --no-wait' kipcctl lock -N "$m" -- echo never
is '... does not run the command' "$OUT" ''
exits 4 'a lock that is held, --timeout' kipcctl lock --timeout=20ms "$m" -- echo never
exits 75 '... with a status of the caller' kipcctl lock -N --busy-status=75 "$m" -- echo never
exits 0 '... or none' kipcctl lock -N --busy-status=0 "$m" -- echo never
is '... the command does not run then either' "$OUT" ''
exits 125 '... which is one' kipcctl lock -N --busy-status=256 "$m" -- echo never
kipcctl lock "$m" -- echo mine >"$T/mine" & waiter=$!
until_waiting 1
kill -9 "$holder"
exits 0 'a holder killed with -9 lets go' wait "$waiter"
is '... and the next one has it' "$(cat "$T/mine"; value 0)" 'mine
1'
wait "$holder" 2>/dev/null

exits 127 'a command that is not there' kipcctl lock "$m" -- ./nosuch
exits 126 'a command that cannot be run' kipcctl lock "$m" -- /etc/passwd
is '... let go' "$(value 0)" 1
exits 125 'no such semaphore' kipcctl lock 0x7fffff02 -- true
exits 125 'no command' kipcctl lock "$m"
exits 125 'an unknown option' kipcctl lock --nosuch "$m" -- true

kipcctl down "$m"
kipcctl lock "$m" -- true 2>"$T/err" & waiter=$!
kipcctl down "$m" 2>/dev/null & other=$!
until_waiting 2
ipcrm -s "$id"
wait "$waiter"
is 'a lock on a semaphore that is removed' $? 125
like '... says so' "$(cat "$T/err")" 'it was removed'
wait "$other"
is 'down on a semaphore that is removed' $? 6

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
is 'one at a time' "$(cat "$T/count")" 40

finish
