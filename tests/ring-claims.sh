#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Claims on a ring when processes do not see each other as usual: after an execve(2), across PID namespaces and time namespaces, with
# the /proc of another namespace. The result is a clear error, or a claim that ends with its process.
. "$(dirname "$0")/tap.sh"

ring_user() { "$top_build/ring-user" "$@"; }

cat >"$conf" <<'CONF'
[segment ticks]
size = 64K
layout = ring
CONF
start_kipcd || { fail 'kipcd starts' "$(log)"; finish; }

# -- another program -----------------------------------------------------------------------------------------------

ring_user ticks send work
exits 0 'a program that executes another one loses its claims' ring_user ticks exec "$top_build/ring-user" ticks recv 60000
is '... and the other one gets the message' "$OUT" work
exits 0 '... and sends' ring_user ticks send again
mkfifo "$T/end"
ring_user ticks exec cat <"$T/end" &
other=$!
exec 8>"$T/end"
claimed() { [ "$(kipcctl list --no-legend --columns=producer_claim ticks 2>/dev/null)" = "$1" ]; }
until_true claimed "$other"
exits 0 'another process gets the message although that one lives' ring_user ticks recv 60000
is '... this message' "$OUT" again
exits 0 '... and sends' kipcctl send --timeout=60s ticks more
is '... and that one still lives' "$(kill -0 "$other" && echo lives)" lives
exec 8>&-
wait "$other"
kipcctl purge -q ticks

# -- PID namespaces ------------------------------------------------------------------------------------------------

if unshare -p true 2>/dev/null; then
	# (LeakSanitizer does not work there.)
	exits 0 'a handle inherited into another PID namespace' \
		env ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" "$top_build/ring-user" ticks inherit
	is '... reports EXDEV, and can peek' "$OUT" $'EXDEV\nEXDEV\nEXDEV\nEXDEV\nEXDEV'
	is '... and has done nothing' "$(kipcctl recv ticks --all)" mine
else
	skip 'a handle inherited into another PID namespace' 'none can be made here'
fi

# -- a /proc or a clock that differs --------------------------------------------------------------------

# holder COMMAND…: runs a process by COMMAND that acquires a message until descriptor 8 is closed; $T/held gets the result
holder() {
	rm -f "$T/held"
	ring_user ticks send held
	"$@" "$top_build/ring-user" ticks acquire <"$T/end" >"$T/held" &
	exec 8>"$T/end"
	until_true test -s "$T/held"
}
# holder_ends WHAT: the holder releases the message
holder_ends() {
	exec 8>&-
	wait $!
	is "$1" "$(cat "$T/held")" held
}

if unshare -T --fork --boottime 100000 --monotonic 100000 true 2>/dev/null; then
	elsewhere() { unshare -T --fork --boottime 100000 --monotonic 100000 "$@"; }
	holder elsewhere
	exits 1 'a holder in another time namespace lives' ring_user ticks recv
	is '... also after a while' "$OUT$(ring_user ticks recv 300)" ENOMSGETIMEDOUT
	holder_ends '... and releases'
	holder env
	exits 1 'a holder lives, seen from another time namespace' elsewhere "$top_build/ring-user" ticks recv
	is '... also after a while' "$OUT$(elsewhere "$top_build/ring-user" ticks recv 300)" ENOMSGETIMEDOUT
	holder_ends '... and releases'
else
	skip 'a holder in another time namespace lives' 'none can be made here'
fi

# The /proc of another PID namespace shows other processes with our pids, or none.
if unshare -m true 2>/dev/null && unshare -pf --mount-proc true 2>/dev/null; then
	unshare -pf --mount-proc sleep 1000 &
	outer=$!
	inner() { read -r inner _ 2>/dev/null <"/proc/$outer/task/$outer/children" && grep -qx sleep "/proc/$inner/comm"; }
	until_true inner
	another() { nsenter -m -t "$inner" "$@"; }
	empty() { unshare -m bash -c 'mount -t tmpfs none /proc && exec "$@"' bash "$@" </dev/null; }
	holder env
	address=segment:@$(id_of ticks) # reading the registry needs /proc as well
	for way in another empty; do
		# Before Linux 6.11 nothing else tells the namespace of a process.
		exits 1 "with $way /proc, a holder counts as alive" "$way" "$top_build/ring-user" "$address" recv 300
		like '... and the error is clear' "$OUT" '^(ETIMEDOUT|EXDEV)$'
		exits 1 '... nothing can be acquired' "$way" "$top_build/ring-user" "$address" acquire
		like '... and the error is clear' "$OUT" '^(ENOSYS|EXDEV)$'
	done
	holder_ends '... and the holder releases the message'
	kill -9 "$inner"

	# The other way round: the ring and its users are inside, with the /proc of the outside.
	mkfifo "$T/inside"
	# shellcheck disable=SC2016 # expanded there
	exits 0 'inside another PID namespace with the /proc of the outside' unshare -pf bash -c '
		id=$(ipcmk -M 65536 | grep -o "[0-9]*$")
		ring() { "$0" "segment:@$id" "$@"; }
		ring format && ring send held && mkfifo "$1/held-inside"
		ring acquire <"$1/inside" >"$1/held-inside" &
		exec 8>"$1/inside"
		read -r held <"$1/held-inside"
		ring recv; ring recv 300; echo "$held"
		exec 8>&-; wait; ipcrm -m "$id"' "$top_build/ring-user" "$T"
	is '... a holder counts as alive' "$OUT" $'ENOMSG\nETIMEDOUT\nheld'
else
	skip 'with another /proc, a holder counts as alive' 'no namespace can be made here'
fi
finish
