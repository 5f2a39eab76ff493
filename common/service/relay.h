/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_SERVICE_RELAY_H
#define KIPC_COMMON_SERVICE_RELAY_H

/* The bytes between a client of the control socket and the libsystemd that serves it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/service/frame.h"

/* The largest call that makes sense is a Create with hundreds of fields (30 KiB); History asks for 200 names (8 KiB). */
#define RELAY_MESSAGE_MAX ((size_t)128 << 10)

struct relay {
	int client_fd;
	int inner_fd; /* the other end is libsystemd's; -1: none yet */

	uint8_t *in; /* what came and is not passed on yet: at most one message, or a few short ones */
	size_t n_in, in_room;
	uint64_t n_skip; /* bytes still to come of a message that is too long */
	bool has_ended;	 /* the client sends nothing more */

	uint8_t *
		out; /* what the client has not taken yet; until it has, it gets nothing else, and nothing more is read from it */
	size_t n_out;
};

void relay_done(struct relay *relay);

/* Reads what is there, if there is room. A negative errno: the connection is broken. */
int relay_read(struct relay *relay);

/* Drops the first n bytes of `in`. */
void relay_drop(struct relay *relay, size_t n);

enum relay_message {
	RELAY_PART,	/* not all of it is there */
	RELAY_WHOLE,	/* it is: the first bytes of `in` */
	RELAY_TOO_LONG, /* it will not be taken: relay_skip() */
};

/* Looks at the first message. -EBADMSG: it is not one. *ret_frame is valid unless the answer is RELAY_PART. */
int relay_look(const struct relay *relay, struct frame *ret_frame);

/* Passes over the first message, whose size *frame has, as it comes. */
void relay_skip(struct relay *relay, const struct frame *frame);

/* Whether a message has begun and is not whole. */
bool relay_is_in_message(const struct relay *relay);

/* Sends to the client what it did not take, then what libsystemd sent. Returns whether anything moved; a negative errno. */
int relay_pump(struct relay *relay);

static inline bool relay_is_blocked(const struct relay *relay)
{
	return relay->n_out > 0;
}

#endif
