#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# An administrator with an editor, as kipc(7) wants it: first names that mean something, then what `kipcctl adopt` printed.
if ! grep -q '^\[queue orders\]' "$1"; then
	exec sed -i 's/^\[queue .*/[queue orders]/; s/^\[segment .*/[segment prices]/' "$1"
fi
exec sed -i "/^\[queue orders\]/,/^$/ s/^manage = observe$/manage = own\\ngroup = $(id -g app)\\nmode = 0660\\ncapacity = 16384/" "$1"
