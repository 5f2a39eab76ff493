/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_KERNEL_LIMITS_H
#define KIPC_CLIENT_FACTS_KERNEL_LIMITS_H

/* The limits of the kernel: one row each, for limits, doctor and metrics. A new limit is a new row. */

#include "client/facts/groups.h"
#include "client/table/value.h"
#include "lib/kipc.h"

#define KERNEL_LIMIT_NONE SIZE_MAX

struct kernel_limit {
	const char *name, *sysctl, *of; /* sysctl NULL: it cannot be set */
	enum value_type type;
	size_t limit, used; /* offsets in struct kipc_limits, or KERNEL_LIMIT_NONE */

	/* Where objects use it up: */
	enum kipc_kind kind;
	uint64_t (*add)(uint64_t sum,
			uint64_t need); /* the sum with one more channel; NULL: channels need none of it */
	uint64_t (*count)(
		const struct kipc_object *object); /* what an object uses; NULL: not counted by object */
	size_t group;  /* offset of what a group uses in struct group_sum; 0: not counted by group */
	uint64_t most; /* that the kernel accepts for the limit */
};

extern const struct kernel_limit kernel_limits[];
extern const size_t n_kernel_limits;

/* The figure at an offset; 0 for KERNEL_LIMIT_NONE. */
uint64_t kernel_limit_figure(const struct kipc_limits *figures, size_t offset);

/* Per cent of the limit; 100 if it is 0. */
uint64_t kernel_limit_percent(uint64_t used, uint64_t limit);

/* Whether it has both figures, so that it can be used up. */
bool kernel_limit_is_used_up(const struct kernel_limit *limit);

#endif
