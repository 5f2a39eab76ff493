#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What programs and administrators' scripts rely on is as tests/contract.txt has it; UPDATE=1 bash tests/contract.sh rewrites that file.
. "$(dirname "$0")/tap.sh"
for program in busctl dbus-send nm readelf; do
	command -v "$program" >/dev/null || { echo "1..0 # SKIP no $program"; exit 0; }
done
perl -MIPC::SysV -e 1 2>/dev/null || { echo "1..0 # SKIP no perl IPC::SysV"; exit 0; }

expected=$top_src/tests/contract.txt now=$T/contract
mkdir "$now"
# section NAME: standard input is its content
section() { cat >"$now/$1"; }

# shape_of [KEY…]: each path in the JSON documents with the types of its values, or the values of the keys named. What depends on
# which processes run has no type.
shape_of() {
	perl -MJSON::PP -MB -e '
		my %words = map { $_ => 1 } @ARGV;
		my %types;
		sub type_of {
			my ($value, $path, $key) = @_;
			return "any" if $path =~ /(_command|\.unit|\.history)$/;
			return "null" if !defined $value;
			return "boolean" if JSON::PP::is_bool($value);
			return "number" if !(B::svref_2object(\$value)->FLAGS & B::SVf_POK);
			return "\"$value\"" if $words{$key} && $path !~ /origins/;
			return $value =~ /^\d{4}-\d\d-\d\dT[\d:.]+Z$/ ? "time" : "string";
		}
		sub walk {
			my ($value, $path, $key) = @_;
			if (ref $value eq "HASH") {
				walk($value->{$_}, "$path.$_", $_) for keys %$value;
			} elsif (ref $value eq "ARRAY") {
				$types{$path}{array} = 1;
				walk($_, "${path}[]", $key) for @$value;
			} else {
				$types{$path}{type_of($value, $path, $key)} = 1;
			}
		}
		local $/;
		walk($_, "", "") for JSON::PP->new->incr_parse(<STDIN>);
		print "$_: ", join("|", sort keys %{$types{$_}}), "\n" for sort keys %types' "$@"
}
# only_finding NAME: the findings of that name
only_finding() { perl -MJSON::PP -e 'local $/; print encode_json [ grep { $_->{finding} eq $ARGV[0] } @{decode_json(<STDIN>)} ]' "$1"; }
# words [VERB] WORD…: what the tab key offers there, in one line
words() { kipcctl --complete "$@" | cut -f 1 | sed 's/^[a-z-]*=\(.\)/\1/' | LC_ALL=C sort | xargs; }
# status COMMAND…: "STATUS: COMMAND"
status() {
	"$@" >/dev/null 2>&1 </dev/null
	echo "$?: $*"
}
# without_rights COMMAND…: by root, without what root may
without_rights() { setpriv --bounding-set=-all --inh-caps=-all "$@"; }
address=unix:path=$KIPC_RUNTIME_DIR/control

# -- what needs no kipcd -------------------------------------------------------------------------------------------

{
	words ''
	for verb in $(words ''); do
		echo "$verb: $(words "$verb" -)"
	done
	while read -r verb option; do
		echo "$verb $option: $(words "$verb" "$option=")"
	done <<'END'
list --kind
list --state
list --columns
list --sort
list --group-by
top --sort
limits --columns
plan --columns
reload --columns
doctor --fail-on
recover --registry
END
	echo "kipcd: $("$kipcd" --help | grep -oE -- '(^| )--?[a-z][a-z-]*' | LC_ALL=C sort | xargs)"
} | section 'verbs and options'

for kind in queue segment semaphore; do
	echo "$kind: $(words create $kind new '')"
done >"$T/keys"
for key in manage lifetime layout; do
	echo "$key: $(words create segment new $key=)"
done | cat "$T/keys" - | section 'configuration keys and the words they take'

sed -n '/^# \([a-z_]*\)$/ { s//\1/; N; s/\n-- / / p }' "$top_src/systemd/kipc.catalog" | LC_ALL=C sort | section 'events and their MESSAGE_IDs'

{
	grep -aoE 'org\.kipc1\.Error\.[A-Za-z]+' "$kipcd"
	grep -aoE 'KIPC_[A-Z]+=' "$kipcd"
	grep -rhoE --include='*.c' 'getenv\("[A-Z_]+"\)' "$top_src"/{client,common,daemon,lib}
} | LC_ALL=C sort -u | section 'errors, journal fields and environment'

{
	readelf -d "$top_build/.libs/libkipc.so" | grep -o 'soname: .*'
	nm -D --defined-only "$top_build/.libs/libkipc.so" | awk '$3 ~ /^kipc_/ { print $2, $3 }' | LC_ALL=C sort
} | section 'symbols of libkipc.so'

