/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verb hexdump: the bytes of a raw segment as `hexdump -C` shows them: offset, hex, text; a "*" stands for lines
 * that repeat the one above. Each line is copied before it is shown, since others may write meanwhile.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client/command.h"
#include "client/report.h"
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

/* From --offset on, up to --length or the end; the offset behind the last byte stands alone on the last line. */
static int dump(struct kipc_channel *segment, const struct options *options)
{
	unsigned char bytes[LINE], above[LINE];
	uint64_t at = options->offset, left = options->length;
	bool has_above = false, is_squeezed = false;
	ssize_t n;

	for (; left > 0; at += (uint64_t)n, left -= (uint64_t)n) {
		n = kipc_read(segment, at, bytes, left < LINE ? left : LINE);
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

enum status command_hexdump(const struct invocation *invocation)
{
	const char *address = invocation->args[0];
	struct kipc_channel *segment;
	int r;

	r = kipc_open(address, invocation->runtime_dir, KIPC_SEGMENT, &segment);
	if (r < 0)
		return report_error(invocation, address, r);
	r = dump(segment, invocation->options);
	kipc_close(segment);
	if (r == -ERANGE)
		return report(invocation, address, STATUS_FAILED, "--offset=%" PRIu64 " lies beyond its end",
			      invocation->options->offset);
	if (r == -EIO)
		return report(invocation, address, STATUS_FAILED, "standard output: %s", strerror(errno));
	return r < 0 ? report_error(invocation, address, r) : STATUS_DONE;
}
