/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_SEE_SHOW_H
#define KIPC_CLIENT_SEE_SHOW_H

#include <stdio.h>

#include "client/facts/view.h"

/* Prints the card of one row of a view, as `show` does. -ENOMEM; errors of reading /proc. */
int show_card(const struct invocation *invocation, struct view *view, const struct view_row *row, FILE *out);

#endif
