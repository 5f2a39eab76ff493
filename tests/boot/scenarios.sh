#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests a booted machine, from its first minute to the purge of the package. Runs in the machine as root (scenarios.service),
# one scenario after the other; each restores the state that it found. Prints TAP. Figures that are not tested go to
# out/measured.
. "$(dirname "$0")/tap.sh"
unset KIPC_RUNTIME_DIR # the system's
here=/kipc-boot
out=$here/out
channels=/run/kipcd/channels
control=/run/kipcd/control
extra=/etc/kipc/kipcd.conf.d/60-extra.conf
drop_in=/run/systemd/system/kipcd.service.d

# -- helpers -----------------------------------------------------------------------------------------------------

scenario() {
	echo "# -- $*"
	systemctl reset-failed kipcd.service kipcd.socket 2>/dev/null # tests start them often, which must not reach a limit
	journal >/dev/null
}
measured() { echo "$*" >>"$out/measured"; }

# become USER COMMAND…: replaces this shell, so that in the background $! is the program itself
become() { exec setpriv --reuid="$1" --regid="$1" --init-groups env HOME="/home/$1" "${@:2}"; }
as() { (become "$@"); }
property() { systemctl show -P "$1" "${2:-kipcd.service}"; }
pid() { property MainPID; }
bus() { busctl --timeout=5 "$@"; }
state() { systemctl is-active "${1:-kipcd.service}"; }
is_state() { [ "$(state "$1")" = "$2" ]; }
# is_replaced PID: kipcd is ready, and is another process
is_replaced() { [ "$(pid)" != "$1" ] && is_state kipcd.service active; }
# journal: what kipcd logged since the last call
journal() { journalctl --sync; journalctl --quiet --cursor-file="$T/cursor" -b -o cat -u kipcd.service "$@"; }
is_in_journal() { journal >>"$T/journal"; grep -Eq -- "$1" "$T/journal"; }

# Name, kind, key, id and creator of each channel, which must not change.
registry() {
	local link
	for link in "$channels"/*; do echo "${link##*/} $(readlink "$link" | cut -d: -f1-4)"; done
}
active() { kipcctl list --no-legend --columns=name,state | awk '$2 == "active" { print $1 }' | xargs; }
all="build failing jobs orders prices ticks traffic"

switches() { cat "/proc/$1/task/"*/status | awk '/^voluntary_ctxt_switches/ { n += $2 } END { print n }'; }
cpu_ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }
ms() { awk -v us="$1" 'BEGIN { printf "%.1f ms", us / 1000 }'; }
start_time() { ms $(($(property ActiveEnterTimestampMonotonic "$1") - $(property InactiveExitTimestampMonotonic "$1"))); }
# pause SECONDS: lets the machine be idle
pause() { read -r -t "$1" _ <>"$T/never"; }
mkfifo "$T/never"

# -- 1, 2 --------------------------------------------------------------------------------------------------------

scenario boot to ready
is "kipcd is active" "$(state)" active
is_state kipcd.service active || { journal; echo "Bail out! without it there is nothing to see"; exit 1; }
like "the status line counts" "$(property StatusText)" '^7 channels, 7 active, 0 in trouble'
is "all channels exist" "$(active)" "$all"
is "... and no unit has failed" "$(systemctl --failed --no-legend)" ""
measured "kipcd, from start to ready at boot: $(start_time kipcd.service)"

scenario channels exist before a service that needs them starts
is "the service found its queue" "$(state dependent.service)" active
exits 1 "... and would have failed without it" systemd-run --quiet --wait -p User=app perl -e 'exit !defined msgget(0x7777, 0)'

# Figures of a machine that has just booted.
systemctl start systemd-hostnamed rtkit-daemon
declare -A before
services=
for service in kipcd systemd-hostnamed rtkit-daemon; do
	# rtkit limits its number of processes, which includes those of other machines with the same uid.
	if is_state $service.service active; then services="$services $service"; else measured "$service: does not run here"; fi
