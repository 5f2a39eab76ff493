#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl list and limits: with kipcd, without it, with a registry that is not ours, in text and in JSON.
. "$(dirname "$0")/tap.sh"

names() { kipcctl list -q --no-legend --columns=name "$@" | tr '\n' ' '; }

exits 0 "an empty list exits with 0" kipcctl list
is "... and prints nothing" "$OUT" ""
like "... with a note that kipcd is not reachable" "$ERR" "kipcd is not reachable at $KIPC_RUNTIME_DIR/control: .*; showing only what the kernel knows"
exits 0 "an empty list with --json exits with 0" kipcctl list --quiet --json
is "... and prints []" "$OUT" "[]"
is "--quiet omits the note" "$ERR" ""

mkfifo "$T/open"
exec 6<>"$T/open"
foreign=$(ipcmk -Q | grep -o '[0-9]*$')
exits 0 "a list without channels exits with 0" kipcctl list
like "... with a note about foreign objects" "$ERR" "^no channels; 'kipcctl list --foreign' shows 1 queue, 0 segments and 0 semaphore sets without a name$"
exits 0 "--foreign exits with 0" kipcctl list --foreign
unlike "... without that note" "$ERR" "no channels"
is "--help VERB is VERB --help" "$(kipcctl --help send)" "$(kipcctl send --help)"
exits 2 "--help of an unknown verb is wrong usage" kipcctl --help sned
exits 2 "kipcctl without a verb is wrong usage" kipcctl
is "... and prints the most common verbs" "$(sed -nE 's/^  ([a-z]+) .*/\1/p' <<<"$OUT" | xargs)" \
	"send recv peek list show top doctor create remove reload"
cat >"$conf" <<'EOF'
[daemon]
sample_interval = 100ms
[queue orders]
key = 0x4b01
capacity = 8K
description = Orders — waiting to be billed
[segment prices]
key = 1234
size = 64K
[semaphore build]
values = 1,0,5
[queue absentee]
key = 0x4b09
manage = observe
EOF
start
kipcctl send orders hello world

exits 0 "list exits with 0" kipcctl list
is "... with nothing on standard error" "$ERR" ""
like "list prints headings" "$OUT" "^NAME +KIND +KEY +ID STATE +OWNER +MODE USE$"
like "... a queue" "$OUT" "^orders +queue +0x00004b01 +[0-9]+ active +[^ ]+ +0660 2 messages, 0%$"
like "... a segment" "$OUT" "^prices +segment +0x000004d2 +[0-9]+ active +[^ ]+ +0660 64K, 0 attached$"
like "... a semaphore set" "$OUT" "^build +semaphore +0x[0-9a-f]{8} +[0-9]+ active +[^ ]+ +0660 1,0,5$"
like "... an observed queue that does not exist" "$OUT" "^absentee +queue +0x00004b09 +- absent +- +- +-$"
unlike "... and no foreign object" "$OUT" "foreign"
is "list sorts by name" "$(names)" "absentee build orders prices "
like "--foreign adds them" "$(kipcctl list --foreign)" "^- +queue +0x[0-9a-f]{8} +$foreign foreign "
is "--kind selects kinds" "$(names --kind=queue,semaphore)" "absentee build orders "
is "--state selects states" "$(names --state=absent)" "absentee "
is "--state=foreign needs no --foreign" "$(kipcctl list --no-legend --state=foreign --columns=id)" "$foreign"
is "--sort by a number has empty cells last" "$(names --sort=size)" "prices absentee build orders "
is "--sort=-COLUMN sorts downwards" "$(names --sort=-name)" "prices orders build absentee "
is "--columns selects columns" "$(kipcctl list --no-legend --kind=queue --state=active --columns=messages,bytes,capacity)" "2 10 8K"
is "owner and creator by number too, as lsipc has them" \
	"$(kipcctl list --no-legend --kind=segment --columns=uid,gid,creator_uid,creator_gid)" \
	"$(lsipc -m --noheadings -o UID,GID,CUID,CGID | xargs)"
