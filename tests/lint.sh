#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What no compiler checks: the order of includes, complete manual pages, the symbols of the library, and the example in
# libkipc(3).
. "$(dirname "$0")/tap.sh"
cd "$top_src" || exit 1

# none WHAT LINES: expects no lines, and shows those it gets
none() { is "$1" "$2" ''; }

# same WHAT GOT EXPECTED: the same lines in any order; shows differences, '<' for extra lines and '>' for missing ones
same() { none "$1" "$(diff <(sort -u <<<"$2") <(sort -u <<<"$3") | grep '^[<>]')"; }

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
# The exceptions, "FILE HEADER".
remaining='daemon/config/keys.h daemon/config/config.h
daemon/config/keys.c daemon/config/field.h
daemon/plan/plan.c daemon/plan/shape.h'
ours=$(includes lib common daemon client | grep -vE ' (<|config\.h$)' | grep -vxF "$remaining")
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

# -- Markdown --------------------------------------------------------------------------------------------

# "FILE LINK" for each link to a file of ours; a tarball has no debian/.
links() {
	for page in *.md */*.md; do
		grep -oE '\]\([^)#:]+' "$page" | sed "s|^](|$page |"
	done | grep -v ' debian/'
}
like 'the links of the Markdown pages are known' "$(links)" '^README\.md INSTALL\.md$'
none '... and each leads to a file' "$(links | while read -r page link; do [ -e "$(dirname "$page")/$link" ] || echo "$page: $link"; done)"
is 'README.md fits on two screens: at most 800 words' "$(($(wc -w <README.md) <= 800))" 1

# -- manual pages ----------------------------------------------------------------------------------------

pages='client/kipcctl.1 client/kipc.7 lib/libkipc.3 daemon/kipcd.conf.5 daemon/kipcd.8'
if command -v mandoc >/dev/null; then
	none 'mandoc has no warning for the manual pages' "$(mandoc -T lint -W warning $pages)"
else
	skip 'mandoc has no warning for the manual pages' 'no mandoc'
fi
if command -v man >/dev/null && command -v groff >/dev/null; then
	# Where a table meets the end of a page depends on all lines before it, and a screen has no pages.
	none 'man has no warning for the manual pages' \
		"$(for page in $pages; do MANWIDTH=80 LC_ALL=C.UTF-8 man --warnings -l "$page" 2>&1 >/dev/null; done |
			grep -v 'table text block will not fit on one page')"
	none 'no line of the manual pages is longer than a terminal of 80 places' \
		"$(for page in $pages; do MANWIDTH=80 LC_ALL=C.UTF-8 man -l "$page" 2>/dev/null |
			LC_ALL=C.UTF-8 perl -CS -ne 'print "'"$page"': $_" if length > 81'; done)"
else
	skip 'man has no warning for the manual pages' 'no man or groff'
	skip 'no line of the manual pages is longer than a terminal of 80 places' 'no man or groff'
fi

# Words that readers stumbled over. Transcripts, which show what a program prints, are not checked.
none 'the texts that are installed have plain words' \
	"$(find $pages README.md conf systemd debian */completions -type f 2>/dev/null | sort | xargs perl -ne '
		$is_transcript = $1 if /^\.(nf|fi)/;
		$is_transcript = "fi" if eof;
		print "$ARGV: $_" if $is_transcript ne "nf" &&
			/\b(anew|whoever|somebody|nobody|mends?|mended|declared no more|goes on|ever more|else than|passed over|to be had)\b/i')"

# A page as "TAG<tab>WHAT IS SAID OF IT", one line for each .TP and .TQ, without fonts.
entries() {
	perl -0777 -ne '
		sub text {
			my ($line) = @_;
			return $line unless $line =~ s/^\.([A-Z]+) ?//;
			my $between = length $1 > 1 ? "" : " "; # .BR joins its arguments, .B does not
			return join $between, map { s/"//gr } $line =~ /"[^"]*"|\S+/g;
		}
		s/\\f(\(..|\[[^]]*\]|.)//g;
		s/\\-/-/g;
		s/\\\|//g;
		for my $part (split /^(?=\.(?:TP|TQ|SH|SS))/m) {
			next unless $part =~ s/^\.T[PQ].*\n//;
			my ($tag, @said) = map { text($_) } split /\n/, $part;
			print "$tag\t@said\n";
		}' "$1"
}

# undocumented PAGE PATTERN WORDS: those that are in no tag of the page; WORD in the pattern stands for each
undocumented() {
	local tags word
	tags=$(entries "$1" | cut -f 1)
	while read -r word; do
		[ -z "$word" ] || grep -qE -- "${2//WORD/$word}" <<<"$tags" || echo "$word"
	done <<<"$3"
}

rows_of() { sed -n "/^$2/,/^};/p" "$1"; }
verbs=$(kipcctl help | sed -n '/^Verbs:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p')
like 'the verbs of kipcctl are known' "$verbs" '^send$'
none 'every verb is in kipcctl(1)' "$(undocumented client/kipcctl.1 '^WORD( |$)' "$verbs
help")"

options_in() { grep -oE -- '--[a-z][a-z-]*' | sort -u; }
options=$(for verb in $verbs; do kipcctl help "$verb"; done | grep -E '^  ' | options_in)
like 'the options of kipcctl are known' "$options" '^--max-type$'
option_tag='(^|, )WORD(=|,|$)'
none 'every option is in kipcctl(1)' "$(undocumented client/kipcctl.1 "$option_tag" "$options")"
same 'every row of options has a verb that takes it' "$options" \
	"$(rows_of client/base/option-rows.c 'const struct option_row option_rows' | sed -nE 's/.*\{ OPTION_[A-Z_]+, "([^"]+)".*/--\1/p')"
for verb in $verbs; do
	kipcctl help "$verb" | sed -n '/^Options:/,/^$/p' | options_in | sed "s/^/$verb /"
done >"$T/taken"
for verb in $verbs; do
	entries client/kipcctl.1 | grep -E "^$verb( |	)" | cut -f 2 | options_in | sed "s/^/$verb /"
done >"$T/told"
none 'kipcctl(1) names the options of each verb' "$(comm -23 <(sort "$T/taken") <(sort "$T/told"))"
# (check runs kipcd --check, and looks at what --user means.)
none '... and no others' "$(comm -13 <(sort "$T/taken") <(sort "$T/told") | grep -vE '^check --(check|user)$')"

statuses=$(kipcctl help | sed -n '/^Exit status:/,/^$/s/^  \([0-9]*\) */\1\t/p')
like 'the exit statuses of kipcctl are known' "$statuses" '^4	nothing there'
none 'every exit status is in kipcctl(1), in the same words' "$(while read -r row; do
	entries client/kipcctl.1 | grep -qiE "^${row//./\\.}" || echo "$row"
done <<<"$statuses")"
same '... and no other' "$(sed -n '/^\.SH EXIT STATUS/,/^\.SH C/s/^\.B \([0-9]*\)$/\1/p' client/kipcctl.1)" "$(cut -f 1 <<<"$statuses")"

findings=$(sed -nE '/_checks\[\] = \{/,/^\};/s/^\t\{ "([a-z-]+)",.*/\1/p' client/doctor/*-checks.c)
like 'the findings of doctor are known' "$findings" '^full-no-reader$'
none 'every finding is in kipcctl(1)' \
	"$(comm -23 <(sort <<<"$findings") <(sed -nE 's/^([a-z-]+)\|T\{$/\1/p' client/kipcctl.1 | sort))"

options=$("$kipcd" --help | options_in)
none 'every option is in kipcd(8)' "$(undocumented daemon/kipcd.8 "$option_tag" "$options")"
none 'kipcd(8) has no other' \
	"$(comm -13 <(echo "$options") <(entries daemon/kipcd.8 | cut -f 1 | grep -- '^-' | options_in))"
states=$(rows_of common/channel-words.c 'const char \*const channel_state_words' | grep -oE '"[a-z]+"' | tr -d '"' | grep -v foreign)
actions=$(rows_of common/channel-words.c 'const char \*const plan_action_words' | grep -oE '"[a-z]+"' | tr -d '"' | grep -v keep)
like 'the states are known' "$states" '^retained$'
none 'every state and action is in kipcd(8)' "$(undocumented daemon/kipcd.8 '^WORD$' "$states
$actions")"
methods=$(sed -nE 's/^\tMETHOD\("([A-Za-z]+)".*/\1/p' daemon/bus/manager-bus.c)
like 'the methods of the control interface are known' "$methods" '^List$'
none 'every method is in kipcd(8)' "$(undocumented daemon/kipcd.8 '^WORD\(' "$methods")"
# "List su:a(…)" of each: as the vtable and the client's calls have it, and as the page does.
same 'their signatures are in kipcd(8)' \
	"$(sed -nE 's/^\tMETHOD\("([A-Za-z]+)", ([A-Z_]+),.*/\1 BUS_\2_TAKES : BUS_\2_GIVES/p' daemon/bus/manager-bus.c |
		cat common/bus-names.h - | ${CC:-cc} -E -P - | grep -E '^[A-Z][A-Za-z]+ "' | sed 's/"//g; s/ //2g')" \
	"$(perl -ne 'next unless /^\.BR (?!Event )([A-Z]\w+) ("?\(.*)/; # Event is the signal
		my ($method, ($takes, $gives)) = ($1, split / \\\(-> /, $2);
		print "$method ", join("", $takes =~ /\b([a-z]+) \w+/g), ":", $gives =~ s/"$//r, "\n"' daemon/kipcd.8)"
none 'every error is in kipcd(8)' "$(sed -nE 's/.*BUS_NAME "\.Error\.([A-Za-z]+)".*/\1/p' common/bus-names.h |
	while read -r word; do grep -qw "$word" daemon/kipcd.8 || echo "$word"; done)"

# -- the library -----------------------------------------------------------------------------------------

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
unlike 'libkipc.so needs libc only' "$(readelf -d "$library" | grep NEEDED)" 'systemd|inih|json'

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
if command -v c++ >/dev/null; then
	echo 'int main() { return kipc_close(nullptr) != nullptr; }' >"$T/example.cc"
	exits 0 'kipc.h is C++ too' c++ -fsyntax-only -Wall -Wextra -Werror -pedantic -include "$top_src/lib/kipc.h" "$T/example.cc"
else
	skip 'kipc.h is C++ too' 'no C++ compiler'
fi

finish
