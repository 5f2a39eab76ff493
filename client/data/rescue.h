/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DATA_RESCUE_H
#define KIPC_CLIENT_DATA_RESCUE_H

/* Messages that were taken and can neither be written nor sent. */

#include "client/base/command.h"
#include "client/data/hand.h"

/*
 * Puts the messages whose output is not completely written back at the end of their queue, in order. If that is
 * impossible, saves them in files, one for each type (mode 0600, in the format of --frames), in $TMPDIR, /tmp or
 * /dev/shm. Reports `cause` ("standard output: No space left on device") and where the messages are. The hand is empty
 * afterwards.
 */
void rescue_messages(const struct invocation *invocation, const char *address, struct kipc_channel *queue,
		     struct hand *hand, const char *cause);

#endif
