# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # what first-hour.sh sets
# Follows a page: runs the commands that it prints, unchanged, in one shell of the user they are for, and checks the exit
# status and output of each. Sourced by first-hour.sh and scenarios.sh.

# ends COMMAND HOW: what to expect of a command that does not simply succeed. COMMAND is its first line as it is printed; HOW lists
# the correct exit statuses, or is "forever" for a command that runs until it is interrupted.
declare -A ends
ends() { ends["$1"]=$2; }

# page NAME: the installed file of that page
page() {
	case $1 in
	README | INSTALL) echo "$here/$1.md" ;; # copied by run.sh
	*) compgen -G "/usr/share/man/man?/$1.gz" ;;
	esac
}

# block PAGE SECTION NUMBER: a block that is the contents of a file
block() {
	local fields i
	mapfile -d '' -t fields < <(perl "$here/printed.pl" "$(page "$1")")
	for ((i = 0; i < ${#fields[@]}; i += 6)); do
		[ "${fields[i + 1]}" != "$2" ] || [ "${fields[i + 2]}" != "$3" ] || printf %s "${fields[i + 4]}"
	done
}

# Figures, user names and the characters that draw a tree may differ from the page.
alike() { sed -E 's/└─|`- */`-/; s/├─|\|- */|-/; s/│/|/; s/0x[0-9a-f]+/0x…/g; s/[0-9]+([.][0-9]+)?/N/g; s/\b(root|olga)\b/USER/g; s/[ \t]+/ /g; s/ $//'; }

# A person pauses after starting kipcd; a script must wait until kipcd answers.
session_begins='
until_answers() { local i; for i in {1..200}; do kipcctl reload >/dev/null 2>&1 && return; read -r -t 0.05 _ <>"$session/never"; done; }
run() {
	local n=$1 how=$2 command
	command=$(cat "$session/command.$n"; echo .)
	command=${command%.}
	if [ "$how" = forever ]; then
		timeout --signal=INT --kill-after=2 2 bash -c "$command" >"$session/output.$n" 2>&1 </dev/null
	else
		eval "$command" >"$session/output.$n" 2>&1 </dev/null
	fi
	echo $? >"$session/status.$n"
	[[ ! $command =~ kipcd\ .*\&[[:space:]]*$ ]] || until_answers
}
'

# follow PAGE SECTION USER: runs the commands of that section (of README, kipc.7, …) in $folder, after $prelude.
followed=
follow() {
	local page=$1 section=$2 user=$3 session fields n i how status
	session=$(mktemp -d "$T/session.XXXXXX")
	mkfifo "$session/never"
	mapfile -d '' -t fields < <(perl "$here/printed.pl" "$(page "$page")")
	{
		echo "session=$session"
		echo "$session_begins"
		echo "cd $folder"
		echo "${prelude:-}"
	} >"$session/script"
	n=0
	for ((i = 0; i < ${#fields[@]}; i += 6)); do
		[ "${fields[i + 1]}" = "$section" ] || continue
		[ -z "${only:-}" ] || [ "${fields[i + 3]}" = "$only" ] || continue
		n=$((n + 1))
		printf %s "${fields[i + 4]}" >"$session/command.$n"
		printf %s "${fields[i + 5]}" >"$session/expected.$n"
		echo "$page:${fields[i]}: $(head -n 1 "$session/command.$n" | sed 's/ *#.*//')" >"$session/name.$n"
		followed+="$page:${fields[i]}"$'\n'
		echo "run $n '${ends["$(head -n 1 "$session/command.$n")"]:-0}'" >>"$session/script"
	done
	echo 'kill $(jobs -p) 2>/dev/null; wait' >>"$session/script"
	[ $n -gt 0 ] || { fail "$page, $section: has commands"; return; }
	chown -R "$user" "$session" "$folder"
	as_newcomer "$user" timeout --kill-after=5 "${limit:-60}" bash "$session/script" >"$session/log" 2>&1
	for ((i = 1; i <= n; i++)); do
		how=${ends["$(head -n 1 "$session/command.$i")"]:-0}
		[ "$how" != forever ] || how="124 130"
		status=$(cat "$session/status.$i" 2>/dev/null || echo "none: it did not exit")
		if [[ " $how " != *" $status "* ]]; then
			fail "$(cat "$session/name.$i")" "as $user: status $status, expected $how
$(cat "$session/output.$i" "$session/log" 2>/dev/null)"
		elif [ -s "$session/expected.$i" ] && [ "$how" != "124 130" ] && [ -z "${any_output:-}" ] &&
			[ "$(alike <"$session/output.$i")" != "$(alike <"$session/expected.$i")" ]; then
			fail "$(cat "$session/name.$i")" "as $user, printed: $(cat "$session/output.$i")
the page says: $(cat "$session/expected.$i")"
		else
			pass "$(cat "$session/name.$i")"
		fi
	done
}

# as_newcomer USER COMMAND…: as after a login, without the environment of the test
as_newcomer() {
	local user=$1 path=/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games
	shift
	[ "$user" != root ] || path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	(cd / && exec setpriv --reuid="$user" --regid="$user" --init-groups env -i HOME="$(getent passwd "$user" | cut -d: -f6)" USER="$user" \
		PATH="$path" LANG=C.UTF-8 SUDO_EDITOR="$here/editor.sh" "$@")
}

# everything_followed PAGE SECTION=WHY…: checks that each command of the page was run, except in these sections
everything_followed() {
	local page=$1 fields i left='' section
	shift
	mapfile -d '' -t fields < <(perl "$here/printed.pl" "$(page "$page")")
	for ((i = 0; i < ${#fields[@]}; i += 6)); do
		grep -qxF "$page:${fields[i]}" <<<"$followed" && continue
		[ -z "${only:-}" ] || [ "${fields[i + 3]}" = "$only" ] || continue
		for section in "$@"; do
			[ "${section%%=*}" != "${fields[i + 1]}" ] || continue 2
		done
		left+="$page:${fields[i]}: ${fields[i + 4]}"$'\n'
	done
	is "$page: each command was run" "$left" ""
}
