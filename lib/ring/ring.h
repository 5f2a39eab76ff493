/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_RING_H
#define KIPC_LIB_RING_RING_H

/* One attached ring: ring/attach.c makes it, ring.c moves messages, ring/claim.c hands them out where they lie. */

#include <errno.h>
#include <stdalign.h>

#include "lib/kipc.h"
#include "lib/ring/layout.h"
#include "lib/ring/lock.h"
#include "lib/ring/pause.h"

/* A side's count, read under its lock and checked. */
struct ring_cursor {
	uint64_t word;	   /* as ring_lock_take() gave it */
	uint64_t position; /* units */
	uint64_t offset;   /* units into the data area */
	uint64_t messages, bytes;
	uint64_t lacks; /* units at the offset, whose pages are not known to be there; 0: none */
	unsigned next;	/* index of the count to be filled in */
};

/* A claim as it stands in the segment, and whose it is. */
struct ring_claimant {
	uint64_t owner; /* 0: there is none */
	uint64_t started;
	uint64_t position;
};

static inline uint32_t ring_claim_pid(uint64_t owner)
{
	return (uint32_t)(owner >> RING_CLAIM_PID_SHIFT);
}

static inline uint32_t ring_claim_ticket(uint64_t owner)
{
	return (uint32_t)(owner >> RING_CLAIM_TICKET_SHIFT);
}

/* A mark that no process has, while 0 is that of all that are not known. */
#define RING_MARK_NONE UINT32_MAX

/* What was reserved, or acquired. */
struct ring_hold {
	_Atomic uint32_t tid; /* of the thread that made it; any other of the process may end it */
	_Atomic uint32_t
		mark; /* of the process that holds it: in a child of a fork, nothing is held; 0: nothing is */
	struct ring_side *side;
	struct ring_claimant claim;
	uint64_t record; /* where it lies: its position, */
	uint64_t offset; /* into the data area, units, */
	uint32_t size;	 /* and its body, bytes */
	int64_t type;
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
	/* Which pages of the data area are there (lib/ring/ready.h), and up to where, units, all of them. */
	atomic_bool *ready;
	_Atomic uint64_t ready_end;
	uint32_t max_message;
	uint32_t max_at_once; /* of that, what may be copied under a lock */
	int id;
	bool is_writable;
	uint64_t pid_namespace;	    /* in which it was made */
	_Atomic uint32_t mark;	    /* of the process (lib/ring/process.h) that was found to be of that */
	_Atomic int fault;	    /* enum kipc_ring_fault of the last -EBADMSG */
	struct ring *older;	    /* of a channel whose object was made anew */
	atomic_bool is_taken_first; /* takers have been here, and none of those older has messages */
	atomic_bool is_spent;	    /* it was retired, and nothing is in it any more nor will be */
	atomic_bool was_taken_from;
	atomic_bool is_buried; /* by ring_bury() */
	uint64_t segment_size;

	alignas(128) uint64_t seen_consumers; /* units; under the producers' lock */
	struct ring_spin sender;
	struct ring_hold reserved;

	alignas(128) uint64_t seen_producers; /* units; under the consumers' lock */
	_Atomic size_t last_taken;	      /* bytes: a guess at what the next call takes */
	struct ring_spin receiver;
	struct ring_hold acquired;
};

static inline bool ring_is_retired(const struct ring *ring)
{
	/* Relaxed: says nothing of anything else in the segment. */
	return atomic_load_explicit(&ring->header->retired, memory_order_relaxed) != 0;
}

/* Remembers which invariant broke. Returns -EBADMSG. */
static inline int ring_broken(struct ring *ring, enum kipc_ring_fault fault)
{
	/* Relaxed: a figure for people. */
	atomic_store_explicit(&ring->fault, fault, memory_order_relaxed);
	return -EBADMSG;
}

/* -- ring/attach.c -- */

/* The rest of ring_admit(). */
int ring_admit_slowly(struct ring *ring);

/* Whether this thread may use the locks: it, and its process, are known. -EXDEV: it is of another PID namespace. */
static inline bool ring_is_admitted(const struct ring *ring)
{
	/* Relaxed: both are this thread's own business, or 0. */
	return atomic_load_explicit(&ring->mark, memory_order_relaxed) ==
	       atomic_load_explicit(ring_thread.mark, memory_order_relaxed);
}

static inline int ring_admit(struct ring *ring)
{
	return ring_is_admitted(ring) ? 0 : ring_admit_slowly(ring);
}

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

/*
 * Gives the memory of a retired ring back, which threads may still be in: they find an empty one that is retired. Not where
 * something is held in it, or somebody does not leave it.
 */
