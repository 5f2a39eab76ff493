#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# org.kipc1 on a private system bus: the shipped policy, permissions, the object of each channel, signals, the shipped
# descriptions of the interfaces, and a bus that stops and returns.
. "$(dirname "$0")/tap.sh"
for program in dbus-daemon busctl; do
	command -v "$program" >/dev/null || { echo "1..0 # SKIP there is no $program"; exit 0; }
done

# Like the real one, with the shipped policy, but kipcd's user is ours.
sed 's|user="kipc"|user="0"|' "$top_src/conf/org.kipc1.conf" >"$T/policy.conf"
cat >"$T/bus.conf" <<EOF
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=$T/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus"/>
  </policy>
  <include>$T/policy.conf</include>
</busconfig>
EOF
export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$T/bus
start_bus() {
	dbus-daemon --config-file="$T/bus.conf" --nofork --nopidfile 2>>"$T/bus.log" &
	bus_pid=$!
}
stop_bus() { kill "$bus_pid"; wait "$bus_pid" 2>/dev/null; rm -f "$T/bus"; }
has_name() { busctl list --acquired 2>/dev/null | grep -q '^org.kipc1 '; }
call() { busctl call org.kipc1 /org/kipc1 org.kipc1.Manager "$@"; }
property() { busctl get-property org.kipc1 "/org/kipc1/channel/$1" "org.kipc1.$2" "$3"; }

cat >"$conf" <<'EOF'
[daemon]
group = 4711
[queue orders]
key = 0x11
description = Orders waiting to be billed
[segment prices]
size = 4K
[segment ticks]
size = 1M
layout = ring
[semaphore build]
values = 1,2
[queue dotted.name-1]
EOF

# -- a bus that is not there yet -----------------------------------------------------------------------------------

start_kipcd --system-bus || fail "kipcd starts without the bus" "$(log)"
exits 0 "... and answers on its socket" kipcctl list
start_bus
exits 0 "kipcd gets the name org.kipc1 as soon as the bus runs" until_true has_name
other=$T/other
printf '[queue other]\n' >"$T/other.conf"
mkfifo "$T/beside"
"$kipcd" --config="$T/other.conf" --runtime-dir="$other" --system-bus --ready-fd=9 9>"$T/beside" 2>"$T/other.log" &
beside=$!
read -r _ <"$T/beside"
is_told() { grep -q 'cannot get the name org.kipc1 on the system bus: .*; kipcctl does not need it' "$T/other.log"; }
exits 0 "a second kipcd logs that the name is taken" until_true is_told
exits 0 "... and works" kipcctl --runtime-dir="$other" list
kill "$beside"
wait "$beside"

# -- objects -------------------------------------------------------------------------------------------------------

is "an object for each channel" "$(busctl tree --list org.kipc1 | grep channel/)" "/org/kipc1/channel/build
/org/kipc1/channel/dotted_2ename_2d1
/org/kipc1/channel/orders
/org/kipc1/channel/prices
/org/kipc1/channel/ticks"
interfaces() { busctl introspect org.kipc1 "/org/kipc1/channel/$1" | awk '$2 == "interface" && /kipc1/ { print $1 }' | xargs; }
is "a queue's interfaces" "$(interfaces orders)" "org.kipc1.Channel org.kipc1.Queue"
is "a segment's interfaces" "$(interfaces prices)" "org.kipc1.Channel org.kipc1.Segment"
is "a ring's interfaces" "$(interfaces ticks)" "org.kipc1.Channel org.kipc1.Ring org.kipc1.Segment"
is "a semaphore's interfaces" "$(interfaces build)" "org.kipc1.Channel org.kipc1.Semaphore"
kipcctl send orders one 'and two'
kipcctl send ticks a b c
is "properties have the messages of a queue" "$(property orders Queue Messages) $(property orders Queue Bytes)" "t 2 t 10"
is "... the messages of a ring" "$(property ticks Ring Messages)" "t 3"
is "... the values of semaphores" "$(property build Semaphore Values)" "au 2 1 2"
is "... the description" "$(property orders Channel Description)" 's "Orders waiting to be billed"'
is "... and the id" "$(property orders Channel Id)" "i $(id_of orders)"
is "a time is in microseconds" "$(property orders Queue LastSent | grep -c '^t [0-9]\{16\}$')" 1
exits 1 "an unknown channel has no object" property nothing Channel Name
like "... with an error" "$ERR" "Unknown object"
is "the control socket has the same objects" "$(busctl --address="unix:path=$KIPC_RUNTIME_DIR/control" get-property org.kipc1 \
	/org/kipc1/channel/orders org.kipc1.Queue Messages)" "t 2"

