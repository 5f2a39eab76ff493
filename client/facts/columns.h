/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_COLUMNS_H
#define KIPC_CLIENT_FACTS_COLUMNS_H

/* The columns of a channel, for list, show, top and metrics. Rows are struct view_row. */

#include "client/table/table.h"

extern const struct column channel_columns[];
extern const size_t n_channel_columns;

/* The column of that name, or NULL. */
const struct column *columns_find(const char *name);

#endif
