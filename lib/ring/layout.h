/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_LAYOUT_H
#define KIPC_LIB_RING_LAYOUT_H

/*
 * The bytes of a ring: what lies where in a segment with `layout = ring`, version 1. This header has no code.
 *
 *   0       struct ring_header: geometry, and one side each for the producers and the consumers
 *   4096    the data area: `capacity` bytes of records
 *
 * Every process that the segment's mode lets in can write to all of it, so every reader treats it as hostile.
 * Numbers are in the byte order of the machine. The segment contains no pointer, and no object of the C
 * library.
 *
 * Records. A record is a header and a body, rounded up to units of 16 bytes; it is never split. If a record
 * does not fit before the end of the data area, a padding record fills the rest and the record begins at
 * offset 0. The records lie between the consumers' position and the producers' position; the bytes elsewhere
 * mean nothing.
 *
 * Positions count all units that the side has ever moved over, and never go back. A side's word holds the low
 * 31 bits of its position, its two counts hold all 64. Only the count whose position agrees with the word is
 * valid. A thread fills in the other one and then moves the word, so one compare-and-swap changes both, and a
 * death before it changes nothing.
 *
 * The word of a side is its lock, its position and its bell:
 *
 *   63              33   32        31        30         29      0
 *   | position, 31 bit | sleepers | waiters | owner died | owner |
 *
 * The low half is a robust futex, as Documentation/locking/robust-futex-ABI.rst of the kernel describes it:
 * the TID of the owner, or 0; FUTEX_OWNER_DIED, which the kernel sets when the owner dies; FUTEX_WAITERS,
 * which makes the kernel wake one waiter then. `sleepers` is our own: since all sleepers were last woken, a
 * thread has gone to sleep until this position changes.
 */

#include <assert.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define RING_MAGIC UINT64_C(0x676e69722d63706b) /* "kpc-ring" on a little-endian machine */
#define RING_VERSION UINT32_C(1)
#define RING_HEADER_SIZE 4096
#define RING_UNIT 16

/* Bytes. Fewer units than half of what 31 bits can count, so that the 31 bits of a position are unambiguous. */
#define RING_CAPACITY_MAX (UINT64_C(1) << 33)

/* -- the word of a side -- */

#define RING_WORD_OWNER UINT64_C(0x3fffffff)	  /* FUTEX_TID_MASK */
#define RING_WORD_OWNER_DIED UINT64_C(0x40000000) /* FUTEX_OWNER_DIED */
#define RING_WORD_WAITERS UINT64_C(0x80000000)	  /* FUTEX_WAITERS */
#define RING_WORD_SLEEPERS UINT64_C(0x100000000)  /* bit 32 */
#define RING_WORD_POSITION_SHIFT 33
#define RING_POSITION_MASK UINT64_C(0x7fffffff)

/* Where in the word the halves lie that futex(2) waits on. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define RING_WORD_LOCK_OFFSET 0
#define RING_WORD_POSITION_OFFSET 4
#else
#define RING_WORD_LOCK_OFFSET 4
#define RING_WORD_POSITION_OFFSET 0
#endif

static_assert(RING_WORD_OWNER == FUTEX_TID_MASK, "the kernel's word");
static_assert(RING_WORD_OWNER_DIED == FUTEX_OWNER_DIED, "the kernel's word");
static_assert(RING_WORD_WAITERS == FUTEX_WAITERS, "the kernel's word");
static_assert(ATOMIC_LLONG_LOCK_FREE == 2 && ATOMIC_INT_LOCK_FREE == 2,
	      "atomics between processes have no lock");
static_assert(RING_CAPACITY_MAX / RING_UNIT <= RING_POSITION_MASK / 2, "positions stay unambiguous");

/* -- records -- */

/* Zero is not a state, so that bytes that were never written cannot look like a record. */
enum ring_record_state {
	RING_RECORD_MESSAGE = 1,
	RING_RECORD_PADDING = 2, /* fills the data area up to its end; size 0, type 0 */
};

struct ring_record {
	uint32_t size; /* of the body, bytes */
	uint32_t state;
	int64_t type; /* above 0 */
};

