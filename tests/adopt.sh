#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl adopt: a foreign object becomes a channel, its programs notice nothing, and no adoption is left half done.
. "$(dirname "$0")/tap.sh"

can_be 65534 ||
	{ echo "1..0 # SKIP only root can become another user"; exit 0; }
perl -MIPC::SysV -e 1 2>/dev/null || { echo "1..0 # SKIP no perl IPC::SysV"; exit 0; }

# kipcd runs as nobody, and the programs as uid 4711.
mkdir "$T/run" && chown 65534:65534 "$T/run"
kipcd_under=(setpriv --reuid=65534 --regid=65534 --clear-groups)
cat >"$conf" <<'EOF'
[daemon]
sample_interval = 100ms
[queue taken]
EOF
chmod 644 "$conf"
start
as 4711 perl -MIPC::SysV -e '
	$q = msgget(0x11, 01600 | 0620) // die; msgsnd($q, pack("l! a*", 1, "hello"), 0) or die;
	shmget(0x12, 8192, 01600 | 0600) // die; $s = semget(0x13, 2, 01600 | 0600) // die; semctl($s, 1, 16, 3) // die;
	msgget(0, 01600 | 0600) // die' || fail "the programs create their objects"
queue() { kipcctl list --foreign --columns=key,name,id,state,owner,creator,group,mode,messages --no-legend | grep 0x00000011 | tr -s ' '; }
id=$(queue | cut -d' ' -f3)

exits 5 "a user without rights to the object may not adopt it" as 4711 kipcctl adopt queue:0x11 bills
is "... and nothing changes" "$(queue)" "0x00000011 - $id foreign 4711 4711 4711 0620 1"
exits 0 "--dry-run succeeds" kipcctl adopt --dry-run queue:0x11 bills
is "... and changes nothing" "$(queue)" "0x00000011 - $id foreign 4711 4711 4711 0620 1"
exits 1 "a name that is in use is refused" kipcctl adopt queue:0x11 taken
like "... with the place that uses it" "$ERR" "the name taken is already in use, in $conf"
is "... before anything changes" "$(queue)" "0x00000011 - $id foreign 4711 4711 4711 0620 1"
exits 3 "an object that does not exist is refused" kipcctl adopt queue:0x99 bills
exits 2 "an invalid name is refused" kipcctl adopt queue:0x11 '1 2'
private=$(kipcctl list --foreign --columns=id,key --kind=queue --no-legend | awk '$2 == "0x00000000" { print $1 }')
exits 2 "an object without a key is refused" kipcctl adopt "queue:@$private" bills
like "... with that reason" "$ERR" "it has no key"

exits 0 "root adopts a queue" kipcctl adopt queue:0x11 bills
like "... the output names the channel, the id and the creator" "$OUT" "^queue:0x11: adopted as bills, active: @$id, created by uid 4711$"
like "... and what to declare" "$OUT" "^    key = 0x00000011$"
perl -e 'defined shmget(0x51, 78334567, 01600 | 0640) or die; $s = semget(0x52, 2, 01600 | 0600); semctl($s, 1, 16, 5) or die'
exits 0 "a segment is adopted" kipcctl adopt segment:0x51 kept
sed -n 's/^    //p' <<<"$OUT" >"$T/kept.conf"
exits 0 "... and a semaphore set" kipcctl adopt semaphore:0x52 kept-set
sed -n 's/^    //p' <<<"$OUT" >>"$T/kept.conf"
exits 0 "the printed sections are a valid configuration after a reboot" env KIPC_RUNTIME_DIR="$T/reboot" kipcctl check "$T/kept.conf"
like "... with the size of the segment" "$(cat "$T/kept.conf")" "^size = 78334567$"
like "... the mode" "$(cat "$T/kept.conf")" "^mode = 0640$"
like "... and the values of the set" "$(cat "$T/kept.conf")" "^values = 0,5$"
kipcctl remove --force kept >/dev/null; kipcctl remove --force kept-set >/dev/null
is "the adopted queue is unchanged but for its owner" "$(queue)" "0x00000011 bills $id active nobody 4711 4711 0620 1"
is "its creator keeps its rights" "$(as 4711 perl -e 'print msgsnd($ARGV[0], pack("l! a*", 1, "more"), 0) ? "sent" : $!' "$id")" sent
is "... and its messages can be received by name" "$(kipcctl recv bills -n 2 | xargs)" "hello more"
is "the registry names its creator" "$(readlink "$T/run/channels/bills")" "queue:0x00000011:$id:4711:adopted"
exits 1 "a second adoption is refused" kipcctl adopt queue:0x11 again
like "... with the name it has" "$ERR" "kipcd already owns it, as bills"

