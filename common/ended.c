/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Used by kipcd's samples, and by kipcctl for last senders and receivers. Needs no right and no /proc, which a service may not see
 * (ProtectProc=).
 */

#include "common/ended.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

bool process_has_ended(pid_t pid)
{
	struct pollfd process = { .events = POLLIN };
	bool has_ended;

	if (pid <= 0)
		return false;
	process.fd = (int)syscall(SYS_pidfd_open, pid, 0U);
	if (process.fd < 0) /* before Linux 5.3, a zombie counts as running */
		return errno == ESRCH || (kill(pid, 0) < 0 && errno == ESRCH);
	has_ended = poll(&process, 1, 0) > 0; /* readable once all its threads have ended */
	close(process.fd);
	return has_ended;
}
