#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl doctor beside programs that work: PHP's segments and semaphores, Perl's IPC::Shareable, PostgreSQL, a slow consumer,
# two containers that share a queue. They run together for a while. Then all printed commands are run, also those of a
# weekend later, and no program loses anything.
. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/doctor-tap.sh"

cat >"$conf" <<'END'
[queue slow]
key = 0x11
capacity = 64
[semaphore build]
key = 0x13
values = 1
[semaphore jobs]
key = 0x14
values = 0
[segment ticks]
key = 0x15
size = 64K
layout = ring
END
start
kipcctl send ticks one
kipcctl recv ticks >/dev/null

# -- the programs -----------------------------------------------------------------------------------------------------

loops=()
# again COMMAND…: runs it repeatedly in the background until $T/enough exists
again() {
	while [ ! -e "$T/enough" ]; do
		"$@" >>"$T/$1.out" 2>>"$T/$1.err" || echo "$* failed: $?" >>"$T/troubles"
		pause
	done &
	loops+=($!)
}
[ -p "$T/never" ] || mkfifo "$T/never"
pause() { read -r -t "${1:-0.1}" _ <>"$T/never"; return 0; }

# A PHP page counts its visits in a segment that it attaches for a moment, under a semaphore.
php_visit() {
	php -d display_errors=stderr -r '$s = sem_get(0x61, 1, 0600); sem_acquire($s); $m = shm_attach(0x62, 10000, 0600);
		$n = shm_has_var($m, 1) ? shm_get_var($m, 1) : 0; shm_put_var($m, 1, $n + 1); shm_detach($m); sem_release($s); echo $n + 1, "\n";'
}
php -r 'exit(function_exists("shm_attach") && function_exists("sem_get") ? 0 : 1);' 2>/dev/null && has_php=yes || has_php=
[ -z "$has_php" ] || again php_visit

perl_visit() {
	perl -MIPC::Shareable -e '$k = tie my $n, "IPC::Shareable", { key => 0x63, create => 1, mode => 0600, destroy => 0 } or die; $k->lock; $n++; $k->unlock; print "$n\n"'
}
perl -MIPC::Shareable -e 1 2>/dev/null && has_shareable=yes || has_shareable=
[ -z "$has_shareable" ] || again perl_visit

