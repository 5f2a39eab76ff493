/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_BENCH_CONTEST_H
#define KIPC_BENCH_CONTEST_H

/* What a way of passing messages between processes has to offer to take part in bench/contest.c. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONTEST_BATCH 32

struct contestant {
	const char *name;
	unsigned max_parties; /* of each side */

	/* In the parent, before anybody is forked. False: not for messages of this size; errno says why. */
	bool (*make)(size_t size);
	void (*unmake)(void);

	/* In each process that sends or receives; may be NULL. */
	void (*begin_send)(void);
	void (*begin_recv)(void);

	/*
	 * Messages of one size lie behind one another in `data`; each call moves up to n (at least one) and returns how many.
	 * A receiver finds what it got at *ret_data, every *ret_stride bytes. done() ends its use of them; may be NULL.
	 */
	size_t (*send)(const char *data, size_t size, size_t n);
	size_t (*recv)(const char **ret_data, size_t *ret_stride, size_t size);
	void (*done)(void);
};

/* A message that the receiver reads into: room for CONTEST_BATCH of the largest. */
extern char *contest_buffer;

/* Ends the process with a sentence. */
void contest_fail(const char *what) __attribute__((noreturn));

/* Shared between all processes that are forked later; zeroed. */
void *contest_share(size_t size);

extern const struct contestant contest_sysv, contest_mq, contest_pipe, contest_seqpacket;
extern const struct contestant contest_spin, contest_spin_batch;
extern const struct contestant contest_kipc_queue, contest_ring, contest_ring_batch, contest_ring_zero;
extern const struct contestant contest_ck_spsc, contest_ck_mpmc;
extern const struct contestant contest_zmq, contest_nng, contest_boost;

#endif
