#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The control socket: which users may call what, and what clients that take too much can do.
. "$(dirname "$0")/tap.sh"

admins=4711 # a group that needs no name
{
	printf '[daemon]\ngroup = %s\n' "$admins"
	printf '[queue orders]\nkey = 0x4b01\n[semaphore build]\nvalues = 1,0\n'
	printf '[segment s%03d]\nsize = 4K\ndescription = %0100d\n' $(for i in {1..500}; do echo "$i $i"; done)
} >"$conf"
start
socket=$KIPC_RUNTIME_DIR/control
hostile() { timeout 60 perl "$top_src/tests/peers/hostile-client.pl" "$socket" "$@"; }
# Without kipcd, kipcctl would add a note.
is_served() { timeout 20 kipcctl list --no-legend --columns=name --kind=queue 2>&1; }

# Only root can become another user, and not in a user namespace that has a single uid.
may_be_others=
[ "$(id -u)" != 0 ] || ! setpriv --reuid=65534 --clear-groups true 2>/dev/null || may_be_others=yes

# -- busctl ----------------------------------------------------------------------------------------------------

if command -v busctl >/dev/null; then
	exits 0 'busctl introspect works' busctl --address="unix:path=$socket" introspect org.kipc1 /org/kipc1 org.kipc1.Manager
	like '... and shows the methods' "$OUT" '^\.Reload +method +- +a\(sssss\) +-$'
	exits 0 'busctl call works' call List su '' 2
	like '... and prints the first page' "$OUT" '^a\([a-z]+\) 2 "build" "semaphore" .* "orders" "queue"'
	exits 0 'the next page can be read' call List su s498 10
	like '... and has the rest' "$OUT" '^a\([a-z]+\) 2 "s499" .* "s500" '
	exits 0 'a page behind the last one can be read' call List su zzz 10
	like '... and is empty' "$OUT" '^a\([a-z]+\) 0$'
	exits 0 'Describe works' call Describe s build
	like '... and returns what is declared' "$OUT" '"values" aq 2 1 0'
	exits 1 'an unknown channel is an error' call Describe s nobody
	like '... with a sentence' "$ERR" 'no such channel'
	exits 1 'an unknown method is an error' call Nonsense
	like '... with a sentence' "$ERR" 'Unknown method'
	exits 1 'wrong arguments are an error' call List s ''
	exits 0 'GetNameOwner works' busctl --address="unix:path=$socket" call \
		org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus GetNameOwner s org.kipc1
	exits 0 "root and kipcd's own user may Create" call Create ssas queue bills 1 key=0x4b02
	exits 0 '... and Remove' call Remove sbb bills false false
	exits 1 'Create of an unknown kind is an error' call Create ssas kettle tea 0
	like '... with a sentence' "$ERR" 'the kind must be queue, segment or semaphore'
	if [ -n "$may_be_others" ]; then
		# call_as GID GROUPS METHOD…: as uid 65534
		call_as() {
			local gid=$1 groups=$2
			shift 2
			setpriv --reuid=65534 --regid="$gid" "$groups" busctl --address="unix:path=$socket" \
				call org.kipc1 /org/kipc1 org.kipc1.Manager "$@"
		}
		exits 0 'any user may List' call_as 65534 --clear-groups List su '' 1
		exits 0 '... and Plan' call_as 65534 --clear-groups Plan su '' 1
		exits 0 '... and Describe' call_as 65534 --clear-groups Describe s orders
		for method in 'Reload' 'Create ssas queue bills 0' 'Set sas orders 1 mode=0666' 'Remove sbb orders true false' 'Recover s build' 'RecoverRegistry b true'; do
			# shellcheck disable=SC2086
			exits 1 "... but not $method" call_as 65534 --clear-groups $method
			like '... with the reason' "$ERR" "uid 65534 may not change channels: only root, kipcd's own user and members of the group $admins "
		done
		is 'nothing changed' "$(count_of q)" 1
		exits 0 'a member of the admin group may Reload' call_as 65534 --groups=$admins Reload
		exits 0 '... also when it is the primary group' call_as $admins --clear-groups Set sas orders 1 mode=0640
		exits 1 'a member of another group may not' call_as 65534 --groups=4712 Reload
	else
		skip 'permissions' 'only root can become another user'
	fi
else
	skip 'busctl' 'it is not installed'
fi

# -- clients in a hurry ----------------------------------------------------------------------------------------

is 'calls that come with the end of the authentication are answered' "$(hostile early 3)" '3 answers'
read -r served _ refused _ <<<"$(hostile eager 3000)"
is 'of too many calls some are served and the rest are refused' "$((served >= 1000 && refused > 0 && served + refused == 3000))" 1
is '... and another connection is still served' "$(is_served)" orders

