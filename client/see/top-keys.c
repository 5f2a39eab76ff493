/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A table of keys: what each does, and its line in the help. A new key is a row and its function. */

#include "client/see/top-keys.h"

#include <assert.h>
#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/base/channel.h"
#include "client/see/show.h"
#include "client/see/top-frame.h"

/* The card of an object in another IPC namespace is collected there, with commands for that namespace. */
static int print_card(struct top *top, const struct view_row *row, FILE *out)
{
	struct options options = *top->invocation->options;
	struct invocation there = *top->invocation;
	int r = place_enter(row->place);

	if (row->place != NULL) {
		options.ipc_of = row->place->is_ours ? 0 : (int64_t)row->place->pid;
		there.options = &options;
	}
	return r < 0 ? r : show_card(&there, top->view, row, out);
}

static void open_card(struct top *top)
{
	size_t size;
	FILE *out;

	if (top->cursor >= top->n_rows || top->by != GROUP_BY_NOTHING)
		return;
	out = open_memstream(&top->card, &size);
	if (out == NULL)
		return;
	if (print_card(top, top->rows[top->cursor], out) < 0)
		fputs("it cannot be examined\n", out);
	fclose(out);
	top->card_first = 0;
}

static void close_card(struct top *top)
{
	free(top->card);
	top->card = NULL;
}

/* Moves to the next column to sort by, or to the one before. */
static void change_sort(struct top *top, int step)
{
	size_t n = 0, now = SIZE_MAX; /* one before the first */
	const char *names[N_GROUP_COLUMNS + 1] = { NULL };
	const char *const *sort_names = top_sort_names;

	for (size_t i = 0; top->by != GROUP_BY_NOTHING && i < N_GROUP_COLUMNS; i++) {
		names[i] = top->group_columns[i].name;
		sort_names = names;
	}
	while (sort_names[n] != NULL) {
		if (top->sort != NULL && strcmp(sort_names[n], top->sort->name) == 0)
			now = n;
		n++;
	}
	top->sort = top_view_find_column(
		top, sort_names[(now == SIZE_MAX ? (step > 0 ? 0 : n - 1) : now + n + (size_t)step) % n]);
	assert(top->sort != NULL);
	(void)top_view_choose(top);
}

static void sort_next(struct top *top)
{
	change_sort(top, 1);
}

static void sort_before(struct top *top)
{
	change_sort(top, -1);
}

static void sort_reverse(struct top *top)
{
	top->is_descending = !top->is_descending;
	(void)top_view_choose(top);
}

static void next_kind(struct top *top)
{
	size_t i = 0;

	while (top->kind != NULL && channel_kinds[i] != NULL && strcmp(channel_kinds[i], top->kind) != 0)
		i++;
	if (top->kind == NULL)
		top->kind = channel_kinds[0];
	else
		top->kind = channel_kinds[i] != NULL ? channel_kinds[i + 1] : NULL;
	(void)top_view_choose(top);
}

static void toggle_foreign(struct top *top)
{
	top->with_foreign = !top->with_foreign;
	(void)top_view_choose(top);
}

static void start_filter(struct top *top)
{
	top->is_typing = true;
}

static void toggle_pause(struct top *top)
{
	top->is_paused = !top->is_paused;
}

static void slower(struct top *top)
{
	top->interval = top->interval * 2 < TOP_INTERVAL_MAX ? top->interval * 2 : TOP_INTERVAL_MAX;
}

static void faster(struct top *top)
{
	top->interval = top->interval / 2 > TOP_INTERVAL_MIN ? top->interval / 2 : TOP_INTERVAL_MIN;
}

static void redraw(struct top *top)
{
	(void)top;
	clearok(curscr, true);
}

static void show_help(struct top *top);

