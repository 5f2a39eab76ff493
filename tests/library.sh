#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a program needs to build against libkipc: the header in every C and C++, the libraries, the manual pages.
. "$(dirname "$0")/tap.sh"

cat >"$T/use.c" <<'END'
#include "lib/kipc.h"
#include "lib/kipc.h"

int use(struct kipc_channel *channel, int32_t key);
int use(struct kipc_channel *channel, int32_t key)
{
	struct kipc_object object;
	struct kipc_address address;

	if (kipc_object_find(KIPC_QUEUE, key, &object) < 0 || kipc_address_parse("orders", &address) < 0)
		return kipc_stat(channel, &object);
	return (int)object.queue.messages + (int)object.segment.size + (int)object.semaphore.semaphores;
}
END
cp "$T/use.c" "$T/use.cc"
# compiles COMPILER FILE STANDARD…: strictly, without extensions of the compiler
compiles() {
	local compiler=$1 file=$2 standard
	if ! command -v "$compiler" >/dev/null; then
		skip "kipc.h with $compiler" "it is not installed"
		return
	fi
	for standard in "${@:3}"; do
		exits 0 "kipc.h with $compiler -std=$standard" \
			"$compiler" "-std=$standard" -pedantic -Wall -Wextra -Werror -I"$top_src" -c -o "$T/use.o" "$T/$file"
	done
}
compiles gcc use.c c99 c11 c17 c2x
compiles clang use.c c99 c11 c17 c2x
compiles g++ use.cc c++11 c++14 c++17 c++20 c++23
compiles clang++ use.cc c++11 c++14 c++17 c++20 c++2b

printf '#include "lib/ring-layout.h"\nstruct ring_header header;\n' >"$T/layout.c"
exits 0 'lib/ring-layout.h declares the bytes of a ring' ${CC:-cc} -std=gnu11 -I"$top_src" -c -o "$T/layout.o" "$T/layout.c"

static=$top_build/.libs/libkipc.a
if [ -e "$static" ]; then
	is "the static library exports only names that begin with kipc_" "$(nm -g --defined-only "$static" | awk 'NF == 3 { print $3 }' | grep -v '^kipc_')" ""
	like "... and exports those" "$(nm -g --defined-only "$static")" ' T kipc_open$'
	cat >"$T/static.c" <<'END'
#include "lib/kipc.h"
int ring_attach, object_id, populate; /* names of the program */
int main(void)
{
	struct kipc_channel *channel;

	return kipc_open("nosuch", NULL, KIPC_QUEUE, &channel) < 0 ? ring_attach + object_id + populate : 1;
}
END
	exits 0 "a program with the same internal names links it" \
		${CC:-cc} ${SANITIZER_FLAGS:-} -I"$top_src" -o "$T/static" "$T/static.c" "$static" -pthread
	exits 0 "... and runs" "$T/static"
else
	skip "a static library" "this was configured with --disable-static"
fi

functions=$(sed -nE 's/^\t(kipc_[a-z_]+);/\1/p' "$top_src/lib/libkipc.sym")
make -C "$top_build" --no-print-directory install-data DESTDIR="$T/root" >"$T/install" 2>&1
page=$(find "$T/root" -name libkipc.3)
is "each function has a manual page" "$(cd "$(dirname "$page")" && ls kipc_*.3 | sed 's/\.3$//' | sort)" "$(sort <<<"$functions")"
like "... which is libkipc(3)" "$(MANPATH=$(dirname "$(dirname "$page")") man kipc_recv_batch 2>&1)" 'libkipc'
finish
