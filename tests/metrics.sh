#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl metrics: the output is valid and complete, and names channels but nothing that changes.
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

exits 0 "metrics exits with 0" kipcctl metrics
has() { like "$1" "$OUT" "^kipc_$2$"; }
has "... with the messages of a queue" 'queue_messages\{channel="orders"\} 2'
has "... their bytes" 'queue_bytes\{channel="orders"\} 12'
has "... its capacity" 'queue_capacity_bytes\{channel="orders"\} 1000'
has "... the time of the last send" "queue_last_send_timestamp_seconds\{channel=\"orders\"\} $(date +%s | cut -c1-6)[0-9]{4}"
unlike "... and no time of a receive that did not happen" "$OUT" 'last_receive_timestamp_seconds\{'
has "... the mappings of a segment" 'segment_attached\{channel="prices"\} 0'
has "... the counters of a ring" 'ring_messages_sent_total\{channel="ticks"\} 3'
has "... its depth" 'ring_messages\{channel="ticks"\} 2'
unlike "... but none of a raw segment" "$OUT" 'ring_.*prices'
has "... the values of semaphores" 'semaphore_value\{channel="build",index="0"\} 1'
[ -z "$can_see" ] || has "... the waiting threads" 'waiters\{channel="build",operation="operate"\} 1'
has "... the state of a channel" 'channel_state\{channel="orders",kind="queue",state="active"\} 1'
has "... and the other states" 'channel_state\{channel="orders",kind="queue",state="lost"\} 0'
has "... its healings" 'channel_healings_total\{channel="orders"\} 0'
has "... the limits" 'limit_used\{name="msgmni"\} 2'
has "... foreign objects apart" 'foreign_objects\{kind="queue"\} 1'
has "... and summed up" 'foreign_queue_messages 1'
has "... whether kipcd runs" 'daemon_up 1'
has "... and its counters" 'daemon_reloads_total 0'
is "... and an end mark" "$(tail -n 1 <<<"$OUT")" "# EOF"
unlike "... without ids and pids" "$OUT" '(id|pid)="'
PATH=$PATH:$top_build
if command -v promtool >/dev/null; then
	promtool check metrics <<<"$OUT" >"$T/promtool" 2>&1
	is "promtool accepts the output" "$? $(cat "$T/promtool")" "0 "
else
	skip "promtool accepts the output" "it is not installed"
fi

exits 0 "--openmetrics exits with 0" kipcctl metrics --openmetrics
has "... with the same samples" 'ring_messages_sent_total\{channel="ticks"\} 3'
like "... in a family without the ending" "$OUT" '^# TYPE kipc_ring_messages_sent counter$'
is "... and an end mark" "$(tail -n 1 <<<"$OUT")" "# EOF"
if /usr/bin/python3 -c 'import prometheus_client' 2>/dev/null; then
	# strictly_parsed PARSER: how many families it finds, or why it finds none
	strictly_parsed() {
		/usr/bin/python3 -c "import sys
from prometheus_client.$1 import text_string_to_metric_families
print(len(list(text_string_to_metric_families(sys.stdin.read()))))" 2>&1 | tail -n 1
	}
	families=$(grep -c '^# TYPE' <<<"$OUT")
	is "the OpenMetrics parser reads all families" "$(strictly_parsed openmetrics.parser <<<"$OUT")" "$families"
	is "the Prometheus parser reads all families" "$(kipcctl metrics | strictly_parsed parser)" "$families"
else
	skip "parsers of both formats" "there is no python3-prometheus-client"
fi

has "metrics count the findings of doctor" 'findings\{severity="danger",finding="full-no-reader"\} 0'
kipcctl set orders mode=0666 >/dev/null
like "... each with its severity" "$(kipcctl metrics)" '^kipc_findings\{severity="warning",finding="world-writable"\} 1$'
kipcctl set orders mode=0660 >/dev/null
has "metrics count objects by owner" "objects\\{owner=\"$(id -un)\",kind=\"queue\"\\} 2"
is "each finding of doctor has its severities" "$(grep -c '^kipc_findings' <<<"$OUT")" \
	$((3 * $(sed -n '/^full-no-reader|/,/^\.TE/p' "$top_src/client/kipcctl.1" | grep -c '|T{$')))
if can_be 54321; then
	for uid in $(seq 54301 54360); do setpriv --reuid="$uid" --clear-groups perl -e 'semget(0, 1, 01600) // die'; done
	many=$(kipcctl metrics)
	is "owners are bounded" "$(grep -c '^kipc_objects{' <<<"$many")" 153
	like "... and the others share a series" "$many" '^kipc_objects\{owner="",kind="semaphore"\} 11$'
	ipcs -s | awk '$1 == "0x00000000" { print $2 }' | xargs -n 1 ipcrm -s
