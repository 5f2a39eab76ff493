#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Ownership: an adopted object is kipcd's until its creator takes it back. A kipcd that runs as root could remove everything
# and must not: each way to remove is tried on a queue, a segment, a ring and a set that were taken back.
. "$(dirname "$0")/tap.sh"

can_be 4711 ||
	{ echo "1..0 # SKIP only root can become another user"; exit 0; }
perl -MIPC::SysV -e 1 2>/dev/null || { echo "1..0 # SKIP no perl IPC::SysV"; exit 0; }

# The application creates objects and takes them back: IPC_SET with its own uid, which no Perl class does for sets.
make_objects() {
	as 4711 perl -MIPC::SysV=IPC_CREAT -e '
		msgget(0x11, 0600 | IPC_CREAT) // die; shmget(0x12, 8192, 0600 | IPC_CREAT) // die;
		semget(0x13, 1, 0600 | IPC_CREAT) // die'
}
take_back() {
	as 4711 perl -MIPC::SysV=IPC_SET,IPC_STAT -e '
		sub owned { my ($data) = @_; substr $data, 4, 8, pack("LL", 4711, 4711); $data }
		$q = msgget(0x11, 0) // die; msgctl($q, IPC_STAT, $data = "") // die; msgctl($q, IPC_SET, owned($data)) // die;
		$m = shmget(0x12, 0, 0) // die; shmctl($m, IPC_STAT, $data = "") // die; shmctl($m, IPC_SET, owned($data)) // die;
		$s = semget(0x13, 0, 0) // die; semctl($s, 0, IPC_STAT, $data = "") // die; semctl($s, 0, IPC_SET, owned($data)) // die'
}
objects() { ipcs -q -m -s | awk '/^0x0000001[123]/ { print $1, $2 }' | xargs; }
adopt_all() {
	kipcctl adopt queue:0x11 jobs && kipcctl adopt segment:0x12 prices && kipcctl adopt semaphore:0x13 locks &&
		for name in jobs prices locks; do kipcctl set "$name" lifetime="$1" || return; done
}
fresh() {
	[ -z "$kipcd_pid" ] || stop_kipcd
	ipcrm --all; rm -rf "$KIPC_RUNTIME_DIR"
	# No sample runs before the commands, so that only their own checks count.
	printf '[daemon]\nsample_interval = 1h\n' >"$conf"
	make_objects && start_kipcd && adopt_all "$1" >"$T/adopted" 2>&1 || fail "a fresh start" "$(cat "$T/adopted" "$T/kipcd.log")"
	same=$(objects)
}

# -- objects that kipcd still owns are removed ----------------------------------------------------------------------------------

fresh daemon
stop_kipcd
like "empty adopted objects are removed with the daemon; the segment, which was attached, stays" "$(objects)" "^0x00000012 [0-9]+$"

# -- objects that were taken back stay -----------------------------------------------------------------------------------

fresh daemon
take_back || fail "the application takes its objects back"
like "the application owns its objects again" "$(ipcs -q -c | grep 4711; ipcs -q)" '^0x00000011 +[0-9]+ +4711 '
stop_kipcd
is "lifetime = daemon does not remove them at a stop" "$(objects)" "$same"

fresh config
take_back
rm "$KIPC_RUNTIME_DIR"/kipcd.conf.d/*.conf
exits 0 "a reload without their sections works" kipcctl reload
is "... and lifetime = config does not remove them" "$(objects)" "$same"

fresh boot
take_back
for name in jobs prices locks; do
	exits 0 "remove --force $name" kipcctl remove --force "$name"
	like "... says that it removed only the name" "$OUT" "only its name: the creator of the adopted object has taken it back, and the object stays"
done
is "... and leaves the object" "$(objects)" "$same"

fresh boot
take_back
stop_kipcd
like "without kipcd its state is shown" "$(kipcctl list --quiet --no-legend --columns=name,state)" '^jobs +conflict$'
for name in jobs prices locks; do
	exits 7 "remove --force $name without kipcd" kipcctl remove --force "$name"
done
is "... and the object stays" "$(objects)" "$same"
exits 0 "root may remove it by its id" kipcctl remove --force "queue:@$(ipcs -q | awk '/^0x00000011/ { print $2 }')"

fresh boot
take_back
kipcctl set jobs capacity=4K >/dev/null 2>&1
kipcctl set prices size=4096 >/dev/null 2>&1
kipcctl set locks values=1,1 >/dev/null 2>&1
is "set neither recreates nor alters them" "$(objects) $(ipcs -q | awk '/^0x00000011/ { print $3 }')" "$same 4711"

# A ring that another kipcd created as the application.
stop_kipcd
ipcrm --all; rm -rf "$KIPC_RUNTIME_DIR"
mkdir "$T/theirs" && chown 4711:4711 "$T/theirs"
printf '[segment ticks]\nkey = 0x12\nsize = 8192\nlayout = ring\nmode = 0666\n' >"$conf"
chmod 644 "$conf"
kipcd_under=(setpriv --reuid=4711 --regid=4711 --clear-groups)
KIPC_RUNTIME_DIR=$T/theirs start_kipcd && stop_kipcd
kipcd_under=()
printf '[daemon]\nsample_interval = 1h\n' >"$conf"
start_kipcd
exits 0 "a ring is adopted" kipcctl adopt segment:0x12 ticks
kipcctl send ticks one
same=$(objects)
as 4711 perl -MIPC::SysV=IPC_SET,IPC_STAT -e '
	$m = shmget(0x12, 0, 0) // die; shmctl($m, IPC_STAT, $data = "") // die;
	substr $data, 4, 8, pack("LL", 4711, 4711); shmctl($m, IPC_SET, $data) // die'
exits 1 "reset of a ring that was taken back fails" kipcctl reset --force ticks
is "... and remove keeps it" "$(kipcctl remove --force ticks >/dev/null; objects)" "$same"
is "... with its message" "$(kipcctl recv "segment:0x12")" one
stop_kipcd
finish
