/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_PACE_H
#define KIPC_DAEMON_RUN_PACE_H

/* `activate`: what follows from one look at a channel: whether its file must exist, and how the next change is noticed. */

#include <stdbool.h>
#include <stdint.h>

#define PACE_FAST (UINT64_C(10) * 1000) /* microseconds, as everything here: while messages come and go */
#define PACE_SLOW (UINT64_C(100) * 1000)

/* What is remembered of a channel between two looks. */
struct pace {
	bool has_messages;
	uint64_t messages;
	int64_t stime, rtime;
	uint64_t delay; /* until the next look, while messages wait */
	uint64_t pause; /* after the last wait that found no message; 0: it found one */
};

struct pace_look {
	uint64_t messages; /* 0: none */
	int64_t stime, rtime;
	bool after_wait;  /* a wait for a message has just ended, … */
	uint64_t waited;  /* … which took so long */
	bool may_wait;	  /* a wait for the next one is possible */
	uint64_t idle;	  /* where it is not: the time between two looks while there are no messages */
	uint64_t fastest; /* the shortest time between two looks while there are messages */
};

struct pace_step {
	bool file;
	bool wait;	/* for a message; no look before one comes */
	uint64_t delay; /* otherwise: until the next look */
};

struct pace_step pace_next(struct pace *pace, const struct pace_look *look);

#endif
