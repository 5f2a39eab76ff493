/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcctl top: all channels, refreshed again and again, on a screen (top-screen.c), as text (--once) or as JSON. Each refresh reads
 * one view, as list does; rates and histories come from consecutive views (series.c), and from what kipcd remembers.
 */

#include <errno.h>
#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "client/base/errors.h"
#include "client/base/report.h"
#include "client/base/verbs.h"
#include "client/facts/past.h"
#include "client/facts/view-note.h"
#include "client/see/screen.h"
#include "client/see/show.h"
#include "client/see/top-frame.h"
#include "client/see/top-groups.h"
#include "client/see/top-json.h"
#include "client/table/words.h"
#include "common/channel-words.h"
#include "common/grammar.h"

#define INTERVAL_MIN 100000
#define INTERVAL_MAX 3600000000
#define INTERVAL_DEFAULT 2000000
#define HEAD_LINES 3
#define FILTER_MAX 64

struct top {
	const struct invocation *invocation;
	int64_t interval;
	uint64_t n_left; /* frames; UINT64_MAX: no end */

	struct view *view;
	struct series_table series;
	struct value_style style;
	const struct view_row **rows; /* those that are wanted, sorted */
	size_t n_rows;

	const struct column *sort; /* NULL: as the view has them */
	bool is_descending, with_foreign, is_paused;
	char filter[FILTER_MAX]; /* part of a name */
	bool is_typing;		 /* the filter */
	const char *kind;	 /* NULL: all */

	/* The row that the cursor is on: the same object after each refresh. */
	char selected[VIEW_ADDRESS_MAX];
	ino_t selected_inode; /* of its IPC namespace */
	size_t cursor, first; /* places in rows: of the cursor, of the first line */

	enum group_by by;
	char *groups; /* sums instead of the rows, the headings first; NULL: none */
	size_t n_groups;

	char *card; /* the text that is looked at instead of the rows; NULL: none */
	size_t card_first;
};

/* Not columns of list: series.c sorts by these. */
static const struct column by_depth = { .name = "depth" }, by_rate = { .name = "rate" };

static struct column group_columns[N_GROUP_COLUMNS]; /* of --group-by= */

static const struct column *find_column(enum group_by by, const char *name)
{
	const struct column *columns = by != GROUP_BY_NOTHING ? group_columns : channel_columns;
	size_t n = by != GROUP_BY_NOTHING ? N_GROUP_COLUMNS : n_channel_columns;

	if (by == GROUP_BY_NOTHING && strcmp(name, by_depth.name) == 0)
		return &by_depth;
	if (by == GROUP_BY_NOTHING && strcmp(name, by_rate.name) == 0)
		return &by_rate;
	for (size_t i = 0; i < n; i++)
		if (strcmp(columns[i].name, name) == 0)
			return &columns[i];
	return NULL;
}

static int64_t now_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* -- what is shown ----------------------------------------------------------------------------------------------- */

static bool is_wanted(const struct top *top, const struct view_row *row)
{
	const struct options *options = top->invocation->options;
	char address[VIEW_ADDRESS_MAX];

	if (row->name == NULL && !top->with_foreign)
		return false;
	if (top->kind != NULL && !words_have(top->kind, kipc_kind_to_string(row->kind)))
		return false;
	if (options->state != NULL && (row->state == NULL || !words_have(options->state, row->state)))
		return false;
	return strcasestr(view_row_to_address(row, address), top->filter) != NULL;
}

static ino_t inode_of(const struct view_row *row)
{
	return row->place != NULL ? row->place->inode : 0;
}

/* The cursor stays on its object or, if that is gone, in its line. */
static void find_cursor(struct top *top)
{
	char address[VIEW_ADDRESS_MAX];

	for (size_t i = 0; i < top->n_rows; i++)
		if (inode_of(top->rows[i]) == top->selected_inode &&
		    strcmp(view_row_to_address(top->rows[i], address), top->selected) == 0) {
			top->cursor = i;
			return;
		}
	if (top->cursor >= top->n_rows)
		top->cursor = top->n_rows > 0 ? top->n_rows - 1 : 0;
}