done
for service in $services; do before[$service]=$(switches "$(property MainPID $service)"); done
pause 10
for service in $services; do
	process=$(property MainPID $service)
	measured "$service: $(awk '/^Pss:/ { print $2 }' "/proc/$process/smaps_rollup") KiB proportional set size," \
		"$((($(switches "$process") - ${before[$service]}) * 6)) wake-ups a minute"
done
for service in $services; do
	systemctl restart $service || continue
	measured "$service, from start to ready once all is up: $(start_time $service.service)"
	measured "$service: $(systemd-analyze security --no-pager $service.service | tail -n 1)"
done
# time_of WHAT COMMAND…: the mean time of 20 runs
time_of() {
	local what=$1 begin=${EPOCHREALTIME/./} i
	shift
	for i in {1..20}; do "$@" >/dev/null || { measured "$what: failed"; return; }; done
	measured "$what: $(ms $(((${EPOCHREALTIME/./} - begin) / 20)))"
}
list=(call org.kipc1 /org/kipc1 org.kipc1.Manager List su "" 1000)
time_of "kipcctl list, over the socket" kipcctl list
time_of "busctl call List, over the socket" busctl --address=unix:path=$control "${list[@]}"
time_of "busctl call List, over the system bus" bus "${list[@]}"
time_of "busctl call GetId, of the bus itself" bus call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus GetId

# -- 3 -----------------------------------------------------------------------------------------------------------

scenario reload with a good and with a bad configuration
old=$(pid)
printf '[queue added]\n' >$extra
exits 0 "a good one succeeds" systemctl reload kipcd
is "the new channel exists when reload returns" "$(kipcctl list --no-legend --columns=name,state | grep -c '^added *active')" 1
printf '[queue added]\nmode = 999\n[quue other]\n' >$extra
exits 1 "a bad one fails" systemctl reload kipcd
is "... and changes nothing" "$(state) $(pid) $(active)" "active $old added $all"
if until_true is_in_journal "$extra:2: \[queue added\] mode:"; then pass "the journal names file and line"; else fail "the journal names file and line" "$(cat "$T/journal")"; fi
like "... and the other mistake" "$(cat "$T/journal")" "$extra:3: .*quue"
rm $extra
exits 0 "the old configuration is loaded again" systemctl reload kipcd
kipcctl remove --quiet added
is "... with the old channels" "$(active)" "$all"

# -- 4, 5 --------------------------------------------------------------------------------------------------------

same=$(registry)
scenario 'kill -9'
kipcctl send orders one two three
old=$(pid)
kill -9 "$old"
if until_true is_replaced "$old"; then pass "systemd starts it again"; else fail "systemd starts it again" "$(systemctl status kipcd)"; fi
is "the same objects" "$(registry)" "$same"
is "... with their messages" "$(kipcctl recv --all orders | xargs)" "one two three"

scenario a kipcd that hangs
mkdir -p $drop_in
printf '[Service]\nWatchdogSec=2\n' >$drop_in/watchdog.conf
systemctl daemon-reload
systemctl restart kipcd
kipcctl send orders kept
old=$(pid)
pause 3
is "a kipcd that answers is left alone" "$(pid)" "$old"
kill -STOP "$old"
if until_true is_replaced "$old"; then pass "systemd kills it and starts another"; else fail "systemd kills it and starts another" "$(systemctl status kipcd)"; fi
if until_true is_in_journal 'Watchdog timeout'; then pass "because of the watchdog"; else fail "because of the watchdog" "$(cat "$T/journal")"; fi
is "the same objects" "$(registry)" "$same"
is "... with their messages" "$(kipcctl recv --all orders)" kept
rm $drop_in/watchdog.conf
systemctl daemon-reload
systemctl restart kipcd

# -- 6 -----------------------------------------------------------------------------------------------------------

scenario socket activation
for user in root mallory; do
	systemctl stop kipcd.service 2>/dev/null
	is "kipcd is stopped, its socket is not" "$(state) $(state kipcd.socket)" "inactive active"
	exits 0 "kipcctl list of $user" as $user kipcctl list --no-legend --columns=name,state
	is "... finds everything" "$(awk '$2 == "active" { print $1 }' <<<"$OUT" | xargs)" "$all"
	is "... since it started kipcd" "$(state)" active
