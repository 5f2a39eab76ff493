/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_PLAN_LINK_H
#define KIPC_DAEMON_PLAN_LINK_H

/* Which object a link of the registry means, and whether kipcd owns it; common/ownership.h has the rule. */

#include "lib/registry.h"

/* Whether the link means this object. */
bool link_names(const struct registry_link *link, const struct kipc_object *object);

/* Whether it does, and the kipcd that runs as `uid` may alter and remove the object. */
bool link_owns(const struct registry_link *link, const struct kipc_object *object, uid_t uid);

#endif
