/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One pass over the status of all processes, made only when a check is about to print a command that could do harm. */

#include "client/facts/living-users.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/base/grow.h"
#include "client/facts/alive.h"
#include "client/facts/processes.h"

static int add(struct living_ids *ids, id_t id)
{
	if (grow(&ids->items, ids->n, sizeof *ids->items) < 0)
		return -ENOMEM;
	ids->items[ids->n++] = id;
	return 0;
}

/* All numbers in one line of a status; proc(5). -EIO: no such line. */
static int add_line(const char *status, const char *name, struct living_ids *ids)
{
	const char *p = strstr(status, name), *end = p != NULL ? strchr(p + 1, '\n') : NULL;
	int r = 0;

	if (end == NULL)
		return -EIO;
	for (p += strlen(name); r == 0 && p < end;) {
		char *next;
		unsigned long id = strtoul(p, &next, 10);

		if (next == p || next > end)
			break;
		r = add(ids, (id_t)id);
		p = next;
	}
	return r;
}

/* "Uid:\t1000\t1000\t1000\t1000": real, effective, saved, of the file system. A user may be in 65536 groups. */
static int read_ids(const char *pid, int proc_fd, struct living_users *users)
{
	static char status[1 << 20];
	char path[32];
	ssize_t n;
	int r;

	if ((size_t)snprintf(path, sizeof path, "%s/status", pid) >= sizeof path)
		return 0;
	n = process_read(proc_fd, path, status, sizeof status);
	if (n < 0)
		return n == -ENOENT || n == -ESRCH ? 0 : (int)n; /* it has ended */
	r = add_line(status, "\nUid:", &users->uids);
	if (r == 0)
		r = add_line(status, "\nGid:", &users->gids);
	return r < 0 ? r : add_line(status, "\nGroups:", &users->gids);
}

static int compare(const void *a, const void *b)
{
	id_t one = *(const id_t *)a, other = *(const id_t *)b;

	return one < other ? -1 : one > other;
}

static void sort(struct living_ids *ids)
{
	if (ids->n > 0)
		qsort(ids->items, ids->n, sizeof *ids->items, compare);
}

int living_users_read(const struct processes *processes, struct living_users *ret_users)
{
	struct living_users users = { 0 };
	struct dirent *entry;
	DIR *folder;
	pid_t pid;
	int r = 0;

	if (processes->has_hidden || !alive_is_in_first_namespace())
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
			r = read_ids(entry->d_name, dirfd(folder), &users);
	}
	/* Part of a folder proves nothing. */
	if (r == 0 && errno != 0)
		r = -errno;
	closedir(folder);
	if (r < 0) {
		living_users_done(&users);
		return r;
	}
	sort(&users.uids);
	sort(&users.gids);
	*ret_users = users;
	return 0;
}

void living_users_done(struct living_users *users)
{
	free(users->uids.items);
	free(users->gids.items);
	*users = (struct living_users){ 0 };
}

bool living_users_have(const struct living_ids *ids, id_t id)
{
	return ids->n > 0 && bsearch(&id, ids->items, ids->n, sizeof id, compare) != NULL;
}
