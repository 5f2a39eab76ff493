#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion: what `kipcctl --complete` offers, compared with the tables of the sources, and what bash, zsh and fish make
# of it. bash and zsh are also tested with a real tab key.
. "$(dirname "$0")/tap.sh"
cd "$T" || exit 1

# told WORD…: only the candidates, in one line
told() { kipcctl --complete "$@" | cut -f 1 | tr '\n' ' '; }
sorted() { tr -s ' ' '\n' <<<"$1" | grep . | LC_ALL=C sort; }
# same_words WHAT GOT EXPECTED: the same words in any order
same_words() { is "$1" "$(sorted "$2")" "$(sorted "$3")"; }
rows_of() { sed -n "/^$2/,/^};/p" "$top_src/$1"; }

cat >"$conf" <<'EOF2'
[queue orders]
key = 0x4b01
[queue others]
[segment prices]
size = 4K
field.count = u32@0
field.price = f64@8
[segment ticks]
size = 64K
layout = ring
[semaphore build]
values = 1
EOF2
start

# -- nothing is missing ----------------------------------------------------------------------------------

verbs=$(kipcctl help | sed -n '/^Verbs:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p')
like "the verbs are known" "$verbs" '^send$'
same_words "every verb and help are offered" "$(told '')" "$verbs help"
is "... with its help" "$(kipcctl --complete '' | sed -n 's/^recv\t//p')" "$(kipcctl help recv | sed -n '2s/\.$//p')"
same_words "help offers the verbs too" "$(told help '')" "$verbs"
none=
for verb in $verbs; do
	wanted=$(kipcctl help "$verb" | sed -nE 's/^  (-.|  ),? ? ?(--[a-z-]+=?).*/\1 \2/p')
	[ "$(sorted "$(told "$verb" -)")" = "$(sorted "$wanted")" ] || none+="$verb "
done
is "every verb offers its options and no others" "$none" ""
is "an option has its help text" "$(kipcctl --complete recv -- | sed -n 's/^--all\t//p')" "all messages there now; succeed if there are none"
for verb in list limits plan reload; do
	columns=$(kipcctl "$verb" --columns=help --no-legend | cut -d ' ' -f 1)
	like "the columns of $verb are known" "$columns" '^name$'
	same_words "every column of $verb is offered" "$(told "$verb" --columns '')" "$columns"
done
for verb in list top; do
	same_words "$verb --sort offers every column" "$(told "$verb" --sort=)" "$(kipcctl list --columns=help --no-legend | sed 's/ .*//; s/^/--sort=/')"
done
states=$(rows_of common/channel-words.c 'const char \*const channel_state_words' | grep -oE '"[a-z]+"' | tr -d '"')
like "the states are known" "$states" '^retained$'
same_words "every state is offered" "$(told list --state '')" "$states"
for kind in queue segment semaphore; do
	case $kind in queue) of='ANY|QUEUE|STREAM' ;; segment) of='ANY|SEGMENT|RAW|RING|STREAM' ;; *) of='ANY|SEMAPHORE' ;; esac
	keys=$(sed -nE "s/^\trow\([A-Z0-9_]+, \"([^\"]+)\", CHANNEL_($of),.*/\1=/p" "$top_src/common/channel-keys.h" |
		sed 's/field\.NAME=/field./' | grep -v '^activate=$')
	like "the keys of a $kind are known" "$keys" '^lifetime=$'
	same_words "create $kind offers every key except activate" "$(told create "$kind" new '')" "$keys"
done
exits 2 "create refuses activate" kipcctl create queue new activate=yes
for key in manage lifetime layout; do
	words=$(tr -d '\n' <"$top_src/common/channel-words.c" | grep -oE "${key}_words\[\] = \{[^}]*" | grep -oE '"[a-z]+"' | tr -d '"')
	like "the values of $key are known" "$words" '^[a-z]+$'
	same_words "... and offered" "$(told create segment new "$key=")" "$(sed "s/^/$key=/" <<<"$words")"
done

# -- only what fits is offered ------------------------------------------------------------------------------

