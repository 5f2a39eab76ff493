/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_ENTER_H
#define KIPC_LIB_RING_ENTER_H

/* Being inside a side: from taking its lock to leaving it moved. */

#include "lib/ring/cursor.h"
#include "lib/ring/lock.h"
#include "lib/ring/patience.h"

/* The rest of ring_enter(): the lock is someone else's, or (`word` not 0) ours and somebody has a claim. */
int ring_enter_slowly(struct ring *ring, struct ring_side *side, uint64_t word,
		      struct ring_patience *patience, struct ring_cursor *ret_cursor);

/*
 * Takes the lock of a side and reads where it stands, if that can be had at once. *ret_word is not 0 where the lock was had
 * and is still held, but the rest was not.
 */
RING_INLINE bool ring_try_enter(struct ring *ring, struct ring_side *side, struct ring_cursor *ret_cursor,
				uint64_t *ret_word)
{
	*ret_word = 0;
	if (!ring_is_admitted(ring) || !ring_lock_try(side, ret_word) ||
	    !ring_cursor_read(ring, side, *ret_word, ret_cursor))
		return false;
	/* Relaxed: claims are made under the lock. One of an earlier position is over. */
	return atomic_load_explicit(&side->claim.owner, memory_order_relaxed) == 0 ||
	       atomic_load_explicit(&side->claim.position, memory_order_relaxed) != ret_cursor->position;
}

/*
 * Takes the lock of a side and reads where it stands. A claim of somebody else is waited for. The lock is to be left by
 * ring_leave() or ring_lock_drop(). -EBADMSG; -ENOLCK; -EAGAIN, -ETIMEDOUT, -EINTR: the claim outlasts the deadline;
 * -EALREADY: the claim is this handle's own.
 */
RING_INLINE int ring_enter(struct ring *ring, struct ring_side *side, struct ring_patience *patience,
			   struct ring_cursor *ret_cursor)
{
	uint64_t word;

	return ring_try_enter(ring, side, ret_cursor, &word)
		       ? 0
		       : ring_enter_slowly(ring, side, word, patience, ret_cursor);
}

/* Moves the side to the cursor, letting go. -EBADMSG: the lock was not ours any more. */
RING_INLINE int ring_leave(struct ring *ring, struct ring_side *side, const struct ring_cursor *cursor)
{
	ring_cursor_write(side, cursor);
	if (ring_lock_move(side, cursor->word, cursor->position) < 0)
		return ring_broken(ring, KIPC_RING_LOCK);
	return 0;
}

/*
 * After that, leaves the side as it was and sees to what the cursor lacks, and for up to `wanted` units from there where that
 * can be had. 0: enter again; -ENOBUFS: there is no memory; -ENOMEM; -EBADMSG.
 */
int ring_leave_to_make_ready(struct ring *ring, struct ring_side *side, const struct ring_cursor *cursor,
			     uint64_t wanted);

#endif
