#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Damage to the runtime folder: a link is removed or altered, the folder is removed, moved or replaced, while kipcd runs, is
# killed before it notices, or cannot create a folder. kipcd forgets no object.
. "$(dirname "$0")/tap.sh"

run=$KIPC_RUNTIME_DIR
printf '%s\n' '[daemon]' 'sample_interval = 100ms' '[queue orders]' 'key = 0x4b01' '[semaphore build]' 'key = 0x4b03' 'values = 1' \
	'[segment ticks]' 'key = 0x4b04' 'size = 16K' 'layout = ring' >"$conf"
export KIPC_STATE_DIR=$T/state
start_kipcd || { echo "Bail out! kipcd does not start: $(log)"; exit 1; }
kipcctl create --quiet queue made key=0x4b05 mode=0640
kipcctl set --quiet orders mode=0600

registry() { local link; for link in "$run"/channels/.ns "$run"/channels/*; do echo "${link##*/} $(readlink "$link")"; done; cat "$run"/channels/.nsid "$run"/kipcd.conf.d/*.conf; }
is_whole() { [ "$(registry 2>/dev/null)" = "$same" ]; }
is_served() { is_whole && kipcctl list --no-legend --columns=name >/dev/null 2>"$T/served" && [ ! -s "$T/served" ]; }
states() { kipcctl list --no-legend --columns=name,state | tr -s ' ' | xargs; }
# take_away FILE…: while kipcd cannot write them again in between
take_away() { kill -STOP "$kipcd_pid"; rm -r "$@"; kill -CONT "$kipcd_pid"; }
all="build active made active orders active ticks active"
same=$(registry)
objects=$(ipcs -q -m -s)
kipcctl send orders kept

# -- links -------------------------------------------------------------------------------------------------------

rm "$run/channels/orders"
if until_true is_whole; then pass "a removed link is rewritten"; else fail "a removed link is rewritten" "$(registry)"; fi
like "... the log says so" "$(log)" 'queue orders: another process removed or altered its link in the registry: restored'
like "... and an event" "$(kipcctl events)" 'restored +queue orders: another process removed or altered its link'
is "... and the message is still there" "$(kipcctl recv orders)" kept
kipcctl send orders kept
ln -sfn queue:0x00004b01:99:0 "$run/channels/orders"
if until_true is_whole; then pass "an altered link is rewritten"; else fail "an altered link is rewritten" "$(registry)"; fi
kill -STOP "$kipcd_pid"; rm "$run/channels/orders"; mkdir "$run/channels/orders"; kill -CONT "$kipcd_pid"
until_true grep -q 'removed or altered, and cannot be restored' "$T/kipcd.log"
is "a link that cannot be rewritten is logged" "$(grep -c 'orders: its link in the registry was removed or altered, and cannot be restored' "$T/kipcd.log" | sed 's/[1-9].*/said/')" said
for _ in 1 2 3; do # samples
	rm "$run/channels/ticks"
	until_true test -L "$run/channels/ticks"
done
is "... once" "$(grep -c 'orders: its link.*and cannot be restored' "$T/kipcd.log")" 1
like "... and the channel is not active until then" "$(kipcctl list --no-legend --columns=name,state,reason)" '^orders +failed +its name .*cannot be written'
exits 1 "... nor after a reload" kipcctl reload
exits 1 "... and send to it fails" kipcctl send orders x
like "... with the cure" "$ERR" "its entry in the registry is damaged; .*'kipcctl show' says why"
rmdir "$run/channels/orders"
if until_true is_whole; then pass "... and the link is rewritten once that is possible"; else fail "... and the link is rewritten once that is possible" "$(registry)"; fi
for file in .ns .nsid; do
	rm "$run/channels/$file"
	if until_true is_whole; then pass "$file is rewritten"; else fail "$file is rewritten" "$(registry)"; fi
