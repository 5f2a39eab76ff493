# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Completion of kipcctl in bash: how bash asks, and what it does with the answer. `kipcctl --complete` answers from the tables
# that kipcctl parses with, so there is no second copy of them. The answer is never expanded or evaluated.

_kipcctl()
{
	local line=${COMP_LINE:0:COMP_POINT} words=() at=() gap word cur i

	# bash also breaks words at '=', ':' and '@'. Join the parts that no blank separates.
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
	# bash replaces only the part after the '='.
	[[ $cur != *=* || $COMP_WORDBREAKS != *=* ]] || COMPREPLY=("${COMPREPLY[@]#"${cur%"${cur##*=}"}"}")
}

# _kipcctl_command N: completes the command line that begins with word N
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
