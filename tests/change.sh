#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A change that reports failure has changed nothing, and one that reports success is complete. Each system call that kipcd makes
# for create, set, remove, adopt, recover, reset or reload fails once, in turn. Without KIPC_TEST_LONG=1 only calls that
# change something fail, and of each only the first few.
export KIPC_TEST_LIMIT=${KIPC_TEST_LIMIT:-900}
. "$(dirname "$0")/tap.sh"

[ -z "${SANITIZER_FLAGS:-}" ] || { echo "1..0 # SKIP with sanitizers; the plain build does it"; exit 0; }
strace -qq -o /dev/null -e inject=getpid:error=EIO:when=999 true 2>/dev/null ||
	{ echo "1..0 # SKIP strace is missing or may not trace here"; exit 0; }
can_be 4711 ||
	{ echo "1..0 # SKIP only root can become another user"; exit 0; }

printf '%s\n' '[daemon]' 'sample_interval = 1h' '[queue orders]' 'key = 0x4b01' '[semaphore build]' 'key = 0x4b03' 'values = 1' \
	'[segment ticks]' 'key = 0x4b04' 'size = 16K' 'layout = ring' >"$conf"
cp "$conf" "$T/conf"
start_kipcd || { echo "Bail out! kipcd does not start: $(log)"; exit 1; }

# Everything that a user can see: objects with owner and mode, names, sections, states and messages. `without_ids` makes
# recreated objects compare equal.
objects() { ipcs -q -m -s | awk '/^0x/ { print $1, $2, $3, $4 }'; ipcs -q -m -s -c | awk '$1 ~ /^[0-9]+$/ { print $1, $3, $5 }'; }
without_ids() { sed -E 's/^(0x[0-9a-f]+) [0-9]+/\1/; /^[0-9]+ /d; s/(queue|segment|semaphore):(0x[0-9a-f]+):[0-9]+/\1:\2/'; }
world() {
	local link
	objects | sort
	for link in "$KIPC_RUNTIME_DIR"/channels/*; do echo "${link##*/} $(readlink "$link" | sed 's/maker=[0-9]*/maker/')"; done
	(cd "$KIPC_RUNTIME_DIR/kipcd.conf.d" && find . -type f ! -name '*.old' ! -name '*.new' -exec grep -H . {} + | sort)
	kipcctl list --no-legend --columns=name,state,mode,messages | tr -s ' '
}

# injected CALL N ERROR COMMAND…: kipcd's Nth CALL fails during COMMAND; leaves its status in $status; false if kipcd made fewer calls
injected() {
	local call=$1 n=$2 error=$3 tracer line
	shift 3
	rm -f "$T/attached" "$T/trace"
	mkfifo "$T/attached"
	strace -o "$T/trace" -e trace="$call" -e inject="$call:error=$error:when=$n" -p "$kipcd_pid" 2>"$T/attached" &
	tracer=$!
	exec 8<"$T/attached"
	read -r line <&8 || diagnose "strace: $line"
	"$@" >"$T/out" 2>&1
	status=$?
	kill -INT "$tracer"
	wait "$tracer" 2>/dev/null
	exec 8<&-
	grep -q INJECTED "$T/trace"
}

error_of() {
	case $1 in
	*get | brk*) echo ENOMEM ;;
	*ctl | semop | shmat) echo EPERM ;;
	*) echo ENOSPC ;;
	esac
}
calls="openat link rename symlinkat msgget semget shmget msgctl semctl shmctl"
at_most=6
if [ -n "${KIPC_TEST_LONG:-}" ]; then
	calls="$calls unlink unlinkat renameat readlink semop shmat write fstat newfstatat"
	at_most=200
fi

