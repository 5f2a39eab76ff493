/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Lays texts out in columns. Called by table.c only. All texts lie in one growing buffer, so that a grid of a hundred
 * thousand cells is two allocations; what is not printable ASCII takes the slow way, once, when it is added.
 */

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "client/grid.h"
#include "client/report.h"

#define SMALLEST_WIDTH 6 /* of an elastic column */
#define COLOR_END "\033[0m"

struct cell {
	size_t offset; /* of its text in the buffer */
	size_t size;   /* bytes */
	size_t width;  /* columns of the terminal */
	const char *color;
};

struct grid {
	const struct grid_column *columns;
	size_t n_columns;
	struct cell *cells;
	size_t n_cells, n_allocated;
	char *texts;
	size_t n_texts, n_texts_allocated;
};

struct grid *grid_new(const struct grid_column *columns, size_t n_columns)
{
	struct grid *grid = calloc(1, sizeof *grid);

	if (grid == NULL)
		return NULL;
	grid->columns = columns;
	grid->n_columns = n_columns;
	return grid;
}

struct grid *grid_free(struct grid *grid)
{
	if (grid == NULL)
		return NULL;
	free(grid->cells);
	free(grid->texts);
	free(grid);
	return NULL;
}

/* How many columns of a terminal the first `size` bytes take; they are printable. */
static size_t text_width(const char *text, size_t size)
{
	size_t width = 0;

	while (size > 0) {
		mbstate_t state = { 0 };
		wchar_t character;
		size_t n = mbrtowc(&character, text, size, &state);
		int n_columns;

		if (n == 0 || n > size) /* not a character of this locale */
			n = 1, n_columns = 1;
		else
			n_columns = wcwidth(character);
		width += n_columns > 0 ? (size_t)n_columns : 0;
		text += n;
		size -= n;
	}
	return width;
}

/* The size of a text of printable ASCII only; SIZE_MAX: there is something else in it. */
static size_t plain_size(const char *text)
{
	size_t size = 0;

	for (; text[size] != '\0'; size++)
		if (text[size] < 0x20 || text[size] > 0x7e)
			return SIZE_MAX;
	return size;
}

static int grow(struct grid *grid, size_t size)
{
	if (grid->n_cells == grid->n_allocated) {
		size_t n = grid->n_allocated == 0 ? 64 : grid->n_allocated * 2;
		struct cell *cells = reallocarray(grid->cells, n, sizeof *cells);

		if (cells == NULL)
			return -ENOMEM;
		grid->cells = cells;
		grid->n_allocated = n;
	}
	if (grid->n_texts_allocated - grid->n_texts < size) {
		size_t n = grid->n_texts_allocated * 2 + size + 1024;
		char *texts = realloc(grid->texts, n);

		if (texts == NULL)
			return -ENOMEM;
		grid->texts = texts;
		grid->n_texts_allocated = n;
	}
	return 0;
}

static int add_printable(struct grid *grid, const char *text, size_t size, size_t width, const char *color)
{
	int r;

	r = grow(grid, size);
	if (r < 0)
		return r;
	memcpy(grid->texts + grid->n_texts, text, size);
	grid->cells[grid->n_cells++] = (struct cell){
		.offset = grid->n_texts,
		.size = size,
		.width = width,
		.color = color,
	};
	grid->n_texts += size;
	return 0;
}

int grid_add(struct grid *grid, const char *text, const char *color)
{
	size_t size = plain_size(text);
	char *escaped;
	int r;

	if (size != SIZE_MAX)
		return add_printable(grid, text, size, size, color);
	escaped = report_escape(text, strlen(text));
	if (escaped == NULL)
		return -ENOMEM;
	size = strlen(escaped);
	r = add_printable(grid, escaped, size, text_width(escaped, size), color);
	free(escaped);
	return r;
}

/* 0: not a terminal, as wide as it needs. */
static size_t terminal_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return 0;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* Takes from the widest elastic column, a step at a time, until all fit or none can give more. */
static void fit_to_terminal(const struct grid *grid, size_t *widths)
{
	size_t available = terminal_width(), total = grid->n_columns - 1;

	for (size_t i = 0; i < grid->n_columns; i++)
		total += widths[i];
	while (available > 0 && total > available) {
		size_t *widest = NULL;

		for (size_t i = 0; i < grid->n_columns; i++)
			if (grid->columns[i].is_elastic && widths[i] > SMALLEST_WIDTH &&
			    (widest == NULL || widths[i] > *widest))
				widest = &widths[i];
		if (widest == NULL)
			return;
		(*widest)--;
		total--;
	}
}

static void measure(const struct grid *grid, bool with_headings, size_t *widths)
{
	for (size_t i = 0; with_headings && i < grid->n_columns; i++)
		widths[i] = strlen(grid->columns[i].heading);
	for (size_t i = 0; i < grid->n_cells; i++) {
		size_t *width = &widths[i % grid->n_columns];

		if (grid->cells[i].width > *width)
			*width = grid->cells[i].width;
	}
	fit_to_terminal(grid, widths);
}

static void print_blanks(size_t n)
{
	for (; n > 0; n--)
		putchar_unlocked(' ');
}

/* As many whole characters as fit in front of a mark that says that there is more. */
static void print_cut(const char *text, size_t size, size_t width)
{
	while (size > 0 && text_width(text, size) > width - 1) {
		do
			size--;
		while (size > 0 && (text[size] & 0xC0) == 0x80);
	}
	fwrite_unlocked(text, 1, size, stdout);
	print_blanks(width - 1 - text_width(text, size));
	putchar_unlocked('+');
}

static void print_text(const struct grid_column *column, const char *text, const struct cell *cell,
		       size_t width, bool is_last)
{
	size_t n_blanks = cell->width < width ? width - cell->width : 0;

	if (column->is_right)
		print_blanks(n_blanks);
	if (cell->color != NULL)
		fputs_unlocked(cell->color, stdout);
	if (cell->width > width)
		print_cut(text, cell->size, width);
	else
		fwrite_unlocked(text, 1, cell->size, stdout);
	if (cell->color != NULL)
		fputs_unlocked(COLOR_END, stdout);
	if (!column->is_right && !is_last)
		print_blanks(n_blanks);
	putchar_unlocked(is_last ? '\n' : ' ');
}

int grid_print(const struct grid *grid, bool with_headings)
{
	size_t *widths;

	if (grid->n_cells == 0)
		return 0;
	widths = calloc(grid->n_columns, sizeof *widths);
	if (widths == NULL)
		return -ENOMEM;
	measure(grid, with_headings, widths);
	for (size_t i = 0; with_headings && i < grid->n_columns; i++) {
		const char *heading = grid->columns[i].heading;
		const struct cell cell = { .size = strlen(heading), .width = strlen(heading) };

		print_text(&grid->columns[i], heading, &cell, widths[i], i == grid->n_columns - 1);
	}
	for (size_t i = 0; i < grid->n_cells; i++) {
		const struct cell *cell = &grid->cells[i];
		size_t n = i % grid->n_columns;

		print_text(&grid->columns[n], grid->texts + cell->offset, cell, widths[n],
			   n == grid->n_columns - 1);
	}
	free(widths);
	return 0;
}
