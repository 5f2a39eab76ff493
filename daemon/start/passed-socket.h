/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_START_PASSED_SOCKET_H
#define KIPC_DAEMON_START_PASSED_SOCKET_H

/* The control socket on which systemd listens for kipcd (kipcd.socket), if it does. It outlives kipcd. */

#include <stdbool.h>

struct passed_socket {
	int fd; /* until it is served; -1: none */
	bool is_in_use;
};

#define PASSED_SOCKET_NONE ((struct passed_socket){ .fd = -1 })

/* Takes the socket that systemd passed, if it passed one. A failure is logged. */
int passed_socket_take(struct passed_socket *passed);

/* Gives it up where it is no longer the socket in the runtime folder: kipcd listens by itself from then on. */
void passed_socket_leave(struct passed_socket *passed, const char *runtime_path);

#endif
