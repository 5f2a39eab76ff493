#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl show: names, keys, ids, foreign objects, declared and actual values, and blocked processes.
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

exits 0 "show of a queue by name succeeds" kipcctl show orders
like "... with its title" "$OUT" "^orders: queue, active$"
like "... its description" "$OUT" "^    Orders waiting to be billed$"
like "... its key" "$OUT" "^ +key: 0x000004d2$"
like "... its messages" "$OUT" "^ +messages: 1$"
like "... its capacity" "$OUT" "^ +capacity: 8K$"
like "... its last sender, which has ended" "$OUT" "^ +last sender: [0-9]+ \(gone\)$"
like "... and no receiver yet" "$OUT" "^ +last received: never$"
like "... and its origin" "$OUT" "^ +origin: $conf$"
# The number of processes that cannot be examined depends on the machine.
card() { kipcctl show "$@" | grep -v '^ *blocked: not visible'; }
is "show by key prints the same" "$(card queue:1234)" "$(card orders)"
is "show by id prints the same" "$(card "queue:@$(id_of orders)")" "$(card orders)"
like "--bytes prints plain numbers" "$(kipcctl show --bytes orders)" "^ +capacity: 8192$"

exits 2 "a key of two kinds is wrong usage" kipcctl show 1234
like "... with both" "$ERR" "queue orders or segment prices"
exits 3 "an unknown name fails" kipcctl show nobody
exits 3 "an unknown id fails" kipcctl show @99999
exits 2 "a name of another kind is wrong usage" kipcctl show segment:orders
exits 2 "an invalid address is wrong usage" kipcctl show 'or/ders'
exits 3 "a missing channel beside an existing one fails" kipcctl show nobody prices
like "... and the existing one is shown" "$OUT" "^prices: segment, active$"
like "a foreign object is shown" "$(kipcctl show "queue:@$foreign")" "^queue:@$foreign: queue, foreign$"
like "the semaphores of a set are shown" "$(kipcctl show build)" "^ +semaphore\[2\]: 5"

kipcctl show --json orders build >"$T/show.json"
is "JSON: what is declared" "$(json '$d->[0]{declared}{capacity}' <"$T/show.json")" 8192
is "JSON: the semaphores" "$(json '$d->[1]{set}[2]{value}' <"$T/show.json")" 5
is "JSON: none is blocked" "$(json 'scalar @{$d->[0]{blocked}}' <"$T/show.json")" 0

# show leaves no trace: a segment that was ever attached would count as used.
idle=$(ipcmk -M 4096 | grep -o '[0-9]*$')
kipcctl show prices "segment:@$idle" >/dev/null
is "show does not attach a segment" \
	"$(kipcctl list --json --foreign --kind=segment --columns=last_attached,last_user | tr -d ' \n')" \
	'[{"last_attached":null,"last_user":null},{"last_attached":null,"last_user":null}]'
