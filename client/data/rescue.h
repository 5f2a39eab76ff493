/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DATA_RESCUE_H
#define KIPC_CLIENT_DATA_RESCUE_H

/* What becomes of messages that were taken and cannot be handed on. */

#include "client/base/command.h"
#include "client/data/hand.h"

/*
 * Puts the messages whose output is not completely written back on their queue, in order, at its end; where that
 * cannot be, into a file a type (mode 0600, in the form of --frames) in $TMPDIR, /tmp or /dev/shm. Prints `cause`
 * ("standard output: No space left on device") and what became of them. The hand is empty afterwards.
 */
void rescue_messages(const struct invocation *invocation, const char *address, struct kipc_channel *queue,
		     struct hand *hand, const char *cause);

#endif
