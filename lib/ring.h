/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_H
#define KIPC_LIB_RING_H

/* One attached ring: ring-attach.c makes it, ring.c moves messages, ring-claim.c hands them out where they lie. */

#include <stdalign.h>

#include "lib/kipc.h"
#include "lib/ring-layout.h"
#include "lib/ring-pause.h"

/* A side's count, read under its lock and checked. */
struct ring_cursor {
	uint64_t word;	   /* as ring_lock_take() gave it */
	uint64_t position; /* units */
	uint64_t offset;   /* units into the data area */
	uint64_t messages, bytes;
	unsigned next; /* index of the count to be filled in */
};

/* What a handle has reserved, or acquired. */
struct ring_hold {
	atomic_bool is_held;
	struct ring_cursor cursor; /* at the record; its word has the position of the claim */
	uint32_t size;		   /* of the body, bytes */
};

/*
 * Ours alone, whatever the segment says: geometry as it was checked when attaching, and the cursors we go by. The other
 * side's position as last seen is a safe guess for ever (it only moves on), so a call looks at the other side's cache
 * line only when the guess no longer does.
 */
struct ring {
	struct ring_header *header;
	char *data;
	uint64_t capacity; /* units */
	uint32_t max_message;
	int id;
	uint32_t ticket; /* of its claims: tells this process's handles apart */
	bool is_writable;
	_Atomic int fault;  /* enum kipc_ring_fault of the last -EBADMSG */
	struct ring *older; /* of a channel whose object was made anew: mapped until kipc_close() */

	alignas(128) uint64_t seen_consumers; /* units; under the producers' lock */
	struct ring_spin sender;
	struct ring_hold reserved;

	alignas(128) uint64_t seen_producers; /* units; under the consumers' lock */
	struct ring_spin receiver;
	struct ring_hold acquired;
};

static inline bool ring_is_retired(const struct ring *ring)
{
	/* Relaxed: says nothing of anything else in the segment. */
	return atomic_load_explicit(&ring->header->retired, memory_order_relaxed) != 0;
}

/* -- ring-attach.c -- */

/*
 * Attaches a segment that is a ring. -EPROTOTYPE: it is none; -EBADMSG: its geometry is wrong; -EXDEV; -EACCES;
 * -EIDRM; -ENOMEM. Free with ring_free().
 */
int ring_attach(int id, bool is_writable, struct ring **ret_ring);

/* Detaches this and the older ones. NULL is fine. Returns NULL. */
struct ring *ring_free(struct ring *ring);

/*
 * 1: its ring has no message; 0: it has, or its positions are broken; -EBADMSG: its geometry is; errors as ring_attach().
 * Attaches it for a moment.
 */
int ring_is_empty(int id);

/*
 * Says that this ring is no longer the one its key means, and wakes who sleeps on it. -EPROTOTYPE: it is no ring; errors
 * of attaching.
 */
int ring_retire(int id);

/* The same, and laying out, for who has the segment attached already. As those, and kipc_ring_format(). */
int ring_is_empty_at(void *address, uint64_t segment_size);
int ring_retire_at(void *address, uint64_t segment_size);
int ring_lay_out(void *address, uint64_t segment_size, size_t max_message);

/* Figures, taken without a lock. */
void ring_stat(struct ring *ring, struct kipc_ring *ret_stat);

/* -- ring-wait.c -- */

/* How long one call may wait, and how it has waited so far. Begins as { .timeout = … }, as kipc_recv() takes it. */
struct ring_patience {
	int64_t timeout;
	bool is_bounded; /* `end` is set: only when it turns out that the call has to wait */
	struct timespec end;
	long nap_ns; /* 0: it has not had to */
};

/* NULL for KIPC_FOREVER. */
const struct timespec *ring_patience_end(struct ring_patience *patience);

/*
 * Waits until the consumers (the producers) have left `position`. -EAGAIN: KIPC_NOW; -ETIMEDOUT; -EINTR; -EIDRM:
 * retired.
 */
int ring_await_room(struct ring *ring, uint64_t position, struct ring_patience *patience);
int ring_await_message(struct ring *ring, uint64_t position, struct ring_patience *patience);

/* The same while somebody else has a claim on that side; also returns when it is time to look whether he lives. */
int ring_await_claim(struct ring *ring, struct ring_side *side, uint64_t position,
		     struct ring_patience *patience);

/* -- ring.c -- */

/* Remembers which invariant broke. Returns -EBADMSG. */
int ring_broken(struct ring *ring, enum kipc_ring_fault fault);

ssize_t ring_send(struct ring *ring, const struct kipc_message *messages, size_t n_messages, int64_t timeout);
ssize_t ring_recv(struct ring *ring, void *buffer, size_t size, struct kipc_message *ret_messages,
		  size_t n_messages, int64_t timeout);
ssize_t ring_peek(struct ring *ring, void *buffer, size_t size, long position, long *ret_type);
int ring_wait(struct ring *ring, int64_t timeout);

/* Of the oldest message. -ENOMSG; errors as ring_peek(). */
int ring_next_size(struct ring *ring, size_t *ret_size);

/* -- ring-claim.c -- */

/* Whether a claim on that side, at the position the cursor shows, keeps others out; clears a dead process's. */
bool ring_claim_is_held(struct ring_side *side, uint64_t position);

/* Whether it is the one of this very handle. */
bool ring_claim_is_own(const struct ring *ring, const struct ring_side *side);

int ring_reserve(struct ring *ring, size_t size, int64_t timeout, void **ret_data);
int ring_commit(struct ring *ring, long type, size_t size);
int ring_abort(struct ring *ring);
ssize_t ring_acquire(struct ring *ring, int64_t timeout, const void **ret_data, long *ret_type);
int ring_release(struct ring *ring);

/* Gives back what the handle holds. */
void ring_let_go(struct ring *ring);

#endif
