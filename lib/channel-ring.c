/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The rings of a channel. The first call attaches a ring. When that was retired and the address stands for a
 * new one, a later call attaches the new one, too: senders use it at once, receivers empty the old ring
 * first. The handle of an old ring stays until kipc_close(), since other threads may be using it, and a claim
 * on it must be ended there; its memory is given back as soon as this channel takes nothing more from it.
 *
 * Invariant: from the newest ring to the oldest, the spent ones come last.
 */

#include "lib/channel-ring.h"

#include <errno.h>

#include "lib/ring/attach.h"
#include "lib/ring/bury.h"
#include "lib/ring/peek.h"

static int attach_now(struct kipc_channel *channel, bool is_writable, struct ring **ret_ring)
{
	int id = kipc_channel_id(channel), r;

	r = ring_attach(id, is_writable, ret_ring);
	if (r != -EIDRM)
		return r;
	r = channel_refresh(channel, id);
	return r < 0 ? r : ring_attach(kipc_channel_id(channel), is_writable, ret_ring);
}

/* Relaxed throughout: a spent ring stays spent, and whatever follows from it is found out under locks. */

static bool is_spent(const struct ring *ring)
{
	return ring == NULL || atomic_load_explicit(&ring->is_spent, memory_order_relaxed);
}

/* Whether this channel has ever received or peeked, or tried to. */
static bool takes(const struct ring *ring)
{
	while (ring != NULL && !atomic_load_explicit(&ring->was_taken_from, memory_order_relaxed))
		ring = ring->older;
	return ring != NULL;
}

/* Gives back the memory of the old rings from which this channel takes nothing more. */
static void bury_old(struct ring *newest)
{
	const bool is_of_a_taker = takes(newest);

	for (struct ring *ring = newest->older; ring != NULL; ring = ring->older)
		if (is_spent(ring) || !is_of_a_taker)
			ring_bury(ring);
}

/*
 * Replaces `old` (NULL: none) by a ring. Another thread may have been faster: then frees the ring and returns
 * that thread's.
 */
static struct ring *put_in_place(struct ring *_Atomic *place, struct ring *old, struct ring *ring)
{
	struct ring *found = old;

	ring->older = old;
	/* Release: our handle is complete; acquire: so is the other thread's. Both pair with channel_ring(). */
	if (!atomic_compare_exchange_strong_explicit(place, &found, ring, memory_order_acq_rel,
						     memory_order_acquire)) {
		ring->older = NULL;
		ring_free(ring);
		return found;
	}
	bury_old(ring);
	return ring;
}

/* Attaches the ring that the address stands for now. Errors as channel_ring(). */
static int renew(struct kipc_channel *channel, struct ring *_Atomic *place, struct ring *old,
		 bool is_writable, struct ring **ret_ring)
{
	struct ring *ring;
	int r = 0;

	if (old != NULL && old->id == kipc_channel_id(channel))
		r = channel_refresh(channel, old->id);
	if (r == 0) {
		r = attach_now(channel, is_writable, &ring);
		/* Relaxed: for display. */
		atomic_store_explicit(&channel->has_bad_ring, r == -EBADMSG, memory_order_relaxed);
	}
	if (r < 0)
		return r;
	*ret_ring = put_in_place(place, old, ring);
	return 0;
}

/* The oldest ring that is not used up; the newest if all are. */
static struct ring *to_take_from(struct ring *newest)
{
	struct ring *ring = newest, *newer = NULL;

	for (;;) {
		while (!is_spent(ring->older)) {
			newer = ring;
			ring = ring->older;
		}
		if (!ring_is_used_up(ring))
			return ring;
		atomic_store_explicit(&ring->is_spent, true, memory_order_relaxed);
		if (newer == NULL)
			return newest;
		ring = newest;
		newer = NULL;
	}
}

static void note_taker(struct ring *newest)
{
	atomic_store_explicit(&newest->was_taken_from, true, memory_order_relaxed);
	atomic_store_explicit(&newest->is_taken_first, is_spent(newest->older), memory_order_relaxed);
}

int channel_ring_slowly(struct kipc_channel *channel, enum ring_use use, struct ring **ret_ring)
{
	struct ring *_Atomic *place = &channel->ring;
	struct ring *newest, *ring;
	int r;

	if (channel->kind != KIPC_SEGMENT)
		return -EPROTOTYPE;
	/* Acquire: as in channel_has_ring(). */
	newest = atomic_load_explicit(place, memory_order_acquire);
	if (newest == NULL && use == RING_TO_LOOK) {
		place = &channel->ring_to_look;
		newest = atomic_load_explicit(place, memory_order_acquire);
	}
	ring = newest;
	if (newest != NULL && use != RING_TO_SEND) {
		ring = to_take_from(newest);
		note_taker(newest);
		bury_old(newest);
	}
	if (newest == NULL || (use == RING_TO_SEND ? ring_is_retired(newest) : is_spent(ring))) {
		r = renew(channel, place, newest, place == &channel->ring, &ring);
		if (r < 0)
			return r;
		if (use != RING_TO_SEND)
			note_taker(ring);
	}
	*ret_ring = ring;
	return 0;
}

int channel_ring_of_hold(struct kipc_channel *channel, enum ring_use use, struct ring **ret_ring)
{
	/* Acquire: as in channel_has_ring(). */
	struct ring *ring = atomic_load_explicit(&channel->ring, memory_order_acquire);

	if (!ring_thread_is_known() && ring_thread_init() < 0)
		return -EINVAL; /* a thread that is not known cannot hold anything */
	for (; ring != NULL; ring = ring->older)
		if (ring_hold_is_ours(use == RING_TO_SEND ? &ring->reserved : &ring->acquired)) {
			*ret_ring = ring;
			return 0;
		}
	return -EINVAL;
}

void channel_ring_let_go(struct kipc_channel *channel, struct ring *ring)
{
	struct ring *newest = atomic_load_explicit(&channel->ring, memory_order_acquire);

	if (ring != newest)
		bury_old(newest);
}

void channel_ring_free(struct kipc_channel *channel)
{
	ring_free(channel->ring);
	ring_free(channel->ring_to_look);
}
