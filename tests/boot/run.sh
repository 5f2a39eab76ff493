#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The host's side of the boot test: creates a Debian tree once (the cache), boots a copy of it with systemd-nspawn, and prints
# the results. In the machine, first-hour.sh installs the packages and reboots; then scenarios.sh runs. If the host lacks a tool or
# a right, the test is skipped.
#
# run.sh PACKAGES INSTALLED WORK: the folder with the .deb files; the folder into which `make install` installed; a folder for the
# copy and the results: tap, measured, journal, console. KIPC_BOOT_LIMIT: seconds for both boots and all scenarios (300).
set -u
here=$(cd "$(dirname "$0")" && pwd)
packages=$1
installed=$2
limit=${KIPC_BOOT_LIMIT:-300}

suite=bookworm
# The dependencies of the packages, what users of kipc have, and two small services for comparison with kipcd.
include=systemd,systemd-sysv,dbus,dbus-user-session,libpam-systemd,libsystemd0,libinih1,libjson-c5,libncursesw6,perl,procps,rtkit,polkitd
# For commands of the pages.
include=$include,sudo,make,libglib2.0-bin

nspawn= tree= new=
# Kills PID 1 of the machine, and so all its processes; the death of systemd-nspawn alone would leave them running.
end_machine() {
	kill -KILL $(ps -o pid= --ppid "$nspawn") "$nspawn"
	wait "$nspawn"
} 2>/dev/null
clean_up() {
	[ -z "$nspawn" ] || end_machine
	rm -rf ${tree:+"$tree"} ${new:+"$new"}
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

skip() { echo "boot: skipped: $*"; echo "0 passed, 0 failed, 1 skipped"; exit 0; }
give_up() { echo "failed: $*"; echo "0 passed, 1 failed, 0 skipped"; exit 1; }

# -- the tree ----------------------------------------------------------------------------------------------------

[ "$(id -u)" -eq 0 ] || skip "only root can create and boot a Debian tree"
for program in debootstrap systemd-nspawn journalctl dpkg-deb; do
	command -v "$program" >/dev/null || skip "$program is not installed"
done

mkdir -p "$3" && work=$(cd "$3" && pwd) || exit
tree=$work/tree
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/kipc
pristine=$cache/$suite-$(echo "$suite $include" | sha256sum | cut -c1-16)
mkdir -p "$cache" || skip "cannot create $cache"
if [ ! -d "$pristine" ]; then
	echo "boot: creating a Debian tree in $pristine"
	new=$(mktemp -d "$cache/.new.XXXXXX")
	chmod 755 "$new"
	timeout 300 debootstrap --variant=minbase --include="$include" "$suite" "$new" >"$work/debootstrap" 2>&1 ||
		skip "debootstrap failed: $(tail -n 1 "$work/debootstrap") (see $work/debootstrap)"
	rm -rf "$new"/var/cache/apt/archives/*.deb "$new"/var/lib/apt/lists/*
	mv -T "$new" "$pristine" 2>/dev/null || [ -d "$pristine" ] || skip "cannot create $pristine"
	rm -rf "$new" # another run was faster
fi

rm -rf "$tree"
cp -a --reflink=auto "$pristine" "$tree" || skip "no room for a copy of $pristine"

container=(systemd-nspawn -q -D "$tree" --machine="kipc-boot-$$" --hostname=kipc-boot --private-network --register=no
	--keep-unit --link-journal=no --resolv-conf=off --timezone=off --settings=no)
"${container[@]}" true </dev/null >"$work/console" 2>&1 || skip "systemd-nspawn does not work here: $(grep -v '^Attempted' "$work/console" | head -n 1)"

# -- its contents -----------------------------------------------------------------------------------------------

# Everything of the test is in one folder of the tree: packages, scripts and results.
inside=$tree/kipc-boot
rm -rf "$work/out"
mkdir -p "$inside/bin" "$inside/packages" "$inside/upgrade" "$inside/out" "$work/out" "$tree/var/log/journal"
for package in "$packages"/*.deb; do
	case $package in *-dbgsym_*) continue ;; esac
	cp "$package" "$inside/packages/" || give_up "no packages in $packages"
done
cp -r "$installed" "$inside/installed" || give_up "no installed files in $installed"
cp "$here"/*.sh "$here"/*.pl "$here/../tap.sh" "$here/../peers/hostile-client.pl" "$inside/"
cp "$here"/units/* "$tree/etc/systemd/system/"
cp "$here/kipcd.conf" "$here/../../README.md" "$here/../../INSTALL.md" "$inside/"
chown -R 0:0 "$inside" "$tree/etc/systemd/system"
chmod -R u=rwX,go=rX "$inside"
ln -s /usr/sbin/kipcd /usr/bin/kipcctl "$inside/bin/"

# A newer version of each package, for the upgrade.
newer=$work/newer
for package in "$inside"/packages/*.deb; do
	rm -rf "$newer"
	version=$(dpkg-deb -f "$package" Version)
	dpkg-deb -R "$package" "$newer" &&
		sed -i "s/^Version: .*/&+newer/; s/(= $version)/(= $version+newer)/g" "$newer/DEBIAN/control" &&
		dpkg-deb --root-owner-group -Znone -b "$newer" "$inside/upgrade/" >/dev/null || give_up "cannot repack $package"
done
rm -rf "$newer"

"${container[@]}" sh /kipc-boot/prepare.sh </dev/null >"$work/console" 2>&1 || { cat "$work/console"; give_up "cannot prepare the tree"; }

# -- the boot ----------------------------------------------------------------------------------------------------

save_journal() { journalctl -D "$tree/var/log/journal" --no-pager -o short-monotonic >"$work/journal" 2>/dev/null; }
again=133 # systemd-nspawn's exit status if the machine reboots
status=$again end=$((SECONDS + limit))
while [ "$status" -eq $again ]; do
	"${container[@]}" --bind="$work/out:/kipc-boot/out" -b </dev/null >"$work/console" 2>&1 &
	nspawn=$!
	timeout $((end > SECONDS ? end - SECONDS : 1)) tail -s 0.2 --pid="$nspawn" -f /dev/null
	hung=$?
	if [ "$hung" -eq 124 ]; then
		save_journal # without the messages of the shutdown
		kill -TERM "$nspawn" 2>/dev/null # an orderly shutdown, if that still works
		timeout 10 tail -s 0.2 --pid="$nspawn" -f /dev/null || end_machine
	fi
	wait "$nspawn" 2>/dev/null
	status=$?
	[ "$hung" -ne 124 ] || break
done
nspawn=

[ "$hung" -eq 124 ] || save_journal
touch "$work/out/measured" "$work/out/tap.first-hour" "$work/out/tap.scenarios"
mv "$work/out/measured" "$work/"
cat "$work/out/tap.first-hour" "$work/out/tap.scenarios" >"$work/tap"
cat "$work/tap"
sed 's/^/# measured: /' "$work/measured"

passed=$(grep '^ok ' "$work/tap" | grep -vc '# SKIP')
failed=$(grep -c '^not ok ' "$work/tap")
skipped=$(grep -c '^ok .*# SKIP' "$work/tap")
if [ "$hung" -eq 124 ]; then
	failed=$((failed + 1))
	echo "boot: the end of the journal ($work/journal):"
	tail -n 80 "$work/journal"
	[ -s "$work/journal" ] || tail -n 40 "$work/console"
	echo "failed: the machine was stopped after $limit s"
elif [ "$(awk -F'[.][.]' '/^1[.][.]/ { n++; sum += $2 } END { print n + 0, sum + 0 }' "$work/tap")" != "2 $((passed + failed + skipped))" ]; then
	failed=$((failed + 1))
	tail -n 80 "$work/journal"
	echo "failed: the machine stopped before all scenarios were complete"
elif [ "$failed" -gt 0 ]; then
	echo "boot: the journal is in $work/journal"
fi
sed -n 's/^not ok [0-9]* - /failed: /p' "$work/tap"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
