#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl remove, create, set, recover, plan and reload: what they refuse, say and leave behind.
. "$(dirname "$0")/tap.sh"


exits 7 "a name without kipcd" kipcctl remove orders
like "says where it was looked for" "$ERR" "kipcd is not reachable at $KIPC_RUNTIME_DIR/control"
exits 7 "plan without kipcd" kipcctl plan
exits 7 "reload without kipcd" kipcctl reload
exits 7 "create without kipcd" kipcctl create queue x

# Foreign objects need no kipcd.
foreign=$(ipcmk -Q | grep -o '[0-9]*$')
kipcctl send "queue:@$foreign" one two
exits 1 "a foreign queue that is not empty" kipcctl remove "queue:@$foreign"
like "what would be lost" "$ERR" "it holds 2 messages \(6 bytes\)"
exits 1 "--dry-run refuses what would be refused" kipcctl remove --dry-run "queue:@$foreign"
is "it is still there, with its messages" "$(kipcctl recv --all "queue:@$foreign" | tr '\n' ' ')" "one two "
exits 0 "an empty one: --dry-run" kipcctl remove --dry-run "queue:@$foreign"
is "says what it would do" "$OUT" "queue:@$foreign: would be removed: it is empty"
exits 0 "an empty one" kipcctl remove "queue:@$foreign"
is "says what it did" "$OUT" "queue:@$foreign: removed: it is empty"
exits 3 "and then it is gone" kipcctl remove "queue:@$foreign"
segment=$(ipcmk -M 4096 | grep -o '[0-9]*$')
kipcctl write "segment:@$segment" data
exits 1 "a segment that was written" kipcctl remove "segment:@$segment"
exits 0 "--force" kipcctl remove --force "segment:@$segment"

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

exits 3 "an unknown name" kipcctl remove nobody
exits 1 "an observed one" kipcctl remove watched
kipcctl send orders hello
exits 1 "a queue that is not empty" kipcctl remove orders
like "says what would be lost" "$ERR" "^kipcctl: remove orders: it holds 1 message \(5 bytes\)"
exits 1 "the same by its key: kipcd is asked too" kipcctl remove 0x4b01
is "its message is there" "$(kipcctl recv orders)" "hello"

kipcctl recv orders >"$T/received" 2>"$T/receiver" & receiver=$!
if cat "/proc/$receiver/syscall" >/dev/null 2>&1; then
	for ((i = 0; i < 500; i++)); do
		kipcctl show --json orders | grep -q "\"pid\": $receiver" && break
	done
	exits 1 "a queue that somebody waits on" kipcctl remove orders
	like "names who" "$ERR" "1 thread waits on it: $receiver \(kipcctl\); --force removes it anyway"
	exits 0 "--force" kipcctl remove --force orders
	wait "$receiver"
	is "ends the wait with its status" "$?" 6
else
	skip "a queue that somebody waits on" "/proc/PID/syscall cannot be read here"
	kipcctl send orders x
	wait "$receiver"
	kipcctl remove orders >/dev/null
fi
is "a removed one stays gone" "$(state_of orders)" "absent"
exits 3 "send to it" kipcctl send orders x
like "says so, and what brings it back" "$ERR" "^kipcctl: send orders: absent: removed by hand: 'kipcctl reload' recreates it$"
exits 0 "until the next reload" kipcctl reload
is "which makes it anew" "$(state_of orders)" "active"
exits 0 "-q says nothing" kipcctl remove --quiet orders
is "at all" "$OUT" ""
exits 0 "several at once" kipcctl remove other prices
is "a line each" "$OUT" "other: removed: it is empty
prices: removed: it is empty"

exits 2 "create: not a kind" kipcctl create queu tmp
exits 2 "create: not a name" kipcctl create queue a/b
exits 2 "create: not an assignment" kipcctl create queue tmp capacity
exits 2 "create: a wrong value" kipcctl create queue tmp capacity=99T
exits 0 "create" kipcctl create queue tmp capacity=2K
is "says what was done" "$OUT" "tmp: create, active"
exits 1 "create it twice" kipcctl create queue tmp
exits 0 "set" kipcctl set tmp mode=0600
like "says what was changed" "$OUT" "mode 0660 -> 0600"
exits 2 "set: an unknown key" kipcctl set tmp mdoe=0600
like "has a hint" "$ERR" "did you mean 'mode'"
exits 3 "set: an unknown channel" kipcctl set nobody mode=0600

exits 1 "recover: there is nothing to recover of an active channel" kipcctl recover tmp
like "says so" "$ERR" "it is active: nothing has to be recovered"

kipcctl reload >/dev/null
exits 0 "plan: nothing to do" kipcctl plan
is "prints nothing" "$OUT" ""
like "and says so" "$ERR" "nothing to do: 6 channels are as declared"
echo "[queue new]" >>"$conf"
exits 0 "plan: a new channel" kipcctl plan
like "is to be created" "$OUT" "^new +queue +create "
exits 2 "reload: an unknown column" kipcctl reload --columns=nmae
is "is seen before anything is done" "$(state_of new)" ""
exits 0 "reload" kipcctl reload
like "does it" "$OUT" "^new +queue +create +active"
like "plan in JSON has every channel" "$(kipcctl plan --json | grep -c '"action": "keep"')" "^7$"
echo "bad" >>"$conf"
exits 1 "reload with a mistake" kipcctl reload
like "shows where" "$ERR" "^$conf:[0-9]+: "
exits 1 "plan with a mistake" kipcctl plan
sed -i '$d' "$conf"

# What is created only to observe.
exits 0 "create: an object that is not there yet is observed" kipcctl create queue seen key=0x77 manage=observe
is "it is absent" "$(state_of seen)" absent
id=$(ipcmk -Q | grep -o '[0-9]*$')
key=$(ipcs -q | awk -v id="$id" '$2 == id { print $1 }')
exits 0 "remove: its name goes" kipcctl remove seen
kipcctl create queue seen "key=$key" manage=observe >/dev/null
is "another one that is there" "$(state_of seen)" active
exits 0 "its name goes too" kipcctl remove seen
like "as is said" "$OUT" "^seen: removed: only its name: the observed object is not kipcd's, and stays$"
is "and nothing else" "$(state_of seen) $(ipcs -q | awk -v id="$id" '$2 == id { print $2 }')" " $id"
ipcrm -q "$id"

# A name of kipcd's by key while kipcd is away: only by force, for kipcd would heal it.
stop_kipcd
kipcctl send orders left-over
exits 7 "kipcd's own by its key, without kipcd" kipcctl remove queue:0x4b01
like "is refused" "$ERR" "it is kipcd's channel orders"
exits 0 "unless by force" kipcctl remove --force queue:0x4b01
finish
