/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Tables as text. Each cell is measured and escaped once, when it is added, into one growing text; printing only
 * copies. This is faster than libsmartcols, which takes 115 ms for 30,000 rows of eight columns alone; `list` takes 31
 * ms in all (bench/seeing.sh).
 */

#include "client/table/drawing.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "client/base/grow.h"
#include "client/table/block.h"
#include "client/table/character.h"
#include "client/table/color.h"

/* The least width of a column, by enum drawing_cut. */
static const size_t least_widths[] = { SIZE_MAX, 4, 12 };

#define ESCAPE_MAX 4 /* "\xNN" */

/* Small, since there are hundreds of thousands. Its text begins at the end of the previous cell. */
struct drawing_cell {
	uint32_t size;	     /* bytes */
	uint32_t width : 30; /* columns of the screen */
	uint32_t color : 2;  /* of colors[] */
};

static const struct {
	const char *name, *start;
} colors[] = { { NULL, "" }, { "red", COLOR_BEGIN_RED }, { "yellow", COLOR_BEGIN_YELLOW } };
#define WIDTH_MOST 0x3fffffffU
#define N_COLORS (sizeof colors / sizeof *colors)

void drawing_init(struct drawing *drawing, struct drawing_column *columns, size_t n_columns,
		  bool has_headings)
{
	*drawing = (struct drawing){
		.columns = columns,
		.n_columns = n_columns,
		.has_headings = has_headings,
	};
	/* A heading that is not printed must not widen its column. */
	for (size_t i = 0; i < n_columns; i++)
		columns[i].width = has_headings ? strlen(columns[i].heading) : 0;
}

void drawing_done(struct drawing *drawing)
{
	free(drawing->cells);
	free(drawing->text);
	*drawing = (struct drawing){ 0 };
}

/* -- cells ------------------------------------------------------------------------------------------------ */

/* Makes room for n more bytes, by doubling. */
static int make_room(struct drawing *drawing, size_t n)
{
	size_t room = drawing->text_room > 0 ? drawing->text_room : 4096;
	char *text;

	while (room - drawing->n_text < n)
		room *= 2;
	if (room == drawing->text_room)
		return 0;
	text = realloc(drawing->text, room);
	if (text == NULL)
		return -ENOMEM;
	drawing->text = text;
	drawing->text_room = room;
	return 0;
}

/* How many bytes at the start are printable ASCII; usually all. */
static size_t count_plain(const char *text)
{
	size_t n = 0;

	while (text[n] >= 0x20 && text[n] <= 0x7e)
		n++;
	return n;
}

/* Copies into the room that was made, and returns the width. */
static size_t copy_escaped(struct drawing *drawing, const char *text, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	char *out = drawing->text + drawing->n_text;
	size_t total = 0;

	while (size > 0) {
		int width;
		size_t n = character_measure(text, size, &width);

		if (n > 0) {
			out = mempcpy(out, text, n);
		} else {
			out = mempcpy(out, "\\x", 2);
			*out++ = digits[(unsigned char)*text >> 4];
			*out++ = digits[(unsigned char)*text & 15];
			n = 1;
			width = ESCAPE_MAX;
		}
		total += (size_t)width;
		text += n;
		size -= n;
	}
	drawing->n_text = (size_t)(out - drawing->text);
	return total;
}

static unsigned find_color(const char *name)
{
	for (unsigned i = 1; name != NULL && i < N_COLORS; i++)
		if (strcmp(colors[i].name, name) == 0)
			return i;
	return 0;
}

static int add_cell(struct drawing *drawing, const struct drawing_cell *cell)
{
	if (grow(&drawing->cells, drawing->n_cells, sizeof *drawing->cells) < 0)
		return -ENOMEM;
	drawing->cells[drawing->n_cells++] = *cell;
	return 0;
}

int drawing_add(struct drawing *drawing, const char *text, const char *color)
{
	struct drawing_column *column = &drawing->columns[drawing->n_cells % drawing->n_columns];
	struct drawing_cell cell = { .color = find_color(color) };
	size_t size = count_plain(text), width = size, start = drawing->n_text;
	bool is_plain = text[size] == '\0';
	int r;

	if (!is_plain)
		size += strlen(text + size);
	r = make_room(drawing, is_plain ? size : size * ESCAPE_MAX);
	if (r < 0)
		return r;
	if (is_plain) {
		memcpy(drawing->text + drawing->n_text, text, size);
		drawing->n_text += size;
	} else {
		width = copy_escaped(drawing, text, size);
	}
	cell.size = (uint32_t)(drawing->n_text - start);
	cell.width = (uint32_t)width & WIDTH_MOST;
	if (width > column->width)
		column->width = width;
	return add_cell(drawing, &cell);
}

/* -- widths ----------------------------------------------------------------------------------------------- */

static size_t least_width(const struct drawing_column *column)
{
	return column->width < least_widths[column->cut] ? column->width : least_widths[column->cut];
}

