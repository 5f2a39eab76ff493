/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_COMPLETE_EXISTING_H
#define KIPC_CLIENT_COMPLETE_EXISTING_H

/* Candidates that exist on this machine. */

#include "client/complete/completion.h"

/* The channels of these classes (enum channel_class). */
void existing_channels(struct completion *completion, unsigned classes);

/* The names that have a file in the runtime layer. */
void existing_overrides(struct completion *completion);

void existing_processes(struct completion *completion);
void existing_users(struct completion *completion);
void existing_groups(struct completion *completion);

#endif
