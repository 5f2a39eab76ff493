/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Draws top on the screen, and runs it there. Only lines that are seen are formatted. */

#include "client/see/top-screen.h"

#include <ncurses.h>
#include <stdio.h>
#include <string.h>

#include "client/base/errors.h"
#include "client/see/screen.h"
#include "client/see/top-frame.h"
#include "client/see/top-keys.h"
#include "common/clock.h"

#define HEAD_LINES 3

static size_t n_row_lines(void)
{
	return LINES > HEAD_LINES ? (size_t)(LINES - HEAD_LINES) : 0;
}

static void draw_state(const struct top *top)
{
	char line[TOP_LINE_MAX], place[64] = "";

	if (top->is_typing) {
		snprintf(line, sizeof line, "filter: %s_", top->filter);
	} else {
		if (top_view_count(top) > 0)
			snprintf(place, sizeof place, "%zu of %zu", top->cursor + 1, top_view_count(top));
		snprintf(line, sizeof line, "%s  sort: %s%s  every %g s%s%s%s%s%s  ? help", place,
			 top->sort != NULL ? top->sort->name : "none",
			 top->is_descending ? ", descending" : "", (double)top->interval / 1e6,
			 top->is_paused ? "  PAUSED" : "", top->filter[0] != '\0' ? "  filter: " : "",
			 top->filter, top->kind != NULL ? "  only " : "", top->kind != NULL ? top->kind : "");
	}
	(void)screen_write(1, 0, COLS, line);
}

static void draw_row(struct top *top, const struct top_layout *layout, size_t i, int line)
{
	const struct view_row *row = top->rows[i];
	int color = screen_has_colors() ? top_color(row) : 0;
	char text[TOP_LINE_MAX];
	attr_t attributes = (i == top->cursor ? A_REVERSE : A_NORMAL) | (color != 0 ? COLOR_PAIR(color) : 0);

	top_format_row(layout, row, series_find(&top->series, row), &top->style, text);
	attron(attributes);
	(void)screen_write(line, 0, COLS, text);
	attroff(attributes);
}

static void scroll_to_cursor(struct top *top)
{
	size_t n_lines = n_row_lines(), n = top_view_count(top);

	if (top->cursor < top->first)
		top->first = top->cursor;
	if (n_lines > 0 && top->cursor >= top->first + n_lines)
		top->first = top->cursor - n_lines + 1;
	if (top->first + n_lines > n)
		top->first = n > n_lines ? n - n_lines : 0;
}

static void draw_groups(const struct top *top)
{
	const char *line = top->groups;
	bool has_headings = !top->invocation->options->no_legend;

	for (size_t i = 0; line != NULL && *line != '\0'; i++) {
		size_t n = strcspn(line, "\n"), place = i - has_headings;
		bool is_heading = has_headings && i == 0;
		attr_t attributes = is_heading ? A_BOLD : place == top->cursor ? A_REVERSE : A_NORMAL;
		char text[TOP_LINE_MAX];

		snprintf(text, sizeof text, "%.*s", (int)(n < sizeof text ? n : sizeof text - 1), line);
		line += n + (line[n] == '\n');
		if (!is_heading && (place < top->first || place >= top->first + n_row_lines()))
			continue;
		attron(attributes);
		(void)screen_write(is_heading ? 2 : HEAD_LINES + (int)(place - top->first), 0, COLS, text);
		attroff(attributes);
	}
}

static void draw_rows(struct top *top)
{
	size_t n_lines = n_row_lines();
	struct top_layout layout;
	char text[TOP_LINE_MAX];

	top_view_ask_for_histories(top, n_lines);
	top_layout_init(&layout, (size_t)COLS, top->view->parts != NULL);
	top_format_heading(&layout, text);
	attron(A_BOLD);
	(void)screen_write(2, 0, COLS, text);
	attroff(A_BOLD);
	for (size_t i = 0; i < n_lines && top->first + i < top->n_rows; i++)
		draw_row(top, &layout, top->first + i, HEAD_LINES + (int)i);
}

/* The bytes of the next line on the screen; what is too long continues in the next one. Moves *text behind it. */
static size_t take_card_line(const char **text)
{
	size_t size = strcspn(*text, "\n"), n = screen_fit(*text, size, COLS);

	*text += n + (n == size && (*text)[n] == '\n');
	return n;
}

static void draw_card(struct top *top)
{
	size_t n_lines = 0, n_seen = LINES > 1 ? (size_t)(LINES - 1) : 0, i = 0;
	const char *next = top->card;

	for (; *next != '\0'; n_lines++)
		(void)take_card_line(&next);
	if (top->card_first + n_seen > n_lines)
		top->card_first = n_lines > n_seen ? n_lines - n_seen : 0;
	for (next = top->card; *next != '\0' && i < top->card_first + n_seen; i++) {
		const char *line = next;
		char text[TOP_LINE_MAX];
		size_t n = take_card_line(&next);

		snprintf(text, sizeof text, "%.*s", (int)(n < sizeof text ? n : sizeof text - 1), line);
		if (i >= top->card_first)
			(void)screen_write((int)(i - top->card_first), 0, COLS, text);
	}
	attron(A_DIM);
	(void)screen_write(LINES - 1, 0, COLS, "q, Enter back  arrows scroll");
	attroff(A_DIM);
}

static void draw(struct top *top)
{
	char text[TOP_LINE_MAX];

	erase();
	if (top->card != NULL) {
		draw_card(top);
	} else {
		top_format_totals(top->view, (size_t)COLS, &top->style, text);
		(void)screen_write(0, 0, COLS, text);
		scroll_to_cursor(top);
		draw_state(top);
		if (top->by != GROUP_BY_NOTHING)
			draw_groups(top);
		else
			draw_rows(top);
	}
	screen_show();
}

/* Microseconds; 0 if it has passed. */
static int64_t time_until(uint64_t moment)
{
	uint64_t now = clock_usec(CLOCK_MONOTONIC);

	return moment > now ? (int64_t)(moment - now) : 0;
}

enum status top_screen_run(struct top *top)
{
	enum status status = screen_start(top->invocation);
	uint64_t next = clock_usec(CLOCK_MONOTONIC) + (uint64_t)top->interval;
	int key = 0, r = 0;

	if (status != STATUS_DONE)
		return status;
	while (key >= 0 && r == 0) {
		draw(top);
		key = screen_wait_key(time_until(next));
		if (key > 0 && !top_keys_take(top, key, n_row_lines() > 1 ? n_row_lines() - 1 : 1))
			break;
		if (time_until(next) > 0)
			continue;
		next = clock_usec(CLOCK_MONOTONIC) + (uint64_t)top->interval;
		if (!top->is_paused && top->card == NULL)
			r = top_view_refresh(top);
		if (top->n_left != UINT64_MAX && --top->n_left == 0)
			break;
	}
	screen_stop();
	return errors_end(top->invocation, NULL, r);
}
