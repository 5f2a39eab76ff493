#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl top: one frame as text, and the screen with its keys, on terminals of several sizes.
. "$(dirname "$0")/tap.sh"

cat >"$conf" <<'EOF'
[daemon]
sample_interval = 100ms
[queue orders]
key = 0x11
capacity = 1000
description = Orders waiting to be billed
[queue bills]
[segment prices]
size = 4K
[segment ticks]
size = 64K
layout = ring
[semaphore build]
values = 1
EOF
start
kipcctl send orders "$(printf 'x%.0s' {1..930})"
kipcctl send bills a b c
foreign=$(ipcmk -Q | grep -o '[0-9]*$')

export COLUMNS=80
exits 0 "one frame" kipcctl top --once
like "the totals" "$OUT" "^[0-9:]{8}  kipcd runs  5 channels, 5 active, 0 in trouble  1 foreign$"
like "and all of them where there is room" "$(COLUMNS=100 kipcctl top --once)" "0 in trouble  1 foreign  4 messages in queues, 933$"
like "the headings" "$OUT" "^NAME +KIND +STATE +DEPTH +FULL +RATE/S +DEPTHS$"
like "a queue" "$OUT" "^orders +queue +active +1 +93% ####\."
is "all channels" "$(tail -n +3 <<<"$OUT" | awk '{print $1}' | xargs)" "bills build orders prices ticks"
is "sorted" "$(kipcctl top --once --sort=-messages --no-legend | tail -n +2 | head -n 2 | awk '{print $1}' | xargs)" "bills orders"
is "by depth, as shown: what has none comes last" \
	"$(kipcctl top --once --sort=-depth --no-legend | tail -n +2 | awk '{print $1}' | xargs)" "bills orders prices ticks build"
is "--bytes: the totals in plain bytes, too" "$(kipcctl send --type=9 bills "$(printf 'x%.0s' {1..2000})"; COLUMNS=100 kipcctl top --once --bytes | head -n 1 | grep -o '[^ ]*$'; kipcctl recv -q --type=9 bills >"$T/large")" 2933
exits 0 "by rate, which one frame does not know" kipcctl top --once --sort=rate
is "of one kind" "$(kipcctl top --once --kind=segment --no-legend | tail -n +2 | awk '{print $1}' | xargs)" "prices ticks"
is "of one state" "$(kipcctl top --once --state=lost --no-legend | tail -n +2)" ""
like "with what is foreign" "$(kipcctl top --once --foreign)" "^queue:@$foreign +queue +foreign"
is "no line is wider than the terminal" "$(kipcctl top --once --foreign | awk 'length($0) > 80')" ""
is "nor than a narrow one" "$(COLUMNS=20 kipcctl top --once | awk 'length($0) > 20')" ""
like "which has the most important" "$(COLUMNS=20 kipcctl top --once)" "^orders +1$"
is "nor than a very narrow one" "$(COLUMNS=3 kipcctl top --once | awk 'length($0) > 3')" ""
like "a wide one has more" "$(COLUMNS=220 kipcctl top --once)" "^orders .* 0x00000011 .* Orders waiting to be"
if perl -MJSON::PP -e 1 2>/dev/null; then
	exits 0 "one frame as JSON" kipcctl top --once --json --sort=-depth
	is "is one line" "$(wc -l <<<"$OUT")" 1
	is "with all channels, sorted" "$(json 'join " ", $d->{kipcd}, map { "$_->{name}:" . ($_->{depth} // "null") } @{$d->{channels}}' <<<"$OUT")" \
		"1 bills:3 orders:1 prices:0 ticks:0 build:null"
	is "no rate yet" "$(json 'join " ", map { $_->{rate} // "null" } @{$d->{channels}}' <<<"$OUT")" "null null null null null"
	kipcctl top --json --count=2 --interval=100ms --kind=queue >"$T/frames"
	is "two frames, wherever they go" "$(wc -l <"$T/frames")" 2
	is "the second one knows rates" "$(tail -n 1 "$T/frames" | json '$d->{channels}[0]{rate} + 1')" 1
	is "sums" "$(kipcctl top --json --once --group-by=owner | json 'join " ", map { $d->{groups}[0]{$_} } qw(owner queues messages)')" "$(id -un) 2 4"
