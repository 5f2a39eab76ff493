/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The calls of kipc.h that queues and rings have in common, and those for rings alone. They pass a call on to
 * the queue or the ring; channel-ring.c decides which ring that is.
 */

#include <errno.h>

#include "lib/channel-ring.h"
#include "lib/queue.h"
#include "lib/ring/at-once.h"
#include "lib/ring/attach.h"
#include "lib/ring/in-place.h"
#include "lib/ring/peek.h"
#include "lib/ring/recv.h"
#include "lib/ring/send.h"
#include "lib/ring/stat.h"
#include "lib/semaphore.h"

/* The most messages, with their headers, that are copied under a lock. */
#define BATCH_MAX (RING_COPY_MAX / RING_UNIT)

/* Of kipc_recv() and kipc_wait(). A ring accepts the flag, which means nothing with type 0. */
#define FLAGS_OF_RECEIVE KIPC_NOT_TYPE

/* -- messages -- */

static __attribute__((noinline)) int send_to_ring(struct kipc_channel *channel, long type, const void *data,
						  size_t size, int64_t timeout)
{
	const struct kipc_message message = { .type = type, .data = (void *)data, .size = size };
	struct ring *ring;
	ssize_t n;

	n = channel_ring(channel, RING_TO_SEND, &ring);
	if (n == 0)
		n = ring_send(ring, &message, 1, timeout);
	return n < 0 ? (int)n : 0;
}

int kipc_send(struct kipc_channel *channel, long type, const void *data, size_t size, int64_t timeout)
{
	struct ring *ring;
	int r;

	if (channel->kind == KIPC_QUEUE)
		return queue_send(channel, type, data, size, timeout);
	if (channel_has_ring(channel, RING_TO_SEND, &ring)) {
		r = ring_send_at_once(ring, type, data, size);
		if (r != RING_NOT_AT_ONCE)
			return r;
	}
	return send_to_ring(channel, type, data, size, timeout);
}