done

scenario bus activation
systemctl stop kipcd.service kipcd.socket
exits 0 "a call of org.kipc1" as mallory busctl --timeout=5 "${list[@]}"
like "... finds everything" "$OUT" '"ticks".*"traffic"'
is "... since it started kipcd, and its socket" "$(state) $(state kipcd.socket)" "active active"

# -- 7 -----------------------------------------------------------------------------------------------------------

scenario queue activation
has_lines() { [ "$(wc -l <"$1")" -ge "$2" ]; }
# consumer CHANNEL COMMAND: kipc-consume@CHANNEL.service runs this; its output goes to out/CHANNEL
consumer() {
	mkdir -p /etc/kipc/consume "/run/systemd/system/kipc-consume@$1.service.d"
	printf '#!/bin/sh\n%s\n' "$2" >"/etc/kipc/consume/$1"
	chmod 755 "/etc/kipc/consume/$1"
	printf '[Service]\nStandardOutput=append:%s\n' "$out/$1" >"/run/systemd/system/kipc-consume@$1.service.d/output.conf"
	: >"$out/$1"
	systemctl daemon-reload
}
consumer jobs "kipcctl recv --all \$KIPC_CHANNEL"
exits 0 "a path unit waits for messages" systemctl start kipc-consume@jobs.path
is "... and its consumer does not run yet" "$(state kipc-consume@jobs.service)" inactive
kipcctl send jobs 1 2 3
until_true has_lines "$out/jobs" 3
is "a burst starts it" "$(xargs <"$out/jobs")" "1 2 3"
is_at_rest() { is_state kipc-consume@jobs.service inactive && [ ! -e /run/kipcd/waiting/jobs ]; }
if until_true is_at_rest; then pass "it exits when no message waits"; else fail "it exits when no message waits" "$(systemctl status kipc-consume@jobs.service)"; fi
starts=$(journalctl -b -o cat -u kipc-consume@jobs.service | grep -c '^Starting')
if [ "$starts" -ge 1 ] && [ "$starts" -le 3 ]; then pass "it was not started needlessly"; else fail "it was not started needlessly" "$starts starts"; fi
# Two more bursts, with a restart of kipcd between them.
seq 4 100 | kipcctl send jobs
systemctl restart kipcd
seq 101 200 | kipcctl send jobs
until_true has_lines "$out/jobs" 200
is "each message of more bursts arrived once, in order" "$(xargs <"$out/jobs")" "$(seq 200 | xargs)"
until_true is_at_rest
systemctl stop kipc-consume@jobs.path

old=$(pid)
ticks=$(cpu_ticks "$old")
consumer failing 'echo started; exit 1'
exits 0 "a consumer that fails at once" systemctl start kipc-consume@failing.path
kipcctl send failing x
until_true has_lines "$out/failing" 1
pause 3
is "... is held back" "$(wc -l <"$out/failing")" 1
systemctl stop kipc-consume@failing.path kipc-consume@failing.service
exits 0 "a path unit without a limit of its own" systemctl start failing.path
if until_true is_state failing.path failed; then pass "... is stopped by systemd's own limit"; else fail "... is stopped by systemd's own limit" "$(systemctl status failing.path failing.service; ls /run/kipcd/waiting)"; fi
pause 1
ticks=$(($(cpu_ticks "$old") - ticks))
if [ $ticks -le 10 ]; then pass "... and kipcd does not spin"; else fail "... and kipcd does not spin" "$ticks ticks of processor time in 4 s"; fi
is "the message is still in the queue" "$(kipcctl recv --all failing)" x
systemctl reset-failed failing.path failing.service kipc-consume@failing.service 2>/dev/null

# -- 8 -----------------------------------------------------------------------------------------------------------

