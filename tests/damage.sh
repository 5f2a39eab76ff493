#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What somebody does to the runtime folder under a running kipcd: a link removed or altered, the folder removed, moved or
# replaced, with kipcd alive, killed before it noticed, or unable to make a folder. Nothing that is kipcd's is forgotten.
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
all="build active made active orders active ticks active"
same=$(registry)
objects=$(ipcs -q -m -s)
kipcctl send orders kept

# -- links -------------------------------------------------------------------------------------------------------

rm "$run/channels/orders"
if until_true is_whole; then pass "a removed link is written again"; else fail "a removed link is written again" "$(registry)"; fi
like "... the journal says so" "$(log)" 'queue orders: another process removed or altered its link in the registry: written again'
like "... and events" "$(kipcctl events)" 'restored +queue orders: another process removed or altered its link'
is "... and its message is there" "$(kipcctl recv orders)" kept
kipcctl send orders kept
ln -sfn queue:0x00004b01:99:0 "$run/channels/orders"
if until_true is_whole; then pass "so is one that was altered"; else fail "so is one that was altered" "$(registry)"; fi
rm "$run/channels/orders" && mkdir "$run/channels/orders"
until_true grep -q 'removed or altered, and cannot be written again' "$T/kipcd.log"
is "what cannot be mended is said" "$(grep -c 'orders: its link in the registry was removed or altered, and cannot be written again' "$T/kipcd.log" | sed 's/[1-9].*/said/')" said
for _ in 1 2 3; do # samples
	rm "$run/channels/ticks"
	until_true test -L "$run/channels/ticks"
done
is "... once" "$(grep -c 'orders: its link.*and cannot be written again' "$T/kipcd.log")" 1
like "... and the channel is not active meanwhile" "$(kipcctl list --no-legend --columns=name,state,reason)" '^orders +failed +its name .*cannot be written'
exits 1 "... nor after a reload" kipcctl reload
exits 1 "... nor can it be sent to" kipcctl send orders x
like "... which says what helps" "$ERR" "its entry in the registry is damaged; .*'kipcctl show' says why"
rmdir "$run/channels/orders"
if until_true is_whole; then pass "... and mended once it can be"; else fail "... and mended once it can be" "$(registry)"; fi
for file in .ns .nsid; do
	rm "$run/channels/$file"
	if until_true is_whole; then pass "$file is written again"; else fail "$file is written again" "$(registry)"; fi