static const struct key {
	int codes[2];
	const char *name, *help;
	void (*press)(struct top *top);
} keys[] = {
	{ { '\r', KEY_ENTER }, "Enter", "show everything known about the row, as show does", open_card },
	{ { '/', 'f' }, "/, f", "only names that contain this; Enter keeps it, Esc drops it", start_filter },
	{ { '>', 's' }, ">, s", "sort by the next column", sort_next },
	{ { '<' }, "<", "sort by the previous column", sort_before },
	{ { 'r' }, "r", "reverse the order", sort_reverse },
	{ { 'k' }, "k", "only queues, only segments, only semaphores, all", next_kind },
	{ { 'a' }, "a", "show or hide foreign objects", toggle_foreign },
	{ { ' ', 'p' }, "space, p", "pause", toggle_pause },
	{ { '+' }, "+", "refresh half as often", slower },
	{ { '-' }, "-", "refresh twice as often", faster },
	{ { '\f' }, "^L", "redraw the screen", redraw },
	{ { '?', 'h' }, "?, h", "this help", show_help },
};

static void show_help(struct top *top)
{
	size_t size;
	FILE *out = open_memstream(&top->card, &size);

	if (out == NULL)
		return;
	fprintf(out, "%-12s %s\n", "arrows, pages", "move");
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		fprintf(out, "%-12s %s\n", keys[i].name, keys[i].help);
	fprintf(out, "%-12s %s\n\n", "q", "quit");
	fputs("DEPTH   messages in a queue or ring, mappings of a segment\n"
	      "RATE/S  messages received from a ring; growth (+) or shrinking (-) of a queue, since\n"
	      "        the kernel does not count what passes through it\n"
	      "DEPTHS, RATES  their history, scaled to the highest value; what is older than top\n"
	      "        comes from kipcd, at its own interval\n",
	      out);
	fclose(out);
	top->card_first = 0;
}

/* Whether it was a key that moves the cursor. */
static bool take_motion(struct top *top, int key, size_t page)
{
	size_t *place = top->card != NULL ? &top->card_first : &top->cursor;
	size_t end = top->card != NULL ? SIZE_MAX / 2 : top_view_count(top); /* draw_card() finds a card's */
	size_t by;

	switch (key) {
	case KEY_UP:
	case KEY_PPAGE:
		by = key == KEY_UP ? 1 : page;
		*place = *place > by ? *place - by : 0;
		break;
	case KEY_DOWN:
	case KEY_NPAGE:
		by = key == KEY_DOWN ? 1 : page;
		*place = end - 1 - *place > by ? *place + by : end - 1;
		if (top_view_count(top) == 0 && top->card == NULL)
			*place = 0;
		break;
	case KEY_HOME:
		*place = 0;
		break;
	case KEY_END:
		*place = end > 0 ? end - 1 : 0;
		break;
	default:
		return false;
	}
	if (top->card == NULL)
		top_view_note_cursor(top);
	return true;
}

static void type(struct top *top, int key)
{
	size_t n = strlen(top->filter);

	if (key == '\r' || key == '\n' || key == KEY_ENTER) {
		top->is_typing = false;
	} else if (key == 27) { /* Esc */
		top->is_typing = false;
		top->filter[0] = '\0';
	} else if (key == KEY_BACKSPACE || key == 127 || key == '\b') {
		if (n > 0)
			top->filter[n - 1] = '\0';
	} else if (key > ' ' && key < 127 && n + 1 < sizeof top->filter) {
		top->filter[n] = (char)key;
		top->filter[n + 1] = '\0';
	}
	(void)top_view_choose(top);
}

bool top_keys_take(struct top *top, int key, size_t page)
{
	if (top->is_typing) {
		type(top, key);
		return true;
	}
	if (take_motion(top, key, page))
		return true;
	if (top->card != NULL) {
		if (key == 'q' || key == 27 || key == '\r' || key == KEY_ENTER)
			close_card(top);
		return true;
	}
	if (key == 'q' || key == 'Q')
		return false;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (key != 0 && (key == keys[i].codes[0] || key == keys[i].codes[1]))
			keys[i].press(top);
	return true;
}