scenario members of kipc-admin, and others
manager=(org.kipc1 /org/kipc1 org.kipc1.Manager)
exits 0 "a member creates a channel" as olga kipcctl create queue mine
exits 5 "another user may not remove it" as mallory kipcctl remove mine
exits 0 "the member may" as olga kipcctl remove mine
exits 5 "another user may not create one" as mallory kipcctl create queue mine
exits 0 "every user may list" as mallory kipcctl list
exits 0 "over the system bus, a member creates one" as olga busctl --timeout=5 call "${manager[@]}" Create ssas queue mine 0
exits 1 "another user may not remove it" as mallory busctl --timeout=5 call "${manager[@]}" Remove sbb mine false false
like "... and gets the reason" "$ERR" 'members of the group'
exits 0 "the member may" as olga busctl --timeout=5 call "${manager[@]}" Remove sbb mine false false
exits 1 "another user may not create one" as mallory busctl --timeout=5 call "${manager[@]}" Create ssas queue mine 0
exits 0 "every user may list" as mallory busctl --timeout=5 "${list[@]}"
exits 1 "another user may not own the name org.kipc1" as mallory busctl --timeout=5 call org.freedesktop.DBus /org/freedesktop/DBus \
	org.freedesktop.DBus RequestName su org.kipc1 2
like "... because the bus denies it" "$ERR" '[Aa]ccess denied|not allowed'

# -- 9 -----------------------------------------------------------------------------------------------------------

scenario stop and start
kipcctl send orders kept
systemctl stop kipcd.service kipcd.socket
is "messages flow without kipcd" "$(kipcctl send orders more; kipcctl recv orders)" kept
is "the objects and names remain" "$(registry)" "$same"
systemctl start kipcd.socket kipcd.service
is "kipcd finds them at the next start" "$(registry) $(active)" "$same $all"
is "... with their messages" "$(kipcctl recv --all orders)" more

scenario the runtime folder is removed
kipcctl send orders kept
kipcctl create --quiet queue made key=0x4d4d01
with_made=$(registry)
old=$(pid)
rm -r /run/kipcd
is_back() { is_replaced "$old" && [ "$(registry 2>/dev/null)" = "$with_made" ] && kipcctl list --quiet --no-legend >/dev/null; }
if until_true is_back; then pass "systemd starts kipcd with a new one, with every name"; else fail "systemd starts kipcd with a new one" "$(registry; systemctl status kipcd; journal)"; fi
is "... with all channels, also the one that create made" "$(active)" "$(xargs -n 1 <<<"$all made" | sort | xargs)"
is "... with their messages" "$(kipcctl recv --all orders)" kept
journal >"$T/journal"
like "the journal says why" "$(cat "$T/journal")" 'the runtime folder /run/kipcd was removed, and kipcd cannot recreate it'
like "... and what kipcd did" "$(cat "$T/journal")" 'is new: [0-9]+ links and 1 section were restored from /var/lib/kipc/registry'
exits 0 "changes work" kipcctl remove made
is "systemd listens on the new socket" "$(state) $(state kipcd.socket)" "active active"
unlike "... so that kipcd need not" "$(cat "$T/journal")" 'kipcd now listens on its own'
is "the objects are the same" "$(registry)" "$same"
systemctl stop kipcd.service
exits 0 "the first call starts a stopped kipcd" kipcctl reload --quiet
is "... because systemd listens" "$(state) $(state kipcd.socket)" "active active"

scenario the control socket is removed
rm $control
if until_true test -S $control; then pass "kipcd creates another"; else fail "kipcd creates another" "$(journal)"; fi
exits 0 "... and answers there" kipcctl reload --quiet
command=$(journal | sed -n "s/.*kipcd now listens on its own; '\(.*\)' makes systemd listen again$/\1/p")
like "the journal gives the command that makes systemd listen again" "$command" '^systemctl '
exits 0 "... $command" bash -c "$command"
systemctl stop kipcd.service
exits 0 "... so that the first call starts a stopped kipcd" kipcctl reload --quiet
rm $control
until_true test -S $control
old=$(pid)
kill -9 "$old"
if until_true is_replaced "$old"; then pass "systemd restarts a kipcd that is killed now"; else fail "systemd restarts a kipcd that is killed now" "$(systemctl status kipcd)"; fi
exits 0 "... and it answers" kipcctl reload --quiet
exits 0 "... $command" bash -c "$command"
is "the objects are the same" "$(registry)" "$same"

