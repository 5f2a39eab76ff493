/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_ATTACHED_H
#define KIPC_CLIENT_FACTS_ATTACHED_H

/* The processes that have a segment attached, for tables and JSON. */

#include <json-c/json_types.h>

#include "client/facts/processes.h"

/* "4711 postgres, 4712 postgres, 2 not visible", escaped, freed by the caller; NULL: none. -ENOMEM. */
int attached_to_text(const struct processes *processes, const struct kipc_object *segment, char **ret_text);

/* A new array of objects. *ret_not_visible: how many mappings belong to processes that cannot be seen. -ENOMEM. */
int attached_to_json(const struct processes *processes, const struct kipc_object *segment,
		     struct json_object **ret_array, uint64_t *ret_not_visible);

#endif
