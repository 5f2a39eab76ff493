/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Finds IPC namespaces through their processes, and switches between them. A namespace belongs to the innermost unit or container
 * that contains all its processes: for the units of a system container that is the container, for a pod it is the slice.
 */

#include "client/facts/places.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/base/process.h"

#define FIRST_IPC_NAMESPACE 0xEFFFFFFFU /* IPC_NS_INIT_INO of <linux/nsfs.h> */
#define CONTAINER_ID_SIZE 64
#define CONTAINER_ID_SHOWN 12

/* -- names ------------------------------------------------------------------------------------------------- */

static bool ends_with(const char *text, size_t n, const char *suffix)
{
	size_t n_suffix = strlen(suffix);

	return n > n_suffix && memcmp(text + n - n_suffix, suffix, n_suffix) == 0;
}

/* The start of the container id at the end of the part (before ".scope"); NULL: none. */
static const char *find_container_id(const char *part, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	if (ends_with(part, n, ".scope"))
		n -= strlen(".scope");
	if (n < CONTAINER_ID_SIZE || strspn(part + n - CONTAINER_ID_SIZE, digits) < CONTAINER_ID_SIZE)
		return NULL;
	return part + n - CONTAINER_ID_SIZE;
}

/* "docker-3f2a….scope", or "3f2a…" in a folder "docker": "docker:3f2a9c1b2d4e" */
static void name_container(const char *path, const char *part, const char *id,
			   char name[static PLACE_NAME_MAX])
{
	const char *engine = part, *end = id;

	if (id == part) { /* the folder that contains it is named after the engine */
		end = part > path ? part - 1 : part;
		engine = end;
		while (engine > path && engine[-1] != '/')
			engine--;
	} else if (end > engine && end[-1] == '-') {
		end--;
	}
	snprintf(name, PLACE_NAME_MAX, "%.*s%s%.*s", (int)(end - engine < 40 ? end - engine : 40), engine,
		 end > engine ? ":" : "", CONTAINER_ID_SHOWN, id);
}

bool place_name_from_path(const char *path, char name[static PLACE_NAME_MAX])
{
	const char *end = path + strlen(path), *slice = NULL;
	size_t n_slice = 0;

	while (end > path) {
		const char *slash = memrchr(path, '/', (size_t)(end - path));
		const char *part = slash != NULL ? slash + 1 : path;
		size_t n = (size_t)(end - part);
		const char *id = find_container_id(part, n);

		if (id != NULL) {
			name_container(path, part, id, name);
			return true;
		}
		if ((ends_with(part, n, ".service") || ends_with(part, n, ".scope")) &&
		    !(n == strlen("init.scope") && memcmp(part, "init.scope", n) == 0)) {
			snprintf(name, PLACE_NAME_MAX, "%.*s", (int)n, part);
			return true;
		}
		if (slice == NULL && ends_with(part, n, ".slice")) {
			slice = part;
			n_slice = n;
		}
		end = slash != NULL ? slash : path;
	}
	if (slice != NULL)
		snprintf(name, PLACE_NAME_MAX, "%.*s", (int)n_slice, slice);
	return slice != NULL;
}

static void name_place(struct place *place)
{
	char command[PROCESS_COMMAND_MAX] = "?";

	place->is_unit = true;
	if (place->inode == FIRST_IPC_NAMESPACE) {
		strcpy(place->name, "host");
		return;
	}
	if (place_name_from_path(place->path, place->name))
		return;
	place->is_unit = false;
	(void)process_command(place->pid, command);
	snprintf(place->name, sizeof place->name, "%d %s", (int)place->pid, command);
}

/* -- finding them ------------------------------------------------------------------------------------------- */

/* The path in systemd's own hierarchy, or in the first one that has a path. */
static void read_path(int process_fd, char path[static PLACE_PATH_MAX])
{
	char text[4096], *rest, *line;

	path[0] = '\0';
	if (process_read(process_fd, "cgroup", text, sizeof text) <= 0)
		return;
	for (line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		const char *place = strchr(line, '/');

		if (place == NULL || place[1] == '\0')
			continue;
		if (path[0] == '\0' || strncmp(line, "0::", 3) == 0 || strstr(line, "name=systemd:") != NULL)
			snprintf(path, PLACE_PATH_MAX, "%s", place);
	}
}

