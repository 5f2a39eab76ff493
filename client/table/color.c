/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The only file that reads NO_COLOR. */

#include "client/table/color.h"

#include <stdlib.h>
#include <unistd.h>

bool color_is_wanted(void)
{
	const char *no_color = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && (no_color == NULL || no_color[0] == '\0');
}
