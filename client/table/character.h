/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_TABLE_CHARACTER_H
#define KIPC_CLIENT_TABLE_CHARACTER_H

/* Characters as the user's locale has them. */

#include <stddef.h>

/* The bytes of the printable character at `text`, and its width on the screen; 0: none. */
size_t character_measure(const char *text, size_t size, int *ret_width);

#endif
