#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcd and its environment: its folder and socket, a second kipcd, its arguments, and its messages to systemd.
. "$(dirname "$0")/tap.sh"

printf '[queue orders]\nkey = 0x4b01\n' >"$conf"
run=$KIPC_RUNTIME_DIR
kipcd_here() { timeout 20 "$kipcd" --config="$conf" "$@"; }
# start_beside COMMAND…: starts another kipcd; leaves its pid in $beside_pid
start_beside() {
	rm -f "$T/beside"
	mkfifo "$T/beside"
	"$@" --ready-fd=9 9>"$T/beside" 2>>"$T/kipcd.log" &
	beside_pid=$!
	read -r _ <"$T/beside"
}

# -- arguments -------------------------------------------------------------------------------------------------

exits 0 '--help works' "$kipcd" --help
like '... and names every option' "$(tr '\n' ' ' <<<"$OUT")" '--config=.*--runtime-dir=.*--user.*--check.*--ready-fd=.*--debug.*--version'
exits 0 '--version works' "$kipcd" --version
like '... and prints the version' "$OUT" '^kipcd \(kipc\) [0-9]'
exits 2 'an unknown option is wrong usage' "$kipcd" --nonsense
exits 0 '--state-dir is accepted' "$kipcd" --state-dir="$T/state" --version
exits 2 'an argument is wrong usage' "$kipcd" start
like '... and is named' "$ERR" "unexpected argument 'start'"
exits 2 '--ready-fd of a closed descriptor is wrong usage' "$kipcd" --ready-fd=77
exits 2 '--ready-fd of a word is wrong usage' "$kipcd" --ready-fd=x

# -- --check ---------------------------------------------------------------------------------------------------

exits 0 '--check of a valid configuration exits with 0' "$kipcd" --check --config="$conf"
is '... and prints nothing' "$OUT$ERR" ''
is '... and creates nothing' "$(count_of q)$(ls "$run" 2>&1 | grep -c 'No such file')" 01
printf '[queue orders]\nmode = 0666\n' >"$T/warn.conf"
exits 0 '--check with a warning exits with 0' "$kipcd" --check --config="$T/warn.conf"
like '... and prints it' "$ERR" "$T/warn.conf:2: warning: \[queue orders\] mode: 0666 gives access to every user"
printf '[queue orders]\nmode = 9999\n[segment prices]\n' >"$T/wrong.conf"
exits 78 '--check with mistakes exits with 78' "$kipcd" --check --config="$T/wrong.conf"
is '... and lists every mistake' "$(grep -c "^$T/wrong.conf:" <<<"$ERR")" 2
exits 78 '--check of a missing file exits with 78' "$kipcd" --check --config="$T/nowhere.conf"
cp "$conf" "$T/open.conf"
chmod 666 "$T/open.conf"
exits 78 'a configuration that others may write is refused' "$kipcd" --config="$T/open.conf"
like '... with the cure' "$ERR" "run 'chmod go-w $T/open.conf'"

