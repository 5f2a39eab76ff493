#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl events, histories and statistics: events are kept, reported as they happen, and counted.
. "$(dirname "$0")/tap.sh"


cat >"$conf" <<'EOF'
[daemon]
sample_interval = 100ms
[queue orders]
key = 1234
capacity = 1000
warn_at = 80
[segment prices]
size = 4K
[segment ticks]
size = 64K
layout = ring
warn_at = 90
[queue theirs]
key = 78
manage = observe
EOF
start

# Follows from the start, into a pipe that is read one event at a time.
coproc follower { exec kipcctl events --follow; }
exec 5<&"${follower[0]}"
follower_pid=$follower_PID

# next WHAT PATTERN: waits for the next event that matches and skips those before it
next() {
	local line
	while read -r -t 20 -u 5 line; do
		grep -Eq -- "$2" <<<"$line" && { pass "$1"; return; }
	done
	fail "$1" "no event matches: $2"
}

next "a created channel is an event" ' created +queue orders: created$'
next "the start is an event with its sum" ' started +4 channels: 3 created'
ipcrm -Q 1234
next "a healed queue is an event" ' healed +queue orders: another process removed it: recreated'
kipcctl set prices mode=0600 >/dev/null
next "an alteration is an event" ' altered +segment prices: altered: mode 0660 -> 0600$'
kipcctl send orders "$(printf 'x%.0s' {1..900})"
next "rising above warn_at is an event" ' above_warn_at queue orders: 90% full \(1 message, '
kipcctl recv orders >/dev/null
next "falling below warn_at is an event" ' below_warn_at queue orders: 0% full'
kipcctl send orders one two
kipcctl recv orders >/dev/null & wait $!
next "a consumer that has ended is an event" " consumer_gone queue orders: holds 1 message, but process $!, "
# A zombie counts as ended, although kill(2) still finds it.
if perl -MIPC::SysV -e 1 2>/dev/null; then
	mkfifo "$T/reap"
	kipcctl purge -q orders
	perl -e 'unless (fork) { msgrcv($ARGV[0], my $m, 100, 0, 0); exec "true" } <STDIN>' "$(id_of orders)" <"$T/reap" & parent=$!
	exec 6>"$T/reap"
	kipcctl send orders three four
	next "a consumer that is a zombie is an event" " consumer_gone queue orders: holds 1 message, but process "
	like "show marks the receiver as ended" "$(kipcctl show orders)" "^ +last receiver: [0-9]+ true.* \(ended\)$"
	exec 6>&-
	wait "$parent" # one message is left, as before
else
	skip "a zombie" "no perl IPC::SysV"
fi
kipcctl create queue extra key=77 >/dev/null
next "a channel created by hand is an event" ' created +queue extra: created$'
kipcctl remove extra >/dev/null
next "a channel removed by hand is an event" ' removed +queue extra: removed by hand: it was empty$'
if perl -MIPC::SysV -e 1 2>/dev/null; then
	mkfifo "$T/hold"
	perl -MIPC::SysV=shmat -e '$a = shmat($ARGV[0], undef, 0) or die; <STDIN>' "$(id_of prices)" <"$T/hold" & holder=$!
	exec 6>"$T/hold"
	next "an attach is an event" ' attached +segment prices: attached 1 time \(0 before\)'
	exec 6>&-
	wait "$holder"
	next "a detach is an event" ' detached +segment prices: attached 0 times \(1 before\)'
else
	skip "attached and detached" "no perl IPC::SysV"