done
rm "$run"/channels/.ns* "$run"/channels/*
if until_true is_whole; then pass "all of them at once"; else fail "all of them at once" "$(registry)"; fi
is "no object was touched" "$(ipcs -q -m -s | awk '/^0x/ { print $1, $2 }')" "$(awk '/^0x/ { print $1, $2 }' <<<"$objects")"
is "all are active" "$(states)" "$all"

# -- parts of the folder -----------------------------------------------------------------------------------------

for part in channels lock control kipcd.conf.d; do
	rm -r "${run:?}/$part"
	if until_true is_served && until_true test -e "$run/$part"; then pass "$part is made again"; else fail "$part is made again" "$(registry)"; fi
done
exits 1 "the lock holds: a second kipcd is refused" "$kipcd" --config="$conf"
like "... and told why" "$ERR" 'another kipcd'

# -- the folder --------------------------------------------------------------------------------------------------

rm -r "$run"
if until_true is_served; then pass "a removed folder is made again, with all that was in it"; else fail "a removed folder is made again" "$(registry; log)"; fi
like "... which the journal says" "$(log)" "another process removed the runtime folder $run, or a part of it: made again, with 4 links"
mv "$run" "$T/elsewhere"
if until_true is_served; then pass "so is one that was moved away"; else fail "so is one that was moved away" "$(registry; log)"; fi
is "all are active" "$(states)" "$all"
is "with the same objects" "$(ipcs -q -m -s | awk '/^0x/ { print $1, $2 }')" "$(awk '/^0x/ { print $1, $2 }' <<<"$objects")"
exits 0 "changes go on" kipcctl create queue later key=0x4b06
same=$(registry)
all="build active later active made active orders active ticks active"

# -- with kipcd's end --------------------------------------------------------------------------------------------

# Stopped, so that it cannot notice.
kill -STOP "$kipcd_pid"
rm -r "$run"
stop_kipcd KILL
start_kipcd
is "removed, and kipcd killed before it noticed: the next one takes all over" "$(states)" "$all"
is "... the same registry, and the same sections" "$(registry)" "$same"
like "... and says so" "$(log)" "the runtime folder $run is new: 5 links and 3 sections were restored from $T/state/registry"
stop_kipcd
rm -r "$run"
start_kipcd
is "removed between a stop and a start" "$(states) $(kipcctl recv orders)" "$all kept"
kipcctl remove --quiet later
all="build active made active orders active ticks active"
stop_kipcd KILL
rm -r "$run"
start_kipcd
is "what was removed by hand does not come back" "$(states)" "$all"
same=$(registry)

# Killed at each call of taking over.
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
	if [ -z "$found" ] && [ "$places" -gt 20 ]; then pass "killed at each call of taking over ($places places)"
	else fail "killed at each call of taking over" "$places places: $found"; fi
	start_kipcd
else
	skip "killed at each call of taking over" "no strace, or with sanitizers"
fi

# Of another boot it says nothing.
stop_kipcd
rm -r "$run"
sed -i 's/^ns [0-9a-f]*-/ns 00000000-/' "$T/state/registry"*
start_kipcd
like "a copy of another boot is void" "$(states)" 'orders conflict'
stop_kipcd
ipcrm --all; rm -r "$run" "$T/state"

# -- where no folder can be made ---------------------------------------------------------------------------------

if can_be 4711; then
	mkdir "$T/owned" "$T/owned/run" "$T/state" && chown 4711:4711 "$T/owned/run" "$T/state"
	chmod 644 "$conf"
	export KIPC_RUNTIME_DIR=$T/owned/run
	run=$KIPC_RUNTIME_DIR
	kipcd_under=(setpriv --reuid=4711 --regid=4711 --clear-groups)
	start_kipcd || fail "kipcd starts as somebody else" "$(log)"
	kipcctl create --quiet queue made key=0x4b05
	same=$(registry)
	rm -r "$run"
	until_true grep -q "do not stop kipcd before that" "$T/kipcd.log"
	command=$(sed -n "s/.*: run '\(install .*\)'; do not stop kipcd.*/\1/p" "$T/kipcd.log" | tail -n 1)
	like "without systemd it goes on, and says the command" "$command" "^install -d -m 755 -o 4711 -g 4711 $run\$"
	$command
	if until_true is_served; then pass "... which mends it"; else fail "... which mends it" "$(registry; log)"; fi
	is "all are active" "$(states)" "build active made active orders active ticks active"
	stop_kipcd
	# With systemd: it ends, and the next start has everything.
	perl -MSocket -e 'socket(my $s, PF_UNIX, SOCK_DGRAM, 0); bind($s, pack_sockaddr_un($ARGV[0])) or die; chmod 0777, $ARGV[0]; print "bound\n"; $| = 1; sleep 1000' "$T/notify" >"$T/bound" &
	until_true test -S "$T/notify"
	NOTIFY_SOCKET=$T/notify start_kipcd
	kill -STOP "$kipcd_pid"; rm -r "$run"; kill -CONT "$kipcd_pid"
	wait "$kipcd_pid"
	is "under systemd it ends as failed" $? 1
	kipcd_pid=
	like "... and says why" "$(log)" "kipcd cannot make it again .*: kipcd exits, to be started again with a new folder; its registry is saved in $T/state"
	$command
	start_kipcd
	is "... and the next one has everything" "$(states)" "build active made active orders active ticks active"
	is "... to the letter" "$(registry)" "$same"
	stop_kipcd
else
	skip "where no folder can be made" "only root can be somebody else"
fi
finish
