/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BENCH_RUN_H
#define KIPC_CLIENT_BENCH_RUN_H

/* How fast messages go through a queue or a ring on this machine, measured on objects that are created for it and removed. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is measured. */
struct bench_plan {
	bool is_ring;
	uint64_t capacity;    /* of a queue (0: the kernel's default), or the size of the segment: bytes */
	uint64_t max_message; /* of a ring: bytes; 0: an eighth of the size */
	size_t size;	      /* of a message: bytes */
	unsigned producers, consumers;
	unsigned batch;	  /* messages a call */
	int64_t duration; /* of each of the two figures, microseconds */
};

/* Round trips by how long they took: 16 classes for each power of two of nanoseconds. */
#define BENCH_CLASSES (40 * 16)

struct bench_result {
	double messages;	/* a second, received */
	double senders_share;	/* the least busy sender's, of the busiest one's */
	double receivers_share; /* the same of the receivers */
	uint64_t trips[BENCH_CLASSES];
	uint64_t n_trips;
};

/*
 * Measures. When it returns, the measuring processes have ended, and the objects are removed. -EINTR: a signal was caught;
 * -EMSGSIZE: a message of that size does not fit; -EIO: a process failed, or a message was changed; errors of
 * kipc_object_create().
 */
int bench_run(const struct bench_plan *plan, struct bench_result *ret_result);

/* The time that `share` (0 to 1) of all round trips did not exceed, ns. */
uint64_t bench_percentile(const struct bench_result *result, double share);

/* The shortest round trip that is counted in that class, ns. */
uint64_t bench_class_start(unsigned class);

#endif
