/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Finds registries and reads them, for doctor and sweep. The invariant: an object that any kipcd declares, has adopted, observes,
 * is creating right now, or uses as its marker is found here; a registry that cannot be read is remembered. Any user can write a
 * registry: it protects only the objects of that user from being swept.
 */

#include "client/facts/registries.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/base/process.h"
#include "common/nsid.h"

#define INTENTS ".intents"
#define SESSIONS "/run/user"

struct registry {
	char path[PATH_MAX];
	uid_t owner;	 /* of its folder */
	bool is_trusted; /* also for objects that other users own and made */
	struct kipc_name *names;
	size_t n_names;
	struct kipc_address *intents; /* what is being created, by kind and key */
	size_t n_intents;
	struct nsid nsid;
};

/* -- one registry ------------------------------------------------------------------------------------------ */

/* Lines "NAME KIND:KEY maker=PID…". -ENOMEM. */
static int read_intents(int channels_fd, struct registry *registry)
{
	int fd = openat(channels_fd, INTENTS, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	char name[64], text[64];
	int r = 0;

	if (file == NULL) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while (r == 0 && fscanf(file, "%63s %63s%*[^\n]", name, text) == 2) {
		struct kipc_address *intents =
			reallocarray(registry->intents, registry->n_intents + 1, sizeof *intents);
		char *key = strchr(text, ':');
		char address[80];

		if (intents == NULL) {
			r = -ENOMEM;
			break;
		}
		registry->intents = intents;
		snprintf(address, sizeof address, "%.*s:0x%s", key == NULL ? 0 : (int)(key - text), text,
			 key == NULL ? "" : key + 1);
		registry->n_intents += kipc_address_parse(address, &intents[registry->n_intents]) == 0;
	}
	fclose(file);
	return r;
}

static int read_channels_folder(struct registry *registry)
{
	char path[PATH_MAX + sizeof "/channels"];
	struct stat st;
	int fd, r;

	snprintf(path, sizeof path, "%s/channels", registry->path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	registry->owner = fstat(fd, &st) < 0 ? (uid_t)-1 : st.st_uid;
	if (nsid_read(fd, &registry->nsid) < 0)
		registry->nsid = (struct nsid){ 0 };
	r = read_intents(fd, registry);
	close(fd);
	return r;
}

/* 0 also if there is none, or one of another IPC namespace. `shown` is the name to print for the folder. */
static int add(struct registries *registries, const char *path, const char *shown)
{
	struct registry *items, *registry;
	int r;

	r = kipc_registry_check(path);
	if (r < 0)
		return r == -ENOENT || r == -EXDEV ? 0 : r;
	items = reallocarray(registries->items, registries->n_items + 1, sizeof *items);
	if (items == NULL)
		return -ENOMEM;
	registries->items = items;
	registry = &items[registries->n_items];
	*registry = (struct registry){ 0 };
	snprintf(registry->path, sizeof registry->path, "%s", path);
	r = kipc_registry_list(path, &registry->names, &registry->n_names);
	if (r == 0)
		r = read_channels_folder(registry);
	snprintf(registry->path, sizeof registry->path, "%s", shown);
	if (r == 0) {
		registries->n_items++;
		return 0;
	}
	free(registry->names);
	free(registry->intents);
	return r;
}

static int add_unseen(struct registries *registries, uid_t uid)
{
	uid_t *unseen = reallocarray(registries->unseen, registries->n_unseen + 1, sizeof *unseen);

	if (unseen == NULL)
		return -ENOMEM;
	registries->unseen = unseen;
	unseen[registries->n_unseen++] = uid;
	return 0;
}

/* The same; if a registry cannot be read, its owner is remembered. */
static int try(struct registries *registries, const char *path, const char *shown, uid_t uid)
{
	int r = add(registries, path, shown);

	return r < 0 && r != -ENOMEM ? add_unseen(registries, uid) : r;
}

/* -- where they may be -------------------------------------------------------------------------------------- */

static int add_sessions(struct registries *registries)
{
	DIR *folder = opendir(SESSIONS);
	struct dirent *entry;
	int r = 0;

	while (r == 0 && folder != NULL && (entry = readdir(folder)) != NULL) {
		char path[sizeof SESSIONS + NAME_MAX + sizeof "//kipcd"];
		pid_t uid = 0; /* a number as well */

		if (strcmp(entry->d_name, "0") != 0 && !process_id_from_string(entry->d_name, &uid))
			continue;
		snprintf(path, sizeof path, SESSIONS "/%s/kipcd", entry->d_name);
		r = try(registries, path, path, (uid_t)uid);
	}
	if (folder != NULL)
		closedir(folder);
	return r;
}

/* A kipcd keeps its folder open, wherever the folder is, and in any container. */
static int add_open_folders(struct registries *registries, int process_fd, pid_t pid, uid_t uid)
{
	int fd = openat(process_fd, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int r = 0;

	if (folder == NULL) {
		bool has_ended = errno == ENOENT;

		if (fd >= 0)
			close(fd);
		return has_ended ? 0 : add_unseen(registries, uid);
	}
	while (r == 0 && (entry = readdir(folder)) != NULL) {
		char path[64], shown[PATH_MAX];
		struct stat st;
		ssize_t n;

		if (fstatat(dirfd(folder), entry->d_name, &st, 0) < 0 || !S_ISDIR(st.st_mode) ||
		    entry->d_name[0] == '.')
			continue;
		n = readlinkat(dirfd(folder), entry->d_name, shown, sizeof shown - 1);
		shown[n > 0 ? n : 0] = '\0';
		snprintf(path, sizeof path, "/proc/%d/fd/%.20s", (int)pid, entry->d_name);
		r = try(registries, path, shown, uid);
	}
	closedir(folder);
	return r;
}

static bool is_in_our_namespace(int process_fd)
{
	struct stat ours, theirs;

	return stat("/proc/self/ns/ipc", &ours) < 0 || fstatat(process_fd, "ns/ipc", &theirs, 0) < 0 ||
	       (ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino);
}

static int look_at_process(struct registries *registries, pid_t pid)
{
	char command[PROCESS_COMMAND_MAX];
	struct stat st;
	int fd, r = 0;

	if (process_command(pid, command) < 0 || strcmp(command, "kipcd") != 0)
		return 0;
	fd = process_open(pid);
	if (fd < 0)
		return 0;
	if (is_in_our_namespace(fd) && fstat(fd, &st) == 0)
		r = add_open_folders(registries, fd, pid, st.st_uid);
	close(fd);
	return r;
}

static int add_running(struct registries *registries)
{
	DIR *folder = opendir("/proc");
	struct dirent *entry;
	int r = 0;
	pid_t pid;

	while (r == 0 && folder != NULL && (entry = readdir(folder)) != NULL)
		if (process_id_from_string(entry->d_name, &pid))
			r = look_at_process(registries, pid);
	if (folder != NULL)
		closedir(folder);
	return r;
}

int registries_read(const struct invocation *invocation, struct registries *ret_registries)
{
	struct registries registries = { 0 };
	int r;

	r = add(&registries, invocation->runtime_dir, invocation->runtime_dir);
	if (r == 0)
		r = try(&registries, KIPC_RUNTIME_PARENT "/kipcd", KIPC_RUNTIME_PARENT "/kipcd", 0);
	for (size_t i = 0; r == 0 && i < registries.n_items; i++)
		registries.items[i].is_trusted = true;
	if (r == 0)
		r = add_sessions(&registries);
	if (r == 0)
		r = add_running(&registries);
	if (r < 0)
		registries_done(&registries);
	else
		*ret_registries = registries;
	return r;
}

void registries_done(struct registries *registries)
{
	for (size_t i = 0; i < registries->n_items; i++) {
		free(registries->items[i].names);
		free(registries->items[i].intents);
	}
	free(registries->items);
	free(registries->unseen);
	*registries = (struct registries){ 0 };
}

/* -- asking -------------------------------------------------------------------------------------------------- */

static bool is_named(const struct kipc_name *name, const struct kipc_object *object)
{
	/* A removed segment has lost its key. An object with the key of a name conflicts with it, whichever user created it. */
	return name->kind == object->kind &&
	       (name->id == object->id || (name->key != 0 && name->key == object->key));
}

static bool has(const struct registry *registry, const struct kipc_object *object)
{
	if (!registry->is_trusted && registry->owner != 0 && registry->owner != geteuid() &&
	    registry->owner != object->uid && registry->owner != object->cuid)
		return false;
	for (size_t i = 0; i < registry->n_names; i++)
		if (is_named(&registry->names[i], object))
			return true;
	for (size_t i = 0; i < registry->n_intents; i++)
		if (registry->intents[i].kind == object->kind && registry->intents[i].key == object->key)
			return true;
	return nsid_is_marker(&registry->nsid, object);
}

const char *registries_find(const struct registries *registries, const struct kipc_object *object)
{
	for (size_t i = 0; i < registries->n_items; i++)
		if (has(&registries->items[i], object))
			return registries->items[i].path;
	return NULL;
}

bool registries_may_hide(const struct registries *registries, const struct kipc_object *object)
{
	for (size_t i = 0; i < registries->n_unseen; i++)
		if (registries->unseen[i] == object->uid && object->uid != geteuid())
			return true;
	return false;
}
