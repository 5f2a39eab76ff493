/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Draws watch on the screen, and takes its keys. */

#include "client/see/watch-screen.h"

#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "client/see/screen.h"
#include "common/clock.h"
#include "common/grammar.h"

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
		 grammar_bytes_to_string(object.segment.size, size), is_removed ? ", REMOVED" : "",
		 (double)watch->interval / 1e6, watch->is_paused ? ", PAUSED" : "");
	attron(A_BOLD);
	(void)screen_write(0, 0, COLS, text);
	attroff(A_BOLD);
}

static void draw_field(const struct watch *watch, int line, size_t i)
{
	const struct named_field *item = &watch->fields.items[i];
	size_t at = (size_t)(item->field.offset - watch->offset);
	bool is_new = watch_frame_has_changed(watch, at, field_size(&item->field));
	char *value = watch_frame_value(&item->field, watch->bytes + at), ago[32] = "";
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

/* Where in watch_frame_line() the digits of byte i stand. */
static int column_of_byte(size_t i)
{
	return (int)(10 + 3 * i + (i >= WATCH_LINE / 2));
}

static void draw_bytes(const struct watch *watch, int line, uint64_t at)
{
	char text[WATCH_LINE_TEXT_MAX];

	watch_frame_line(watch, at, text);
	(void)screen_write(line, 0, COLS, text);
	for (size_t i = 0; i < WATCH_LINE && at + i < watch->size; i++) {
		if (!watch_frame_has_changed(watch, at + i, 1))
			continue;
		mvchgat(line, column_of_byte(i), 2, A_REVERSE, 0, NULL);
		mvchgat(line, column_of_byte(WATCH_LINE) + 2 + (int)i, 1, A_REVERSE, 0, NULL);
	}
}

static uint64_t n_lines(const struct watch *watch)
{
	return (watch->size + WATCH_LINE - 1) / WATCH_LINE;
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
		draw_bytes(watch, line++, i * WATCH_LINE);
	attron(A_DIM);
	(void)screen_write(LINES - 1, 0, COLS, "q quit  space pause  arrows, pages scroll  + - interval");
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
		watch->interval =
			watch->interval * 2 < WATCH_INTERVAL_MAX ? watch->interval * 2 : WATCH_INTERVAL_MAX;
		break;
	case '-':
		watch->interval =
			watch->interval / 2 > WATCH_INTERVAL_MIN ? watch->interval / 2 : WATCH_INTERVAL_MIN;
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

static int64_t time_until(uint64_t moment)
{
	uint64_t now = clock_usec(CLOCK_MONOTONIC);

	return moment > now ? (int64_t)(moment - now) : 0;
}

/* A report would be lost on the screen: if a frame fails, it is taken again after the terminal is restored. */
enum status watch_screen_run(struct watch *watch)
{
	enum status status = watch_frame_take(watch);
	uint64_t next = clock_usec(CLOCK_MONOTONIC) + (uint64_t)watch->interval;
	bool has_failed = false;
	int key = 0;

	if (status == STATUS_DONE)
		status = screen_start(watch->invocation);
	if (status != STATUS_DONE)
		return status;
	while (key >= 0) {
		draw(watch);
		key = screen_wait_key(time_until(next));
		if (key > 0 && !take_key(watch, key))
			break;
		if (time_until(next) > 0)
			continue;
		next = clock_usec(CLOCK_MONOTONIC) + (uint64_t)watch->interval;
		if (watch_frame_is_last(watch))
			break;
		has_failed = !watch->is_paused && watch_frame_take(watch) != STATUS_DONE;
		if (has_failed)
			break;
	}
	screen_stop();
	if (key >= 0 && watch_frame_is_last(watch))
		return watch_frame_report_last(watch);
	return has_failed ? watch_frame_take(watch) : STATUS_DONE;
}
