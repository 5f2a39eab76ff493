/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_TABLE_COLOR_H
#define KIPC_CLIENT_TABLE_COLOR_H

/* Colored words on standard output, as ECMA-48 control sequences. */

#include <stdbool.h>

#define COLOR_BEGIN_RED "\033[31m"
#define COLOR_BEGIN_YELLOW "\033[33m"
#define COLOR_END "\033[0m"

/* Whether standard output is a terminal, and NO_COLOR is unset or empty. */
bool color_is_wanted(void);

#endif
