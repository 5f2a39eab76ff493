#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The boot and the IPC namespace of the registry. If kipcd cannot tell them, it does not start and removes nothing; a registry
# that certainly belongs to another is moved aside.
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

start
kipcctl send orders kept
stop_kipcd
before=$(registry)
has_id() { grep -q ':id=[0-9]' "$channels/.nsid"; }
like '.ns has its format' "$(readlink "$channels/.ns")" '^([0-9a-f-]{36}|[*]):[0-9]+$'
is '.nsid repeats it and adds the namespace' "$(sed 's/:[a-z].*//' "$channels/.nsid")" "$(readlink "$channels/.ns")"

# -- kipcd cannot tell -----------------------------------------------------------------------------------------

# refuses WHAT PATTERN COMMAND…: a start that fails with that sentence and touches nothing
refuses() {
	local what=$1 pattern=$2
	shift 2
	exits 1 "$what: kipcd refuses to start" timeout 60 "$@" --config="$conf"
	like '... with the reason' "$ERR" "$pattern"
	is '... and touches nothing' "$(registry; aside)" "$before"
}

if strace -qq -o /dev/null -e inject=getpid:error=EIO:when=999 true 2>/dev/null; then
	# failing CALL ERROR WHICH PATH
	failing() {
		local path=()
		[ -z "${4:-}" ] || path=(-P "$4")
		refuses "$1 ${4:-} fails with $2" 'nothing is (touched|changed)|cannot be set up' \
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
	skip 'failing system calls' 'strace is missing or may not trace here'
fi

if unshare --mount true 2>/dev/null; then
	refuses 'without /proc' 'mount /proc, and start kipcd again' unshare --mount sh -c 'umount -l /proc && exec "$0" "$@"' "$kipcd"
	is '... in one line' "$(grep -c '^kipcd: ' <<<"$ERR")" 1
	exits 1 'without /proc kipcctl refuses names' unshare --mount sh -c 'umount -l /proc && exec kipcctl send orders text'
	like '... with the reason' "$ERR" 'without /proc, it is unknown whether names belong'
else
	skip 'without /proc' 'no mount namespace here'
fi

# A start with too few descriptors either works or touches nothing.
wrong=
for ((n = 4; n < 40; n++)); do
	rm -f "$T/ready"; mkfifo "$T/ready"
	timeout 60 prlimit --nofile="$n" "$kipcd" --config="$conf" --ready-fd=3 3>"$T/ready" 2>>"$T/kipcd.log" & starting=$!
	if read -r _ <"$T/ready"; then kill "$starting"; enough=$n; fi
	wait "$starting"
	[ "$(registry; aside)" = "$before" ] || wrong+=" $n"
	[ -z "${enough:-}" ] || break
done
is 'with too few descriptors kipcd touches nothing' "$wrong" ''
like '... and with enough it starts' "${enough:-}" '^[0-9]+$'
start_kipcd
is 'afterwards all channels are active' "$(states)" "$all_active"
is '... with their messages' "$(kipcctl recv orders --no-wait)" kept
stop_kipcd
is '... and the same links' "$(registry)" "$before"

# -- a registry of an older kipcd --------------------------------------------------------------------------------------

rm "$channels/.nsid"
start_kipcd
is 'a registry without .nsid is accepted' "$(states)" "$all_active"
is '... and completed with .nsid' "$(registry)" "$before"
stop_kipcd
echo 'what is this' >"$channels/.nsid"
start_kipcd
is 'a registry with an invalid .nsid is accepted' "$(states)" "$all_active"
is '... and corrected' "$(registry)" "$before"
stop_kipcd
if has_id; then
	rm "$channels/.ns"
	start_kipcd
	is 'a missing .ns is rewritten from .nsid' "$(states) $(registry)" "$all_active $before"
	stop_kipcd
fi

if has_id; then
	ln -sfn 'what is this' "$channels/.ns"
	start_kipcd
	is 'an invalid .ns is no proof of another boot' "$(states)" "$all_active"
	is '... and corrected' "$(registry)" "$before"
	stop_kipcd
fi

# -- FIFOs and folders in place of its files ---------------------------------------------------------------------------------

kipcd_under=(timeout 60) # in case it waits for a writer of a FIFO
for name in .intents .intents.new .nsid.new .renames; do
	mkfifo "$channels/$name"
	ipcrm -Q 0x4b01
	[ "$name" != .nsid.new ] || rm "$channels/.nsid"
	start_kipcd
	is "a FIFO named $name does not block the start" "$(states)" "$all_active"
	[ -z "$kipcd_pid" ] || stop_kipcd
	is '... and is removed' "$(find "$channels" -type p)" ''
done
kipcd_under=()
mkdir "$channels/.intents"
exits 1 'a registry that cannot be read refuses the start' "$kipcd" --config="$conf"
like '... with the path' "$ERR" "the registry $channels cannot be read \(.*\), so nothing is changed"
rmdir "$channels/.intents"
mkdir "$channels/.renames"
exits 1 'a rename that cannot be completed refuses the start' "$kipcd" --config="$conf"
like '... with the path of its file' "$ERR" "$channels/.renames"
rmdir "$channels/.renames"
start_kipcd
before=$(registry)
stop_kipcd

# -- certainly another boot or namespace --------------------------------------------------------------------------------------------------

ids=$(ipcs -q; ipcs -m; ipcs -s)
ln -sfn 00000000-0000-0000-0000-000000000000:1 "$channels/.ns"
start_kipcd
is 'a registry of another boot makes its objects foreign' "$(states | sort -u | cut -d' ' -f1)" 'conflict
conflict
conflict'
is '... and leaves them untouched' "$(ipcs -q; ipcs -m; ipcs -s)" "$ids"
like '... the registry is moved aside under a name that says so' "$(aside)" '^channels.old-[0-9TZ.]*-another-boot$'
is '... unchanged' "$(readlink "$KIPC_RUNTIME_DIR/$(aside)/build")" "$(sed -n 's/^build //p' <<<"$before")"
like '... and the log says so' "$(log)" 'belongs to another boot: it was renamed to .*-another-boot and replaced by a new one'
stop_kipcd
clear_all

start_kipcd
stop_kipcd
if has_id; then
	sed -i 's/:id=[0-9]*/:id=1/' "$channels/.nsid"
	start_kipcd
	is 'a registry of another namespace with the same inode makes its objects foreign' "$(states | cut -d' ' -f1 | sort -u)" conflict
	like '... and is moved aside' "$(aside)" '^channels.old-[0-9TZ.]*-another-namespace$'
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
is 'three old registries are kept' "$(aside | wc -l)" 3
is '... the newest ones' "$(find "$KIPC_RUNTIME_DIR"/channels.old-* -name 'old*' -printf '%f\n' | sort | tr '\n' ' ')" 'old2 old3 old4 '
is 'an empty registry is not kept' "$(rm -f "$channels"/[a-z]*; ln -sfn x:1 "$channels/.ns"; : >"$conf"; start_kipcd; stop_kipcd; aside | wc -l)" 3

# -- a restarted container that keeps its runtime folder, in a namespace with the same inode ----------------

# restarted_container WHAT STATE ASIDE COMMAND…: runs such a container twice, with kipcd under COMMAND; expects STATE in the second
# run, and ASIDE registries that were moved aside. The kernel may not reuse the inode, so the files are edited to name that of the
# second run.
restarted_container() {
	local what=$1 state=$2 aside=$3 life folder=$T/container
	shift 3
	rm -rf "$folder"
	for life in first second; do
		KIPC_RUNTIME_DIR=$folder unshare --ipc bash -c '
			ready() { read -r _ <"$1/ready"; }
			life=$1 folder=$2 conf=$3 T=$4
			shift 4
			if [ "$life" = second ]; then
				place=$(readlink "$folder/channels/.ns" | cut -d: -f1):$(stat -Lc %i /proc/self/ns/ipc)
				ln -sfn "$place" "$folder/channels/.ns"
				sed -i "s/^[^:]*:[0-9]*/$place/" "$folder/channels/.nsid"
			fi
			[ "$life" = first ] || perl -e "for (0 .. $(readlink "$folder/channels/orders" | cut -d: -f3)) { msgctl(\$id, 0, 0) if defined \$id; \$id = msgget(0x4b01, 01600) }"
			rm -f "$T/ready"; mkfifo "$T/ready"
			"$@" --config="$conf" --runtime-dir="$folder" --ready-fd=9 9>"$T/ready" 2>>"$T/kipcd.log" & pid=$!
			ready "$T" && echo "$life $(kipcctl --runtime-dir="$folder" list --no-legend --columns=state,name | tr "\n" " ")"
			kill $pid; wait $pid
			ipcs -q | grep -c 0x00004b01' - "$life" "$folder" "$conf" "$T" "$@"
	done >"$T/lives"
	is "$what" "$(cat "$T/lives")" "first active orders 
1
second $state orders 
1"
	is '... the first registry is moved aside as expected' "$(cd "$folder" && find . -name 'channels.old-*-another-namespace' | wc -l) $(ls "$folder/channels" | wc -l)" "$aside $((1 - aside))"
}
printf '[queue orders]\nkey = 0x4b01\n' >"$conf"
! has_id || restarted_container 'a restarted container with the same inode is another namespace' conflict 1 "$kipcd"

# -- a kernel without numbers: a marker ----------------------------------------------------------------------------------------

if ! "$top_build/without-nsid" true 2>/dev/null; then
	skip 'the marker set' 'system calls cannot be filtered here'
	finish
fi
cat >"$conf" <<'EOT'
[daemon]
sample_interval = 100ms
[queue orders]
key = 0x4b01
[semaphore build]
key = 0x4b03
values = 1
EOT
all_active='active build
active orders'
clear_all
kipcd_under=("$top_build/without-nsid")
private_sets() { ipcs -s | awk '$1 == "0x00000000" { print $2, $4, $5 }'; }
marker() { sed -n 's/.*:marker=\([0-9]*\),.*/\1/p' "$channels/.nsid"; }
start_kipcd
like 'without namespace numbers .nsid names a marker' "$(cat "$channels/.nsid")" ':[0-9]+:marker=[0-9]+,[0-9]+,[0-9]+,[0-9a-f]{32}$'
is '... which is a private set' "$(private_sets)" "$(marker) 611 8"
unlike '... that is not shown as a foreign object' "$(kipcctl list --foreign --no-legend; kipcctl generate; kipcctl doctor 2>&1)" "foreign|semaphore:@$(marker)"
unlike '... nor offered to sweep' "$(kipcctl sweep --private --idle=0s --dry-run)" 'would be removed:|^semaphore:@[0-9]+: would'
is '... nor swept' "$(kipcctl sweep --private --idle=0s >/dev/null; private_sets)" "$(marker) 611 8"
kipcctl send orders kept
before=$(cat "$channels/.nsid")
stop_kipcd
start_kipcd
is 'the next start recognises it' "$(states)" "$all_active"
is '... and keeps it' "$(cat "$channels/.nsid")" "$before"
ipcrm -s "$(marker)"
is_marked() { [ "$(private_sets)" = "$(marker) 611 8" ] && [ "$(cat "$channels/.nsid")" != "$before" ]; }
until_true is_marked
is 'a removed marker is recreated' "$(private_sets)" "$(marker) 611 8"
like '... and the log says so' "$(log)" "marker of this IPC namespace: the new one is semaphore:@$(marker)"
before=$(cat "$channels/.nsid")
perl -e 'use IPC::SysV qw(IPC_SET); require IPC::Semaphore; my $s = bless \(my $id = $ARGV[0]), "IPC::Semaphore"; $s->set(mode => 0600) or die' "$(marker)" 2>/dev/null &&
	{ until_true is_marked; is 'an altered marker is recreated' "$(private_sets)" "$(marker) 611 8"; }
stop_kipcd
start_kipcd
is '... and the next start recognises it' "$(states)" "$all_active"
stop_kipcd

# in_doubt: the marker is removed while kipcd is stopped
in_doubt() { ipcrm -s "$(marker)"; before=$(registry; ipcs -q; ipcs -s); start_kipcd; }
in_doubt
is 'without the marker and with some objects the channels are failed' "$(states)" 'failed build
failed orders'
like '... each with the reason' "$(kipcctl list --columns=name,reason)" "^orders +kipcd changes nothing: it cannot determine whether the registry .* run 'kipcctl recover --registry=ours'"
like '... and doctor prints the command' "$(kipcctl doctor 2>&1)" 'recover --registry=ours'
printf '[queue new]\nkey = 0x4b07\n' >>"$conf"
exits 1 'a reload fails' kipcctl reload
for command in 'create queue more' 'set orders mode=0600' 'remove --force orders' 'recover build'; do
	# shellcheck disable=SC2086
	exits 1 "... $command is refused" kipcctl $command
	like '... with the reason' "$ERR" 'it cannot determine whether the registry'
done
is '... and nothing is altered' "$(registry; ipcs -q; ipcs -s)" "$before"
stop_kipcd
start_kipcd
is '... nor by the next start' "$(states | cut -d' ' -f1 | sort -u) $(registry; ipcs -q; ipcs -s)" "failed $before"
exits 2 'recover with an unknown --registry is wrong usage' kipcctl recover --registry=mine
exits 2 'recover without a name is wrong usage' kipcctl recover
exits 0 'recover --registry=ours succeeds' kipcctl recover --registry=ours
is '... and all channels are active' "$(states)" 'active build
active new
active orders'
is '... with their messages' "$(kipcctl recv orders --no-wait)" kept
is '... and a new marker' "$(private_sets)" "$(marker) 611 8"
exits 1 '... and fails the second time' kipcctl recover --registry=ours
like '... with the reason' "$ERR" 'is known to belong to this IPC namespace'
stop_kipcd
in_doubt
exits 0 'recover --registry=another succeeds' kipcctl recover --registry=another
is '... and makes the objects foreign' "$(states | cut -d' ' -f1 | sort -u)" conflict
like '... and moves the registry aside' "$(aside)" '^channels.old-[0-9TZ.]*-another-namespace$'
is '... with a new marker' "$(private_sets)" "$(marker) 611 8"
stop_kipcd

clear_all
start_kipcd
kipcctl send orders kept
stop_kipcd
cp "$conf" "$T/whole.conf"
printf '[queue other]\nkey = 0x4b02\n' >"$conf"
in_doubt
echo garbage >>"$conf"
exits 1 'recover --registry=another fails if the configuration has a mistake' kipcctl recover --registry=another
exits 1 '... and then nothing of an undeclared channel can be reset' call Reset s orders
like '... for a reason' "$ERR" 'not a ring'
like '... and kipcd still runs' "$(states)" '^failed other'
mv "$T/whole.conf" "$conf"
exits 0 '... until a reload succeeds' kipcctl reload
stop_kipcd

clear_all
start_kipcd
stop_kipcd
ipcrm --all
start_kipcd
is 'without the marker and all objects it is another namespace' "$(states | cut -d' ' -f1 | sort -u) $(private_sets)" "active $(marker) 611 8"
like '... and the registry is moved aside' "$(aside)" '-another-namespace$'
stop_kipcd
printf '[queue orders]\nkey = 0x4b01\n' >"$conf"
restarted_container 'a restarted container without namespace numbers, with the same id: the channel is failed' failed 0 "$top_build/without-nsid" "$kipcd"

# -- killed while it creates the marker ------------------------------------------------------------------------------------------------------

if strace -qq -o /dev/null -e inject=getpid:error=EIO:when=999 true 2>/dev/null; then
	kill_over_marker() {
		local call n
		for call in semget semctl openat write renameat; do
			for ((n = 1; ; n++)); do
				clear_all
				rm -f "$T/ready"; mkfifo "$T/ready"
				strace -qq -o /dev/null -e trace="$call" -e inject="$call:signal=SIGKILL:when=$n" "$top_build/without-nsid" \
					"$kipcd" --config="$conf" --ready-fd=9 9>"$T/ready" & tracer=$!
				if read -r _ <"$T/ready"; then pkill -TERM -P "$tracer"; wait "$tracer"; break; fi
				wait "$tracer"
				start_kipcd
				[ "$(states) $(private_sets)" = "active orders $(marker) 611 8" ] || wrong+="$call $n: $(states) $(private_sets); "
				stop_kipcd
				places=$((places + 1))
			done
		done
	}
	wrong= places=0
	kill_over_marker 2>/dev/null
	is 'killed while it creates the marker: the next start has one and knows its channels' "$wrong" ''
	like '... at each call' "$places" '^[1-9][0-9]'
else
	skip 'killed while it creates the marker' 'strace is missing or may not trace here'
fi
finish
