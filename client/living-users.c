/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One pass over the status of all processes; made only when a check is about to advise what could hurt somebody. */

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/living-users.h"

#define MACHINES_NAMESPACE "pid:[4026531836]" /* PROC_PID_INIT_INO of the kernel's <linux/proc_ns.h> */

struct uids {
	uid_t *items;
	size_t n;
};

static bool sees_whole_machine(const struct processes *processes)
{
	char namespace[64];
	ssize_t n = readlink("/proc/self/ns/pid", namespace, sizeof namespace - 1);

	if (n < 0 || processes->has_hidden)
		return false;
	namespace[n] = '\0';
	return strcmp(namespace, MACHINES_NAMESPACE) == 0;
}

static int add(struct uids *uids, const unsigned *new_uids, size_t n)
{
	uid_t *items = reallocarray(uids->items, uids->n + n, sizeof *items);

	if (items == NULL)
		return -ENOMEM;
	uids->items = items;
	for (size_t i = 0; i < n; i++)
		items[uids->n++] = new_uids[i];
	return 0;
}

/* "Uid:\t1000\t1000\t1000\t1000": real, effective, saved, of the file system; proc(5) */
static int read_uids(const char *pid, int proc_fd, struct uids *uids)
{
	char path[32], status[4096], *line;
	unsigned found[3];
	ssize_t n;

	if ((size_t)snprintf(path, sizeof path, "%s/status", pid) >= sizeof path)
		return 0;
	n = process_read(proc_fd, path, status, sizeof status);
	if (n < 0)
		return n == -ENOENT || n == -ESRCH ? 0 : (int)n; /* it has ended */
	line = strstr(status, "\nUid:");
	if (line == NULL || sscanf(line, "\nUid: %u %u %u", &found[0], &found[1], &found[2]) != 3)
		return -EIO;
	return add(uids, found, 3);
}

static int compare(const void *a, const void *b)
{
	uid_t one = *(const uid_t *)a, other = *(const uid_t *)b;

	return one < other ? -1 : one > other;
}

int living_users_read(const struct processes *processes, uid_t **ret_uids, size_t *ret_n)
{
	struct uids uids = { 0 };
	struct dirent *entry;
	DIR *folder;
	pid_t pid;
	int r = 0;

	if (!sees_whole_machine(processes))
		return -EPERM;
	folder = opendir("/proc");
	if (folder == NULL)
		return -errno;
	for (;;) {
		errno = 0;
		entry = r == 0 ? readdir(folder) : NULL;
		if (entry == NULL)
			break;
		if (process_id_from_string(entry->d_name, &pid))
			r = read_uids(entry->d_name, dirfd(folder), &uids);
	}
	/* The end of a folder that cannot be read to its end is no end. */
	if (r == 0 && errno != 0)
		r = -errno;
	closedir(folder);
	if (r < 0) {
		free(uids.items);
		return r;
	}
	if (uids.n > 0)
		qsort(uids.items, uids.n, sizeof *uids.items, compare);
	*ret_uids = uids.items;
	*ret_n = uids.n;
	return 0;
}

bool living_users_has(const uid_t *uids, size_t n, uid_t uid)
{
	return n > 0 && bsearch(&uid, uids, n, sizeof uid, compare) != NULL;
}
