#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl remove, create, set, recover, plan and reload: what they refuse, say and leave behind.
. "$(dirname "$0")/tap.sh"

exits 7 "remove of a name needs kipcd" kipcctl remove orders
like "... and says where it looked" "$ERR" "kipcd is not reachable at $KIPC_RUNTIME_DIR/control"
exits 7 "plan needs kipcd" kipcctl plan
exits 7 "reload needs kipcd" kipcctl reload
exits 7 "create needs kipcd" kipcctl create queue x

# Foreign objects need no kipcd.
foreign=$(ipcmk -Q | grep -o '[0-9]*$')
kipcctl send "queue:@$foreign" one two
exits 1 "remove refuses a foreign queue with messages" kipcctl remove "queue:@$foreign"
like "... and says what would be lost" "$ERR" "it holds 2 messages \(6 bytes\)"
exits 1 "--dry-run refuses it too" kipcctl remove --dry-run "queue:@$foreign"
is "... and the messages are still there" "$(kipcctl recv --all "queue:@$foreign" | tr '\n' ' ')" "one two "
exits 0 "--dry-run accepts an empty queue" kipcctl remove --dry-run "queue:@$foreign"
is "... and says what it would do" "$OUT" "queue:@$foreign: would be removed (it is empty)"
exits 0 "remove removes an empty queue" kipcctl remove "queue:@$foreign"
is "... and says so" "$OUT" "queue:@$foreign: removed (it was empty)"
exits 3 "... and it is gone" kipcctl remove "queue:@$foreign"
segment=$(ipcmk -M 4096 | grep -o '[0-9]*$')
kipcctl write "segment:@$segment" data
exits 1 "remove refuses a segment that was written" kipcctl remove "segment:@$segment"
exits 0 "--force removes it" kipcctl remove --force "segment:@$segment"

cat >"$conf" <<'EOF'
[queue orders]
key = 0x4b01
[queue other]
[segment prices]
key = 1234
size = 64K
[semaphore build]
values = 0
[queue watched]
key = 0x4b09
manage = observe
EOF
start

exits 3 "remove of an unknown name fails" kipcctl remove nobody
exits 1 "remove of an observed channel fails" kipcctl remove watched
kipcctl send orders hello
exits 1 "remove refuses a channel with messages" kipcctl remove orders
like "... and says what would be lost" "$ERR" "^kipcctl: remove orders: it holds 1 message \(5 bytes\)"
exits 1 "... also by its key" kipcctl remove 0x4b01
is "... and the message is still there" "$(kipcctl recv orders)" "hello"

kipcctl recv orders >"$T/received" 2>"$T/receiver" & receiver=$!
if cat "/proc/$receiver/syscall" >/dev/null 2>&1; then
	for ((i = 0; i < 500; i++)); do
		kipcctl show --json orders | grep -q "\"pid\": $receiver" && break
	done
	exits 1 "remove refuses a queue with a waiting process" kipcctl remove orders
	like "... and names the process" "$ERR" "1 thread is waiting on it: $receiver \(kipcctl\); --force removes it anyway"
	exits 0 "--force removes it" kipcctl remove --force orders
	wait "$receiver"
	is "... and the waiting process exits with 6" "$?" 6
else
	skip "remove refuses a queue with a waiting process" "/proc/PID/syscall cannot be read here"
	kipcctl send orders x
	wait "$receiver"
	kipcctl remove orders >/dev/null
fi
is "a removed channel is absent" "$(state_of orders)" "absent"
exits 3 "send to it fails" kipcctl send orders x
like "... with the reason and the cure" "$ERR" "^kipcctl: send orders: absent: removed by hand: 'kipcctl reload' recreates it$"
exits 0 "a reload succeeds" kipcctl reload
is "... and recreates it" "$(state_of orders)" "active"
exits 0 "remove -q succeeds" kipcctl remove --quiet orders
is "... and prints nothing" "$OUT" ""
exits 0 "remove takes several addresses" kipcctl remove other prices
is "... and prints a line for each" "$OUT" "other: removed (it was empty)
prices: removed (it was empty)"

exits 2 "create refuses an unknown kind" kipcctl create queu tmp
exits 2 "create refuses an invalid name" kipcctl create queue a/b
exits 2 "create refuses an argument that is not KEY=VALUE" kipcctl create queue tmp capacity
exits 2 "create refuses an invalid value" kipcctl create queue tmp capacity=99T
exits 0 "create succeeds" kipcctl create queue tmp capacity=2K
is "... and prints what it did" "$OUT" "tmp: created, active"
exits 1 "create of an existing channel fails" kipcctl create queue tmp
exits 0 "set succeeds" kipcctl set tmp mode=0600
like "... and prints what changed" "$OUT" "mode 0660 -> 0600"
exits 2 "set refuses an unknown key" kipcctl set tmp mdoe=0600
like "... with the nearest one" "$ERR" "did you mean 'mode'"
exits 3 "set of an unknown channel fails" kipcctl set nobody mode=0600

exits 1 "recover of an active channel fails" kipcctl recover tmp
like "... with the reason" "$ERR" "it is active, so there is nothing to recover"

kipcctl reload >/dev/null
exits 0 "plan without changes succeeds" kipcctl plan
is "... and prints nothing" "$OUT" ""
like "... but a note" "$ERR" "nothing to do: 6 channels are as declared"
echo "[queue new]" >>"$conf"
exits 0 "plan of a new channel succeeds" kipcctl plan
like "... and shows it" "$OUT" "^new +queue +create "
exits 2 "reload refuses an unknown column" kipcctl reload --columns=nmae
is "... before it changes anything" "$(state_of new)" ""
exits 0 "reload succeeds" kipcctl reload
like "... and creates it" "$OUT" "^new +queue +create +active"
like "plan --json has every channel" "$(kipcctl plan --json | grep -c '"action": "keep"')" "^7$"
echo "bad" >>"$conf"
exits 1 "reload with a mistake fails" kipcctl reload
like "... with its place" "$ERR" "^$conf:[0-9]+: "
exits 1 "plan with a mistake fails" kipcctl plan
sed -i '$d' "$conf"

# A channel that only observes.
exits 0 "create with manage = observe succeeds without an object" kipcctl create queue seen key=0x77 manage=observe
is "... and the channel is absent" "$(state_of seen)" absent
id=$(ipcmk -Q | grep -o '[0-9]*$')
key=$(ipcs -q | awk -v id="$id" '$2 == id { print $1 }')
exits 0 "remove of it succeeds" kipcctl remove seen
kipcctl create queue seen "key=$key" manage=observe >/dev/null
is "an observed channel with an object is active" "$(state_of seen)" active
exits 0 "remove of it succeeds" kipcctl remove seen
like "... and says that it removes only the name" "$OUT" "^seen: removed \(only its name: the observed object is not kipcd's, and stays\)$"
is "... and the object stays" "$(state_of seen) $(ipcs -q | awk -v id="$id" '$2 == id { print $2 }')" " $id"
ipcrm -q "$id"

# A channel by its key while kipcd does not run: only by force, since kipcd would recreate it.
stop_kipcd
kipcctl send orders left-over
exits 7 "remove of a channel by its key fails without kipcd" kipcctl remove queue:0x4b01
like "... with its name" "$ERR" "it is kipcd's channel orders"
exits 0 "... but not with --force" kipcctl remove --force queue:0x4b01
finish
