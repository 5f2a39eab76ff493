/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_TABLE_JSON_TEXT_H
#define KIPC_CLIENT_TABLE_JSON_TEXT_H

/* JSON without a tree, for long output: json-c takes twenty times as long. */

#include <stdint.h>

#include "client/table/block.h"

/* Quoted and escaped; each byte that is not part of valid UTF-8 becomes U+FFFD. */
void json_text_put_string(struct block *block, const char *text);

void json_text_put_number(struct block *block, uint64_t number);

#endif
