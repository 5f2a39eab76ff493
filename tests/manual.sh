#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What users read: every verb, option, finding, event, type of field, state, method and error has its entry in a
# manual page. The Markdown pages link to files. (tests/unit/keys.c compares the keys with kipcd.conf(5) and the sample
# configuration.)
. "$(dirname "$0")/tap.sh"
cd "$top_src" || exit 1

# -- Markdown --------------------------------------------------------------------------------------------

# "FILE LINK" for each link to a file of ours; a tarball has no debian/.
links() {
	for page in *.md */*.md; do
		grep -oE '\]\([^)#:]+' "$page" | sed "s|^](|$page |"
	done | grep -v ' debian/'
}
like 'the links of the Markdown pages are known' "$(links)" '^README\.md INSTALL\.md$'
none 'each link of a Markdown page leads to a file' "$(links | while read -r page link; do [ -e "$(dirname "$page")/$link" ] || echo "$page: $link"; done)"
none 'README.md has at most 800 words' "$(wc -w README.md | awk '$1 > 800 { print $2 " has " $1 " words" }')"

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
		"$(for page in $pages; do MANWIDTH=80 LC_ALL=C.UTF-8 man --warnings -l "$page" 2>&1 >/dev/null | sed "s|^|$page: |"; done |
			grep -v 'table text block will not fit on one page')"
	none 'no line of the manual pages is longer than a terminal of 80 places' \
		"$(for page in $pages; do MANWIDTH=80 LC_ALL=C.UTF-8 man -l "$page" 2>/dev/null |
			LC_ALL=C.UTF-8 perl -CS -ne 'print "'"$page"': $_" if length > 81'; done)"
else
	skip 'man has no warning for the manual pages' 'no man or groff'
	skip 'no line of the manual pages is longer than a terminal of 80 places' 'no man or groff'
fi

# Words that readers stumbled over, also in the comments and sentences of the sources.
none 'manual pages, sources and configuration have plain words' \
	"$(find ./*.md lib common daemon client conf systemd debian bootstrap .ci Makefile.am -type f 2>/dev/null | sort |
		xargs grep -IniwE 'anew|whoever|somebody|nobody|mends?|mended|declared no more|goes on|ever more|else than|passed over|to be had' |
		sed 's|^\./||' | grep -vE '\bNOBODY\b')"

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
none 'kipcctl(1) has no other option' "$(comm -13 <(echo "$options") <(entries client/kipcctl.1 | cut -f 1 | grep -- '^-' | options_in))"
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
none 'kipcctl(1) gives no verb an option that it does not take' "$(comm -13 <(sort "$T/taken") <(sort "$T/told") | grep -vE '^check --(check|user)$')"

statuses=$(kipcctl help | sed -n '/^Exit status:/,/^$/s/^  \([0-9]*\) */\1\t/p')
like 'the exit statuses of kipcctl are known' "$statuses" '^4	nothing there'
none 'every exit status is in kipcctl(1), in the same words' "$(while read -r row; do
	entries client/kipcctl.1 | grep -qiE "^${row//./\\.}" || echo "$row"
done <<<"$statuses")"
same 'kipcctl(1) has no other exit status' "$(sed -n '/^\.SH EXIT STATUS/,/^\.SH C/s/^\.B \([0-9]*\)$/\1/p' client/kipcctl.1)" "$(cut -f 1 <<<"$statuses")"

