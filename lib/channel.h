/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_CHANNEL_H
#define KIPC_LIB_CHANNEL_H

/* A channel, and which object its address means. lib/open.c makes and frees it. */

#include <stdatomic.h>

#include "lib/kipc.h"

struct ring;

struct kipc_channel {
	struct kipc_address address;
	char *path;	   /* of KIPC_BY_FTOK; NULL otherwise */
	char *runtime_dir; /* NULL: the default */
	unsigned kinds;

	enum kipc_kind kind;
	_Atomic int id;

	/*
	 * Queue: its capacity when last looked at. A message up to it may wait inside the kernel for room; a larger
	 * one is looked at first, since the kernel would wait for ever.
	 */
	_Atomic uint64_t capacity;

	/* Segment: our mappings, made once each and kept until the end. */
	void *_Atomic read_only;
	void *_Atomic read_write;
	_Atomic size_t size;
	_Atomic uint64_t
		populated; /* pages known to be there: the first, and above bit 32 the one behind the last */

	/* Segment laid out as a ring: attached at the first call; for looking alone, read-only. NULL: not yet. */
	struct ring *_Atomic ring;
	struct ring *_Atomic ring_to_look;
};

/* Finds the object that the address means now. */
int channel_resolve(const struct kipc_channel *channel, struct kipc_object *ret_object);

/* Takes the id, and a queue's capacity, from the object. */
void channel_take_object(struct kipc_channel *channel, const struct kipc_object *object);

/* Looks the address up again after `dead_id` died. -EIDRM: it still means that id, or an id was all it said. */
int channel_refresh(struct kipc_channel *channel, int dead_id);

/* The id, checked to be of this kind: -EPROTOTYPE. */
int channel_id_of_kind(const struct kipc_channel *channel, enum kipc_kind kind);

#endif
