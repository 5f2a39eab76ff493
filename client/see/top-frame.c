/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The lines of top. A table of columns says what each shows and how much it matters: those that matter most get their place first,
 * and what is left widens the names and the bars.
 */

#include "client/see/top-frame.h"

#include <assert.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/table/character.h"
#include "common/escape.h"
#include "common/plural.h"

#define SPARK_MOST 60
#define NAME_MOST 31

enum top_kind {
	TOP_COLUMN = 0, /* a column of columns.c */
	TOP_NAME,
	TOP_DEPTH,
	TOP_FULL,
	TOP_RATE,
	TOP_DEPTHS,
	TOP_RATES,
};

static const struct top_column {
	const char *heading;
	enum top_kind kind;
	const char *column; /* TOP_COLUMN: its name */
	size_t width;
	bool is_right;
	unsigned matters; /* the smaller, the more */
	bool is_place;	  /* only where rows are of several IPC namespaces */
} columns[] = {
	{ "NAME", TOP_NAME, NULL, 11, false, 1 },
	{ "NAMESPACE", TOP_COLUMN, "namespace", 16, false, 2, true },
	{ "KIND", TOP_COLUMN, "kind", 9, false, 6 },
	{ "STATE", TOP_COLUMN, "state", 8, false, 3 },
	{ "DEPTH", TOP_DEPTH, NULL, 8, true, 2 },
	{ "FULL", TOP_FULL, NULL, 10, false, 4 },
	{ "RATE/S", TOP_RATE, NULL, 8, true, 5 },
	{ "DEPTHS", TOP_DEPTHS, NULL, 11, false, 7 },
	{ "RATES", TOP_RATES, NULL, 12, false, 9 },
	{ "KEY", TOP_COLUMN, "key", 10, false, 8 },
	{ "OWNER", TOP_COLUMN, "owner", 10, false, 10 },
	{ "CAPACITY", TOP_COLUMN, "capacity", 8, true, 11 },
	{ "SIZE", TOP_COLUMN, "size", 8, true, 12 },
	{ "SENDER", TOP_COLUMN, "last_sender_command", 15, false, 13 },
	{ "RECEIVER", TOP_COLUMN, "last_receiver_command", 15, false, 14 },
	{ "DESCRIPTION", TOP_COLUMN, "description", 20, false, 15 },
};
#define N_COLUMNS (sizeof columns / sizeof *columns)

_Static_assert(N_COLUMNS <= sizeof((struct top_layout *)NULL)->widths / sizeof(size_t), "all have a place");

const char *const top_sort_names[] = { "name", "kind",	   "state",	    "depth",	 "full",
				       "rate", "messages", "attached",	    "capacity",	 "size",
				       "key",  "owner",	   "last_received", "last_sent", NULL };

/* -- which fit ------------------------------------------------------------------------------------------------- */

void top_layout_init(struct top_layout *layout, size_t width, bool has_namespaces)
{
	size_t used = 0, most_matter = 0;

	*layout =
		(struct top_layout){ .width = width, .is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0 };
	for (unsigned matters = 1; matters <= N_COLUMNS; matters++)
		for (size_t i = 0; i < N_COLUMNS; i++) {
			size_t room = columns[i].width + (used > 0);

			if ((columns[i].is_place && !has_namespaces) || columns[i].matters != matters ||
			    used + room > width || most_matter + 1 < matters - 1)
				continue;
			layout->widths[i] = columns[i].width;
			used += room;
			most_matter = matters;
		}
	if (layout->widths[0] == 0) /* a terminal narrower than a name */
		layout->widths[0] = used = width;
	while (used < width && layout->widths[0] < NAME_MOST) {
		layout->widths[0]++;
		used++;
	}
	for (size_t i = 0; i < N_COLUMNS; i++)
		while (columns[i].kind == TOP_DEPTHS && layout->widths[i] > 0 && used < width &&
		       layout->widths[i] < SPARK_MOST) {
			layout->widths[i]++;
			used++;
		}
}

/* -- cells ------------------------------------------------------------------------------------------------------ */

