/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Finds the threads that sleep in msgsnd, msgrcv or semop, from /proc. Used by show, and by remove, which must not
 * pull an object away from under them unasked. Processes come and go while we look, and what they let us read is
 * theirs: whatever cannot be read or understood is passed over, and what our rights hide is counted.
 *
 * Numbers are those of programs of this machine's own architecture.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "client/blocked.h"

#define FLAG_MSG_EXCEPT 020000UL	/* msgrcv(2); sys/msg.h is not for us */
#define FLAG_KERNEL_THREAD 0x00200000UL /* PF_KTHREAD in /proc/PID/stat */

#define N_ARGUMENTS 6

static const struct call {
	long number;
	enum blocked_operation operation;
} calls[] = {
#ifdef SYS_msgsnd
	{ SYS_msgsnd, BLOCKED_SEND },
#endif
#ifdef SYS_msgrcv
	{ SYS_msgrcv, BLOCKED_RECEIVE },
#endif
#ifdef SYS_semop
	{ SYS_semop, BLOCKED_OPERATE },
#endif
#ifdef SYS_semtimedop
	{ SYS_semtimedop, BLOCKED_OPERATE },
#endif
#ifdef SYS_semtimedop_time64
	{ SYS_semtimedop_time64, BLOCKED_OPERATE },
#endif
};

const char *blocked_operation_to_string(enum blocked_operation operation)
{
	switch (operation) {
	case BLOCKED_SEND:
		return "send";
	case BLOCKED_RECEIVE:
		return "receive";
	case BLOCKED_OPERATE:
		return "operate";
	}
	return "?";
}

bool blocked_is_on(const struct blocked *blocked, const struct kipc_object *object)
{
	return blocked->kind == object->kind && blocked->id == object->id;
}

static void set_receive(struct blocked *blocked, unsigned long type, unsigned long flags)
{
	blocked->type = (long)type;
	blocked->not_type = (flags & FLAG_MSG_EXCEPT) != 0 && blocked->type > 0;
}

#ifdef SYS_ipc
/* The old way of some architectures: one call for all, its first argument says which (ipc(2)). */
static void decode_multiplexed(const unsigned long *arguments, struct blocked *blocked)
{
	switch (arguments[0] & 0xffff) {
	case 1:
	case 4:
		blocked->operation = BLOCKED_OPERATE;
		break;
	case 11:
		blocked->operation = BLOCKED_SEND;
		break;
	case 12:
		blocked->operation = BLOCKED_RECEIVE;
		if (arguments[0] >> 16 != 0) /* in version 0 the type lies in the caller's memory */
			set_receive(blocked, arguments[5], arguments[3]);
		break;
	}
	blocked->id = (int)arguments[1];
}
#endif

static bool decode_call(long number, const unsigned long *arguments, struct blocked *blocked)
{
	blocked->operation = 0;
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (calls[i].number == number)
			blocked->operation = calls[i].operation;
	if (blocked->operation != 0)
		blocked->id = (int)arguments[0];
	if (blocked->operation == BLOCKED_RECEIVE)
		set_receive(blocked, arguments[3], arguments[4]);
#ifdef SYS_ipc
	if (number == SYS_ipc)
		decode_multiplexed(arguments, blocked);
#endif
	blocked->kind = blocked->operation == BLOCKED_OPERATE ? KIPC_SEMAPHORE : KIPC_QUEUE;
	return blocked->operation != 0 && blocked->id >= 0;
}

/* "NUMBER 0x… 0x… 0x… 0x… 0x… 0x… SP PC"; "running", or "-1 SP PC" outside of a call. */
static bool decode_line(const char *line, struct blocked *blocked)
{
	unsigned long arguments[N_ARGUMENTS];
	char *end;
	long number;

	number = strtol(line, &end, 10);
	if (end == line || number < 0)
		return false;
	for (size_t i = 0; i < N_ARGUMENTS; i++) {
		const char *start = end;

		errno = 0;
		arguments[i] = strtoul(start, &end, 16);
		if (end == start || errno != 0)
			return false;
	}
	return decode_call(number, arguments, blocked);
}

