#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl show: names, keys, ids, foreign objects, what is declared beside what is, and who is blocked.
. "$(dirname "$0")/tap.sh"

json() { perl -MJSON::PP -e 'local $/; $d = JSON::PP->new->utf8->decode(<STDIN>); print eval $ARGV[0]' "$1"; }

cat >"$conf" <<'EOF'
[queue orders]
key = 1234
capacity = 8K
description = Orders waiting to be billed
[segment prices]
key = 1234
size = 64K
[semaphore build]
values = 1,0,5
EOF
start_kipcd || fail "kipcd starts" "$(cat "$T/kipcd.log")"
kipcctl send orders hello
foreign=$(ipcmk -Q | grep -o '[0-9]*$')

exits 0 "a queue by name" kipcctl show orders
like "its title" "$OUT" "^orders: queue, active$"
like "its description" "$OUT" "^    Orders waiting to be billed$"
like "its key" "$OUT" "^ +key: 0x000004d2$"
like "its messages" "$OUT" "^ +messages: 1$"
like "its capacity" "$OUT" "^ +capacity: 8K$"
like "its last sender, which has ended" "$OUT" "^ +last sender: [0-9]+ \(gone\)$"
like "nobody has received yet" "$OUT" "^ +last received: never$"
like "where it is declared" "$OUT" "^ +origin: $conf$"
# How many processes hide who is blocked is the machine's own affair, and changes.
card() { kipcctl show "$@" | grep -v '^ *blocked: not visible'; }
is "the same by key" "$(card queue:1234)" "$(card orders)"
is "the same by id" "$(card "queue:@$(id_of orders)")" "$(card orders)"
like "--bytes" "$(kipcctl show --bytes orders)" "^ +capacity: 8192$"

exits 2 "a key that two kinds have" kipcctl show 1234
like "is an error that names both" "$ERR" "queue orders or segment prices"
exits 3 "an unknown name" kipcctl show nobody
exits 3 "an unknown id" kipcctl show @99999
exits 2 "a name of another kind" kipcctl show segment:orders
exits 2 "not an address" kipcctl show 'or/ders'
exits 3 "one of two is missing: the other is shown" kipcctl show nobody prices
like "all the same" "$OUT" "^prices: segment, active$"
like "a foreign object" "$(kipcctl show "queue:@$foreign")" "^queue:@$foreign: queue, foreign$"
like "a semaphore of a set" "$(kipcctl show build)" "^ +semaphore\[2\]: 5"

kipcctl show --json orders build >"$T/show.json"
is "JSON: what is declared" "$(json '$d->[0]{declared}{capacity}' <"$T/show.json")" 8192
is "JSON: the semaphores" "$(json '$d->[1]{set}[2]{value}' <"$T/show.json")" 5
is "JSON: nobody is blocked" "$(json 'scalar @{$d->[0]{blocked}}' <"$T/show.json")" 0

# What is declared and not to be had without loss is shown beside what is.
sed -i 's/64K/32K/' "$conf"
kipcctl write prices data
kipcctl reload >/dev/null
like "declared beside actual" "$(kipcctl show prices)" "^ +size: 64K \(declared: 32K\)$"
like "and why" "$(kipcctl show prices)" "^prices: segment, stale: "

# blocked PID ADDRESS: waits until PID sleeps in its call; fails where /proc does not let us look
blocked() {
	local i
	cat "/proc/$1/syscall" >/dev/null 2>&1 || return 1
	for ((i = 0; i < 500; i++)); do
		kipcctl show --json "$2" | json '"@{[map { $_->{pid} } @{$d->[0]{blocked}}]}"' | grep -qw "$1" && return 0
	done
	return 1
}

kipcctl recv --type=5 orders >/dev/null & receiver=$!
kipcctl down 'build[1]' & taker=$!
if blocked "$receiver" orders && blocked "$taker" build; then
	like "who is blocked on a queue, for which type" "$(kipcctl show orders)" \
		"^ +blocked: $receiver kipcctl waits to receive, type 5$"
	like "who is blocked on a semaphore" "$(kipcctl show build)" "^ +blocked: $taker kipcctl waits to operate$"
	like "the kernel's count says it too" "$(kipcctl show build)" "^ +semaphore\[1\]: 0, 1 waiting"
	is "JSON: the type that is waited for" "$(kipcctl show --json orders | json '$d->[0]{blocked}[0]{type}')" 5
else
	skip "who is blocked" "/proc/PID/syscall cannot be read here"
fi
kipcctl send --type=5 orders done
kipcctl up 'build[1]'
wait "$receiver" "$taker"

# A process may call itself anything; it must not reach the terminal.
cat >"$T/evil.pl" <<'EOF'
use IPC::SysV; $| = 1; $0 = "e\e[31m\xffl"; msgsnd($ARGV[0], pack("l! a*", 1, "x"), 0) or die; print "\n"; <STDIN>;
EOF
if perl -MIPC::SysV -e 1 2>/dev/null; then
	coproc evil { exec perl "$T/evil.pl" "$(id_of orders)"; }
	read -r -t 10 -u "${evil[0]}"
	like "a hostile process name is escaped" "$(kipcctl show orders)" '^ +last sender: [0-9]+ e\\x1b\[31m\\xffl$'
	is "and mended in JSON" "$(kipcctl show --json orders | json 'sprintf "%vx", $d->[0]{last_sender_command}')" \
		"65.1b.5b.33.31.6d.fffd.6c"
	writer=$evil_PID
	echo >&"${evil[1]}"
	wait "$writer"
else
	skip "a hostile process name" "no perl IPC::SysV"
fi

stop_kipcd
exits 0 "without kipcd" kipcctl show orders
like "a name of the registry is shown" "$OUT" "^orders: queue, active$"
finish