static __attribute__((noinline)) ssize_t recv_from_ring(struct kipc_channel *channel, void *buffer,
							size_t size, long type, int64_t timeout,
							long *ret_type)
{
	struct kipc_message message;
	struct ring *ring;
	ssize_t n;

	n = channel_ring(channel, RING_TO_TAKE, &ring);
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

ssize_t kipc_recv(struct kipc_channel *channel, void *buffer, size_t size, long type, unsigned flags,
		  int64_t timeout, long *ret_type)
{
	struct ring *ring;
	ssize_t n;

	if (flags & ~FLAGS_OF_RECEIVE)
		return -EINVAL;
	if (channel->kind == KIPC_QUEUE)
		return queue_recv(channel, buffer, size, type, flags, timeout, ret_type);
	if (type == 0 && channel_has_ring(channel, RING_TO_TAKE, &ring)) {
		n = ring_recv_at_once(ring, buffer, size, ret_type);
		if (n != RING_NOT_AT_ONCE)
			return n;
	}
	return recv_from_ring(channel, buffer, size, type, timeout, ret_type);
}

ssize_t kipc_peek(struct kipc_channel *channel, void *buffer, size_t size, long position, long *ret_type)
{
	struct ring *ring;
	int r;

	if (channel->kind == KIPC_QUEUE)
		return queue_peek(channel, buffer, size, position, ret_type);
	r = channel_ring(channel, RING_TO_LOOK, &ring);
	return r < 0 ? r : ring_peek(ring, buffer, size, position, ret_type);
}

int kipc_wait(struct kipc_channel *channel, long type, unsigned flags, int64_t timeout)
{
	struct ring *ring;
	int r;

	if (flags & ~FLAGS_OF_RECEIVE)
		return -EINVAL;
	if (channel->kind == KIPC_QUEUE)
		return queue_wait(channel, type, flags, timeout);
	if (channel->kind == KIPC_SEMAPHORE)
		return semaphore_wait(channel, timeout);
	r = channel_ring(channel, RING_TO_TAKE, &ring);
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
	r = channel_ring(channel, RING_TO_LOOK, &ring);
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
	r = channel_ring(channel, RING_TO_LOOK, &ring);
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
	r = channel_ring(channel, RING_TO_SEND, &ring);
	return r < 0 ? r : ring_send(ring, messages, n_messages, timeout);
}

static ssize_t recv_batch_from_queue(struct kipc_channel *channel, char *buffer, size_t size,
				     struct kipc_message *ret_messages, size_t n_messages, int64_t timeout)
{
	size_t at = 0, n = 0;
	ssize_t r = 0;

	for (; n < n_messages && at <= size; n++) {
		struct kipc_message *message = &ret_messages[n];

		r = queue_recv(channel, at > 0 ? buffer + at : buffer, size - at, 0, 0,
			       n == 0 ? timeout : KIPC_NOW, &message->type);
		if (r < 0)
			break;
		message->data = at > 0 ? buffer + at : buffer;
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
	r = channel_ring(channel, RING_TO_TAKE, &ring);
	if (r < 0)
		return r;
	if (n_messages > BATCH_MAX)
		n_messages = BATCH_MAX;
	(void)ring_touch_to_write(ret_messages, n_messages * sizeof *ret_messages, SIZE_MAX);
	return ring_recv(ring, buffer, size, ret_messages, n_messages, timeout);
}

/* -- without a copy -- */

int kipc_reserve(struct kipc_channel *channel, size_t size, int64_t timeout, void **ret_data)
{
	struct ring *ring;
	int r;

	r = channel_ring(channel, RING_TO_SEND, &ring);
	return r < 0 ? r : ring_reserve(ring, size, timeout, ret_data);
}

int kipc_commit(struct kipc_channel *channel, long type, size_t size)
{
	struct ring *ring;
	int r;

	r = channel_ring_of_hold(channel, RING_TO_SEND, &ring);
	if (r < 0)
		return r;
	r = ring_commit(ring, type, size);
	channel_ring_let_go(channel, ring);
	return r;
}

static int end_hold(struct kipc_channel *channel, enum ring_use use, int (*end)(struct ring *ring))
{
	struct ring *ring;
	int r;

	r = channel_ring_of_hold(channel, use, &ring);
	if (r < 0)
		return r;
	r = end(ring);
	channel_ring_let_go(channel, ring);
	return r;
}

int kipc_abort(struct kipc_channel *channel)
{
	return end_hold(channel, RING_TO_SEND, ring_abort);
}

ssize_t kipc_acquire(struct kipc_channel *channel, int64_t timeout, const void **ret_data, long *ret_type)
{
	struct ring *ring;
	int r;

	r = channel_ring(channel, RING_TO_TAKE, &ring);
	return r < 0 ? r : ring_acquire(ring, timeout, ret_data, ret_type);
}

int kipc_release(struct kipc_channel *channel)
{
	return end_hold(channel, RING_TO_TAKE, ring_release);
}

/* -- the ring itself -- */

int kipc_channel_is_ring(struct kipc_channel *channel)
{
	struct ring *ring;
	int r;

	if (channel->kind != KIPC_SEGMENT)
		return 0;
	r = channel_ring(channel, RING_TO_LOOK, &ring);
	if (r == -EPROTOTYPE)
		return 0;
	return r < 0 ? r : 1;
}

int kipc_ring_stat(struct kipc_channel *channel, struct kipc_ring *ret_ring)
{
	struct ring *ring;
	int r;

	r = channel_ring(channel, RING_TO_LOOK, &ring);
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

	/* Relaxed, here and below: for display. */
	if (atomic_load_explicit(&channel->has_bad_ring, memory_order_relaxed))
		return KIPC_RING_GEOMETRY;
	if (ring == NULL)
		ring = atomic_load_explicit(&channel->ring_to_look, memory_order_acquire);
	if (ring == NULL)
		return KIPC_RING_SOUND;
	return (enum kipc_ring_fault)atomic_load_explicit(&ring->fault, memory_order_relaxed);
}
