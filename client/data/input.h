/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DATA_INPUT_H
#define KIPC_CLIENT_DATA_INPUT_H

/*
 * Standard input, split into messages. It is read in large blocks and never holds more than the largest possible
 * message.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "client/base/channel.h"
#include "client/base/time-limit.h"

enum input_form {
	INPUT_LINES,  /* lines without their newline, which the last may lack */
	INPUT_NULL,   /* each ends with a NUL, which the last may lack */
	INPUT_WHOLE,  /* all of it is one message, even if it is empty */
	INPUT_FRAMES, /* each follows its length in 4 bytes, little-endian */
	INPUT_JSON, /* each is described by a line that is longer than the message; empty lines are skipped */
};

struct input {
	enum input_form form;
	struct kipc_channel *channel; /* the destination, whose limits bound a message */
	enum channel_class class;
	const struct time_limit *limit;
	char *data;
	size_t room;
	size_t start, end; /* what was read and not returned */
	size_t scanned;	   /* between them: there is no separator before here */
	bool at_end;	   /* of standard input */
	bool gave_whole;
	off_t origin;	   /* the offset at the start; -1: standard input cannot seek */
	uint64_t position; /* bytes returned, with their separators and lengths */
	uint64_t accepted; /* of them, up to the end of the last accepted message */
};

/* -ENOMEM. */
int input_new(enum input_form form, struct kipc_channel *channel, enum channel_class class,
	      const struct time_limit *limit, struct input **ret_input);
struct input *input_free(struct input *input);

#define CLEANUP_INPUT __attribute__((cleanup(input_cleanup)))

static inline void input_cleanup(struct input **input)
{
	input_free(*input);
}

/*
 * The next message, which is valid until the next call. Returns 1, or 0 at the end. The message before it is accepted
 * by this.
 *
 * -EMSGSIZE: it is larger than the channel can ever take; -EBADMSG: the input ends inside a frame; -ETIMEDOUT; -EINTR:
 * a signal was caught; errors of read(2) and kipc_stat(), -ENOMEM.
 */
int input_next(struct input *input, const char **ret_data, size_t *ret_size);

/* Sets the offset of standard input, if it can seek, to the end of the last accepted message. */
void input_rewind(struct input *input);

/* The largest message that the channel can ever take; of a raw segment, text without its NUL. Errors of kipc_stat(). */
int input_largest(struct kipc_channel *channel, enum channel_class class, size_t *ret_size);

#endif
