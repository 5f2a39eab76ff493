/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_CONFIG_TEXT_H
#define KIPC_COMMON_CONFIG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

bool text_is_blank(char c);
bool text_is_key_character(char c);

/* The first byte that is not text, or the end. */
const char *text_find_unclean(const char *start, const char *end);

#endif
