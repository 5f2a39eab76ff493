/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_SELF_H
#define KIPC_CLIENT_BASE_SELF_H

/* Where this kipcctl lies: in a build tree its parts lie beside it. */

#include <limits.h>

/*
 * The path of `name` (relative) in the folder of our own executable, if such a file is there and belongs to the same user
 * as the executable; else `installed`, and always that in a set-uid program. Returns buffer or installed.
 */
const char *self_find(const char *name, const char *installed, char buffer[static PATH_MAX]);

#endif
