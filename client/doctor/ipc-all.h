/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DOCTOR_IPC_ALL_H
#define KIPC_CLIENT_DOCTOR_IPC_ALL_H

#include "client/base/command.h"

/* `kipcctl doctor --ipc-of=all`. */
enum status ipc_all_doctor(const struct invocation *invocation);

#endif
