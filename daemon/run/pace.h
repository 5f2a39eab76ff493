/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_PACE_H
#define KIPC_DAEMON_RUN_PACE_H

/* What `activate` makes of one look at a channel: is its file to be there, and how is the next change noticed. */

#include <stdbool.h>
#include <stdint.h>

#define PACE_FAST (UINT64_C(10) * 1000) /* microseconds, as everything here: while something goes on */
#define PACE_SLOW (UINT64_C(100) * 1000)

/* What is remembered of a channel from look to look. */
struct pace {
	bool has_messages;
	uint64_t messages;
	int64_t stime, rtime;
	uint64_t delay; /* until the look that comes, while messages wait */
	uint64_t pause; /* after the last wait that found nothing; 0: it found something */
};

struct pace_look {
	uint64_t messages; /* 0: none wait */
	int64_t stime, rtime;
	bool after_wait;  /* a wait for a message has just ended … */
	uint64_t waited;  /* … which took so long */
	bool may_wait;	  /* it is possible to wait for the next one */
	uint64_t idle;	  /* where it is not: the time between two looks while there is none */
	uint64_t fastest; /* between two looks while there are some */
};

struct pace_step {
	bool file;
	bool wait;	/* for a message; no look before one is there */
	uint64_t delay; /* else: until the next look */
};

struct pace_step pace_next(struct pace *pace, const struct pace_look *look);

#endif