exits 0 "... which can be removed as never used" kipcctl remove "segment:@$idle"
held=$(ipcmk -M 4096 | grep -o '[0-9]*$')
coproc user { exec perl -MIPC::SysV=shmat -e '$| = 1; $a = shmat($ARGV[0], undef, 0) or die; print "\n"; <STDIN>' "$held"; }
user_pid=$user_PID
read -r -t 10 -u "${user[0]}"
kipcctl show "segment:@$held" >/dev/null
is "... also one that another process uses" "$(kipcctl list --json --foreign --columns=id,attached,last_user | tr -d ' \n' |
	grep -o "{\"id\":$held,[^}]*}")" "{\"id\":$held,\"attached\":1,\"last_user\":$user_pid}"
kill "$user_pid"
wait "$user_pid" 2>/dev/null
ipcrm -m "$held"

# What the mode hides from a user is named, with what would show it.
kipcctl create segment closed size=64K layout=ring mode=0600 >/dev/null
if as 65534 true 2>/dev/null; then
	like "values that the user may not read are named" "$(as 65534 kipcctl show build)" '^ +values: not visible: .*\(CAP_IPC_OWNER\)'
	like "a ring that the user may not read is named" "$(as 65534 kipcctl show closed)" '^ +messages: not visible: .*\(CAP_IPC_OWNER\)'
	unlike "... but not for a user that may" "$(kipcctl show build closed)" 'CAP_IPC_OWNER'
else
	skip "objects that the user may not read" "no other user here"
fi
kipcctl remove closed >/dev/null

# A /proc that hides the processes of others: show must not claim that no process is blocked.
hidden() {
	unshare --mount sh -c "mount -t proc -o hidepid=$1 proc /proc && shift && exec setpriv --reuid 65534 --regid 65534 --clear-groups \"\$@\"" \
		sh "$@"
}
for how in 1 2; do
	if hidden $how true 2>/dev/null; then
		like "with hidepid=$how show says that it cannot see other processes" "$(hidden $how kipcctl show orders)" \
			'^ +blocked: not visible: .*\(CAP_SYS_PTRACE\)'
		unlike "... and not that none is blocked" "$(hidden $how kipcctl show orders)" 'blocked: none'
		[ $how = 1 ] || is "... and JSON has no number for them" \
			"$(hidden $how kipcctl show --json orders | json '$d->[0]{blocked_not_visible} // "null"')" null
		like "... and doctor has a notice" "$(hidden $how kipcctl doctor)" '^notice: this machine: unseen$'
	else
		skip "hidepid=$how" "no mount namespace, or no other user in it"
	fi
done

# No /proc, as in a bare chroot; kipcctl finds its other half through a link in it.
without_proc() {
	unshare --mount sh -c 'mount -t tmpfs tmpfs /proc && mkdir /proc/self && ln -s "$1" /proc/self/exe && shift && exec "$@"' \
		sh "$top_build/kipcctl" "$@"
}
if [ -z "${SANITIZER_FLAGS:-}" ] && without_proc true 2>/dev/null; then
	exits 0 "show works without /proc" without_proc kipcctl show -q orders
	like "... and prints everything else" "$OUT" '^ +messages: 1$'
	like "... and what it cannot see" "$OUT" '^ +blocked: not visible: '
	exits 8 "doctor works without /proc and kipcd" without_proc kipcctl doctor -q
else
	skip "show works without /proc" "no mount namespace, or sanitizers, which need it"
fi

# A declared value that would need a new object is shown beside the actual one.
sed -i 's/64K/32K/' "$conf"
kipcctl write prices data
kipcctl reload >/dev/null
like "a declared size is shown beside the actual one" "$(kipcctl show prices)" "^ +size: 64K \(declared: 32K\)$"
like "... with the reason" "$(kipcctl show prices)" "^prices: segment, stale: "

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
	like "show names the process blocked on a queue, and the type" "$(kipcctl show orders)" \
		"^ +blocked: $receiver kipcctl waits to receive, type 5$"
	like "show names the process blocked on a semaphore" "$(kipcctl show build)" "^ +blocked: $taker kipcctl waits to operate on semaphore\[1\], by -1$"
	like "... and the kernel's count" "$(kipcctl show build)" "^ +semaphore\[1\]: 0, 1 waiting"
	is "JSON: the type that it waits for" "$(kipcctl show --json orders | json '$d->[0]{blocked}[0]{type}')" 5
else
	skip "blocked processes" "/proc/PID/syscall cannot be read here"
fi
kipcctl send --type=5 orders done
kipcctl up 'build[1]'
wait "$receiver" "$taker"

perl -e 'semop($ARGV[0], pack("s!3", 2, 0, 0)) or die $!' "$(id_of build)" & waiter=$!
if blocked "$waiter" build; then
	like "show names the process that waits for 0" "$(kipcctl show build)" \
		"^ +blocked: $waiter perl.* waits to operate on semaphore\[2\], until it is 0$"
else
	skip "show names the process that waits for 0" "/proc/PID/syscall cannot be read here"
fi
kipcctl down -n 5 'build[2]'
wait "$waiter"
kipcctl up -n 5 'build[2]'

# The type of a blocked sender, which is in its memory; and a process that waits on a ring, which is in no IPC call.
kipcctl create queue narrow capacity=64 >/dev/null
kipcctl create segment stream size=64K layout=ring >/dev/null
kipcctl send narrow "$(printf 'x%.0s' {1..64})"
kipcctl send --type=9 narrow more & sender=$!
kipcctl recv stream >/dev/null & reader=$!
if blocked "$sender" narrow && blocked "$reader" stream; then
	like "show prints the type of a blocked sender" "$(kipcctl show narrow)" "^ +blocked: $sender kipcctl waits to send, type 9$"
	like "show names the process that waits on a ring" "$(kipcctl show stream)" "^ +blocked: $reader kipcctl waits to receive$"
	like "a full queue has a full bar" "$(kipcctl show narrow)" "^ +full: 100%  #{20}$"
else
	skip "processes blocked on a ring" "/proc/PID/syscall cannot be read here"
fi
kipcctl recv narrow >/dev/null
kipcctl send stream done
wait "$sender" "$reader"

# The calls of a 32-bit program have other numbers. This one needs no libc.
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
	like "show names a blocked 32-bit program" "$(kipcctl show orders)" "^ +blocked: $old old waits to receive, type 5 or lower$"
	kipcctl send --type=5 orders done
	wait "$old"
else
	skip "show names a blocked 32-bit program" "the compiler, the kernel or /proc does not do it here"
fi

# The processes that have a segment attached, from their maps: once a process, with its access.
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
	like "show names the process that has a segment attached" "$(kipcctl show prices)" "^ +attached by: $user_pid perl.*, read-write, 2 times$"
	like "... and its access" "$(kipcctl show "segment:@$held")" "^ +attached by: $user_pid perl.*, read-only$"
	is "JSON: the process and its mappings" "$(kipcctl show --json prices |
		json '"@{$d->[0]{attached_by}[0]}{qw(pid mappings)} $d->[0]{attached_not_visible}"')" "$user_pid 2 0"
	ipcrm -m "$held"
	like "a removed segment is shown by its id, with the process that has it attached" "$(kipcctl show "segment:@$held")" \
		"^ +attached by: $user_pid perl.*, read-only$"
	like "... and hexdump prints it" "$(kipcctl hexdump "@$held" --length=16)" '^0+ +00 00'
	echo >&"${user[1]}"
	wait "$user_pid"
	unlike "... and none once it is detached" "$(kipcctl show prices)" 'attached by'