static void note_cursor(struct top *top)
{
	char address[VIEW_ADDRESS_MAX];

	if (top->cursor >= top->n_rows)
		return;
	snprintf(top->selected, sizeof top->selected, "%s",
		 view_row_to_address(top->rows[top->cursor], address));
	top->selected_inode = inode_of(top->rows[top->cursor]);
}

static size_t frame_width(void);

static int make_groups(struct top *top)
{
	int r;

	free(top->groups);
	top->groups = NULL;
	top->n_groups = 0;
	if (top->invocation->options->json)
		return 0;
	r = top_groups_format(top->view, top->rows, top->n_rows, top->by,
			      top->sort != NULL ? top->sort->name : NULL, top->is_descending,
			      !top->invocation->options->no_legend, frame_width(), &top->style, &top->groups);
	for (const char *p = top->groups; r == 0 && (p = strchr(p, '\n')) != NULL; p++)
		top->n_groups++;
	top->n_groups -= top->n_groups > 0 && !top->invocation->options->no_legend;
	if (top->cursor >= top->n_groups)
		top->cursor = top->n_groups > 0 ? top->n_groups - 1 : 0;
	return r;
}

static int choose_rows(struct top *top)
{
	size_t n = 0;
	int r = 0;

	free(top->rows);
	top->rows = calloc(top->view->n_rows + 1, sizeof(struct view_row *));
	if (top->rows == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < top->view->n_rows; i++)
		if (is_wanted(top, &top->view->rows[i]))
			top->rows[n++] = &top->view->rows[i];
	top->n_rows = n;
	if (top->sort == &by_depth || top->sort == &by_rate)
		r = series_sort(&top->series, top->rows, n, top->sort == &by_rate, top->is_descending);
	else if (top->sort != NULL && top->by == GROUP_BY_NOTHING)
		r = table_sort_rows((const void **)top->rows, n, top->sort, top->is_descending, &top->style);
	if (top->by != GROUP_BY_NOTHING)
		return r < 0 ? r : make_groups(top);
	find_cursor(top);
	note_cursor(top);
	return r;
}

static int refresh_view(struct top *top)
{
	struct view *view;
	int r;

	r = view_read(top->invocation, &view);
	if (r < 0)
		return r;
	r = series_update(&top->series, view, (uint64_t)now_usec());
	free(top->rows);
	top->rows = NULL;
	top->n_rows = 0;
	view_free(top->view);
	top->view = view;
	/* If no object has a name, the foreign ones are all there is. */
	if (view->n_named == 0)
		top->with_foreign = true;
	return r < 0 ? r : choose_rows(top);
}

/* -- what kipcd remembers ---------------------------------------------------------------------------------------- */

static struct series *find_named_series(const struct top *top, const char *name)
{
	for (size_t i = 0; i < top->n_rows; i++)
		if (top->rows[i]->name != NULL && strcmp(top->rows[i]->name, name) == 0)
			return series_find(&top->series, top->rows[i]);
	return NULL;
}

static void take_history(const char *name, struct history *history, void *userdata)
{
	struct series *series = find_named_series(userdata, name);

	if (series == NULL) {
		free(history);
	} else {
		free(series->history);
		series->history = history;
	}
}

/* For the rows on the screen that have not been asked for yet; without it, their bars begin now. */
static void ask_for_histories(struct top *top, size_t n_seen)
{
	const char *names[BUS_HISTORY_NAMES + 1] = { NULL };
	size_t n = 0;
	uint64_t interval;

	for (size_t i = top->first; i < top->n_rows && i < top->first + n_seen && n < BUS_HISTORY_NAMES;
	     i++) {
		struct series *series = series_find(&top->series, top->rows[i]);

		if (series == NULL || series->was_asked_for || top->rows[i]->name == NULL)
			continue;
		series->was_asked_for = true;
		names[n++] = top->rows[i]->name;
	}
	if (n > 0 && top->view->bus != NULL)
		(void)past_read(top->view->bus, names, take_history, top, &interval);
}

/* -- on a screen ------------------------------------------------------------------------------------------------- */

static size_t n_row_lines(void)
{
	return LINES > HEAD_LINES ? (size_t)(LINES - HEAD_LINES) : 0;
}

