#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl generate: a valid configuration that changes nothing and names the users of each object, whatever their names.
. "$(dirname "$0")/tap.sh"

perl -MIPC::SysV -e 1 2>/dev/null || { echo "1..0 # SKIP no perl IPC::SysV"; exit 0; }
cat >"$T/user.pl" <<'EOF'
use IPC::SysV qw(shmat); $| = 1;
$0 = "a\n[queue evil]\nkey = 1 \e[31m\xff" . "x" x 200;
my $queue = msgget(0x4b01, 01600 | 0640) // die; msgsnd($queue, pack("l! a*", 1, "hello"), 0) or die;
my $segment = shmget(0x4b02, 65536, 01600 | 0600) // die;
my $attached = shmat($segment, undef, 0) or die;
my $set = semget(0x4b03, 3, 01600 | 0600) // die; semctl($set, 1, 16, 5) or die;
shmget(0x4b04, 78334567, 01600 | 0600) // die; semget(0, 1, 0600) // die;
print "\n"; <STDIN>;
EOF
coproc user { exec perl "$T/user.pl"; }
read -r -t 10 -u "${user[0]}"
pid=$user_PID

exits 0 "generate works without kipcd" kipcctl generate -q
printf '%s\n' "$OUT" >"$conf"
like "a queue has a section" "$OUT" '^\[queue queue-4b01\]$'
like "... with its key" "$OUT" '^key = 0x00004b01$'
like "... and the process that sent last" "$OUT" "^#   last sent: [-0-9]+ [:0-9]+, $pid a\\\\x0a\[queue evil\]"
like "a segment has the process that has it attached" "$OUT" "^#   attached by $pid "
like "the mode is a comment" "$OUT" '^# mode = 0640$'
like "the size of a segment is a comment" "$OUT" '^# size = 64K$'
like "... also a size that is not round" "$OUT" '^# size = 78334567$'
like "the values of a set are a comment" "$OUT" '^# values = 0,5,0$'
like "an object without a key is only mentioned" "$OUT" '^# It has no key'
is "the name of a process cannot add a section" "$(grep -c '^\[queue' <<<"$OUT")" 1
is "no line is too long" "$(awk 'length($0) > 199' <<<"$OUT")" ""
exits 0 "the output is a valid configuration" kipcctl check "$conf"
before=$(kipcctl list --foreign -q --columns=kind,key,id,owner,mode,changed --sort=key)
start_kipcd || fail "kipcd starts with it" "$(log)"
is "... and observes all objects" "$(kipcctl list --columns=name,manage,state --no-legend | tr -s ' ')" "queue-4b01 observe active
segment-4b02 observe active
segment-4b04 observe active
semaphore-4b03 observe active"
is "... without a change" "$(kipcctl list --foreign --columns=kind,key,id,owner,mode,changed --sort=key)" "$before"
exits 0 "generate leaves out objects that have a name" kipcctl generate
unlike "... and prints no section" "$OUT" '^\['
like "... but counts them" "$OUT" '^# 4 objects are already named and left out\.$'

# The commented keys are valid once kipcd owns the objects.
sed -e '/^manage = observe/d' -e 's/^# \(mode\|capacity\|size\|values\) =/\1 =/' "$conf" >"$T/own.conf"
exits 0 "the commented keys are valid too" kipcctl check "$T/own.conf"
echo >&"${user[1]}"
wait "$pid"
finish
