/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Frees what show.c collected. */

#include "client/see/card.h"

#include <json-c/json.h>
#include <stdlib.h>

void card_done(struct card *card)
{
	json_object_put(card->declared);
	free(card->semaphores);
	free(card->history);
	*card = (struct card){ 0 };
}
