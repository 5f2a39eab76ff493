/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_SERVICE_RELAY_H
#define KIPC_COMMON_SERVICE_RELAY_H

/* The bytes between a client of the control socket and the sd_bus that serves it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/service/frame.h"

/* The largest useful call is a Create with hundreds of fields (30 KiB); History with 200 names has 8 KiB. */
#define RELAY_MESSAGE_MAX ((size_t)128 << 10)

struct relay {
	int client_fd;
	int inner_fd; /* the sd_bus has the other end; -1: none yet */

	uint8_t *in; /* received and not passed on yet: at most one message, or a few short ones */
	size_t n_in, in_room;
	uint64_t n_skip; /* the bytes that are still to come of a message that is too long */
	bool has_ended;	 /* the client sends no more */

	uint8_t *out; /* what the client has not accepted yet; until it has, nothing more is read from it */
	size_t n_out;
};

void relay_done(struct relay *relay);

/* Reads what has come, if there is room. A negative errno: the connection is broken. */
int relay_read(struct relay *relay);

/* Drops the first n bytes of `in`. */
void relay_drop(struct relay *relay, size_t n);

enum relay_message {
	RELAY_PART,	/* it is not complete */
	RELAY_WHOLE,	/* it is complete: the first bytes of `in` */
	RELAY_TOO_LONG, /* call relay_skip() */
};

/* Looks at the first message. -EBADMSG: it is not a message. *ret_frame is valid unless the result is RELAY_PART. */
int relay_look(const struct relay *relay, struct frame *ret_frame);

/* Drops the first message, of which *frame has the size, as it comes. */
void relay_skip(struct relay *relay, const struct frame *frame);

/* Whether a message has begun and is not complete. */
bool relay_is_in_message(const struct relay *relay);

/*
 * Sends the client what it has not accepted yet, then what the sd_bus sent. Returns whether any byte moved, or a negative
 * errno.
 */
int relay_pump(struct relay *relay);

static inline bool relay_is_blocked(const struct relay *relay)
{
	return relay->n_out > 0;
}

#endif