hostile unanswered
[ -n "${SANITIZER_FLAGS:-}" ] && skip 'calls that expect no reply are limited too' 'so slow that there are fewer a second' ||
	is 'calls that expect no reply are limited too' "$(kipcctl list --columns=name --no-legend | grep -cx 't[1-9]' | sed 's/^[0-4]$/few/')" few
for i in {1..9}; do kipcctl remove "t$i" 2>/dev/null; done

floods=()
for _ in 1 2 3; do perl "$top_src/tests/peers/hostile-client.pl" "$socket" flooding & floods+=($!); done
until_true bash -c "ls -l /proc/${floods[2]}/fd | grep -q socket"
exits 0 'clients that never pause do not keep others from being served' timeout 30 kipcctl reload
kill "${floods[@]}"
wait "${floods[@]}" 2>/dev/null

is 'a call whose arguments contradict its signature is refused' "$(hostile mangled)" refused
is '... and other clients are still served' "$(is_served)" orders

# -- clients that do not authenticate or read -----------------------------------------------------------------------

for how in silent half waiting dripping; do hostile $how >"$T/$how" & done
like 'bytes that are not a message end the connection' "$(hostile garbage)" '^dropped after [01] s$'
peak_memory() { awk '/^VmHWM/ { print $2 }' "/proc/$kipcd_pid/status"; }
before=$(peak_memory)
for ((i = 0; i < 5; i++)); do hostile deaf >"$T/deaf.$i" & done
for how in silent half waiting dripping; do
	until_true test -s "$T/$how"
	like "a client that never authenticates ($how) is dropped after 2 s" "$(cat "$T/$how")" '^dropped after ([2-9]|1[0-9]) s$'
done
wait $(jobs -p | grep -vx "$kipcd_pid")
is 'clients that do not read their replies are disconnected' "$(cat "$T"/deaf.* | grep -c '^disconnected: ')" 5
like '... and the log says so' "$(log)" 'a client of uid [0-9]+ does not read its replies: disconnected'
if [ -n "${SANITIZER_FLAGS:-}" ]; then
	skip '... and kipcd has not grown' 'sanitizers keep what is freed'
else
	like '... and kipcd has not grown' "$(($(peak_memory) - before)) KiB" '^[0-9]{1,4} KiB$'
fi
is '... and still serves' "$(is_served)" orders

# -- connections -----------------------------------------------------------------------------------------------

# hold UID N: opens up to N connections of that user until let_go; $got is how many it got
holders=()
hold() {
	local command=(perl "$top_src/tests/peers/hostile-client.pl")
	[ "$1" = "$(id -u)" ] || command=(setpriv --reuid="$1" --regid="$1" --clear-groups perl "$T/hostile-client.pl")
	rm -f "$T/says"
	mkfifo "$T/says"
	"${command[@]}" "$socket" many "$2" >"$T/says" &
	holders+=($!)
	read -r got _ <"$T/says"
}
let_go() { kill "${holders[@]}"; wait "${holders[@]}" 2>/dev/null; holders=(); }
if [ -n "$may_be_others" ]; then
	install -m 644 "$top_src/tests/peers/hostile-client.pl" "$T/hostile-client.pl"
	hold 1001 10
	is 'a user gets 8 connections' "$got" 8
	hold 1002 10
	is '... each user' "$got" 8
	for uid in {1003..1007}; do hold "$uid" 8; done
	is '... while any are left' "$got" 8
	hold 1008 8
	is 'the last connections are reserved for root' "$got" 0
	is '... and root is served' "$(is_served)" orders
	let_go
else
	skip 'connections of other users' 'only root can become another user'
fi
hold "$(id -u)" 64
is '64 connections can be open' "$got" 64
kipcctl list --no-legend --columns=name --kind=queue >"$T/served" 2>&1 & late=$!
until_true bash -c "ls -l /proc/$late/fd | grep -q socket"
is '... a 65th waits' "$(cat "$T/served")" ''
let_go
wait "$late"
is '... and is served when one closes' "$(cat "$T/served")" orders
if command -v busctl >/dev/null; then
	# This makes a call for each channel. It comes last, since it uses up the budget.
	exits 0 'busctl tree works' busctl --address="unix:path=$socket" tree --list org.kipc1
	like '... and lists the manager' "$OUT" '^/org/kipc1$'
	is '... and every channel' "$(grep -c '^/org/kipc1/channel/' <<<"$OUT")" 502
fi
perl "$top_src/tests/peers/hostile-client.pl" "$socket" silent >"$T/silent" & silent=$!
until_true bash -c "ls -l /proc/$silent/fd | grep -q socket"
kill "$kipcd_pid"
exits 0 'kipcd stops without waiting for a silent client' timeout 10 tail --pid="$kipcd_pid" -s 0.05 -f /dev/null
stop_kipcd KILL 2>/dev/null
is '... and exits with 0' "$kipcd_status" 0
finish
