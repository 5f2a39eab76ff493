/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Sending. A producer takes the producers' lock, writes behind their position and moves it. The move is one
 * compare-and-swap, and consumers rely on nothing else: before it, a death of the producer has changed
 * nothing; after it, everything is sent.
 */

#include "lib/ring/send.h"

#include <errno.h>

#include "lib/ring/enter.h"
#include "lib/ring/in-place.h"
#include "lib/ring/touch.h"
#include "lib/ring/turn.h"
#include "lib/ring/wait.h"

static int check_message(const struct ring *ring, const struct kipc_message *message)
{
	if (message->type < 1)
		return -EINVAL;
	return message->size > ring->max_message ? -EMSGSIZE : 0;
}

/*
 * Checks and touches messages before the lock is taken. Returns how many may be sent at a time, at least one;
 * or an error, which is about the first message.
 */
static ssize_t prepare(const struct ring *ring, const struct kipc_message *messages, size_t n_messages)
{
	size_t size = 0, n = 0;
	int r = 0;

	for (; n < n_messages && size <= RING_COPY_MAX; n++) {
		r = check_message(ring, &messages[n]);
		size += ring_record_units(messages[n].size) * RING_UNIT;
		if (r < 0 || (n > 0 && size > RING_COPY_MAX))
			break;
		ring_touch_to_read(messages[n].data, messages[n].size);
	}
	return n > 0 ? (ssize_t)n : r;
}

/*
 * Writes as many messages as fit, without waiting. Returns their number; if a page lacked, cursor->lacks is
 * set, and nothing is to be published yet. 0 with *ret_seen: not even the first fits now.
 */
static ssize_t put_what_fits(struct ring *ring, struct ring_cursor *cursor,
			     const struct kipc_message *messages, size_t n_messages, uint64_t *ret_seen)
{
	size_t n = 0;
	int r = 1;

	do {
		r = ring_cursor_make_room(ring, cursor, ring_record_units(messages[n].size), ret_seen);
		if (r <= 0)
			break;
		ring_cursor_put(ring, cursor, messages[n].type, messages[n].data, messages[n].size);
		n++;
	} while (n < n_messages);
	return r == -ENOBUFS && n > 0 ? (ssize_t)n : r < 0 ? r : (ssize_t)n;
}

/* After an attempt for which there was no room, or an error `n`: unlocks the side and waits. */
static int leave_and_wait(struct ring *ring, const struct ring_cursor *cursor, ssize_t n, uint64_t seen,
			  struct ring_patience *patience)
{
	if (n == 0)
		ring_turn_take_if_due(ring, cursor, patience);
	if (ring_lock_drop(&ring->header->producers, cursor->word) < 0)
		n = ring_broken(ring, KIPC_RING_LOCK);
	return n < 0 ? (int)n : ring_wait_for_room(ring, seen, patience);
}

/* How many units the kernel is asked to provide: what these messages need, and at least RING_READY_AHEAD. */
static uint64_t ahead(const struct kipc_message *messages, size_t n_messages)
{
	uint64_t units = 0;

	for (size_t i = 0; i < n_messages; i++)
		units += ring_record_units(messages[i].size);
	return units < RING_READY_AHEAD ? RING_READY_AHEAD : units;
}

ssize_t ring_send(struct ring *ring, const struct kipc_message *messages, size_t n_messages, int64_t timeout)
{
	struct ring_side *side = &ring->header->producers;
	struct ring_patience patience;
	struct ring_cursor cursor;
	uint64_t seen = 0;
	ssize_t n;
	int r;

	n = prepare(ring, messages, n_messages);
	if (n <= 0)
		return n;
	n_messages = (size_t)n;
	ring_patience_begin(&patience, timeout);
	if (messages->size > RING_COPY_MAX) {
		r = ring_send_large(ring, messages, &patience);
		if (r != -EOPNOTSUPP)
			return r < 0 ? r : 1;
	}
	do {
		r = ring_enter(ring, side, &patience, &cursor);
		if (r < 0)
			break;
		/*
		 * A consumer that empties a retired ring takes this lock once, and relies on no producer
		 * adding to it later.
		 */
		n = ring_is_retired(ring) ? -EIDRM
					  : put_what_fits(ring, &cursor, messages, n_messages, &seen);
		if (n > 0 && cursor.lacks == 0) {
			r = ring_leave(ring, side, &cursor);
			return r < 0 ? r : n;
		}
		if (cursor.lacks > 0)
			r = ring_leave_to_start_over(ring, side, &cursor, ahead(messages, n_messages), n,
						     &n_messages);
		else
			r = leave_and_wait(ring, &cursor, n, seen, &patience);
	} while (r == 0);
	ring_turn_give_up(ring, &patience);
	return r;
}
