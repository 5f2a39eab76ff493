/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DATA_IPC_OF_H
#define KIPC_CLIENT_DATA_IPC_OF_H

#include "client/base/command.h"

/*
 * Goes into the IPC namespace of --ipc-of's process, for good; STATUS_DONE also when it is our own. Else the status to end
 * with, after having said why.
 */
enum status ipc_of_enter(const struct invocation *invocation);

#endif
