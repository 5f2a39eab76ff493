/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_SEE_WATCH_FRAME_H
#define KIPC_CLIENT_SEE_WATCH_FRAME_H

/* The state of watch: a copy of the bytes of this frame and of the one before, and lines of text made from them. */

#include <time.h>

#include "client/base/command.h"
#include "client/facts/fields.h"

#define WATCH_LINE 16 /* bytes in a line */
#define WATCH_LINE_TEXT_MAX 96
#define WATCH_INTERVAL_MIN 50000 /* microseconds */
#define WATCH_INTERVAL_MAX INT64_C(3600000000)

struct watch {
	const struct invocation *invocation;
	struct fields fields;
	int64_t interval;
	uint64_t offset;
	unsigned char *bytes, *before; /* this frame's and the last one's; NULL: none */
	size_t size;
	time_t *changed; /* when each field last changed; 0: not yet */
	uint64_t n_left; /* changes to print; UINT64_MAX: no end */

	/* on a screen */
	bool is_paused;
	uint64_t top; /* the first line of bytes that is shown */
};

/* Takes a frame. Any status but STATUS_DONE has been reported. */
enum status watch_frame_take(struct watch *watch);

/* Whether any of n bytes differs from the frame before. */
bool watch_frame_has_changed(const struct watch *watch, uint64_t at, uint64_t n);

/* The value of a field as text, cut; freed by the caller. NULL: out of memory. */
char *watch_frame_value(const struct field *field, const unsigned char *bytes);

/* "00000010  01 02 … |text|" */
void watch_frame_line(const struct watch *watch, uint64_t at, char text[static WATCH_LINE_TEXT_MAX]);

/* Whether the segment was removed, and no other process has it attached: it will never change again. */
bool watch_frame_is_last(const struct watch *watch);

/* Reports that. */
enum status watch_frame_report_last(const struct watch *watch);

#endif
