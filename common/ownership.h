/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_OWNERSHIP_H
#define KIPC_COMMON_OWNERSHIP_H

/* The one rule of ownership, which every removal, alteration and reset applies first. */

#include "lib/kipc.h"

/*
 * Whether `object` is the one that the name means, and belongs to the kipcd that runs as uid `kipcd`: it created the object, or the
 * object was handed over to it and it is still the owner. The creator may take the object back at any time (IPC_SET), and kipcd must
 * accept that, whatever its privileges. Never true for an object that is only observed.
 */
bool ownership_holds(const struct kipc_name *name, const struct kipc_object *object, uid_t kipcd);

/* Whether it is the one that the name means, whatever its owner. Ids are reused, so the id alone is not enough. */
bool ownership_is_meant(const struct kipc_name *name, const struct kipc_object *object);

#endif
