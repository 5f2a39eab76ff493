#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl metrics: what a monitor reads is right by its own checker, names channels and nothing that changes, and is whole.
. "$(dirname "$0")/tap.sh"

cat >"$conf" <<'EOF'
[queue orders]
key = 0x11
capacity = 1000
[segment prices]
size = 4K
[segment ticks]
size = 64K
layout = ring
[semaphore build]
values = 1,0
EOF
start
kipcctl send orders one 'two words'
kipcctl send ticks a b c
kipcctl recv ticks >/dev/null
perl -e 'msgsnd(msgget(0x77, 01600 | 0600), pack("l! a*", 1, "foreign"), 0) or die'
kipcctl down 'build[1]' & waiter=$!
until_true is_blocked build "$waiter" && can_see=yes || can_see=

exits 0 "figures" kipcctl metrics
has() { like "$1" "$OUT" "^kipc_$2$"; }
has "messages of a queue" 'queue_messages\{channel="orders"\} 2'
has "bytes" 'queue_bytes\{channel="orders"\} 12'
has "capacity" 'queue_capacity_bytes\{channel="orders"\} 1000'
has "when somebody sent" "queue_last_send_timestamp_seconds\{channel=\"orders\"\} $(date +%s | cut -c1-6)[0-9]{4}"
unlike "nobody received, and no time says so" "$OUT" 'last_receive_timestamp_seconds\{'
has "mappings" 'segment_attached\{channel="prices"\} 0'
has "counters of a ring" 'ring_messages_sent_total\{channel="ticks"\} 3'
has "and its depth" 'ring_messages\{channel="ticks"\} 2'
unlike "a raw segment has none" "$OUT" 'ring_.*prices'
has "values of semaphores" 'semaphore_value\{channel="build",index="0"\} 1'
[ -z "$can_see" ] || has "who waits" 'waiters\{channel="build",operation="operate"\} 1'
has "the state" 'channel_state\{channel="orders",kind="queue",state="active"\} 1'
has "and the others" 'channel_state\{channel="orders",kind="queue",state="lost"\} 0'
has "healings" 'channel_healings_total\{channel="orders"\} 0'
has "limits" 'limit_used\{name="msgmni"\} 2'
has "what is foreign, apart" 'foreign_objects\{kind="queue"\} 1'
has "and summed up" 'foreign_queue_messages 1'
has "kipcd" 'daemon_up 1'
has "and how it is" 'daemon_reloads_total 0'
is "it ends with its end" "$(tail -n 1 <<<"$OUT")" "# EOF"
unlike "no ids and pids" "$OUT" '(id|pid)="'
PATH=$PATH:$top_build
if command -v promtool >/dev/null; then
	promtool check metrics <<<"$OUT" >"$T/promtool" 2>&1
	is "promtool has nothing to say" "$? $(cat "$T/promtool")" "0 "
else
	skip "promtool has nothing to say" "it is not installed"
fi

exits 0 "OpenMetrics on request" kipcctl metrics --openmetrics
has "with the same samples" 'ring_messages_sent_total\{channel="ticks"\} 3'
like "of a family without their ending" "$OUT" '^# TYPE kipc_ring_messages_sent counter$'
is "it ends with its end" "$(tail -n 1 <<<"$OUT")" "# EOF"
if /usr/bin/python3 -c 'import prometheus_client' 2>/dev/null; then
	# strictly_parsed PARSER: how many families it finds, or why it finds none
	strictly_parsed() {
		/usr/bin/python3 -c "import sys
from prometheus_client.$1 import text_string_to_metric_families
print(len(list(text_string_to_metric_families(sys.stdin.read()))))" 2>&1 | tail -n 1
	}
	families=$(grep -c '^# TYPE' <<<"$OUT")
	is "the strict parser takes all of it" "$(strictly_parsed openmetrics.parser <<<"$OUT")" "$families"
	is "that of Prometheus' format takes the other" "$(kipcctl metrics | strictly_parsed parser)" "$families"
else
	skip "parsers of both formats" "there is no python3-prometheus-client"
fi

has "what doctor finds" 'findings\{severity="danger",finding="full-no-reader"\} 0'
kipcctl set orders mode=0666 >/dev/null
like "is counted" "$(kipcctl metrics)" '^kipc_findings\{severity="warning",finding="world-writable"\} 1$'
kipcctl set orders mode=0660 >/dev/null
has "whose the objects are" "objects\\{owner=\"$(id -un)\",kind=\"queue\"\\} 2"
is "each finding of doctor has its severities" "$(grep -c '^kipc_findings' <<<"$OUT")" \
	$((3 * $(sed -n '/^full-no-reader|/,/^\.TE/p' "$top_src/client/kipcctl.1" | grep -c '|T{$')))
if can_be 54321; then
	for uid in $(seq 54301 54360); do setpriv --reuid="$uid" --clear-groups perl -e 'semget(0, 1, 01600) // die'; done
	many=$(kipcctl metrics)
	is "owners are bounded" "$(grep -c '^kipc_objects{' <<<"$many")" 153
	like "and the others share a series" "$many" '^kipc_objects\{owner="",kind="semaphore"\} 11$'
	ipcs -s | awk '$1 == "0x00000000" { print $2 }' | xargs -n 1 ipcrm -s
fi

# The alerts that come with it.
rules=$top_src/conf/kipc.rules.yml
all=$(kipcctl metrics)
is "the alerts are about figures that there are" \
	"$(grep -oE 'kipc_[a-z_]+' "$rules" | sort -u | while read -r name; do grep -q "^# TYPE $name " <<<"$all" || echo "$name"; done)" ""
