/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_OWNERSHIP_H
#define KIPC_COMMON_OWNERSHIP_H

/* The one rule for whose an object is. Everything that removes, alters or resets an object asks it first. */

#include "lib/kipc.h"

/*
 * Whether `object` is the one that the name means, and belongs to the kipcd that runs as uid `kipcd`: it made the
 * object, or the object was handed to it and it still is the owner. The maker may take the object back at any time
 * (IPC_SET), and kipcd must accept that, whatever its privilege. Never true for an object that is only observed.
 */
bool ownership_holds(const struct kipc_name *name, const struct kipc_object *object, uid_t kipcd);

/* Whether it is the one that the name means, no matter whose: ids come back, so the id alone is not enough. */
bool ownership_is_meant(const struct kipc_name *name, const struct kipc_object *object);

#endif
