#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Users without rights cannot disturb others over the control socket.
. "$(dirname "$0")/tap.sh"

if [ "$(id -u)" != 0 ] || ! setpriv --reuid=65534 --clear-groups true 2>/dev/null; then
	echo '1..0 # SKIP only root can be somebody else'
	exit 0
fi
{
	printf '[queue q%03d]\n' {1..300}
	printf '[segment ticks]\nsize = 64K\nlayout = ring\n'
} >"$conf"
# The limit of the unit. Sanitizers reserve more memory than that.
[ -n "${SANITIZER_FLAGS:-}" ] || kipcd_under=(prlimit --data=$((256 << 20)))
start
socket=$KIPC_RUNTIME_DIR/control
install -m 644 "$top_src/tests/peers/hostile-client.pl" "$T/hostile-client.pl"
hostile() { perl "$T/hostile-client.pl" "$socket" "$@"; }

# attack UID HOW [N]: runs until `peace`; returns when it has begun
attackers=()
attack() {
	local begun
	rm -f "$T/begun"
	mkfifo "$T/begun"
	setpriv --reuid="$1" --regid="$1" --clear-groups perl "$T/hostile-client.pl" "$socket" "${@:2}" >"$T/begun" 2>/dev/null &
	attackers+=($!)
	read -r begun <"$T/begun"
}
peace() { kill "${attackers[@]}" 2>/dev/null; wait "${attackers[@]}" 2>/dev/null; attackers=(); }

# Nine of ten calls take less than 100 ms; where the machine is busy with something else, at one of several tries.
is_prompt() {
	read -r half most all <<<"$(hostile asking 300)"
	awk -v most="$most" 'BEGIN { exit !(most > 0 && most < 100) }'
}
# root_goes_on WHAT: everything works for root, in time, and kipcd stays small
root_goes_on() {
	exits 0 "$1: root reloads" kipcctl reload
	exits 0 '... creates' kipcctl create queue fresh
	exits 0 '... sets' kipcctl set q001 mode=0600
	exits 0 '... removes' kipcctl remove fresh
	ipcrm -q "$(id_of q002)"
	is_healed() { [ "$(kipcctl list --no-legend --columns=name,state | grep -c '^q002 *active')" = 1 ]; }
	exits 0 '... a queue that is removed from outside is recreated' until_true is_healed
	exits 0 '... root is answered within 100 ms' until_true is_prompt
	if [ -n "${SANITIZER_FLAGS:-}" ]; then
		skip '... kipcd stays small' 'sanitizers keep what is freed'
	else
		is '... kipcd stays small' "$(($(memory) < 32 << 10))" 1
	fi
}
# dropped WHAT HOW: a client that sends a message too slowly
dropped() {
	like "$1 is dropped after 5 s" "$(as 1011 perl "$T/hostile-client.pl" "$socket" "$2")" '^dropped after ([5-9]|1[0-9]) s$'
}

# -- messages that are too large or too slow --------------------------------------------------------------------------

root_goes_on 'no other client'

attack 1001 claiming 7
root_goes_on 'one user claims 255 MiB'
peace

for uid in {1001..1010}; do attack "$uid" claiming 8; done
root_goes_on 'ten users claim all they may'
peace

for uid in {1001..1010}; do attack "$uid" unreading 8; done
root_goes_on 'ten users read nothing'
peace

attack 1001 planning 7
root_goes_on 'one user calls only Plan'
like '... and some of its calls are refused' "$(as 1001 perl "$T/hostile-client.pl" "$socket" eager 3000)" ' [1-9][0-9]* refused$'
peace

dropped 'a message that comes a byte at a time' crawling
for n in 1 100000; do
	like "a call with $n bytes too many is refused, and the next is answered" "$(as 1011 perl "$T/hostile-client.pl" "$socket" long "$n")" \
		'^a call of [0-9]+ bytes is too long: kipcd accepts 131072, then served'
done

# -- permissions ------------------------------------------------------------------------------------------------

# Every method with any arguments: what a user may not call is refused before the arguments are read.
if command -v busctl >/dev/null; then
	methods_of() { busctl --address="unix:path=$socket" --xml-interface introspect org.kipc1 "$1" | perl -ne '
		$interface = $1 if /<interface name="([^"]+)"/;
		($method, $in) = ($1, "") if /<method name="([^"]+)"/;
		$in .= $1 if /<arg type="([^"]+)".*direction="in"/;
		print "$interface $method $in\n" if m{</method>} || m{<method name="[^"]+"/>};
		'; }
	arguments_of() { perl -e 'my %some = (s => "x", u => 1, i => 1, t => 1, b => "false", as => 0, v => "s x");
		print join " ", map { $some{$_} // die "no value of type $_\n" } $ARGV[0] =~ /as|./g' "$1"; }
	may_read='org.kipc1.Manager.(List|Describe|Plan|Events|Subscribe|History|Heads|Statistics)
org.freedesktop.DBus.(Introspectable.Introspect|Peer.(Ping|GetMachineId)|Properties.(Get|GetAll))
org.freedesktop.DBus.ObjectManager.GetManagedObjects'
	before=$(ls -l "$KIPC_RUNTIME_DIR/channels" "$KIPC_RUNTIME_DIR"/kipcd.conf.d 2>&1)
	for path in /org/kipc1 /org/kipc1/channel/ticks /org/freedesktop/LogControl1; do
		while read -r interface method in; do
			arguments=$(arguments_of "$in") || { fail "$interface.$method has arguments that are known here" "$in"; continue; }
			[ "$interface.$method" != org.freedesktop.DBus.Properties.Set ] ||
				{ in=ssv; arguments='org.freedesktop.LogControl1 LogLevel s debug'; }
			# shellcheck disable=SC2086
			error=$(as 65534 busctl --address="unix:path=$socket" call org.kipc1 $path $interface $method ${in:+$in $arguments} 2>&1 >/dev/null)
			if grep -Eqx "$may_read" <<<"$interface.$method"; then
				unlike "any user may call $method of $path" "$error" 'may not change'
			else
				like "a user without rights may not call $method of $path" "$error" 'uid 65534 may not change channels|Unknown interface|Unknown property|no .writable'
			fi
		done < <(methods_of "$path")
	done
	is 'nothing has changed' "$(ls -l "$KIPC_RUNTIME_DIR/channels" "$KIPC_RUNTIME_DIR"/kipcd.conf.d 2>&1)" "$before"
	like '... and the log level is unchanged' "$(busctl --address="unix:path=$socket" get-property org.kipc1 /org/freedesktop/LogControl1 \
		org.freedesktop.LogControl1 LogLevel)" '"info"'
else
	skip 'every method as a user without rights' 'busctl is not installed'
fi
stop_kipcd
is 'kipcd exits with 0' "$kipcd_status" 0
finish
