/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_PLAN_LINK_H
#define KIPC_DAEMON_PLAN_LINK_H

/* Whose an object is, by a link of the registry: common/ownership.h for links. */

#include "lib/registry.h"

/* The link means this object. */
bool link_names(const struct registry_link *link, const struct kipc_object *object);

/* … which the kipcd that runs as `uid` may alter and remove. */
bool link_owns(const struct registry_link *link, const struct kipc_object *object, uid_t uid);

#endif