if command -v promtool >/dev/null; then
	exits 0 "promtool accepts them" promtool check rules "$rules"
	sed "s|RULES|$rules|" >"$T/alerts.yml" <<'END'
rule_files: [ RULES ]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - { series: 'kipc_findings{instance="a",severity="danger",finding="stuck-reader"}', values: '1x10' }
      - { series: 'kipc_findings{instance="a",severity="danger",finding="limit"}', values: '0x10' }
      - { series: 'kipc_daemon_up{instance="a"}', values: '0x10' }
      - { series: 'kipc_daemon_up{instance="b"}', values: '0x10' }
      - { series: 'kipc_channel_state{instance="a",channel="orders",state="active"}', values: '1x10' }
      - { series: 'kipc_consumer_retries{instance="a",channel="orders"}', values: '1x10' }
    alert_rule_test:
      - eval_time: 5m
        alertname: KipcDanger
        exp_alerts:
          - exp_labels: { instance: a, finding: stuck-reader, severity: critical }
            exp_annotations:
              summary: 'kipc: stuck-reader on a'
              description: 'Programs are stuck, or data or access is at risk. kipcctl doctor shows the problem and the command that fixes it.'
      - eval_time: 5m
        alertname: KipcDaemonDown
        exp_alerts:
          - exp_labels: { instance: a, severity: critical }
            exp_annotations:
              summary: 'kipcd does not answer on a'
              description: 'Messages still flow, but channels are not created or healed. systemctl status kipcd shows why.'
      - eval_time: 7m
        alertname: KipcConsumerFails
        exp_alerts:
          - exp_labels: { instance: a, channel: orders, severity: critical }
            exp_annotations:
              summary: 'the consumer of orders fails on a'
              description: 'Messages wait for it. journalctl -u kipc-consume@orders.service shows why it fails.'
END
	exits 0 "and they ring when they should, where channels are declared" promtool test rules "$T/alerts.yml"
else
	skip "promtool accepts the alerts" "it is not installed"
fi

exits 0 "into a file" kipcctl metrics --output="$T/kipc.prom"
is "which others may read" "$(stat -c %a "$T/kipc.prom")" 644
is "the same" "$(grep -vc '^kipc_daemon' "$T/kipc.prom")" "$(grep -vc '^kipc_daemon' <<<"$(kipcctl metrics)")"
is "and nothing beside it" "$(echo "$T"/kipc.prom*)" "$T/kipc.prom"
exits 1 "where nothing can be written" kipcctl metrics --output=/nonexistent/kipc.prom
like "is said" "$ERR" "/nonexistent/kipc.prom cannot be written: No such file"

# What is no regular file is written into, never replaced.
mknod "$T/null" c 1 3 2>/dev/null || ln -s /dev/null "$T/null"
before=$(stat -c '%F %t:%T' "$T/null")
exits 0 "into a device" kipcctl metrics --output="$T/null"
is "which stays one" "$(stat -c '%F %t:%T' "$T/null")" "$before"
mkfifo "$T/fifo"
cat "$T/fifo" >"$T/from-fifo" & reader=$!
exits 0 "into a fifo" kipcctl metrics --output="$T/fifo"
wait "$reader"
is "whose reader gets all of it" "$(tail -n 1 "$T/from-fifo")" "# EOF"
is "and which stays one" "$(stat -c %F "$T/fifo")" fifo
is "into standard output by its name" "$(kipcctl metrics --output=/dev/stdout | tail -n 1)" "# EOF"
ln -s kipc.prom "$T/link"
exits 1 "not over a link" kipcctl metrics --output="$T/link"
like "which is said" "$ERR" "$T/link is a symbolic link to a file; give the file itself"
is "and it is still one" "$(readlink "$T/link")" kipc.prom
exits 1 "where there is no room" kipcctl metrics --output=/dev/full
like "that is the reason" "$ERR" "/dev/full cannot be written: No space left on device"
exits 1 "not into a folder" kipcctl metrics --output="$T"
like "which is said, too" "$ERR" "$T cannot be written: Is a directory"
perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un($ARGV[0])) or die' "$T/socket"
exits 1 "nor over a socket" kipcctl metrics --output="$T/socket"
is "nothing was left beside them" "$(find "$T" -mindepth 1 -maxdepth 1 -name '*.??????' | wc -l)" 0

kipcctl metrics --group-by=owner >"$T/by-owner"
like "by owner" "$(cat "$T/by-owner")" "^kipc_group_objects\\{owner=\"$(id -un)\",kind=\"queue\"\\} [0-9]+$"
is "each family has one head" "$(grep '^# TYPE' "$T/by-owner" | sort | uniq -d)" ""
if sysctl -qw kernel.msgmni=1000 2>/dev/null && setpriv --reuid=70000 --clear-groups true 2>/dev/null; then
	perl -e 'for my $uid (70001 .. 70060) { fork // die or do { $> = $uid; exit !defined msgget(0, 0600) }; wait }'
	is "no more than 50 and the rest" "$(kipcctl metrics --group-by=owner | grep -c '^kipc_group_objects.*kind="queue"')" 51
	is "which is told apart by having no name" \
		"$(kipcctl metrics --group-by=owner | sed -n 's/^kipc_group_objects{owner="",kind="queue"} //p' | awk '$1 >= 10 { print "some" }')" some
fi
is "nothing of it unasked" "$(kipcctl metrics | grep -c kipc_group)" 0
exits 2 "no such group" kipcctl metrics --group-by=nothing

kipcctl up 'build[1]'
wait "$waiter"
stop_kipcd
exits 0 "without kipcd" kipcctl metrics -q
has "it says so" 'daemon_up 0'
has "and shows what the kernel shows" 'queue_messages\{channel="orders"\} 2'
finish
