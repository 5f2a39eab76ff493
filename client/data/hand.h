/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DATA_HAND_H
#define KIPC_CLIENT_DATA_HAND_H

/*
 * The messages in hand: received, and not yet written. If they cannot be written, they go back (rescue.h); so each
 * keeps its type and its bytes until all of its output is written.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/kipc.h"

/* The most that is in hand at once; a message larger than HAND_BYTES is in hand alone. */
#define HAND_MESSAGES 4096
#define HAND_BYTES (256 * 1024)

/* What is written for a message. */
enum hand_form {
	HAND_LINES,   /* its bytes, a newline */
	HAND_NULL,    /* its bytes, a NUL */
	HAND_RAW,     /* its bytes */
	HAND_FRAMES,  /* its length in 4 bytes, little-endian; its bytes */
	HAND_ESCAPED, /* its bytes, escaped for a terminal; a newline */
	HAND_JSON,    /* an object; a newline */
};

/* control.h: control_half.message_to_json */
typedef char *hand_to_json(long type, const void *body, size_t size, size_t *ret_size);

struct hand_message {
	long type;
	size_t start, size; /* of its bytes, see hand_body() */
	size_t end;	    /* of its output */
};

struct hand_buffer {
	char *data;
	size_t used, room;
};

struct hand {
	enum hand_form form;
	hand_to_json *to_json;
	struct hand_buffer output;
	struct hand_buffer
		bodies; /* HAND_ESCAPED, HAND_JSON: the bytes received; otherwise they are in output */
	size_t written; /* of output */
	size_t largest; /* room for the next message */
	size_t n_messages;
	struct hand_message messages[HAND_MESSAGES];
};

/* to_json is needed for HAND_JSON only. -ENOMEM. */
int hand_new(enum hand_form form, hand_to_json *to_json, struct hand **ret_hand);
struct hand *hand_free(struct hand *hand);

#define CLEANUP_HAND __attribute__((cleanup(hand_cleanup)))

static inline void hand_cleanup(struct hand **hand)
{
	hand_free(*hand);
}

/*
 * Takes one message off the queue into the hand, which must not be full, and returns its size. Errors of kipc_recv()
 * except -EMSGSIZE; -ENOMEM: the message may be in hand.
 */
ssize_t hand_receive(struct hand *hand, struct kipc_channel *queue, long type, unsigned flags,
		     int64_t timeout);

/* Adds a copy of these bytes, to be written like a message. -ENOMEM. */
int hand_add(struct hand *hand, long type, const void *body, size_t size);

/* Time for hand_flush(). */
static inline bool hand_is_full(const struct hand *hand)
{
	return hand->n_messages == HAND_MESSAGES || hand->output.used >= HAND_BYTES ||
	       hand->bodies.used >= HAND_BYTES;
}

static inline bool hand_is_empty(const struct hand *hand)
{
	return hand->n_messages == 0;
}

/*
 * Writes all output to standard output and empties the hand; waits if standard output is non-blocking. After a failure,
 * what is not written stays in hand: errors of write(2); -EINTR: a signal was caught; -ENOMEM: the last one could not
 * be rendered.
 */
int hand_flush(struct hand *hand);

/* Drops what is in hand. */
void hand_clear(struct hand *hand);

/* The bytes of a message. */
const char *hand_body(const struct hand *hand, const struct hand_message *message);

#endif