static size_t count_lines(const struct top *top)
{
	return top->by != GROUP_BY_NOTHING ? top->n_groups : top->n_rows;
}

static void draw_state(const struct top *top)
{
	char line[TOP_LINE_MAX], place[64] = "";

	if (top->is_typing) {
		snprintf(line, sizeof line, "filter: %s_", top->filter);
	} else {
		if (count_lines(top) > 0)
			snprintf(place, sizeof place, "%zu of %zu", top->cursor + 1, count_lines(top));
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
	size_t n_lines = n_row_lines(), n = count_lines(top);

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

	ask_for_histories(top, n_lines);
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
		top_format_totals(top->view, (size_t)COLS, text);
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

/* -- keys --------------------------------------------------------------------------------------------------------- */

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
		names[i] = group_columns[i].name;
		sort_names = names;
	}
	while (sort_names[n] != NULL) {
		if (top->sort != NULL && strcmp(sort_names[n], top->sort->name) == 0)
			now = n;
		n++;
	}
	top->sort = find_column(
		top->by, sort_names[(now == SIZE_MAX ? (step > 0 ? 0 : n - 1) : now + n + (size_t)step) % n]);
	(void)choose_rows(top);
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
	(void)choose_rows(top);
}

static void next_kind(struct top *top)
{
	size_t i = 0;

	while (top->kind != NULL && words_kinds[i] != NULL && strcmp(words_kinds[i], top->kind) != 0)
		i++;
	if (top->kind == NULL)
		top->kind = words_kinds[0];
	else
		top->kind = words_kinds[i] != NULL ? words_kinds[i + 1] : NULL;
	(void)choose_rows(top);
}

static void toggle_foreign(struct top *top)
{
	top->with_foreign = !top->with_foreign;
	(void)choose_rows(top);
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
	top->interval = top->interval * 2 < INTERVAL_MAX ? top->interval * 2 : INTERVAL_MAX;
}