scenario a start with a bad configuration
kipcctl send orders kept
printf '[queue orders]\ncapacity = lots\n' >$extra
exits 1 "is refused" systemctl restart kipcd.service
is "... with the status 78" "$(property ExecMainStatus)" 78
is "... and not repeated" "$(state) $(property NRestarts)" "failed 0"
is "the objects and names remain" "$(registry)" "$same"
is "... with their messages" "$(kipcctl recv --all orders)" kept
journal >/dev/null
exits 0 "a call on the socket is answered from the registry" kipcctl list
like "... and says so" "$ERR" 'not reachable'
is_state kipcd.service activating && until_true is_state kipcd.service failed
is "... after one more start, not several" "$(journal | grep -c 'start kipcd again')" 1
like "systemctl status shows the mistake" "$(systemctl status kipcd)" "$extra:2: .*capacity"
is "... and the socket still listens" "$(state kipcd.socket)" active
for i in {1..12}; do as mallory kipcctl list >/dev/null 2>&1; done
for i in {1..3}; do as mallory busctl --timeout=5 "${list[@]}" >/dev/null 2>&1; done
for i in {1..8}; do systemctl start kipcd.service 2>/dev/null && fail "another start is refused, too"; done
unlike "many attempts do not reach systemd's start limit" "$(systemctl status kipcd.service kipcd.socket)" 'start-limit|too quickly|repeated'
is "... the socket still listens" "$(state kipcd.socket)" active
is "... and another start shows the status" "$(property ExecMainStatus)" 78
as mallory kipcctl list >/dev/null 2>&1 # kipcd checks just now whether the mistake is corrected
rm $extra
exits 0 "after the correction, the first command of any user starts kipcd" as mallory kipcctl list --no-legend --columns=name,state
is "... and finds all channels" "$(awk '$2 == "active" { print $1 }' <<<"$OUT" | xargs)" "$all"
is "kipcd runs" "$(state)" active
is "all channels" "$(active)" "$all"

# -- 12 ----------------------------------------------------------------------------------------------------------

scenario the journal
journalctl --sync
like "a channel's entries are found by its name" \
	"$(journalctl -b -o json KIPC_CHANNEL=orders | head -n 1)" '"KIPC_(KIND":"queue|KEY":"0x00004b01)".*"KIPC_(KIND":"queue|KEY":"0x00004b01)"'
is "... and no other entries" "$(journalctl -b -o json --output-fields=KIPC_CHANNEL KIPC_CHANNEL=orders | grep -vc '"KIPC_CHANNEL":"orders"')" 0
like "journalctl -x explains them" "$(journalctl -b -x -u kipcd | grep '^-- kipcd')" '^-- kipcd has read its configuration'
like "... with the channel's name" "$(journalctl -b -x KIPC_CHANNEL=orders)" '^-- Subject: The queue orders was created'
exits 0 "the log level can be set" systemctl service-log-level kipcd debug
is "... and read" "$(systemctl service-log-level kipcd)" debug
systemctl service-log-level kipcd info

# -- 13 ----------------------------------------------------------------------------------------------------------

scenario a bus that restarts
old=$(pid)
is_on_bus() { [ "$(bus call org.freedesktop.DBus / org.freedesktop.DBus GetConnectionUnixProcessID s org.kipc1 2>/dev/null)" = "u $1" ]; }
if until_true is_on_bus "$old"; then pass "kipcd is on the bus before"; else fail "kipcd is on the bus before"; fi
systemctl restart dbus
if until_true is_on_bus "$old"; then pass "... and afterwards"; else fail "... and afterwards" "$(busctl list; systemctl status kipcd)"; fi
is "... as the same process, with all channels" "$(pid) $(active)" "$old $all"
exits 0 "... and it answers over the bus" bus "${list[@]}"

# -- 14 ----------------------------------------------------------------------------------------------------------