# Files are judged as the kipcd of that runtime folder would judge them, whichever user asks.
if can_be 65534; then
	mkdir -p "$T/home-of-kipcd"
	chown 65534:65534 "$T/home-of-kipcd"
	kipcd_under=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	ipcrm --all
	start_kipcd --runtime-dir="$T/home-of-kipcd/run" || fail 'kipcd starts without privilege' "$(log)"
	kipcctl --runtime-dir="$T/home-of-kipcd/run" create queue scratch >/dev/null
	checked=(kipcctl --runtime-dir="$T/home-of-kipcd/run" check)
	exits 0 "check by root accepts the runtime layer of kipcd's user" "${checked[@]}" "$conf"
	is '... and prints nothing' "$OUT$ERR" ''
	exits 1 "a kipcd of another user on that folder is refused" as 4711 "$kipcd" --config="$conf" --runtime-dir="$T/home-of-kipcd/run"
	like '... with what that user can do' "$ERR" "run belongs to uid 65534, and this kipcd runs as uid 4711: start it as that user, or choose another folder with --user or --runtime-dir=$"
	exits 1 "a kipcd of root on that folder is refused" "$kipcd" --config="$conf" --runtime-dir="$T/home-of-kipcd/run"
	like '... with the reason' "$ERR" "belongs to uid 65534, and this kipcd runs as uid 0: "
	cp "$conf" "$T/draft.conf"
	chown 4711 "$T/draft.conf"
	exits 0 'any user may check its own draft' as 4711 "${checked[@]}" "$T/draft.conf"
	is '... and prints nothing' "$OUT$ERR" ''
	exits 78 "a draft of another user is refused" "${checked[@]}" "$T/draft.conf"
	like '... as that kipcd would' "$ERR" "is owned by uid 4711; chown it to root or uid 65534"
	chown 4711 "$T/home-of-kipcd/run/kipcd.conf.d/scratch.conf"
	exits 78 'a runtime layer of another user is refused' "${checked[@]}" "$conf"
	like '... with the right owner' "$ERR" "scratch.conf: the file is owned by uid 4711; chown it to root or uid 65534"
	chown 65534 "$T/home-of-kipcd/run/kipcd.conf.d/scratch.conf"
	stop_kipcd
	kipcd_under=()
	ipcrm --all

	# A file that only root may read is a mistake. A file that kipcd may read and the caller may not is none.
	mkdir -p "$T/config/kipc" "$T/home-of-kipcd/kipcd"
	chown 65534 "$T/home-of-kipcd/kipcd"
	cp "$conf" "$T/config/kipc/kipcd.conf"
	user_check=(env -u KIPC_RUNTIME_DIR XDG_CONFIG_HOME="$T/config" XDG_RUNTIME_DIR="$T/home-of-kipcd" "$kipcd" --user --check)
	exits 0 'check by root of a file that kipcd may read exits with 0' "${user_check[@]}"
	chmod 600 "$T/config/kipc/kipcd.conf"
	exits 78 'check by root of a file that kipcd may not read exits with 78' "${user_check[@]}"
	like '... with the reason' "$ERR" "$T/config/kipc/kipcd.conf: cannot be opened: Permission denied"
	exits 1 'check by a user that may read less than kipcd exits with 1' as 4711 "${user_check[@]}"
	like '... and names a user that may' "$ERR" 'kipcd runs as uid 65534, which may read files that uid 4711 may not read: run the check as root'
else
	skip 'check by other users' 'there is no other user here'
fi

# -- --check-consumer ------------------------------------------------------------------------------------------

# The executables are looked for in the configured folder, which has none here, so a missing one is reported too.
printf '[queue orders]\nkey = 0x4b01\n[queue bills]\nactivate = yes\n' >"$T/consumed.conf"
consumer() { exits 78 "--check-consumer of $1" "$kipcd" --check-consumer="$1" --config="$T/consumed.conf"; }
consumer nosuch
like '... with what to declare' "$ERR" "no section declares the channel nosuch: put \[queue nosuch\] with 'activate = yes' into $T/consumed.conf.d/nosuch.conf"
consumer orders
like '... with the key and the place' "$ERR" "orders, because its section has no 'activate = yes': add that \($T/consumed.conf:1\)"
consumer bills
like '... with the executable' "$ERR" '/kipc/consume/bills, which kipc-consume@bills.service runs, is missing'
unlike '... and nothing else' "$ERR" 'declared|activate'
consumer ../x
like '... with the invalid name' "$ERR" "'../x' is not a name; names have"
printf '[queue bills\n' >"$T/consumed.conf"
consumer bills
unlike '... says nothing about the channel if the configuration cannot be read' "$ERR" 'declared|activate'

# -- one kipcd a folder ----------------------------------------------------------------------------------------

