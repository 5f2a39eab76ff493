/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Pure. Used by the plan, by channel/view.c, and by whatever changes one channel. */

#include "daemon/plan/link.h"

#include "common/ownership.h"

static struct kipc_name name_of(const struct registry_link *link)
{
	return (struct kipc_name){
		.kind = link->kind,
		.key = link->key,
		.id = link->id,
		.creator = link->creator,
		.observed = link->observed,
	};
}

bool link_names(const struct registry_link *link, const struct kipc_object *object)
{
	const struct kipc_name name = name_of(link);

	return ownership_is_meant(&name, object);
}

bool link_owns(const struct registry_link *link, const struct kipc_object *object, uid_t uid)
{
	const struct kipc_name name = name_of(link);

	return ownership_holds(&name, object, uid);
}
