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
exits 0 "--once prints one frame" kipcctl top --once
like "... with the totals" "$OUT" "^[0-9:]{8}  kipcd running  5 channels, 5 active, 0 in trouble  1 foreign$"
like "... all of them on a wide terminal" "$(COLUMNS=100 kipcctl top --once)" "0 in trouble  1 foreign  4 messages in queues, 933$"
like "... the headings" "$OUT" "^NAME +KIND +STATE +DEPTH +FULL +RATE/S +DEPTHS$"
like "... a queue" "$OUT" "^orders +queue +active +1 +93% ####\."
is "... and all channels" "$(tail -n +3 <<<"$OUT" | awk '{print $1}' | xargs)" "bills build orders prices ticks"
is "--sort sorts" "$(kipcctl top --once --sort=-messages --no-legend | tail -n +2 | head -n 2 | awk '{print $1}' | xargs)" "bills orders"
is "--sort=depth has channels without a depth last" \
	"$(kipcctl top --once --sort=-depth --no-legend | tail -n +2 | awk '{print $1}' | xargs)" "bills orders prices ticks build"
is "--bytes: the totals in plain bytes, too" "$(kipcctl send --type=9 bills "$(printf 'x%.0s' {1..2000})"; COLUMNS=100 kipcctl top --once --bytes | head -n 1 | grep -o '[^ ]*$'; kipcctl recv -q --type=9 bills >"$T/large")" 2933
exits 0 "--sort=rate works with one frame" kipcctl top --once --sort=rate
is "only one kind is shown" "$(kipcctl top --once --kind=segment --no-legend | tail -n +2 | awk '{print $1}' | xargs)" "prices ticks"
is "--state selects a state" "$(kipcctl top --once --state=lost --no-legend | tail -n +2)" ""
like "--foreign adds foreign objects" "$(kipcctl top --once --foreign)" "^queue:@$foreign +queue +foreign"
is "no line is wider than the terminal" "$(kipcctl top --once --foreign | awk 'length($0) > 80')" ""
is "... also on 20 columns" "$(COLUMNS=20 kipcctl top --once | awk 'length($0) > 20')" ""
like "... which show name and depth" "$(COLUMNS=20 kipcctl top --once)" "^orders +1$"
is "... and on 3 columns" "$(COLUMNS=3 kipcctl top --once | awk 'length($0) > 3')" ""
like "a wide terminal shows more" "$(COLUMNS=220 kipcctl top --once)" "^orders .* 0x00000011 .* Orders waiting to be"
if perl -MJSON::PP -e 1 2>/dev/null; then
	exits 0 "--once --json succeeds" kipcctl top --once --json --sort=-depth
	is "... with one line" "$(wc -l <<<"$OUT")" 1
	is "... all channels, sorted" "$(json 'join " ", $d->{kipcd}, map { "$_->{name}:" . ($_->{depth} // "null") } @{$d->{channels}}' <<<"$OUT")" \
		"1 bills:3 orders:1 prices:0 ticks:0 build:null"
	is "... and no rate" "$(json 'join " ", map { $_->{rate} // "null" } @{$d->{channels}}' <<<"$OUT")" "null null null null null"
	kipcctl top --json --count=2 --interval=100ms --kind=queue >"$T/frames"
	is "--count=2 --json prints two lines" "$(wc -l <"$T/frames")" 2
	is "... the second with rates" "$(tail -n 1 "$T/frames" | json '$d->{channels}[0]{rate} + 1')" 1
	is "--group-by=owner --json prints sums" "$(kipcctl top --json --once --group-by=owner | json 'join " ", map { $d->{groups}[0]{$_} } qw(owner queues messages)')" "$(id -un) 2 4"
fi
like "--group-by=owner prints sums" "$(kipcctl top --once --group-by=owner)" "^$(id -un) +2 +4 +933 "
exits 2 "an unknown group is wrong usage" kipcctl top --once --group-by=nothing
exits 2 "a column that groups do not have is wrong usage" kipcctl top --once --group-by=owner --sort=state
exits 2 "an unknown column is wrong usage" kipcctl top --once --sort=nothing
exits 2 "an unknown kind is wrong usage" kipcctl top --once --kind=pipe
exits 2 "an interval that is too short is wrong usage" kipcctl top --interval=1ms
exits 2 "top without a terminal is wrong usage" kipcctl top
like "... with what to do" "$ERR" "it needs a terminal; --once prints one frame"
is "a full disk is reported" "$(kipcctl top --once 2>&1 >/dev/full | grep -c 'standard output')" 1

