/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_HANDLE_H
#define KIPC_LIB_RING_HANDLE_H

/* One attached ring, as this process sees it. lib/ring/attach.c makes it; threads share it. */

#include <errno.h>
#include <stdalign.h>
#include <stdatomic.h>

#include "lib/kipc.h"
#include "lib/ring/claimant.h"
#include "lib/ring/lock.h"
#include "lib/ring/pause.h"

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

/* The slow path of ring_admit(). */
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

/* Whether this process, not a parent of it, has reserved or acquired something. */
bool ring_hold_is_ours(const struct ring_hold *hold);

/* Whether it is one that this very thread made by this handle: waiting for it, it would wait for itself. */
bool ring_hold_is_own(const struct ring *ring, const struct ring_side *side,
		      const struct ring_claimant *claim);

#endif
