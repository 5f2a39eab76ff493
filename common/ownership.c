/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Used by the plan, by every change of kipcd, and by kipcctl if it removes without kipcd. Pure: the object is as the caller last saw
 * it; lib/object-remove.c checks behind its fence whether it has another owner by now.
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
