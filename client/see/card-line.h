/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_SEE_CARD_LINE_H
#define KIPC_CLIENT_SEE_CARD_LINE_H

/* One line of a card: a label and what stands behind it. */

#include <stdio.h>

#include "client/see/card.h"

/* Where a card is printed, and how. */
struct card_line {
	const struct card *card;
	struct value_style *style;
	FILE *out;
};

/* Begins a line; '_' becomes a blank. */
void card_line_label(const struct card_line *line, const char *word);

#endif
