/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Used by the plan and every change that kipcd makes, and by kipcctl where it removes without kipcd. Pure: the object is as the
 * caller last saw it; lib/object-remove.c checks again behind its fence whether it has changed hands since.
 */

#include "common/ownership.h"

bool ownership_is_meant(const struct kipc_name *name, const struct kipc_object *object)
{
	return object->kind == name->kind && object->id == name->id && object->key == name->key &&
	       object->cuid == name->creator;
}

bool ownership_holds(const struct kipc_name *name, const struct kipc_object *object, uid_t kipcd)
{
	return !name->observed && ownership_is_meant(name, object) &&
	       (object->cuid == kipcd || object->uid == kipcd);
}
