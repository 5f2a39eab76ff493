#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The memory orders of a ring, checked by Relacy: a million executions without a race; if an order is removed, it finds one.
. "$(dirname "$0")/tap.sh"

[ -z "${SANITIZER_FLAGS:-}" ] || { echo "1..0 # SKIP it builds a program of its own: the same as without sanitizers"; exit 0; }

if ! command -v g++ >/dev/null || ! echo '#include <relacy/relacy.hpp>' | g++ -w -std=gnu++11 -x c++ -fsyntax-only - 2>/dev/null; then
	echo '1..0 # SKIP relacy (relacy-dev) or a C++ compiler is not installed'
	exit 0
fi

# explore SLOTS FLAGS…
explore() {
	g++ -O1 -w -std=gnu++11 -DITERATIONS=500000 -DN_SLOTS="$1" "${@:2}" "$top_src/tests/ring/orders.cc" -o "$T/orders" -lpthread &&
		timeout 120 "$T/orders"
}
for slots in 1 2; do
	exits 0 "no race with $slots of 2 messages in the ring" explore $slots
	like '... in all executions' "$OUT" '^iterations: 500000$'
done
found() { like "$1" "$(explore "${@:2}" 2>&1)" 'DATA RACE'; }
found 'a move that does not release is found' 1 -DORDER_OF_MOVE=rl::mo_relaxed
found 'a lock that does not acquire is found' 2 -DORDER_OF_TAKE=rl::mo_relaxed
found 'a read of the other side that does not acquire is found' 1 -DORDER_OF_LOOK=rl::mo_relaxed
finish
