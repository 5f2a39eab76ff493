/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_PLAN_SHAPE_H
#define KIPC_DAEMON_PLAN_SHAPE_H

#include "daemon/plan/plan.h"

#define PLAN_WHY_MAX 128

/* What can be altered in place: KIPC_ALTER_*. */
unsigned plan_changes(const struct channel_spec *spec, const struct kipc_object *object,
		      const struct kernel_view *view);

/* "mode 0600 -> 0660, capacity 16K -> 8K"; the caller frees it. NULL: no memory. */
char *plan_changes_to_string(const struct channel_spec *spec, const struct kipc_object *object,
			     const struct kernel_view *view, unsigned changes);

/* What is fixed when an object is made, and is not as declared, as words; false: nothing. */
bool plan_is_of_other_shape(const struct channel_spec *spec, const struct kipc_object *object, bool is_ring,
			    char *why, size_t size);

/* The largest message of a ring is fixed, too. */
bool plan_is_for_other_messages(const struct channel_spec *spec, uint64_t max_message, char *why,
				size_t size);

/* What makes an alteration in place impossible, as words; false: nothing does. */
bool plan_needs_anew(const struct channel_spec *spec, const struct kernel_object *found, bool is_ring,
		     char *why, size_t size);

#endif
