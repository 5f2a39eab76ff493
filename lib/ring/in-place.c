/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Messages in place: reserve, commit, abort; acquire, release. A program works on the ring's own memory for
 * as long as it likes, so it holds no lock meanwhile; a claim in the segment keeps other parties off that
 * side. The claim is valid while the side stands where it stood. So the one compare-and-swap that moves the
 * side also ends the claim, and a death leaves either the claim or the message. The claim says which process
 * made it; the next party that meets it finds out whether that process lives.
 *
 * A process that ends a claim by moving the side does so under the lock, after checking that the claim is
 * still its own. Giving a claim up needs no lock, so it never fails.
 */

#include "lib/ring/in-place.h"

#include <errno.h>
#include <string.h>

#include "lib/ring/claim.h"
#include "lib/ring/enter.h"
#include "lib/ring/process.h"
#include "lib/ring/turn.h"
#include "lib/ring/wait.h"

/* -- holds -- */

/* Claims the side where it stands, for the record at the cursor, and unlocks it. hold->claim is filled in. */
static int hold_and_drop(struct ring *ring, struct ring_side *side, struct ring_hold *hold,
			 const struct ring_cursor *cursor)
{
	/* Relaxed, here and in forget(): as in hold.c. */
	atomic_store_explicit(&hold->tid, ring_thread.tid, memory_order_relaxed);
	hold->record = cursor->position;
	hold->offset = cursor->offset;
	hold->side = side;
	ring_claim_make(side, &hold->claim, NULL);
	if (ring_lock_drop(side, cursor->word) < 0)
		return ring_broken(ring, KIPC_RING_LOCK);
	atomic_store_explicit(&hold->mark, ring_thread_mark(), memory_order_relaxed);
	return 0;
}

static void forget(struct ring_hold *hold)
{
	atomic_store_explicit(&hold->mark, 0, memory_order_relaxed);
}

/*
 * Takes the lock for the holder of a claim. 0: the claim is still there, and *ret_cursor is behind its
 * record; -EOWNERDEAD: it is void; -EBADMSG; errors of ring_lock_take().
 */
static int enter_again(struct ring *ring, struct ring_side *side, const struct ring_hold *hold,
		       struct ring_cursor *ret_cursor)
{
	uint64_t word;
	int r;

	r = ring_lock_take(side, NULL, &word);
	if (r < 0)
		return r;
	if (!ring_cursor_read(ring, side, word, ret_cursor))
		r = ring_broken(ring, KIPC_RING_COUNTS);
	else if (ret_cursor->position != hold->claim.position || !ring_claim_is(side, &hold->claim))
		r = -EOWNERDEAD;
	if (r != 0) {
		(void)ring_lock_drop(side, word);
		return r;
	}
	ret_cursor->position = hold->record;
	ret_cursor->offset = hold->offset;
	ring_cursor_pass(ring, ret_cursor, hold->size);
	return 0;
}

/*
 * Sends the reserved message or removes the acquired one, which ends the claim. After any error except
 * -EOWNERDEAD and -EIDRM the hold is as it was.
 */
static int settle(struct ring *ring, struct ring_hold *hold)
{
	struct ring_side *side = hold->side;
	struct ring_cursor cursor;
	int r;

	r = enter_again(ring, side, hold, &cursor);
	if (r == -EOWNERDEAD)
		forget(hold);
	if (r != 0)
		return r;
	if (side == &ring->header->producers) {
		if (ring_is_retired(ring)) {
			(void)ring_lock_drop(side, cursor.word);
			ring_claim_give_up(side, &hold->claim);
			forget(hold);
			return -EIDRM;
		}
		*ring_record_at(ring, hold->offset) =
			(struct ring_record){ hold->size, RING_RECORD_MESSAGE, hold->type };
	}
	r = ring_leave(ring, side, &cursor);
	if (r == 0)
		forget(hold);
	return r;
}

/* -EINVAL: this process holds nothing here; errors of ring_admit(). */
static int check_hold(struct ring *ring, const struct ring_hold *hold)
{
	int r;

	/* Relaxed: the thread that made the hold, or learnt of it from that thread, sees the mark. */
	if (atomic_load_explicit(&hold->mark, memory_order_relaxed) == 0)
		return -EINVAL;
	r = ring_admit(ring);
	return r == 0 && !ring_hold_is_ours(hold) ? -EINVAL : r;
}

static int give_up(struct ring *ring, struct ring_hold *hold)
{
	int r = check_hold(ring, hold);

	if (r < 0)
		return r;
	ring_claim_give_up(hold->side, &hold->claim);
	forget(hold);
	return 0;
}

/* Fills in a new claim before the lock is taken. -EALREADY: this process holds something here. */
static int prepare(struct ring *ring, struct ring_hold *hold, struct ring_claimant *ret_claim)
{
	int r = ring_admit(ring);

	if (r == 0 && ring_hold_is_ours(hold))
		r = -EALREADY;
	return r < 0 ? r : ring_process_claim(ret_claim);
}

/* -- producers -- */