if has_terminal; then
	terminal 80 24 kipcctl top --interval=100ms
	shows "the screen shows the channels" '^orders +queue +active +1 +93% ████░'
	shows "the highest bar" '^bills .*█████'
	kipcctl send bills d
	shows "... and changes" '^bills +queue +active +4 '
	seq 100 | kipcctl send ticks
	kipcctl recv ticks --all >/dev/null
	shows "... and the history of a ring" '^ticks +segment +active +0 '
	press '>'
	shows "> sorts by the next column" 'sort: name'
	press r
	shows "r reverses the order" 'sort: name, descending'
	is "... and the rows follow" "$(shown | awk 'NR > 3 && NF { print $1 }' | xargs)" "ticks prices orders build bills"
	press r
	shows "r again restores it" 'sort: name  every'
	kipcctl purge -q bills
	shows "an empty queue is shown" '^bills +queue +active +0 '
	terminal_of_rates() { shown | awk 'NR > 3 && NF { print $1 }' | head -n 1; }
	press '>' '>' '>' '>' '>' r
	shows "the rate column sorts, descending" 'sort: rate, descending'
	sends() { kipcctl send bills x && [ "$(terminal_of_rates)" = bills ]; }
	until_true sends
	is "... with the busiest channel on top" $? 0
	kipcctl purge -q bills
	kipcctl send bills a b c d
	press r '<' '<' '<' '<' '<'
	shows "< sorts by name again" 'sort: name  every'
	press Home Down
	shows "the cursor moves" '^2 of 5 '
	press /
	shows "/ asks for a filter" '^filter: _'
	press o r d
	press Enter
	shows "Enter keeps it" 'filter: ord'
	is "... and one channel is left" "$(shown | awk 'NR > 3 && NF { print $1 }' | xargs)" "orders"
	press Enter
	shows "Enter shows the card" '^orders: queue, active'
	press Down Down
	shows "the card scrolls" '^ +key: 0x00000011'
	press End Down NPage
	shows "... to its end" '^ +blocked: '
	press Home
	resize 30 24
	shows "long lines are wrapped" '^d$'
	resize 80 24
	press q
	shows "q closes the card" 'filter: ord'
	press / Escape
	shows "Esc removes the filter" '^. of 5 '
	press k
	shows "k shows only queues" 'only queue'
	press k k k
	shows "... and all kinds again" '^. of 5 '
	press a
	shows "a shows foreign objects" "^queue:@$foreign "
	press Space
	shows "space pauses" 'PAUSED'
	kipcctl send bills e
	press Space
	shows "... and continues" '^bills +queue +active +5 '
	press '?'
	shows "? shows help" '^space, p +pause'
	press Enter
	resize 20 5
	shows "a small terminal works" '^bills +5$'
	resize 120 30
	shows "a large terminal works" '^NAME .* DEPTHS .*KEY'
	press q
	is "q ends it with 0" "$(terminal_status)" 0

	# Ten thousand channels.
	if sysctl -qw kernel.msgmni=12000 2>/dev/null; then
		perl -e 'for (1 .. 10000) { defined msgget(0x100000 + $_, 01600 | 0600) or die $! }'
		terminal 80 24 kipcctl top --foreign --interval=1s
		shows "ten thousand channels are shown" '^1 of 100[0-9]{2} '
		press End
		shows "End goes to the last" '^(100[0-9]{2}) of \1 '
		press PPage PPage PPage
		shows "pages scroll" '^99[0-9]{2} of '
		press Home
		shows "Home goes to the first" '^1 of '
		press q
		is "... and top exits with 0" "$(terminal_status)" 0
	fi
	terminal 80 24 kipcctl top --interval=100ms --group-by=owner
	shows "--group-by=owner shows sums on a screen" '^OWNER +QUEUES MESSAGES'
	shows "... by owner" "^$(id -un) +2 +"
	press '>'
	shows "... which > sorts" 'sort: owner'
	press k
	shows "only one kind is shown" 'only queue'
	press Down Up End q
	is "... and top exits with 0" "$(terminal_status)" 0
	terminal 80 24 kipcctl top -n 2 --interval=100ms
	is "--count=2 ends by itself" "$(terminal_status)" 0
else
	skip "on a screen" "tmux is not installed"
fi

stop_kipcd
like "top works without kipcd" "$(kipcctl top --once -q)" "kipcd not reachable"
finish
