# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # what first-hour.sh sets
# Follows a page: runs the commands that it prints, as they are printed, in one shell of the user they are for, and looks
# whether each ends as the page says. Sourced by first-hour.sh.

# What a command does that does not simply succeed: `ends COMMAND HOW`, with the first line of the command as it is printed, and HOW the
# statuses that are right, or "forever" for one that goes on until somebody stops it.
declare -A ends
ends() { ends["$1"]=$2; }

# page NAME: the file that it is in, as it is installed
page() {
	case $1 in
	README | INSTALL) echo "$here/$1.md" ;; # also before the packages are installed
	*) compgen -G "/usr/share/man/man?/$1.gz" ;;
	esac
}

# block PAGE SECTION NUMBER: a block that is no command, to be put into a file
block() {
	local fields i
	mapfile -d '' -t fields < <(perl "$here/printed.pl" "$(page "$1")")
	for ((i = 0; i < ${#fields[@]}; i += 6)); do
		[ "${fields[i + 1]}" != "$2" ] || [ "${fields[i + 2]}" != "$3" ] || printf %s "${fields[i + 4]}"
	done
}

# What a figure is, or who runs it, is not of the page; nor are the lines of a tree.
alike() { sed -E 's/└─|`- */`-/; s/├─|\|- */|-/; s/│/|/; s/0x[0-9a-f]+/0x…/g; s/[0-9]+([.][0-9]+)?/N/g; s/\b(root|olga)\b/USER/g; s/[ \t]+/ /g; s/ $//'; }

# A person who starts a kipcd takes a moment before the next command; a shell does not.
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

# follow PAGE SECTION USER: the commands of that section (of README, kipc.7, …); $prelude runs in the shell before them, and
# $folder is where it runs.
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
		status=$(cat "$session/status.$i" 2>/dev/null || echo "none: it did not end")
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

# A login of that user: nothing that the test itself has set.
as_newcomer() {
	local user=$1 path=/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games
	shift
	[ "$user" != root ] || path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	(cd / && exec setpriv --reuid="$user" --regid="$user" --init-groups env -i HOME="$(getent passwd "$user" | cut -d: -f6)" USER="$user" \
		PATH="$path" LANG=C.UTF-8 SUDO_EDITOR="$here/editor.sh" "$@")
}

# everything_followed PAGE SECTION=WHY…: each command of the page was followed, but for those of sections that say why not
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
	is "$page: each of its commands was run" "$left" ""
}