fi

# The shipped alerts.
rules=$top_src/conf/kipc.rules.yml
all=$(kipcctl metrics)
is "the alerts use existing metrics" \
	"$(grep -oE 'kipc_[a-z_]+' "$rules" | sort -u | while read -r name; do grep -q "^# TYPE $name " <<<"$all" || echo "$name"; done)" ""
if command -v promtool >/dev/null; then
	exits 0 "promtool accepts the alerts" promtool check rules "$rules"
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
	exits 0 "... and they fire when they should" promtool test rules "$T/alerts.yml"
else
	skip "promtool accepts the alerts" "it is not installed"
fi

exits 0 "--output writes a file" kipcctl metrics --output="$T/kipc.prom"
is "... that others may read" "$(stat -c %a "$T/kipc.prom")" 644
is "... with the same content" "$(grep -vc '^kipc_daemon' "$T/kipc.prom")" "$(grep -vc '^kipc_daemon' <<<"$(kipcctl metrics)")"
is "... and leaves no other file" "$(echo "$T"/kipc.prom*)" "$T/kipc.prom"
exits 1 "--output fails where no file can be written" kipcctl metrics --output=/nonexistent/kipc.prom
like "... with the reason" "$ERR" "/nonexistent/kipc.prom cannot be written: No such file"

# Anything but a regular file is written to and never replaced.
mknod "$T/null" c 1 3 2>/dev/null || ln -s /dev/null "$T/null"
before=$(stat -c '%F %t:%T' "$T/null")
exits 0 "--output writes to a device" kipcctl metrics --output="$T/null"
is "... which stays a device" "$(stat -c '%F %t:%T' "$T/null")" "$before"
mkfifo "$T/fifo"
cat "$T/fifo" >"$T/from-fifo" & reader=$!
exits 0 "--output writes to a FIFO" kipcctl metrics --output="$T/fifo"
wait "$reader"
is "... whose reader gets everything" "$(tail -n 1 "$T/from-fifo")" "# EOF"
is "... and which stays a FIFO" "$(stat -c %F "$T/fifo")" fifo
is "--output writes to /dev/stdout" "$(kipcctl metrics --output=/dev/stdout | tail -n 1)" "# EOF"
ln -s kipc.prom "$T/link"
exits 1 "--output refuses a symlink to a file" kipcctl metrics --output="$T/link"
like "... with the reason" "$ERR" "$T/link is a symbolic link to a file; give the file itself"
is "... and leaves it" "$(readlink "$T/link")" kipc.prom
exits 1 "--output fails without room" kipcctl metrics --output=/dev/full
like "... with the reason" "$ERR" "/dev/full cannot be written: No space left on device"
exits 1 "--output refuses a folder" kipcctl metrics --output="$T"
like "... with the reason" "$ERR" "$T cannot be written: Is a directory"
perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un($ARGV[0])) or die' "$T/socket"
exits 1 "--output refuses a socket" kipcctl metrics --output="$T/socket"
is "... and no temporary file is left" "$(find "$T" -mindepth 1 -maxdepth 1 -name '*.??????' | wc -l)" 0

kipcctl metrics --group-by=owner >"$T/by-owner"
like "--group-by=owner prints sums by owner" "$(cat "$T/by-owner")" "^kipc_group_objects\\{owner=\"$(id -un)\",kind=\"queue\"\\} [0-9]+$"
is "... each family once" "$(grep '^# TYPE' "$T/by-owner" | sort | uniq -d)" ""
if sysctl -qw kernel.msgmni=1000 2>/dev/null && setpriv --reuid=70000 --clear-groups true 2>/dev/null; then
	perl -e 'for my $uid (70001 .. 70060) { fork // die or do { $> = $uid; exit !defined msgget(0, 0600) }; wait }'
	is "... of at most 50 owners and the rest" "$(kipcctl metrics --group-by=owner | grep -c '^kipc_group_objects.*kind="queue"')" 51
	is "... which has no name" \
		"$(kipcctl metrics --group-by=owner | sed -n 's/^kipc_group_objects{owner="",kind="queue"} //p' | awk '$1 >= 10 { print "some" }')" some
fi
is "without --group-by there are no sums" "$(kipcctl metrics | grep -c kipc_group)" 0
exits 2 "an unknown group is wrong usage" kipcctl metrics --group-by=nothing

kipcctl up 'build[1]'
wait "$waiter"
stop_kipcd
exits 0 "metrics works without kipcd" kipcctl metrics -q
has "... and says so" 'daemon_up 0'
has "... with what the kernel knows" 'queue_messages\{channel="orders"\} 2'
finish
