#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in the tree before it is booted: the packages, the users of the scenarios, and what is to be started.
set -eu
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
dpkg -i /kipc-boot/packages/*.deb

useradd --system --user-group app                       # a program that uses channels
useradd --create-home --groups kipc-admin olga          # may control them
useradd --create-home mallory                           # may not
systemctl mask apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer dpkg-db-backup.timer
systemctl enable dependent.service scenarios.service
