#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Of which boot and IPC namespace the registry is. What cannot be told clears nothing and starts nothing; what is another's
# for sure is kept aside.
. "$(dirname "$0")/tap.sh"

cat >"$conf" <<'EOT'
[daemon]
sample_interval = 100ms
[queue orders]
key = 0x4b01
[segment prices]
key = 0x4b02
size = 4K
[semaphore build]
key = 0x4b03
values = 1
EOT
channels=$KIPC_RUNTIME_DIR/channels
states() { kipcctl list --no-legend --columns=state,name; }
all_active='active build
active orders
active prices'
aside() { (cd "$KIPC_RUNTIME_DIR" && ls -d channels.old-* 2>/dev/null); }
registry() { (cd "$channels" && for name in [a-z]* .ns; do echo "$name $(readlink "$name")"; done; cat .nsid); }
begin_anew() { rm -rf "$KIPC_RUNTIME_DIR"; ipcrm --all; }

start_kipcd || fail 'kipcd starts' "$(cat "$T/kipcd.log")"
kipcctl send orders kept
stop_kipcd
before=$(registry)
has_id() { grep -q ':id=[0-9]' "$channels/.nsid"; }
like '.ns has its form' "$(readlink "$channels/.ns")" '^([0-9a-f-]{36}|[*]):[0-9]+$'
is '.nsid says the same and more' "$(sed 's/:[a-z].*//' "$channels/.nsid")" "$(readlink "$channels/.ns")"

# -- what cannot be told -----------------------------------------------------------------------------------------

# refuses WHAT PATTERN COMMAND…: a start that is refused with those words, and has touched nothing
refuses() {
	local what=$1 pattern=$2
	shift 2
	exits 1 "$what: kipcd does not start" timeout 60 "$@" --config="$conf"
	like '... and says why' "$ERR" "$pattern"
	is '... nothing is touched' "$(registry; aside)" "$before"
}

if strace -qq -o /dev/null -e inject=getpid:error=EIO:when=999 true 2>/dev/null; then
	# failing CALL ERROR WHICH PATH
	failing() {
		local path=()
		[ -z "${4:-}" ] || path=(-P "$4")
		refuses "$1 ${4:-} fails with $2" 'nothing is touched|cannot be set up' \
			strace -qq -o /dev/null "${path[@]}" -e trace="$1" -e inject="$1:error=$2:when=$3" "$kipcd"
	}
	boot_id=/proc/sys/kernel/random/boot_id
	failing readlinkat EIO 1
	failing openat EMFILE 1+ $boot_id
	failing openat ENOENT 1+ $boot_id
	failing fstatfs EIO 1
	failing read EIO 1+ $boot_id
	failing newfstatat EACCES 1+ /proc/self/ns/ipc
	failing openat EMFILE 1+ /proc/self/ns/ipc
	failing ioctl EIO 1+
	failing openat EMFILE 1+ .nsid
	failing read EIO 1+ "$channels/.nsid"
	failing readlinkat EIO 1+ build
	failing getdents64 EIO 1+ "$channels"
else
	skip 'calls that fail' 'strace is missing or may not trace here'
fi

if unshare --mount true 2>/dev/null; then
	refuses 'without /proc' 'mount /proc, and start again' unshare --mount sh -c 'umount -l /proc && exec "$0" "$@"' "$kipcd"
	is '... in one sentence' "$(wc -l <<<"$ERR")" 1
else
	skip 'without /proc' 'no mount namespace to be had'
fi

# A start that has too few descriptors anywhere either works or has touched nothing; until it ends, it was right.
wrong=
for ((n = 4; n < 40; n++)); do
	rm -f "$T/ready"; mkfifo "$T/ready"
	timeout 60 prlimit --nofile="$n" "$kipcd" --config="$conf" --ready-fd=3 3>"$T/ready" 2>>"$T/kipcd.log" & starting=$!
	if read -r _ <"$T/ready"; then kill "$starting"; enough=$n; fi
	wait "$starting"
	[ "$(registry; aside)" = "$before" ] || wrong+=" $n"
	[ -z "${enough:-}" ] || break
done
is 'with few descriptors nothing is touched' "$wrong" ''
like '... and with enough it starts' "${enough:-}" '^[0-9]+$'
start_kipcd
is 'after all of it everything is as it was' "$(states)" "$all_active"
is '... the message included' "$(kipcctl recv orders --no-wait)" kept
stop_kipcd
is '... under the same links' "$(registry)" "$before"

# -- a registry of an older kipcd --------------------------------------------------------------------------------------

rm "$channels/.nsid"
start_kipcd
is 'a registry without .nsid is accepted' "$(states)" "$all_active"
is '... and completed' "$(registry)" "$before"
stop_kipcd
echo 'what is this' >"$channels/.nsid"
start_kipcd
is 'so is one whose .nsid is not to be understood' "$(states)" "$all_active"
is '... and mended' "$(registry)" "$before"
stop_kipcd
if has_id; then
	rm "$channels/.ns"
	start_kipcd
	is '.ns is written again where .nsid is there' "$(states) $(registry)" "$all_active $before"
	stop_kipcd
fi

# -- another's for sure --------------------------------------------------------------------------------------------------

ids=$(ipcs -q; ipcs -m; ipcs -s)
ln -sfn 00000000-0000-0000-0000-000000000000:1 "$channels/.ns"
start_kipcd
is 'of another boot: its objects are foreign' "$(states | sort -u | cut -d' ' -f1)" 'conflict
conflict
conflict'
is '... and untouched' "$(ipcs -q; ipcs -m; ipcs -s)" "$ids"
like '... the registry is kept under a name that says so' "$(aside)" '^channels.old-[0-9TZ.]*-another-boot$'
is '... as it was' "$(readlink "$KIPC_RUNTIME_DIR/$(aside)/build")" "$(sed -n 's/^build //p' <<<"$before")"
like '... which the log reports' "$(cat "$T/kipcd.log")" 'is of another boot: it is kept as .*-another-boot, and a new one begins'
stop_kipcd
begin_anew

start_kipcd
stop_kipcd
if has_id; then
	sed -i 's/:id=[0-9]*/:id=1/' "$channels/.nsid"
	start_kipcd
	is 'of another namespace with the same inode: foreign, too' "$(states | cut -d' ' -f1 | sort -u)" conflict
	like '... and kept aside' "$(aside)" '^channels.old-[0-9TZ.]*-another-namespace$'
	stop_kipcd
else
	skip 'another namespace with the same inode' 'this kernel gives namespaces no number'
fi

for ((i = 0; i < 5; i++)); do
	ln -sfn 00000000-0000-0000-0000-000000000000:1 "$channels/.ns"
	ln -sfn queue:0x00004b01:0:0 "$channels/old$i"
	start_kipcd
	stop_kipcd
done
is 'three are kept' "$(aside | wc -l)" 3
is '... the last ones' "$(find "$KIPC_RUNTIME_DIR"/channels.old-* -name 'old*' -printf '%f\n' | sort | tr '\n' ' ')" 'old2 old3 old4 '
is 'one without a link is not worth a place' "$(rm -f "$channels"/[a-z]*; ln -sfn x:1 "$channels/.ns"; : >"$conf"; start_kipcd; stop_kipcd; aside | wc -l)" 3
finish
