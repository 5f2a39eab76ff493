/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The verbs read and write: bytes of a segment to standard output, and from an argument or standard input. Data that
 * does not fit is refused before anything is written, so that a segment never holds half of it.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/base/channel.h"
#include "client/base/errors.h"
#include "client/base/guard.h"
#include "client/base/report.h"
#include "client/base/verbs.h"
#include "client/data/hand.h"
#include "client/data/output.h"
#include "common/plural.h"
#include "lib/kipc.h"

#define BLOCK (64 * 1024)

/* How many bytes --offset and --length leave of a segment. */
static uint64_t range_of(const struct options *options, uint64_t size)
{
	uint64_t room = size - options->offset;

	return options->length < room ? options->length : room;
}

/* The bytes lie in the segment at --offset; segment NULL: they are a copy. */
static enum status print_bytes(const struct invocation *invocation, struct kipc_channel *segment,
			       const void *bytes, uint64_t size, struct hand *hand)
{
	enum status status = STATUS_DONE;

	for (uint64_t at = 0; at < size && status == STATUS_DONE; at += BLOCK) {
		size_t n = size - at < BLOCK ? (size_t)(size - at) : BLOCK;
		int r = segment != NULL ? kipc_populate(segment, invocation->options->offset + at, n) : 0;

		if (r == 0)
			r = hand_add(hand, 1, (const char *)bytes + at, n);
		status = r < 0 ? errors_report(invocation, invocation->args[0], r)
			       : output_flush(invocation, hand);
	}
	return status;
}

/* Copies while the semaphore is held, and prints afterwards. */
static enum status print_copy(const struct invocation *invocation, struct kipc_channel *segment,
			      struct hand *hand)
{
	const struct options *options = invocation->options;
	CLEANUP_GUARD struct guard guard = { 0 };
	unsigned char *bytes = NULL;
	enum status status;
	size_t size;

	status = guard_open(invocation, &guard);
	if (status == STATUS_DONE)
		status = guard_copy(&guard, segment, options->offset, options->length, &bytes, &size);
	if (status == STATUS_DONE)
		status = print_bytes(invocation, NULL, bytes, size, hand);
	free(bytes);
	return status;
}

static enum status print_range(const struct invocation *invocation, struct kipc_channel *segment,
			       struct hand *hand)
{
	const struct options *options = invocation->options;
	void *address;
	size_t size;
	int r;

	if (options->lock != NULL)
		return print_copy(invocation, segment, hand);
	r = kipc_attach(segment, KIPC_READ_ONLY, &address, &size);
	if (r < 0)
		return errors_report(invocation, invocation->args[0], r);
	if (options->offset > size)
		return guard_report_offset(invocation, size);
	return print_bytes(invocation, segment, (const char *)address + options->offset,
			   range_of(options, size), hand);
}

enum status command_read(const struct invocation *invocation)
{
	bool escape = !invocation->options->raw && isatty(STDOUT_FILENO);
	CLEANUP_CHANNEL struct kipc_channel *segment = NULL;
	CLEANUP_HAND struct hand *hand = NULL;
	int r;

	r = kipc_open(invocation->args[0], invocation->runtime_dir, KIPC_SEGMENT, &segment);
	if (r < 0)
		return errors_report(invocation, invocation->args[0], r);
	r = hand_new(escape ? HAND_ESCAPED : HAND_RAW, NULL, &hand);
	return r < 0 ? errors_report(invocation, invocation->args[0], r)
		     : print_range(invocation, segment, hand);
}

/* All of standard input, but at most one byte more than `most`, which is too many. Untouched pages cost nothing. */
static int read_input(size_t most, char **ret_data, size_t *ret_size)
{
	char *data = malloc(most + 1);
	size_t used = 0;
	int r = data != NULL ? 1 : -ENOMEM;

	while (r > 0 && used <= most) {
		ssize_t n = read(STDIN_FILENO, data + used, most + 1 - used);

		if (n > 0)
			used += (size_t)n;
		else if (n == 0)
			r = 0;
		else if (errno != EINTR)
			r = -errno;
	}
	if (r < 0) {
		free(data);
		return r;
	}
	*ret_data = data;
	*ret_size = used;
	return 0;
}

static enum status put(const struct invocation *invocation, struct kipc_channel *segment, const char *data,
		       size_t size, uint64_t room)
{
	CLEANUP_GUARD struct guard guard = { 0 };
	enum status status;
	ssize_t n;

	if (size > room)
		return report(invocation, invocation->args[0], STATUS_FAILED,
			      "the data does not fit: there is room for %" PRIu64 " %s at offset %" PRIu64
			      "; nothing was written",
			      room, plural(room, "byte", "bytes"), invocation->options->offset);
	status = guard_open(invocation, &guard);
	if (status == STATUS_DONE)
		status = guard_take(&guard);
	if (status != STATUS_DONE)
		return status;
	n = kipc_write(segment, invocation->options->offset, data, size);
	guard_release(&guard);
	return n < 0 ? errors_report(invocation, invocation->args[0], (int)n) : STATUS_DONE;
}

static enum status write_range(const struct invocation *invocation, struct kipc_channel *segment)
{
	struct kipc_object object;
	enum channel_class class;
	enum status status;
	uint64_t room;
	char *data = NULL;
	size_t size = 0;
	int r;

	if (channel_find_class(segment, &class) == 0 && class == CHANNEL_RING)
		return report(invocation, invocation->args[0], STATUS_USAGE,
			      "this is a ring, and writing bytes would corrupt it; 'kipcctl send %s' sends a "
			      "message",
			      invocation->args[0]);
	r = kipc_stat(segment, &object);
	if (r < 0)
		return errors_report(invocation, invocation->args[0], r);
	if (invocation->options->offset > object.segment.size)
		return guard_report_offset(invocation, object.segment.size);
	room = range_of(invocation->options, object.segment.size);
	if (invocation->n_args == 2)
		return put(invocation, segment, invocation->args[1], strlen(invocation->args[1]), room);

	r = read_input(room, &data, &size);
	if (r < 0)
		return report(invocation, invocation->args[0], STATUS_FAILED, "standard input: %s",
			      strerror(-r));
	status = put(invocation, segment, data, size, room);
	free(data);
	return status;
}

enum status command_write(const struct invocation *invocation)
{
	CLEANUP_CHANNEL struct kipc_channel *segment = NULL;
	int r;

	r = kipc_open(invocation->args[0], invocation->runtime_dir, KIPC_SEGMENT, &segment);
	return r < 0 ? errors_report(invocation, invocation->args[0], r) : write_range(invocation, segment);
}
