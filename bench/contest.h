/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_BENCH_CONTEST_H
#define KIPC_BENCH_CONTEST_H

/* A way to pass messages between processes, as bench/contest.c measures it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONTEST_BATCH 32

struct contestant {
	const char *name;
	unsigned max_parties; /* of each side */

	/* Called in the parent before it forks. False: cannot pass messages of this size; errno tells why. */
	bool (*make)(size_t size);
	void (*unmake)(void);

	/* Called in each process that sends or receives; may be NULL. */
	void (*begin_send)(void);
	void (*begin_recv)(void);

	/*
	 * `data` holds messages of one size, one behind another. A call sends or receives up to n of them, at least one, and
	 * returns how many. A receiver finds the messages at *ret_data, *ret_stride bytes apart; it calls done(), which may
	 * be NULL, when it has read them.
	 */
	size_t (*send)(const char *data, size_t size, size_t n);
	size_t (*recv)(const char **ret_data, size_t *ret_stride, size_t size);
	void (*done)(void);
};

/* The receiver's buffer: room for CONTEST_BATCH of the largest messages. */
extern char *contest_buffer;

/* Prints `what` and the error of errno, and exits. */
void contest_fail(const char *what) __attribute__((noreturn));

/* Zeroed memory that is shared with all processes forked later. */
void *contest_share(size_t size);

extern const struct contestant contest_sysv, contest_mq, contest_pipe, contest_seqpacket;
extern const struct contestant contest_spin, contest_spin_batch;
extern const struct contestant contest_kipc_queue, contest_ring, contest_ring_batch, contest_ring_zero;
extern const struct contestant contest_ck_spsc, contest_ck_mpmc;
extern const struct contestant contest_zmq, contest_nng, contest_boost;

#endif