# every_failure WHAT AGAIN FILTER COMMAND…: after a failure the world is as it was; after a success, AGAIN makes it so.
every_failure() {
	local what=$1 again=$2 filter=$3 call n found= places=0 refused=0 before after
	shift 3
	before=$(world | $filter)
	for call in $calls; do
		for ((n = 1; n <= at_most; n++)); do
			injected "$call" "$n" "$(error_of "$call")" "$@" || { $again; break; }
			places=$((places + 1))
			if [ "$status" = 0 ]; then $again; else refused=$((refused + 1)); fi
			after=$(world | $filter)
			[ "$after" = "$before" ] || { found="$call $n, status $status: $(cat "$T/out")"; break 2; }
		done
		after=$(world | $filter)
		[ "$after" = "$before" ] || { found="after $call"; break; }
	done
	if [ -n "$found" ]; then fail "$what" "$found
$(diff <(echo "$before") <(echo "$after"))
$(tail -n 5 "$T/kipcd.log")"
	elif [ "$places" -gt 10 ] && [ "$refused" -gt 0 ]; then pass "$what ($places calls, $refused times refused)"
	else fail "$what" "only $places calls, $refused refused: were they traced?"; fi
}

removed_again() { kipcctl remove --quiet --force mine; }
every_failure "create: a queue" removed_again cat kipcctl create queue mine key=0x5b01
every_failure "create: a semaphore set" removed_again cat kipcctl create semaphore mine key=0x5b03 values=1,2
every_failure "create: a ring" removed_again cat kipcctl create segment mine key=0x5b04 size=16K layout=ring

kipcctl create --quiet queue mine key=0x5b01 mode=0640
set_back() { kipcctl unset --quiet mine mode; }
every_failure "set: a channel is altered in place" set_back cat kipcctl set mine mode=0666
kipcctl send mine kept
created_again() { kipcctl create --quiet queue mine key=0x5b01 mode=0640 && kipcctl send mine kept; }
every_failure "remove: a created channel" created_again without_ids kipcctl remove --force mine
kipcctl remove --quiet --force mine
kipcctl create --quiet segment mine key=0x5b02 size=4K
# (A segment that kipcd itself keeps attached, since it could not see whether it has to, is none that never was attached.)
size_back() { kipcctl unset --quiet mine size || { kipcctl remove --quiet --force mine; kipcctl create --quiet segment mine key=0x5b02 size=4K; }; } 2>/dev/null
every_failure "set: a channel is recreated" size_back without_ids kipcctl set mine size=8K
kipcctl remove --quiet --force mine

reloaded() { kipcctl reload --quiet >/dev/null; }
every_failure "remove: a declared channel" reloaded without_ids kipcctl remove orders

disowned() {
	kipcctl remove --quiet --force other 2>/dev/null
	as 4711 perl -e 'defined msgget(0x61, 01600 | 0640) or die'
}
disowned
every_failure "adopt" disowned without_ids kipcctl adopt queue:0x61 other

lost_again() { ipcrm -S 0x4b03; kipcctl reload >/dev/null; }
lost_again
every_failure "recover" lost_again without_ids kipcctl recover build
kipcctl recover --quiet build

filled() { kipcctl send ticks kept; }
filled
every_failure "reset" filled cat kipcctl reset --force ticks
is "... and its message is kept" "$(kipcctl recv ticks)" kept

# -- a reload goes as far as it can: what failed says so, and the next one is whole

printf '%s\n' '[queue bills]' 'key = 0x4b02' >>"$conf"
cp "$conf" "$T/more"
reloaded
whole=$(world | without_ids)
as_before() { cp "$T/conf" "$conf"; kipcctl remove --quiet bills 2>/dev/null; reloaded; cp "$T/more" "$conf"; }
as_before
found=
for call in $calls; do
	for ((n = 1; n <= at_most; n++)); do
		injected "$call" "$n" EPERM kipcctl reload || break
		reloaded
		[ "$(world | without_ids)" = "$whole" ] || { found="$call $n: $(diff <(world | without_ids) <(echo "$whole"))"; break 2; }
		as_before
	done
	as_before
done
is "reload: after a failure the next reload completes" "$found" ""

# -- no memory while a command runs

reloaded
for command in "create queue tiny key=0x5b01" "set orders mode=0600" "remove orders"; do
	# shellcheck disable=SC2086
	injected brk,mmap 1+ ENOMEM kipcctl $command
	reloaded
done
kipcctl remove --quiet tiny 2>/dev/null
is "kipcd still runs" "$(kipcctl list --quiet --no-legend --columns=name | xargs)" "bills build orders ticks"
stop_kipcd
is "kipcd exits with 0" "$kipcd_status" 0
finish
