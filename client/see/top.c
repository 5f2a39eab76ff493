/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcctl top: all channels, refreshed again and again, on a screen (top-screen.c), as text (--once) or as JSON. Each refresh reads
 * one view, as list does; rates and histories come from consecutive views (series.c), and from what kipcd remembers.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/base/errors.h"
#include "client/base/report.h"
#include "client/base/verbs.h"
#include "client/facts/columns.h"
#include "client/facts/view-note.h"
#include "client/see/top-frame.h"
#include "client/see/top-json.h"
#include "client/see/top-screen.h"
#include "common/clock.h"

#define INTERVAL_DEFAULT 2000000

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

	top_format_totals(top->view, top_view_width(), &top->style, text);
	puts(text);
	if (top->by != GROUP_BY_NOTHING) {
		fputs(top->groups, stdout);
		return STATUS_DONE;
	}
	top_view_ask_for_histories(top, top->n_rows);
	top_layout_init(&layout, top_view_width(), top->view->parts != NULL);
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

static void wait_until(uint64_t moment)
{
	uint64_t now;

	while ((now = clock_usec(CLOCK_MONOTONIC)) < moment)
		if (usleep((useconds_t)(moment - now < 100000 ? moment - now : 100000)) < 0)
			break; /* a signal */
}

/* JSON: one line for each frame, whether or not standard output is a terminal. */
static enum status print_frames(struct top *top)
{
	uint64_t next = clock_usec(CLOCK_MONOTONIC);
	int r;

	do {
		r = top_json_print(top->view, top->rows, top->n_rows, &top->series, top->by, &top->style,
				   stdout);
		if (r < 0 || fflush(stdout) != 0 || top->invocation->options->once ||
		    (top->n_left != UINT64_MAX && --top->n_left == 0))
			break;
		next += (uint64_t)top->interval;
		wait_until(next);
		r = top_view_refresh(top);
	} while (r == 0);
	return errors_end(top->invocation, NULL, r);
}

/* Takes the options for sorting and filtering. False: an error has been reported. */
static bool take_options(struct top *top, enum status *ret_status)
{
	const struct options *options = top->invocation->options;
	const char *sort = options->sort;
	struct table table;

	top->by = groups_chosen(top->invocation);
	groups_columns(top->by, top->group_columns);
	top->with_foreign = options->foreign;
	top->kind = options->kind;
	if (sort != NULL) {
		top->is_descending = sort[0] == '-';
		top->sort = top_view_find_column(top, sort + top->is_descending);
		/* The table reports an unknown column. */
		if (top->sort == NULL &&
		    !(top->by != GROUP_BY_NOTHING ? table_init(&table, top->invocation, top->group_columns,
							       N_GROUP_COLUMNS, ret_status)
						  : table_init(&table, top->invocation, channel_columns,
							       n_channel_columns, ret_status)))
			return false;
	}
	if (top->interval >= TOP_INTERVAL_MIN)
		return true;
	*ret_status = report(top->invocation, NULL, STATUS_USAGE, "--interval must be at least 100ms");
	return false;
}

static void top_done(struct top *top)
{
	free(top->card);
	free(top->groups);
	free(top->rows);
	series_done(&top->series);
	view_free(top->view);
	accounts_done(&top->style.accounts);
}

enum status command_top(const struct invocation *invocation)
{
	const struct options *options = invocation->options;
	__attribute__((cleanup(top_done))) struct top top = {
		.invocation = invocation,
		.interval = options_has(options, OPTION_INTERVAL) ? options->interval : INTERVAL_DEFAULT,
		.n_left = options_has(options, OPTION_COUNT) ? options->count : UINT64_MAX,
		.style.bytes = options->bytes,
	};
	enum status status;
	int r;

	if (!take_options(&top, &status))
		return status;
	r = top_view_refresh(&top);
	if (r < 0)
		status = errors_end(invocation, NULL, r);
	else if (options->json)
		status = print_frames(&top);
	else
		status = options->once ? print_once(&top) : top_screen_run(&top);
	if (status == STATUS_DONE && top.view != NULL) {
		view_note_places(invocation, top.view);
		status = view_note_status(top.view);
	}
	return status;
}