static_assert(sizeof(struct ring_record) == RING_UNIT, "a record's header is one unit");

/* -- the two sides -- */

/* Where a side stood after a move, and everything that it had moved over by then. */
struct ring_count {
	_Atomic uint64_t position; /* units; its low 31 bits are the word's */
	_Atomic uint64_t offset;   /* into the data area, units */
	_Atomic uint64_t messages;
	_Atomic uint64_t bytes; /* of bodies */
};

/*
 * While the word stands at the claim's position, only the claim's process may move this side: a producer that
 * fills in a message in place, or a consumer that works on one. pid 0: no claim.
 */
struct ring_claim {
	_Atomic uint64_t owner; /* two halves of 32 bits: the pid, and behind it the ticket */
	/*
	 * Field 22 of /proc/PID/stat, which tells apart processes that had the same pid; in the initial time
	 * namespace. 0: not known.
	 */
	_Atomic uint64_t started;
	_Atomic uint64_t position; /* units, as in struct ring_count */
};

/*
 * A ticket tells apart the claims of one process. Its upper 16 bits tell apart the programs that the process
 * has executed, one after another (execve(2)); 0: not known.
 */
#define RING_TICKET_IMAGE_SHIFT 16

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define RING_CLAIM_PID_SHIFT 0
#define RING_CLAIM_TICKET_SHIFT 32
#else
#define RING_CLAIM_PID_SHIFT 32
#define RING_CLAIM_TICKET_SHIFT 0
#endif

/*
 * If `owner` is that of the producers' claim, the claim is the turn of a producer that waits for room
 * (lib/ring/turn.h). Zero in rings that an older library laid out. To an older library, a turn is an ordinary
 * claim.
 */
struct ring_turn {
	_Atomic uint64_t owner;
	_Atomic uint64_t since; /* the position at which the producer began to wait */
	_Atomic uint64_t
		roomy; /* CLOCK_MONOTONIC, ns: since when there has been room for any message; 0: there is not */
};

struct ring_side {
	_Atomic uint64_t word;
	struct ring_claim claim;
	struct ring_turn turn;
	char to_the_next_line[128 - 8 - 24 - 24];
	struct ring_count counts[2];
	_Atomic uint64_t waits; /* how often a thread slept until this side moved */
	char to_the_end[128 - 64 - 8];
};

static_assert(offsetof(struct ring_side, counts) == 128, "the counts have cache lines of their own");
static_assert(sizeof(struct ring_side) == 256, "a side is four cache lines: two pairs, as they are fetched");

struct ring_header {
	_Atomic uint64_t magic; /* stored last, when the segment becomes a ring */
	uint32_t version;
	uint32_t header_size;	/* RING_HEADER_SIZE */
	uint64_t capacity;	/* of the data area: bytes, a multiple of RING_UNIT */
	uint64_t max_message;	/* bytes: the largest body; the data area holds twice its record */
	uint64_t pid_namespace; /* inode of the PID namespace that the owners' TIDs belong to */
	char to_the_next_line[128 - 40];
	_Atomic uint32_t retired; /* 1: the ring's key no longer stands for it */
	char to_the_sides[128 - 4];
	struct ring_side producers; /* its position is where the next record goes */
	struct ring_side consumers; /* its position is where the oldest record lies */
	char reserved[RING_HEADER_SIZE - 256 - 2 * 256];
};

static_assert(CHAR_BIT == 8 && sizeof(_Atomic uint64_t) == 8 && sizeof(_Atomic uint32_t) == 4, "plain sizes");
static_assert(offsetof(struct ring_header, version) == 8, "layout 1");
static_assert(offsetof(struct ring_header, capacity) == 16, "layout 1");
static_assert(offsetof(struct ring_header, retired) == 128, "layout 1");
static_assert(offsetof(struct ring_header, producers) == 256, "layout 1");
static_assert(offsetof(struct ring_header, consumers) == 512, "layout 1");
static_assert(sizeof(struct ring_header) == RING_HEADER_SIZE, "layout 1");

#endif
