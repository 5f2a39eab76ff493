/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Socket activation (sd_listen_fds(3)). Called by life.c at the start, and by damage.c when the runtime folder was removed. */

#include "daemon/start/passed-socket.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "common/service/log.h"

int passed_socket_take(struct passed_socket *passed)
{
	int n = sd_listen_fds(true), fd = SD_LISTEN_FDS_START;

	if (n == 0)
		return 0;
	if (n != 1 || sd_is_socket(fd, AF_UNIX, SOCK_STREAM, true) <= 0 ||
	    fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK) < 0) {
		log_line(LOG_ERR, "systemd passed something other than one listening AF_UNIX stream socket: "
				  "correct kipcd.socket");
		return n < 0 ? n : -EINVAL;
	}
	*passed = (struct passed_socket){ .fd = fd, .is_in_use = true };
	return 0;
}

void passed_socket_leave(struct passed_socket *passed, const char *runtime_path)
{
	if (!passed->is_in_use)
		return;
	log_line(LOG_WARNING,
		 "the control socket on which systemd listens is no longer the one in %s: kipcd now listens "
		 "on its own; 'systemctl stop kipcd.socket kipcd && systemctl start kipcd' makes systemd "
		 "listen again",
		 runtime_path);
	if (passed->fd >= 0)
		close(passed->fd);
	*passed = PASSED_SOCKET_NONE;
}
