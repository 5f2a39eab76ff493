/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DATA_INPUT_H
#define KIPC_CLIENT_DATA_INPUT_H

/* Standard input as messages: read in large blocks, cut where they lie, never more in memory than one may be long. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "client/base/time-limit.h"
#include "lib/kipc.h"

enum input_form {
	INPUT_LINES,  /* each line without its newline; the last may lack it */
	INPUT_NULL,   /* each up to a NUL; the last may lack it */
	INPUT_WHOLE,  /* everything, also nothing, is one */
	INPUT_FRAMES, /* each behind its length in 4 bytes, little-endian */
	INPUT_JSON,   /* each a line that describes a message, and is longer than it; empty lines are none */
};

struct input {
	enum input_form form;
	struct kipc_channel *channel; /* what it goes to: its limits bound a message */
	const struct time_limit *limit;
	char *data;
	size_t room;
	size_t start, end; /* what was read and not given out */
	size_t scanned;	   /* of that, up to here there is no separator */
	bool at_end;	   /* of standard input */
	bool gave_whole;
	off_t origin;	   /* the offset at the start; -1: standard input cannot be sought in */
	uint64_t position; /* bytes given out, with their separators and lengths */
	uint64_t accepted; /* of them, up to the last message that is done with */
};

/* -ENOMEM. */
int input_new(enum input_form form, struct kipc_channel *channel, const struct time_limit *limit,
	      struct input **ret_input);
struct input *input_free(struct input *input);

/*
 * The next message; its bytes are good until the next call. Returns 1, or 0 at the end. The message before counts as
 * accepted.
 *
 * -EMSGSIZE: it is longer than the channel can ever take; -EBADMSG: the input ends inside a frame; -ETIMEDOUT;
 * -EINTR: a signal was caught; errors of read(2) and kipc_stat(), -ENOMEM.
 */
int input_next(struct input *input, const char **ret_data, size_t *ret_size);

/* Leaves the offset of standard input, where it has one, right behind the last message that was accepted. */
void input_rewind(struct input *input);

/* The longest message that the channel can ever take; of a segment, text without its NUL. Errors of kipc_stat(). */
int input_largest(struct kipc_channel *channel, size_t *ret_size);

#endif
