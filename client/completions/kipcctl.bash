# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Completion of kipcctl in bash. It owns how bash asks, and what bash does with the answer. What can stand where is answered
# by `kipcctl --complete` from the tables that kipcctl parses with, so that no second copy of them can fall behind. Nothing
# of the answer is ever expanded or evaluated.

_kipcctl()
{
	local line=${COMP_LINE:0:COMP_POINT} words=() at=() gap word cur i

	# bash breaks words at '=', ':' and '@', too. What stands together in the line is one word.
	for ((i = 0; i <= COMP_CWORD; i++)); do
		gap=${line%%[![:space:]]*}
		line=${line#"$gap"}
		word=${COMP_WORDS[i]}
		((i < COMP_CWORD)) || word=$line
		line=${line#"$word"}
		if ((i == 0)) || [[ $gap ]]; then
			words+=("$word") at+=("$i")
		else
			words[-1]+=$word
		fi
	done
	words=("${words[@]//[\"\'\\]/}")
	words=("${words[@]/#\~\//$HOME/}")
	cur=${words[-1]}

	COMPREPLY=()
	while IFS=$'\t' read -r word _; do
		case $word in
		:files) compopt -o default ;;
		:folders) compopt -o dirnames ;;
		:command*) _kipcctl_command "${at[${word#* } + 1]}" ;;
		"$cur"*) COMPREPLY+=("$word") ;;
		esac
	done < <(command kipcctl --complete "${words[@]:1}" 2>/dev/null)

	[[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *[=.] ]] || compopt -o nospace
	# bash replaces no more than what is behind the '='.
	[[ $cur != *=* || $COMP_WORDBREAKS != *=* ]] || COMPREPLY=("${COMPREPLY[@]#"${cur%"${cur##*=}"}"}")
}

# _kipcctl_command N: a command line of its own begins with word N
_kipcctl_command()
{
	if declare -F _comp_command_offset >/dev/null; then
		_comp_command_offset "$1"
	elif declare -F _command_offset >/dev/null; then
		_command_offset "$1"
	elif ((COMP_CWORD == $1)); then
		mapfile -t COMPREPLY < <(compgen -c -- "${COMP_WORDS[COMP_CWORD]}")
	else
		compopt -o default
	fi
}

complete -F _kipcctl kipcctl