static int add_blocked(struct blocked_list *list, const struct blocked *blocked)
{
	struct blocked *items = list->items;

	/* Room doubles with the count: 1, 2, 4, 8… */
	if ((list->n_items & (list->n_items - 1)) == 0) {
		items = reallocarray(items, list->n_items == 0 ? 1 : list->n_items * 2, sizeof *items);
		if (items == NULL)
			return -ENOMEM;
		list->items = items;
	}
	items[list->n_items++] = *blocked;
	return 0;
}

/* Whether nothing is hidden although we may not look: a thread of the kernel, or a process that has ended. */
static bool has_nothing_to_see(int process_fd)
{
	char stat[512], *p, state;
	unsigned long flags;

	if (process_read(process_fd, "stat", stat, sizeof stat) < 0)
		return true;
	p = strrchr(stat, ')'); /* a command may hold anything, also ')' */
	if (p == NULL || sscanf(p + 1, " %c %*d %*d %*d %*d %*d %lu", &state, &flags) != 2)
		return true;
	return state == 'Z' || state == 'X' || (flags & FLAG_KERNEL_THREAD) != 0;
}

static bool is_denied(ssize_t r)
{
	return r == -EACCES || r == -EPERM;
}

/* One thread: 1 if it was added, 0 if not, -EACCES or -EPERM if it may not be looked at, -ENOMEM. */
static int look_at_thread(struct blocked_list *list, int task_fd, pid_t pid, const char *tid)
{
	struct blocked blocked = { .pid = pid };
	char path[32], line[256];
	ssize_t n;
	int r;

	if (!process_id_from_string(tid, &blocked.tid))
		return 0;
	snprintf(path, sizeof path, "%d/syscall", (int)blocked.tid);
	n = process_read(task_fd, path, line, sizeof line);
	if (is_denied(n))
		return (int)n;
	if (n <= 0 || !decode_line(line, &blocked))
		return 0;
	if (process_command(pid, blocked.command) < 0)
		return 0;
	r = add_blocked(list, &blocked);
	return r < 0 ? r : 1;
}

static int look_at_threads(struct blocked_list *list, int process_fd, pid_t pid)
{
	int fd = openat(process_fd, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int r = 0;

	if (folder == NULL) {
		int error = errno;

		if (fd >= 0)
			close(fd);
		return error == ENOMEM ? -ENOMEM : 0;
	}
	while (r >= 0 && (entry = readdir(folder)) != NULL)
		r = look_at_thread(list, dirfd(folder), pid, entry->d_name);
	closedir(folder);
	return r < 0 ? r : 0;
}

/* "ipc:[4026531839]"; the size or a negative errno. */
static ssize_t read_namespace(int process_fd, char *buffer, size_t size)
{
	ssize_t n = readlinkat(process_fd, "ns/ipc", buffer, size - 1);

	if (n < 0)
		return -errno;
	buffer[n] = '\0';
	return n;
}

static int look_at_process(struct blocked_list *list, int proc_fd, const char *name,
			   const char *our_namespace)
{
	char namespace[64];
	ssize_t r;
	pid_t pid;
	int fd;

	if (!process_id_from_string(name, &pid))
		return 0;
	fd = openat(proc_fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return 0; /* gone */
	r = read_namespace(fd, namespace, sizeof namespace);
	if (r >= 0)
		r = strcmp(namespace, our_namespace) == 0 ? look_at_threads(list, fd, pid) : 0;
	if (is_denied(r) && !has_nothing_to_see(fd))
		list->n_unseen++;
	close(fd);
	return r == -ENOMEM ? -ENOMEM : 0;
}

int blocked_list_read(struct blocked_list *ret_list)
{
	struct blocked_list list = { 0 };
	char our_namespace[64];
	struct dirent *entry;
	DIR *folder;
	ssize_t n;
	int r = 0;

	n = readlink("/proc/self/ns/ipc", our_namespace, sizeof our_namespace - 1);
	if (n < 0)
		return -errno;
	our_namespace[n] = '\0';
	folder = opendir("/proc");
	if (folder == NULL)
		return -errno;
	while (r == 0 && (entry = readdir(folder)) != NULL)
		r = look_at_process(&list, dirfd(folder), entry->d_name, our_namespace);
	closedir(folder);
	if (r < 0) {
		blocked_list_done(&list);
		return r;
	}
	*ret_list = list;
	return 0;
}

void blocked_list_done(struct blocked_list *list)
{
	free(list->items);
	*list = (struct blocked_list){ 0 };
}