else
	skip "show names the process that has a segment attached" "no perl IPC::SysV"
fi

# A process can have any name, which must be escaped on the terminal.
cat >"$T/evil.pl" <<'EOF'
use IPC::SysV; $| = 1; $0 = "e\e[31m\xffl"; msgsnd($ARGV[0], pack("l! a*", 1, "x"), 0) or die; print "\n"; <STDIN>;
EOF
if perl -MIPC::SysV -e 1 2>/dev/null; then
	coproc evil { exec perl "$T/evil.pl" "$(id_of orders)"; }
	read -r -t 10 -u "${evil[0]}"
	like "a hostile process name is escaped" "$(kipcctl show orders)" '^ +last sender: [0-9]+ e\\x1b\[31m\\xffl$'
	is "... and valid in JSON" "$(kipcctl show --json orders | json 'sprintf "%vx", $d->[0]{last_sender_command}')" \
		"65.1b.5b.33.31.6d.fffd.6c"
	writer=$evil_PID
	echo >&"${evil[1]}"
	wait "$writer"
else
	skip "a hostile process name" "no perl IPC::SysV"
fi

stop_kipcd
exits 0 "show works without kipcd" kipcctl show orders
like "... and prints a name of the registry" "$OUT" "^orders: queue, active$"
finish
