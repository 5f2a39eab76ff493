#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in the tree before it is booted: creates the users of the scenarios and enables the first unit. kipc is not installed yet.
set -eu
export LC_ALL=C

useradd --system --user-group app                       # a program that uses channels
useradd --create-home --shell /bin/bash olga            # an administrator; will be a member of kipc-admin
useradd --create-home mallory                           # has no rights
echo 'olga ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/olga
systemctl mask apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer dpkg-db-backup.timer
systemctl enable first-hour.service
