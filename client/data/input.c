/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Splits standard input into messages for send, which sends them from the buffer. The buffer grows beyond a block only
 * for a message that needs it, and never beyond what the channel can take: a line without an end is refused as soon as
 * it is too long.
 */

#include "client/data/input.h"

#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/base/signals.h"

#define BLOCK (128 * 1024)
#define FRAME_HEAD sizeof(uint32_t)

int input_new(enum input_form form, struct kipc_channel *channel, enum channel_class class,
	      const struct time_limit *limit, struct input **ret_input)
{
	struct input *input = calloc(1, sizeof *input);

	if (input == NULL)
		return -ENOMEM;
	input->data = malloc(BLOCK);
	if (input->data == NULL) {
		free(input);
		return -ENOMEM;
	}
	input->form = form;
	input->channel = channel;
	input->class = class;
	input->limit = limit;
	input->room = BLOCK;
	input->origin = lseek(STDIN_FILENO, 0, SEEK_CUR);
	*ret_input = input;
	return 0;
}

struct input *input_free(struct input *input)
{
	if (input == NULL)
		return NULL;
	free(input->data);
	free(input);
	return NULL;
}

int input_largest(struct kipc_channel *channel, enum channel_class class, size_t *ret_size)
{
	struct kipc_object object;
	struct kipc_limits limits;
	int r;

	if (class == CHANNEL_RING)
		return kipc_message_bound(channel, ret_size);
	r = kipc_stat(channel, &object);
	if (r < 0)
		return r;
	if (class == CHANNEL_RAW) {
		*ret_size = object.segment.size - 1;
		return 0;
	}
	r = kipc_limits(&limits);
	if (r < 0)
		return r;
	*ret_size = limits.msgmax < object.queue.capacity ? limits.msgmax : object.queue.capacity;
	return 0;
}

/* The longest form of a message in the input: JSON may take six bytes for one, and some around them. */
static int find_longest(const struct input *input, size_t *ret_size)
{
	int r = input_largest(input->channel, input->class, ret_size);

	if (r == 0 && input->form == INPUT_JSON)
		*ret_size = *ret_size > (SIZE_MAX - 256) / 6 ? SIZE_MAX : 6 * *ret_size + 256;
	return r;
}

/* Enlarges the buffer, if the channel can take a message of `size` bytes or more. */
static int grow(struct input *input, size_t size)
{
	size_t largest, room = 2 * input->room;
	int r = find_longest(input, &largest);
	char *data;

	if (r < 0)
		return r;
	if (size > largest)
		return -EMSGSIZE;
	if (room - FRAME_HEAD - 1 > largest)
		room = largest + FRAME_HEAD + 1;
	data = realloc(input->data, room);
	if (data == NULL)
		return -ENOMEM;
	input->data = data;
	input->room = room;
	return 0;
}

static int wait_for_input(struct input *input)
{
	struct pollfd descriptor = { .fd = STDIN_FILENO, .events = POLLIN };
	int64_t left = time_limit_left(input->limit);
	struct timespec span = { .tv_sec = left / 1000000, .tv_nsec = left % 1000000 * 1000 };
	int n;

	if (time_limit_is_over(input->limit))
		return -ETIMEDOUT;
	/* --no-wait applies to the channel, not to the input. */
	n = ppoll(&descriptor, 1, left > 0 ? &span : NULL, NULL);
	if (n < 0)
		return -errno;
	return n == 0 ? -ETIMEDOUT : 0;
}

static int read_block(struct input *input)
{
	ssize_t n = -1;
	int r;

	do {
		r = input->limit->timeout > 0 ? wait_for_input(input) : 0;
		if (r < 0)
			continue;
		n = read(STDIN_FILENO, input->data + input->end, input->room - input->end);
		if (n < 0)
			r = errno == EAGAIN ? wait_for_input(input) : -errno;
	} while (n < 0 && (r == 0 || (r == -EINTR && !signals_caught())));
	if (n < 0)
		return r;
	input->end += (size_t)n;
	input->at_end = n == 0;
	return 0;
}

/* Reads more; `size` is the least size of the message that is being read. */
static int fill(struct input *input, size_t size)
{
	int r;

	if (input->start > 0) {
		memmove(input->data, input->data + input->start, input->end - input->start);
		input->end -= input->start;
		input->scanned -= input->start;
		input->start = 0;
	}
	if (input->end == input->room) {
		r = grow(input, size);
		if (r < 0)
			return r;
	}
	return read_block(input);
}

/* Returns `size` bytes that lie between `head` and `tail` other bytes. */
static int give(struct input *input, size_t head, size_t size, size_t tail, const char **ret_data,
		size_t *ret_size)
{
	*ret_data = input->data + input->start + head;
	*ret_size = size;
	input->start += head + size + tail;
	input->scanned = input->start;
	input->position += head + size + tail;
	return 1;
}

static int next_separated(struct input *input, char separator, const char **ret_data, size_t *ret_size)
{
	for (;;) {
		char *from = input->data + input->scanned;
		char *found = memchr(from, separator, input->end - input->scanned);
		size_t size = (size_t)((found != NULL ? found : input->data + input->end) - input->data) -
			      input->start;
		int r;

		if (found != NULL)
			return give(input, 0, size, 1, ret_data, ret_size);
		input->scanned = input->end;
		if (input->at_end)
			return size > 0 ? give(input, 0, size, 0, ret_data, ret_size) : 0;
		r = fill(input, size);
		if (r < 0)
			return r;
	}
}

static int next_whole(struct input *input, const char **ret_data, size_t *ret_size)
{
	int r;

	if (input->gave_whole)
		return 0;
	while (!input->at_end) {
		input->scanned = input->start;
		r = fill(input, input->end - input->start);
		if (r < 0)
			return r;
	}
	input->gave_whole = true;
	return give(input, 0, input->end - input->start, 0, ret_data, ret_size);
}

static int next_frame(struct input *input, const char **ret_data, size_t *ret_size)
{
	for (;;) {
		size_t there = input->end - input->start, size = 0, largest;
		uint32_t head;
		int r;

		if (there >= FRAME_HEAD) {
			memcpy(&head, input->data + input->start, FRAME_HEAD);
			size = le32toh(head);
			if (there - FRAME_HEAD >= size)
				return give(input, FRAME_HEAD, size, 0, ret_data, ret_size);
			r = input_largest(input->channel, input->class, &largest);
			if (r < 0)
				return r;
			if (size > largest)
				return -EMSGSIZE;
		}
		if (input->at_end)
			return there > 0 ? -EBADMSG : 0;
		input->scanned = input->start;
		r = fill(input, size);
		if (r < 0)
			return r;
	}
}

int input_next(struct input *input, const char **ret_data, size_t *ret_size)
{
	int r;

	input->accepted = input->position;
	switch (input->form) {
	case INPUT_LINES:
		return next_separated(input, '\n', ret_data, ret_size);
	case INPUT_NULL:
		return next_separated(input, '\0', ret_data, ret_size);
	case INPUT_WHOLE:
		return next_whole(input, ret_data, ret_size);
	case INPUT_FRAMES:
		return next_frame(input, ret_data, ret_size);
	case INPUT_JSON:
		do
			r = next_separated(input, '\n', ret_data, ret_size);
		while (r > 0 && *ret_size == 0);
		return r;
	}
	return 0;
}

void input_rewind(struct input *input)
{
	if (input->origin >= 0)
		(void)lseek(STDIN_FILENO, input->origin + (off_t)input->accepted, SEEK_SET);
}
