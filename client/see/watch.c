/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcctl watch: the bytes and fields of a segment, again and again, with the changes marked: as a screen on a terminal, otherwise
 * as a line for each change. The segment is copied once a frame, under the semaphore of --lock, and everything shown comes from the
 * copy.
 */

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "client/base/errors.h"
#include "client/base/report.h"
#include "client/base/signals.h"
#include "client/base/verbs.h"
#include "client/facts/field-value.h"
#include "client/see/watch-frame.h"
#include "client/see/watch-screen.h"

#define INTERVAL_DEFAULT 1000000 /* microseconds */

/* -- as lines ------------------------------------------------------------------------------------------------- */

static void print_when(void)
{
	struct timespec now;
	char when[32] = "?";
	struct tm parts;

	clock_gettime(CLOCK_REALTIME, &now);
	if (localtime_r(&now.tv_sec, &parts) != NULL)
		strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &parts);
	printf("%s.%03ld ", when, now.tv_nsec / 1000000);
}

static bool take_one(struct watch *watch)
{
	if (watch->n_left == 0)
		return false;
	if (watch->n_left != UINT64_MAX)
		watch->n_left--;
	return true;
}

static void print_changes(struct watch *watch)
{
	char text[WATCH_LINE_TEXT_MAX];

	for (size_t i = 0; i < watch->fields.n_items; i++) {
		const struct named_field *item = &watch->fields.items[i];
		size_t at = (size_t)(item->field.offset - watch->offset);
		char *old, *new;

		if (!watch_frame_has_changed(watch, at, field_size(&item->field)) || !take_one(watch))
			continue;
		old = watch_frame_value(&item->field, watch->before + at);
		new = watch_frame_value(&item->field, watch->bytes + at);
		print_when();
		printf("%s: %s -> %s\n", item->name, old != NULL ? old : "?", new != NULL ? new : "?");
		free(old);
		free(new);
	}
	for (uint64_t at = 0; watch->fields.n_items == 0 && at < watch->size; at += WATCH_LINE) {
		uint64_t n = watch->size - at < WATCH_LINE ? watch->size - at : WATCH_LINE;

		if (!watch_frame_has_changed(watch, at, n) || !take_one(watch))
			continue;
		watch_frame_line(watch, at, text);
		print_when();
		puts(text);
	}
}

/* Until the next frame; -EPIPE: the reader of our output has gone. */
static int pause_between(int64_t usec)
{
	struct timespec span = { .tv_sec = usec / 1000000, .tv_nsec = usec % 1000000 * 1000 };
	struct pollfd out = { .fd = STDOUT_FILENO }; /* errors are always told */

	if (fflush(stdout) != 0 || ferror(stdout))
		return -EPIPE;
	return ppoll(&out, 1, &span, NULL) > 0 && (out.revents & (POLLERR | POLLHUP)) != 0 ? -EPIPE : 0;
}

static enum status watch_as_lines(struct watch *watch)
{
	enum status status = STATUS_DONE;

	signals_catch();
	while (status == STATUS_DONE && watch->n_left > 0 && !signals_caught()) {
		status = watch_frame_take(watch);
		if (status != STATUS_DONE)
			break;
		print_changes(watch);
		if (watch_frame_is_last(watch))
			return watch_frame_report_last(watch);
		if (watch->n_left > 0 && pause_between(watch->interval) < 0)
			return STATUS_FAILED; /* reported by the control half */
	}
	return status;
}

/* -- once ------------------------------------------------------------------------------------------------------ */

static enum status print_once(struct watch *watch)
{
	char text[WATCH_LINE_TEXT_MAX];
	enum status status = watch_frame_take(watch);

	if (status != STATUS_DONE)
		return status;
	for (size_t i = 0; i < watch->fields.n_items; i++) {
		const struct named_field *item = &watch->fields.items[i];

		printf("%s = ", item->name);
		field_value_print(&item->field, watch->bytes + (item->field.offset - watch->offset), stdout);
		putchar('\n');
	}
	for (uint64_t at = 0; at < watch->size; at += WATCH_LINE) {
		watch_frame_line(watch, at, text);
		puts(text);
	}
	return STATUS_DONE;
}

/* -- all of it -------------------------------------------------------------------------------------------------- */

static enum status run(struct watch *watch)
{
	if (watch->invocation->options->once)
		return print_once(watch);
	return isatty(STDOUT_FILENO) && isatty(STDIN_FILENO) ? watch_screen_run(watch)
							     : watch_as_lines(watch);
}

enum status command_watch(const struct invocation *invocation)
{
	const struct options *options = invocation->options;
	struct watch watch = {
		.invocation = invocation,
		.interval = options_has(options, OPTION_INTERVAL) ? options->interval : INTERVAL_DEFAULT,
		.n_left = options_has(options, OPTION_COUNT) ? options->count : UINT64_MAX,
	};
	enum status status;

	if (watch.interval < WATCH_INTERVAL_MIN)
		return report(invocation, invocation->args[0], STATUS_USAGE,
			      "--interval must be at least 50ms");
	status = fields_open(invocation, invocation->args + 1, false, &watch.fields);
	if (status != STATUS_DONE)
		return status;
	watch.changed = calloc(watch.fields.n_items + 1, sizeof *watch.changed);
	status = watch.changed == NULL ? errors_end(invocation, invocation->args[0], -ENOMEM) : run(&watch);
	free(watch.changed);
	free(watch.bytes);
	free(watch.before);
	fields_close(&watch.fields);
	return status;
}
