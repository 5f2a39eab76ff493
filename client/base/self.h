/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_SELF_H
#define KIPC_CLIENT_BASE_SELF_H

/* Finds the other parts of this kipcctl: in a build tree they are beside it. */

#include <limits.h>

/*
 * The path of `name` (relative) in the folder of our own executable, if there is such a file and its owner is that of
 * the executable; otherwise, and always in a set-user-ID program, `installed`. Returns buffer or installed.
 */
const char *self_find(const char *name, const char *installed, char buffer[static PATH_MAX]);

#endif
