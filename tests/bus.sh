#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The control socket: whom it answers, what, and what it does about clients that would take too much.
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
# What kipcctl gets; without kipcd it would add a note.
is_served() { timeout 20 kipcctl list --no-legend --columns=name --kind=queue 2>&1; }

# Other uids are to be had as root only, and not in a user namespace that has just one.
may_be_others=
[ "$(id -u)" != 0 ] || ! setpriv --reuid=65534 --clear-groups true 2>/dev/null || may_be_others=yes

# -- busctl ----------------------------------------------------------------------------------------------------

if command -v busctl >/dev/null; then
	exits 0 'busctl introspect' busctl --address="unix:path=$socket" introspect org.kipc1 /org/kipc1 org.kipc1.Manager
	like '... shows the methods' "$OUT" '^\.Reload +method +- +a\(sssss\) +-$'
	exits 0 'busctl call' call List su '' 2
	like '... is answered' "$OUT" '^a\([a-z]+\) 2 "build" "semaphore" .* "orders" "queue"'
	exits 0 'the next page' call List su s498 10
	like '... has what is left' "$OUT" '^a\([a-z]+\) 2 "s499" .* "s500" '
	exits 0 'a page behind the last' call List su zzz 10
	like '... is empty' "$OUT" '^a\([a-z]+\) 0$'
	exits 0 'Describe' call Describe s build
	like '... knows what is declared' "$OUT" '"values" aq 2 1 0'
	exits 1 'an unknown channel' call Describe s nobody
	like '... is an error with words' "$ERR" 'no such channel'
	exits 1 'an unknown method' call Nonsense
	like '... is an error' "$ERR" 'Unknown method'
	exits 1 'wrong arguments' call List s ''
	exits 0 'somebody who asks for the owner of the name' busctl --address="unix:path=$socket" call \
		org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus GetNameOwner s org.kipc1
	exits 0 'Create by root or the own user' call Create ssas queue bills 1 key=0x4b02
	exits 0 'Remove' call Remove sbb bills false false
	exits 1 'Create of nonsense' call Create ssas kettle tea 0
	like '... is an error with words' "$ERR" 'the kind must be queue, segment or semaphore'
	if [ -n "$may_be_others" ]; then
		# call_as GID GROUPS METHOD…: as uid 65534
		call_as() {
			local gid=$1 groups=$2
			shift 2
			setpriv --reuid=65534 --regid="$gid" "$groups" busctl --address="unix:path=$socket" \
				call org.kipc1 /org/kipc1 org.kipc1.Manager "$@"
		}
		exits 0 'anybody may List' call_as 65534 --clear-groups List su '' 1
		exits 0 '... and Plan' call_as 65534 --clear-groups Plan su '' 1
		exits 0 '... and Describe' call_as 65534 --clear-groups Describe s orders
		for method in 'Reload' 'Create ssas queue bills 0' 'Set sas orders 1 mode=0666' 'Remove sbb orders true false' 'Recover s build' 'RecoverRegistry b true'; do
			# shellcheck disable=SC2086
			exits 1 "... but not $method" call_as 65534 --clear-groups $method
			like '... and is told why' "$ERR" "uid 65534 may not change channels: only root, kipcd's own user and members of the group $admins "
		done
		is 'nothing has changed' "$(count_of q)" 1
		exits 0 'a member of the group may' call_as 65534 --groups=$admins Reload
		exits 0 '... by the primary group too' call_as $admins --clear-groups Set sas orders 1 mode=0640
		exits 1 'a member of another may not' call_as 65534 --groups=4712 Reload
	else
		skip 'who may do what' 'only root can be somebody else'
	fi
else
	skip 'busctl' 'it is not installed'
fi

# -- clients in a hurry ----------------------------------------------------------------------------------------

is 'calls that come with the end of the authentication are answered' "$(hostile early 3)" '3 answers'
read -r served _ refused _ <<<"$(hostile eager 3000)"
is 'too many calls: some are served, the rest refused' "$((served >= 1000 && refused > 0 && served + refused == 3000))" 1
is '... another connection is served all the same' "$(is_served)" orders