# Each interface as it is shipped. `KIPC_TEST_WRITE=1 bash tests/system-bus.sh` rewrites them after a change.
xml_of() {
	busctl --xml-interface introspect org.kipc1 "$1" | perl -0777 -ne '
		print qq{<!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"\n},
			qq{ "https://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">\n<node>\n$1</node>\n}
			if m{^( <interface name="\Q$ENV{INTERFACE}\E">.*?</interface>\n)}ms'
}
while read -r path interface; do
	shipped=$top_src/daemon/interfaces/$interface.xml
	[ -z "${KIPC_TEST_WRITE:-}" ] || INTERFACE=$interface xml_of "$path" >"$shipped"
	is "$interface is as described" "$(INTERFACE=$interface xml_of "$path")" "$(cat "$shipped")"
done <<'EOF'
/org/kipc1 org.kipc1.Manager
/org/kipc1/channel/orders org.kipc1.Channel
/org/kipc1/channel/orders org.kipc1.Queue
/org/kipc1/channel/prices org.kipc1.Segment
/org/kipc1/channel/ticks org.kipc1.Ring
/org/kipc1/channel/build org.kipc1.Semaphore
EOF

# -- permissions -------------------------------------------------------------------------------------------------------

exits 0 "root may reload" call Reload
if setpriv --reuid=65534 --clear-groups true 2>/dev/null && [ "$(id -u)" = 0 ]; then
	chmod o+x "$T"
	call_as() { setpriv --reuid=65534 --regid=65534 "$1" busctl call org.kipc1 /org/kipc1 org.kipc1.Manager "${@:2}"; }
	exits 0 "any user may List" call_as --clear-groups List su '' 1
	for method in Reload 'Create ssas queue bills 0' 'Remove sbb orders true false' 'Set sas orders 1 mode=0600'; do
		# shellcheck disable=SC2086
		exits 1 "a user without rights may not ${method%% *}" call_as --clear-groups $method
		like "... with the reason" "$ERR" "uid 65534 may not change channels: only root"
	done
	exits 0 "a member of the admin group may Create" call_as --groups=4711 Create ssas queue bills 0
	is "... which creates the channel" "$(property bills Channel State)" 's "active"'
	exits 0 "... and Remove" call_as --groups=4711 Remove sbb bills false false
	exits 1 "no other user may own the name" as 65534 busctl call org.freedesktop.DBus \
		/org/freedesktop/DBus org.freedesktop.DBus RequestName su org.kipc1 0
	exits 1 "... nor change the log level" as 65534 busctl set-property org.kipc1 \
		/org/freedesktop/LogControl1 org.freedesktop.LogControl1 LogLevel s debug
else
	skip "permissions" "there is no other user here"
fi
log_level() { busctl "$1-property" org.kipc1 /org/freedesktop/LogControl1 org.freedesktop.LogControl1 LogLevel "${@:2}"; }
exits 0 "root may change the log level" log_level set s debug
is "... which takes effect" "$(log_level get)" 's "debug"'
exits 1 "an unknown log level is an error" log_level set s loud
like "... with a sentence" "$ERR" "'loud' is not a level"

# A flood of calls from one user is refused and does not block others.
like "too many calls are refused" "$(perl "$top_src/tests/peers/hostile-client.pl" "$T/bus" eager-on-bus 3000)" '^1[0-9]{3} served, [1-9][0-9]* refused$'

# -- signals -------------------------------------------------------------------------------------------------------

stdbuf -oL busctl monitor --json=short --match="type='signal',path_namespace='/org/kipc1'" >"$T/signals" 2>"$T/monitor" &
monitor=$!
is_monitoring() { grep -q 'Monitoring' "$T/monitor" "$T/signals"; }
until_true is_monitoring
can_call() { call List su '' 1 >/dev/null 2>&1; }
until_true can_call # the flood is over
before=$(id_of orders)
ipcrm -q "$before"
is_signalled() { grep -q '"path":"/org/kipc1/channel/orders".*"member":"PropertiesChanged"' "$T/signals"; }
exits 0 "a new id is signalled" until_true is_signalled
like "with the id" "$(grep PropertiesChanged "$T/signals")" "\"Id\":\{\"type\":\"i\",\"data\":$(id_of orders)\}"
like "... and so is the event" "$(grep '"member":"Event"' "$T/signals")" '"healed","orders","queue"'
kipcctl send orders more
call List su '' 1 >/dev/null
is "... but no figures" "$(grep -c PropertiesChanged "$T/signals")" 1
kill "$monitor"
wait "$monitor" 2>/dev/null

# -- a bus that stops and returns ---------------------------------------------------------------------------------

stop_bus
is_noticed() { grep -q 'kipcd lost its connection to the system bus' "$T/kipcd.log"; }
exits 0 "kipcd notices that the bus has stopped" until_true is_noticed
exits 0 "... and still works" kipcctl reload
start_bus
exits 0 "... and gets the name on the next bus" until_true has_name
exits 0 "... and answers there" call Reload
stop_kipcd
is "kipcd exits with 0" "$kipcd_status" 0
is "... and releases the name" "$(busctl list --acquired | grep -c '^org.kipc1 ')" 0

# -- a bus that does not know kipcd's user yet -------------------------------------------------------------------------

# The bus reads its policy when it starts; the installation adds kipcd's policy afterwards.
stop_bus
sed -i 's|user="0"|user="nosuch"|' "$T/policy.conf"
start_bus
until_true busctl list >/dev/null 2>&1
sed -i 's|user="nosuch"|user="0"|' "$T/policy.conf"
: >"$T/kipcd.log"
start --system-bus
exits 0 "kipcd makes the bus read its policy and gets the name" until_true has_name
like "... and the log says so" "$(log)" 'has the name org.kipc1 on the system bus, which had refused it before'
stop_kipcd

# A bus that keeps refusing is asked again, and at once when it has read its policy.
sed -i 's|user="0"|user="nosuch"|' "$T/policy.conf"
reload_bus() { busctl call org.freedesktop.DBus / org.freedesktop.DBus ReloadConfig; }
reload_bus
: >"$T/kipcd.log"
start --system-bus
is_refused() { grep -q 'cannot get the name org.kipc1 on the system bus: .*not allowed to own .*; kipcctl does not need it' "$T/kipcd.log"; }
exits 0 "a refusal is logged" until_true is_refused
exits 0 "... and kipcd works" kipcctl reload
sed -i 's|user="nosuch"|user="0"|' "$T/policy.conf"
reload_bus
exits 0 "kipcd gets the name once the policy allows it" until_true has_name
is "... and the refusal was logged once" "$(grep -c 'cannot get the name org.kipc1' "$T/kipcd.log")" 1
stop_kipcd

# -- a bus that does nothing -----------------------------------------------------------------------------------------

kill -STOP "$bus_pid"
start --system-bus
exits 0 "kipcd works with a bus that hangs" kipcctl reload
kill "$kipcd_pid"
exits 0 "... and stops at once" timeout 10 tail --pid="$kipcd_pid" -s 0.05 -f /dev/null
stop_kipcd KILL 2>/dev/null
is "kipcd exits with 0" "$kipcd_status" 0
kill -CONT "$bus_pid"

# unread CALL…: the calls reach kipcd, and then the bus reads nothing more from it
unread() {
	kill -STOP "$kipcd_pid"
	"$@"
	busctl list >/dev/null # the bus has passed on what it got before
	kill -STOP "$bus_pid"
	kill -CONT "$kipcd_pid"
}
start --system-bus
until_true has_name
unread busctl --expect-reply=no call org.kipc1 /org/kipc1 org.kipc1.Manager List su '' 1
is_left() { grep -q 'the system bus .*: kipcd disconnects from it for 30 s' "$T/kipcd.log"; }
exits 0 "kipcd disconnects from a bus that does not identify callers" until_true is_left
exits 0 "... and still works" timeout 15 kipcctl reload
kill -CONT "$bus_pid"
stop_kipcd
is "kipcd exits with 0" "$kipcd_status" 0

printf '[segment s%03d]\nsize = 4K\ndescription = %0100d\n' $(for i in {1..500}; do echo "$i $i"; done) >>"$conf"
start --system-bus
until_true has_name
mkfifo "$T/says" "$T/go"
perl "$top_src/tests/peers/hostile-client.pl" "$T/bus" stuffing 5 >"$T/says" <"$T/go" &
exec 7<"$T/says" 8>"$T/go"
read -r says <&7
before=$(memory)
stuff() { echo go >&8; read -r says <&7; }
unread stuff
is "unread replies pile up" "$says" sent
now=0
has_grown() { [ "$(memory)" -gt $((before + 4000)) ]; }
is_steady() { local last=$now; now=$(memory); [ "$now" = "$last" ]; }
until_true has_grown
until_true is_steady
if [ -n "${SANITIZER_FLAGS:-}" ]; then
	skip "kipcd keeps only few unread replies" "sanitizers keep what is freed"
else
	like "kipcd keeps only few unread replies" "$((now - before)) KiB" '^[0-9]{4} KiB$'
fi
exits 0 "... and answers on its socket" timeout 15 kipcctl list
kill -CONT "$bus_pid"
stop_kipcd
has_no_name() { ! has_name; }
until_true has_no_name

start
kipcctl reload >/dev/null
is "a kipcd with another runtime folder does not ask for the name" "$(busctl list --acquired | grep -c '^org.kipc1 ')" 0
finish