start
printf '[queue other]\n' >"$T/other.conf"
exits 1 'a second kipcd on one folder exits' timeout 20 "$kipcd" --config="$T/other.conf"
like '... with the reason' "$ERR" "another kipcd already uses $run: stop it first, or give this one its own --runtime-dir="
is '... and creates nothing' "$(count_of q)" 1
exits 0 '... and the first one still runs' kipcctl reload
start_beside env KIPC_RUNTIME_DIR="$T/second" "$kipcd" --config="$T/other.conf" --runtime-dir="$T/third"
is 'a kipcd with another folder runs beside it' "$(kipcctl --runtime-dir="$T/third" list --no-legend --columns=name)" other
is '... --runtime-dir overrides the variable' "$(ls -d "$T/second" 2>&1 | grep -c 'No such file')" 1
kill "$beside_pid"
wait "$beside_pid"
stop_kipcd KILL
is 'a killed kipcd leaves its socket' "$(test -S "$run/control" && echo yes)" yes
exits 7 '... and kipcctl exits with 7' kipcctl reload
start_kipcd
is 'a stale socket is replaced' "$(state_of orders)" active
stop_kipcd INT
is 'SIGINT stops it with 0' "$kipcd_status" 0
is '... and it removes its socket' "$(ls "$run/control" 2>&1 | grep -c 'No such file')" 1
clear_all

# refused WHAT PATTERN: a start that fails with that sentence and creates nothing
refused() {
	exits 1 "$1" kipcd_here
	like '... with the reason' "$ERR" "$2"
	is '... and creates nothing' "$(count_of q)" 0
}

# -- one kipcd a configuration file ------------------------------------------------------------------------------

start_kipcd
beside() { timeout 20 "$kipcd" --config="$1" --runtime-dir="$T/aside"; }
exits 1 'a second kipcd with one configuration file exits' beside "$conf"
like '... with the reason' "$ERR" "$conf: another kipcd, of uid $(id -u), uses this file in this IPC namespace: stop it, or give this one its own --config="
ln -s "$conf" "$T/link.conf"
exits 1 '... also through a symlink' beside "$T/link.conf"
is '... and creates nothing' "$(count_of q) $(ls "$T/aside/channels" 2>/dev/null)" '1 '
start_beside unshare --ipc "$kipcd" --config="$conf" --runtime-dir="$T/aside"
is '... but not in another IPC namespace' "$(readlink "$T/aside/channels/orders" | cut -d: -f1)" queue
kill "$beside_pid"
wait "$beside_pid"
rm -rf "$T/aside"
# An editor replaces the file.
cp "$conf" "$T/replaced.conf" && mv "$T/replaced.conf" "$conf"
exits 0 'a reload follows a replaced file' kipcctl reload
exits 1 '... which is locked then' beside "$conf"
printf '[queue other]\n' >"$T/other.conf"
start_beside "$kipcd" --config="$T/other.conf" --runtime-dir="$T/aside"
mv "$conf" "$T/kept.conf"
ln "$T/other.conf" "$conf"
exits 1 'a reload onto the file of another kipcd is refused' kipcctl reload
like '... with the reason' "$ERR" "another kipcd, of uid $(id -u), uses this file"
mv "$T/kept.conf" "$conf"
exits 0 '... and works with its own file' kipcctl reload
kill "$beside_pid"
wait "$beside_pid"
stop_kipcd KILL
start_kipcd
is 'the lock of a killed kipcd does not block the next' "$(state_of orders)" active
stop_kipcd
if can_be 4711; then
	# A process that only has the name cannot keep kipcd from starting. mq_open(2) and flock(2) have these numbers on x86-64 only.
	# (Not by as(): the process to be killed would be a shell around it.)
	setpriv --reuid=4711 --regid=4711 --clear-groups perl -e '
		exit 77 unless `uname -m` =~ /x86_64/;
		my $name = sprintf "kipcd.%x.%x", (stat $ARGV[0])[0, 1];
		my $fd = syscall 240, $name, 0102, 0666, 0;
		$fd >= 0 && syscall(73, $fd, 6) == 0 or exit 1;
		$| = 1; print "taken\n"; sleep 1000' "$conf" >"$T/squat" &
	squatter=$!
	until_true test -s "$T/squat" -o ! -e "/proc/$squatter"
	if [ -s "$T/squat" ]; then
		start_kipcd
		is "another user that takes the lock's name does not block a start" "$(state_of orders)" active
		exits 1 '... and a second kipcd is still refused' beside "$conf"
		stop_kipcd
	else
		skip "another user that takes the lock's name" 'the numbers of the system calls are those of x86-64'
	fi
	kill "$squatter"
	wait "$squatter" 2>/dev/null
	is '... which leaves nothing behind' "$(pgrep -f "$conf")" ''
