/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_PLAN_KERNEL_VIEW_H
#define KIPC_DAEMON_PLAN_KERNEL_VIEW_H

/* What the kernel holds, as a value: all objects, sorted by id and by key. */

#include "lib/kipc.h"

/* What a ring says about itself. A program that may write to the ring can make it say anything. */
struct kernel_ring {
	bool is_laid_out; /* false: its header was overwritten or never written, and `stat` is empty */
	struct kipc_ring stat;
};

struct kernel_object {
	struct kipc_object object;
	bool is_empty;
	bool is_unclear; /* it may exist, but the kernel refused a look at it (`object` is what its link says) or into it */
	unsigned short *values;	  /* of an owned semaphore set that kipcd may read; else NULL */
	struct kernel_ring *ring; /* of an owned ring that kipcd may read; else NULL */
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

/* What is wrong with a ring, and the command that fixes it; freed by the caller. NULL: nothing. */
char *kernel_ring_trouble(const struct kernel_ring *ring, const char *name);

#endif
