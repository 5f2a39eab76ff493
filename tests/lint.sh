#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What no compiler checks in the sources: which room includes which, the library that each may use, licences, and the dialect.
. "$(dirname "$0")/tap.sh"
cd "$top_src" || exit 1

sources() { find "$@" -name '*.[ch]' | sort; }

# All files in the source folders but Markdown.
written() {
	find lib common daemon client conf systemd tests bench -type f \( -name '*.[ch]' -o -name '*.[1-8]' \
		-o -name '*.sh' -o -name '*.bash' -o -name '*.fish' -o -name '_kipc*' -o -name '*.pl' -o -name '*.py' -o -name '*.in' -o -name '*.sym' -o -name '*.sysusers' -o -name '*.conf' \) | sort
	printf '%s\n' bootstrap configure.ac Makefile.am .ci/run
}

# -- includes -----------------------------------------------------------------------------------

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
	!may(room, other) && !may(room, $2)' <(echo "$rooms") <(echo "$ours"))"
# The .c and the .h of one stem are one file.
none 'no files include each other in a circle' \
	"$(sed -E 's/\.[ch]( |$)/\1/g' <<<"$ours" | awk '$1 != $2' | tsort 2>&1 >/dev/null | sed 's/^tsort: //')"

# With all of a room and what is below it, the linker finds everything.
echo 'int main(void) { return 0; }' >"$T/main.c"
below="$top_build/.libs/libcommon-service.a $top_build/.libs/libcommon-config.a $top_build/.libs/libcommon.a
	$top_build/.libs/libkipc-core.a $(pkg-config --libs libsystemd inih)"
needy=
for room in config plan channel start run change bus; do
	archive=$top_build/libdaemon-$room.a
	# shellcheck disable=SC2086
	${CC:-cc} ${SANITIZER_FLAGS:-} -pthread -o "$T/room" "$T/main.c" -Wl,--whole-archive "$archive" -Wl,--no-whole-archive \
		$below 2>>"$T/links" || needy="$needy $room"
	below="$archive $below"
done
is 'each room of kipcd links without those above it' "$needy" ''

# theirs WHAT HEADERS PATTERN: these headers of others are included only by these files
theirs() {
	none "$1" "$(includes lib common daemon client | grep -E " <($2)>$" | grep -vE "^($3) ")"
}
control_half='client/((table|facts|doctor|see|change|bench)/.*|complete-words\.c)'
theirs '<ini.h> is read in one file' 'ini\.h' 'common/config/ini\.c'
theirs 'System V headers are for lib and daemon/channel/kernel.c' 'sys/(msg|shm|sem)\.h' 'lib/.*|daemon/channel/kernel\.c'
theirs 'systemd is for daemon and the control half' 'systemd/.*' "common/service/.*|daemon/.*|$control_half"
theirs 'JSON is for the control half' 'json-c/.*' "$control_half"

# -- every file ------------------------------------------------------------------------------------------

# licensed LICENCE FILES: the SPDX line is among the first three
licensed() {
	local file
	while read -r file; do
		head -n 3 "$file" | grep -q "SPDX-License-Identifier: $1" || echo "$file"
	done <<<"$2"
}
none 'every header is in Makefile.am, and so in the tarball' \
	"$(sources lib common daemon client tests bench | grep '[.]h$' | while read -r header; do grep -qwF -- "$header" Makefile.am || echo "$header"; done)"
none 'every file has an SPDX line' "$(licensed '[A-Z]' "$(written)")"
none 'lib is LGPL-2.1-or-later' "$(licensed LGPL-2.1-or-later "$(sources lib; echo lib/libkipc.3)")"
none 'the programs are GPL-2.0-or-later' \
	"$(licensed GPL-2.0-or-later "$(sources common daemon client; ls daemon/*.[1-8] client/*.[1-8])")"
none 'examples and configuration are CC0-1.0' "$(licensed CC0-1.0 "$(sources tests/examples; ls conf/* systemd/*.in systemd/*.sysusers)")"
none 'no source has a note for later' "$(written | xargs grep -nwE 'TO''DO|FIX''ME|X''XX')"
# A process that runs until it is killed may sleep a thousand seconds; no test waits for time to pass. The storm and the
# scribbler need random instants.
none 'no test sleeps' "$(find tests -type f -name '*.*' ! -name lint.sh ! -path tests/ring/storm.c ! -path tests/ring/scribble.c \( -name '*.sh' -o -name '*.c' -o -name '*.p[ly]' \) \
	-exec grep -nHE '\b(u|nano)?sleep *\(|\bsleep +([0-9]*[.]|[0-9]{1,3}\b)' {} +)"

formatter=$(command -v clang-format)
if [ -n "$formatter" ] && clang-format --version | grep -q 'version 14\.'; then
	none 'clang-format changes nothing' \
		"$(sources lib common daemon client tests bench | xargs clang-format --dry-run -Werror 2>&1 |
			sed -n 's/:[0-9:]* error:.*//p' | uniq)"
else
	skip 'clang-format changes nothing' 'no clang-format 14'
fi

# -- the dialect that clang-format does not know ----------------------------------------------------------

# Own header, system headers, headers of ours, each block sorted. What a block holds beside #include stays where it is.
included_in_order() {
	local file
	for file in $(sources lib common daemon client); do
		perl -e '
			my $own = $ARGV[0] =~ s/\.c$/.h/r;
			my (@order, $last);
			for (<STDIN>) {
				last if /^(static|struct|enum|extern|int|void|bool)\b/;
				push @order, [ $1 eq "\"$own\"" ? 0 : $1 =~ /^</ ? 1 : 2, lc $1 ] if /^#include (\S+)/ && $1 ne "\"config.h\""; # the generated one stands before ours
			}
			for (@order) {
				print "$ARGV[0]: $$_[1]\n" if defined $last && ($$last[0] > $$_[0] || ($$last[0] == $$_[0] && $$last[1] gt $$_[1]));
				$last = $_;
			}
			print "$ARGV[0]: $own is not the first\n" if $own ne $ARGV[0] && -e $own && @order && $order[0][0] != 0;
		' "$file" <"$file"
	done
}
none 'a source includes its own header, then those of the system, then ours' "$(included_in_order)"
none 'a blank line follows the SPDX line of a source, and the guard that of a header' \
	"$(sources lib common daemon client tests bench | xargs awk 'FNR == 2 && !(FILENAME ~ /h$/ ? /^#ifndef / : /^$/) { print FILENAME }')"
none 'sizeof takes brackets only for a type' \
	"$(sources lib common daemon client tests bench | xargs grep -nE 'sizeof\((\*|&|[a-z_]+(->|\.|\[))')"
c_sources=$(sources lib common daemon client tests | grep '\.c$' | grep -v fuzz)
# shellcheck disable=SC2086
pointers=$(/usr/bin/python3 tests/dialect.py "$top_build" $c_sources 2>&1)
case $? in
0) none 'pointers are compared with NULL' "$pointers" ;;
77) skip 'pointers are compared with NULL' 'no python3-clang' ;;
*) fail 'pointers are compared with NULL' "$pointers" ;;
esac

finish
