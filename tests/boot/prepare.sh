#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in the tree before it is booted: the users of the scenarios, and what is to be started. Nothing of kipc is in it yet.
set -eu
export LC_ALL=C

useradd --system --user-group app                       # a program that uses channels
useradd --create-home --shell /bin/bash olga            # will be one who may control them, and an administrator
useradd --create-home mallory                           # neither
echo 'olga ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/olga
systemctl mask apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer dpkg-db-backup.timer
systemctl enable first-hour.service