is "--bytes prints plain numbers" "$(kipcctl list --no-legend --kind=segment --columns=size --bytes)" "65536"
like "a description is shown as it is" "$(LC_ALL=C.UTF-8 kipcctl list --columns=description)" "^Orders — waiting to be billed$"
like "... and escaped where the locale lacks a character" "$(timeout 10 kipcctl list --columns=description)" \
	'^Orders \\xe2\\x80\\x94 waiting to be billed$'
like "--columns=help prints the columns" "$(kipcctl list --columns=help)" "^messages +messages in a queue or ring$"

exits 2 "an unknown column is wrong usage" kipcctl list --columns=nmae
like "... with the nearest one" "$ERR" "unknown column 'nmae'; did you mean 'name'\?"
exits 2 "an unknown column in --sort is wrong usage" kipcctl list --sort=nmae
exits 2 "an unknown kind is wrong usage" kipcctl list --kind=queu
like "... with the nearest one" "$ERR" "did you mean 'queue'\?"
exits 2 "an unknown state is wrong usage" kipcctl list --state=dead
exits 1 "a full disk is a failure" bash -c 'exec kipcctl list >/dev/full'

kipcctl list --json >"$T/list.json"
is "JSON: one object a channel" "$(json 'scalar @$d' <"$T/list.json")" 4
is "JSON: numbers are numbers" "$(json '$d->[2]{messages} + $d->[2]{capacity}' <"$T/list.json")" 8194
is "JSON: a key is hexadecimal text" "$(json '$d->[2]{key}' <"$T/list.json")" "0x00004b01"
like "JSON: times are ISO 8601" "$(json '$d->[2]{last_sent}' <"$T/list.json")" "^20[0-9-]{8}T[0-9:]{8}Z$"
is "JSON: values are an array" "$(json 'join " ", @{$d->[1]{values}}' <"$T/list.json")" "1 0 5"
is "JSON: what does not apply is null" "$(json 'exists $d->[1]{messages} && !defined $d->[1]{messages}' <"$T/list.json")" 1
looks='^(namespace|types|smallest|largest|looked_at|head_.*|attached_by)$'
is "JSON: every column that is no sum of others and needs no look beyond the object" \
	"$(json 'join "\n", sort keys %{$d->[0]}' <"$T/list.json")" \
	"$(kipcctl list --columns=help --no-legend | cut -d' ' -f1 | grep -Ev -e '^use$' -e '_command$' -e "$looks" | LC_ALL=C sort)"
is "JSON: --columns selects columns" "$(kipcctl list --json --columns=name,id --state=absent | tr -d ' \n')" \
	'[{"name":"absentee","id":null}]'

kipcctl show --json absentee build orders prices >"$T/show.json"
is "JSON: list and show agree" \
	"$(cat "$T/list.json" "$T/show.json" | perl -MJSON::PP -e 'local $/;
		my ($list, $show) = JSON::PP->new->utf8->incr_parse(<STDIN>); my $encoder = JSON::PP->new->canonical->utf8;
		for my $i (0 .. 3) { for (sort keys %{$list->[$i]}) {
			my ($l, $s) = map { $encoder->encode([$_]) } $list->[$i]{$_}, $show->[$i]{$_};
			print "$i $_: $l $s\n" if $l ne $s || !exists $show->[$i]{$_} } }')" ""

# The columns that look into queues and for attached processes take nothing and change no time of use.
kipcctl send --type=7 orders "three words long" && kipcctl send --type=5 orders x
before=$(kipcctl show --json orders prices | grep -E '"(last_|attached|messages|bytes)')
inside=$(kipcctl list --json --kind=queue --state=active --columns=types,smallest,largest,looked_at,head_type,head_size)
if grep -q '"types": null' <<<"$inside"; then
	skip "columns describe the messages in a queue" "this kernel copies no messages (CONFIG_CHECKPOINT_RESTORE)"
