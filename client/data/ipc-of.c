/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * --ipc-of=PID: the queues, segments and semaphores of a container, from outside. Only its IPC namespace is entered, so
 * its files and programs play no part, and the kernel shows process numbers as they are outside (pid_vnr() in
 * ipc/msg.c).
 */

#include "client/data/ipc-of.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/base/process.h"
#include "client/base/report.h"

static bool is_ours(int process_fd, const char *namespace_path)
{
	char ours[64];
	struct stat one, other;

	snprintf(ours, sizeof ours, "/proc/self/%s", namespace_path);
	return fstatat(process_fd, namespace_path, &one, 0) == 0 && stat(ours, &other) == 0 &&
	       one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

static int enter(int process_fd, const char *namespace_path, int type)
{
	int fd = openat(process_fd, namespace_path, O_RDONLY | O_CLOEXEC);
	int r = 0;

	if (fd < 0)
		return -errno;
	if (setns(fd, type) < 0)
		r = -errno;
	close(fd);
	return r;
}

/* The user that created the user namespace (of a rootless container) may enter the IPC namespace from there. */
static int enter_through_user_namespace(int process_fd)
{
	int r = is_ours(process_fd, "ns/user") ? -EPERM : enter(process_fd, "ns/user", CLONE_NEWUSER);

	return r < 0 ? -EPERM : enter(process_fd, "ns/ipc", CLONE_NEWIPC);
}

enum status ipc_of_enter(const struct invocation *invocation)
{
	pid_t pid = (pid_t)invocation->options->ipc_of;
	char subject[40];
	int fd, r;

	snprintf(subject, sizeof subject, "--ipc-of=%d", (int)pid);
	fd = process_open(pid);
	if (fd < 0)
		return report(invocation, subject, STATUS_NO_SUCH_CHANNEL, "no such process");
	if (is_ours(fd, "ns/ipc")) {
		close(fd);
		return STATUS_DONE;
	}
	r = enter(fd, "ns/ipc", CLONE_NEWIPC);
	if (r == -EPERM)
		r = enter_through_user_namespace(fd);
	close(fd);
	switch (r) {
	case 0:
		return STATUS_DONE;
	case -EPERM:
	case -EACCES:
		return report(
			invocation, subject, STATUS_NOT_ALLOWED,
			"you may not enter its IPC namespace; root may (CAP_SYS_ADMIN, CAP_SYS_PTRACE)");
	default:
		return report(invocation, subject, STATUS_FAILED, "cannot enter its IPC namespace: %s",
			      strerror(-r));
	}
}
