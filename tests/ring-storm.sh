#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A ring under a storm of kill -9: no message is lost, torn or repeated beyond what kipc.h allows, and the others continue.
# KIPC_TEST_LONG=1: a hundred thousand kills.
. "$(dirname "$0")/tap.sh"

kills=400
[ -z "${KIPC_TEST_LONG:-}" ] || kills=10000

# weather MODE SIZE SEED
weather() {
	local figures kills_of=$kills
	[ "$1" != turns ] || kills_of=$((kills / 4)) # a turn begins after 10 ms
	if figures=$("$top_build/ring-storm" "$1" "$kills_of" "$2" "$3" 2>&1); then
		pass "$figures, in $2 bytes"
	else
		fail "$1 in $2 bytes" "$figures"
	fi
}

for mode in plain batch work in-place ordered turns; do
	weather $mode 8192 1
	weather $mode 65536 2
done

# The same where the kernel wakes no sleeper after a death (Linux before 5.16).
if "$top_build/without-waitv" true 2>/dev/null; then
	exits 0 'without futex_waitv' "$top_build/without-waitv" "$top_build/ring-storm" work "$kills" 16384 3
else
	skip 'without futex_waitv' 'no seccomp filter can be set here'
fi

# A lock that was not announced to the kernel stays held after a death: the storm must notice that.
defect() {
	${CC:-cc} -O1 -w -D_GNU_SOURCE -DKIPC_RUNTIME_PARENT='"/run"' "$@" -I"$top_src" -o "$T/defect" \
		"$top_src"/lib/*.c "$top_src"/lib/{base,ring}/*.c "$top_src/tests/ring/storm.c" -lpthread
}
if defect -DRING_DEFECT_UNANNOUNCED 2>"$T/cc.log"; then
	unlike 'a lock that is not announced makes the storm fail' "$("$T/defect" plain 2000 8192 1 2>&1; echo "status $?")" '^status 0$'
else
	fail 'the defect can be built' "$(cat "$T/cc.log")"
fi
finish
