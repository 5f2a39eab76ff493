/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcctl watch: the bytes and fields of a segment, again and again, with the changes marked: as a screen on a terminal, otherwise
 * as a line for each change. The segment is copied once a frame, under the semaphore of --lock, and everything shown comes from the
 * copy.
 */

#include <errno.h>
#include <inttypes.h>
#include <ncurses.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/base/errors.h"
#include "client/base/report.h"
#include "client/base/signals.h"
#include "client/base/verbs.h"
#include "client/facts/field-value.h"
#include "client/facts/fields.h"
#include "client/see/screen.h"
#include "common/grammar.h"

#define LINE 16
#define WATCHED_MAX (UINT64_C(16) << 20) /* bytes; what lies behind is reached with --offset */
#define INTERVAL_MIN 50000
#define INTERVAL_MAX 3600000000
#define INTERVAL_DEFAULT 1000000
#define LINE_TEXT_MAX 96
#define VALUE_TEXT 256 /* characters of a value that are shown */

struct watch {
	const struct invocation *invocation;
	struct fields fields;
	int64_t interval;
	uint64_t offset;
	unsigned char *bytes, *before; /* this frame's and the last one's; NULL: there was none */
	size_t size;
	time_t *changed; /* when each field last did; 0: never yet */
	uint64_t n_left; /* changes to print; UINT64_MAX: no end */

	/* on a screen */
	bool is_paused;
	uint64_t top; /* the first line of bytes that is shown */
};

/* -- frames -------------------------------------------------------------------------------------------------- */

static enum status take_frame(struct watch *watch)
{
	const struct options *options = watch->invocation->options;
	uint64_t length = options->length < WATCHED_MAX ? options->length : WATCHED_MAX, from, n;
	unsigned char *bytes;
	enum status status;
	size_t size;

	/* Fields may lie before the bytes that were asked for. */
	fields_range(&watch->fields, &from, &n);
	watch->offset = n > 0 && from < options->offset ? from : options->offset;
	length += options->offset - watch->offset;
	if (n > 0 && from + n > watch->offset + length)
		length = from + n - watch->offset;
	status =
		guard_copy(&watch->fields.guard, watch->fields.segment, watch->offset, length, &bytes, &size);
	if (status != STATUS_DONE)
		return status;
	free(watch->before);
	watch->before = watch->bytes != NULL && watch->size == size ? watch->bytes : NULL;
	if (watch->before == NULL)
		free(watch->bytes);
	watch->bytes = bytes;
	watch->size = size;
	for (size_t i = 0; watch->before != NULL && i < watch->fields.n_items; i++) {
		const struct field *field = &watch->fields.items[i].field;
		size_t at = (size_t)(field->offset - watch->offset);

		if (memcmp(watch->bytes + at, watch->before + at, field_size(field)) != 0)
			watch->changed[i] = time(NULL);
	}
	return STATUS_DONE;
}

static bool has_changed(const struct watch *watch, uint64_t at, uint64_t n)
{
	return watch->before != NULL && memcmp(watch->bytes + at, watch->before + at, n) != 0;
}

/* The value as text, cut; freed by the caller. */
static char *value_text(const struct field *field, const unsigned char *bytes)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	field_value_print(field, bytes, out);
	if (fclose(out) != 0 || size <= VALUE_TEXT)
		return text;
	size = VALUE_TEXT;
	while (size > 0 && (text[size] & 0xC0) == 0x80)
		size--;
	text[size] = '\0';
	return text;
}

