#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The ring's protocol as a model (tests/ring/order.pml, tests/ring/turn.pml): every order of its steps, with parties killed at any of them. Then lines
# of it are broken on purpose, and each time the model must find what that does. KIPC_TEST_LONG=1: more parties and deaths.
KIPC_TEST_LIMIT=${KIPC_TEST_LIMIT:-900} # this takes minutes on a busy machine
. "$(dirname "$0")/tap.sh"

[ -z "${SANITIZER_FLAGS:-}" ] || { echo "1..0 # SKIP it builds a program of its own: the same as without sanitizers"; exit 0; }

command -v spin >/dev/null || { echo '1..0 # SKIP spin is not installed'; exit 0; }

# explore OUTPUT DEFINES…: a search of all states
explore() {
	local output=$1 folder
	shift
	folder=$(mktemp -d -p "$T")
	(
		cd "$folder" &&
			spin -a "$@" "$top_src/tests/ring/order.pml" >spin.out 2>&1 &&
			${CC:-cc} -O2 -w -DSAFETY -DNOREDUCE -DCOLLAPSE -DMEMLIM=8000 -o pan pan.c &&
			./pan -m500000 -E -n
	) >"$output" 2>&1
}

# judge DESCRIPTION OUTPUT
judge() {
	if grep -q 'errors: 0$' "$2" && ! grep -q 'search depth too small\|out of memory' "$2"; then
		pass "$1 ($(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' "$2") states)"
	else
		fail "$1" "$(tail -n 20 "$2")"
	fi
}

# holds DESCRIPTION DEFINES…
holds() {
	explore "$T/pan" "${@:2}"
	judge "$1" "$T/pan"
}

# fails DESCRIPTION DEFINES…: the search must find an assertion that does not hold
fails() {
	explore "$T/pan" "${@:2}"
	like "$1" "$(cat "$T/pan")" '^pan:1: assertion violated'
}

one_to_two="-DPRODUCERS=1 -DCONSUMERS=2"
batches="$one_to_two -DBATCH=2 -DTAKES=1"

# The largest one runs beside the others.
explore "$T/two-to-two" -DPRODUCERS=2 -DCONSUMERS=2 -DDEATHS=1 -DMESSAGES=1 -DCAPACITY=1 -DTAKES=1 &
two_to_two=$!

holds 'one producer, one consumer, both may die' -DPRODUCERS=1 -DCONSUMERS=1 -DDEATHS=2 -DMESSAGES=3
holds 'one producer, two consumers, two deaths' -DPRODUCERS=1 -DCONSUMERS=2 -DDEATHS=2
# shellcheck disable=SC2086 # several words
holds '... with batches, and consumers that stop' $batches -DDEATHS=2
holds 'two producers, one consumer, one death, wrapped around' -DPRODUCERS=2 -DCONSUMERS=1 -DDEATHS=1
if [ -n "${KIPC_TEST_LONG:-}" ]; then
	holds 'two producers, two consumers that never stop' \
		-DPRODUCERS=2 -DCONSUMERS=2 -DDEATHS=1 -DMESSAGES=1 -DCAPACITY=1
	holds 'two producers, one consumer, two deaths' -DPRODUCERS=2 -DCONSUMERS=1 -DDEATHS=2
	holds 'one producer, three consumers, two deaths, batches' \
		-DPRODUCERS=1 -DCONSUMERS=3 -DDEATHS=2 -DBATCH=2 -DTAKES=1
fi

# shellcheck disable=SC2086
{
	fails 'broken: published before it is written' $batches -DBREAK_PUBLISH_FIRST
	fails 'broken: the fast path does not check for sleepers' $batches -DBREAK_BLIND_FAST_PATH
	fails 'broken: WAITERS is cleared before all are woken' $batches -DBREAK_CLEAR_WAITERS
	fails 'broken: a release misses a thread that has gone to sleep since' $one_to_two -DBREAK_BLIND_RELEASE
	fails 'broken: a wake that a death interrupted is not repeated' $batches -DBREAK_NO_REPAIR
	fails 'broken: a sleeper that dies does not pass on its wake' $batches -DDEATHS=2 -DBREAK_NO_PENDING_SLEEP
	fails 'broken: sleeping on the lock alone' $batches -DBREAK_ONE_HALF
}
# -- turns of producers that wait for room: none that runs waits for ever (tests/ring/turn.pml) --

# turns CLAIM DEFINES…: a search for a fair cycle in which the producer of that claim does not send
turns() {
	local claim=$1 folder
	shift
	folder=$(mktemp -d -p "$T")
	(
		cd "$folder" &&
			spin -a "$@" "$top_src/tests/ring/turn.pml" >spin.out 2>&1 &&
			${CC:-cc} -O2 -w -DNFAIR=5 -DCOLLAPSE -DMEMLIM=2000 -o pan pan.c &&
			./pan -m1000000 -a -f -N "$claim" -n
	) >"$T/pan" 2>&1
}

for claim in first second last; do
	for stops in '' -DSTOPS; do
		turns $claim $stops
		judge "turns${stops:+, one stopped with its own}: the $claim producer sends again and again" "$T/pan"
	done
	turns $claim -DPARTIES=4 -DLARGES=2
	judge "turns of two large and two small: the $claim producer sends again and again" "$T/pan"
done
turns_break() { turns first "${@:2}"; like "broken: $1" "$(cat "$T/pan")" '^pan:1: acceptance cycle'; }
turns_break 'no turns' -DBREAK_NO_TURNS
turns_break 'the turn of one that is stopped lasts for ever' -DSTOPS -DBREAK_TURNS_FOR_EVER
turns_break 'one that has waited longer does not take the turn' -DBREAK_YOUNGER_FIRST

wait "$two_to_two"
judge 'two producers, two consumers, one death, room for one' "$T/two-to-two"
finish