/* The common start of both paths, in whole parts. */
static void shorten_path(char *path, const char *other)
{
	size_t n = 0, n_whole = 0;

	for (; path[n] != '\0' && path[n] == other[n]; n++)
		if (path[n + 1] == '/' || path[n + 1] == '\0')
			n_whole = other[n + 1] == '/' || other[n + 1] == '\0' ? n + 1 : n_whole;
	path[n_whole] = '\0';
}

static int add_process(struct places *places, int process_fd, pid_t pid)
{
	char path[PLACE_PATH_MAX];
	struct place *items;
	struct stat st;

	if (fstatat(process_fd, "ns/ipc", &st, 0) < 0) {
		places->n_unseen += errno == EACCES || errno == EPERM;
		return errno == ENOMEM ? -ENOMEM : 0;
	}
	read_path(process_fd, path);
	for (size_t i = 0; i < places->n_items; i++) {
		struct place *place = &places->items[i];

		if (place->device != st.st_dev || place->inode != st.st_ino)
			continue;
		shorten_path(place->path, path);
		if (place->pid == getpid() || (pid < place->pid && pid != getpid()))
			place->pid = pid;
		return 0;
	}
	items = reallocarray(places->items, places->n_items + 1, sizeof *items);
	if (items == NULL)
		return -ENOMEM;
	places->items = items;
	items += places->n_items++;
	*items = (struct place){ .device = st.st_dev, .inode = st.st_ino, .pid = pid };
	items->fd = openat(process_fd, "ns/ipc", O_RDONLY | O_CLOEXEC);
	items->error = items->fd < 0 ? -errno : 0;
	memcpy(items->path, path, sizeof path);
	return 0;
}

static void tell_apart(struct places *places)
{
	for (size_t i = 1; i < places->n_items; i++) {
		bool is_double = false;

		for (size_t other = 0; other < i; other++)
			is_double |= strcmp(places->items[other].name, places->items[i].name) == 0;
		if (is_double) {
			size_t n = strnlen(places->items[i].name, PLACE_NAME_MAX - 24);

			snprintf(places->items[i].name + n, PLACE_NAME_MAX - n, " [%lu]",
				 (unsigned long)places->items[i].inode);
		}
	}
}

static int compare_places(const void *a, const void *b)
{
	const struct place *one = a, *other = b;
	int r = (int)other->is_ours - (int)one->is_ours;

	if (r == 0)
		r = strcmp(one->name, other->name);
	return r != 0 ? r : one->pid < other->pid ? -1 : one->pid > other->pid;
}

int places_read(struct places *ret_places)
{
	int self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = self < 0 ? NULL : opendir("/proc");
	struct places places = { 0 };
	struct dirent *entry;
	int r = folder == NULL ? -errno : add_process(&places, self, getpid());
	pid_t pid;

	if (r == 0 && places.n_items == 1)
		places.items[0].is_ours = true;
	while (r == 0 && (entry = readdir(folder)) != NULL) {
		int fd;

		if (!process_id_from_string(entry->d_name, &pid))
			continue;
		fd = process_open(pid);
		if (fd < 0)
			continue;
		r = add_process(&places, fd, pid);
		close(fd);
	}
	if (folder != NULL)
		closedir(folder);
	if (self >= 0)
		close(self);
	if (r < 0) {
		places_done(&places);
		return r;
	}
	for (size_t i = 0; i < places.n_items; i++)
		name_place(&places.items[i]);
	tell_apart(&places);
	if (places.n_items > 0)
		qsort(places.items, places.n_items, sizeof *places.items, compare_places);
	*ret_places = places;
	return 0;
}

void places_done(struct places *places)
{
	for (size_t i = 0; i < places->n_items; i++)
		if (places->items[i].fd >= 0)
			close(places->items[i].fd);
	free(places->items);
	*places = (struct places){ 0 };
}

int place_enter(struct place *place)
{
	static ino_t inode; /* of the current namespace; 0: the first one */
	struct stat st;

	if (place == NULL || place->error < 0)
		return place == NULL ? 0 : place->error;
	if (inode == 0 && stat("/proc/self/ns/ipc", &st) == 0)
		inode = st.st_ino;
	if (inode == place->inode)
		return 0;
	if (setns(place->fd, CLONE_NEWIPC) < 0) {
		place->error = -errno;
		return place->error;
	}
	inode = place->inode;
	return 0;
}