done
take_away "$run"/channels/.ns* "$run"/channels/*
if until_true is_whole; then pass "all files at once are rewritten"; else fail "all files at once are rewritten" "$(registry)"; fi
is "no object was touched" "$(ipcs -q -m -s | awk '/^0x/ { print $1, $2 }')" "$(awk '/^0x/ { print $1, $2 }' <<<"$objects")"
is "all channels are active" "$(states)" "$all"

# -- parts of the folder -----------------------------------------------------------------------------------------

for part in channels lock control kipcd.conf.d; do
	take_away "${run:?}/$part"
	if until_true is_served && until_true test -e "$run/$part"; then pass "$part is recreated"; else fail "$part is recreated" "$(registry)"; fi
done
exits 1 "the lock holds: a second kipcd is refused" "$kipcd" --config="$conf"
like "... with the reason" "$ERR" 'another kipcd'

# -- the folder --------------------------------------------------------------------------------------------------

take_away "$run"
if until_true is_served; then pass "a removed runtime folder is recreated with its contents"; else fail "a removed runtime folder is recreated" "$(registry; log)"; fi
until_true grep -q "recreated, with 4 links" "$T/kipcd.log"
like "... and the log says so" "$(log)" "another process removed the runtime folder $run or part of it: recreated, with 4 links"
mv "$run" "$T/elsewhere"
if until_true is_served; then pass "a runtime folder that was moved away is recreated"; else fail "a runtime folder that was moved away is recreated" "$(registry; log)"; fi
is "all channels are active" "$(states)" "$all"
is "... with the same objects" "$(ipcs -q -m -s | awk '/^0x/ { print $1, $2 }')" "$(awk '/^0x/ { print $1, $2 }' <<<"$objects")"
exits 0 "changes still work" kipcctl create queue later key=0x4b06
same=$(registry)
all="build active later active made active orders active ticks active"

# -- while kipcd stops --------------------------------------------------------------------------------------------

# Stopped by a signal, so that it cannot notice.
kill -STOP "$kipcd_pid"
rm -r "$run"
stop_kipcd KILL
start_kipcd
is "the folder is removed and kipcd killed at once: the next kipcd recovers everything" "$(states)" "$all"
is "... the same registry, and the same sections" "$(registry)" "$same"
like "... and says so" "$(log)" "the runtime folder $run is new: 5 links and 3 sections were restored from $T/state/registry"
stop_kipcd
rm -r "$run"
start_kipcd
is "the folder is removed between a stop and a start: everything is recovered" "$(states) $(kipcctl recv orders)" "$all kept"
kipcctl remove --quiet later
all="build active made active orders active ticks active"
stop_kipcd KILL
rm -r "$run"
start_kipcd
is "a channel that was removed by hand does not come back" "$(states)" "$all"
same=$(registry)

# Killed at each call of a recovery.
if [ -z "${SANITIZER_FLAGS:-}" ] && strace -qq -o /dev/null -e inject=getpid:signal=SIGKILL:when=999 true 2>/dev/null; then
	stop_kipcd
	found= places=0
	for call in mkdir mkdirat symlinkat renameat rename unlinkat link write; do
		for ((n = 1; n < 100; n++)); do
			rm -rf "$run"
			rm -f "$T/ready"; mkfifo "$T/ready"
			strace -qq -o /dev/null -e trace="$call" -e inject="$call:signal=SIGKILL:when=$n" \
				"$kipcd" --config="$conf" --ready-fd=9 9>"$T/ready" 2>>"$T/kipcd.log" &
			tracer=$!
			survived=no
			read -r _ <"$T/ready" && survived=yes && pkill -TERM -P "$tracer" -x kipcd
			wait "$tracer"
			[ "$survived" = no ] || break
			places=$((places + 1))
			start_kipcd || { found="$call $n: it does not start"; break 2; }
			[ "$(states)" = "$all" ] && is_whole || { found="$call $n: $(states) $(diff <(registry) <(echo "$same"))"; break 2; }
			stop_kipcd
		done
	done
	if [ -z "$found" ] && [ "$places" -gt 20 ]; then pass "killed at each call of a recovery ($places places)"
	else fail "killed at each call of a recovery" "$places places: $found"; fi
	start_kipcd
else
	skip "killed at each call of a recovery" "no strace, or with sanitizers"
fi

# A copy from another boot is ignored.
stop_kipcd
rm -r "$run"
sed -i 's/^ns [0-9a-f]*-/ns 00000000-/' "$T/state/registry"*
start_kipcd
like "a copy from another boot is ignored" "$(states)" 'orders conflict'
stop_kipcd
ipcrm --all; rm -r "$run" "$T/state"

# -- where the runtime folder cannot be created ---------------------------------------------------------------------------------

if can_be 4711; then
	mkdir "$T/owned" "$T/owned/run" "$T/state" && chown 4711:4711 "$T/owned/run" "$T/state"
	chmod 644 "$conf"
	export KIPC_RUNTIME_DIR=$T/owned/run
	run=$KIPC_RUNTIME_DIR
	kipcd_under=(setpriv --reuid=4711 --regid=4711 --clear-groups)
	start_kipcd || fail "kipcd starts as another user" "$(log)"
	kipcctl create --quiet queue made key=0x4b05
	same=$(registry)
	take_away "$run"
	until_true grep -q "do not stop kipcd before that" "$T/kipcd.log"
	command=$(sed -n "s/.*: run '\(install .*\)'; do not stop kipcd.*/\1/p" "$T/kipcd.log" | tail -n 1)
	like "without systemd it keeps running and prints the command" "$command" "^install -d -m 755 -o 4711 -g 4711 $run\$"
	$command
	if until_true is_served; then pass "... which repairs it"; else fail "... which repairs it" "$(registry; log)"; fi
	is "all channels are active" "$(states)" "build active made active orders active ticks active"
	stop_kipcd
	# With systemd, kipcd exits, and the next one recovers everything.
	perl -MSocket -e 'socket(my $s, PF_UNIX, SOCK_DGRAM, 0); bind($s, pack_sockaddr_un($ARGV[0])) or die; chmod 0777, $ARGV[0]; print "bound\n"; $| = 1; sleep 1000' "$T/notify" >"$T/bound" &
	until_true test -S "$T/notify"
	NOTIFY_SOCKET=$T/notify start_kipcd
	take_away "$run"
	wait "$kipcd_pid"
	is "under systemd it exits with a failure" $? 1
	kipcd_pid=
	like "... with the reason" "$(log)" "kipcd cannot recreate it .*: kipcd exits, so that systemd starts it with a new folder; its registry is saved in $T/state"
	$command
	start_kipcd
	is "... and the next kipcd recovers everything" "$(states)" "build active made active orders active ticks active"
	is "... byte for byte" "$(registry)" "$same"
	stop_kipcd
else
	skip "where the runtime folder cannot be created" "only root can become another user"
fi
finish
