/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The verb hexdump: the bytes of a segment as `hexdump -C` prints them: offset, hexadecimal numbers, text; "*" stands
 * for lines that repeat the line above. Each line is copied before it is printed, since others may write meanwhile.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/base/channel.h"
#include "client/base/errors.h"
#include "client/base/guard.h"
#include "client/base/report.h"
#include "client/base/verbs.h"
#include "lib/kipc.h"

#define LINE 16

static void print_line(uint64_t offset, const unsigned char *bytes, size_t size)
{
	char text[LINE + 1];

	printf("%08" PRIx64 " ", offset);
	for (size_t i = 0; i < LINE; i++) {
		if (i == LINE / 2)
			putchar(' ');
		if (i < size)
			printf(" %02x", bytes[i]);
		else
			printf("   ");
	}
	for (size_t i = 0; i < size; i++)
		text[i] = bytes[i] >= ' ' && bytes[i] <= '~' ? (char)bytes[i] : '.';
	text[size] = '\0';
	printf("  |%s|\n", text);
}

/* Where the bytes come from: the segment itself or, with --lock, a copy of the range. */
struct source {
	struct kipc_channel *segment;
	unsigned char *copy; /* NULL: none */
	size_t size;
	uint64_t offset; /* of the copy */
};

static ssize_t read_bytes(const struct source *source, uint64_t at, unsigned char *bytes, size_t size)
{
	size_t left;

	if (source->copy == NULL)
		return kipc_read(source->segment, at, bytes, size);
	left = source->size - (size_t)(at - source->offset);
	if (size > left)
		size = left;
	memcpy(bytes, source->copy + (at - source->offset), size);
	return (ssize_t)size;
}

static enum status take_copy(const struct invocation *invocation, struct source *source)
{
	const struct options *options = invocation->options;
	CLEANUP_GUARD struct guard guard = { 0 };
	enum status status;

	source->offset = options->offset;
	status = guard_open(invocation, &guard);
	return status != STATUS_DONE ? status
				     : guard_copy(&guard, source->segment, options->offset, options->length,
						  &source->copy, &source->size);
}

/* Prints from --offset up to --length or the end; the last line is the offset after the last byte. */
static int dump(const struct source *source, const struct options *options)
{
	unsigned char bytes[LINE], above[LINE];
	uint64_t at = options->offset, left = options->length;
	bool has_above = false, is_squeezed = false;
	ssize_t n;

	for (; left > 0; at += (uint64_t)n, left -= (uint64_t)n) {
		n = read_bytes(source, at, bytes, left < LINE ? left : LINE);
		if (n < 0)
			return (int)n;
		if (n == 0)
			break;
		if (has_above && n == LINE && memcmp(bytes, above, LINE) == 0) {
			if (!is_squeezed)
				puts("*");
			is_squeezed = true;
			continue;
		}
		print_line(at, bytes, (size_t)n);
		memcpy(above, bytes, LINE);
		has_above = n == LINE;
		is_squeezed = false;
	}
	printf("%08" PRIx64 "\n", at);
	return fflush(stdout) == 0 ? 0 : -EIO;
}

/* How the dump ended. */
static enum status finish(const struct invocation *invocation, struct kipc_channel *segment, int r)
{
	const char *address = invocation->args[0];
	struct kipc_object object;

	if (r == -ERANGE && kipc_stat(segment, &object) == 0)
		return guard_report_offset(invocation, object.segment.size);
	if (r == -EIO)
		return report(invocation, address, STATUS_FAILED, "standard output: %s", strerror(errno));
	return r < 0 ? errors_report(invocation, address, r) : STATUS_DONE;
}

enum status command_hexdump(const struct invocation *invocation)
{
	CLEANUP_CHANNEL struct kipc_channel *segment = NULL;
	struct source source = { 0 };
	enum status status = STATUS_DONE;
	int r;

	r = kipc_open(invocation->args[0], invocation->runtime_dir, KIPC_SEGMENT, &segment);
	if (r < 0)
		return errors_report(invocation, invocation->args[0], r);
	source.segment = segment;
	if (invocation->options->lock != NULL)
		status = take_copy(invocation, &source);
	if (status == STATUS_DONE)
		status = finish(invocation, segment, dump(&source, invocation->options));
	free(source.copy);
	return status;
}
