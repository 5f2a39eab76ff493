/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DATA_OUTPUT_H
#define KIPC_CLIENT_DATA_OUTPUT_H

/* What recv and peek share: the form of their output, and the text of a raw segment. */

#include "client/base/command.h"
#include "client/data/hand.h"
#include "lib/kipc.h"

/* A hand for the form that options and standard output ask for; says what is wrong. */
enum status output_hand(const struct invocation *invocation, struct hand **ret_hand);

/* Writes out what is in hand, for output that is a copy and need not go back; says what is wrong. */
enum status output_flush(const struct invocation *invocation, struct hand *hand);

/* Prints a segment up to its first NUL, or all of it. */
enum status output_segment(const struct invocation *invocation, struct kipc_channel *segment,
			   struct hand *hand);

#endif
