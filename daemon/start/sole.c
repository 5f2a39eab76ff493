/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The lock is an flock(2) on an empty POSIX message queue named after device and inode of the file. Like the channels,
 * POSIX queues belong to the IPC namespace: kipcds in different IPC namespaces may share a file, and those in different
 * network or mount namespaces (the unit has both) still exclude each other. An abstract socket would allow neither, and a
 * lock on the file itself not the first. The kernel releases the lock when the process dies.
 *
 * Only its owner and root can open the queue, so no other user can hold the lock of kipcd's queue. Any user may create a
 * queue of that name first; that only ends the protection, with a warning.
 */

#include "daemon/start/sole.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/sentence.h"
#include "common/service/log.h"

/* Whether that user could run a kipcd with that file; any other user only blocks the name. */
static bool is_to_be_believed(uid_t uid, const struct stat *config_st)
{
	struct stat st;

	return uid == 0 || uid == geteuid() || uid == config_st->st_uid ||
	       (stat(KIPC_RUNTIME_PARENT "/kipcd", &st) == 0 && uid == st.st_uid);
}

/* Its holder removes the queue when it exits, so the name may be another queue's now. */
static bool is_current(const char *name, const struct stat *st)
{
	mqd_t fd = mq_open(name, O_RDONLY | O_CLOEXEC);
	struct stat now;
	bool is_same;

	if (fd < 0)
		return false;
	is_same = fstat(fd, &now) == 0 && now.st_ino == st->st_ino;
	close(fd);
	return is_same;
}

/* Root removes a queue of an untrusted user, or one that a killed kipcd of another user left. */
static int replace_queue(const char *name)
{
	return mq_unlink(name) < 0 && errno != ENOENT ? -errno : -EAGAIN;
}

/* -EBUSY: a kipcd has it; -EAGAIN: the name is free now; any other error: it cannot be locked. */
static int lock_opened(mqd_t fd, const char *name, const struct stat *config_st, uid_t *ret_holder)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	*ret_holder = st.st_uid;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return -errno;
		return is_to_be_believed(st.st_uid, config_st) ? -EBUSY : replace_queue(name);
	}
	if (!is_current(name, &st))
		return -EAGAIN;
	return st.st_uid == geteuid() ? 0 : replace_queue(name);
}

static int lock_queue(const char *name, const struct stat *config_st, uid_t *ret_holder)
{
	struct mq_attr attributes = { .mq_maxmsg = 1, .mq_msgsize = 1 };
	mqd_t fd = mq_open(name, O_RDONLY | O_CREAT | O_CLOEXEC, 0600, &attributes);
	int r;

	if (fd < 0)
		return -errno;
	r = lock_opened(fd, name, config_st, ret_holder);
	if (r < 0) {
		close(fd);
		return r;
	}
	return fd;
}

int sole_take(struct sole *sole, const char *config_file, char **reterr_sentence)
{
	struct sole taken = { .fd = -EAGAIN };
	uid_t holder = 0;
	struct stat st;

	if (stat(config_file, &st) < 0)
		return 0; /* missing or unreadable: source.c notices that */
	snprintf(taken.name, sizeof taken.name, "/kipcd.%lx.%lx", (unsigned long)st.st_dev,
		 (unsigned long)st.st_ino);
	if (sole->fd >= 0 && strcmp(sole->name, taken.name) == 0)
		return 0;
	for (int i = 0; i < 10 && taken.fd == -EAGAIN; i++)
		taken.fd = lock_queue(taken.name, &st, &holder);
	if (taken.fd == -EBUSY)
		return sentence_fail(reterr_sentence, -EBUSY,
				     "another kipcd, of uid %u, uses this file in this IPC namespace: stop "
				     "it, or give this "
				     "one its own --config=",
				     (unsigned)holder);
	sole_release(sole);
	if (taken.fd < 0)
		log_line(LOG_WARNING, "cannot lock %s, so a second kipcd that uses it would start: %s",
			 config_file, strerror(-taken.fd));
	else
		*sole = taken;
	return 0;
}

void sole_release(struct sole *sole)
{
	if (sole->fd < 0)
		return;
	/* While the lock is held: a kipcd that has opened the queue notices that the name is another queue's, or free. */
	(void)mq_unlink(sole->name);
	close(sole->fd);
	*sole = SOLE_NONE;
}
