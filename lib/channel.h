/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_CHANNEL_H
#define KIPC_LIB_CHANNEL_H

/* A channel, and the object that its address stands for. lib/open.c makes and frees it. */

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
	 * Queue: its capacity as it was last seen, bytes. The kernel may block on a message of up to that
	 * size, since it will fit one day; before a larger one is sent, the capacity is read again, since the
	 * kernel would block for ever.
	 */
	_Atomic uint64_t capacity;

	/* Segment: our mappings. Each is made once and kept until kipc_close(). */
	void *_Atomic read_only;
	void *_Atomic read_write;
	_Atomic size_t size;
	_Atomic uint64_t
		populated; /* pages known to exist: the first, and above bit 32 the one behind the last */

	/* Ring: attached at the first call; for peeking alone, read-only. NULL: not yet. */
	struct ring *_Atomic ring;
	struct ring *_Atomic ring_to_look;
	atomic_bool
		has_bad_ring; /* the last attach found a wrong geometry, so it left no handle that could tell */
};

/* Finds the object that the address stands for now. Errors of kipc_open(). */
int channel_resolve(const struct kipc_channel *channel, struct kipc_object *ret_object);

/* Takes over the object's id, and a queue's capacity. */
void channel_take_object(struct kipc_channel *channel, const struct kipc_object *object);

/*
 * Looks the address up again after the object with the id `dead_id` was removed. -EIDRM: the address still
 * stands for that id, or is an id itself; -EPROTOTYPE: the new object is of another kind; errors of
 * channel_resolve().
 */
int channel_refresh(struct kipc_channel *channel, int dead_id);

/* The id. -EPROTOTYPE: the channel is not of this kind. */
int channel_id_of_kind(const struct kipc_channel *channel, enum kipc_kind kind);

#endif
