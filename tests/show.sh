#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl show: names, keys, ids, foreign objects, what is declared beside what is, and who is blocked.
. "$(dirname "$0")/tap.sh"


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
start
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
exits 3 "one of two is missing: the other is shown" kipcctl show as 65534 prices
like "all the same" "$OUT" "^prices: segment, active$"
like "a foreign object" "$(kipcctl show "queue:@$foreign")" "^queue:@$foreign: queue, foreign$"
like "a semaphore of a set" "$(kipcctl show build)" "^ +semaphore\[2\]: 5"

kipcctl show --json orders build >"$T/show.json"
is "JSON: what is declared" "$(json '$d->[0]{declared}{capacity}' <"$T/show.json")" 8192
is "JSON: the semaphores" "$(json '$d->[1]{set}[2]{value}' <"$T/show.json")" 5
is "JSON: none is blocked" "$(json 'scalar @{$d->[0]{blocked}}' <"$T/show.json")" 0

# Looking leaves no mark: a segment that as 65534 ever attached would count as used.
idle=$(ipcmk -M 4096 | grep -o '[0-9]*$')
kipcctl show prices "segment:@$idle" >/dev/null
is "a segment that is shown was not attached for that" \
	"$(kipcctl list --json --foreign --kind=segment --columns=last_attached,last_user | tr -d ' \n')" \
	'[{"last_attached":null,"last_user":null},{"last_attached":null,"last_user":null}]'
