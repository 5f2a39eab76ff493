#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A process writes anything anywhere into a ring while others use it, under AddressSanitizer: no crash, no hang, no read outside the
# segment. KIPC_TEST_LONG=1: for ten minutes.
. "$(dirname "$0")/tap.sh"

rounds=3 ms=1500
[ -z "${KIPC_TEST_LONG:-}" ] || rounds=60 ms=10000
if ! ${CC:-cc} -std=gnu11 -O1 -g -w -fsanitize=address,undefined -fno-sanitize-recover=undefined -D_GNU_SOURCE \
	-DKIPC_RUNTIME_PARENT='"/run"' -I"$top_src" -o "$T/scribble" "$top_src"/lib/*.c "$top_src"/lib/{base,ring}/*.c "$top_src/tests/ring/scribble.c" \
	-lpthread 2>"$T/cc.log"; then
	skip 'a scribbler does no harm' "the sanitizers cannot be linked: $(tail -n 1 "$T/cc.log")"
	finish
fi
for ((i = 1; i <= rounds; i++)); do
	exits 0 "a scribbler does no harm, seed $i" timeout 120 "$T/scribble" "$ms" "$i"
done
finish
