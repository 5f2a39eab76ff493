#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What no compiler checks in the sources: which room includes which, the library that each may use, licences, and the dialect.
. "$(dirname "$0")/tap.sh"
cd "$top_src" || exit 1

sources() { find "$@" -name '*.[ch]' | sort; }

# All that people wrote, except prose, pictures and the D-Bus interfaces.
written() {
	local pattern name=(-false)
	for pattern in '*.[ch]' '*.cc' '*.pml' '*.[1-8]' '*.sh' '*.bash' '*.fish' '_kipc*' '*.p[ly]' '*.in' '*.sym' '*.conf' '*.yml' \
		'*.catalog' '*.sysusers' '*.service' '*.path' '*.timer' start-for-bus; do
		name+=(-o -name "$pattern")
	done
	find lib common daemon client conf systemd tests bench -type f \( "${name[@]}" \) | sort
	printf '%s\n' bootstrap configure.ac Makefile.am .ci/run
}

# -- rooms ------------------------------------------------------------------------------------------------

# "FILE HEADER", with the brackets of those that are not ours.
includes() {
	sources "$@" | xargs grep -HE '^[[:space:]]*#[[:space:]]*include' |
		sed -nE 's/^([^:]*):[^"<]*(<[^>]*>).*/\1 \2/p; s/^([^:]*):[^"<]*"([^"]*)".*/\1 \2/p' |
		sed -E 's/ <((lib|common|daemon|client|tests|bench)\/[^>]*)>/ \1/'
}

# The order of the rooms, once: a room includes itself, the rooms (and files) behind its name, and what these include.
rooms='
lib/base: lib/kipc.h
lib/ring: lib/base
lib: lib/ring
common: lib/kipc.h
common/config: common
common/service: common
daemon/config: common/config lib
daemon/plan: daemon/config
daemon/channel: daemon/plan
daemon/start: daemon/channel common/service
daemon/run: daemon/start
daemon/change: daemon/run
daemon/bus: daemon/change
daemon: daemon/bus
client/base: common
client/data: client/base
client/complete: client/base common/config/keys.h
client/table: client/base
client/facts: client/table
client/doctor: client/facts
client/see: client/doctor
client/change: client/facts
client/bench: client/facts
client: client/see client/data client/complete client/change client/bench
'
ours=$(includes lib common daemon client | grep -vE ' (<|config\.h$)')
none 'no room includes one above or beside it' "$(awk '
	function may(room, what, i, n, below) {
		n = split(order[room], below)
		for (i = 1; room != what && i <= n && !may(below[i], what); i++) {}
		return room == what || i <= n
	}
	FNR == NR { room = $1; $1 = ""; order[substr(room, 1, length(room) - 1)] = $0; next }
	{ room = $1; other = $2; sub("/[^/]*$", "", room); sub("/[^/]*$", "", other) }
	!may(room, other) && !may(room, $2) { print $1 " includes " $2 }' <(echo "$rooms") <(echo "$ours"))"
# The .c and the .h of one stem are one file.
none 'no files include each other in a circle' \
	"$(sed -E 's/\.[ch]( |$)/\1/g' <<<"$ours" | awk '$1 != $2' | tsort 2>&1 >/dev/null | sed -E 's/^tsort: //; s/^-: .*loop:$/a circle:/')"

