/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcctl list: the rows of a view, filtered, sorted, printed. Everything it can show is in columns.c; what there is,
 * in view.c.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/columns.h"
#include "client/control-half.h"
#include "client/report.h"
#include "client/view.h"
#include "common/grammar.h"

static const char *const kind_words[] = { "queue", "segment", "semaphore", NULL };

static bool word_is_in(const char *words, const char *word)
{
	size_t n_word = strlen(word);

	for (;;) {
		size_t n = strcspn(words, ",");

		if (n == n_word && memcmp(words, word, n) == 0)
			return true;
		if (words[n] == '\0')
			return false;
		words += n + 1;
	}
}

/* Whether "a,b" names known words only; says so if not. */
static bool words_are_known(const struct invocation *invocation, const char *option, const char *words,
			    const char *const *known)
{
	for (;;) {
		size_t n = strcspn(words, ",");
		const char *const *word = known;
		char text[32];

		while (*word != NULL && (strlen(*word) != n || memcmp(*word, words, n) != 0))
			word++;
		if (*word == NULL) {
			const char *nearest;

			snprintf(text, sizeof text, "%.*s", (int)(n < sizeof text ? n : sizeof text - 1),
				 words);
			nearest = grammar_nearest(text, known);
			(void)report(invocation, NULL, STATUS_USAGE, "%s: there is no %s '%s'%s%s%s", option,
				     option + 2, text, nearest != NULL ? "; did you mean '" : "",
				     nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
			return false;
		}
		if (words[n] == '\0')
			return true;
		words += n + 1;
	}
}

static bool row_is_wanted(const struct options *options, const struct view_row *row)
{
	bool with_foreign =
		options->foreign || (options->state != NULL && word_is_in(options->state, "foreign"));

	if (row->name == NULL && !with_foreign)
		return false;
	if (options->kind != NULL && !word_is_in(options->kind, kipc_kind_to_string(row->kind)))
		return false;
	return options->state == NULL || (row->state != NULL && word_is_in(options->state, row->state));
}

static size_t choose_rows(const struct options *options, const struct view *view, const void **rows)
{
	size_t n = 0;

	for (size_t i = 0; i < view->n_rows; i++)
		if (row_is_wanted(options, &view->rows[i]))
			rows[n++] = &view->rows[i];
	return n;
}

static int print_list(const struct invocation *invocation, const struct column_list *columns,
		      const struct view *view, const struct value_style *style)
{
	const void **rows = reallocarray(NULL, view->n_rows + 1, sizeof *rows);
	size_t n_rows;
	int r = 0;

	if (rows == NULL)
		return -ENOMEM;
	n_rows = choose_rows(invocation->options, view, rows);
	if (invocation->options->sort != NULL)
		r = table_sort(invocation, channel_columns, n_channel_columns, style, rows, n_rows);
	if (r == 0)
		r = table_print(invocation, columns, style, rows, n_rows);
	free(rows);
	return r;
}

static int run_list(const struct invocation *invocation, const struct column_list *columns)
{
	struct value_style style = { .bytes = invocation->options->bytes, .accounts = accounts_new() };
	struct view *view = NULL;
	int r = style.accounts == NULL ? -ENOMEM : 0;

	if (r == 0)
		r = view_read(invocation, &view);
	if (r == 0) {
		view_note(invocation, view);
		r = print_list(invocation, columns, view, &style);
	}
	view_free(view);
	accounts_free(style.accounts);
	return r;
}

enum status command_list(const struct invocation *invocation)
{
	const struct options *options = invocation->options;
	struct column_list columns = { 0 };
	int r;

	if (options->columns != NULL && strcmp(options->columns, "help") == 0)
		return control_half_end(invocation, NULL,
					column_print_help(invocation, channel_columns, n_channel_columns));
	if ((options->kind != NULL && !words_are_known(invocation, "--kind", options->kind, kind_words)) ||
	    (options->state != NULL && !words_are_known(invocation, "--state", options->state, view_states)))
		return STATUS_USAGE;
	r = column_list_choose(invocation, channel_columns, n_channel_columns, &columns);
	if (r == 0)
		r = run_list(invocation, &columns);
	column_list_done(&columns);
	return r == -EINVAL ? STATUS_USAGE : control_half_end(invocation, NULL, r);
}
