/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANNEL_VIEW_H
#define KIPC_DAEMON_CHANNEL_VIEW_H

/* Takes the view of the kernel that a plan is made from. */

#include "daemon/plan/kernel-view.h"
#include "daemon/plan/registry.h"

/*
 * All objects of all kinds. The semaphore sets and rings of the registry are looked into, and no others. The caller sets
 * may_exceed_msgmnb. Free it with kernel_view_done().
 */
int channel_view_take(const struct registry *registry, struct kernel_view *ret_view);

#endif
