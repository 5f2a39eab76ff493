/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_CHANNEL_RING_H
#define KIPC_LIB_CHANNEL_RING_H

/* Which ring a channel means: the newest, or an older one that is not empty yet or in which something is held. */

#include "lib/channel.h"
#include "lib/ring/handle.h"

/* What a call wants of a ring. */
enum ring_use {
	RING_TO_SEND,
	RING_TO_TAKE, /* those that were retired are emptied first */
	RING_TO_LOOK, /* the same, and read permission does */
};

/* The slow path of channel_ring(). */
int channel_ring_slowly(struct kipc_channel *channel, enum ring_use use, struct ring **ret_ring);

/* Whether it is the one that was attached last, as almost always. */
static inline bool channel_has_ring(struct kipc_channel *channel, enum ring_use use, struct ring **ret_ring)
{
	/* Acquire: the handle is whole; pairs with the release that put it there. */
	struct ring *ring = atomic_load_explicit(&channel->ring, memory_order_acquire);

	*ret_ring = ring;
	/* Relaxed: where it becomes the first too late, those older turn out to be empty. */
	return ring != NULL && !ring_is_retired(ring) &&
	       (use == RING_TO_SEND || atomic_load_explicit(&ring->is_taken_first, memory_order_relaxed));
}

/* -EPROTOTYPE: it is no segment, or no ring; errors of ring_attach() and kipc_open(). */
static inline int channel_ring(struct kipc_channel *channel, enum ring_use use, struct ring **ret_ring)
{
	return channel_has_ring(channel, use, ret_ring) ? 0 : channel_ring_slowly(channel, use, ret_ring);
}

/* The ring on which something is reserved (for RING_TO_SEND) or acquired through this handle. -EINVAL: none. */
int channel_ring_of_hold(struct kipc_channel *channel, enum ring_use use, struct ring **ret_ring);

/* For after a hold has ended. */
void channel_ring_let_go(struct kipc_channel *channel, struct ring *ring);

/* Detaches all rings of the channel. */
void channel_ring_free(struct kipc_channel *channel);

#endif
