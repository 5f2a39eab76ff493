#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipc for other machines than this one: `run.sh FOLDER [PORT…]`, all of them by default. What needs another
# architecture's libraries is built against Debian's packages, unpacked below FOLDER; nothing is installed for it.
# Closes with the sum.
set -u
source=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
shift
passed=0 failed=0 skipped=0 failures=

pass() { passed=$((passed + 1)); echo "ok - $1"; }
skip() { skipped=$((skipped + 1)); echo "ok - $1 # SKIP $2"; }
fail() {
	failed=$((failed + 1)) failures+="failed: $1"$'\n'
	echo "not ok - $1"
	tail -n 20 "$2" | sed 's/^/# /'
}

# try WHAT COMMAND…: quiet, unless it fails
try() {
	local what=$1
	shift
	"$@" >"$folder/log" 2>&1
	case $? in
	0) pass "$what" ;;
	77) skip "$what" "it says that it cannot run here" ;;
	*) fail "$what" "$folder/log"; return 1 ;;
	esac
}

# -- what the builds are made of ---------------------------------------------------------------------------------

packages="libcmocka-dev libcmocka0 libsystemd-dev libsystemd0 libinih-dev libinih1 libjson-c-dev libjson-c5 libncurses-dev
	libncurses6 libncursesw6 libtinfo6 libc6 libc6-dev libcrypt1 libcrypt-dev libgcc-s1 linux-libc-dev libcap2 liblz4-1
	liblzma5 libzstd1 libgcrypt20 libgpg-error0"

# unpack ARCHITECTURE: its packages, by an apt that knows nothing but that one
unpack() {
	local architecture=$1 apt=$folder/$1/apt root=$folder/$1/root package options
	[ ! -e "$root/.complete" ] || return 0
	rm -rf "$root"
	mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/packages" "$root"
	: >"$apt/status"
	options=(-q -o "Dir::State=$apt" -o "Dir::State::Lists=$apt/lists" -o "Dir::State::status=$apt/status"
		-o "Dir::Cache=$apt/cache" -o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture"
		-o APT::Sandbox::User=root)
	apt-get "${options[@]}" update # what of it failed shows below, where it matters
	(cd "$apt/packages" && apt-get "${options[@]}" download $packages) || return
	for package in "$apt/packages"/*.deb; do dpkg-deb -x "$package" "$root" || return; done
	touch "$root/.complete"
}

has_packages() {
	unpack "$1" >"$folder/log" 2>&1 && return
	skip "$1" "Debian's packages for it cannot be unpacked: $(grep '^E: ' "$folder/log" | head -n 1)"
	return 1
}

# build ARCHITECTURE TRIPLET COMPILER: all of kipc, and its unit tests
build() {
	local root=$folder/$1/root libraries
	libraries=$root/usr/lib/$2
	rm -rf "$folder/$1/build"
	mkdir -p "$folder/$1/build"
	(
		cd "$folder/$1/build" &&
			export PKG_CONFIG_LIBDIR=$libraries/pkgconfig:$root/usr/share/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root &&
			"$source/configure" -q --host="$2" CC="$3 --sysroot=$root" CFLAGS="-O2 -g -Werror" \
				LDFLAGS="-Wl,-rpath-link,$libraries:$root/lib/$2" &&
			make -j"$(nproc)" && make -j"$(nproc)" $unit_tests
	)
}
unit_tests=$(cd "$source" && ls tests/unit/*.c | sed 's/\.c$//' | tr '\n' ' ')

# run_units ARCHITECTURE RUNNER…: each that is not in $cannot
run_units() {
	local build=$folder/$1/build test
	shift
	for test in $unit_tests; do
		case " $cannot " in
		*" $test "*) skip "$port: $test" "$because" ;;
		*) try "$port: $test" env -C "$build" srcdir="$source" \
			LD_LIBRARY_PATH="$build/.libs" timeout 300 "$@" "$test" ;;
		esac
	done
}

# -- the ports ---------------------------------------------------------------------------------------------------

# Big-endian, and an order of memory of its own.
s390x() {
	local root=$folder/s390x/root compiler
	compiler=$(compgen -c s390x-linux-gnu-gcc | grep -xE 's390x-linux-gnu-gcc(-[0-9]+)?' | head -n 1)
	if [ -z "$compiler" ]; then
		skip "s390x" "there is no s390x-linux-gnu-gcc"
		return
	fi
	has_packages s390x || return
	try "s390x: everything is built" build s390x s390x-linux-gnu "$compiler" || return
	if ! command -v qemu-s390x >/dev/null; then
		skip "s390x: unit tests" "there is no qemu-s390x"
		return
	fi
	cannot="tests/unit/claims tests/unit/object tests/unit/queue tests/unit/ready tests/unit/ring" because="qemu's user mode has neither MSG_STAT_ANY and its kin nor robust lists"
	run_units s390x qemu-s390x -L "$root" -E "LD_LIBRARY_PATH=$folder/s390x/build/.libs"
}

# 32 bits, where the kernel's times are longer than the C library's.
i386() {
	local root=$folder/i386/root
	if ! gcc -m32 -xc -c -o /dev/null - <<<'' 2>/dev/null; then
		skip "i386" "this gcc has no -m32 (gcc-multilib)"
		return
	fi
	has_packages i386 || return
	try "i386: everything is built, with what is asserted of the kernel's structures" build i386 i386-linux-gnu "gcc -m32" || return
	if ! "$root/lib/ld-linux.so.2" --version >/dev/null 2>&1; then
		skip "i386: unit tests" "this machine runs no 32-bit programs"
		return
	fi
	cannot="" because=""
	run_units i386 "$root/lib/ld-linux.so.2" --library-path "$root/lib/i386-linux-gnu:$root/usr/lib/i386-linux-gnu"
}

# Another C library. Debian has none of our parts for it, so this is libkipc and its tests, under the kernel's headers.
musl() {
	local build=$folder/musl test
	if ! command -v musl-gcc >/dev/null; then
		skip "musl" "there is no musl-gcc"
		return
	fi
	mkdir -p "$build/include"
	for headers in linux asm-generic; do ln -sfn "/usr/include/$headers" "$build/include/$headers"; done
	ln -sfn "/usr/include/$(gcc -print-multiarch)/asm" "$build/include/asm"
	compile() {
		musl-gcc -std=gnu11 -O2 -g -Wall -Wextra -Werror -Wno-missing-field-initializers -Wno-unused-parameter \
			-fno-semantic-interposition -D_GNU_SOURCE -DKIPC_RUNTIME_PARENT='"/run"' -I"$source" -I"$source/tests/ports" \
			-I"$build/include" "$@" "$source"/lib/*.c "$source"/lib/{base,ring}/*.c -o "$build/program" -lpthread
	}
	for test in address claims object queue ready ring; do
		try "musl: $test is built" compile "$source/tests/unit/$test.c" &&
			try "musl: $test" unshare --ipc timeout 120 "$build/program"
	done
	try "musl: the storm is built" compile "$source/tests/ring/storm.c" || return
	for mode in plain batch work in-place ordered; do
		try "musl: a storm of kills, $mode" unshare --ipc timeout 120 "$build/program" "$mode" 200 16384 7
	done
}

for port in ${*:-musl s390x i386}; do
	"$port"
done
printf %s "$failures"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
