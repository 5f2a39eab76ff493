/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The calls that a queue and a ring have in common, and the public face of rings: which of the two it is, and which
 * ring the channel means now. A channel attaches its ring at the first call, and anew when the old one was retired and
 * its address means another; the old stays mapped until kipc_close(), since other threads may be in it.
 */

#include <errno.h>

#include "lib/channel.h"
#include "lib/queue.h"
#include "lib/ring.h"

/* What a call wants of a ring. */
enum ring_use {
	RING_TO_SEND,
	RING_TO_TAKE, /* a retired one is emptied first */
	RING_TO_LOOK, /* the same, and read permission does */
};

/* -- which ring -- */

static int attach_now(struct kipc_channel *channel, bool is_writable, struct ring **ret_ring)
{
	int id = kipc_channel_id(channel), r;

	r = ring_attach(id, is_writable, ret_ring);
	if (r != -EIDRM)
		return r;
	r = channel_refresh(channel, id);
	return r < 0 ? r : ring_attach(kipc_channel_id(channel), is_writable, ret_ring);
}

/* Puts a ring in the place of `old` (NULL: none). Another thread may have been faster: then its ring it is. */
static struct ring *put_in_place(struct ring *_Atomic *place, struct ring *old, struct ring *ring)
{
	struct ring *found = old;

	/* Release: the handle is whole; acquire: so is the other thread's. Both pair with ring_for(). */
	if (!atomic_compare_exchange_strong_explicit(place, &found, ring, memory_order_acq_rel,
						     memory_order_acquire)) {
		ring_free(ring);
		return found;
	}
	ring->older = old;
	return ring;
}

static bool is_used_up(struct ring *ring, enum ring_use use)
{
	size_t size;

	return ring_is_retired(ring) && (use == RING_TO_SEND || ring_next_size(ring, &size) == -ENOMSG);
}

static int renew(struct kipc_channel *channel, struct ring *_Atomic *place, struct ring *old,
		 bool is_writable, struct ring **ret_ring)
{
	struct ring *ring;
	int r = 0;

	if (old != NULL && old->id == kipc_channel_id(channel))
		r = channel_refresh(channel, old->id);
	if (r == 0)
		r = attach_now(channel, is_writable, &ring);
	if (r < 0)
		return r;
	*ret_ring = put_in_place(place, old, ring);
	return 0;
}

static int ring_for(struct kipc_channel *channel, enum ring_use use, struct ring **ret_ring)
{
	struct ring *_Atomic *place = &channel->ring;
	struct ring *ring;
	int r;

	if (channel->kind != KIPC_SEGMENT)
		return -EPROTOTYPE;
	/* Acquire: the handle is whole; pairs with put_in_place(). */
	ring = atomic_load_explicit(place, memory_order_acquire);
	if (ring == NULL && use == RING_TO_LOOK) {
		place = &channel->ring_to_look;
		ring = atomic_load_explicit(place, memory_order_acquire);
	}
	if (ring == NULL || is_used_up(ring, use)) {
		r = renew(channel, place, ring, place == &channel->ring, &ring);
		if (r < 0)
			return r;
	}
	*ret_ring = ring;
	return 0;
}

void channel_free_rings(struct kipc_channel *channel)
{
	ring_free(channel->ring);
	ring_free(channel->ring_to_look);
}

/* -- messages -- */

int kipc_send(struct kipc_channel *channel, long type, const void *data, size_t size, int64_t timeout)
{
	const struct kipc_message message = { type, (void *)data, size };
	struct ring *ring;
	ssize_t n;

	if (channel->kind == KIPC_QUEUE)
		return queue_send(channel, type, data, size, timeout);
	n = ring_for(channel, RING_TO_SEND, &ring);
	if (n == 0)
		n = ring_send(ring, &message, 1, timeout);
	return n < 0 ? (int)n : 0;
}

ssize_t kipc_recv(struct kipc_channel *channel, void *buffer, size_t size, long type, unsigned flags,
		  int64_t timeout, long *ret_type)
{
	struct kipc_message message;
	struct ring *ring;
	ssize_t n;

	if (channel->kind == KIPC_QUEUE)
		return queue_recv(channel, buffer, size, type, flags, timeout, ret_type);
	n = ring_for(channel, RING_TO_TAKE, &ring);
	if (n == 0 && type != 0)
		n = -EOPNOTSUPP;
	if (n == 0)
		n = ring_recv(ring, buffer, size, &message, 1, timeout);
	if (n < 0)
		return n;
	if (ret_type != NULL)
		*ret_type = message.type;
	return (ssize_t)message.size;
}

ssize_t kipc_peek(struct kipc_channel *channel, void *buffer, size_t size, long position, long *ret_type)
{
	struct ring *ring;
	int r;

	if (channel->kind == KIPC_QUEUE)
		return queue_peek(channel, buffer, size, position, ret_type);
	r = ring_for(channel, RING_TO_LOOK, &ring);
	return r < 0 ? r : ring_peek(ring, buffer, size, position, ret_type);
}

int kipc_wait(struct kipc_channel *channel, long type, unsigned flags, int64_t timeout)
{
	struct ring *ring;
	int r;

	if (channel->kind == KIPC_QUEUE)
		return queue_wait(channel, type, flags, timeout);
	if (channel->kind == KIPC_SEMAPHORE)
		return semaphore_wait(channel, timeout);
	r = ring_for(channel, RING_TO_TAKE, &ring);
	if (r == 0 && type != 0)
		r = -EOPNOTSUPP;
	return r < 0 ? r : ring_wait(ring, timeout);
}

