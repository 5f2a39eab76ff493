# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Completion of kipcd in bash: the options of `kipcd --help`; a test checks that none is missing.

_kipcd()
{
	local cur=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]}

	COMPREPLY=()
	if [[ $cur == = ]]; then # "--config=" is two words to bash
		cur=
	elif [[ $option == = ]]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case $option in
	--config) compopt -o default ;;
	--runtime-dir | --state-dir) compopt -o dirnames ;;
	--ready-fd) ;;
	*)
		mapfile -t COMPREPLY < <(compgen -W '--config= --runtime-dir= --state-dir= --user --system-bus --check --check-consumer= --ready-fd= --debug
			--help -h --version' -- "$cur")
		[[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace
		;;
	esac
}

complete -F _kipcd kipcd
