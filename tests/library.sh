#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a program needs to build against libkipc: the header in every C and C++, what the libraries export, the manual pages
# and their example.
. "$(dirname "$0")/tap.sh"
cd "$top_src" || exit 1

# -- the header ------------------------------------------------------------------------------------------

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

# -- the shared library ----------------------------------------------------------------------------------

library=$top_build/.libs/libkipc.so
symbols=$(grep -oE '^[[:space:]]kipc_[a-z_]+' lib/libkipc.sym | tr -d '[:space:]' | sed 's/kipc_/\nkipc_/g' | grep .)
like 'the symbols of libkipc are known' "$symbols" '^kipc_open$'
same 'kipc.h declares what libkipc.sym lists' \
	"$(perl -0pe 's{/\*.*?\*/}{}gs' lib/kipc.h | grep -oE '\bkipc_[a-z_]+\(' | tr -d '(')" "$symbols"
same 'libkipc.so exports that and nothing else' \
	"$(nm -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }')" "$symbols"
# One number says with which library a program works: in the soname, the symbols' version, and the package.
abi=$(readelf -d "$library" | sed -n 's/.*(SONAME).*\[libkipc\.so\.\([0-9]*\)\]$/\1/p')
is 'the version of the symbols is the soname'"'"'s' "$(grep -o '^LIBKIPC_[0-9]*' lib/libkipc.sym)" "LIBKIPC_$abi"
if [ -d debian ]; then
	is 'and so is the package' "$(grep -o '^Package: libkipc[0-9].*' debian/control)" "Package: libkipc$abi"
	same "debian/libkipc$abi.symbols lists each of them" \
		"$(sed -n "s/^ \(kipc_[a-z_]*\)@LIBKIPC_$abi .*/\1/p" "debian/libkipc$abi.symbols")" "$symbols"
else
	skip 'the package' 'a tarball has no debian/'
fi
same 'libkipc(3) lists each of them' "$(grep -oE '^kipc_[a-z_]+\|' lib/libkipc.3 | tr -d '|')" "$symbols"
none 'libkipc(3) knows no other' \
	"$(grep -oE '\bkipc_[a-z_]+' lib/libkipc.3 | sort -u | grep -vxF -e kipc_channel -e kipc_message -e "$symbols")"
if [ -z "${SANITIZER_FLAGS:-}" ]; then
	none 'libkipc.so needs libc only' "$(readelf -d "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p' | grep -vE '^(libc|libpthread|librt|ld[0-9a-z-]*)\.')"
else
	skip 'libkipc.so needs libc only' 'the sanitizers add libraries'
fi

# -- the static library ----------------------------------------------------------------------------------

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

# -- the manual page and its example ---------------------------------------------------------------------

exits 0 'make install-data' make -C "$top_build" --no-print-directory install-data DESTDIR="$T/root"
page=$(find "$T/root" -name libkipc.3)
same "each function has a manual page" "$(find "$T/root" -name 'kipc_*.3' | sed 's|.*/||; s/\.3$//')" "$symbols"
like "... which is libkipc(3)" "$(MANPATH=$(dirname "$(dirname "$page")") man kipc_recv_batch 2>&1)" 'libkipc'

# The example in libkipc(3), as pkg-config says it is to be built.
mkdir -p "$T/pc"
cp "$top_build/lib/libkipc.pc" "$T/pc/"
flags=$(PKG_CONFIG_PATH=$T/pc pkg-config --define-variable=libdir="$top_build/.libs" \
	--define-variable=includedir="$top_src/lib" --cflags --libs libkipc)
sed -n '/^\.\\" A test compiles/,/^\.\\" \.\.\. and here/p' lib/libkipc.3 |
	sed -e '/^\./d' -e 's/\\-/-/g' -e 's/\\e/\\/g' >"$T/example.c"
like 'libkipc(3) has an example' "$(cat "$T/example.c")" '^int main\('
# CC and the flags are lists of words.
# shellcheck disable=SC2086
exits 0 'it compiles without a warning' ${CC:-cc} ${CPPFLAGS:-} ${SANITIZER_FLAGS:-} -std=c11 -pedantic \
	-Wall -Wextra -Werror -o "$T/example" "$T/example.c" $flags
export LD_LIBRARY_PATH=$top_build/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
exits 1 'without a registry it fails' "$T/example"
is '... and says so' "$ERR" 'orders: No such file or directory'
echo '[queue orders]' >"$conf"
start
exits 0 'it sends' "$T/example" one 'two words'
is '... what kipcctl receives' "$(kipcctl recv --all orders)" 'one
two words'
kipcctl send orders three ''
exits 0 'it receives' "$T/example"
is '... what kipcctl sends' "$(cat "$T/exits.out"; echo .)" 'three

.'
stop_kipcd

finish
