/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Labels are right-aligned, so that all values begin in one column. */

#include "client/see/card-line.h"

#include <string.h>

#define LABEL_WIDTH 17

void card_line_label(const struct card_line *line, const char *word)
{
	for (size_t n = strlen(word); n < LABEL_WIDTH; n++)
		putc(' ', line->out);
	for (; *word != '\0'; word++)
		putc(*word == '_' ? ' ' : *word, line->out);
	fputs(": ", line->out);
}