static void get_value(const char *name, const struct view_row *row, struct value *value)
{
	const struct column *column = columns_find(name);

	assert(column != NULL);
	*value = (struct value){ 0 };
	column->get(column, row, value);
}

/* "1234", "56.7K": in at most seven places. */
static void format_count(double number, const char *sign, char *text, size_t size)
{
	static const char units[] = " KMGT";
	size_t unit = 0;
	double rest = number;

	for (; rest >= 10000 && unit + 1 < sizeof units - 1; unit++)
		rest /= 1000;
	if (unit == 0)
		snprintf(text, size, "%s%.*f", sign,
			 rest > 0 && rest < 10 && rest != (double)(int)rest ? 1 : 0, rest);
	else
		snprintf(text, size, "%s%.1f%c", sign, rest, units[unit]);
}

static void format_rate(const struct view_row *row, const struct series *series, char *text, size_t size)
{
	const char *sign = "";

	if (series == NULL || !series->has_rate)
		return;
	/* Of a queue only the change in depth is known, which has a sign. */
	if (row->kind == KIPC_QUEUE)
		sign = series->rate > 0 ? "+" : series->rate < 0 ? "-" : "";
	format_count(series->rate < 0 ? -series->rate : series->rate, sign, text, size);
}

static void format_full(const struct top_layout *layout, const struct view_row *row, size_t width, char *text)
{
	struct value value;
	uint64_t n;

	get_value("full", row, &value);
	if (value.type == VALUE_NONE)
		return;
	n = (value.number > 100 ? 100 : value.number) * (width - 5) / 100;
	text += sprintf(text, "%3llu%% ", (unsigned long long)(value.number > 999 ? 999 : value.number));
	for (uint64_t i = 0; i < width - 5; i++)
		text = stpcpy(text, i < n ? (layout->is_utf8 ? "█" : "#") : (layout->is_utf8 ? "░" : "."));
	value_done(&value);
}

/* The text of a cell, escaped; it may be longer than its place. */
static void format_cell(const struct top_layout *layout, size_t i, const struct view_row *row,
			const struct series *series, struct value_style *style,
			char text[static TOP_LINE_MAX])
{
	char address[VIEW_ADDRESS_MAX], buffer[VALUE_TEXT_MAX], *escaped;
	const struct history *history = series != NULL ? series->history : NULL;
	struct value value;
	uint64_t depth;

	text[0] = '\0';
	switch (columns[i].kind) {
	case TOP_NAME:
		snprintf(text, TOP_LINE_MAX, "%s", view_row_to_address(row, address));
		break;
	case TOP_DEPTH:
		if (series_depth(row, &depth))
			format_count((double)depth, "", text, TOP_LINE_MAX);
		break;
	case TOP_FULL:
		format_full(layout, row, layout->widths[i], text);
		break;
	case TOP_RATE:
		format_rate(row, series, text, TOP_LINE_MAX);
		break;
	case TOP_DEPTHS:
	case TOP_RATES:
		series_spark(history, columns[i].kind == TOP_RATES, layout->widths[i], layout->is_utf8, text);
		break;
	case TOP_COLUMN:
		get_value(columns[i].column, row, &value);
		if (value.type == VALUE_NONE)
			break;
		escaped = NULL;
		if (value.type == VALUE_TEXT) {
			const char *plain = value_to_string(&value, style, buffer);

			escaped = escape_text(plain, strlen(plain));
		}
		snprintf(text, TOP_LINE_MAX, "%s",
			 escaped != NULL ? escaped : value_to_string(&value, style, buffer));
		free(escaped);
		value_done(&value);
		break;
	}
}

/* Appends `text`, cut and padded to `width` columns. */
static char *put(char *end, const char *limit, const char *text, size_t width, bool is_right)
{
	size_t used = 0, n_bytes = 0;

	while (text[n_bytes] != '\0') {
		int places = 1; /* a byte that is not a character in this locale */
		size_t n = character_measure(text + n_bytes, strlen(text + n_bytes), &places);

		n += n == 0;
		if (used + (size_t)places > width || end + n_bytes + n >= limit)
			break;
		used += (size_t)places;
		n_bytes += n;
	}
	for (size_t i = used; is_right && i < width && end + 1 < limit; i++)
		*end++ = ' ';
	for (size_t i = 0; i < n_bytes && end + 1 < limit; i++)
		*end++ = text[i];
	for (size_t i = used; !is_right && i < width && end + 1 < limit; i++)
		*end++ = ' ';
	*end = '\0';
	return end;
}

