#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Segments whose pages the kernel does not have: touching one would end the program that does. Everybody answers instead,
# and shows what else there is.
. "$(dirname "$0")/tap.sh"

if [ "$(awk '/^HugePages_Free/ { print $2 }' /proc/meminfo)" != 0 ]; then
	skip "segments without memory" "this machine has free huge pages, or no word about them"
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
cannot='the kernel has no memory for this segment'

for address in raw ring "segment:@$handed"; do
	for verb in "read $address" "hexdump $address" "recv $address" "peek $address" "send $address text"; do
		exits 1 "$verb" timeout 20 kipcctl $verb
		like "... says why" "$ERR" "$cannot"
	done
done
for verb in "write raw text" "get raw" "get raw n" "put raw n=1" "watch --once raw" "wait ring" "purge ring" "move ring orders"; do
	exits 1 "$verb" timeout 20 kipcctl $verb
	like "... says why" "$ERR" "$cannot"
done
for verb in "list --foreign" "list --foreign --json" "show raw" "show ring" "show segment:@$handed" "metrics" "top --once" "limits" "generate"; do
	exits 0 "$verb" timeout 20 kipcctl $verb
done
like "the others are shown" "$(kipcctl list)" '^orders +queue .* 1 message'
like "and so is what can be said of this one" "$(kipcctl list)" "^ring +segment +0x00004b12 +$ring active "
timeout 20 kipcctl doctor >"$T/doctor" 2>&1
like "doctor ends as it should" "$?" '^[08]$'

# Handed to kipcd under a declared ring.
exits_somehow() { timeout 20 "$@" >/dev/null 2>"$T/err"; [ $? -lt 9 ]; }
printf '[segment own]\nkey = 0x4b13\nsize = 4M\nlayout = ring\n' >>"$conf"
exits_somehow kipcctl reload && exits_somehow kipcctl adopt "segment:@$handed" own
pass "adopt answers"
exits_somehow kipcctl reset --force own
exits 0 "kipcd lives" kipcctl list
unlike "and does not say that the ring is sound" "$(kipcctl list --columns=name,messages,reason | grep '^own')" '^own +0 +-'
is "the message is still there" "$(kipcctl recv orders)" one
stop_kipcd
is "and it ends as it should" "$kipcd_status" 0
finish
