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

start
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
	skip 'calls that fail' 'strace is missing or may not trace here'
fi

if unshare --mount true 2>/dev/null; then
	refuses 'without /proc' 'mount /proc, and start kipcd again' unshare --mount sh -c 'umount -l /proc && exec "$0" "$@"' "$kipcd"
	is '... in one sentence' "$(grep -c '^kipcd: ' <<<"$ERR")" 1
	exits 1 'a name without /proc: kipcctl cannot tell' unshare --mount sh -c 'umount -l /proc && exec kipcctl send orders text'
	like '... and says why' "$ERR" 'without /proc, names cannot be checked'
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

if has_id; then
	ln -sfn 'what is this' "$channels/.ns"
	start_kipcd
	is 'a .ns that is not in its format is no proof of another boot' "$(states)" "$all_active"
	is '... and mended' "$(registry)" "$before"
	stop_kipcd
fi

# -- what lies in the place of its files ---------------------------------------------------------------------------------

kipcd_under=(timeout 60) # to be ended, should it wait for somebody to write into a FIFO
for name in .intents .intents.new .nsid.new .renames; do
	mkfifo "$channels/$name"
	ipcrm -Q 0x4b01
	[ "$name" != .nsid.new ] || rm "$channels/.nsid"
	start_kipcd
	is "a FIFO named $name keeps nobody waiting" "$(states)" "$all_active"
	[ -z "$kipcd_pid" ] || stop_kipcd
	is '... and is gone' "$(find "$channels" -type p)" ''
done
kipcd_under=()
mkdir "$channels/.intents"
exits 1 'a registry that cannot be read refuses the start' "$kipcd" --config="$conf"
like '... and says which it is' "$ERR" "the registry $channels cannot be read \(.*\), so nothing is changed"
rmdir "$channels/.intents"
mkdir "$channels/.renames"
exits 1 'so does a rename that cannot be finished' "$kipcd" --config="$conf"
like '... which says where it stands' "$ERR" "$channels/.renames"
rmdir "$channels/.renames"
start_kipcd
before=$(registry)
stop_kipcd

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
like '... which the log reports' "$(log)" 'belongs to another boot: it was renamed to .*-another-boot, and a new one begins'
stop_kipcd
clear_all

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

# -- a container that is restarted with its runtime folder kept, in a namespace with the inode of the old one ----------------

# restarted_container WHAT STATE ASIDE COMMAND…: two lives of such a container, with kipcd under COMMAND: the state in the second,
# and how many registries were moved aside. Whether the kernel gives an inode out again is up to what else runs on the machine, so
# the folder is made to speak of that of the second one.
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
	is '... the first registry is kept' "$(cd "$folder" && find . -name 'channels.old-*-another-namespace' | wc -l) $(ls "$folder/channels" | wc -l)" "$aside $((1 - aside))"
}
printf '[queue orders]\nkey = 0x4b01\n' >"$conf"
! has_id || restarted_container 'a restarted container: the same inode is not taken for the same namespace' conflict 1 "$kipcd"

# -- a kernel without numbers: a marker ----------------------------------------------------------------------------------------

if ! "$top_build/without-nsid" true 2>/dev/null; then
	skip 'the marker' 'no filter of system calls to be had'
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
like '.nsid names a marker' "$(cat "$channels/.nsid")" ':[0-9]+:marker=[0-9]+,[0-9]+,[0-9]+,[0-9a-f]{32}$'
is '... which is a private set' "$(private_sets)" "$(marker) 611 8"
unlike '... no foreign object' "$(kipcctl list --foreign --no-legend; kipcctl generate; kipcctl doctor 2>&1)" "foreign|semaphore:@$(marker)"
unlike '... and not to be swept' "$(kipcctl sweep --private --idle=0s --dry-run)" 'would be removed:|^semaphore:@[0-9]+: would'
is '... nor swept' "$(kipcctl sweep --private --idle=0s >/dev/null; private_sets)" "$(marker) 611 8"
kipcctl send orders kept
before=$(cat "$channels/.nsid")
stop_kipcd
start_kipcd
is 'it is known again' "$(states)" "$all_active"
is '... and the same' "$(cat "$channels/.nsid")" "$before"
ipcrm -s "$(marker)"
is_marked() { [ "$(private_sets)" = "$(marker) 611 8" ] && [ "$(cat "$channels/.nsid")" != "$before" ]; }
until_true is_marked
is 'somebody removed it: it is made again' "$(private_sets)" "$(marker) 611 8"
like '... which the log reports' "$(log)" "marker of this IPC namespace: the new one is semaphore:@$(marker)"
before=$(cat "$channels/.nsid")
perl -e 'use IPC::SysV qw(IPC_SET); require IPC::Semaphore; my $s = bless \(my $id = $ARGV[0]), "IPC::Semaphore"; $s->set(mode => 0600) or die' "$(marker)" 2>/dev/null &&
	{ until_true is_marked; is '... and so it is where somebody altered it' "$(private_sets)" "$(marker) 611 8"; }