# PostgreSQL with all its shared memory on System V.
postgres_bin=$(echo /usr/lib/postgresql/*/bin | tr ' ' '\n' | tail -n 1)
has_postgres=
if can_be_others && [ -x "$postgres_bin/initdb" ]; then
	mkdir "$T/pg"
	chown 65534 "$T/pg"
	as_postgres() { as 65534 env HOME="$T/pg" USER=postgres "$@"; }
	if as_postgres "$postgres_bin/initdb" -D "$T/pg/data" -U postgres -A trust -N >"$T/initdb" 2>&1; then
		cat >>"$T/pg/data/postgresql.conf" <<END
shared_memory_type = sysv
dynamic_shared_memory_type = sysv
listen_addresses = ''
unix_socket_directories = '$T/pg'
shared_buffers = 4MB
fsync = off
END
		as_postgres "$postgres_bin/postgres" -D "$T/pg/data" >"$T/pg.log" 2>&1 & postgres_pid=$!
		ready() { as_postgres "$postgres_bin/pg_isready" -q -h "$T/pg"; }
		if until_true ready; then
			has_postgres=yes
			query() { as_postgres "$postgres_bin/psql" -h "$T/pg" -U postgres -Atqc "$1"; }
			query 'create table visits (n int); insert into visits values (0)'
			postgres_visit() { query 'update visits set n = n + 1 returning n'; }
			again postgres_visit
		fi
	else
		diagnose "$(tail -n 3 "$T/initdb")"
	fi
fi

# A consumer that is slower than its senders, and one that runs a new process for each message.
perl -e '$q = msgget(0x11, 0); while (msgrcv($q, $b, 100, 0, 0)) { select undef, undef, undef, 0.5; last if $b =~ /last$/ }' & consumer=$!
again kipcctl send --timeout=1s slow "$(printf 'x%.0s' {1..60})"
perl -e 'defined msgget(0x64, 01600 | 0600) or die'
one_by_one() { kipcctl recv --timeout=1s queue:0x64; }
again kipcctl send queue:0x64 message
again one_by_one

# A worker that waits for rare jobs, and a script that holds a lock from one command to the next.
kipcctl down --timeout=10min jobs & worker=$!
with_lock() { kipcctl down build && pause 0.3 && kipcctl up build; }
again with_lock

# Two containers of a pod: one asks, the other answers by type; neither sees the other.
if unshare --pid --fork --mount-proc true 2>/dev/null; then
	perl -e 'defined msgget(0x65, 01600 | 0600) or die'
	unshare --pid --fork --kill-child perl -e '$q = msgget(0x65, 0); while (msgrcv($q, $b, 100, 1, 0)) { ($from) = unpack "x8 l!", $b; select undef, undef, undef, 0.1; msgsnd($q, pack("l! a*", 1000 + $from, "answer"), 0) }' & server=$!
	pod_visit() { unshare --pid --fork --mount-proc perl -e '$q = msgget(0x65, 0); msgsnd($q, pack("l! l!", 1, 7), 0) or die; msgrcv($q, $b, 100, 1007, 0) or die; print substr($b, 8), "\n"'; }
	again pod_visit
	has_pod=yes
else
	has_pod=
fi

# -- peace ------------------------------------------------------------------------------------------------------------

# The findings that are more than a notice.
alarms() { later kipcctl doctor -q --json | json 'join "\n", map { "$_->{severity} $_->{finding}: $_->{evidence}" } grep { $_->{severity} ne "notice" } @$d'; }
end=$((SECONDS + ${KIPC_TEST_PEACE:-12}))
: >"$T/alarms"
while [ "$SECONDS" -lt "$end" ]; do
	alarms >>"$T/alarms"
	pause
done
is "while the programs run, doctor finds nothing" "$(sort -u "$T/alarms")" ""
until_true test -s "$T/one_by_one.out"
touch "$T/enough"
wait "${loops[@]}"
is "... and none of them failed" "$(sort "$T/troubles" 2>/dev/null | grep -v 'kipcctl send --timeout\|one_by_one failed: 4' | head -n 3)" ""
[ -z "$has_php" ] || visits_php=$(php_visit)
[ -z "$has_shareable" ] || visits_perl=$(perl_visit)

# A weekend later no program has come back yet. The commands printed then are run as they are.
LATER=$((3 * DAY))
later kipcctl doctor --json | json 'join "\n", map { $_->{command} // () } @$d' | sort -u >"$T/commands"
unlike "no command of doctor removes, ends or takes anything" "$(cat "$T/commands")" 'remove|purge|recv|kill|reset|mode=|restart|sweep --kind'
while read -r command; do
	case $command in sysctl* | mkdir* | sudo* | systemctl*) ;; *) (cd "$T" && later bash -c "$command" >>"$T/ran" 2>&1) ;; esac
done <"$T/commands"
LATER=0

if [ -n "$has_php" ]; then
	is "PHP's program still works" "$(php_visit)" $((visits_php + 1))
else
	skip "PHP's program still works" "no php with sysvshm and sysvsem"
fi
if [ -n "$has_shareable" ]; then
	is "the IPC::Shareable program still works" "$(perl_visit)" $((visits_perl + 1))
else
	skip "the IPC::Shareable program still works" "no IPC::Shareable"
fi
if [ -n "$has_postgres" ]; then
	is "PostgreSQL still works" "$(query 'select n > 0 from visits')" t
	kill -INT "$(head -n 1 "$T/pg/data/postmaster.pid")"
	wait "$postgres_pid"
else
	skip "PostgreSQL still works" "no PostgreSQL, or no users"
fi
kill -0 "$consumer" && pass "the slow consumer still runs" || fail "the slow consumer still runs"
kill -0 "$worker" && pass "the worker still waits" || fail "the worker still waits"
is "no job was added" "$(perl -e 'print 0 + semctl(semget(0x14, 0, 0), 0, 12, 0)')" 0 # GETVAL
kipcctl send ticks two
is "the ring still exists" "$(kipcctl recv ticks)" two
if [ -n "$has_pod" ]; then
	is "the pod still exchanges messages" "$(pod_visit)" answer
	kill -9 "$server"
else
	skip "the pod still exchanges messages" "no PID namespaces here"
fi
kill "$consumer" "$worker"
wait "$consumer" "$worker" 2>/dev/null
stop_kipcd
finish