scenario a flood on the control socket
for how in "flood.pl $control" "hostile-client.pl $control many 100"; do
	: >"$T/flood"
	# shellcheck disable=SC2086
	become mallory perl $here/$how >"$T/flood" 2>&1 &
	flood=$!
	until_true test -s "$T/flood"
	like "${how%% *}: runs" "$(cat "$T/flood")" '^flooding|^[1-9][0-9]* connections'
	served=0
	for i in {1..20}; do
		[ "$(timeout 5 kipcctl list --no-legend --quiet --columns=name | wc -l)" = 7 ] && served=$((served + 1))
	done
	is "${how%% *}: root gets answers meanwhile" $served 20
	exits 0 "${how%% *}: ... and can reload" timeout 20 systemctl reload kipcd
	kill "$flood"
	wait "$flood" 2>/dev/null
done
exits 0 "afterwards every user gets answers" as mallory kipcctl list

# -- 15 ----------------------------------------------------------------------------------------------------------

scenario "a user's own kipcd"
uid=$(id -u olga)
of_olga() { as olga env XDG_RUNTIME_DIR="/run/user/$uid" "$@"; }
loginctl enable-linger olga
if until_true is_state "user@$uid.service" active; then
	as olga mkdir -p /home/olga/.config/kipc
	printf '[queue own]\n' | as olga tee /home/olga/.config/kipc/kipcd.conf >/dev/null
	exits 0 "the user unit starts" of_olga systemctl --user start kipcd.service
	is "... with the user's channels" "$(of_olga kipcctl --user list --no-legend --columns=name,state | tr -s ' ')" "own active"
	printf '[queue own]\n[queue two]\n' | as olga tee /home/olga/.config/kipc/kipcd.conf >/dev/null
	exits 0 "... and reloads" of_olga systemctl --user reload kipcd.service
	is "... which makes the second" "$(of_olga kipcctl --user list --no-legend --columns=name | xargs)" "own two"
	is "the system's kipcd is unchanged" "$(active)" "$all"
	of_olga kipcctl --user remove --quiet own two
	exits 0 "... and stops" of_olga systemctl --user stop kipcd.service
else
	skip "the user unit" "this container has no user manager"
fi
loginctl disable-linger olga

# -- 16 ----------------------------------------------------------------------------------------------------------

scenario a capacity above the limit of the kernel
limit=$(cat /proc/sys/kernel/msgmnb)
printf '[queue large]\ncapacity = %d\n' $((limit * 4)) >$extra
capacity() { kipcctl list --bytes --no-legend --columns=name,capacity | awk '$1 == "large" { print $2 }'; }
systemctl reload kipcd
is "without a capability it stays at the limit" "$(capacity)" "$limit"
like "... and the journal says so" "$(journal)" 'kernel.msgmnb'
mkdir -p $drop_in
cp /usr/share/doc/kipc/examples/capacity.conf $drop_in/
systemctl daemon-reload
systemctl restart kipcd
if [ $((0x$(awk '/^CapBnd:/ { print $2 }' /proc/1/status) >> 24 & 1)) = 1 ]; then
	is "with the drop-in it is reached" "$(capacity)" $((limit * 4))
	like "the journal says why" "$(journal)" 'CAP_SYS_RESOURCE'
else
	is "with the drop-in kipcd starts, and does not say that it has the capability" \
		"$(state) $(journal | grep -c 'with CAP_SYS_RESOURCE')" "active 0"
	skip "with the drop-in it is reached" "PID 1 of this container has no CAP_SYS_RESOURCE"
fi
rm $drop_in/capacity.conf $extra
systemctl daemon-reload
systemctl restart kipcd
kipcctl remove --quiet large

# -- 10, 11 ------------------------------------------------------------------------------------------------------

scenario upgrade under traffic
same=$(registry)
old=$(pid)
# A sender and a receiver that run throughout; the last message is "end".
(as app perl -e '$| = 1; until (-e $ARGV[0]) { print ++$n, "\n"; select(undef, undef, undef, 0.0005) } print "end\n"' "$T/enough" |
	as app kipcctl send traffic 2>"$T/sender") &
