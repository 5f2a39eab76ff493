/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_SEE_CARD_TEXT_H
#define KIPC_CLIENT_SEE_CARD_TEXT_H

/* A card as text. */

#include <stdio.h>

#include "client/see/card.h"

void card_text_print(const struct card *card, struct value_style *style, FILE *out);

#endif