else
	is "columns describe the messages in a queue" "$(tr -d ' \n' <<<"$inside")" \
		'[{"types":3,"smallest":1,"largest":16,"looked_at":4,"head_type":1,"head_size":5}]'
	is "... in a table" "$(kipcctl list --no-legend --kind=queue --state=active --columns=name,types,smallest,largest,head_type,head_size)" \
		"orders 3 1 16 1 5"
	is "... in --sort" "$(kipcctl list --no-legend --kind=queue --columns=name --sort=-types | xargs)" "orders absentee"
	is "... of a foreign queue" "$(kipcctl send "queue:@$foreign" foreign; kipcctl list --no-legend --state=foreign --columns=types,head_size)" "1 7"
	is "... and are empty for an empty queue" "$(kipcctl recv -q "queue:@$foreign"; kipcctl list --no-legend --state=foreign --columns=types,head_size,head_since)" "foreign
- - -"
	like "show prints them" "$(kipcctl show orders)" "^ +types: 3$"
	unlike "... without the number of messages looked at, if that is all" "$(kipcctl show orders)" "looked at:"
	# Only the start of a long queue is looked at, and show says so.
	perl -e 'print "x\n" x 3000' | kipcctl send -q orders
	is "only the first 1000 messages of a long queue are looked at" "$(kipcctl list --no-legend --kind=queue --state=active --columns=messages,looked_at,types)" "3004 1000 3"
	like "... and show says so" "$(kipcctl show orders)" "^ +looked at: the first 1000 of 3004 messages, for types, smallest and largest$"
	is "... and all messages are still there" "$(kipcctl recv --all orders | md5sum)" "$( (printf 'hello\nworld\nthree words long\nx\n'; perl -e 'print "x\n" x 3000') | md5sum)"
	kipcctl send orders hello world
	kipcctl send --type=7 orders "three words long" && kipcctl send --type=5 orders x
fi
stays_same() { [ "$(kipcctl show --json orders prices | grep -E '"(attached|messages|bytes)')" = "$(grep -E '"(attached|messages|bytes)' <<<"$before")" ]; }
is "list changes nothing in the channels" "$(stays_same; echo $?)" 0

# head_since is known as far back as kipcd's samples go.
since() { kipcctl list --json --kind=queue --state=active --columns=head_since | json '$d->[0]{head_since} // "unknown"'; }
knows_since() { [ "$(since)" != unknown ]; }
until_true knows_since
like "head_since is known after a sample" "$(since)" "^20[0-9-]{8}T[0-9:]{8}Z$"
like "... and show prints it" "$(kipcctl show orders)" "^ +head since: 20"
first=$(since)
kipcctl send orders more
is "sending does not change head_since" "$(since)" "$first"
past_that_second() { [ "$(date -u +%FT%TZ)" \> "$first" ]; }
until_true past_that_second
kipcctl recv -q orders >"$T/received"
is_later() { [ "$(since)" != unknown ] && [ "$(since)" \> "$first" ]; }
until_true is_later
is "receiving changes head_since" $? 0
kipcctl purge -q orders
is "an empty queue has no head_since" "$(since)" unknown
kipcctl send orders hello world

is "attached_by is empty for a segment that is not attached" "$(kipcctl list --no-legend --kind=segment --columns=name,attached_by)" "prices -"
perl -MIPC::SysV=shmat -e '$| = 1; my $a = shmat($ARGV[0], undef, 0) or die; print "\n"; <STDIN>' "$(id_of prices)" <&6 >"$T/attached" & holder=$!
if until_true test -s "$T/attached"; then
	like "attached_by names the process" "$(kipcctl list --no-legend --kind=segment --columns=name,attached_by)" "^prices $holder perl$"
	is "... in JSON as show prints it" "$(kipcctl list --json --kind=segment --columns=attached_by | json '$d->[0]{attached_by}[0]{pid}')" "$holder"
