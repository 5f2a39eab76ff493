#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A runtime folder without room, and a kernel that refuses: each channel says so, no missing channel looks active, the others
# work, and all recover when there is room again.
. "$(dirname "$0")/tap.sh"

[ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null || { echo '1..0 # SKIP no mount namespace here'; exit 0; }
if [ -z "${KIPC_TEST_MOUNTS:-}" ]; then
	clean_up
	trap - EXIT
	KIPC_TEST_MOUNTS=1 exec unshare --mount --propagation private bash "$0" "$@"
fi
end_mounts() { umount -l "$KIPC_RUNTIME_DIR" 2>/dev/null; clean_up; }
trap end_mounts EXIT

cat >"$conf" <<'EOT'
[daemon]
sample_interval = 100ms
[queue orders]
key = 0x4b01
[queue bills]
key = 0x4b02
[segment prices]
key = 0x4b03
size = 4K
[semaphore build]
key = 0x4b04
values = 1
EOT
channels=$KIPC_RUNTIME_DIR/channels
states() { kipcctl list --no-legend --columns=name,state | tr -s ' \n' ' '; }
reason() { kipcctl list --no-legend --columns=name,reason | sed -n "s/^$1 *//p"; }
all_active='bills active build active orders active prices active '
are_active() { [ "$(states)" = "$all_active" ]; }
mkdir "$KIPC_RUNTIME_DIR"
room() { mount -t tmpfs -o "mode=755,$1" none "$KIPC_RUNTIME_DIR"; }
# Use up the room or the files, and free them again.
fill_up() { cat /dev/zero >"$KIPC_RUNTIME_DIR/filler" 2>/dev/null; }
use_up() { local i=0; while : 2>/dev/null >"$KIPC_RUNTIME_DIR/filler$i"; do i=$((i + 1)); done; }
make_room() { rm -f "$KIPC_RUNTIME_DIR"/filler*; }
orphans() {
	comm -23 <({ ipcs -q; ipcs -m; ipcs -s; } | awk '/^0x/ { print $1, $2 }' | sort) \
		<(find "$channels" -type l ! -name .ns -printf '%l\n' | awk -F: '{ print $2, $3 }' | sort)
}

# -- while it runs ------------------------------------------------------------------------------------------------------

for how in fill_up use_up; do
	what="$([ $how = fill_up ] && echo 'no room' || echo 'no more files')"
	room size=256k,nr_inodes=64
	start
	$how
	ipcrm -Q 0x4b01
	until_true is_in_state orders failed
	is "$what: a removed queue that cannot be recreated is not active" "$(states)" 'bills active build active orders failed prices active '
	like '... for the true reason' "$(reason orders)" 'registry (cannot be written|.*): No space left on device'
	like '... which doctor shows' "$(kipcctl doctor 2>&1)" 'failed: it was not created, because the registry cannot be written: No space left|failed: its name cannot be written'
	exits 1 '... a creation fails' kipcctl create queue more key=0x4b09
	like '... for the same reason' "$ERR" 'No space left on device'
	is '... and leaves nothing' "$(ls "$KIPC_RUNTIME_DIR/kipcd.conf.d"; kipcctl list --no-legend --columns=name | grep more; ipcs -q | grep 4b09)" ''
	is '... no object is without a link' "$(orphans)" ''
	make_room
	until_true are_active
	is '... it heals when there is room' "$(states)" "$all_active"
	is '... and no object is without a link' "$(orphans)" ''
	stop_kipcd
	umount "$KIPC_RUNTIME_DIR"
	ipcrm --all
done

# -- at a start ---------------------------------------------------------------------------------------------------------------

room size=256k,nr_inodes=64
start_kipcd
kipcctl send orders kept
stop_kipcd
ipcrm -Q 0x4b02
ipcrm -M 0x4b03
fill_up
start_kipcd && pass 'no room: kipcd starts' || fail 'no room: kipcd starts' "$(log)"
is '... only what has to be made fails' "$(states)" 'bills failed build active orders active prices failed '
like '... for the true reason' "$(reason bills)" 'registry cannot be written: No space left on device'
is '... the rest is served' "$(kipcctl recv orders --no-wait)" kept
make_room
until_true are_active
is '... and it heals' "$(states)" "$all_active"
stop_kipcd
umount "$KIPC_RUNTIME_DIR"
ipcrm --all

# -- at a start after a kill between making and linking ----------------------------------------------------------------------

if strace -qq -o /dev/null -e inject=getpid:error=EIO:when=999 true 2>/dev/null; then
	for how in fill_up use_up; do
		room size=256k,nr_inodes=64
		bash -c 'strace -qq -o /dev/null -P bills -e trace=symlinkat -e inject=symlinkat:signal=SIGKILL:error=EIO "$@"; true' - \
			"$kipcd" --config="$conf" 2>/dev/null
		is 'killed over a queue that has no link yet' "$(orphans | wc -l)" 1
		$how
		if start_kipcd; then
			kipcctl reload -q 2>/dev/null
			is '... and no room for the next start: it knows of it still' "$(kipcctl list --no-legend --columns=name,state | sed -n 's/^bills *//p')" failed
			make_room
		else
			make_room
			start_kipcd
		fi
		until_true are_active
		is '... and finishes it when there is' "$(states)" "$all_active"
		is '... and no object is without a link' "$(orphans)" ''
		stop_kipcd
		umount "$KIPC_RUNTIME_DIR"
		ipcrm --all
	done
fi

# -- a kernel that refuses ------------------------------------------------------------------------------------------------------

if strace -qq -o /dev/null -e inject=getpid:error=EIO:when=999 true 2>/dev/null; then
	room size=256k
	start_kipcd
	kipcctl send orders kept
	before=$(ipcs -q; ipcs -m; ipcs -s; ls -lA --time-style=+ "$channels")
	# attach CALLS ERROR: these calls fail from now on
	attach() {
		strace -f -o "$T/trace" -p "$kipcd_pid" -e trace="$1" -e inject="$1:error=$2" 2>/dev/null & tracer=$!
		until_true test -s "$T/trace"
	}
	detach() { kill "$tracer"; wait "$tracer"; rm -f "$T/trace"; }
	attach msgctl,shmctl,semctl EACCES
	none_active() { ! kipcctl list --no-legend --columns=state | grep -q active; }
	until_true none_active
	is 'channels that cannot be examined are failed' "$(states)" 'bills failed build failed orders failed prices failed '
	detach
	until_true are_active
	is '... and are active again when they can be' "$(states)" "$all_active"
	is '... without a change' "$(ipcs -q; ipcs -m; ipcs -s; ls -lA --time-style=+ "$channels")" "$before"
	attach msgget,msgctl ENOMEM
	ipcrm -Q 0x4b01
	until_true is_in_state orders failed
	is 'without memory a removed queue is not active' "$(states | grep -o 'orders [a-z]*')" 'orders failed'
	detach
	until_true are_active
	is '... and is recreated when there is memory' "$(states)" "$all_active"
	stop_kipcd
	umount "$KIPC_RUNTIME_DIR"
else
	skip 'a kernel that refuses' 'strace is missing or may not trace here'
fi
finish
