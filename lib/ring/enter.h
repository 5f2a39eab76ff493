/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_ENTER_H
#define KIPC_LIB_RING_ENTER_H

/* Entering a side, by taking its lock and reading its counts, and leaving it, moved or as it was. */

#include "lib/ring/cursor.h"
#include "lib/ring/lock.h"
#include "lib/ring/patience.h"

/*
 * The slow path of ring_enter(). `word` 0: the lock is not ours; otherwise it is, but the side is claimed or
 * its counts are wrong.
 */
int ring_enter_slowly(struct ring *ring, struct ring_side *side, uint64_t word,
		      struct ring_patience *patience, struct ring_cursor *ret_cursor);

/*
 * Takes the lock of a side and reads where it stands, if that is possible at once. False: it is not, and
 * *ret_word tells whether the lock was taken and is still held: then it is the word, otherwise 0.
 */
static ALWAYS_INLINE bool ring_enter_at_once(struct ring *ring, struct ring_side *side,
					     struct ring_cursor *ret_cursor, uint64_t *ret_word)
{
	*ret_word = 0;
	if (!ring_is_admitted(ring) || !ring_lock_try(side, ret_word) ||
	    !ring_cursor_read(ring, side, *ret_word, ret_cursor))
		return false;
	/* Relaxed: claims are made under the lock. A claim at an earlier position is over. */
	return atomic_load_explicit(&side->claim.owner, memory_order_relaxed) == 0 ||
	       atomic_load_explicit(&side->claim.position, memory_order_relaxed) != ret_cursor->position;
}

/*
 * Takes the lock of a side and reads where it stands; waits while another party has a claim. The caller
 * leaves by ring_leave() or ring_lock_drop(). -EBADMSG; -ENOLCK; -EIDRM: retired (producers); -EAGAIN,
 * -ETIMEDOUT, -EINTR: the claim is still there; -EALREADY: the claim is this thread's own, through this
 * handle; errors of ring_admit().
 */
static ALWAYS_INLINE int ring_enter(struct ring *ring, struct ring_side *side, struct ring_patience *patience,
				    struct ring_cursor *ret_cursor)
{
	uint64_t word;

	return ring_enter_at_once(ring, side, ret_cursor, &word)
		       ? 0
		       : ring_enter_slowly(ring, side, word, patience, ret_cursor);
}

/* Moves the side to the cursor and unlocks it. -EBADMSG: the lock was no longer ours. */
static ALWAYS_INLINE int ring_leave(struct ring *ring, struct ring_side *side,
				    const struct ring_cursor *cursor)
{
	ring_cursor_write(side, cursor);
	if (ring_lock_move(side, cursor->word, cursor->position) < 0)
		return ring_broken(ring, KIPC_RING_LOCK);
	return 0;
}

/*
 * For a cursor that lacks pages: unlocks the side as it was, and asks the kernel for the pages; if there is
 * enough memory, for those of `wanted` units. 0: enter again; -ENOBUFS: the kernel has no memory; -ENOMEM;
 * -EBADMSG.
 */
int ring_leave_to_make_ready(struct ring *ring, struct ring_side *side, const struct ring_cursor *cursor,
			     uint64_t wanted);

/*
 * The same for a batch of which `n` messages were put or taken before a page was lacking. None of them is
 * published, so that all appear at once, as they would if no page lacked. If the kernel has no memory for the
 * page, returns 0 with *ret_n_messages = n: the batch then ends in front of it.
 */
int ring_leave_to_start_over(struct ring *ring, struct ring_side *side, const struct ring_cursor *cursor,
			     uint64_t wanted, ssize_t n, size_t *ret_n_messages);

#endif