exits 0 "and is removed as one that was never used" kipcctl remove "segment:@$idle"
held=$(ipcmk -M 4096 | grep -o '[0-9]*$')
coproc user { exec perl -MIPC::SysV=shmat -e '$| = 1; $a = shmat($ARGV[0], undef, 0) or die; print "\n"; <STDIN>' "$held"; }
user_pid=$user_PID
read -r -t 10 -u "${user[0]}"
kipcctl show "segment:@$held" >/dev/null
is "nor is one that somebody else uses" "$(kipcctl list --json --foreign --columns=id,attached,last_user | tr -d ' \n' |
	grep -o "{\"id\":$held,[^}]*}")" "{\"id\":$held,\"attached\":1,\"last_user\":$user_pid}"
kill "$user_pid"
wait "$user_pid" 2>/dev/null
ipcrm -m "$held"

# What the mode keeps from somebody is said, with what would show it.
kipcctl create segment closed size=64K layout=ring mode=0600 >/dev/null
if as 65534 true 2>/dev/null; then
	like "values that may not be read" "$(as 65534 kipcctl show build)" '^ +values: not visible: .*\(CAP_IPC_OWNER\)'
	like "a ring that may not be read" "$(as 65534 kipcctl show closed)" '^ +messages: not visible: .*\(CAP_IPC_OWNER\)'
	unlike "whoever may is not told so" "$(kipcctl show build closed)" 'CAP_IPC_OWNER'
else
	skip "what may not be read" "no other user here"
fi
kipcctl remove closed >/dev/null

# A /proc that hides others' processes: as 65534 is said to be blocked only where that can be known.
hidden() {
	unshare --mount sh -c "mount -t proc -o hidepid=$1 proc /proc && shift && exec setpriv --reuid 65534 --regid 65534 --clear-groups \"\$@\"" \
		sh "$@"
}
for how in 1 2; do
	if hidden $how true 2>/dev/null; then
		like "others' processes cannot be seen with hidepid=$how, and that is said" "$(hidden $how kipcctl show orders)" \
			'^ +blocked: not visible: .*\(CAP_SYS_PTRACE\)'
		unlike "and not that none is blocked" "$(hidden $how kipcctl show orders)" 'blocked: none'
		[ $how = 1 ] || is "JSON does not tell a number that is not known" \
			"$(hidden $how kipcctl show --json orders | json '$d->[0]{blocked_not_visible} // "null"')" null
		like "doctor says it too" "$(hidden $how kipcctl doctor)" '^notice: this machine: unseen$'
	else
		skip "hidepid=$how" "no mount namespace, or no other user in it"
	fi
done

# No /proc at all, as in a bare chroot; kipcctl finds its other half by one link in it.
without_proc() {
	unshare --mount sh -c 'mount -t tmpfs tmpfs /proc && mkdir /proc/self && ln -s "$1" /proc/self/exe && shift && exec "$@"' \
		sh "$top_build/kipcctl" "$@"
}
if [ -z "${SANITIZER_FLAGS:-}" ] && without_proc true 2>/dev/null; then
	exits 0 "without /proc" without_proc kipcctl show -q orders
	like "all else is shown" "$OUT" '^ +messages: 1$'
	like "and what cannot be seen is said" "$OUT" '^ +blocked: not visible: '
	exits 8 "doctor without /proc, and without kipcd" without_proc kipcctl doctor -q
else
	skip "without /proc" "no mount namespace, or sanitizers, which need it"
fi

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
	like "who is blocked on a semaphore" "$(kipcctl show build)" "^ +blocked: $taker kipcctl waits to operate on semaphore\[1\], by -1$"
	like "the kernel's count says it too" "$(kipcctl show build)" "^ +semaphore\[1\]: 0, 1 waiting"
	is "JSON: the type that is waited for" "$(kipcctl show --json orders | json '$d->[0]{blocked}[0]{type}')" 5
else
	skip "who is blocked" "/proc/PID/syscall cannot be read here"
fi
kipcctl send --type=5 orders done
kipcctl up 'build[1]'
wait "$receiver" "$taker"

perl -e 'semop($ARGV[0], pack("s!3", 2, 0, 0)) or die $!' "$(id_of build)" & waiter=$!
if blocked "$waiter" build; then
	like "who waits for a semaphore to be 0" "$(kipcctl show build)" \
		"^ +blocked: $waiter perl.* waits to operate on semaphore\[2\], until it is 0$"
else
	skip "who waits for a semaphore to be 0" "/proc/PID/syscall cannot be read here"
fi
kipcctl down -n 5 'build[2]'
wait "$waiter"
kipcctl up -n 5 'build[2]'

# Who sends and for which type, in the sender's own memory; and on a ring, where as 65534 is in a call on IPC at all.
kipcctl create queue narrow capacity=64 >/dev/null
kipcctl create segment stream size=64K layout=ring >/dev/null
kipcctl send narrow "$(printf 'x%.0s' {1..64})"
kipcctl send --type=9 narrow more & sender=$!
kipcctl recv stream >/dev/null & reader=$!
if blocked "$sender" narrow && blocked "$reader" stream; then
	like "a blocked sender's type" "$(kipcctl show narrow)" "^ +blocked: $sender kipcctl waits to send, type 9$"
	like "who waits in a ring" "$(kipcctl show stream)" "^ +blocked: $reader kipcctl waits to receive$"
	like "a full queue has a full bar" "$(kipcctl show narrow)" "^ +full: 100%  #{20}$"
else
	skip "who is blocked on a ring" "/proc/PID/syscall cannot be read here"
fi
kipcctl recv narrow >/dev/null
kipcctl send stream done
wait "$sender" "$reader"

# A 32-bit program's call has other numbers. It needs no libc: this is all of it.
kipcctl purge --quiet orders
cat >"$T/old.c" <<'EOF'
void _start(void)
{
	static struct { int type; char text[8]; } message;
	int r;

	__asm__ volatile("int $0x80" : "=a"(r) : "a"(399), "b"(1234), "c"(0));
	__asm__ volatile("int $0x80" : "=a"(r) : "a"(401), "b"(r), "c"(&message), "d"(8), "S"(-5), "D"(0) : "memory");
	__asm__ volatile("int $0x80" : : "a"(1), "b"(r < 0));
}
EOF
if [ "$(uname -m)" = x86_64 ] && gcc -m32 -O1 -nostdlib -static -fno-stack-protector -fno-pie -no-pie \
	-o "$T/old" "$T/old.c" 2>/dev/null && { "$T/old" & old=$!; } && blocked "$old" orders; then
	like "a 32-bit program" "$(kipcctl show orders)" "^ +blocked: $old old waits to receive, type 5 or lower$"
	kipcctl send --type=5 orders done
	wait "$old"
else
	skip "a 32-bit program" "the compiler, the kernel or /proc does not do it here"
fi

# Who has a segment attached: from the maps, once a process, with what it may do there.
cat >"$T/attach.pl" <<'EOF'
use IPC::SysV qw(shmat); $| = 1;
my @held = map { shmat($_->[0], undef, $_->[1]) or die } ([$ARGV[0], 0], [$ARGV[0], 010000], [$ARGV[1], 010000]);
print "\n"; <STDIN>;
EOF
if perl -MIPC::SysV -e 1 2>/dev/null; then
	held=$(ipcmk -M 4096 | grep -o '[0-9]*$')
	coproc user { exec perl "$T/attach.pl" "$(id_of prices)" "$held"; }
	read -r -t 10 -u "${user[0]}"
	user_pid=$user_PID
	like "who has a segment attached" "$(kipcctl show prices)" "^ +attached by: $user_pid perl.*, read-write, 2 times$"
	like "and how" "$(kipcctl show "segment:@$held")" "^ +attached by: $user_pid perl.*, read-only$"
	is "JSON: who and how often" "$(kipcctl show --json prices |
		json '"@{$d->[0]{attached_by}[0]}{qw(pid mappings)} $d->[0]{attached_not_visible}"')" "$user_pid 2 0"
	ipcrm -m "$held"
	like "a removed segment is found by its id, with who holds it" "$(kipcctl show "segment:@$held")" \
		"^ +attached by: $user_pid perl.*, read-only$"
	like "and can be looked at" "$(kipcctl hexdump "@$held" --length=16)" '^0+ +00 00'
	echo >&"${user[1]}"
	wait "$user_pid"
	unlike "nobody any more" "$(kipcctl show prices)" 'attached by'
else
	skip "who has a segment attached" "no perl IPC::SysV"
fi

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