fi
clear_all

# -- other files in place of the socket ----------------------------------------------------------------------

mkdir "$run"
echo precious >"$T/precious"
ln -s "$T/precious" "$run/control"
refused 'a symlink in place of the socket is refused' "$run/control is not a socket, and kipcd does not replace it: move it away"
is '... the link and its target are untouched' "$(readlink "$run/control") $(cat "$T/precious")" "$T/precious precious"
rm "$run/control"
ln -s "$T/nowhere" "$run/control"
refused 'a dangling symlink in place of the socket is refused' 'is not a socket'
rm "$run/control"
mkdir "$run/control"
refused 'a folder in place of the socket is refused' 'is not a socket'
is '... and is untouched' "$(test -d "$run/control" && echo yes)" yes
rmdir "$run/control"
echo precious >"$run/control"
refused 'a file in place of the socket is refused' 'is not a socket'
is '... and is untouched' "$(cat "$run/control")" precious
rm "$run/control"
perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0) && bind(S, sockaddr_un($ARGV[0])) or die' "$run/control"
if chown 65534 "$run/control" 2>/dev/null; then
	refused "a socket of another user is refused" "$run/control belongs to uid 65534, and kipcd does not replace it: remove it"
	is '... and is untouched' "$(stat -c %u "$run/control")" 65534
else
	skip "a socket of another user is refused" 'only root can make one'
fi
clear_all

# -- the folder ------------------------------------------------------------------------------------------------

mkdir "$run"
chmod 777 "$run"
refused 'a runtime folder that others may write is refused' "other users can write the folder $run \(mode 0777\): run 'chmod go-w $run'"
is '... and is untouched' "$(stat -c %a "$run")" 777
chmod 755 "$run"
mkdir "$run/channels"
chmod 775 "$run/channels"
refused 'a registry that others may write is refused' "other users can write the folder $run/channels"
rmdir "$run/channels"
ln -s "$T" "$run/channels"
refused 'a registry that is a symlink is refused' "cannot open the folder $run/channels"
rm "$run/channels"
if chown 65534 "$run" 2>/dev/null; then
	refused "a runtime folder of another user is refused" "belongs to uid 65534, and this kipcd runs as uid"
else
	skip "a runtime folder of another user is refused" 'only root can make one'
fi
rm -rf "$run"
mkdir "$T/elsewhere"
ln -s "$T/elsewhere" "$run"
refused 'a runtime folder that is a symlink is refused' "cannot open the folder $run"
rm "$run"
echo file >"$run"
refused 'a runtime folder that is a file is refused' "cannot open the folder $run: Not a directory"
rm "$run"

deep=$T/$(printf 'd%.0s' {1..100})/$(printf 'e%.0s' {1..100})
KIPC_RUNTIME_DIR=$deep
start_kipcd
is 'a path longer than a socket address works' "$(state_of orders)" active
stop_kipcd
KIPC_RUNTIME_DIR=$run
clear_all

start_kipcd
stop_kipcd
before=$(ipcs -q)
ln -sfn "00000000-0000-0000-0000-000000000000:1" "$run/channels/.ns"
start_kipcd
is 'a registry of another boot makes its objects foreign' "$(state_of orders)" conflict
is '... and untouched' "$(ipcs -q)" "$before"
stop_kipcd
clear_all

# -- --user ----------------------------------------------------------------------------------------------------