void top_format_row(const struct top_layout *layout, const struct view_row *row, const struct series *series,
		    struct value_style *style, char line[static TOP_LINE_MAX])
{
	const char *limit = line + TOP_LINE_MAX;
	char text[TOP_LINE_MAX], *end = line;

	line[0] = '\0';
	for (size_t i = 0; i < N_COLUMNS; i++) {
		if (layout->widths[i] == 0)
			continue;
		if (end > line)
			end = put(end, limit, " ", 1, false);
		format_cell(layout, i, row, series, style, text);
		end = put(end, limit, text, layout->widths[i], columns[i].is_right);
	}
}

void top_format_heading(const struct top_layout *layout, char line[static TOP_LINE_MAX])
{
	const char *limit = line + TOP_LINE_MAX;
	char *end = line;

	line[0] = '\0';
	for (size_t i = 0; i < N_COLUMNS; i++) {
		if (layout->widths[i] == 0)
			continue;
		if (end > line)
			end = put(end, limit, " ", 1, false);
		end = put(end, limit, columns[i].heading, layout->widths[i], columns[i].is_right);
	}
}

/* -- all of them together --------------------------------------------------------------------------------------- */

/* Leaves out whole parts, which are two blanks apart: half a number would be another one. */
static void leave_out_parts(char *line, size_t width)
{
	size_t n = strlen(line);

	while (n > width) {
		char *gap = NULL;

		for (char *p = strstr(line, "  "); p != NULL; p = strstr(p + 2, "  "))
			gap = p;
		n = gap != NULL ? (size_t)(gap - line) : width;
		line[n] = '\0';
	}
}

void top_format_totals(const struct view *view, size_t width, struct value_style *style,
		       char line[static TOP_LINE_MAX])
{
	size_t n_active = 0, n_trouble = 0;
	uint64_t messages = 0, bytes = 0;
	char size[VALUE_TEXT_MAX], when[16] = "";
	struct value value = { 0 };
	time_t now = time(NULL);
	struct tm parts;

	for (size_t i = 0; i < view->n_rows; i++) {
		const struct view_row *row = &view->rows[i];

		n_active += row->name != NULL && row->state != NULL && strcmp(row->state, "active") == 0;
		n_trouble += top_color(row) == 1;
		if (row->object != NULL && row->kind == KIPC_QUEUE) {
			messages += row->object->queue.messages;
			bytes += row->object->queue.bytes;
		}
	}
	if (localtime_r(&now, &parts) != NULL)
		strftime(when, sizeof when, "%H:%M:%S", &parts);
	value_set_number(&value, VALUE_SIZE, bytes);
	snprintf(line, TOP_LINE_MAX,
		 "%s  kipcd %s  %zu %s, %zu active, %zu in trouble  %zu foreign  %llu %s in "
		 "queues, %s",
		 when, view->bus != NULL ? "running" : "not reachable", view->n_named,
		 plural(view->n_named, "channel", "channels"), n_active, n_trouble,
		 view->n_rows - view->n_named, (unsigned long long)messages,
		 plural(messages, "message", "messages"), value_to_string(&value, style, size));
	leave_out_parts(line, width);
}

int top_color(const struct view_row *row)
{
	static const char *const red[] = { "conflict", "failed", "lost" };
	struct value full;

	for (size_t i = 0; row->state != NULL && i < 3; i++)
		if (strcmp(row->state, red[i]) == 0)
			return 1;
	if (row->state != NULL && (strcmp(row->state, "stale") == 0 || strcmp(row->state, "absent") == 0))
		return 2;
	get_value("full", row, &full);
	return full.type != VALUE_NONE && full.number >= 90 ? 2 : 0;
}
