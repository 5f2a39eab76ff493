#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a user types or a glob finds is escaped on the terminal: in every verb, as operand, option and value, and in kipcd.
. "$(dirname "$0")/tap.sh"

evil=$(printf 'x\033[2J\n\177y')
escape=$'[\001-\011\013-\037\177]' # but for newline

# is_harmless WHAT: the output contains the argument escaped, and no control character
is_harmless() {
	if LC_ALL=C grep -q "$escape" "$T/exits.out" "$T/exits.err"; then
		fail "$1" "$(od -c "$T/exits.out" "$T/exits.err")"
	elif [ -s "$T/exits.err" ] && ! grep -qF 'x\x1b[2J\x0a\x7fy' "$T/exits.err"; then
		fail "$1: the argument is shown" "$(<"$T/exits.err")"
	else
		pass "$1"
	fi
}

printf '[queue orders]\n' >"$conf"
start_kipcd
verbs=$(kipcctl help | sed -nE '/^Verbs:/,/^$/s/^  ([a-z]+) .*/\1/p')
like "the verbs are known" "$verbs" '^sweep$|^send$'
for verb in $verbs; do
	timeout 20 kipcctl "$verb" "$evil" "$evil" "$evil" >"$T/exits.out" 2>"$T/exits.err" </dev/null
	is_harmless "$verb OPERAND"
	timeout 20 kipcctl "$verb" "--$evil" >"$T/exits.out" 2>"$T/exits.err" </dev/null
	is_harmless "$verb --OPTION"
done
for option in $(kipcctl send --help | sed -nE 's/^ +(-., )?--([a-z-]+)=.*/\2/p') kind sort columns state; do
	case $option in runtime-dir) continue ;; esac # a folder may have that name
	verb=send
	case $option in kind | sort | columns | state) verb=list ;; esac
	timeout 20 kipcctl "$verb" orders "--$option=$evil" >"$T/exits.out" 2>"$T/exits.err" </dev/null
	[ "$verb" = send ] || timeout 20 kipcctl "$verb" "--$option=$evil" >"$T/exits.out" 2>"$T/exits.err" </dev/null
	is_harmless "$verb --$option=VALUE"
done
exits 3 "a runtime folder without a kipcd is an error" kipcctl "--runtime-dir=$evil" send orders x
is_harmless "... and the argument is escaped"
exits 2 "an unknown verb is wrong usage" kipcctl "$evil"
is_harmless "... and the argument is escaped"
kipcctl send "$(printf 'orders\302\233')" x 2>"$T/exits.err"
like "a control character of two bytes is escaped" "$(<"$T/exits.err")" 'orders\\xc2\\x9b'

exits 78 "a configuration file that does not exist is an error" kipcctl check "$evil.conf"
is_harmless "... and the argument is escaped"
printf '[queue orders]\nmode=\033[2J\n' >"$T/$evil.conf"
exits 78 "a configuration with a mistake is an error" kipcctl check "$T/$evil.conf"
is_harmless "... and its contents are escaped"
is "... and each mistake is one line" "$(grep -vc '^[^ ]*:[0-9]*: ' "$T/exits.err")" 0
cp "$T/$evil.conf" "$conf"
exits 1 "a reload with it fails" kipcctl reload
unlike "... and prints no control character" "$(tr -d '\n' <"$T/exits.err")" "$escape"
exits 2 "kipcd refuses an unknown option" "$kipcd" "--$evil"
is_harmless "... and the argument is escaped"
exits 2 "kipcd refuses an operand" "$kipcd" "$evil"
is_harmless "... and the argument is escaped"

finish
