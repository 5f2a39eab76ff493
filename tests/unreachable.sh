#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A kipcd that does not answer or does not start, or another program in its place: every verb ends soon with a sentence, and
# verbs that only look show what can be seen without kipcd.
. "$(dirname "$0")/tap.sh"

export ASAN_OPTIONS="${ASAN_OPTIONS:-}:allocator_may_return_null=1" # as malloc() does
printf '[queue orders]\n[segment prices]\nsize = 4K\nfield.bid = u32@0\n' >"$conf"
start
kipcctl send orders one
stop_kipcd
socket=$KIPC_RUNTIME_DIR/control

# stand_in HOW: another program listens there
fake=
stand_in() {
	local says
	rm -f "$T/says"
	mkfifo "$T/says"
	perl "$top_src/tests/peers/fake-kipcd.pl" "$socket" "$1" >"$T/says" & fake=$!
	read -r says <"$T/says"
}
stand_down() { kill "$fake"; wait "$fake" 2>/dev/null; rm -f "$socket"; }
# How many seconds more a command may take on a busy machine. One that hangs would take as long as the test may.
slack=20
# within SECONDS STATUS WHAT COMMAND…: as `exits`, and that it did not take longer
within() {
	local begin=$SECONDS limit=$1
	shift
	exits "$@"
	if [ $((SECONDS - begin)) -le $((limit + slack)) ]; then pass "... within $limit s"; else fail "... within $limit s" "$((SECONDS - begin)) s"; fi
}
none="another program, not kipcd, listens at $socket"

# -- a kipcd that hangs after the connection ------------------------------------------------------------------------------

# at_once VERB…: runs all of them in parallel; leaves their statuses and errors in $T/said.N
at_once() {
	local n=0 verb
	begin=$SECONDS jobs=()
	for verb in "$@"; do
		# shellcheck disable=SC2086
		{ kipcctl $verb >/dev/null 2>"$T/said.$n"; echo $? >>"$T/said.$n"; } & jobs+=($!)
		n=$((n + 1))
	done
	wait "${jobs[@]}"
	if [ $((SECONDS - begin)) -le $((5 + slack)) ]; then pass "$# verbs, each within 5 s"; else fail "$# verbs, each within 5 s" "$((SECONDS - begin)) s"; fi
}
stand_in silent
looks=(list 'show orders' doctor metrics generate limits 'list --json' 'list --foreign')
at_once "${looks[@]}"
for n in "${!looks[@]}"; do
	is "kipcctl ${looks[$n]} works beside a kipcd that hangs, with a note" "$(cat "$T/said.$n")" \
		"kipcctl: ${looks[$n]%% *}: kipcd is not reachable at $socket: Connection timed out; showing only what the registry and the kernel know
$([ "${looks[$n]}" = doctor ] && echo 8 || echo 0)"
done
others=(plan events 'events --follow')
at_once "${others[@]}"
for n in "${!others[@]}"; do
	is "kipcctl ${others[$n]} fails beside a kipcd that hangs" "$(cat "$T/said.$n")" \
		"kipcctl: ${others[$n]%% *}: kipcd did not answer: Connection timed out; see its journal
7"
done
exits 0 'list exits with 0' kipcctl list --no-legend --columns=name,state
like '... and shows what the registry and the kernel know' "$OUT" '^orders *active'
stand_down

# A real kipcd, after the connection.
start
kipcctl events --follow --json >"$T/followed" 2>"$T/follow.err" & follower=$!
kipcctl create queue new
is_followed() { grep -q '"new"' "$T/followed"; }
until_true is_followed
kill -STOP "$kipcd_pid"
wait "$follower"
is 'events --follow ends when kipcd hangs' $? 7
like '... and says so' "$(cat "$T/follow.err")" 'the connection to kipcd was lost: Connection timed out'
kill -CONT "$kipcd_pid"
kipcctl events --follow >/dev/null 2>"$T/follow.err" & follower=$!
is_subscribed() { [ "$(kipcctl metrics | sed -n 's/^kipc_daemon_clients //p')" -ge 2 ] || ls -l "/proc/$follower/fd" | grep -q socket; }
until_true is_subscribed
stop_kipcd
wait "$follower"
is '... and when it stops' $? 7

