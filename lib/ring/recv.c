/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Receiving, and waiting for a message. A consumer takes the consumers' lock, copies messages out and moves
 * the consumers' position. The move is one compare-and-swap: before it, a death of the consumer has taken
 * nothing; after it, the messages are gone.
 */

#include "lib/ring/recv.h"

#include <errno.h>

#include "lib/ring/enter.h"
#include "lib/ring/in-place.h"
#include "lib/ring/touch.h"
#include "lib/ring/wait.h"

/* The caller's buffer. */
struct basket {
	char *buffer;
	size_t size;
	size_t limit;  /* how much of it may be filled under the lock */
	size_t needed; /* after -ERANGE: how much the first message needs */
};

/*
 * Why a message does not go in. -EMSGSIZE: the buffer is too small; -ERANGE: `limit` is, see `needed`; 0: it
 * can wait for the next call.
 */
static int refuse(struct basket *basket, size_t at, size_t n, size_t size)
{
	if (at > basket->size || size > basket->size - at)
		return n > 0 ? 0 : -EMSGSIZE;
	if (n > 0 && at + size > RING_COPY_MAX)
		return 0;
	basket->needed = at + size;
	return -ERANGE;
}

/*
 * Copies as many messages as there are and fit, without waiting. Returns their number; if a page lacked,
 * cursor->lacks is set, and nothing is to be published yet. 0 with *ret_seen: there is no message now. Errors
 * of refuse() and ring_cursor_find().
 */
static ssize_t take_what_fits(struct ring *ring, struct ring_cursor *cursor, struct basket *basket,
			      struct kipc_message *ret_messages, size_t n_messages, uint64_t *ret_seen)
{
	struct ring_record record;
	size_t at = 0, n = 0;
	int r;

	for (; n < n_messages; n++) {
		struct kipc_message *message = &ret_messages[n];

		r = ring_cursor_find(ring, cursor, &record, ret_seen);
		if (r == 0 || (r < 0 && n > 0))
			break;
		if (r < 0)
			return r;
		message->size = record.size;
		if (at > basket->limit || record.size > basket->limit - at) {
			r = refuse(basket, at, n, record.size);
			if (r < 0)
				return r;
			break;
		}
		message->type = (long)record.type;
		message->data = at > 0 ? basket->buffer + at : basket->buffer;
		copy_small(message->data, ring_record_at(ring, cursor->offset) + 1, record.size);
		at += (record.size + RING_UNIT - 1) / RING_UNIT * RING_UNIT;
		ring_cursor_pass(ring, cursor, record.size);
	}
	/* Relaxed: a guess. */
	atomic_store_explicit(&ring->last_taken, at, memory_order_relaxed);
	return (ssize_t)n;
}

/* How many units one call may take, from the cursor on. Under the lock. */
static uint64_t behind(const struct ring *ring, const struct ring_cursor *cursor)
{
	uint64_t available = ring->seen_producers - cursor->position;

	return available < RING_COPY_MAX / RING_UNIT ? available : RING_COPY_MAX / RING_UNIT;
}

/* Touches the buffer up to `wanted`, and sets how much may be filled under a lock. Returns how much was touched. */
static size_t touch(struct basket *basket, size_t wanted)
{
	size_t touched = ring_touch_to_write(basket->buffer, basket->size, wanted);

	basket->limit = touched < RING_COPY_MAX ? touched : RING_COPY_MAX;
	return touched;
}

/* After -ERANGE, without the lock. 0: try again; 1: one message was taken; errors of ring_recv_large(). */
static int take_more(struct ring *ring, struct basket *basket, struct kipc_message *ret_messages,
		     struct ring_patience *patience)
{
	size_t touched;
	int r;

	/* At least twice as much as before: otherwise a batch would come back for each page. */
	touched = touch(basket, basket->needed > 2 * basket->limit ? basket->needed : 2 * basket->limit);
	if (basket->needed <= RING_COPY_MAX)
		return 0;
	r = ring_recv_large(ring, basket->buffer, basket->size, touched, ret_messages, patience);
	if (r != -EOPNOTSUPP)
		return r;
	basket->limit = touched;
	return 0;
}

ssize_t ring_recv(struct ring *ring, void *buffer, size_t size, struct kipc_message *ret_messages,
		  size_t n_messages, int64_t timeout)
{
	struct basket basket = { .buffer = buffer, .size = size };
	struct ring_side *side = &ring->header->consumers;
	struct ring_patience patience;
	struct ring_cursor cursor;
	uint64_t seen = 0;
	ssize_t n;
	int r;

	if (n_messages == 0)
		return 0;
	ring_patience_begin(&patience, timeout);
	(void)touch(&basket, atomic_load_explicit(&ring->last_taken, memory_order_relaxed));
	do {
		r = ring_enter(ring, side, &patience, &cursor);
		if (r < 0)
			break;
		n = take_what_fits(ring, &cursor, &basket, ret_messages, n_messages, &seen);
		if (n > 0 && cursor.lacks == 0) {
			r = ring_leave(ring, side, &cursor);
			return r < 0 ? r : n;
		}
		if (cursor.lacks > 0) {
			r = ring_leave_to_start_over(ring, side, &cursor, behind(ring, &cursor), n,
						     &n_messages);
			continue;
		}
		if (ring_lock_drop(side, cursor.word) < 0)
			n = ring_broken(ring, KIPC_RING_LOCK);
		if (n == -ERANGE)
			r = take_more(ring, &basket, ret_messages, &patience);
		else
			r = n < 0 ? (int)n : ring_wait_for_message(ring, seen, &patience);
	} while (r == 0);
	return r == -EAGAIN ? -ENOMSG : r;
}

/* Takes the lock, since a message that another party has acquired does not count. */
int ring_wait(struct ring *ring, int64_t timeout)
{
	struct ring_side *side = &ring->header->consumers;
	struct ring_patience patience;
	struct ring_cursor cursor;
	struct ring_record record;
	uint64_t seen;
	int r = 0, found = 0;

	ring_patience_begin(&patience, timeout);
	while (r == 0 && found == 0) {
		r = ring_enter(ring, side, &patience, &cursor);
		if (r < 0)
			break;
		found = ring_cursor_find(ring, &cursor, &record, &seen);
		if (found == -ENOBUFS) {
			r = ring_leave_to_make_ready(ring, side, &cursor, 0);
			found = 0;
			continue;
		}
		if (ring_lock_drop(side, cursor.word) < 0)
			r = ring_broken(ring, KIPC_RING_LOCK);
		if (r == 0 && found == 0)
			r = ring_wait_for_message(ring, seen, &patience);
	}
	if (r == 0 && found < 0)
		r = found;
	return r == -EAGAIN ? -ENOMSG : r;
}