# links ROOM BELOW…: with all of a room's library, the rooms below it and the libraries of others, the linker finds everything
links() {
	local room archive archives=()
	for room in "$@"; do
		archive=$(find "$top_build" "$top_build/.libs" -maxdepth 1 -name "lib$room.a")
		case $room in -*) archives+=("$room") ;; *) archives+=("$archive") ;; esac
	done
	# CC and the flags are lists of words.
	# shellcheck disable=SC2086
	${CC:-cc} ${SANITIZER_FLAGS:-} -pthread -o "$T/room" "$T/main.c" \
		-Wl,--whole-archive "${archives[0]}" -Wl,--no-whole-archive "${archives[@]:1}" >"$T/links" 2>&1 ||
		grep -m 3 -E 'undefined reference|No such file' "$T/links" | sed "s|^|$1: |" | grep . || sed "s|^|$1: |" "$T/links"
}
echo 'int main(void) { return 0; }' >"$T/main.c"
# The names of rooms and the flags are lists of words.
# shellcheck disable=SC2086,SC2046
none 'each room links without those above and beside it' "$(
	below='common kipc-core'
	links $below
	links common-config $below $(pkg-config --libs inih)
	links common-service $below $(pkg-config --libs libsystemd)
	below="common-service common-config $below $(pkg-config --libs libsystemd inih)"
	for room in config plan channel start run change bus; do
		links "daemon-$room" $below
		below="daemon-$room $below"
	done

	below='client-base common kipc-core'
	links $below
	links client-data $below
	links client-complete client-base common-config common kipc-core
	below+=" $(pkg-config --libs libsystemd json-c ncursesw) -lm"
	for room in table facts doctor see; do
		links "client-$room" $below
		[ "$room" != facts ] || facts="client-facts $below"
		below="client-$room $below"
	done
	links client-change $facts
	links client-bench $facts
)"

# theirs WHAT HEADERS FILES: only these files include these headers of a library
theirs() {
	none "$1" "$(includes lib common daemon client | grep -E " <($2)>$" | grep -vE "^($3) ")"
}
control_half='client/((table|facts|doctor|see|change|bench)/.*|complete-words\.c)'
theirs '<ini.h> is for one file' 'ini\.h' 'common/config/ini\.c'
theirs 'System V headers are for lib and daemon/channel/kernel.c' 'sys/(msg|shm|sem)\.h' 'lib/.*|daemon/channel/kernel\.c'
theirs 'systemd is for the daemon and the control half of kipcctl' 'systemd/.*' "common/service/.*|daemon/.*|$control_half"
theirs 'json-c is for the control half' 'json-c/.*' "$control_half"
theirs 'ncurses is for client/see' 'n?curses\.h' 'client/see/.*'

# -- every file ------------------------------------------------------------------------------------------

# licensed LICENCE FILES: the SPDX line is among the first three
licensed() {
	local file
	while read -r file; do
		head -n 3 "$file" | grep -q "SPDX-License-Identifier: $1" || echo "$file"
	done <<<"$2"
}
# The unit tests are listed without their ".c", and generated files without their ".in".
none 'every file is in Makefile.am, and so in the tarball' "$(written | grep -v '^[^/]*$' |
	while read -r file; do
		name=${file%.in}
		[[ $file != tests/unit/* ]] || name=${file%.c}
		grep -qE "(^|[[:space:]])${name//./\\.}([[:space:]]|\$)" Makefile.am || echo "$file"
	done)"
none 'every file has an SPDX line' "$(licensed '[A-Z]' "$(written)")"
none 'lib is LGPL-2.1-or-later' "$(licensed LGPL-2.1-or-later "$(sources lib; echo lib/libkipc.3)")"
none 'the programs are GPL-2.0-or-later' \
	"$(licensed GPL-2.0-or-later "$(sources common daemon client; ls daemon/*.[1-8] client/*.[1-8])")"
none 'examples and configuration are CC0-1.0' "$(licensed CC0-1.0 "$(sources tests/examples; ls conf/* systemd/*.in systemd/*.sysusers)")"
# A comment may leave out the first folders of a path. (The paths of the kernel's sources are skipped.)
find lib common daemon client tests bench conf systemd bootstrap -type f >"$T/files"
none 'comments and ARCHITECTURE.md name files that exist' "$(sources lib common daemon client | xargs perl -ne '
	BEGIN {
		open my $files, "<", shift;
		while (<$files>) {
			chomp;
			do { $is_file{$_} = 1 } while s{^[^/]*/}{};
		}
	}
	unless (/^\s*#\s*include/) {
		for (m{(?<![\w./<*-])([\w-]+(?:/[\w-]+)*\.(?:[ch]|cc|sh|p[ly]))\b}g) {
			print "$ARGV:$.: $_\n" unless $is_file{$_} || m{^(ipc|mm|kernel|include|sys)/};
		}
	}
	close ARGV if eof;' "$T/files" ARCHITECTURE.md)"