become app kipcctl recv --follow traffic >"$T/received" 2>"$T/receiver" &
receiver=$!
until_true test -s "$T/received"
exits 0 "the package is upgraded" dpkg -i $here/upgrade/*.deb
at_the_end=$(wc -l <"$T/received")
has_more() { [ "$(wc -l <"$T/received")" -gt $((at_the_end + 100)) ]; }
if until_true has_more; then pass "messages still flow"; else fail "messages still flow" "$(cat "$T/sender" "$T/receiver")"; fi
touch "$T/enough"
until_true grep -qx end "$T/received"
n=$(grep -vc end "$T/received")
if [ "$(grep -v end "$T/received" | cksum)" = "$(seq "$n" | cksum)" ]; then pass "each of the $n messages arrived once, in order"; else fail "each message arrived once" "$(tail -n 3 "$T/received")"; fi
is "the new version is installed" "$(dpkg-query -W -f='${Version}' kipc | grep -c newer)" 1
is "... and runs" "$([ "$(pid)" != "$old" ] && state)" active
is "... with the same objects" "$(registry)" "$same"
is "... all active" "$(active)" "$all"
kill "$receiver"

scenario an upgrade that makes the configuration invalid
old=$(pid)
kipcctl send orders kept
printf '[queue orders]\nno_more = 1\n' >$extra
exits 0 "dpkg succeeds" dpkg -i $here/packages/*.deb
like "... and names the mistake" "$OUT$ERR" "$extra:2:"
is "the old kipcd still runs" "$(state) $(pid)" "active $old"
is "the objects remain" "$(registry)" "$same"
rm $extra
exits 0 "after the correction, the new one starts" systemctl restart kipcd
is "... with the same objects" "$(registry) $(active)" "$same $all"

scenario purge, and a new installation
objects=$(ipcs -q -m -s | awk '/^0x/ { print $1, $2 }')
creator=$(id -u kipc)
mkdir -p /var/lib/prometheus/node-exporter
systemctl enable --quiet --now kipc-consume@jobs.path kipc-metrics.timer
exits 0 "the package is purged" dpkg --purge kipc
is "no unit of it is active" "$(state) $(state kipcd.socket)" "inactive inactive"
is "every object remains" "$(ipcs -q -m -s | awk '/^0x/ { print $1, $2 }')" "$objects"
is "... and their names" "$(registry)" "$same"
is "it leaves no dangling link, and no unit that systemd remembers" \
	"$(find /etc /lib/systemd /usr/lib/systemd -xtype l -lname '*kipc*'; find /var/lib/systemd -name '*kipc*'; systemctl list-units --no-legend --type=service,socket,path,timer '*kipc*')" ""
exits 0 "it is installed again" dpkg -i $here/packages/*.deb
is "... with the same user" "$(id -u kipc)" "$creator"
is "kipcd runs, and systemd listens on its socket" "$(state) $(state kipcd.socket)" "active active"
is "... and finds its channels" "$(registry) $(active)" "$same $all"
is "... with their messages" "$(kipcctl recv --all orders)" kept

# -- by hand -----------------------------------------------------------------------------------------------------

# What INSTALL.md prints, on a machine without any trace of kipc. The host has built it; `make install` copies the result.
scenario built and installed by hand
dpkg --purge kipc libkipc-dev libkipc1 >"$T/purged" 2>&1 || fail "the packages are purged" "$(cat "$T/purged")"
ipcrm --all
rm -rf /run/kipcd /var/lib/kipc /etc/kipc
for user in kipc kipc-consume; do userdel $user; done
groupdel kipc-admin
systemctl daemon-reload
systemctl reload dbus
. $here/follow.sh
folder=/home/olga/kipc
mkdir -p $folder
printf '#!/bin/sh\n' | tee $folder/configure >/usr/local/bin/autoreconf
printf '#!/bin/sh\n[ "$1" != install ] || tar -C %s -c . | tar -C / -x --keep-directory-symlink\n' $here/installed >/usr/local/bin/make
chmod 755 $folder/configure /usr/local/bin/*
follow INSTALL "Building and installing by hand" olga
everything_followed INSTALL
is "kipcd runs, and systemd listens on its socket" "$(state) $(state kipcd.socket)" "active active"
exits 0 "kipcd is org.kipc1 at once" bus "${list[@]}"
exits 0 "... and answers every user" as mallory kipcctl list

finish
