/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_CHANGE_PLAN_H
#define KIPC_CLIENT_CHANGE_PLAN_H

#include "client/table/table.h"

/* The columns of `kipcctl plan` and `reload`, for completion. */
extern const struct column step_columns[];
extern const size_t n_step_columns;

/* `kipcctl recover --registry=ours` (is_ours) or another. */
enum status plan_recover_registry(const struct invocation *invocation, bool is_ours);

#endif