/* "00000010  01 02 … |text|" */
static void line_text(const struct watch *watch, uint64_t at, char text[static LINE_TEXT_MAX])
{
	size_t n = watch->size - at < LINE ? (size_t)(watch->size - at) : LINE, used;

	used = (size_t)snprintf(text, LINE_TEXT_MAX, "%08" PRIx64 " ", watch->offset + at);
	for (size_t i = 0; i < LINE; i++) {
		used += (size_t)snprintf(text + used, LINE_TEXT_MAX - used, "%s", i == LINE / 2 ? " " : "");
		used += i < n ? (size_t)snprintf(text + used, LINE_TEXT_MAX - used, " %02x",
						 watch->bytes[at + i])
			      : (size_t)snprintf(text + used, LINE_TEXT_MAX - used, "   ");
	}
	used += (size_t)snprintf(text + used, LINE_TEXT_MAX - used, "  |");
	for (size_t i = 0; i < n; i++) {
		unsigned char byte = watch->bytes[at + i];

		text[used++] = byte >= ' ' && byte <= '~' ? (char)byte : '.';
	}
	text[used++] = '|';
	text[used] = '\0';
}

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
	char text[LINE_TEXT_MAX];

	for (size_t i = 0; i < watch->fields.n_items; i++) {
		const struct named_field *item = &watch->fields.items[i];
		size_t at = (size_t)(item->field.offset - watch->offset);
		char *old, *new;

		if (!has_changed(watch, at, field_size(&item->field)) || !take_one(watch))
			continue;
		old = value_text(&item->field, watch->before + at);
		new = value_text(&item->field, watch->bytes + at);
		print_when();
		printf("%s: %s -> %s\n", item->name, old != NULL ? old : "?", new != NULL ? new : "?");
		free(old);
		free(new);
	}
	for (uint64_t at = 0; watch->fields.n_items == 0 && at < watch->size; at += LINE) {
		uint64_t n = watch->size - at < LINE ? watch->size - at : LINE;

		if (!has_changed(watch, at, n) || !take_one(watch))
			continue;
		line_text(watch, at, text);
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

/* Removed, and no other process has it attached: it will never change again. */
static bool is_over(const struct watch *watch)
{
	struct kipc_object object;

	return kipc_object_stat(KIPC_SEGMENT, kipc_channel_id(watch->fields.segment), &object) < 0 ||
	       (object.segment.removed && object.segment.attached <= 1);
}

static enum status end_removed(const struct watch *watch)
{
	return report(watch->invocation, watch->invocation->args[0], STATUS_REMOVED,
		      "it was removed, and no other process has it attached");
}

static enum status watch_as_lines(struct watch *watch)
{
	enum status status = STATUS_DONE;

	signals_catch();
	while (status == STATUS_DONE && watch->n_left > 0 && !signals_caught()) {
		status = take_frame(watch);
		if (status != STATUS_DONE)
			break;
		print_changes(watch);
		if (is_over(watch))
			return end_removed(watch);
		if (watch->n_left > 0 && pause_between(watch->interval) < 0)
			return STATUS_FAILED; /* reported by the control half */
	}
	return status;
}

/* -- once ------------------------------------------------------------------------------------------------------ */

static enum status print_once(struct watch *watch)
{
	char text[LINE_TEXT_MAX];
	enum status status = take_frame(watch);

	if (status != STATUS_DONE)
		return status;
	for (size_t i = 0; i < watch->fields.n_items; i++) {
		const struct named_field *item = &watch->fields.items[i];

		printf("%s = ", item->name);
		field_value_print(&item->field, watch->bytes + (item->field.offset - watch->offset), stdout);
		putchar('\n');
	}
	for (uint64_t at = 0; at < watch->size; at += LINE) {
		line_text(watch, at, text);
		puts(text);
	}
	return STATUS_DONE;
}

/* -- on a screen ------------------------------------------------------------------------------------------------ */

static void draw_title(const struct watch *watch)
{
	char size[GRAMMAR_SIZE_MAX], text[256], when[16] = "";
	time_t now = time(NULL);
	struct kipc_object object;
	struct tm parts;
	bool is_removed;

	is_removed = kipc_object_stat(KIPC_SEGMENT, kipc_channel_id(watch->fields.segment), &object) < 0 ||
		     object.segment.removed;
	if (localtime_r(&now, &parts) != NULL)
		strftime(when, sizeof when, "%H:%M:%S", &parts);
	snprintf(text, sizeof text, "%s %s  segment @%d, %s%s, every %g s%s", when,
		 watch->invocation->args[0], kipc_channel_id(watch->fields.segment),
		 grammar_size_to_string(object.segment.size, size), is_removed ? ", REMOVED" : "",
		 (double)watch->interval / 1e6, watch->is_paused ? ", PAUSED" : "");
	attron(A_BOLD);
	(void)screen_write(0, 0, COLS, text);
	attroff(A_BOLD);
}

static void draw_field(const struct watch *watch, int line, size_t i)
{
	const struct named_field *item = &watch->fields.items[i];
	size_t at = (size_t)(item->field.offset - watch->offset);
	bool is_new = has_changed(watch, at, field_size(&item->field));
	char *value = value_text(&item->field, watch->bytes + at), ago[32] = "";
	int used;

	used = screen_write(line, 0, COLS, item->name);
	used += screen_write(line, used, COLS - used, " = ");
	if (is_new)
		attron(A_REVERSE);
	used += screen_write(line, used, COLS - used, value != NULL ? value : "?");
	if (is_new)
		attroff(A_REVERSE);
	if (watch->changed[i] != 0)
		snprintf(ago, sizeof ago, "  (%lld s ago)", (long long)(time(NULL) - watch->changed[i]));
	(void)screen_write(line, used, COLS - used, ago);
	free(value);
}

/* Where in line_text() the digits of byte i stand. */
static int column_of_byte(size_t i)
{
	return (int)(10 + 3 * i + (i >= LINE / 2));
}

static void draw_bytes(const struct watch *watch, int line, uint64_t at)
{
	char text[LINE_TEXT_MAX];

	line_text(watch, at, text);
	(void)screen_write(line, 0, COLS, text);
	for (size_t i = 0; i < LINE && at + i < watch->size; i++) {
		if (!has_changed(watch, at + i, 1))
			continue;
		mvchgat(line, column_of_byte(i), 2, A_REVERSE, 0, NULL);
		mvchgat(line, column_of_byte(LINE) + 2 + (int)i, 1, A_REVERSE, 0, NULL);
	}
}

static uint64_t n_lines(const struct watch *watch)
{
	return (watch->size + LINE - 1) / LINE;
}

/* Fields take at most half of the screen, to leave room for bytes. */
static int n_field_lines(const struct watch *watch)
{
	int most = (LINES - 2) / 2;

	return watch->fields.n_items < (size_t)most ? (int)watch->fields.n_items : most;
}

static int n_byte_lines(const struct watch *watch)
{
	int n = LINES - 2 - n_field_lines(watch) - (watch->fields.n_items > 0);

	return n > 0 ? n : 0;
}

static void draw(struct watch *watch)
{
	int line = 1, n_shown = n_byte_lines(watch);

	erase();
	draw_title(watch);
	for (int i = 0; i < n_field_lines(watch); i++)
		draw_field(watch, line++, (size_t)i);
	line += watch->fields.n_items > 0;
	if (watch->top + (uint64_t)n_shown > n_lines(watch))
		watch->top = n_lines(watch) > (uint64_t)n_shown ? n_lines(watch) - (uint64_t)n_shown : 0;
	for (uint64_t i = watch->top; i < n_lines(watch) && n_shown-- > 0; i++)
		draw_bytes(watch, line++, i * LINE);
	attron(A_DIM);
	(void)screen_write(LINES - 1, 0, COLS, "q quit  space pause  arrows, page: scroll  + - interval");
	attroff(A_DIM);
	screen_show();
}

static void scroll_by(struct watch *watch, int64_t n)
{
	if (n < 0 && (uint64_t)-n > watch->top)
		watch->top = 0;
	else
		watch->top += (uint64_t)n;
}

/* False: that is the end. */
static bool take_key(struct watch *watch, int key)
{
	switch (key) {
	case 'q':
	case 'Q':
		return false;
	case ' ':
	case 'p':
		watch->is_paused = !watch->is_paused;
		break;
	case '+':
		watch->interval = watch->interval * 2 < INTERVAL_MAX ? watch->interval * 2 : INTERVAL_MAX;
		break;
	case '-':
		watch->interval = watch->interval / 2 > INTERVAL_MIN ? watch->interval / 2 : INTERVAL_MIN;
		break;
	case KEY_UP:
		scroll_by(watch, -1);
		break;
	case KEY_DOWN:
		scroll_by(watch, 1);
		break;
	case KEY_PPAGE:
		scroll_by(watch, -n_byte_lines(watch));
		break;
	case KEY_NPAGE:
		scroll_by(watch, n_byte_lines(watch));
		break;
	case KEY_HOME:
		watch->top = 0;
		break;
	case KEY_END:
		watch->top = n_lines(watch);
		break;
	case '\f':
		clearok(curscr, true);
		break;
	}
	return true;
}

static int64_t now_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* A report would be lost on the screen: if a frame fails, it is taken again after the terminal is restored. */
static enum status watch_on_screen(struct watch *watch)
{
	enum status status = take_frame(watch);
	int64_t next = now_usec() + watch->interval;
	bool has_failed = false;
	int key = 0;

	if (status == STATUS_DONE)
		status = screen_start(watch->invocation);
	if (status != STATUS_DONE)
		return status;
	while (key >= 0) {
		draw(watch);
		key = screen_wait_key(next > now_usec() ? next - now_usec() : 0);
		if (key > 0 && !take_key(watch, key))
			break;
		if (now_usec() < next)
			continue;
		next = now_usec() + watch->interval;
		if (is_over(watch))
			break;
		has_failed = !watch->is_paused && take_frame(watch) != STATUS_DONE;
		if (has_failed)
			break;
	}
	screen_stop();
	if (key >= 0 && is_over(watch))
		return end_removed(watch);
	return has_failed ? take_frame(watch) : STATUS_DONE;
}

/* -- all of it -------------------------------------------------------------------------------------------------- */

static enum status run(struct watch *watch)
{
	if (watch->invocation->options->once)
		return print_once(watch);
	return isatty(STDOUT_FILENO) && isatty(STDIN_FILENO) ? watch_on_screen(watch) : watch_as_lines(watch);
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

	if (watch.interval < INTERVAL_MIN)
		return report(invocation, invocation->args[0], STATUS_USAGE, "--interval is at least 50ms");
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
