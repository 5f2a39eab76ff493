#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Programs that do not know kipc, on declared channels: shell pipes, the textbook programs of tests/examples, Perl's core
# modules, python3-sysv-ipc. Each talks to its own kind and to kipcctl.
. "$(dirname "$0")/tap.sh"

cat >"$conf" <<'END'
[queue orders]
key = 1234

[segment prices]
key = 1234
size = 4K

[semaphore build]
key = 1234
values = 1

[queue bills]
END
start_kipcd || { fail 'kipcd starts' "$(log)"; finish; }
is 'three kinds can have the same key' "$(kipcctl list --columns=name,key --no-legend | grep -c 0x000004d2)" 3
objects() { ipcs -qsm | grep '^0x' | cut -d ' ' -f 1,2 | sort; }
before=$(objects)

# Waits until a program sleeps in the kernel, or has ended.
is_asleep() { ! grep -q '^State:[[:space:]][^SZ]' "/proc/$1/status" 2>/dev/null; }
until_peer_sleeps() { until_true is_asleep "$1"; }

# -- pipes: a parent writes, a child reads ---------------------------------------------------------------

printf 'one\ntwo\n' | kipcctl send orders
is 'messages go from a pipe to a pipe' "$(kipcctl recv -n 2 orders | tr a-z A-Z)" 'ONE
TWO'
seq 5000 | kipcctl send orders & feeder=$!
kipcctl recv -n 5000 orders | sed 's/^/bill /' | kipcctl send bills & middle=$!
kipcctl recv -n 5000 bills >"$T/got"
wait "$feeder" "$middle"
exits 0 'messages pass two queues and a filter' cmp "$T/got" <(seq -f 'bill %.0f' 5000)
kipcctl recv -f orders >"$T/got" & reader=$!
(echo from; echo the; echo parent) | kipcctl send orders
until_true eval '[ "$(wc -l <"$T/got")" = 3 ]'
kill "$reader"
wait "$reader" 2>/dev/null
is 'recv --follow reads until it is killed' "$(tr '\n' ' ' <"$T/got")" 'from the parent '

# -- C: two unrelated programs, and each with kipcctl ----------------------------------------------------

exits 0 'a C program sends' queue-writer 'from C'
exits 0 '... and a C program receives' queue-reader
is '... the text' "$OUT" 'from C'
queue-reader >"$T/got" & reader=$!
until_peer_sleeps "$reader"
queue-writer 'to one who waits'
wait "$reader"
is 'a C program waits for a C program' "$(cat "$T/got")" 'to one who waits'
queue-writer one two
is 'a C program sends, kipcctl receives' "$(kipcctl recv -n 2 orders | tr -d '\0')" 'one
two'
queue-reader >"$T/got" & reader=$!
until_peer_sleeps "$reader"
kipcctl send orders 'from a shell'
wait "$reader"
is 'kipcctl sends, a C program receives' "$(cat "$T/got")" 'from a shell'
kipcctl send -t 2 orders 'not for you'
kipcctl send orders 'for you'
is 'a C program receives only its type' "$(queue-reader)" 'for you'
is '... and leaves the other' "$(kipcctl recv -t 2 orders)" 'not for you'

yes 'more than fits' | kipcctl send -q -N orders
exits 1 'a C program finds a full queue' queue-writer 'one more, quite a bit longer than those before it'
like '... as it would without kipcd' "$ERR" '^msgsnd: Resource temporarily unavailable$'
kipcctl purge -q orders

exits 0 'a C program writes' segment-writer 'apples 1.20'
is '... a C program reads' "$(segment-reader)" 'apples 1.20'
is '... kipcctl reads' "$(kipcctl recv prices)" 'apples 1.20'
kipcctl send prices 'pears 2.40'
is 'kipcctl writes, a C program reads' "$(segment-reader)" 'pears 2.40'
is '... and the queue with that key is empty' "$(kipcctl recv --all orders)" ''

# -- kipcd comes and goes --------------------------------------------------------------------------------

queue-reader >"$T/got" & reader=$!
until_peer_sleeps "$reader"
stop_kipcd KILL
exits 0 'a C program sends while kipcd is dead' queue-writer 'nobody is home'
wait "$reader"
is '... to a C program that has waited since before' "$(cat "$T/got")" 'nobody is home'
queue-writer 'kept'
segment-writer 'kept too'
queue_before=$(id_of orders)
start_kipcd || fail 'kipcd starts again' "$(log)"
is 'a new kipcd finds the objects of the old one' "$(id_of orders)" "$queue_before"
is '... with its message' "$(queue-reader)" kept
is '... and its text' "$(segment-reader)" 'kept too'

# -- other languages -------------------------------------------------------------------------------------