fi
is "--group-by=process sums by process" "$(kipcctl list --no-legend --group-by=process --columns=process,segments,attached,queues | tr -s ' ')" \
	"$holder perl 1 1 0
- 0 0 1"
kill "$holder"
me=$(id -un)
is "--group-by=owner sums by owner" "$(kipcctl list --group-by=owner | tr -s ' ')" "OWNER QUEUES MESSAGES BYTES SEGMENTS SIZE ATTACHED SETS SEMAPHORES
$me 1 2 10 1 64K $(kipcctl list --no-legend --kind=segment --columns=attached) 1 3"
is "... of one kind" "$(kipcctl list --no-legend --group-by=owner --kind=queue --columns=queues,segments)" "1 0"
is "... with foreign objects" "$(kipcctl list --no-legend --group-by=creator --foreign --kind=queue --columns=creator,queues)" "$me 2"
is "... in JSON" "$(kipcctl list --json --group-by=owner | json 'join " ", map { $d->[0]{$_} } qw(owner uid queues messages bytes segments size semaphore_sets semaphores)')" \
	"$me $(id -u) 1 2 10 1 65536 1 3"
if [ "$(id -u)" = 0 ] && setpriv --reuid=12345 --clear-groups ipcmk -M 1000000 >/dev/null 2>&1; then
	is "... sorted" "$(kipcctl list --no-legend --group-by=owner --foreign --sort=-size --columns=owner | xargs)" "12345 $me"
	is "limits --group-by=owner has the largest use first" \
		"$(kipcctl limits --no-legend --group-by=owner --columns=name,owner,used | grep shmall | tr -s ' ' | xargs)" "shmall 12345 245 shmall $me 16"
	ipcs -m | awk '$3 == 12345 { system("ipcrm -m " $2) }'
fi
is "limits --group-by=process sums by process" "$(kipcctl limits --no-legend --group-by=process --columns=name,process,used | grep semmns | tr -s ' ')" "semmns - 3"
exits 2 "an unknown group is wrong usage" kipcctl list --group-by=group
exits 2 "a column that groups do not have is wrong usage" kipcctl list --group-by=owner --columns=state

if has_terminal; then
	for name in order-processing-europe-{east-01,west-02}; do kipcctl create -q queue "$name"; done
	terminal 80 24 'kipcctl list; read -r _'
	shows "on a terminal of 80 columns long names are shortened" '^order-proc[^ ]*…[^ ]*east-01 +queue .* empty$'
	shows "... and stay distinct" '^order-proc[^ ]*…[^ ]*west-02 +queue '
	press Enter
	is "... and list exits with 0" "$(terminal_status)" 0
	terminal 60 24 'LC_ALL=C kipcctl list; read -r _'
	shows "... with a ~ where the locale has no ellipsis, before a column is left out" '^order-~st-01 queue .* 0660 empty$'
	unlike "... without a note" "$(shown)" 'no room'
	press Enter
	is "... and list exits with 0" "$(terminal_status)" 0
	terminal 56 24 'kipcctl list; read -r _'
	shows "a column that is left out is named" '^no room for 1 more column; --columns=name,use prints it$'
	like "... once names are nearly as short as possible" "$(shown)" '^order-[a-z]?…[a-z]*-01 +queue .* 0660$'
	press Enter
	is "... and list exits with 0" "$(terminal_status)" 0
	terminal 40 24 'kipcctl list; read -r _'
	shows "several columns that are left out are named" '^--columns=name,[a-z,]*mode,use prints th|^no room for [2-4] more columns; '
	press Enter
	is "... and list exits with 0" "$(terminal_status)" 0
	terminal 20 24 'kipcctl list -q; kipcctl list --columns=name; read -r _'
	shows "--columns prints whole names" '^order-processing-eur'
	unlike "--quiet omits the note" "$(shown)" 'no room'
	press Enter
	is "... and list exits with 0" "$(terminal_status)" 0
	for name in order-processing-europe-{east-01,west-02}; do kipcctl remove -q "$name"; done
	terminal 20 24 'kipcctl list --quiet; kipcctl limits --quiet; read -r _'
	shows "list and limits work on a terminal of 20 columns" '^semopm'
	is "... with one line a row" "$(shown | awk '{ print $1 }' | head -n 7 | xargs)" \
		"NAME absentee build orders prices NAME msgmni"
	press Enter
	is "... and exit with 0" "$(terminal_status)" 0
	terminal 20 24 'kipcctl list --columns=name,kind,key; read -r _'
	shows "--columns prints all its columns" '^x00004b09$'
	press Enter
	is "... and list exits with 0" "$(terminal_status)" 0
