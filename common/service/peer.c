/* SPDX-License-Identifier: GPL-2.0-or-later */

/* SO_PEERCRED and SO_PEERGROUPS. /proc is not used: the pid may be another process's now. */

#include "common/service/peer.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

static int read_groups(int fd, struct peer *peer)
{
	socklen_t size = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &size) == 0)
		return 0;
	if (errno == ENOPROTOOPT)
		return 0; /* before Linux 4.13: only the primary group counts */
	if (errno != ERANGE)
		return -errno;
	peer->groups = malloc(size);
	if (peer->groups == NULL)
		return -ENOMEM;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, peer->groups, &size) < 0)
		return -errno;
	peer->n_groups = size / sizeof *peer->groups;
	return 0;
}

int peer_read(int fd, struct peer *ret_peer)
{
	struct ucred ucred;
	struct peer peer = { 0 };
	socklen_t size = sizeof ucred;
	int r;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &ucred, &size) < 0)
		return -errno;
	peer.uid = ucred.uid;
	peer.gid = ucred.gid;
	r = read_groups(fd, &peer);
	if (r < 0) {
		peer_done(&peer);
		return r;
	}
	*ret_peer = peer;
	return 0;
}

void peer_done(struct peer *peer)
{
	free(peer->groups);
	*peer = (struct peer){ .uid = (uid_t)-1, .gid = (gid_t)-1 };
}