# speaks LANGUAGE INTERPRETER FILE: that program on all three kinds, with kipcctl at the other side
speaks() {
	local language=$1 peer_program=$2 peer_file=$3 peer_pid
	peer() { "$peer_program" "$peer_file" "$@"; }

	exits 0 "$language sends" peer send 7 <<<'from afar'
	is '... kipcctl receives text and type' "$(kipcctl recv --json -t 7 orders)" '{"type":7,"size":10,"text":"from afar\n"}'
	printf "$(printf '\\%03o' {0..255})" >"$T/bytes"
	peer send 1 <"$T/bytes"
	kipcctl recv --raw orders >"$T/got"
	exits 0 '... every byte' cmp "$T/got" "$T/bytes"
	kipcctl send -t 9 --whole orders <"$T/bytes"
	(printf 9:; cat "$T/bytes") >"$T/expected"
	peer recv 9 >"$T/got"
	exits 0 "$language receives what kipcctl sends, every byte" cmp "$T/got" "$T/expected"
	"$peer_program" "$peer_file" recv 0 >"$T/got" & peer_pid=$!
	until_peer_sleeps "$peer_pid"
	kipcctl send -t 3 orders 'to one who waits'
	wait "$peer_pid"
	is "$language waits for kipcctl" "$(cat "$T/got")" '3:to one who waits'
	kipcctl recv orders >"$T/got" & peer_pid=$!
	until_peer_sleeps "$peer_pid"
	printf 'at last' | peer send 5
	wait "$peer_pid"
	is "kipcctl waits for $language" "$(cat "$T/got")" 'at last'
	exits 4 "$language finds no message" peer poll 0
	queue-writer 'from C'
	is "a C program sends, $language receives" "$(peer recv 1 | tr -d '\0')" '1:from C'
	printf 'to C' | peer send 1
	is "$language sends, a C program receives" "$(queue-reader)" 'to C'

	kipcctl write prices --offset=64 'written by kipcctl'
	is "$language reads the segment" "$(peer read 64 18)" 'written by kipcctl'
	peer write 64 "written by $language"
	is "$language writes the segment" "$(kipcctl read prices --offset=64 --length=$((11 + ${#language})))" "written by $language"

	exits 0 "$language takes the semaphore" peer down
	exits 4 '... and kipcctl does not get it' kipcctl lock -N build -- true
	exits 0 "... $language releases it" peer up
	exits 0 '... and kipcctl gets it' kipcctl lock -N build -- true
	exits 4 "while kipcctl holds it $language does not get it" kipcctl lock build -- "$peer_program" "$peer_file" down
	mkfifo "$T/held"
	"$peer_program" "$peer_file" hold >"$T/held" & peer_pid=$!
	read -r -t 20 _ <"$T/held"
	exits 4 "while $language holds it kipcctl does not get it" kipcctl lock -N build -- true
	kill -9 "$peer_pid"
	wait "$peer_pid" 2>/dev/null
	exits 0 '... and gets it when the holder is killed' kipcctl lock --timeout=20s build -- true
	rm "$T/held"
}

if perl -MIPC::Msg -MIPC::SharedMem -MIPC::Semaphore -e 1 2>/dev/null; then
	speaks Perl perl "$top_src/tests/peers/peer.pl"
else
	skip 'Perl' 'its core modules IPC::Msg, IPC::SharedMem and IPC::Semaphore are not here'
fi
if /usr/bin/python3 -c 'import sysv_ipc' 2>/dev/null; then
	speaks Python /usr/bin/python3 "$top_src/tests/peers/peer.py"
else
	skip 'Python' 'no python3-sysv-ipc'
fi

is 'all of them used the objects that kipcd created' "$(objects)" "$before"

# The sets that kipcd.conf(5) describes for programs that use semaphores of their own.
sed -n '/sem_get(0x50480001)/,/^\.fi/p' "$top_src/daemon/kipcd.conf.5" | sed '/^\.fi/d' >>"$conf"
exits 0 'the sets for PHP and IPC::Shareable are created' kipcctl reload
if command -v php >/dev/null && php -r 'exit(function_exists("sem_get") ? 0 : 1);'; then
	take='$s = sem_get(0x50480001, 1, 0660, true); exit(sem_acquire($s, true) ? 0 : 1);'
	exits 0 'PHP takes its semaphore' php -r "$take"
	exits 0 '... and again, since it released it' php -r "$take"
	echo "<?php $take" >"$T/take.php"
	exits 1 '... but not while another PHP program holds it' \
		php -r '$s = sem_get(0x50480001, 1, 0660, true); sem_acquire($s); passthru("php $argv[1]", $status); exit($status);' "$T/take.php"
	is '... all in the set that kipcd created' "$(count_of s)" "$(kipcctl list --kind=semaphore --no-legend | wc -l)"
else
	skip 'PHP' 'no php-cli with sysvsem'
fi
if perl -MIPC::Shareable -e 1 2>/dev/null; then
	visit() { perl -MIPC::Shareable -e '$o = tie %v, "IPC::Shareable", 0x50450001, { create => 1, mode => 0660, size => 65536 } or die; $o->shlock; print ++$v{n}; $o->shunlock'; }
	is 'IPC::Shareable uses the segment and the set that kipcd created' "$(visit) $(visit) $(visit)" '1 2 3'
	is '... and creates none' "$(kipcctl list --state=foreign --no-legend)" ''
else
	skip 'IPC::Shareable' 'no libipc-shareable-perl'
fi
is '... and all messages were received' "$(ipcs -q | awk '/^0x/ { n += $6 } END { print n }')" 0
stop_kipcd
finish