is "recv offers queues and rings" "$(told recv '')" "orders others ticks "
is "wait offers semaphores too" "$(told wait '')" "build orders others ticks "
is "put offers raw segments" "$(told put '')" "prices "
is "hexdump offers all segments" "$(told hexdump '')" "prices ticks "
is "reset offers rings" "$(told reset '')" "ticks "
is "down offers semaphores" "$(told down '')" "build "
is "--lock offers semaphores" "$(told read --lock=)" "--lock=build "
is "show offers the channels that are not on the line yet" "$(told show orders build '')" "others prices ticks "
is "move does not offer the source as target" "$(told move orders '')" "others ticks "
is "send offers nothing for a message" "$(told send orders '')" ""
is "get offers the fields of the segment" "$(told get prices '')" "count price "
is "put offers the remaining fields, with '='" "$(told put prices count=1 '')" "price= "
is "set offers the keys of the channel's kind" "$(told set ticks size=1M '' | tr ' ' '\n' | grep -E '^(size|field|max_message|values)')" "max_message="
kipcctl set -q ticks description=x
is "unset offers altered channels" "$(told unset '')" "ticks "
is "... and their altered keys" "$(told unset ticks '')" "description "
kipcctl unset -q ticks
is "create offers kinds, and no name" "$(told create '')$(told create queue '')" "queue segment semaphore "
is "a list continues with the remaining values" "$(told list --kind=queue,s)" "--kind=queue,segment --kind=queue,semaphore "
is "a descending sort offers columns" "$(told top --sort=-na | cut -c 1-12)" "--sort=-name"
is "options that exclude each other are not offered together" "$(told recv -n 3 -- | tr ' ' '\n' | grep -E '^--(count|all|follow|json)')" "--json"
is "after -- only operands are offered" "$(told recv -- -)" "orders others ticks "
is "file names are left to the shell" "$(told check --config=) $(told check '') $(told metrics --output '')" ":files  :files  :files "
is "folder names are left to the shell" "$(told list --runtime-dir '')" ":folders "
is "a command line is left to the shell" "$(told lock -n 1 build -- ls --)$(told --quiet lock build '')$(told lock --count=1 build -)" \
	":command 5 :command 3 $(told lock --count=1 -)"
like "--ipc-of=all is offered where the verb takes it" "$(kipcctl --complete list --ipc-of=)" "^--ipc-of=all	"
unlike "... and nowhere else" "$(kipcctl --complete show --ipc-of=)" "^--ipc-of=all	"
is "--group-by offers its values" "$(kipcctl --complete list --group-by= | cut -f1 | xargs)" "--group-by=owner --group-by=creator --group-by=process"
like "sweep --owner offers users" "$(kipcctl --complete sweep --owner=ro)" "^--owner=root"
like "--ipc-of offers processes" "$(kipcctl --complete list --ipc-of=)" "^--ipc-of=$$	bash$"
is "options are offered before the verb" "$(told --user -- | tr ' ' '\n' | grep -E '^--(quiet|all|system)')" "--quiet"
is "nothing is offered after an unknown verb" "$(told ordres '')$(told ordres -x '')" ""
mv "$KIPC_RUNTIME_DIR" "$T/elsewhere"
is "--runtime-dir on the line is used" "$(told --runtime-dir="$T/elsewhere" recv '') $(told recv --runtime-dir "$T/elsewhere" '')" "orders others ticks  orders others ticks "
mkdir "$T/user"
mv "$T/elsewhere" "$T/user/kipcd"
is "--user on the line is used" "$(unset KIPC_RUNTIME_DIR; export XDG_RUNTIME_DIR=$T/user; told --user recv '')" "orders others ticks "
mv "$T/user/kipcd" "$KIPC_RUNTIME_DIR"

# A name in the registry is never executed, whatever it contains.
for name in '$(touch hit)' '`touch hit`' 'o;touch hit' 'o$(touch hit)' $'o\ntouch hit' '-o' '(touch hit)'; do
	ln -s queue:0x1:1:0 "$KIPC_RUNTIME_DIR/channels/$name"
done
ln -s 'queue:$(touch hit)' "$KIPC_RUNTIME_DIR/channels/odd"
is "hostile names in the registry are left out" "$(told recv o)" "orders others ticks "

# -- bash ------------------------------------------------------------------------------------------------

