#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The first hour with kipc on a running Debian machine: installs the packages, and then runs every command that README.md and
# the manual pages print, unchanged and as the user it is for. Runs in the booted machine as root (first-hour.service); then
# the machine reboots, for scenarios.sh.
. "$(dirname "$0")/tap.sh"
unset KIPC_RUNTIME_DIR # the system's
here=/kipc-boot
. $here/follow.sh

state() { systemctl is-active "${1:-kipcd.service}"; }
journal() { journalctl --sync; journalctl -b -o cat -u kipcd.service; }
list=(busctl --timeout=20 call org.kipc1 /org/kipc1 org.kipc1.Manager List su "" 10)
# Restores the state just after the installation, without any IPC objects.
start_over() {
	systemctl stop 'kipc-consume@*' kipcd.service kipcd.socket
	ipcrm --all
	rm -rf /run/kipcd/* /var/lib/kipc/* /etc/kipc/kipcd.conf.d/* /etc/kipc/consume/*
	cp "$T/kipcd.conf.installed" /etc/kipc/kipcd.conf
	systemctl reset-failed
	systemctl start kipcd.socket kipcd.service
}
# Creates the working folder with the files that the pages mention.
folder=/home/olga/kipc
work_in() {
	rm -rf "$folder"
	mkdir -p "$folder"
	cat >"$folder/bill" <<'EOF'
#!/bin/sh
if [ -n "${KIPC_CHANNEL:-}" ]; then exec kipcctl recv --all "$KIPC_CHANNEL"; fi
echo "$1" >>billed
EOF
	head -c 5000 /dev/urandom >"$folder/picture.png"
	printf 'all:\n\t@echo built\n' >"$folder/Makefile"
	chmod 755 "$folder/bill"
}

echo "127.0.1.1 $(hostname)" >>/etc/hosts # sudo looks it up

# -- the packages, on a running machine ----------------------------------------------------------------------------------

work_in
printf '#!/bin/sh\n# The host has built the packages.\n' >"$folder/bootstrap"
chmod 755 "$folder/bootstrap"
mkdir -p "$folder/build"
cp -r $here/packages "$folder/build/packages"
is "the user kipc does not exist yet" "$(getent passwd kipc)" ""
is "the system bus runs before the installation" "$(state dbus.service)" active
follow README Install olga
cp /etc/kipc/kipcd.conf "$T/kipcd.conf.installed"
is "kipcd runs, and systemd listens on its socket" "$(state) $(state kipcd.socket)" "active active"
exits 0 "kipcd is org.kipc1 at once" "${list[@]}"
unlike "... and the bus has not refused the name" "$(journal)" 'cannot get the name org.kipc1|had refused'
is "nothing has failed" "$(systemctl --failed --no-legend)" ""
dpkg -i $here/packages/*.deb >"$T/dpkg" 2>&1 || fail "the libraries are installed, too" "$(cat "$T/dpkg")"
usermod -aG kipc-admin olga

# -- a call of org.kipc1 never hangs -------------------------------------------------------------------------------

policy=/usr/share/dbus-1/system.d/org.kipc1.conf
is_on_bus() { busctl list --acquired | grep -q '^org.kipc1 '; }
cp $policy "$T/policy"
sed -i 's/user="kipc"/user="nosuch"/' $policy
systemctl reload dbus
systemctl restart kipcd
exits 1 "the bus refuses the name to kipcd: a call fails" "${list[@]}"
unlike "... and does not hang" "$ERR" 'timed out'
like "... systemctl status says why" "$(systemctl show -P StatusText kipcd.service)" 'the system bus refuses it the name org.kipc1'
exits 0 "... kipcctl does not need it" kipcctl list
cp "$T/policy" $policy
systemctl reload dbus
exits 0 "when the bus allows it, kipcd has the name" until_true is_on_bus
exits 0 "... and answers" "${list[@]}"
systemctl stop kipcd.service kipcd.socket
printf '[quue x]\n' >/etc/kipc/kipcd.conf.d/wrong.conf
exits 1 "kipcd refuses the configuration: a call fails" "${list[@]}"
unlike "... and does not hang" "$ERR" 'timed out'
rm /etc/kipc/kipcd.conf.d/wrong.conf
systemctl reset-failed kipcd.service kipcd.socket
exits 0 "after the correction, a call starts kipcd" "${list[@]}"

# -- units that miss something ---------------------------------------------------------------------------------------------

log_of() { journalctl --sync; journalctl -b -o cat -u "$1"; }
exits 1 "a consumer of an undeclared channel does not start" systemctl start kipc-consume@nosuch.path
like "... its check says what to declare" "$(log_of kipc-consume-check@nosuch.service)" "no section declares the channel nosuch: put \[queue nosuch\] with 'activate = yes' into /etc/kipc/kipcd.conf.d/nosuch.conf"
like "... and what to write" "$(log_of kipc-consume-check@nosuch.service)" '/etc/kipc/consume/nosuch, .* is missing'
unlike "... and does not mention an assertion" "$ERR" 'Assertion'
exits 1 "the metrics timer does not start without node_exporter" systemctl start kipc-metrics.timer
like "... its check says why" "$(log_of kipc-metrics-check.service)" 'no folder /var/lib/prometheus/node-exporter: install prometheus-node-exporter'

# -- kipc(7) -------------------------------------------------------------------------------------------------------

start_over
work_in
mkdir -p /var/lib/prometheus/node-exporter
# Old programs: a queue with messages, and a table.
as_newcomer app perl -e '
	$q = msgget(0x4b01, 01660) // die; msgsnd($q, pack("l! a*", 1, "order $_"), 0) for 1 .. 3;
	$s = shmget(0x4b02, 65536, 01640) // die; shmwrite($s, "prices", 0, 6)'
queue=$(ipcs -q | awk '$1 == "0x00004b01" { print $2 }')
ends 'sudo kipcctl doctor' '0 8'
for section in LOOK "FIND WHAT IS WRONG" "GIVE NAMES" "HAND OVER"; do follow kipc.7 "$section" olga; done
everything_followed kipc.7
is "the objects have names" "$(kipcctl list --no-legend --columns=name,state | xargs)" "orders active prices active"
is "kipcd owns the queue, and it is the same one" "$(stat -c %U /run/kipcd) $(readlink /run/kipcd/channels/orders | cut -d: -f3)" "kipc $queue"
is "with its messages" "$(kipcctl recv --all orders | xargs)" "order 1 order 2 order 3"
exits 0 "the adopted queue is declared as it is, and nothing overrides it" kipcctl check
is "... check has nothing to say" "$OUT$ERR" ""
like "... nor has plan" "$(kipcctl plan 2>&1)" '^nothing to do: 2 channels are as declared$'
exits 0 "... and for everybody" as_newcomer olga kipcctl check
# The commands within the text.
while read -r command <&3; do
	case $command in
	*top) exits 0 "kipc.7: $command" as_newcomer root TERM=xterm script --quiet --return --command "$command" /dev/null <<<q ;;
	*--follow) exits 130 "kipc.7: $command" as_newcomer root timeout --preserve-status --signal=INT 2 $command ;;
	*) exits 0 "kipc.7: $command" as_newcomer root $command ;;
	esac
done 3< <(zcat -f "$(page kipc.7)" | sed -n 's/^\.B "\(kipcctl\|systemctl\|journalctl\) \(.*\)"$/\1 \2/p')

# -- README --------------------------------------------------------------------------------------------------------

start_over
work_in
printf '%s' '[queue orders]
key = 0x4b01
capacity = 16K
[segment prices]
key = 0x4b02
size = 64K
[semaphore build]
values = 1
' >"$folder/kipcd.conf"
ends 'kipcctl remove orders' 1
follow README "A taste" olga
any_output=1 follow README "Finding problems" olga
ends 'kipcctl remove orders' 0
everything_followed README "Two commands on a fresh machine=.ci/run does"

# -- kipcctl(1) ----------------------------------------------------------------------------------------------------

start_over
block kipcd.conf.5 EXAMPLES 1 >/etc/kipc/kipcd.conf
exits 0 "kipcd.conf.5: the example is valid" kipcctl check
systemctl reload kipcd
ends 'while message=$(kipcctl recv orders); do ./bill "$message"; done' forever
work_in
limit=120
follow kipcctl.1 EXAMPLES root
if cmp -s "$folder/picture.png" "$folder/copy.png"; then pass "a binary file arrives unchanged"; else fail "a binary file arrives unchanged"; fi
start_over
work_in
block kipcd.conf.5 EXAMPLES 1 >"$folder/kipcd.conf"
prelude='export KIPC_RUNTIME_DIR=$PWD/run; /usr/sbin/kipcd --config=kipcd.conf & until_answers'
follow kipcctl.1 EXAMPLES olga
prelude=
everything_followed kipcctl.1 COMPLETION="what a shell asks" "VERBS FOR CHANNELS=a line of a unit"

# -- kipcd(8), kipcd.conf(5) ---------------------------------------------------------------------------------------

start_over
work_in
printf '[daemon]\ngroup = kipc-admin\n[queue orders]\nkey = 0x4b01\n[semaphore build]\nvalues = 1\n' >/etc/kipc/kipcd.conf
systemctl reload kipcd
kipcctl send orders one two
follow kipcd.8 "THE REGISTRY" olga
follow kipcd.8 "CONTROL INTERFACE" olga
ends 'gdbus monitor --system --dest org.kipc1' forever
follow kipcd.8 Examples olga
rm -rf /tmp/kipc
follow kipcd.8 EXAMPLES olga
everything_followed kipcd.8

start_over
work_in
block kipcd.conf.5 "Starting consumers" 1 >/etc/kipc/kipcd.conf.d/orders.conf
block kipcd.conf.5 "Starting consumers" 2 >/etc/kipc/consume/orders
only=console follow kipcd.conf.5 "Starting consumers" olga
is_in_journal() { journalctl --sync; journalctl -b -o cat -t orders | grep -qx hello; }
exits 0 "the consumer got the message" until_true is_in_journal
has_ended() { [ -z "$(kipcctl peek --all orders 2>/dev/null)" ] && systemctl show -P ExecMainStatus kipc-consume@orders.service | grep -qx 0; }
exits 0 "... and has exited, and the queue is empty" until_true has_ended
for page in kipcd.conf.5 libkipc.3; do only=console everything_followed $page; done
ipcrm --all
systemctl disable --now kipc-consume@orders.path kipc-metrics.timer 2>/dev/null

# -- for scenarios.sh ----------------------------------------------------------------------------------------------

start_over
cp $here/kipcd.conf /etc/kipc/kipcd.conf.d/50-boot.conf
systemctl enable dependent.service scenarios.service
systemctl disable first-hour.service
finish