# Without comments, names of parameters, and how lines are broken.
perl -0777 -e '
	$_ = <STDIN>;
	s{/\*.*?\*/}{}gs;
	s{^#ifdef __cplusplus.*?^#endif\n}{}gms;
	print "$1\n" while s{^(#.*?)\s*\n}{}m;
	s/\s+/ /g;
	while (s/^ ?([^;{]*(\{(?:[^{}]|(?2))*\})?[^;{]*;)//) {
		my $declaration = $1;
		$declaration =~ s/(?<=[ *])\w+(?=[,)])//g if $declaration =~ /\bkipc_\w+\(/;
		$declaration =~ s/ (?=[,)])//g;
		print "$declaration\n";
	}
	print "not understood: $_\n" if /\S/' <"$top_src/lib/kipc.h" | section 'kipc.h'

# -- JSON ----------------------------------------------------------------------------------------------------------

cat >"$conf" <<'END'
[daemon]
group = 0
sample_interval = 100ms
[queue orders]
key = 0x11
mode = 0666
description = Orders waiting to be billed
warn_at = 80
[queue full]
key = 0x12
capacity = 16
[queue plain]
key = 0x13
[segment prices]
key = 0x14
size = 64K
field.bid = f64@0
field.lots = u32[3]@8
[segment ticks]
key = 0x15
size = 64K
layout = ring
[semaphore build]
key = 0x16
values = 1,0
END
start
kipcctl set plain mode=0600 >/dev/null
kipcctl send orders one two
kipcctl recv orders >/dev/null
kipcctl send full 'sixteen bytes it'
kipcctl send ticks a b c
kipcctl recv ticks >/dev/null
perl -e 'msgsnd(msgget(0x77, 01600 | 0600), pack("l! a*", 1, "foreign"), 0) or die; defined shmget(0x78, 4096, 01600) or die; defined semget(0x79, 1, 01600) or die'
kipcctl down 'build[1]' & waiters=($!)
kipcctl recv plain >/dev/null & waiters+=($!)
kipcctl send full more & waiters+=($!)
perl -MIPC::SysV=shmat -e 'shmat(shmget(0x14, 0, 0), undef, 0) or die; select undef, undef, undef, undef' & waiters+=($!)
all_wait() {
	[ "$(kipcctl show --json build plain full | grep -c '"operation": "')" = 3 ] && kipcctl show --json prices | grep -q '"attached": 1'
}
if ! until_true all_wait; then
	kill "${waiters[@]}"
	echo "1..0 # SKIP processes that wait cannot be seen here"
	exit 0
fi
has_history() { ! kipcctl show --json orders plain full prices ticks build | grep -q '"history": null'; }
until_true has_history

kipcctl list --json --foreign | shape_of kind layout state manage lifetime | section 'list --json'
kipcctl list --json --group-by=owner | shape_of | section 'list --json --group-by=owner'
kipcctl list --json --group-by=process --foreign | shape_of | section 'list --json --group-by=process'
kipcctl show --json orders plain full prices ticks build queue:0x77 | shape_of kind layout state manage lifetime severity finding operation | section 'show --json'
kipcctl limits --json | shape_of name | section 'limits --json'
kipcctl limits --json --group-by=owner | shape_of | section 'limits --json --group-by=owner'
kipcctl top --once --json | shape_of kind state | section 'top --once --json'
kipcctl top --once --json --group-by=owner | shape_of | section 'top --once --json --group-by=owner'
kipcctl doctor --json | only_finding world-writable | shape_of severity finding | section 'doctor --json'
kipcctl events --json | shape_of kind | section 'events --json'
perl -e 'msgsnd(msgget(0x77, 0), pack("l! a*", 2, "\xff"), 0) or die'
kipcctl peek --json --all queue:0x77 | shape_of | section 'peek --json'
kipcctl recv --json --all queue:0x77 | shape_of | section 'recv --json'
kipcctl peek --json ticks | shape_of | section 'peek --json of a ring'
kipcctl get --json prices | shape_of | section 'get --json'
kipcctl bench --json --sizes=8 --time=1ms | shape_of kind | section 'bench --json'

# -- metrics -------------------------------------------------------------------------------------------------------

{ kipcctl metrics; kipcctl metrics --group-by=owner; kipcctl metrics --group-by=process; } | perl -ne '
	$type{$1} = $2 if /^# TYPE (\S+) (\S+)/;
	if (/^(kipc_\w+)(?:\{(.*)\})? \S+$/) {
		my ($family, $labels) = ($1, $2 // "");
		while ($labels =~ /(\w+)="([^"]*)"/g) {
			$values{$family}{$1}{$1 =~ /^(channel|owner|index|process)$/ ? "*" : $2} = 1;
		}
	}
	END {
		for my $family (sort keys %type) {
			print "$family $type{$family}\n";
			print "$family $_=", join("|", sort keys %{$values{$family}{$_}}), "\n" for sort keys %{$values{$family}};
		}
	}' | section 'metrics'
kill "${waiters[@]}"
wait "${waiters[@]}" 2>/dev/null

# -- D-Bus ---------------------------------------------------------------------------------------------------------

# interfaces_of OBJECT: a line for each method, signal and property
interfaces_of() {
	busctl --address="$address" --xml-interface introspect org.kipc1 "$1" | perl -ne '
		$interface = $1 if /<interface name="(.*?)"/;
		print "\n$interface.$2 $1" if /<(method|signal|property) name="(.*?)"/;
		print " $1 $2" if /<property .* type="(.*?)" access="(.*?)"/;
		print " ", $3 // "out", " $1 $2" if /<arg type="(.*?)" name="(.*?)"(?: direction="(.*?)")?/;
		print " emits=$1" if /EmitsChangedSignal" value="(.*?)"/;
		END { print "\n" }' | grep '^org\.kipc1\.'
}
objects='/org/kipc1 /org/kipc1/channel/orders /org/kipc1/channel/prices /org/kipc1/channel/ticks /org/kipc1/channel/build'
for object in $objects; do
	echo "$object: $(interfaces_of "$object" | grep -oE '^org\.kipc1\.[A-Z][a-z]+' | LC_ALL=C sort -u | xargs)"
done | section 'D-Bus objects'
for object in $objects; do interfaces_of "$object"; done | LC_ALL=C sort -u | section 'D-Bus interfaces'
call Statistics | grep -oE '"[a-z_]+"' | LC_ALL=C sort | tr -d '"' | section 'D-Bus statistics'
# error METHOD ARGUMENT…: "NAME-OF-ERROR: CALL"
error() {
	dbus-send --peer="$address" --print-reply --dest=org.kipc1 /org/kipc1 "org.kipc1.Manager.$1" "${@:2}" 2>&1 |
		sed -nE "s/^Error ([A-Za-z0-9.]+):.*/\1: $*/p"
}
{
	error Describe string:nothing
	error Create string:queue string:orders array:string:
	error Create string:queue string:new array:string:mode=9999
	error Create string:kettle string:new array:string:
	error Remove string:orders boolean:false boolean:false
} | section 'D-Bus errors'

# -- files ---------------------------------------------------------------------------------------------------------

stop_kipcd
ipcrm --all
rm -rf "$KIPC_RUNTIME_DIR"
cat >"$conf" <<'END'
[queue orders]
activate = yes
[queue renamed]
key = 0x21
[queue passing]
lifetime = config
[segment prices]
size = 4K
[segment bytes]
size = 4K
[segment ticks]
size = 64K
layout = ring
[semaphore build]
values = 1
[queue watched]
manage = observe
END
start --state-dir="$T/state"
# plain: without ids, pids, and what says which boot and which namespace it is
plain() {
	sed -E -e "s|$T|DIR|g; s|${T//\//-}|-DIR|g" \
		-e 's/((queue|segment|semaphore):0x[0-9a-f]{8}):[0-9]+:/\1:ID:/; s/(maker=)[0-9]+/\1PID/' \
		-e 's/([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\*):[0-9]+/BOOT:INODE/; s/(BOOT:INODE):.*/\1:NAMESPACE/'
}
describe() {
	busctl --address="$address" --json=short call org.kipc1 /org/kipc1 org.kipc1.Manager Describe s "$1" | perl -MJSON::PP -e '
		local $/;
		my $all = decode_json(<STDIN>)->{data}[0];
		print "$ARGV[0] $_ $all->{$_}{type} ", JSON::PP->new->canonical->allow_nonref->encode($all->{$_}{data}), "\n" for sort keys %$all' "$1" | plain
}
{
	call History as 0
	for channel in orders prices ticks build watched; do describe "$channel"; done
} | section 'defaults, as Describe says them'

kipcctl create queue bills key=0x12 description='with ; and #' >/dev/null
kipcctl set orders mode=0600 capacity=8K >/dev/null
kipcctl send orders one
until_true test -e "$KIPC_RUNTIME_DIR/waiting/orders"
{
	(cd "$T" && find run -mindepth 1 -printf '%M %P\n' | LC_ALL=C sort -k 2)
	for file in $(cd "$KIPC_RUNTIME_DIR/channels" && find . -mindepth 1 -printf '%P\n' | LC_ALL=C sort); do
		echo "channels/$file -> $(readlink "$KIPC_RUNTIME_DIR/channels/$file" || cat "$KIPC_RUNTIME_DIR/channels/$file")"
	done | plain
	for file in "$KIPC_RUNTIME_DIR"/kipcd.conf.d/*; do
		echo "kipcd.conf.d/${file##*/}:"
		cat "$file"
	done
} | section 'runtime folder'
{
	(cd "$T" && find state -mindepth 1 -printf '%M %P\n' | plain)
	cat "$T"/state/* | plain
} | section 'state folder'

# -- plan, reload, sweep -------------------------------------------------------------------------------------------

perl -e 'msgsnd(msgget(0x77, 01600 | 0600), pack("l! a*", 1, "foreign"), 0) or die; defined shmget(0x78, 4096, 01600) or die; $| = 1; print "\n"; select undef, undef, undef, undef' >"$T/holds" & holder=$!
until_true test -s "$T/holds"
kipcctl write bytes kept
cat >"$conf" <<'END'
[queue orders]
mode = 0640
activate = yes
[queue other]
key = 0x21
[segment prices]
size = 8K
[segment bytes]
size = 8K
[semaphore build]
values = 1
[queue watched]
manage = observe
[queue taken]
key = 0x77
[queue new]
END
kipcctl unset orders >/dev/null
kipcctl plan --json | shape_of kind action state | section 'plan --json'
kipcctl reload --json | shape_of kind action state | section 'reload --json'
kipcctl remove --force -q new
perl -e 'defined semget(0x7a, 1, 01600) or die; shmwrite(shmget(0x7b, 4096, 01600), "x", 0, 1) or die' & wait $!
{
	kipcctl sweep --json --dry-run --idle=0
	kill "$holder"
	wait "$holder" 2>/dev/null
	kipcctl sweep --json --idle=0
} | shape_of kind action because | section 'sweep --json'

# -- exit statuses -------------------------------------------------------------------------------------------------

{
	for page in client/kipcctl.1 daemon/kipcd.8; do
		echo "${page#*/}: $(sed -n '/^\.SH EXIT STATUS/,/^\.SH [^E]/ s/^\.BR* \([0-9].*\)/\1/p' "$top_src/$page" | tr -cs 0-9 ' ')"
	done
	printf '[queue wrong]\nmode = 9999\n' >"$T/wrong.conf"
	kipcctl purge -q orders
	status kipcctl list
	status kipcctl create queue orders
	status kipcctl nonsense
	status kipcctl peek nothing
	status kipcctl recv --no-wait orders
	status kipcctl recv --timeout=1ms orders
	kipcctl create queue closed mode=0000 >/dev/null
	status without_rights kipcctl send closed one
	kipcctl recv bills >/dev/null 2>&1 & reader=$!
	until_true is_blocked bills "$reader"
	kipcctl remove --force -q bills
	wait "$reader"
	echo "$?: kipcctl recv bills, removed meanwhile"
	kipcctl set orders mode=0666 >/dev/null
	status kipcctl doctor --fail-on=warning
	ipcrm -S "$(readlink "$KIPC_RUNTIME_DIR/channels/build" | cut -d: -f2)"
	until_true is_in_state build lost
	status kipcctl doctor
	status kipcctl check "$T/wrong.conf"
	status kipcctl lock nothing -- true
	kipcctl create semaphore other_build values=1 >/dev/null
	status kipcctl lock other_build -- /
	status kipcctl lock other_build -- "$T/nonsense"
	status kipcctl lock other_build -- sh -c 'exit 33'
	kipcctl down other_build
	status kipcctl lock --no-wait other_build -- true
	status kipcctl lock --no-wait --busy-status=75 other_build -- true
	kipcctl recv orders & reader=$!
	until_true is_blocked orders "$reader"
	kill "$reader"
	wait "$reader"
	echo "$?: kipcctl recv orders, ended by SIGTERM"
	status "$kipcd" --config="$conf"
	stop_kipcd
	echo "$kipcd_status: kipcd, stopped"
	status kipcctl reload
	status "$kipcd" --nonsense
	status "$kipcd" --check --config="$T/wrong.conf"
	status "$kipcd" --config="$T/wrong.conf"
} >"$T/statuses" 2>/dev/null
sed "s|$kipcd|kipcd|" "$T/statuses" | plain | section 'exit statuses'

# -- compared ------------------------------------------------------------------------------------------------------

[ -z "${UPDATE:-}" ] || (cd "$now" && for name in *; do printf '== %s\n' "$name"; cat "$name"; echo; done) >"$expected"
for file in "$now"/*; do
	is "${file##*/}" "$(awk -v head="== ${file##*/}" '/^== / { on = $0 == head; next } on' "$expected" | sed '$ { /^$/d }' |
		diff -u --label tests/contract.txt - --label 'now' "$file")" ''
done
is 'no other section' "$(grep '^== ' "$expected" | cut -c4-)" "$(ls "$now")"
finish
