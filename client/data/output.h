/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DATA_OUTPUT_H
#define KIPC_CLIENT_DATA_OUTPUT_H

/* The output of recv and peek: its form, and the text of a raw segment. */

#include "client/base/command.h"
#include "client/data/hand.h"
#include "lib/kipc.h"

/* A hand for the form that the options and standard output require. A failure has been reported. */
enum status output_hand(const struct invocation *invocation, struct hand **ret_hand);

/* Writes what is in hand, which is a copy and need not go back. A failure has been reported. */
enum status output_flush(const struct invocation *invocation, struct hand *hand);

/* Prints a raw segment up to its first NUL, or all of it. */
enum status output_segment(const struct invocation *invocation, struct kipc_channel *segment,
			   struct hand *hand);

#endif
