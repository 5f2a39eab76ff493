# SPDX-License-Identifier: GPL-2.0-or-later
# The start of every test with real programs: `. "$(dirname "$0")/tap.sh"`.
#
# It executes the script again in an IPC namespace of its own (as root, or as root of a new user namespace), and provides a
# temporary folder $T, a runtime folder, the programs on the PATH, and functions that print TAP. No test sleeps: kipcd reports
# when it is ready, and for everything else the tests block or poll.

set -u
top_build=${abs_top_builddir:-$(cd "$(dirname "$0")/.." && pwd)/build}
top_src=${abs_top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
kipcd=$top_build/kipcd
export PATH=$top_build:$PATH LC_ALL=C TZ=UTC

# watch_over PID WHAT: shows the processes of a test that hangs, and kills only that test
watch_over() {
	local process processes
	timeout "${KIPC_TEST_LIMIT:-300}" tail -s 1 --pid="$1" -f /dev/null
	[ $? -eq 124 ] || return
	exec >>"/proc/$1/fd/1" 2>/dev/null
	echo "Bail out! $2 does not end; what runs, and in which system call:"
	processes=$(grep -lzx "KIPC_TEST_NAMESPACE=$1" /proc/[0-9]*/environ | cut -d/ -f3)
	for process in $processes; do
		printf '# %s %s: %s\n' "$process" "$(head -n 1 "/proc/$process/syscall")" "$(tr '\0\n' '  ' <"/proc/$process/cmdline")"
	done
	kill "$1"
	for process in $processes; do
		[ "$process" = "$1" ] || kill -9 "$process"
	done
}

if [ -z "${KIPC_TEST_NAMESPACE:-}" ]; then
	watch_over $$ "$(basename "$0")" >/dev/null 2>&1 </dev/null &
	export KIPC_TEST_NAMESPACE=$$
	if unshare --ipc true 2>/dev/null; then
		exec unshare --ipc bash "$0" "$@"
	elif unshare -Ur --ipc true 2>/dev/null; then
		exec unshare -Ur --ipc bash "$0" "$@"
	fi
	echo "1..0 # SKIP neither root nor user namespaces: no private IPC namespace here"
	exit 0
fi

for program in "$kipcd" "$top_build/kipcctl"; do
	[ "$KIPC_TEST_NAMESPACE" = machine ] || [ -x "$program" ] || { echo "Bail out! there is no $program"; exit 1; }
done
T=$(mktemp -d "${TMPDIR:-/tmp}/kipc-test.XXXXXX")
chmod 755 "$T"
# Programs that run as another user must be reachable for it, wherever this was built.
if [ "$KIPC_TEST_NAMESPACE" != machine ] && [ "$(id -u)" = 0 ] && ! setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$kipcd" 2>/dev/null; then
	mkdir -p "$T/programs/.libs"
	cp "$kipcd" "$top_build/kipcctl" "$T/programs/"
	cp "$top_build/.libs/kipcctl-control.so" "$T/programs/.libs/"
	kipcd=$T/programs/kipcd PATH=$T/programs:$PATH
fi
export KIPC_RUNTIME_DIR=$T/run
conf=$T/kipcd.conf
kipcd_pid=
kipcd_under=() # the command that starts kipcd, such as setpriv with its arguments
n_tests=0
n_failed=0

clean_up() {
	local pid
	[ -z "$kipcd_pid" ] || kill "$kipcd_pid" 2>/dev/null
	[ ! -S "$T/tmux" ] || TMUX= tmux -S "$T/tmux" kill-server 2>/dev/null
	for pid in $(jobs -p); do kill -9 "$pid" 2>/dev/null; done
	wait 2>/dev/null
	rm -rf "$T"
}
trap clean_up EXIT

diagnose() { sed 's/^/# /' <<<"$1"; }

pass() { n_tests=$((n_tests + 1)); echo "ok $n_tests - $1"; }
fail() {
	n_tests=$((n_tests + 1)); n_failed=$((n_failed + 1))
	echo "not ok $n_tests - $1"
	[ $# -lt 2 ] || diagnose "$2"
}

# is WHAT GOT EXPECTED: the same text
is() { if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "got:      $2
expected: $3"; fi; }

# like WHAT GOT PATTERN: an extended regular expression, matched line by line
like() { if grep -Eq -- "$3" <<<"$2"; then pass "$1"; else fail "$1" "got: $2
no line matches: $3"; fi; }

# unlike WHAT GOT PATTERN
unlike() { if grep -Eq -- "$3" <<<"$2"; then fail "$1" "got: $2
a line matches: $3"; else pass "$1"; fi; }

# none WHAT LINES: expects no lines; shows those that it gets
none() { if [ -z "$2" ]; then pass "$1"; else fail "$1" "$2"; fi; }

# same WHAT GOT EXPECTED: the same lines in any order; shows the differences, '<' for extra lines and '>' for missing ones
same() { none "$1" "$(diff <(sort -u <<<"$2") <(sort -u <<<"$3") | grep '^[<>]')"; }

# exits STATUS WHAT COMMAND…: runs it; leaves standard output in $OUT and standard error in $ERR
exits() {
	local wanted=$1 what=$2 got
	shift 2
	"$@" >"$T/exits.out" 2>"$T/exits.err"
	got=$?
	OUT=$(tr -d '\0' <"$T/exits.out"); ERR=$(tr -d '\0' <"$T/exits.err")
	if [ "$got" = "$wanted" ]; then pass "$what"; else fail "$what" "status $got, expected $wanted: $*
$OUT
$ERR"; fi
}

skip() { n_tests=$((n_tests + 1)); echo "ok $n_tests - $1 # SKIP $2"; }

# Starts kipcd with the configuration $conf and more arguments; returns when it is ready, or fails with it.
start_kipcd() {
	local ready
	rm -f "$T/ready"
	mkfifo "$T/ready"
	"${kipcd_under[@]}" "$kipcd" --config="$conf" --ready-fd=9 "$@" 9>"$T/ready" 2>>"$T/kipcd.log" &
	kipcd_pid=$!
	read -r ready <"$T/ready" || { wait "$kipcd_pid"; kipcd_status=$?; kipcd_pid=; return 1; }
}

log() { cat "$T/kipcd.log"; }
# start [ARGUMENT…]: start_kipcd, where a kipcd that does not start is a failed test
start() { start_kipcd "$@" || fail "kipcd starts" "$(log)"; }

# stop_kipcd [SIGNAL]: leaves its exit status in $kipcd_status
stop_kipcd() {
	kill "-${1:-TERM}" "$kipcd_pid"
	wait "$kipcd_pid" 2>/dev/null
	kipcd_status=$?
	kipcd_pid=
}

# clear_all: kipcd stops, and no object and no runtime folder is left
clear_all() {
	[ -z "$kipcd_pid" ] || stop_kipcd
	ipcrm --all
	rm -rf "$KIPC_RUNTIME_DIR"
}

# until_true COMMAND…: polls until it succeeds, for at most 20 s
until_true() {
	local end=$((SECONDS + 20)) _
	[ -p "$T/never" ] || mkfifo "$T/never"
	until "$@"; do
		[ $SECONDS -le $end ] || return 1
		read -r -t 0.05 _ <>"$T/never"
	done
	return 0 # not what read said
}

# until_asleep PID: until that kipcctl waits in the kernel, or has ended
until_asleep() {
	local pid comm state rest end=$((SECONDS + 20))
	while [ $SECONDS -le $end ] && read -r pid comm state rest 2>/dev/null </proc/"$1"/stat && [ "$state" != Z ]; do
		[ "$comm$state" != '(kipcctl)S' ] || return 0
	done
}

# cures WHAT TEXT: runs every 'kipcctl …' that stands in quotes in the text, in their order
cures() {
	local what=$1 command
	while read -r command; do
		[ "$command" = 'kipcctl reload' ] && command="$command -q"
		$command >"$T/out" 2>&1 || { fail "$what" "$command: $(cat "$T/out")"; return; }
	done < <(grep -oE "'kipcctl [^']*'" <<<"$2" | tr -d "'")
	pass "$what"
}

# terminal COLUMNS LINES COMMAND: runs it in a terminal; shown: the screen; press: keys as tmux names them; resize: another size;
# terminal_status: the exit status of the command, once it has ended.
has_terminal() { command -v tmux >/dev/null; }
terminal() {
	local columns=$1 lines=$2
	shift 2
	rm -f "$T/status"
	printf '%s; echo $? >%q\n' "$*" "$T/status" >"$T/terminal.sh"
	# The server of the previous terminal may be about to exit, and would end the new session.
	until_true new_session "$columns" "$lines" 2>/dev/null
}
new_session() { TMUX= LC_ALL=C.UTF-8 tmux -u -S "$T/tmux" -f /dev/null new-session -d -x "$1" -y "$2" "bash $T/terminal.sh"; }
shown() { TMUX= LC_ALL=C.UTF-8 tmux -u -S "$T/tmux" capture-pane -p 2>/dev/null; }
press() { TMUX= tmux -S "$T/tmux" send-keys "$@" 2>/dev/null; }
resize() { TMUX= tmux -S "$T/tmux" resize-window -x "$1" -y "$2"; }
# shows WHAT PATTERN: waits until a line of the terminal matches
shows() {
	local pattern=$2
	is_shown() { shown | grep -Eq -- "$pattern"; }
	if until_true is_shown; then pass "$1"; else fail "$1" "$(shown)
no line matches: $2"; fi
}
terminal_status() { until_true test -s "$T/status" && cat "$T/status"; }

# The id behind a name, from the registry; the number of objects of a kind (q, m, s).
id_of() { readlink "$KIPC_RUNTIME_DIR/channels/$1" | cut -d: -f3; }
has_another_id() { local id; id=$(id_of "$1") && [ -n "$id" ] && [ "$id" != "$2" ]; } # has_another_id NAME ID
memory() { awk '/^VmRSS/ { print $2 }' "/proc/$kipcd_pid/status"; } # KiB that kipcd has in memory
count_of() { ipcs "-$1" | grep -c '^0x'; }

# columns_of NAME COLUMN,…: what list shows of a channel; is_in_state NAME STATE; is_blocked ADDR PID
columns_of() { kipcctl list --no-legend --bytes --columns="$2,name" | awk -v name="$1" '$NF == name { $NF = ""; sub(/ $/, ""); print }'; }
state_of() { columns_of "$1" state; }
reason_of() { columns_of "$1" reason; }
is_in_state() { [ "$(state_of "$1")" = "$2" ]; }
is_blocked() { kipcctl show -q "$1" | grep -q "blocked: $2 "; }

# json CODE: evaluates perl CODE on the document $d of standard input, and prints the result
json() { perl -MJSON::PP -e 'local $/; $d = JSON::PP->new->utf8->decode(<STDIN>); print eval $ARGV[0]' "$1"; }
# call METHOD [SIGNATURE ARGUMENT…]: a method of the manager, on the control socket
call() { busctl --address="unix:path=$KIPC_RUNTIME_DIR/control" call org.kipc1 /org/kipc1 org.kipc1.Manager "$@"; }

# as UID COMMAND…: as another user and its group, without other groups; can_be UID: whether this test may do that
as() { setpriv --reuid="$1" --regid="$1" --clear-groups "${@:2}"; }
can_be() { [ "$(id -u)" = 0 ] && as "$1" true 2>/dev/null; }
can_trace() { command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; }

finish() {
	[ -z "${SANITIZER_FLAGS:-}" ] ||
		unlike "the sanitizers found nothing in kipcd" "$(log 2>/dev/null)" 'Sanitizer|runtime error'
	echo "1..$n_tests"
	exit 0
}
