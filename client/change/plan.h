/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_CHANGE_PLAN_H
#define KIPC_CLIENT_CHANGE_PLAN_H

#include "client/base/command.h"

/* recover --registry=ours (is_ours) or another */
enum status plan_recover_registry(const struct invocation *invocation, bool is_ours);

#endif
