#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The files for systemd, checked with systemd's own tools: units, the sandbox, users, the catalog; and the control socket when
# systemd listens on it.
. "$(dirname "$0")/tap.sh"

# -- the units ---------------------------------------------------------------------------------------------------

make -C "$top_build" --no-print-directory install DESTDIR="$T/root" >"$T/install" 2>&1 ||
	fail "make install into a folder" "$(tail -n 5 "$T/install")"
in_root() { find "$T/root" -name "$1" -path "*$2*"; }
unit() { in_root "$1" /system/; }

if command -v systemd-analyze >/dev/null; then
	# The programs and folders are in the installation folder, not in their final place.
	units=$T/units
	mkdir "$units"
	for file in $(dirname "$(unit kipcd.service)")/*; do
		sed 's|^Exec\([A-Za-z]*\)=/[^ ]*|Exec\1=/bin/true|' "$file" >"$units/$(basename "$file")"
	done
	is "systemd accepts the units" \
		"$(cd "$units" && SYSTEMD_UNIT_PATH=$units: systemd-analyze verify --man=no ./* 2>&1 | grep "$units\|kipc")" ""
	mkdir "$T/user"
	sed 's|^Exec\([A-Za-z]*\)=/[^ ]*|Exec\1=/bin/true|' "$(in_root kipcd.service /user/)" >"$T/user/kipcd.service"
	is "systemd accepts the user unit" "$(cd "$T/user" && systemd-analyze verify --user --man=no ./kipcd.service 2>&1 | grep kipcd)" ""
	exits 0 "the sandbox is rated 0.6 or better" \
		systemd-analyze security --offline=true --threshold=6 "$units/kipcd.service"
else
	skip "the units" "there is no systemd-analyze"
fi

program=$(sed -n 's/^Exec=//p' "$(in_root org.kipc1.service system-services)")
is "the program with which the bus starts kipcd exists" "$(test -x "$T/root$program" && echo yes)" yes
unlike "... and is not SystemdService=, for which the bus would wait" "$(cat "$(in_root org.kipc1.service system-services)")" '^SystemdService='

# -- the catalog -------------------------------------------------------------------------------------------------

ids() { grep -o '[0-9a-f]\{32\}' "$1" | sort; }
is "each event has its entry in the catalog, and each entry an event" \
	"$(ids "$top_src/common/event-words.h")" "$(grep '^-- ' "$top_src/systemd/kipc.catalog" | ids /dev/stdin)"
like "... and it is installed" "$(in_root kipc.catalog catalog)" kipc.catalog
if command -v journalctl >/dev/null; then
	mkdir -p "$T/catalog/usr/lib/systemd/catalog" "$T/catalog/var/lib/systemd/catalog"
	cp "$top_src/systemd/kipc.catalog" "$T/catalog/usr/lib/systemd/catalog/"
	exits 0 "journalctl accepts the catalog" journalctl --root="$T/catalog" --update-catalog
	like "... and prints its entries" "$(journalctl --root="$T/catalog" --dump-catalog)" "^Subject: The key of the @KIPC_KIND@ @KIPC_CHANNEL@ belongs"
else
	skip "journalctl accepts the catalog" "there is no journalctl"
fi

# -- a socket that systemd listens on -----------------------------------------------------------------------------

if command -v systemd-socket-activate >/dev/null; then
	printf '[queue orders]\n' >"$conf"
	mkdir "$KIPC_RUNTIME_DIR"
	# It passes no variables on, and without the option kipcd would use the system's folder.
	systemd-socket-activate --listen="$KIPC_RUNTIME_DIR/control" "$kipcd" --config="$conf" --runtime-dir="$KIPC_RUNTIME_DIR" 2>"$T/kipcd.log" &
	activated=$!
	until_true test -S "$KIPC_RUNTIME_DIR/control"
	is "kipcd does not run before the first call" "$(ls "$KIPC_RUNTIME_DIR")" control
	exits 0 "the first call starts it" kipcctl reload
	is "... and finds every channel" "$(kipcctl list --no-legend --columns=name,state | tr -s ' ')" "orders active"
	like "... and uses its own folder" "$(readlink "$KIPC_RUNTIME_DIR/channels/orders")" "^queue:"
	kill "$activated"
	wait "$activated"
	is "... and kipcd exits with 0" $? 0
	is "... and leaves the socket to systemd" "$(ls "$KIPC_RUNTIME_DIR/control")" "$KIPC_RUNTIME_DIR/control"
	# The folder was removed, or the socket was removed and the kipcd that listened instead was killed: clients cannot find the
	# socket that systemd passed.
	for what in missing stale; do
		systemd-socket-activate --listen="$KIPC_RUNTIME_DIR/control" "$kipcd" --config="$conf" --runtime-dir="$KIPC_RUNTIME_DIR" 2>"$T/$what.log" &
		activated=$!
		until_true grep -q '^Listening' "$T/$what.log"
		rm -rf "$T/moved"
		mv "$KIPC_RUNTIME_DIR" "$T/moved"
		mkdir "$KIPC_RUNTIME_DIR"
		cp -a "$T/moved/channels" "$KIPC_RUNTIME_DIR/"
		[ $what = missing ] || perl -MSocket -e 'socket(my $s, PF_UNIX, SOCK_STREAM, 0); bind($s, pack_sockaddr_un($ARGV[0])) or die' "$KIPC_RUNTIME_DIR/control"
		perl -MSocket -e 'socket(my $s, PF_UNIX, SOCK_STREAM, 0); connect($s, pack_sockaddr_un($ARGV[0])) or die' "$T/moved/control"
		if until_true kipcctl reload --quiet; then pass "a socket that is $what in the folder is recreated there"; else fail "a socket that is $what in the folder is recreated there" "$(cat "$T/$what.log")"; fi
		is "... before the first sample" "$(kipcctl events | grep -c 'a part of it')" 0
		like "... and the log says how to return to systemd's socket" "$(cat "$T/$what.log")" "kipcd now listens on its own; 'systemctl stop kipcd.socket kipcd && systemctl start kipcd' makes systemd listen again"
		kill "$activated"
		wait "$activated"
	done
	rm -r "$KIPC_RUNTIME_DIR"
	ipcrm --all=msg
	systemd-socket-activate --datagram --listen="$T/datagram" "$kipcd" --config="$conf" --runtime-dir="$KIPC_RUNTIME_DIR" 2>"$T/wrong.log" &
	activated=$!
	until_true test -S "$T/datagram"
	perl -MSocket -e 'socket(my $s, PF_UNIX, SOCK_DGRAM, 0); send($s, "x", 0, pack_sockaddr_un($ARGV[0])) or die' "$T/datagram"
	wait "$activated"
	is "another kind of socket is refused" "$?:$(grep -c 'something other than one listening AF_UNIX stream socket: correct kipcd.socket' "$T/wrong.log")" 1:1
	is "... before anything is created" "$(count_of q)" 0
	mkdir -p "$KIPC_RUNTIME_DIR"
	printf '[queue orders]\nmode = 9999\n' >"$T/bad.conf"
	systemd-socket-activate --listen="$KIPC_RUNTIME_DIR/control" "$kipcd" --config="$T/bad.conf" \
		--runtime-dir="$KIPC_RUNTIME_DIR" 2>"$T/bad.log" &
	activated=$!
	until_true test -S "$KIPC_RUNTIME_DIR/control"
	exits 7 "a call of a kipcd that cannot start fails" kipcctl reload
	wait "$activated"
	is "... and kipcd logs the reason" "$?:$(grep -c 'bad.conf:2: \[queue orders\] mode: ' "$T/bad.log")" 78:1
else
	skip "a socket that systemd listens on" "there is no systemd-socket-activate"
fi
finish
