#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Segments whose pages the kernel cannot provide: a program that touches one would be killed. kipcctl and kipcd report it
# instead, and show everything else.
. "$(dirname "$0")/tap.sh"

cannot='the kernel has no memory for this segment'

# asked COMMAND…: each of its madvise(2) calls fails, one at a time; prints the status and the errors of each run
asked() {
	local n
	for ((n = 1; n < 20; n++)); do
		strace -f -qq -o "$T/trace" -e trace=madvise -e inject="madvise:error=EFAULT:when=$n" timeout 20 "$@" 2>&1 >/dev/null
		echo "status $?"
		grep -q INJECTED "$T/trace" || break
	done
}
if [ -n "${SANITIZER_FLAGS:-}" ] || ! strace -qq -o /dev/null -e inject=madvise:error=EFAULT:when=1 true 2>/dev/null; then
	skip "a ring whose pages are not available" "there is no strace, or the sanitizers have their own memory"
else
	printf '[segment ring]\nsize = 64K\nlayout = ring\n[queue orders]\n' >"$conf"
	start_kipcd
	for i in 1 2 3; do kipcctl send ring "message $i"; done
	for verb in "peek ring" "peek --all ring" "list" "show ring" "metrics" "top --once" "wait ring"; do
		unlike "$verb exits normally, whichever page is missing" "$(asked kipcctl $verb)" '^status ([2-9]|1.)'
	done
	for verb in "peek ring" "wait ring" "send ring more"; do
		like "$verb gives the reason" "$(asked kipcctl $verb)" "$cannot"
	done
	for verb in "recv ring" "move --count=1 ring orders" "purge ring"; do
		kipcctl send ring "for $verb"
		like "$verb gives the reason" "$(asked kipcctl $verb)" "$cannot"
	done
	like "the ring is intact" "$(kipcctl list --columns=name,reason)" '^ring +-$'
	stop_kipcd
	ipcrm --all
	rm -rf "$KIPC_RUNTIME_DIR"
fi

if [ "$(awk '/^HugePages_Free/ { print $2 }' /proc/meminfo)" != 0 ]; then
	skip "segments without memory" "this machine has free huge pages, or does not tell"
	finish
fi
# Two huge pages, without a reservation (SHM_HUGETLB, SHM_NORESERVE).
huge_segment() { perl -e '$id = shmget(hex $ARGV[0], 4 << 20, 01000 | 04000 | 010000 | 0600) // exit 1; print $id' "$1"; }
raw=$(huge_segment 0x4b11) && ring=$(huge_segment 0x4b12) && handed=$(huge_segment 0x4b13) || {
	skip "segments without memory" "no huge segment can be made here"
	finish
}
cat >"$conf" <<'CONF'
[queue orders]
[segment raw]
key = 0x4b11
manage = observe
field.n = u32@0
[segment ring]
key = 0x4b12
manage = observe
layout = ring
CONF
start_kipcd
kipcctl send orders one

for address in raw ring "segment:@$handed"; do
	for verb in "read $address" "hexdump $address" "recv $address" "peek $address" "send $address text"; do
		exits 1 "$verb" timeout 20 kipcctl $verb
		like "... with the reason" "$ERR" "$cannot"
	done
done
for verb in "write raw text" "get raw" "get raw n" "put raw n=1" "watch --once raw" "wait ring" "purge ring" "move ring orders"; do
	exits 1 "$verb" timeout 20 kipcctl $verb
	like "... with the reason" "$ERR" "$cannot"
done
for verb in "list --foreign" "list --foreign --json" "show raw" "show ring" "show segment:@$handed" "metrics" "top --once" "limits" "generate"; do
	exits 0 "$verb" timeout 20 kipcctl $verb
done
like "other channels are listed" "$(kipcctl list)" '^orders +queue .* 1 message'
like "... and so is this one" "$(kipcctl list)" "^ring +segment +0x00004b12 +$ring active "
timeout 20 kipcctl doctor >"$T/doctor" 2>&1
like "doctor exits normally" "$?" '^[08]$'

# Handed to kipcd under a declared ring.
exits_somehow() { timeout 20 "$@" >/dev/null 2>"$T/err"; [ $? -lt 9 ]; }
printf '[segment own]\nkey = 0x4b13\nsize = 4M\nlayout = ring\n' >>"$conf"
exits_somehow kipcctl reload && exits_somehow kipcctl adopt "segment:@$handed" own
pass "adopt of such a segment exits normally"
exits_somehow kipcctl reset --force own
exits 0 "kipcd still runs" kipcctl list
unlike "... and does not take the ring for sound" "$(kipcctl list --columns=name,messages,reason | grep '^own')" '^own +0 +-'
is "... and the message is still there" "$(kipcctl recv orders)" one
stop_kipcd
is "... and it exits with 0" "$kipcd_status" 0
finish
