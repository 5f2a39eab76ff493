/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_PLAN_KERNEL_VIEW_H
#define KIPC_DAEMON_PLAN_KERNEL_VIEW_H

#include "lib/kipc.h"

/* What was found inside a ring. Anybody who may write to it can make it say anything. */
struct kernel_ring {
	bool is_laid_out; /* else it says nothing: it was overwritten, or never finished */
	struct kipc_ring stat;
};

/* What the kernel holds. */
struct kernel_object {
	struct kipc_object object;
	bool is_empty;
	bool is_unclear; /* it is, or may be, there, but the kernel refused a look at it (`object` is what a link says) or into it */
	unsigned short *values;	  /* of an owned semaphore set that may be read; else NULL */
	struct kernel_ring *ring; /* of an owned ring that may be read; else NULL */
};

struct kernel_view {
	struct kernel_object *objects; /* sorted by kind and id */
	size_t n_objects;
	const struct kernel_object **by_key; /* those with a key, sorted by kind and key */
	size_t n_by_key;
	uint64_t msgmnb;	/* kernel.msgmnb: the default capacity, and its ceiling … */
	bool may_exceed_msgmnb; /* … unless CAP_SYS_RESOURCE */
};

/* Sorts and indexes `objects`; takes them over. -ENOMEM. */
int kernel_view_init(struct kernel_view *view, struct kernel_object *objects, size_t n_objects);
void kernel_view_done(struct kernel_view *view);

/* NULL: none. */
const struct kernel_object *kernel_view_find_id(const struct kernel_view *view, enum kipc_kind kind, int id);
const struct kernel_object *kernel_view_find_key(const struct kernel_view *view, enum kipc_kind kind,
						 key_t key);

/* What is wrong with a ring, and what mends it; freed by the caller. NULL: nothing is. */
char *kernel_ring_trouble(const struct kernel_ring *ring, const char *name);

#endif