fi
perl -e 'defined msgget(78, 01600) or die $!'
next "the appearance of an observed object is an event" ' created +queue theirs: another process created it, with id [0-9]+$'
ipcrm -Q 78
next "... and so is its removal" ' removed +queue theirs: another process removed it$'
foreign=$(ipcmk -Q -p 0600 | grep -o '[0-9]*$')
key=$(kipcctl show "queue:@$foreign" --json | json '$d->[0]{key}')
printf '[queue disputed]\nkey = %s\n' "$key" >>"$conf"
kipcctl reload >/dev/null
next "a conflict is an event" ' conflict +queue disputed: conflict: its key '
next "a reload is an event" ' reloaded +5 channels'
# Programs that only speak D-Bus receive events as signals.
if command -v gdbus >/dev/null; then
	: >"$T/signals"
	stdbuf -oL gdbus monitor --address "unix:path=$KIPC_RUNTIME_DIR/control" --dest org.kipc1 >"$T/signals" & monitor=$!
	until_true grep -q 'is owned by' "$T/signals"
	kipcctl set prices mode=0640 >/dev/null
	until_true grep -Eq "^/org/kipc1: org.kipc1.Manager.Event .* 'altered', 'prices', 'segment', " "$T/signals"
	is "gdbus receives the signal Event" $? 0
	kill "$monitor"
	wait "$monitor" 2>/dev/null
else
	skip "gdbus receives the signal Event" "gdbus is not installed"
fi
kill "$follower_pid"
wait "$follower_pid"
is "SIGTERM ends events --follow" $? 143

exits 0 "events prints past events" kipcctl events
is "... as many as --json" "$(grep -c . <<<"$OUT")" "$(kipcctl events --json | wc -l)"
is "a name selects the events of one channel" "$(kipcctl events extra | awk '{print $3}' | xargs)" "created removed"
is "--count selects the last ones" "$(kipcctl events extra -n 1 | awk '{print $3}')" removed
is "--since selects recent events" "$(kipcctl events --since=1h extra | wc -l)" 2
is "... and none with 0" "$(kipcctl events --since=0 | wc -l)" 0
is "--json prints an object a line" "$(kipcctl events --json extra | head -n 1 | json 'join " ", @$d{qw(event channel kind key detail)}')" \
	"created extra queue 0x0000004d created"
like "... with times to the microsecond" "$(kipcctl events --json -n 1 | json '$d->{time}')" '^20[-0-9]+T[:0-9]+\.[0-9]{6}Z$'
kipcctl events --follow 2>"$T/pipe" | head -n 1 >/dev/null
is "a reader that leaves early is no error" "$(cat "$T/pipe")" ""
exits 2 "an invalid span is wrong usage" kipcctl events --since=soon

kipcctl events --follow --json >"$T/last-few" & few=$!
kipcctl events --follow --json --count=3 >"$T/last-three" & three=$!
kipcctl events --follow --json --count=0 >"$T/none" & none=$!
kipcctl events --follow --json --since=1h >"$T/since" & since=$!
n_past=$(kipcctl events --json | wc -l)
begun() { [ "$(wc -l <"$T/last-few") $(wc -l <"$T/last-three") $(wc -l <"$T/since")" = "$1" ]; }
until_true begun "10 3 $n_past"
is "--follow starts with the last ten events, or as --count and --since say" \
	"$(wc -l <"$T/last-few") $(wc -l <"$T/last-three") $(wc -l <"$T/since")" "10 3 $n_past"
is "... the last" "$(cat "$T/last-few")" "$(kipcctl events --json -n 10)"
# It cannot be seen when the last of them follows, so events are caused until one is printed.
has_continued() { kipcctl set prices mode=0640 >/dev/null; kipcctl set prices mode=0600 >/dev/null; [ -s "$T/none" ]; }
until_true has_continued
like "... and continues with new events, also after --count=0" "$(head -n 1 "$T/none")" '"event":"altered","channel":"prices"'
unlike "... which prints no past event" "$(cat "$T/none")" '"event":"(created|started)"'
kill "$few" "$three" "$none" "$since"
wait "$few" "$three" "$none" "$since"

