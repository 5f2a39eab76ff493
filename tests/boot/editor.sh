#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Edits as a reader of kipc(7) does: first gives the sections names, then inserts what `kipcctl adopt` printed.
if ! grep -q '^\[queue orders\]' "$1"; then
	exec sed -i 's/^\[queue .*/[queue orders]/; s/^\[segment .*/[segment prices]/' "$1"
fi
exec sed -i "/^\[queue orders\]/,/^$/ s/^manage = observe$/manage = own\\ngroup = $(id -g app)\\nmode = 0660\\ncapacity = 16384/" "$1"
