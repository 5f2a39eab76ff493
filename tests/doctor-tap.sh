# SPDX-License-Identifier: GPL-2.0-or-later
# The functions of the doctor tests, sourced after tap.sh.

perl -MIPC::SysV -e 1 2>/dev/null || { echo "1..0 # SKIP no perl IPC::SysV"; exit 0; }
# shellcheck disable=SC2086
${CC:-cc} -shared -fPIC -o "$T/later.so" "$top_src/tests/peers/later.c" || { echo "1..0 # SKIP nothing to compile with"; exit 0; }

# doctor and the commands that it prints judge ages as of $LATER seconds from now.
LATER=0
later() { LD_PRELOAD=$T/later.so KIPC_TEST_LATER=$LATER "$@"; }
# The command that runs doctor, such as unshare with its arguments.
doctor_by=()
DAY=86400

# finding CHECK [SUBJECT]: "SEVERITY EVIDENCE" of the one finding of that name; command_of CHECK: its command
find_one() { later "${doctor_by[@]}" kipcctl doctor -q --json | json "join ' ', map { \"@\$_{qw($3)}\" } grep { \$_->{finding} eq '$1' && (\$_->{subject} // '') =~ /$2/ } @\$d"; }
finding() { find_one "$1" "${2:-}" 'severity evidence'; }
command_of() { find_one "$1" "${2:-}" command; }
mend() {
	local command
	command=$(command_of "$@")
	[ -n "$command" ] || diagnose "nothing to type for $*"
	[ -z "$command" ] || (cd "$T" && later bash -c "$command" >"$T/mend" 2>&1) || diagnose "$command: $(cat "$T/mend")"
}
silent() { is "$1" "$(finding "$2" "${3:-}")" ""; } # silent WHAT CHECK [SUBJECT]
# Users and groups that have no process and that no other test uses.
stranger=$((100000 + 2 * $$)) neighbour=$((100001 + 2 * $$))
can_be_others() { can_be $stranger; }