if command -v busctl >/dev/null; then
	like "event numbers ascend" "$(call Events tu 0 2)" '^a\(ttsssis\) 2 1 [0-9]+ .* 2 [0-9]+ '
	is "Events starts behind a number" "$(call Events tu 1000000 10)" "a(ttsssis) 0"
	# Two samples are needed to see what passed between them.
	kipcctl send ticks a b c
	kipcctl send orders x
	has_history() { call History as 2 orders ticks | grep -Eq "\"orders\" [0-9]+ (.* )?2 0 \"ticks\" .* 3 0"; }
	until_true has_history && pass "depths are kept while a client asks for them" || fail "depths are kept while a client asks for them" "$(call History as 2 orders ticks)"
	kipcctl recv ticks -n 2 >/dev/null
	has_passed() { call History as 1 ticks | grep -Eq " 3 0 1 2( |$)"; }
	until_true has_passed && pass "... with the messages that a ring passed on" || fail "... with the messages that a ring passed on" "$(call History as 1 ticks)"
	like "an unknown name has no history" "$(call History as 1 nobody)" '^ta\(sa\(uu\)\) 100000 0$'
	like "show draws the history" "$(kipcctl show ticks)" '^ +history: .*#.*  the last [0-9.]*[1-9][0-9.]* s$'
	like "... and prints the rate" "$(kipcctl show ticks)" '^ +rate: [0-9]+ messages/s received$'
	is "show --json prints the history" "$(kipcctl show --json ticks | json '$d->[0]{history}{interval_usec} . " " . (grep { $_ == 2 } @{$d->[0]{history}{passed}})')" "100000 1"
	like "Statistics prints kipcd's counters" "$(call Statistics)" '"reloads" 1 .*"healings" 1 .*"conflicts" 1 .*"watched" 1 '
else
	skip "histories" "busctl is not installed"
fi
is "list counts the healings" "$(kipcctl list --columns=name,healings --no-legend | awk '$1 == "orders" { print $2 }')" 1

# A follower whose kipcd stops.
coproc follower { exec kipcctl events --follow; }
follower_pid=$follower_PID
exec 5<&"${follower[0]}"
read -r -t 10 -u 5
stop_kipcd
cat <&5 >/dev/null
wait "$follower_pid"
is "events --follow exits with 7 when kipcd stops" $? 7
exits 7 "events without kipcd exits with 7" kipcctl events

# The journal gets all events with fields; a stand-in takes the place of the system's journal.
mkdir "$T/journal"
cat >"$T/journald.pl" <<'EOF'
use Socket; $| = 1;
socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die $!;
bind($s, pack_sockaddr_un("$ARGV[0]/socket")) or die $!;
print "\n";
while (defined recv($s, my $entry, 65536, 0)) { $entry =~ tr/\n/ /; print "$entry\n" }
EOF
cat >"$T/journaled.sh" <<'EOF'
mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal && mount --bind "$1" /run/systemd/journal || exit
shift
JOURNAL_STREAM=$(stat -Lc %d:%i /proc/self/fd/2) exec "$@"
EOF
if unshare --mount true 2>/dev/null && perl -MIPC::SysV -e 1 2>/dev/null; then
	perl "$T/journald.pl" "$T/journal" >"$T/entries" &
	until_true test -s "$T/entries"
	kipcd_under=(unshare --mount bash "$T/journaled.sh" "$T/journal")
	start_kipcd || fail "kipcd starts with a journal" "$(log)"
	entered() { grep -Eq -- "$1" "$T/entries"; }
	ipcrm -Q 1234
	until_true entered 'PRIORITY=4 MESSAGE=queue orders: another process removed it.* KIPC_EVENT=healed KIPC_CHANNEL=orders '
	is "the journal has the event healed" $? 0
	perl -MIPC::SysV=shmat -e '$a = shmat($ARGV[0], undef, 0) or die; <STDIN>' "$(id_of prices)" <"$T/hold" & holder=$!
	exec 6>"$T/hold"
	until_true entered 'PRIORITY=7 .* KIPC_EVENT=attached KIPC_CHANNEL=prices KIPC_KIND=segment KIPC_KEY=0x'
	is "an attach is an event" $? 0
	exec 6>&-
	wait "$holder"
	until_true entered 'MESSAGE_ID=249d9ae926034fb2812c8e8fedbdc5f4 KIPC_EVENT=detached '
	is "... and detached, with its MESSAGE_ID" $? 0
	stop_kipcd
else
	skip "the journal" "no mount namespace, or no perl IPC::SysV"
fi
finish