int kipc_message_bound(struct kipc_channel *channel, size_t *ret_size)
{
	struct ring *ring;
	int r;

	if (channel->kind == KIPC_QUEUE)
		return queue_message_bound(channel, ret_size);
	r = ring_for(channel, RING_TO_LOOK, &ring);
	if (r == 0)
		*ret_size = ring->max_message;
	return r;
}

int kipc_next_size(struct kipc_channel *channel, size_t *ret_size)
{
	struct ring *ring;
	int r;

	if (channel->kind == KIPC_QUEUE)
		return -EOPNOTSUPP;
	r = ring_for(channel, RING_TO_LOOK, &ring);
	return r < 0 ? r : ring_next_size(ring, ret_size);
}

/* -- batches -- */

static ssize_t send_batch_to_queue(struct kipc_channel *channel, const struct kipc_message *messages,
				   size_t n_messages, int64_t timeout)
{
	size_t n = 0;
	int r = 0;

	for (; n < n_messages && r == 0; n += r == 0)
		r = queue_send(channel, messages[n].type, messages[n].data, messages[n].size,
			       n == 0 ? timeout : KIPC_NOW);
	return n > 0 ? (ssize_t)n : r;
}

ssize_t kipc_send_batch(struct kipc_channel *channel, const struct kipc_message *messages, size_t n_messages,
			int64_t timeout)
{
	struct ring *ring;
	int r;

	if (channel->kind == KIPC_QUEUE)
		return send_batch_to_queue(channel, messages, n_messages, timeout);
	r = ring_for(channel, RING_TO_SEND, &ring);
	return r < 0 ? r : ring_send(ring, messages, n_messages, timeout);
}

static ssize_t recv_batch_from_queue(struct kipc_channel *channel, char *buffer, size_t size,
				     struct kipc_message *ret_messages, size_t n_messages, int64_t timeout)
{
	size_t at = 0, n = 0;
	ssize_t r = 0;

	for (; n < n_messages && at <= size; n++) {
		struct kipc_message *message = &ret_messages[n];

		r = queue_recv(channel, buffer + at, size - at, 0, 0, n == 0 ? timeout : KIPC_NOW,
			       &message->type);
		if (r < 0)
			break;
		message->data = buffer + at;
		message->size = (size_t)r;
		at += (message->size + RING_UNIT - 1) / RING_UNIT * RING_UNIT;
	}
	return n > 0 ? (ssize_t)n : r;
}

ssize_t kipc_recv_batch(struct kipc_channel *channel, void *buffer, size_t size,
			struct kipc_message *ret_messages, size_t n_messages, int64_t timeout)
{
	struct ring *ring;
	int r;

	if (channel->kind == KIPC_QUEUE)
		return recv_batch_from_queue(channel, buffer, size, ret_messages, n_messages, timeout);
	r = ring_for(channel, RING_TO_TAKE, &ring);
	return r < 0 ? r : ring_recv(ring, buffer, size, ret_messages, n_messages, timeout);
}

/* -- without a copy -- */

/* The ring that holds what the handle reserved or acquired: retired or not. */
static struct ring *ring_in_use(struct kipc_channel *channel)
{
	/* Acquire: as in ring_for(). */
	return atomic_load_explicit(&channel->ring, memory_order_acquire);
}

int kipc_reserve(struct kipc_channel *channel, size_t size, int64_t timeout, void **ret_data)
{
	struct ring *ring;
	int r;

	r = ring_for(channel, RING_TO_SEND, &ring);
	return r < 0 ? r : ring_reserve(ring, size, timeout, ret_data);
}

int kipc_commit(struct kipc_channel *channel, long type, size_t size)
{
	struct ring *ring = ring_in_use(channel);

	return ring == NULL ? -EINVAL : ring_commit(ring, type, size);
}

int kipc_abort(struct kipc_channel *channel)
{
	struct ring *ring = ring_in_use(channel);

	return ring == NULL ? -EINVAL : ring_abort(ring);
}

ssize_t kipc_acquire(struct kipc_channel *channel, int64_t timeout, const void **ret_data, long *ret_type)
{
	struct ring *ring;
	int r;

	r = ring_for(channel, RING_TO_TAKE, &ring);
	return r < 0 ? r : ring_acquire(ring, timeout, ret_data, ret_type);
}

int kipc_release(struct kipc_channel *channel)
{
	struct ring *ring = ring_in_use(channel);

	return ring == NULL ? -EINVAL : ring_release(ring);
}

/* -- the ring itself -- */

int kipc_channel_is_ring(struct kipc_channel *channel)
{
	struct ring *ring;
	int r;

	if (channel->kind != KIPC_SEGMENT)
		return 0;
	r = ring_for(channel, RING_TO_LOOK, &ring);
	if (r == -EPROTOTYPE)
		return 0;
	return r < 0 ? r : 1;
}

int kipc_ring_stat(struct kipc_channel *channel, struct kipc_ring *ret_ring)
{
	struct ring *ring;
	int r;

	r = ring_for(channel, RING_TO_LOOK, &ring);
	if (r == -EBADMSG) {
		*ret_ring = (struct kipc_ring){ .fault = KIPC_RING_GEOMETRY };
		return 0;
	}
	if (r < 0)
		return r;
	ring_stat(ring, ret_ring);
	return 0;
}

enum kipc_ring_fault kipc_ring_fault(const struct kipc_channel *channel)
{
	const struct ring *ring = atomic_load_explicit(&channel->ring, memory_order_acquire);
	int fault = 0;

	if (ring == NULL)
		ring = atomic_load_explicit(&channel->ring_to_look, memory_order_acquire);
	/* Relaxed: a figure for people. */
	if (ring != NULL)
		fault = atomic_load_explicit(&ring->fault, memory_order_relaxed);
	/* Only what could not be attached leaves no handle behind. */
	return ring == NULL ? KIPC_RING_GEOMETRY : (enum kipc_ring_fault)fault;
}
