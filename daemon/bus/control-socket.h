/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_CONTROL_SOCKET_H
#define KIPC_DAEMON_BUS_CONTROL_SOCKET_H

/* The control socket: which clients may connect, and how many. */

#include "daemon/bus/control.h"

struct control_socket;

/* Serves the listening socket `fd` and takes it over, on success and on failure. */
int control_socket_new(struct control *control, int fd, struct control_socket **ret_socket);
struct control_socket *control_socket_free(struct control_socket *socket);

/* Listens on `fd` instead from now on, and takes it over. Clients that are connected stay connected. */
int control_socket_listen(struct control_socket *socket, int fd);

#endif
