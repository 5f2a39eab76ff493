#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a user types, or a glob finds, reaches the terminal escaped: in every verb, as operand, option and value, and in kipcd.
. "$(dirname "$0")/tap.sh"

evil=$(printf 'x\033[2J\n\177y')
escape=$'[\001-\011\013-\037\177]' # but for newline

# is_harmless WHAT: what was printed shows the argument, and no byte of it that a terminal obeys
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
	case $option in runtime-dir) continue ;; esac # a folder of that name is as good as any
	verb=send
	case $option in kind | sort | columns | state) verb=list ;; esac
	timeout 20 kipcctl "$verb" orders "--$option=$evil" >"$T/exits.out" 2>"$T/exits.err" </dev/null
	[ "$verb" = send ] || timeout 20 kipcctl "$verb" "--$option=$evil" >"$T/exits.out" 2>"$T/exits.err" </dev/null
	is_harmless "$verb --$option=VALUE"
done
exits 3 "a folder without a kipcd" kipcctl "--runtime-dir=$evil" send orders x
is_harmless "is named"
exits 2 "no such verb" kipcctl "$evil"
is_harmless "is named"
kipcctl send "$(printf 'orders\302\233')" x 2>"$T/exits.err"
like "a control character of two bytes is one" "$(<"$T/exits.err")" 'orders\\xc2\\x9b'

exits 78 "a configuration of that name" kipcctl check "$evil.conf"
is_harmless "is named"
printf '[queue orders]\nmode=\033[2J\n' >"$T/$evil.conf"
exits 78 "and what is in it" kipcctl check "$T/$evil.conf"
is_harmless "is shown"
is "each mistake is one line" "$(grep -vc '^[^ ]*:[0-9]*: ' "$T/exits.err")" 0
cp "$T/$evil.conf" "$conf"
exits 1 "a reload of it" kipcctl reload
unlike "shows no byte of it that a terminal obeys" "$(tr -d '\n' <"$T/exits.err")" "$escape"
exits 2 "kipcd takes no such option" "$kipcd" "--$evil"
is_harmless "is named"
exits 2 "kipcd takes no operand" "$kipcd" "$evil"
is_harmless "is named"

finish