static void faster(struct top *top)
{
	top->interval = top->interval / 2 > INTERVAL_MIN ? top->interval / 2 : INTERVAL_MIN;
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
	fprintf(out, "%-12s %s\n", "arrows, page", "move");
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
static bool take_motion(struct top *top, int key)
{
	size_t page = n_row_lines() > 1 ? n_row_lines() - 1 : 1;
	size_t *place = top->card != NULL ? &top->card_first : &top->cursor;
	size_t end = top->card != NULL ? SIZE_MAX / 2 : count_lines(top); /* draw_card() finds a card's */
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
		if (count_lines(top) == 0 && top->card == NULL)
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
		note_cursor(top);
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
	(void)choose_rows(top);
}

/* False: the key ends top. */
static bool take_key(struct top *top, int key)
{
	if (top->is_typing) {
		type(top, key);
		return true;
	}
	if (take_motion(top, key))
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

/* -- running ------------------------------------------------------------------------------------------------------- */

static enum status run_on_screen(struct top *top)
{
	enum status status = screen_start(top->invocation);
	int64_t next = now_usec() + top->interval;
	int key = 0, r = 0;

	if (status != STATUS_DONE)
		return status;
	while (key >= 0 && r == 0) {
		draw(top);
		key = screen_wait_key(next > now_usec() ? next - now_usec() : 0);
		if (key > 0 && !take_key(top, key))
			break;
		if (now_usec() < next)
			continue;
		next = now_usec() + top->interval;
		if (!top->is_paused && top->card == NULL)
			r = refresh_view(top);
		if (top->n_left != UINT64_MAX && --top->n_left == 0)
			break;
	}
	screen_stop();
	return errors_end(top->invocation, NULL, r);
}

static size_t frame_width(void)
{
	struct winsize size;
	int64_t columns;

	if (getenv("COLUMNS") != NULL &&
	    grammar_number_from_string(getenv("COLUMNS"), 1, TOP_LINE_MAX / SPARK_BYTES, &columns) == 0)
		return (size_t)columns;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return 80;
}

static size_t length_without_blanks(const char *text)
{
	size_t n = strlen(text);

	while (n > 0 && text[n - 1] == ' ')
		n--;
	return n;
}

static enum status print_once(struct top *top)
{
	char text[TOP_LINE_MAX];
	struct top_layout layout;

	top_format_totals(top->view, frame_width(), text);
	puts(text);
	if (top->by != GROUP_BY_NOTHING) {
		fputs(top->groups, stdout);
		return STATUS_DONE;
	}
	ask_for_histories(top, top->n_rows);
	top_layout_init(&layout, frame_width(), top->view->parts != NULL);
	if (!top->invocation->options->no_legend) {
		top_format_heading(&layout, text);
		printf("%.*s\n", (int)length_without_blanks(text), text);
	}
	for (size_t i = 0; i < top->n_rows; i++) {
		top_format_row(&layout, top->rows[i], series_find(&top->series, top->rows[i]), &top->style,
			       text);
		printf("%.*s\n", (int)length_without_blanks(text), text);
	}
	return STATUS_DONE;
}

/* JSON: one line for each frame, whether or not standard output is a terminal. */
static enum status print_frames(struct top *top)
{
	int64_t next = now_usec();
	int r;

	for (;;) {
		r = top_json_print(top->view, top->rows, top->n_rows, &top->series, top->by, &top->style,
				   stdout);
		if (r < 0 || fflush(stdout) != 0 || top->invocation->options->once ||
		    (top->n_left != UINT64_MAX && --top->n_left == 0))
			break;
		next += top->interval;
		while (now_usec() < next &&
		       usleep((useconds_t)(next - now_usec() < 100000 ? next - now_usec() : 100000)) == 0)
			continue;
		r = refresh_view(top);
		if (r < 0)
			break;
	}
	return errors_end(top->invocation, NULL, r);
}

/* Takes the options for sorting and filtering. False: an error has been reported. */
static bool take_options(struct top *top, enum status *ret_status)
{
	const struct options *options = top->invocation->options;
	const char *sort = options->sort;
	struct table table;

	*ret_status = STATUS_USAGE;
	if (!groups_take_option(top->invocation, &top->by))
		return false;
	groups_columns(top->by, group_columns);
	top->with_foreign = options->foreign;
	top->kind = options->kind;
	if (sort != NULL) {
		top->is_descending = sort[0] == '-';
		top->sort = find_column(top->by, sort + top->is_descending);
		/* The table reports an unknown column. */
		if (top->sort == NULL &&
		    !(top->by != GROUP_BY_NOTHING ? table_init(&table, top->invocation, group_columns,
							       N_GROUP_COLUMNS, ret_status)
						  : table_init(&table, top->invocation, channel_columns,
							       n_channel_columns, ret_status)))
			return false;
	}
	if (!words_check(top->invocation, "kind", options->kind, words_kinds, WORDS_KINDS_ADVICE) ||
	    !words_check(top->invocation, "state", options->state, channel_state_words, VIEW_STATES_ADVICE)) {
		*ret_status = STATUS_USAGE;
		return false;
	}
	if (top->interval >= INTERVAL_MIN)
		return true;
	*ret_status = report(top->invocation, NULL, STATUS_USAGE, "--interval must be at least 100ms");
	return false;
}

enum status command_top(const struct invocation *invocation)
{
	const struct options *options = invocation->options;
	struct top top = {
		.invocation = invocation,
		.interval = options_has(options, OPTION_INTERVAL) ? options->interval : INTERVAL_DEFAULT,
		.n_left = options_has(options, OPTION_COUNT) ? options->count : UINT64_MAX,
		.style.bytes = options->bytes,
	};
	enum status status;
	int r;

	if (!take_options(&top, &status))
		return status;
	r = refresh_view(&top);
	if (r < 0)
		status = errors_end(invocation, NULL, r);
	else if (options->json)
		status = print_frames(&top);
	else
		status = options->once ? print_once(&top) : run_on_screen(&top);
	if (status == STATUS_DONE && top.view != NULL) {
		view_note_places(invocation, top.view);
		status = view_note_status(top.view);
	}
	close_card(&top);
	free(top.groups);
	free(top.rows);
	series_done(&top.series);
	view_free(top.view);
	accounts_done(&top.style.accounts);
	return status;
}