mkdir -p "$T/home/.config/kipc" "$T/xdg" "$T/xdg-config/kipc"
chmod 700 "$T/xdg"
printf '[queue home]\n' >"$T/home/.config/kipc/kipcd.conf"
printf '[queue xdg]\n' >"$T/xdg-config/kipc/kipcd.conf"
as_user=(env -u KIPC_RUNTIME_DIR -u XDG_CONFIG_HOME HOME="$T/home" XDG_RUNTIME_DIR="$T/xdg")
start_beside "${as_user[@]}" "$kipcd" --user
is '--user uses $XDG_RUNTIME_DIR and ~/.config' "$("${as_user[@]}" kipcctl --user list --no-legend --columns=name)" home
kill "$beside_pid"
wait "$beside_pid"
start_beside "${as_user[@]}" XDG_CONFIG_HOME="$T/xdg-config" "$kipcd" --user
is '... or $XDG_CONFIG_HOME' "$("${as_user[@]}" kipcctl --user list --no-legend --columns=name,state)" 'home retained
xdg  active'
kill "$beside_pid"
wait "$beside_pid"
is '... in $XDG_RUNTIME_DIR/kipcd' "$(test -L "$T/xdg/kipcd/channels/xdg" && echo yes)" yes
exits 7 'kipcctl --user without kipcd exits with 7' "${as_user[@]}" kipcctl --user reload
like '... with the command that starts it' "$ERR" "start it with 'systemctl --user start kipcd' or 'kipcd --user'$"
exits 1 '--user without XDG_RUNTIME_DIR fails' env -u KIPC_RUNTIME_DIR -u XDG_RUNTIME_DIR "$kipcd" --user
like '... with the reason' "$ERR" '--user needs XDG_RUNTIME_DIR'
clear_all

# -- messages to systemd --------------------------------------------------------------------------------------

# Prints each message until STOPPING=1.
cat >"$T/listen.pl" <<'EOF'
use Socket;
socket(S, AF_UNIX, SOCK_DGRAM, 0) && bind(S, sockaddr_un($ARGV[0])) or die;
$| = 1;
print "listening\n";
while (defined recv(S, $text, 4096, 0)) { print "$text\n"; last if $text =~ /^STOPPING=1/m }
EOF
mkfifo "$T/listening"
perl "$T/listen.pl" "$T/notify" >"$T/listening" & listener=$!
exec 8<"$T/listening"
read -r _ <&8
kipcd_under=(env NOTIFY_SOCKET="$T/notify")
start_kipcd
kipcctl reload >"$T/out"
printf '[queue orders]\nmode = 9999\n' >"$T/wrong.conf"
cp "$conf" "$T/right.conf"
cp "$T/wrong.conf" "$conf"
kipcctl reload 2>"$T/err"
cp "$T/right.conf" "$conf"
stop_kipcd
wait "$listener"
told=$(cat <&8)
exec 8<&-
is 'systemd gets READY, RELOADING and READY for each reload, and STOPPING' "$(grep -E '^[A-Z]+=1$' <<<"$told" | tr '\n' ' ')" \
	'READY=1 RELOADING=1 READY=1 RELOADING=1 READY=1 STOPPING=1 '
like '... and a status line' "$told" '^STATUS=1 channel, 1 active, 0 in trouble$'
read -r uptime _ </proc/uptime
usec=$(grep -A1 '^RELOADING=1$' <<<"$told" | sed -n 's/^MONOTONIC_USEC=//p' | tail -n 1)
is 'RELOADING has the time' "$((usec > 0 && usec / 1000000 <= ${uptime%.*} + 1 && usec / 1000000 >= ${uptime%.*} - 60))" 1
kipcd_under=()

# -- its standard error --------------------------------------------------------------------------------------

rm -f "$T/ready"
mkfifo "$T/ready" "$T/log"
"$kipcd" --config="$conf" --ready-fd=9 2>"$T/log" 9>"$T/ready" & kipcd_pid=$!
exec 8<"$T/log"
read -r _ <"$T/ready"
exec 8<&-
exits 0 'kipcd works when the reader of its standard error leaves' kipcctl reload
printf '[queue more]\n' >>"$conf"
exits 0 '... and reloads' kipcctl reload
is '... and creates channels' "$(state_of more)" active
stop_kipcd
is '... and exits with 0' "$kipcd_status" 0
finish