findings=$(sed -nE '/_checks\[\] = \{/,/^\};/s/^\t\{ "([a-z-]+)",.*/\1/p' client/doctor/*-checks.c)
like 'the findings of doctor are known' "$findings" '^full-no-reader$'
same 'kipcctl(1) lists every finding, and no other' \
	"$(sed -n '/^\.B doctor$/,/^\.TP$/s/^\([a-z-]*\)|T{$/\1/p' client/kipcctl.1)" "$findings"

events=$(sed -nE 's/^\trow\([A-Z0-9_]+, "([a-z_]+)".*/\1/p' common/event-words.h)
like 'the events are known' "$events" '^key_changed$'
# Cells of the table: "healed|T{", or "T{", "created, adopted", "T}|T{".
same 'kipcctl(1) lists every event' "$(perl -0777 -ne 's/\\%//g; /^The events, which.*?^\.TE/ms and
	print map { s/, /\n/gr . "\n" } $& =~ /^([a-z_, ]+)(?:\nT\})?\|T\{$/mg' client/kipcctl.1)" "$events"

types=$(sed -nE '/^} types\[\] = \{/,/^\};/p' common/field.c | grep -oE '"[a-z0-9]+"' | tr -d '"')
like 'the types of fields are known' "$types" '^f64$'
same 'kipcd.conf(5) lists every type of field' \
	"$(sed -nE '/^\.IR TYPE @ OFFSET/,/^\.TE/s/^([a-z][a-z0-9 ]+)(\[.*)?\|.*/\1/p' daemon/kipcd.conf.5 | tr ' ' '\n')" "$types"

options=$("$kipcd" --help | options_in)
none 'every option is in kipcd(8)' "$(undocumented daemon/kipcd.8 "$option_tag" "$options")"
none 'kipcd(8) has no other option' \
	"$(comm -13 <(echo "$options") <(entries daemon/kipcd.8 | cut -f 1 | grep -- '^-' | options_in))"
states=$(rows_of common/channel-words.c 'const char \*const channel_state_words' | grep -oE '"[a-z]+"' | tr -d '"' | grep -v foreign)
actions=$(rows_of common/channel-words.c 'const char \*const plan_action_words' | grep -oE '"[a-z]+"' | tr -d '"' | grep -v keep)
like 'the states are known' "$states" '^retained$'
like 'the actions of a plan are known' "$actions" '^recreate$'
none 'every state and action is in kipcd(8)' "$(undocumented daemon/kipcd.8 '^WORD$' "$states
$actions")"
methods=$(sed -nE 's/^\tMETHOD\("([A-Za-z]+)".*/\1/p' daemon/bus/manager-bus.c)
like 'the methods of the control interface are known' "$methods" '^List$'
none 'every method is in kipcd(8)' "$(undocumented daemon/kipcd.8 '^WORD\(' "$methods")"
# "List su:a(…)" of each: as the vtable and the client's calls have it, and as the page does.
same 'the signature of every method is in kipcd(8)' \
	"$(sed -nE 's/^\tMETHOD\("([A-Za-z]+)", ([A-Z_]+),.*/\1 BUS_\2_TAKES : BUS_\2_GIVES/p' daemon/bus/manager-bus.c |
		cat common/bus-names.h - | ${CC:-cc} -E -P - | grep -E '^[A-Z][A-Za-z]+ "' | sed 's/"//g; s/ //2g')" \
	"$(perl -ne 'next unless /^\.BR (?!Event )([A-Z]\w+) ("?\(.*)/; # Event is the signal
		my ($method, ($takes, $gives)) = ($1, split / \\\(-> /, $2);
		print "$method ", join("", $takes =~ /\b([a-z]+) \w+/g), ":", $gives =~ s/"$//r, "\n"' daemon/kipcd.8)"
properties=$(sed -nE 's/^\t(SHOWN|TIME|BOOL|RING|SD_BUS_PROPERTY)\("([A-Za-z]+)",.*/\2/p' daemon/bus/channel-bus.c)
like 'the properties of a channel are known' "$properties" '^LastOperation$'
none 'every property is in kipcd(8)' "$(sed -n '/^\.I org\.kipc1\.Channel$/,/^\.PP$/p' daemon/kipcd.8 | grep -oE '[A-Za-z]+' | sort -u >"$T/properties"
	grep -vxFf "$T/properties" <<<"$properties")"
none 'every error is in kipcd(8)' "$(sed -nE 's/.*BUS_NAME "\.Error\.([A-Za-z]+)".*/\1/p' common/bus-names.h |
	while read -r word; do grep -qw "$word" daemon/kipcd.8 || echo "$word"; done)"

finish