fi
like "sums as text" "$(kipcctl top --once --group-by=owner)" "^$(id -un) +2 +4 +933 "
exits 2 "no such group" kipcctl top --once --group-by=nothing
exits 2 "no such column of groups" kipcctl top --once --group-by=owner --sort=state
exits 2 "no such column" kipcctl top --once --sort=nothing
exits 2 "no such kind" kipcctl top --once --kind=pipe
exits 2 "too often" kipcctl top --interval=1ms
exits 2 "no terminal" kipcctl top
like "what then" "$ERR" "it needs a terminal to draw on; --once prints one frame"
is "a reader that leaves" "$(kipcctl top --once 2>&1 >/dev/full | grep -c 'standard output')" 1

if has_terminal; then
	terminal 80 24 kipcctl top --interval=100ms
	shows "the screen" '^orders +queue +active +1 +93% ████░'
	shows "the highest bar" '^bills .*█████'
	kipcctl send bills d
	shows "a change" '^bills +queue +active +4 '
	seq 100 | kipcctl send ticks
	kipcctl recv ticks --all >/dev/null
	shows "a rate in a ring's history" '^ticks +segment +active +0 '
	press '>'
	shows "sorting" 'sort: name'
	press r
	shows "falling" 'sort: name, descending'
	is "the order" "$(shown | awk 'NR > 3 && NF { print $1 }' | xargs)" "ticks prices orders build bills"
	press r
	shows "rising again" 'sort: name  every'
	kipcctl purge -q bills
	shows "nothing there" '^bills +queue +active +0 '
	terminal_of_rates() { shown | awk 'NR > 3 && NF { print $1 }' | head -n 1; }
	press '>' '>' '>' '>' '>' r
	shows "by rate" 'sort: rate, descending'
	sends() { kipcctl send bills x && [ "$(terminal_of_rates)" = bills ]; }
	until_true sends
	is "what grows is at the top" $? 0
	kipcctl purge -q bills
	kipcctl send bills a b c d
	press r '<' '<' '<' '<' '<'
	shows "by name again" 'sort: name  every'
	press Home Down
	shows "the cursor" '^2 of 5 '
	press /
	shows "a filter is typed" '^filter: _'
	press o r d
	press Enter
	shows "and kept" 'filter: ord'
	is "one is left" "$(shown | awk 'NR > 3 && NF { print $1 }' | xargs)" "orders"
	press Enter
	shows "its card" '^orders: queue, active'
	press Down Down
	shows "scrolled" '^ +key: 0x00000011'
	press End Down NPage
	shows "to its end and no further" '^ +blocked: '
	press Home
	resize 30 24
	shows "what is too long for a line goes on in the next" '^d$'
	resize 80 24
	press q
	shows "and closed" 'filter: ord'
	press / Escape
	shows "the filter is dropped" '^. of 5 '
	press k
	shows "only queues" 'only queue'
	press k k k
	shows "all again" '^. of 5 '
	press a
	shows "foreign ones too" "^queue:@$foreign "
	press Space
	shows "paused" 'PAUSED'
	kipcctl send bills e
	press Space
	shows "and on" '^bills +queue +active +5 '
	press '?'
	shows "help" '^space, p +pause'
	press Enter
	resize 20 5
	shows "a small terminal" '^bills +5$'
	resize 120 30
	shows "a large one" '^NAME .* DEPTHS .*KEY'
	press q
	is "q ends it" "$(terminal_status)" 0

	# Ten thousand scroll.
	if sysctl -qw kernel.msgmni=12000 2>/dev/null; then
		perl -e 'for (1 .. 10000) { defined msgget(0x100000 + $_, 01600 | 0600) or die $! }'
		terminal 80 24 kipcctl top --foreign --interval=1s
		shows "ten thousand" '^1 of 100[0-9]{2} '
		press End
		shows "to the last" '^(100[0-9]{2}) of \1 '
		press PPage PPage PPage
		shows "pages" '^99[0-9]{2} of '
		press Home
		shows "and back" '^1 of '
		press q
		is "it ends" "$(terminal_status)" 0
	fi
	terminal 80 24 kipcctl top --interval=100ms --group-by=owner
	shows "sums on a screen" '^OWNER +QUEUES MESSAGES'
	shows "by owner" "^$(id -un) +2 +"
	press '>'
	shows "sorted by their columns" 'sort: owner'
	press k
	shows "of one kind" 'only queue'
	press Down Up End q
	is "it ends" "$(terminal_status)" 0
	terminal 80 24 kipcctl top -n 2 --interval=100ms
	is "two frames, and it ends by itself" "$(terminal_status)" 0
else
	skip "on a screen" "tmux is not installed"
fi

stop_kipcd
like "without kipcd" "$(kipcctl top --once -q)" "kipcd is not reachable"
finish