stop_kipcd
start_kipcd
is '... and the next start knows it' "$(states)" "$all_active"
stop_kipcd

# in_doubt: the marker was removed while kipcd was away
in_doubt() { ipcrm -s "$(marker)"; before=$(registry; ipcs -q; ipcs -s); start_kipcd; }
in_doubt
is 'the marker is gone and some objects are here: nobody can tell' "$(states)" 'failed build
failed orders'
like '... each says so' "$(kipcctl list --columns=name,reason)" "^orders +kipcd changes nothing: it cannot find out whether the registry .* run 'kipcctl recover --registry=ours'"
like '... and doctor' "$(kipcctl doctor 2>&1)" 'recover --registry=ours'
printf '[queue new]\nkey = 0x4b07\n' >>"$conf"
exits 1 '... a reload fails' kipcctl reload
for command in 'create queue more' 'set orders mode=0600' 'remove --force orders' 'recover build'; do
	# shellcheck disable=SC2086
	exits 1 "... $command is refused" kipcctl $command
	like '... with the reason' "$ERR" 'it cannot find out whether the registry'
done
is '... and nothing is altered' "$(registry; ipcs -q; ipcs -s)" "$before"
stop_kipcd
start_kipcd
is '... nor by the next start' "$(states | cut -d' ' -f1 | sort -u) $(registry; ipcs -q; ipcs -s)" "failed $before"
exits 2 'recover --registry= of neither' kipcctl recover --registry=mine
exits 2 'recover of nothing' kipcctl recover
exits 0 'recover --registry=ours' kipcctl recover --registry=ours
is '... goes on' "$(states)" 'active build
active new
active orders'
is '... with what is there' "$(kipcctl recv orders --no-wait)" kept
is '... under a new marker' "$(private_sets)" "$(marker) 611 8"
exits 1 '... once' kipcctl recover --registry=ours
like '... which is said' "$ERR" 'belongs to this IPC namespace, without doubt'
stop_kipcd
in_doubt
exits 0 'recover --registry=another' kipcctl recover --registry=another
is '... takes what is here for foreign' "$(states | cut -d' ' -f1 | sort -u)" conflict
like '... and keeps the registry' "$(aside)" '^channels.old-[0-9TZ.]*-another-namespace$'
is '... under a new marker, too' "$(private_sets)" "$(marker) 611 8"
stop_kipcd

clear_all
start_kipcd
stop_kipcd
ipcrm --all
start_kipcd
is 'the marker is gone, and all objects: another namespace' "$(states | cut -d' ' -f1 | sort -u) $(private_sets)" "active $(marker) 611 8"
like '... the registry is kept aside' "$(aside)" '-another-namespace$'
stop_kipcd
printf '[queue orders]\nkey = 0x4b01\n' >"$conf"
restarted_container 'a restarted container, without the number: its queue has the same id, so nobody can tell' failed 0 "$top_build/without-nsid" "$kipcd"

# -- killed over the marker ------------------------------------------------------------------------------------------------------

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
	is 'killed over the marker: the next start has one, and knows its channels' "$wrong" ''
	like '... at each call' "$places" '^[1-9][0-9]'
else
	skip 'killed over the marker' 'strace is missing or may not trace here'
fi
finish
