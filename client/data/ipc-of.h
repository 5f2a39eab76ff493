/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DATA_IPC_OF_H
#define KIPC_CLIENT_DATA_IPC_OF_H

#include "client/base/command.h"

/*
 * Enters the IPC namespace of the process of --ipc-of, for good. STATUS_DONE also if it is our own. Any other status
 * has already been reported.
 */
enum status ipc_of_enter(const struct invocation *invocation);

#endif
