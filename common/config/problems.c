/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Filled while a configuration is read and parsed, and shown by its caller. The number of mistakes is right even if there was no
 * memory for a sentence, so that a configuration with mistakes is never taken for a good one.
 */

#include "common/config/problems.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/escape.h"

void problems_done(struct problems *problems)
{
	for (size_t i = 0; i < problems->n_items; i++) {
		free(problems->items[i].file);
		free(problems->items[i].sentence);
	}
	for (size_t i = 0; i < problems->n_files; i++)
		free(problems->files[i]);
	free(problems->items);
	free(problems->files);
	*problems = PROBLEMS_INIT;
}

/* Makes room for one more item. The array is full when n is a power of two. */
static void *grown(void *array, size_t n, size_t size)
{
	if ((n & (n - 1)) != 0)
		return array;
	return reallocarray(array, n == 0 ? 1 : 2 * n, size);
}

void problems_forget(struct problems *problems, size_t n_items, size_t n_mistakes)
{
	assert(n_items <= problems->n_items && n_mistakes <= problems->n_mistakes);
	while (problems->n_items > n_items) {
		problems->n_items--;
		free(problems->items[problems->n_items].file);
		free(problems->items[problems->n_items].sentence);
	}
	problems->n_mistakes = n_mistakes;
}

void problems_note_file(struct problems *problems, const char *file)
{
	char **files = grown(problems->files, problems->n_files, sizeof *files);

	if (files == NULL)
		return;
	problems->files = files;
	files[problems->n_files] = strdup(file);
	if (files[problems->n_files] != NULL)
		problems->n_files++;
}

__attribute__((format(printf, 5, 0))) static void add(struct problems *problems, const char *file,
						      unsigned line, bool is_warning, const char *format,
						      va_list arguments)
{
	struct problem problem = { .line = line, .is_warning = is_warning };
	struct problem *items;

	if (!is_warning)
		problems->n_mistakes++;
	items = grown(problems->items, problems->n_items, sizeof *items);
	if (items == NULL)
		return;
	problems->items = items;
	problem.file = strdup(file);
	if (problem.file == NULL)
		return;
	if (vasprintf(&problem.sentence, format, arguments) < 0) {
		free(problem.file);
		return;
	}
	items[problems->n_items++] = problem;
}

void problems_add_mistake(struct problems *problems, const char *file, unsigned line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(problems, file, line, false, format, arguments);
	va_end(arguments);
}

void problems_add_warning(struct problems *problems, const char *file, unsigned line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(problems, file, line, true, format, arguments);
	va_end(arguments);
}

/* The rank of a problem while the problems are sorted, or that of a noted file, which has no item. */
struct rank {
	const char *file;
	size_t order; /* of the file: by name first, then by first appearance */
	unsigned line;
	size_t item;
};
#define NO_ITEM SIZE_MAX

static int compare_files(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;
	int r = strcmp(x->file, y->file);

	return r != 0 ? r : (x->order > y->order) - (x->order < y->order);
}

/* Problems of one line keep their order. */
static int compare_ranks(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return (x->item > y->item) - (x->item < y->item);
}

/* The ranks of all noted files and all problems, in the order that the problems are to have. */
static struct rank *ranks_new(const struct problems *problems, size_t n_ranks)
{
	struct rank *ranks = calloc(n_ranks, sizeof *ranks);

	if (ranks == NULL)
		return NULL;
	for (size_t i = 0; i < problems->n_files; i++)
		ranks[i] = (struct rank){ problems->files[i], i, 0, NO_ITEM };
	for (size_t i = 0; i < problems->n_items; i++)
		ranks[problems->n_files + i] = (struct rank){ problems->items[i].file, problems->n_files + i,
							      problems->items[i].line, i };
	qsort(ranks, n_ranks, sizeof *ranks, compare_files);
	for (size_t i = 1; i < n_ranks; i++)
		if (strcmp(ranks[i].file, ranks[i - 1].file) == 0)
			ranks[i].order = ranks[i - 1].order;
	qsort(ranks, n_ranks, sizeof *ranks, compare_ranks);
	return ranks;
}

void problems_sort(struct problems *problems)
{
	size_t n_ranks = problems->n_files + problems->n_items, n = 0;
	struct problem *sorted;
	struct rank *ranks;

	if (problems->n_items < 2)
		return;
	ranks = ranks_new(problems, n_ranks);
	sorted = calloc(problems->n_items, sizeof *sorted);
	/* without memory, they stay unsorted */
	if (ranks != NULL && sorted != NULL) {
		for (size_t i = 0; i < n_ranks; i++)
			if (ranks[i].item != NO_ITEM)
				sorted[n++] = problems->items[ranks[i].item];
		memcpy(problems->items, sorted, n * sizeof *sorted);
	}
	free(ranks);
	free(sorted);
}

/* Escaped, so that it is one line whatever file names and values hold. */
static void print_problem(FILE *stream, const struct problem *problem)
{
	CLEANUP_FREE char *file = escape_text(problem->file, strlen(problem->file));
	CLEANUP_FREE char *sentence = escape_text(problem->sentence, strlen(problem->sentence));

	if (problem->file[0] != '\0')
		(void)fprintf(stream, "%s:", file != NULL ? file : "?");
	if (problem->line > 0)
		(void)fprintf(stream, "%u:", problem->line);
	(void)fprintf(stream, "%s%s%s\n", problem->file[0] != '\0' ? " " : "",
		      problem->is_warning ? "warning: " : "", sentence != NULL ? sentence : strerror(ENOMEM));
}

char *problems_to_string(const struct problems *problems, bool with_warnings)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	bool is_whole;

	if (stream == NULL)
		return NULL;
	for (size_t i = 0; i < problems->n_items; i++) {
		const struct problem *problem = &problems->items[i];

		if (problem->is_warning && !with_warnings)
			continue;
		print_problem(stream, problem);
	}
	is_whole = ferror(stream) == 0;
	is_whole = fclose(stream) == 0 && is_whole;
	if (!is_whole) {
		free(text);
		return NULL;
	}
	return text;
}