/* Waits for room for a body of hold->size bytes, and claims it. hold->claim is filled in but for its position. */
static int hold_room(struct ring *ring, struct ring_hold *hold, struct ring_patience *patience)
{
	struct ring_side *side = &ring->header->producers;
	struct ring_cursor cursor;
	uint64_t seen;
	int r = 0;

	while (r == 0) {
		r = ring_enter(ring, side, patience, &cursor);
		if (r < 0)
			break;
		hold->claim.position = cursor.position;
		r = ring_cursor_make_room(ring, &cursor, ring_record_units(hold->size), &seen);
		if (r > 0)
			return hold_and_drop(ring, side, hold, &cursor);
		if (r == -ENOBUFS) {
			r = ring_leave_to_make_ready(ring, side, &cursor, RING_READY_AHEAD);
			continue;
		}
		ring_turn_take_if_due(ring, &cursor, patience);
		if (ring_lock_drop(side, cursor.word) < 0)
			r = ring_broken(ring, KIPC_RING_LOCK);
		if (r == 0)
			r = ring_wait_for_room(ring, seen, patience);
	}
	ring_turn_give_up(ring, patience);
	return r;
}

int ring_reserve(struct ring *ring, size_t size, int64_t timeout, void **ret_data)
{
	struct ring_hold *hold = &ring->reserved;
	struct ring_patience patience;
	struct ring_claimant claim;
	int r;

	if (size > ring->max_message)
		return -EMSGSIZE;
	ring_patience_begin(&patience, timeout);
	r = prepare(ring, hold, &claim);
	if (r < 0)
		return r;
	hold->claim = claim;
	hold->size = (uint32_t)size;
	r = hold_room(ring, hold, &patience);
	if (r == 0)
		*ret_data = ring_record_at(ring, hold->offset) + 1;
	return r;
}

int ring_commit(struct ring *ring, long type, size_t size)
{
	struct ring_hold *hold = &ring->reserved;
	int r = check_hold(ring, hold);

	if (r == 0 && (type < 1 || size > hold->size))
		r = -EINVAL;
	if (r < 0)
		return r;
	hold->size = (uint32_t)size;
	hold->type = type;
	return settle(ring, hold);
}

int ring_abort(struct ring *ring)
{
	return give_up(ring, &ring->reserved);
}

int ring_send_large(struct ring *ring, const struct kipc_message *message, struct ring_patience *patience)
{
	struct ring_hold hold = { .size = (uint32_t)message->size, .type = message->type };
	int r = ring_admit(ring);

	if (r < 0)
		return r;
	if (ring_process_claim(&hold.claim) < 0)
		return -EOPNOTSUPP;
	r = hold_room(ring, &hold, patience);
	if (r < 0)
		return r;
	memcpy(ring_record_at(ring, hold.offset) + 1, message->data, message->size);
	r = settle(ring, &hold);
	if (r < 0)
		ring_claim_give_up(hold.side, &hold.claim);
	return r;
}

/* -- consumers -- */

/* Waits for a message, and claims the oldest. hold->claim is filled in but for its position. */
static int hold_oldest(struct ring *ring, struct ring_hold *hold, struct ring_patience *patience)
{
	struct ring_side *side = &ring->header->consumers;
	struct ring_cursor cursor;
	struct ring_record record;
	uint64_t seen;
	int r = 0;

	while (r == 0) {
		r = ring_enter(ring, side, patience, &cursor);
		if (r < 0)
			break;
		hold->claim.position = cursor.position;
		r = ring_cursor_find(ring, &cursor, &record, &seen);
		if (r > 0) {
			hold->size = record.size;
			hold->type = record.type;
			return hold_and_drop(ring, side, hold, &cursor);
		}
		if (r == -ENOBUFS) {
			r = ring_leave_to_make_ready(ring, side, &cursor, 0);
			continue;
		}
		if (ring_lock_drop(side, cursor.word) < 0)
			r = ring_broken(ring, KIPC_RING_LOCK);
		if (r == 0)
			r = ring_wait_for_message(ring, seen, patience);
	}
	return r == -EAGAIN ? -ENOMSG : r;
}

ssize_t ring_acquire(struct ring *ring, int64_t timeout, const void **ret_data, long *ret_type)
{
	struct ring_hold *hold = &ring->acquired;
	struct ring_patience patience;
	struct ring_claimant claim;
	int r;

	ring_patience_begin(&patience, timeout);
	r = prepare(ring, hold, &claim);
	if (r < 0)
		return r;
	hold->claim = claim;
	r = hold_oldest(ring, hold, &patience);
	if (r < 0)
		return r;
	*ret_data = ring_record_at(ring, hold->offset) + 1;
	if (ret_type != NULL)
		*ret_type = (long)hold->type;
	return hold->size;
}

int ring_release(struct ring *ring)
{
	int r = check_hold(ring, &ring->acquired);

	return r < 0 ? r : settle(ring, &ring->acquired);
}

int ring_recv_large(struct ring *ring, void *buffer, size_t size, size_t touched,
		    struct kipc_message *ret_message, struct ring_patience *patience)
{
	struct ring_hold hold = { 0 };
	int r = ring_admit(ring);

	if (r < 0)
		return r;
	if (ring_process_claim(&hold.claim) < 0)
		return -EOPNOTSUPP;
	r = hold_oldest(ring, &hold, patience);
	if (r < 0)
		return r;
	ret_message->type = (long)hold.type;
	ret_message->data = buffer;
	ret_message->size = hold.size;
	if (hold.size > size)
		r = -EMSGSIZE;
	else if (hold.size > touched)
		r = 0; /* it is not the message that the caller has touched memory for */
	else {
		memcpy(buffer, ring_record_at(ring, hold.offset) + 1, hold.size);
		r = settle(ring, &hold);
		if (r == 0)
			return 1;
	}
	ring_claim_give_up(hold.side, &hold.claim);
	return r;
}

void ring_give_up_holds(struct ring *ring)
{
	(void)give_up(ring, &ring->reserved);
	(void)give_up(ring, &ring->acquired);
}