none 'no file has a note for later' "$(written | xargs grep -nwE 'TO''DO|FIX''ME|X''XX')"
# A process that runs until it is killed may sleep a thousand seconds; no test waits for time to pass. The storm and the
# scribbler need random instants.
none 'no test sleeps' "$(find tests -type f ! -name lint.sh ! -path tests/ring/storm.c ! -path tests/ring/scribble.c \( -name '*.sh' -o -name '*.c' -o -name '*.p[ly]' \) \
	-exec grep -nHE '\b(u|(clock_)?nano)?sleep *\(|\bsleep +([0-9]*[.]|[0-9]{1,3}\b)' {} +)"

formatter=$(command -v clang-format)
if [ -n "$formatter" ] && clang-format --version | grep -q 'version 14\.'; then
	none 'clang-format changes nothing' \
		"$(sources lib common daemon client tests bench | xargs clang-format --dry-run -Werror 2>&1 |
			sed -n 's/:[0-9:]* error:.*//p' | uniq)"
else
	skip 'clang-format changes nothing' 'no clang-format 14'
fi

# -- the dialect that clang-format does not know ----------------------------------------------------------

# Own header, system headers, headers of ours: three blocks with blank lines between, each sorted. The generated "config.h"
# is the first of ours. A #define between two headers parts them.
includes_out_of_order() {
	sources lib common daemon client | xargs perl -ne '
		if ($. == 1) {
			($own = $ARGV) =~ s/\.c$/.h/;
			$in_head = 1;
			$block = $last = "";
		}
		$in_head = 0 if /^(static|struct|enum|extern|int|void|bool)\b/;
		if ($in_head && /^#include ([<"])(\S+)[>"]/) {
			$header = $2;
			$now = $header eq $own ? "own" : $1 eq "<" ? "system" : "ours";
			$key = $header eq "config.h" ? "" : lc $header;
			$place = "$ARGV:$.: $header";
			print "$place: $own is to be the first\n" if !$block && $now ne "own" && $own ne $ARGV && -e $own;
			print "$place: no header of ours may stand before it\n" if $block eq "ours" && $now ne "ours";
			print "$place: not sorted\n" if $block eq $now && $key lt $last;
			print "$place: no blank line before it\n" if $block && $block ne $now && $before =~ /^#include/;
			($block, $last) = ($now, $key);
		} elsif (/\S/) {
			$last = "";
		}
		$before = $_;
		close ARGV if eof;'
}
none 'a source includes its own header, then those of the system, then ours' "$(includes_out_of_order)"
none 'a blank line follows the SPDX line of a source, and the guard that of a header' \
	"$(sources lib common daemon client tests bench |
		xargs awk 'FNR == 2 && !(FILENAME ~ /h$/ ? /^#ifndef / : /^$/) { print FILENAME ":2: " $0 }')"
# Headers with functions are read alone, too. The fuzzer has a function of clang that nothing declares.
c_sources=$(sources lib common daemon client tests | grep '\.c$' | grep -v fuzz
	sources lib common daemon client | grep '\.h$' | xargs grep -lw inline)
# shellcheck disable=SC2086
breaches=$(/usr/bin/python3 tests/dialect.py "$top_build" $c_sources 2>&1)
case $? in
0) none 'pointers are compared with NULL, and sizeof takes brackets only for a type' "$breaches" ;;
77) skip 'pointers are compared with NULL, and sizeof takes brackets only for a type' 'no python3-clang' ;;
*) fail 'pointers are compared with NULL, and sizeof takes brackets only for a type' "$breaches" ;;
esac

finish
