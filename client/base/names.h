/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_NAMES_H
#define KIPC_CLIENT_BASE_NAMES_H

#include <stdbool.h>

#include "lib/kipc.h"

/* Writes the name in the registry that was probably meant by a mistyped one; false: no name is near. */
bool names_nearest(const char *runtime_dir, const char *name, char nearest[static KIPC_NAME_MAX + 1]);

#endif