# -- another program in its place -----------------------------------------------------------------------------------------------------

for how in claiming swallowed speaking other; do
	stand_in $how
	within 5 0 "kipcctl list beside a program that is $how" kipcctl list
	like '... says that it is not kipcd' "$ERR" "$none; showing only what the registry and the kernel know"
	within 5 7 "kipcctl reload beside a program that is $how" kipcctl reload
	like '... says so too' "$ERR" "$none; give kipcd's folder with --runtime-dir|did not answer|Signature|pattern"
	if [ -n "${SANITIZER_FLAGS:-}" ] || ! command -v strace >/dev/null; then
		skip '... and allocates little' 'sanitizers allocate otherwise, or there is no strace'
	else
		strace -f -qq -e trace=mmap,mremap,brk -o "$T/strace" kipcctl list >/dev/null 2>&1
		is '... and allocates little' "$(grep -cE '(mmap|mremap)\(.* (1[0-9]{8}),.*\) = 0x' "$T/strace")" 0
	fi
	stand_down
done
stand_in endless
within 15 0 'kipcctl list beside a program whose list never ends' kipcctl list --no-legend --columns=name
like '... and shows what the registry and the kernel know' "$OUT" '^orders'
stand_down
stand_in ending
within 5 7 'events --follow beside a program that sends no events' kipcctl events --follow
like '... says so' "$ERR" "$none"
stand_down

# -- a kipcd that cannot start -----------------------------------------------------------------------------------------------

note=$KIPC_RUNTIME_DIR/refused
printf '[queue orders]\nmode = 999\n' >"$T/bad.conf"
# start_for CONFIG: with a socket that systemd listens on
start_for() {
	rm -f "$socket"
	systemd-socket-activate --listen="$socket" "$kipcd" --config="$1" --runtime-dir="$KIPC_RUNTIME_DIR" 2>>"$T/refused.log" &
	activated=$!
	until_true test -S "$socket"
}
conf=$T/bad.conf
exits 78 'a start with a mistake fails' "$kipcd" --config="$T/bad.conf"
like '... and leaves a note' "$(cat "$note")" "^$T/bad.conf:2: .*mode"
exits 0 'list exits with 0' kipcctl list
like '... and prints the note' "$ERR" "kipcd is not reachable at $socket: its last start failed: $T/bad.conf:2: .*mode"
if command -v systemd-socket-activate >/dev/null; then
	start_for "$T/bad.conf"
	exits 7 'a call of a kipcd that cannot start fails' kipcctl reload
	like '... with the reason' "$ERR" 'its last start failed'
	exits 7 '... and so does the next' kipcctl reload
	is '... from the same kipcd' "$(kill -0 $activated && echo alive)" alive
	wait $activated
	is '... which finally exits with 78' $? 78
	is '... and logs the mistakes once' "$(grep -c 'start kipcd again' "$T/refused.log")" 1

	start_for "$T/bad.conf"
	exits 7 'a further call fails' kipcctl reload
	printf '[queue orders]\n' >"$T/bad.conf"
	exits 0 'once the configuration is correct, the next call succeeds' kipcctl reload
	is '... in the same kipcd' "$(kill -0 $activated && echo alive)" alive
	is '... and the note is removed' "$(ls "$note" 2>/dev/null)" ''
	kill $activated
	wait $activated
	is '... which exits with 0' $? 0

	printf '[queue orders]\nmode = 999\n' >"$T/bad.conf"
	start_for "$T/bad.conf"
	exits 7 'while calls fail' kipcctl reload
	kill $activated
	wait $activated
	is '... SIGTERM stops it at once' $? 143
else
	skip 'a socket that systemd listens on' 'there is no systemd-socket-activate'
fi
finish
