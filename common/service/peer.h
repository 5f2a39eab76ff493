/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_SERVICE_PEER_H
#define KIPC_COMMON_SERVICE_PEER_H

/* The peer of a socket, as the kernel recorded it when the peer connected. */

#include <sys/types.h>

struct peer {
	uid_t uid;
	gid_t gid;
	gid_t *groups; /* supplementary */
	size_t n_groups;
};

int peer_read(int fd, struct peer *ret_peer);
void peer_done(struct peer *peer);

#endif