/* How many columns are printed: those that fit when cut as far as they may be, and always the first. */
static size_t count_shown(const struct drawing *drawing, size_t width)
{
	size_t total = 0, n = 0;

	if (width == 0 || !drawing->may_drop)
		return drawing->n_columns;
	for (; n < drawing->n_columns; n++) {
		total += (n > 0) + least_width(&drawing->columns[n]);
		if (total > width)
			break;
	}
	return n > 0 ? n : 1;
}

static size_t total_width(const struct drawing *drawing, size_t n_shown)
{
	size_t total = n_shown - 1;

	for (size_t i = 0; i < n_shown; i++)
		total += drawing->columns[i].width;
	return total;
}

/* Narrows the widest column that may be cut, step by step, until all fit or none can be cut further. */
static void narrow(struct drawing *drawing, size_t n_shown, size_t width)
{
	if (drawing->may_drop && n_shown == 1 && drawing->columns[0].width > width)
		drawing->columns[0].width = width;
	for (size_t total = total_width(drawing, n_shown); total > width; total--) {
		struct drawing_column *widest = NULL;

		for (size_t i = 0; i < n_shown; i++) {
			struct drawing_column *column = &drawing->columns[i];

			if (column->width > least_width(column) &&
			    (widest == NULL || column->width > widest->width))
				widest = column;
		}
		if (widest == NULL)
			return;
		widest->width--;
	}
}

/* -- printing --------------------------------------------------------------------------------------------- */

/* How many bytes at the start are at most `room` wide. All characters are known to be printable. */
static size_t count_head(const char *text, size_t size, size_t room, size_t *ret_width)
{
	size_t taken = 0, used = 0;

	while (taken < size) {
		int width;
		size_t n = character_measure(text + taken, size - taken, &width);

		if (n == 0 || used + (size_t)width > room)
			break;
		taken += n;
		used += (size_t)width;
	}
	*ret_width = used;
	return taken;
}

/* The start of the part at the end of a text of this width that is at most `room` wide. */
static size_t find_tail(const char *text, size_t size, size_t width, size_t room, size_t *ret_width)
{
	size_t start = 0;

	while (start < size && width > room) {
		int one;
		size_t n = character_measure(text + start, size - start, &one);

		if (n == 0)
			break;
		start += n;
		width -= (size_t)one;
	}
	*ret_width = width;
	return start;
}

static const char *ellipsis(void)
{
	static const char sign[] = "\u2026";
	int width;

	return character_measure(sign, strlen(sign), &width) > 0 && width == 1 ? sign : "~";
}

/* Puts a text that is wider than its column, and returns the width. */
static size_t put_cut(const struct drawing_column *column, const char *text, size_t size, size_t width,
		      struct block *block)
{
	size_t room = column->width - 1, tail_room = column->cut == DRAWING_CUT_MIDDLE ? room / 2 : 0;
	size_t head_width, tail_width;
	size_t n = count_head(text, size, room - tail_room, &head_width);
	size_t start = find_tail(text, size, width, tail_room, &tail_width);

	block_put(block, text, n);
	block_put(block, ellipsis(), strlen(ellipsis()));
	block_put(block, text + start, size - start);
	return head_width + 1 + tail_width;
}

static void put_text(const struct drawing_column *column, const char *text, size_t size, size_t width,
		     unsigned color, bool is_last, struct block *block)
{
	if (column->is_right && width < column->width) {
		block_fill(block, ' ', column->width - width);
		width = column->width;
	}
	if (color != 0)
		block_put(block, colors[color].start, strlen(colors[color].start));
	if (width > column->width)
		width = put_cut(column, text, size, width, block);
	else
		block_put(block, text, size);
	if (color != 0)
		block_put(block, COLOR_END, strlen(COLOR_END));
	if (!is_last)
		block_fill(block, ' ', column->width - width);
	block_put(block, is_last ? "\n" : " ", 1);
}

static void put_headings(const struct drawing *drawing, size_t last, struct block *block)
{
	for (size_t i = 0; i <= last; i++) {
		const char *heading = drawing->columns[i].heading;

		put_text(&drawing->columns[i], heading, strlen(heading), strlen(heading), 0, i == last,
			 block);
	}
}

size_t drawing_print(struct drawing *drawing, FILE *out, size_t width)
{
	size_t n_shown = count_shown(drawing, width), last = n_shown - 1, place = 0;
	const char *text = drawing->text;
	struct block block;

	block_init(&block, out);
	if (width > 0)
		narrow(drawing, n_shown, width);
	if (drawing->has_headings && drawing->n_cells > 0)
		put_headings(drawing, last, &block);
	for (size_t i = 0; i < drawing->n_cells; i++) {
		const struct drawing_cell *cell = &drawing->cells[i];

		if (place <= last)
			put_text(&drawing->columns[place], text, cell->size, cell->width, cell->color,
				 place == last, &block);
		text += cell->size;
		place = place + 1 < drawing->n_columns ? place + 1 : 0;
	}
	block_flush(&block);
	return n_shown;
}
