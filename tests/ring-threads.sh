#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Threads on one ring under ThreadSanitizer: no race; if one memory order is removed, it must find one.
. "$(dirname "$0")/tap.sh"

[ -z "${SANITIZER_FLAGS:-}" ] || { echo "1..0 # SKIP it builds a program of its own: the same as without sanitizers"; exit 0; }

build() { # OUTPUT FLAGS…
	local output=$1
	shift
	${CC:-cc} -std=gnu11 -O1 -g -w -fsanitize=thread -D_GNU_SOURCE -DKIPC_RUNTIME_PARENT='"/run"' "$@" -I"$top_src" -o "$output" \
		"$top_src"/lib/*.c "$top_src"/lib/{base,ring}/*.c "$top_src/tests/ring/threads.c" -lpthread 2>"$T/cc.log"
}
# Its shadow memory does not fit into every randomised address space.
threads() { TSAN_OPTIONS='halt_on_error=0 exitcode=66' timeout 120 setarch -R "$@" 2>&1; }

if ! build "$T/threads"; then
	skip 'no race between threads' "ThreadSanitizer cannot be linked: $(tail -n 1 "$T/cc.log")"
	finish
fi
output=$(threads "$T/threads" 20000)
status=$?
if grep -q 'FATAL: ThreadSanitizer' <<<"$output"; then
	skip 'no race between threads' "$(grep -m 1 FATAL <<<"$output")"
	finish
fi
is 'no race between threads, and every message once' "$status ${output##*, }" '0 0 wrong'
unlike '... and no warning from ThreadSanitizer' "$output" 'WARNING'
if build "$T/defect" -DRING_DEFECT_RELAXED_MOVE; then
	like 'a move without its memory order is found' "$(threads "$T/defect" 20000)" 'WARNING: ThreadSanitizer: data race'
else
	fail 'the defect can be built' "$(cat "$T/cc.log")"
fi
finish