hostile unanswered
[ -n "${SANITIZER_FLAGS:-}" ] && skip '... those that want no answer, too' 'so slow that there are fewer a second' ||
	is '... those that want no answer, too' "$(kipcctl list --columns=name --no-legend | grep -cx 't[1-9]' | sed 's/^[0-4]$/few/')" few
for i in {1..9}; do kipcctl remove "t$i" 2>/dev/null; done

floods=()
for _ in 1 2 3; do perl "$top_src/tests/peers/hostile-client.pl" "$socket" flooding & floods+=($!); done
until_true bash -c "ls -l /proc/${floods[2]}/fd | grep -q socket"
exits 0 'beside clients that never pause, others are served' timeout 30 kipcctl reload
kill "${floods[@]}"
wait "${floods[@]}" 2>/dev/null

is 'a call whose arguments are not what it says is refused' "$(hostile mangled)" refused
is '... and nobody else notices' "$(is_served)" orders

# -- clients that take, and give nothing -----------------------------------------------------------------------

for how in silent half waiting dripping; do hostile $how >"$T/$how" & done
like 'what is no message ends the connection' "$(hostile garbage)" '^dropped after [01] s$'
peak_memory() { awk '/^VmHWM/ { print $2 }' "/proc/$kipcd_pid/status"; }
before=$(peak_memory)
for ((i = 0; i < 5; i++)); do hostile deaf >"$T/deaf.$i" & done
for how in silent half waiting dripping; do
	until_true test -s "$T/$how"
	like "a client that authenticates never, $how, is dropped after 2 s" "$(cat "$T/$how")" '^dropped after ([2-9]|1[0-9]) s$'
done
wait $(jobs -p | grep -vx "$kipcd_pid")
is 'clients that read no replies are disconnected' "$(cat "$T"/deaf.* | grep -c '^disconnected: ')" 5
like '... which the log says' "$(log)" 'a client of uid [0-9]+ does not read its replies: disconnected'
if [ -n "${SANITIZER_FLAGS:-}" ]; then
	skip '... kipcd has not grown' 'sanitizers keep what is freed'
else
	like '... kipcd has not grown' "$(($(peak_memory) - before)) KiB" '^[0-9]{1,4} KiB$'
fi
is '... and serves' "$(is_served)" orders

# -- connections -----------------------------------------------------------------------------------------------

# hold UID N: as many connections as that uid gets, until let_go; how many these are is left in $got
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
	is 'a uid gets 8 connections' "$got" 8
	hold 1002 10
	is '... each uid' "$got" 8
	for uid in {1003..1007}; do hold "$uid" 8; done
	is '... as long as there are any' "$got" 8
	hold 1008 8
	is 'some are kept for root' "$got" 0
	is '... who is served' "$(is_served)" orders
	let_go
else
	skip 'connections of others' 'only root can be somebody else'
fi
hold "$(id -u)" 64
is 'when all 64 connections are taken' "$got" 64
kipcctl list --no-legend --columns=name --kind=queue >"$T/served" 2>&1 & late=$!
until_true bash -c "ls -l /proc/$late/fd | grep -q socket"
is '... one more waits' "$(cat "$T/served")" ''
let_go
wait "$late"
is '... and is served when one is free' "$(cat "$T/served")" orders
if command -v busctl >/dev/null; then
	# A call for each channel: last, as nothing is left of the budget behind it.
	exits 0 'busctl tree' busctl --address="unix:path=$socket" tree --list org.kipc1
	like '... finds the object' "$OUT" '^/org/kipc1$'
	is '... and each channel' "$(grep -c '^/org/kipc1/channel/' <<<"$OUT")" 502
fi
perl "$top_src/tests/peers/hostile-client.pl" "$socket" silent >"$T/silent" & silent=$!
until_true bash -c "ls -l /proc/$silent/fd | grep -q socket"
kill "$kipcd_pid"
exits 0 'kipcd ends without waiting for who says nothing' timeout 10 tail --pid="$kipcd_pid" -s 0.05 -f /dev/null
stop_kipcd KILL 2>/dev/null
is '... and ends well' "$kipcd_status" 0
finish