# in_bash LINE: COMPREPLY with the cursor at the end of the line, and the options that compopt got
cat >"$T/in-bash" <<'EOF2'
. "$COMPLETIONS/client/completions/kipcctl.bash"
. "$COMPLETIONS/daemon/completions/kipcd.bash"
compopt() { printf '%s\n' "$*"; }
COMP_WORDBREAKS=$' \t\n"\'><=;|&(:' COMP_LINE=$1 COMP_POINT=${#1}
mapfile -t COMP_WORDS < <(grep -oE '[^=: ]+|[=:]+' <<<"$1")
[[ $1 != *' ' ]] || COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
function=$(complete -p "${COMP_WORDS[0]}")
function=${function#complete -F }
"${function% *}"
printf '%s\n' "${COMPREPLY[@]}"
EOF2
in_bash() { COMPLETIONS=$top_src bash "$T/in-bash" "$1" | tr '\n' ' '; }
same_words "bash: every verb" "$(in_bash 'kipcctl ')" "$verbs help"
is "bash: a verb" "$(in_bash 'kipcctl --user rec')" "recv recover "
is "bash: a name" "$(in_bash 'kipcctl recv o')" "orders others "
is "--fail-on offers the severities" "$(kipcctl --complete doctor --fail-on= | cut -f 1 | tr '\n' ' ')" "--fail-on=warning --fail-on=danger "
is "bash: behind '=' the value alone" "$(in_bash 'kipcctl list --state=re')" "retained "
is "bash: ... and nothing there yet" "$(in_bash 'kipcctl list --kind=')" "queue segment semaphore "
is "bash: a list" "$(in_bash 'kipcctl list --columns=name,ki')" "name,kind "
is "bash: a key wants a value" "$(in_bash 'kipcctl create queue new cap')" "-o nospace capacity= "
is "bash: a value of a key" "$(in_bash 'kipcctl create queue new life=1 manage=o')" "own observe "
is "bash: words that bash breaks" "$(in_bash 'kipcctl move queue:orders oth')" "others "
is "bash: quotes" "$(in_bash "kipcctl move 'orders' \"oth")" "others "
is "bash: a file" "$(in_bash 'kipcctl check --config=')" "-o default  "
is "bash: a folder" "$(in_bash 'kipcctl --runtime-dir ')" "-o dirnames  "
like "bash: a command" "$(in_bash 'kipcctl lock --count=1 build -- kipcct')" '^kipcctl '
options=$("$kipcd" --help | grep -E '^  ' | grep -oE '^ +(-h, )?--[a-z-]+=?' | tr -d ' ' | sed 's/,/ /')
like "the options of kipcd are known" "$options" '^--config=$'
same_words "bash: every option of kipcd" "$(in_bash 'kipcd -')" "$options"
is "bash: kipcd's file, and its folder" "$(in_bash 'kipcd --config=')$(in_bash 'kipcd --runtime-dir ')" "-o default  -o dirnames  "

# types LINE: into the shell of the terminal, for which TAB is a tab key
types() {
	press C-u C-l
	press -l "$1"
	press Tab
}
if has_terminal; then
	cat >"$T/bashrc" <<EOF2
PS1='bash> ' HISTFILE=
bind 'set bell-style none' 2>/dev/null
. '$top_src/client/completions/kipcctl.bash'
EOF2
	terminal 100 30 "bash --noprofile --rcfile '$T/bashrc' -i"
	shows "bash runs on a terminal" '^bash>'
	types 'kipcctl recv ord'
	shows "bash, with a real key: a name" '^bash> kipcctl recv orders$'
	types 'kipcctl list --state=reta'
	shows "... a value" '^bash> kipcctl list --state=retained$'
	types 'kipcctl create queue new manage=ob'
	shows "... a value of a key" '^bash> kipcctl create queue new manage=observe$'
	types 'kipcctl check --config=kipcd.c'
	shows "... a file" '^bash> kipcctl check --config=kipcd.conf$'
	types 'kipcctl --runtime-dir ru'
	shows "... a folder" '^bash> kipcctl --runtime-dir run/$'
	types 'kipcctl lock build -- kipcct'
	shows "... a command" '^bash> kipcctl lock build -- kipcctl$'
	press C-u C-d
	is "bash ends" "$(terminal_status)" 0
else
	skip "bash with a real key" "no tmux"
fi

# -- zsh -------------------------------------------------------------------------------------------------

if has_terminal && command -v zsh >/dev/null; then
	mkdir "$T/zsh"
	cat >"$T/zsh/.zshrc" <<EOF2
PS1='zsh> ' LISTMAX=1000
unsetopt beep
fpath=('$top_src/client/completions' '$top_src/daemon/completions' \$fpath)
autoload -Uz compinit
compinit -u -D
EOF2
	terminal 120 70 "ZDOTDIR='$T/zsh' zsh -d -i"
	shows "zsh runs on a terminal" '^zsh>'
	types 'kipcctl '
	shows "zsh: verbs, with their help" '^recv +-- Take a message and print it, waiting for one'
	listed=$(shown)
	is "zsh: every verb" "$(for verb in $verbs; do grep -qE "^$verb +-- " <<<"$listed" || echo "$verb"; done)" ""
	types 'kipcctl recv --'
	shows "zsh: options, with their help" '^--all +-- all messages there now; succeed if there are none'
	types 'kipcctl recv o'
	shows "zsh: names, with their kinds" '^orders +-- queue 0x00004b01'
	types 'kipcctl recv ord'
	shows "zsh: a name" '^zsh> kipcctl recv orders *$'
	types 'kipcctl list --columns=name,kin'
	shows "zsh: a list" '^zsh> kipcctl list --columns=name,kind *$'
	types 'kipcctl create queue new cap'
	shows "zsh: a key wants a value" '^zsh> kipcctl create queue new capacity=$'
	press -l 8
	shows "... behind it, not behind a blank" '^zsh> kipcctl create queue new capacity=8$'
	types "kipcctl move 'orders' oth"
	shows "zsh: quotes" "^zsh> kipcctl move 'orders' others *$"
	types 'kipcctl check --config=kipcd.c'
	shows "zsh: a file" '^zsh> kipcctl check --config=kipcd.conf *$'
	types 'kipcctl --runtime-dir ru'
	shows "zsh: a folder" '^zsh> kipcctl --runtime-dir run/$'
	types 'kipcctl lock --count=1 build -- kipcctl rec'
	press -l v
	shows "zsh: a command, with its own completion" '^zsh> kipcctl lock --count=1 build -- kipcctl recv$'
	types 'kipcd -'
	shows "zsh: options of kipcd" '^--check +-- check the configuration'
	listed=$(shown)
	is "zsh: every option of kipcd" "$(for option in $options; do grep -qE -- "(^| )${option%=} .*-- " <<<"$listed" || echo "$option"; done)" ""
	press C-u C-d
	is "zsh ends" "$(terminal_status)" 0
else
	skip "zsh" "no zsh or no tmux"
fi

# -- fish ------------------------------------------------------------------------------------------------

if command -v fish >/dev/null; then
	# in_fish LINE
	in_fish() {
		HOME=$T fish --no-config -c 'source $argv[1]/client/completions/kipcctl.fish; source $argv[1]/daemon/completions/kipcd.fish
			complete -C $argv[2]' "$top_src" "$1"
	}
	words() { in_fish "$1" | cut -f 1 | tr '\n' ' '; }
	same_words "fish: every verb" "$(words 'kipcctl ')" "$verbs help"
	like "fish: a verb has its help" "$(in_fish 'kipcctl rec')" '^recv	Take a message and print it, waiting for one$'
	same_words "fish: names" "$(words 'kipcctl recv o')" "orders others"
	like "fish: ... have their kinds" "$(in_fish 'kipcctl recv o')" '^orders	queue 0x00004b01$'
	like "fish: options" "$(in_fish 'kipcctl recv --al')" '^--all	all messages there now; succeed if there are none$'
	is "fish: a list" "$(words 'kipcctl list --columns=name,kin')" "--columns=name,kind "
	is "fish: a value in its own word" "$(words 'kipcctl list --state reta')" "retained "
	is "fish: a value of a key" "$(words 'kipcctl create queue new manage=ob')" "manage=observe "
	is "fish: quotes" "$(words "kipcctl move 'orders' oth")" "others "
	is "fish: a file" "$(words 'kipcctl check --config=kipcd.c')" "--config=kipcd.conf "
	is "fish: a file that is an operand" "$(words 'kipcctl check kipcd.c')" "kipcd.conf "
	is "fish: a folder" "$(words 'kipcctl --runtime-dir ru')" "run/ "
	is "fish: a command, with its own completion" "$(words 'kipcctl lock --count=1 build -- kipcctl rec')" "recover recv "
	like "fish: a command" "$(words 'kipcctl lock build kipcct')" '(^| )kipcctl '
	same_words "fish: every option of kipcd" "$(words 'kipcd -') $(words 'kipcd --')" "${options//=/} $(grep -o -- '--[a-z-]*' <<<"$options")"
else
	skip "fish" "no fish"
fi

is "no name was executed" "$(ls hit 2>/dev/null)" ""
finish