else
	skip "narrow terminals" "tmux is not installed"
fi

exits 0 "limits exits with 0" kipcctl limits
like "... and prints what is used and declared" "$OUT" "^msgmni +[0-9]+ +2 +0% +1 queues +kernel.msgmni$"
is "... and what the largest queue and all segments need" \
	"$(kipcctl limits --json | json 'join " ", map { $_->{declared} } grep { $_->{name} =~ /^(msgmnb|shmall|semmns)$/ } @$d')" \
	"8192 $((65536 / $(getconf PAGESIZE))) 3"
like "limits --columns=help prints the columns" "$(kipcctl limits --columns=help)" "^sysctl +the sysctl that sets it$"
# lsipc prints the same limits, in capitals and in bytes.
for limit in msgmni msgmax msgmnb shmmni shmall shmmax shmmin semmni semmns semmsl semopm semvmx; do
	is "limits has what lsipc has: $limit" "$(kipcctl limits --json | json "(grep { \$_->{name} eq '$limit' } @\$d)[0]{limit}")" \
		"$(lsipc --bytes --noheadings --output RESOURCE,LIMIT | awk -v name="${limit^^}" '$1 == name { print $2 }')"
done
is "limits in JSON" "$(kipcctl limits --json | json '(grep { $_->{name} eq "semmns" } @$d)[0]{used}')" 3

exits 3 "a misspelt name fails" kipcctl send ordres x
like "... with the nearest name" "$ERR" "no such channel \(did you mean 'orders'\?\)"

stop_kipcd
ipcrm -Q 0x4b01
exits 0 "list works without kipcd" kipcctl list
like "... with a note" "$ERR" "showing only what the registry and the kernel know"
like "... and prints the names of the registry" "$OUT" "^prices +segment +0x000004d2 +[0-9]+ active "
like "... a name without an object is lost" "$OUT" "^orders +queue +0x00004b01 +[0-9]+ lost +- +- +-$"

segment=$(id_of prices)
ln -sfn "segment:0x000004d2:$segment:4242" "$KIPC_RUNTIME_DIR/channels/prices"
like "a name does not mean an object of another creator" "$(kipcctl list -q)" "^prices +segment +0x000004d2 +$segment lost "
like "... which is foreign" "$(kipcctl list -q --foreign)" "^- +segment +0x000004d2 +$segment foreign "

ln -sfn "elsewhere:1" "$KIPC_RUNTIME_DIR/channels/.ns"
exits 0 "a registry of another boot is read" kipcctl list
like "... with a note" "$ERR" "belongs to another boot or IPC namespace"
like "... and its ids are not looked up" "$OUT" "^prices +segment +0x000004d2 +[0-9]+ - +- +- +-$"

# A hostile registry and a hostile socket.
rm -rf "$KIPC_RUNTIME_DIR"
mkdir -p "$KIPC_RUNTIME_DIR/channels" "$KIPC_RUNTIME_DIR/control"
ln -s "queue:0x1:99999999999999:0" "$KIPC_RUNTIME_DIR/channels/huge"
ln -s "nonsense" "$KIPC_RUNTIME_DIR/channels/nonsense"
exits 0 "malformed links and a folder in place of the socket are ignored" kipcctl list
is "... and nothing is printed" "$OUT" ""
finish
