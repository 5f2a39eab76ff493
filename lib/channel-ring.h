/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_CHANNEL_RING_H
#define KIPC_LIB_CHANNEL_RING_H

/*
 * The ring that a channel stands for: the newest, or an older one that is not empty yet or in which something
 * is held.
 */

#include "lib/channel.h"
#include "lib/ring/handle.h"

/* What a call does with a ring. */
enum ring_use {
	RING_TO_SEND,
	RING_TO_TAKE, /* retired rings are emptied first */
	RING_TO_LOOK, /* the same, and read permission is enough */
};

/* The slow path of channel_ring(). */
int channel_ring_slowly(struct kipc_channel *channel, enum ring_use use, struct ring **ret_ring);

/*
 * Whether it is the ring that was attached last, as almost always. *ret_ring is set in any case, perhaps to
 * NULL.
 */
static inline bool channel_has_ring(struct kipc_channel *channel, enum ring_use use, struct ring **ret_ring)
{
	/* Acquire: the handle is complete. Pairs with the release that stored it in the channel. */
	struct ring *ring = atomic_load_explicit(&channel->ring, memory_order_acquire);

	*ret_ring = ring;
	/* Relaxed: if we learn late that this ring comes first, the older ones turn out to be empty. */
	return ring != NULL && !ring_is_retired(ring) &&
	       (use == RING_TO_SEND || atomic_load_explicit(&ring->is_taken_first, memory_order_relaxed));
}

/* -EPROTOTYPE: the channel is not a segment, or not a ring; errors of ring_attach() and kipc_open(). */
static inline int channel_ring(struct kipc_channel *channel, enum ring_use use, struct ring **ret_ring)
{
	return channel_has_ring(channel, use, ret_ring) ? 0 : channel_ring_slowly(channel, use, ret_ring);
}

/*
 * The ring in which this process has a reservation (RING_TO_SEND) or an acquisition through the channel.
 * -EINVAL: none.
 */
int channel_ring_of_hold(struct kipc_channel *channel, enum ring_use use, struct ring **ret_ring);

/* To be called after a hold has ended: the ring's memory may be given back now. */
void channel_ring_let_go(struct kipc_channel *channel, struct ring *ring);

/* Detaches all rings of the channel. */
void channel_ring_free(struct kipc_channel *channel);

#endif
