/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_SEE_LIMITS_H
#define KIPC_CLIENT_SEE_LIMITS_H

#include "client/table/table.h"

/* The columns of `kipcctl limits`, for completion. */
extern const struct column limit_columns[];
extern const size_t n_limit_columns;

#endif
