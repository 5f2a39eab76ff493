/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_SEE_CARD_JSON_H
#define KIPC_CLIENT_SEE_CARD_JSON_H

/* A card as a JSON object. */

#include "client/see/card.h"

/* -ENOMEM. */
int card_json_make(const struct card *card, struct value_style *style, struct json_object **ret_json);

#endif
