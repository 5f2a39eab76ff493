/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_RING_ERRORS_H
#define KIPC_CLIENT_BASE_RING_ERRORS_H

#include <stdbool.h>

#include "client/base/command.h"

/*
 * Reports an error of libkipc on a ring together with what the ring shows, and puts the status into *ret_status. False,
 * and nothing is reported: `address` is not a ring, or the ring has nothing to add.
 */
bool ring_errors_report(const struct invocation *invocation, const char *address, int error, const char *more,
			enum status *ret_status);

#endif