exits 0 "a segment is adopted" kipcctl adopt segment:0x12 prices
exits 0 "a semaphore set is adopted" kipcctl adopt semaphore:0x13 locks
like "... and keeps its values" "$(kipcctl show locks)" '^ +values: 0,3$'

# kipcd keeps it as declared. The rights of an owner suffice for that.
kipcctl set bills mode=0660 capacity=4K >/dev/null
exits 2 "set with an id is refused" kipcctl set "queue:@$(id_of bills)" mode=0660
like "... with the name to use instead" "$ERR" "the name of this channel is bills; use 'kipcctl set bills'"
stranger=$(ipcmk -Q | grep -o '[0-9]*$')
for verb in "set queue:@$stranger mode=0600" "recover queue:@$stranger"; do
	exits 2 "$verb: a foreign object is refused" kipcctl $verb
	like "... with the command that adopts it" "$ERR" "hand it to kipcd first with 'kipcctl adopt queue:@$stranger NAME'"
done
exits 0 "... that command works" kipcctl adopt "queue:@$stranger" stranger
exits 0 "... and set works then" kipcctl set stranger mode=0600
kipcctl remove stranger >/dev/null
ipcrm -q "$stranger" 2>/dev/null
private=$(perl -e 'print msgget(0, 0600)')
exits 2 "set of a foreign object without a key is refused" kipcctl set "queue:@$private" mode=0600
like "... with that reason" "$ERR" "without a key"
ipcrm -q "$private"
is "an adopted queue can be altered" "$(kipcctl list --columns=name,mode,capacity --no-legend | awk '$1 == "bills" { print $2, $3 }')" "0660 4K"
as 4711 perl -MIPC::SysV -e '$q = msgget(0x11, 0); msgctl($q, 2, $d = "") // die;
	use IPC::Msg; IPC::Msg->new(0x11, 0)->set(mode => 0600) or die' 2>/dev/null
is_healed() { [ "$(kipcctl list --columns=name,mode --no-legend | awk '$1 == "bills" { print $2 }')" = 0660 ]; }
until_true is_healed && pass "... and a change from outside is undone" || fail "... and a change from outside is undone" "$(queue)"
exits 1 "an owner that would end kipcd's rights is refused" kipcctl set bills owner=4712
like "... with that reason" "$ERR" "it was adopted, and kipcd would lose its rights to it for good by giving it to uid 4712"
is "... and the runtime layer is unchanged" "$(grep -c owner "$T/run/kipcd.conf.d/bills.conf")" 0

stop_kipcd
start_kipcd || fail "kipcd starts again" "$(log)"
is "a restart keeps all channels" "$(kipcctl list --columns=name,state --no-legend | tr -s ' ')" "bills active
locks active
prices active
taken active"

# A channel that kipcd has forgotten can be adopted again.
stop_kipcd
rm "$T/run/channels/taken"
start_kipcd || fail "kipcd starts without a link" "$(log)"
like "a lost name becomes a conflict" "$(kipcctl list --columns=name,state --no-legend)" '^taken +conflict$'
exits 0 "adopting it succeeds" kipcctl adopt "queue:$(kipcctl list --columns=name,key --no-legend | awk '$1 == "taken" { print $2 }')" taken
like "... and makes it active again" "$(kipcctl list --columns=name,state --no-legend)" '^taken +active$'

# An observed channel can be adopted under its own name.
as 4711 perl -e 'msgget(0x21, 01600 | 0600) // die'
printf '[queue seen]\nkey = 0x21\nmanage = observe\n' >>"$conf"
kipcctl reload >/dev/null
like "an observed channel is active" "$(kipcctl list --columns=name,state,manage --no-legend)" '^seen +active +observe$'
exits 0 "it can be adopted under its name" kipcctl adopt seen seen
like "... and is owned then" "$(kipcctl list --columns=name,state,manage --no-legend)" '^seen +active +own$'

# An owner that is not the creator would lose its rights.
as 4711 perl -e 'msgget(0x31, 01600 | 0600) // die'
perl -e 'use IPC::Msg; IPC::Msg->new(0x31, 0)->set(uid => 4712) or die'
exits 1 "an object whose owner is not its creator is refused" kipcctl adopt queue:0x31 other
like "... since the owner would lose its rights" "$ERR" "uid 4712 owns it but did not create it"
exits 0 "... but not with --force" kipcctl adopt --force queue:0x31 other
exits 0 "an adopted queue can be removed" kipcctl remove other
is "... and is gone" "$(kipcctl list --foreign --columns=key | grep -c 0x00000031)" 0

# After its removal from outside, kipcd creates the new one itself.
ipcrm -Q 0x11
is_anew() { readlink "$T/run/channels/bills" | grep -q ':65534$'; }
until_true is_anew && pass "a recreated queue belongs to kipcd" || fail "a recreated queue belongs to kipcd" "$(readlink "$T/run/channels/bills")"
finish