void ring_bury(struct ring *ring);

/* Figures, taken without a lock. */
void ring_stat(struct ring *ring, struct kipc_ring *ret_stat);

/* -- ring/wait.c -- */

/* How long one call may wait, and how it has waited so far. The timeout is as kipc_recv() takes it. */
struct ring_patience {
	int64_t timeout;
	bool is_bounded; /* `end` is set: only when it turns out that the call has to wait */
	struct timespec end;
	long nap_ns; /* 0: it has not had to */

	/* lib/ring/turn.h: */
	bool is_full;	  /* it has found no room; then the next two are set */
	bool is_starving; /* it has waited for long; then `turn` is set but for its position */
	uint64_t since;
	struct timespec starving_at;
	struct ring_claimant turn;
};

/* Not all of it, which is much. */
static inline void ring_patience_begin(struct ring_patience *patience, int64_t timeout)
{
	patience->timeout = timeout;
	patience->is_bounded = patience->is_full = patience->is_starving = false;
	patience->nap_ns = 0;
}

/* NULL for KIPC_FOREVER; for KIPC_NOW a time long ago. */
const struct timespec *ring_patience_end(struct ring_patience *patience);

/*
 * Waits until the consumers (the producers) have left `position`. -EAGAIN: KIPC_NOW; -ETIMEDOUT; -EINTR; -EIDRM:
 * retired.
 */
int ring_await_room(struct ring *ring, uint64_t position, struct ring_patience *patience);
int ring_await_message(struct ring *ring, uint64_t position, struct ring_patience *patience);

/*
 * The same while somebody else has a claim on that side; also returns when it is time to look whether that one lives. A
 * retired ring ends only the wait of a producer: what is in it may still come back to a consumer.
 */
int ring_await_claim(struct ring *ring, struct ring_side *side, uint64_t position,
		     struct ring_patience *patience);

/* -- ring.c -- */

ssize_t ring_send(struct ring *ring, const struct kipc_message *messages, size_t n_messages, int64_t timeout);
ssize_t ring_recv(struct ring *ring, void *buffer, size_t size, struct kipc_message *ret_messages,
		  size_t n_messages, int64_t timeout);
ssize_t ring_peek(struct ring *ring, void *buffer, size_t size, long position, long *ret_type);
int ring_wait(struct ring *ring, int64_t timeout);

/* Whether it is retired and has no message, and no producer is still bringing one. */
bool ring_is_used_up(struct ring *ring);

/* Of the oldest message. -ENOMSG; errors as ring_peek(). */
int ring_next_size(struct ring *ring, size_t *ret_size);

/* -- ring/claim.c -- */

void ring_claim_read(const struct ring_side *side, struct ring_claimant *ret_claim);

/* Whether that is the claim which stands there. */
bool ring_claim_is(const struct ring_side *side, const struct ring_claimant *claim);

/* Under the lock. `since`: NULL for a claim proper; for a turn, where the side stood when it began to wait. */
void ring_claim_make(struct ring_side *side, const struct ring_claimant *claim, const uint64_t *since);

/* Takes it away if it stands there, and wakes who waits for it. Needs no lock. */
void ring_claim_give_up(struct ring_side *side, const struct ring_claimant *claim);

/* Whether it is one that this very thread made by this handle: waiting for it, it would wait for itself. */
bool ring_claim_is_own(const struct ring *ring, const struct ring_side *side,
		       const struct ring_claimant *claim);

/* Whether this process, not a parent of it, has reserved or acquired something. */
bool ring_is_holding(const struct ring_hold *hold);

/*
 * Sends, or takes, one message of a size that is not to be copied under a lock. -EOPNOTSUPP: nothing can be claimed here;
 * errors as ring_send() and ring_recv(). ring_take_apart() returns 0 if it was larger than `touched`, and was left there.
 */
int ring_send_apart(struct ring *ring, const struct kipc_message *message, struct ring_patience *patience);
int ring_take_apart(struct ring *ring, void *buffer, size_t size, size_t touched,
		    struct kipc_message *ret_message, struct ring_patience *patience);

int ring_reserve(struct ring *ring, size_t size, int64_t timeout, void **ret_data);
int ring_commit(struct ring *ring, long type, size_t size);
int ring_abort(struct ring *ring);
ssize_t ring_acquire(struct ring *ring, int64_t timeout, const void **ret_data, long *ret_type);
int ring_release(struct ring *ring);

/* Gives back what the handle holds. Never fails. */
void ring_let_go(struct ring *ring);

#endif
