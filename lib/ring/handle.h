/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_HANDLE_H
#define KIPC_LIB_RING_HANDLE_H

/* One attached ring, as this process sees it. lib/ring/attach.c makes and frees it; threads share it. */

#include <errno.h>
#include <stdalign.h>
#include <stdatomic.h>

#include "lib/kipc.h"
#include "lib/ring/hold.h"
#include "lib/ring/spin.h"
#include "lib/ring/thread.h"

/*
 * The mark of a handle that no process uses yet. No process has it, and 0 is that of a process that is not
 * known.
 */
#define RING_MARK_NONE UINT32_MAX

/*
 * All of this lies in our own memory, so no other program can change it: the geometry as it was checked at
 * the attach, and the position of the other side as it was last seen. Positions only grow, so that one stays
 * a safe guess for ever: there is at least as much room, or at least as many messages, as it says. A call
 * reads the other side's cache line only when that is not enough.
 */
struct ring {
	struct ring_header *header;
	char *data;
	uint64_t capacity; /* units */
	/*
	 * Which pages of the data area exist (lib/ring/ready.h), and the offset before which all of them do,
	 * units.
	 */
	atomic_bool *ready;
	_Atomic uint64_t ready_end;
	uint32_t max_message;
	uint32_t max_at_once; /* the largest body that may be copied under a lock */
	int id;
	bool is_writable;
	uint64_t pid_namespace; /* in which the ring was made */
	_Atomic uint32_t
		mark;	   /* of the process (lib/ring/process.h) that was found to be in that namespace */
	_Atomic int fault; /* enum kipc_ring_fault of the last -EBADMSG */

	/* The next four are for lib/channel-ring.c. */
	struct ring *older; /* the handle of the channel's previous object */
	atomic_bool
		is_taken_first; /* this channel has received here, and none of the older rings has messages */
	atomic_bool is_spent;	/* it is retired and empty, and stays so */
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
	/* Relaxed: it says nothing about anything else in the segment. */
	return atomic_load_explicit(&ring->header->retired, memory_order_relaxed) != 0;
}

/* Remembers which invariant broke. Returns -EBADMSG. */
static inline int ring_broken(struct ring *ring, enum kipc_ring_fault fault)
{
	/* Relaxed: for display. */
	atomic_store_explicit(&ring->fault, fault, memory_order_relaxed);
	return -EBADMSG;
}

/* The slow path of ring_admit(). */
int ring_admit_slowly(struct ring *ring);

/* Whether this thread may use the locks: it is known, and its process is in the ring's PID namespace. */
static inline bool ring_is_admitted(const struct ring *ring)
{
	/* Relaxed: nothing that is read later depends on these two numbers. */
	return atomic_load_explicit(&ring->mark, memory_order_relaxed) == ring_thread_mark();
}

/*
 * Finds out whether this thread may use the locks. -EXDEV: it is in another PID namespace; errors of
 * ring_thread_init().
 */
static inline int ring_admit(struct ring *ring)
{
	return ring_is_admitted(ring) ? 0 : ring_admit_slowly(ring);
}

#endif
