#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl doctor on problems that need more than a channel: other PID namespaces, consumers that systemd starts, a broken ring,
# logind's settings, and kipcd itself.
. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/doctor-tap.sh"

mkdir -p "$T/bin"
cat >"$conf" <<'END'
[queue orders]
key = 0x11
capacity = 64
activate = yes
[semaphore build]
key = 0x13
values = 1
[segment ticks]
key = 0x14
size = 64K
layout = ring
END
start

# -- two containers in a pod ------------------------------------------------------------------------------------------

# Each sees only its own processes; the objects are shared. doctor runs in one, the reader and the holder run in the other.
if unshare --pid --fork --mount-proc true 2>/dev/null; then
	kipcctl send orders one
	coproc pod { exec unshare --pid --fork --kill-child --mount-proc perl -e '$| = 1;
		msgrcv(msgget(0x11, 0), $b, 100, 0, 0) or die; semop(semget(0x13, 0, 0), pack "s3", 0, -1, 0) or die;
		defined shmget(0x21, 4096, 01600 | 0600) or die; print "\n"; <STDIN>'; }
	pod_pid=$pod_PID
	read -r -t 10 -u "${pod[0]}"
	kipcctl send orders "$(printf 'x%.0s' {1..64})"
	kipcctl down build & waiter=$!
	is_wanted() { kipcctl show build | grep -q "1 wait"; }
	until_true is_wanted
	doctor_by=(unshare --pid --fork --mount-proc)
	silent "a slow consumer in another container is no finding" full-unseen
	silent "a lock that another container holds is no finding" dead-holder
	LATER=100
	like "a full queue whose reader cannot be seen is found" "$(finding full-unseen)" \
		"^warning 100% full \(1 message, 64 bytes\); a process in another PID namespace \(a container\?\) received last \(20.*\), and cannot be seen from here$"
	mend full-unseen
	is "... the command keeps its message" "$(kipcctl list --columns=name,messages --no-legend | awk '$1 == "orders" { print $2 }')" 1
	like "a lock whose holder cannot be seen is found" "$(finding dead-holder)" \
		"^danger semaphore\[0\] is 0, and 1 thread is waiting for it; its last user is a process that cannot be seen from this PID namespace"
	LATER=$((3 * DAY))
	is "... the command does not release it" "$(command_of dead-holder)" "kipcctl show build"
	silent "a segment whose creator cannot be seen is no finding" orphan-segment
	doctor_by=()
	LATER=0
	kill -9 "$waiter" "$pod_pid"; wait "$waiter" "$pod_pid" 2>/dev/null
	kipcctl purge -q orders
	kipcctl up --max=1 build
	kipcctl remove -q --force segment:0x21
else
	skip "two containers in a pod are no finding" "no PID namespaces here"
fi

# -- a broken ring ----------------------------------------------------------------------------------------------------

kipcctl send ticks one two
silent "a sound ring is no finding" broken-ring
"$top_build/ring-user" ticks scribble 16 77
like "a broken ring is found" "$(finding broken-ring)" "^danger it is broken: the sizes in its header"
like "... and is not an orphan" "$(later kipcctl doctor --json | json 'join " ", map { $_->{command} // "" } @$d')" "kipcctl reset ticks"
unlike "... and the command does not remove it" "$(LATER=$((3 * DAY)) later kipcctl doctor --json | json 'join " ", map { $_->{command} // "" } @$d')" "remove"
coproc user { exec perl -MIPC::SysV=shmat -e '$| = 1; shmat(shmget(0x14, 0, 0), undef, 0) or die; print "\n"; <STDIN>'; }
user_pid=$user_PID
read -r -t 10 -u "${user[0]}"
is "... while it is attached, the command shows it" "$(command_of broken-ring)" "kipcctl show ticks"
kill "$user_pid"; wait "$user_pid" 2>/dev/null
mend broken-ring
silent "... then the command resets it" broken-ring
is "... and saves its bytes to a file" "$(stat -c %s "$T/ticks-ring.bin")" 65536
kipcctl send ticks three
is "... and the ring works" "$(kipcctl recv ticks)" three

# -- consumers ----------------------------------------------------------------------------------------------------------

if command -v dbus-daemon >/dev/null; then
	cat >"$T/bus.conf" <<END
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=$T/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
END
	export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$T/bus
	dbus-daemon --config-file="$T/bus.conf" --nofork --nopidfile 2>>"$T/bus.log" &
	until_true test -S "$T/bus"
	unit() { echo "$@" >"$T/units"; }
	unit "kipc-consume@orders.service activating auto-restart 7 3"
	mkfifo "$T/systemd"
	"$top_build/fake-systemd" "$T/units" >"$T/systemd" &
	read -r -t 10 <"$T/systemd"
	silent "a consumer without messages is no finding" consumer
	kipcctl send orders one
	until_true test -e "$T/run/waiting/orders"
	like "a consumer that fails repeatedly while messages wait is found" "$(finding consumer)" \
		"^danger messages wait, and the consumer \(kipc-consume@orders.service\) fails: systemd keeps restarting it; last exit status: 3$"
	is "... the command shows its journal" "$(command_of consumer)" "journalctl --no-pager -n 20 -u kipc-consume@orders.service"
	is "... and the message stays" "$(kipcctl peek orders)" one
	like "... metrics count it" "$(kipcctl metrics)" '^kipc_consumer_retries\{channel="orders"\} 1$'
	unit "kipc-consume@orders.service activating auto-restart 1 3"
	silent "a consumer that failed once is no finding" consumer
	unit "kipc-consume@orders.service activating start 9 0"
	silent "a consumer that runs is no finding" consumer
	unit "kipc-consume@orders.service failed failed 0 203"
	like "a consumer that systemd no longer restarts is found" "$(finding consumer)" "^danger .* fails: systemd has given up; last exit status: 203$"
	like "... metrics count it" "$(kipcctl metrics)" '^kipc_consumer_state\{channel="orders",unit="service",state="failed"\} 1$'
	unit "kipc-consume@orders.path active waiting 0 0"
	silent "a consumer that is about to start is no finding" consumer
	unit "other.service failed failed 0 1"
	silent "a channel that another program reads is no finding" consumer
	unset DBUS_SYSTEM_BUS_ADDRESS
	kipcctl purge -q orders
else
	skip "consumers" "there is no dbus-daemon"
fi

# -- logind and kipcd, in a mount namespace of their own ---------------------------------------------------------------------

# A stand-in for systemctl, since the commands must not reach the machine's systemd.
cat >"$T/bin/systemctl" <<END
#!/bin/bash
echo "\$*" >>"$T/systemctl"
[ "\$*" != "enable --now kipc-consume@orders.path" ] || echo "kipc-consume@orders.path active waiting 0 0" >"$T/units"
[ "\$*" != "start kipcd.service" ] || { mkfifo "$T/start"; "$kipcd" --ready-fd=9 9>"$T/start" 2>>"$T/system.log" & read -r _ <"$T/start"; echo \$! >"$T/system.pid"; }
END
chmod +x "$T/bin/systemctl"
settings=$("$kipcd" --help | sed -nE 's|.*\[(/.*)/kipc/kipcd\.conf\]|\1|p')
cat >"$T/inner.sh" <<'END'
. "$0.env"
mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /etc/systemd && mkdir -p "$settings" && mount -t tmpfs tmpfs "$settings" || exit 77
mkdir -p /run/systemd/seats "$settings/kipc"
unset KIPC_RUNTIME_DIR
PATH=$T/bin:$PATH
say() { echo "$1=$2" >>"$T/inner"; }
say logind "$(finding remove-ipc)"
mend remove-ipc
say logind_after "$(finding remove-ipc)"
say logind_told "$(cat "$T/systemctl")"
say none "$(finding daemon)"
if [ -S "$T/bus" ]; then
	export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$T/bus
	echo "other.service active running 0 0" >"$T/units"
	mkdir -p "$settings/kipc/consume"
	KIPC_RUNTIME_DIR=$T/run kipcctl send orders waits
	until_true test -e "$T/run/waiting/orders"
	say unstarted_other "$(KIPC_RUNTIME_DIR=$T/run finding consumer)"
	touch "$settings/kipc/consume/orders"
	say unstarted "$(KIPC_RUNTIME_DIR=$T/run finding consumer)"
	KIPC_RUNTIME_DIR=$T/run mend consumer
	say started "$(KIPC_RUNTIME_DIR=$T/run finding consumer)"
	unset DBUS_SYSTEM_BUS_ADDRESS
fi
printf '[queue system]\nkey = 0x77\n' >"$settings/kipc/kipcd.conf"
kipcctl doctor -q >/dev/null
say status "$?"
say down "$(finding daemon)"
mend daemon
say down_after "$(finding daemon)"
say there "$(kipcctl send system hello; kipcctl recv system)"
echo '[queue' >>"$settings/kipc/kipcd.conf"
say mistaken "$(finding daemon) | $(command_of daemon)"
mend daemon
say check "$(cat "$T/mend")"
kill "$(cat "$T/system.pid")"
gone() { ! kipcctl plan >/dev/null 2>&1; }
until_true gone
say refused "$(finding daemon) | $(command_of daemon)"
END
if can_be_others && unshare --mount true 2>/dev/null && mkdir -p /etc/systemd "$settings" 2>/dev/null; then
	as 12345 perl -e 'defined msgget(0x71, 01600) or die; defined shmget(0, 4096, 01600) or die'
	declare -f finding find_one command_of mend later json until_true >"$T/inner.sh.env"
	declare -p T LATER settings >>"$T/inner.sh.env"
	echo "doctor_by=(); diagnose() { sed 's/^/# /' <<<\"\$1\" >&2; }" >>"$T/inner.sh.env"
	unshare --mount bash "$T/inner.sh"
	said() { sed -n "s/^$1=//p" "$T/inner"; }
	like "RemoveIPC of logind is found when users own objects" "$(said logind)" "^warning logind removes .*: this would affect 1 object: queue:@[0-9]+ of 12345$"
	is "... and not once it is off" "$(said logind_after)" ""
	like "... the command makes logind read its settings" "$(said logind_told)" "^kill -s HUP systemd-logind$"
	if [ -S "$T/bus" ]; then
		is "a channel that another program reads needs no consumer" "$(said unstarted_other)" ""
		is "a consumer whose path unit is not active is found" "$(said unstarted)" \
			"warning messages wait, and nothing starts the consumer: kipc-consume@orders.path is not active"
		is "... the command starts it" "$(said started)" ""
		is "... and its message is still there" "$(kipcctl recv orders)" waits
	fi
	is "without declared channels a missing kipcd is no finding" "$(said none)" ""
	is "with declared channels a missing kipcd is a danger" "$(said status)" 8
	like "... with the number of channels" "$(said down)" "^danger kipcd is not running, so no channel is created or repaired \(the registry in [^ ]* has 0 channels\)"
	is "... and no finding once it runs" "$(said down_after)" ""
	is "... and answers" "$(said there)" hello
	like "a configuration with a mistake is found" "$(said mistaken)" "^warning $settings/kipc/kipcd.conf has mistakes: kipcd still uses the previous configuration, and would not start again \| kipcctl check$"
	like "... with the mistake" "$(said check)" "kipcd.conf:3: "
	like "... also while kipcd does not run" "$(said refused)" "^danger kipcd is not running, .*; it would not start: its configuration has mistakes \| kipcctl check$"
else
	skip "logind and the system's kipcd" "this needs users and a mount namespace"
fi

# -- a user that may not see other processes -----------------------------------------------------------------------------------------------------

if can_be_others; then
	chmod 755 "$T"
	like "a user that may not see other processes gets a notice" "$(as $stranger kipcctl doctor -q)" '^notice: this machine: unseen$'
	like "... with a command that sees them, for the same runtime folder" "$(as $stranger kipcctl doctor -q)" "^    [$] sudo kipcctl --runtime-dir='$T/run' doctor$"
	like "... for the user's own kipcd" "$(as $stranger env -u KIPC_RUNTIME_DIR XDG_RUNTIME_DIR="$T/his" kipcctl --user doctor -q)" \
		"^    [$] sudo kipcctl --runtime-dir='$T/his/kipcd' doctor$"
	like "... and for the system's kipcd" "$(as $stranger kipcctl --system doctor -q)" "^    [$] sudo kipcctl --system doctor$"
fi
stop_kipcd
finish
