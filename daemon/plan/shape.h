/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_PLAN_SHAPE_H
#define KIPC_DAEMON_PLAN_SHAPE_H

/* How an object differs from its declaration: in what can be altered in place, and in what requires a new object. */

#include "daemon/config/spec.h"
#include "daemon/plan/kernel-view.h"

#define PLAN_WHY_MAX 128

/* The capacity that a queue gets: as declared, within what the kernel allows. */
uint64_t plan_shape_capacity(const struct channel_spec *spec, const struct kernel_view *view);

/* What can be altered in place: KIPC_ALTER_*. */
unsigned plan_shape_changes(const struct channel_spec *spec, const struct kipc_object *object,
			    const struct kernel_view *view);

/* "mode 0600 -> 0660, capacity 16K -> 8K"; the caller frees it. NULL: no memory. */
char *plan_shape_changes_to_string(const struct channel_spec *spec, const struct kipc_object *object,
				   const struct kernel_view *view, unsigned changes);

/* Whether something that is fixed at creation is not as declared; `why` says what. */
bool plan_shape_differs(const struct channel_spec *spec, const struct kipc_object *object, bool is_ring,
			char why[static PLAN_WHY_MAX]);

/* The largest message of a ring is fixed, too. */
bool plan_shape_is_for_other_messages(const struct channel_spec *spec, uint64_t max_message,
				      char why[static PLAN_WHY_MAX]);

/* Whether altering the object in place is not enough; `why` says what differs. */
bool plan_shape_requires_new(const struct channel_spec *spec, const struct kernel_object *found, bool is_ring,
			     char why[static PLAN_WHY_MAX]);

#endif
