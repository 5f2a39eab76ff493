/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Called at starts, by apply.c, and by the files of run/ that keep the registry. A link is whole or missing: a new one is one
 * symlinkat(2), an existing one is replaced by rename. The intents of one reconcile are one file, because one more link for each
 * object would double the time of a start. A kill at any instruction leaves a folder that store_read() understands. If an entry
 * cannot be read, the whole read fails.
 */

#include "daemon/channel/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "lib/base/append.h"

#define INTENTS ".intents"
#define INTENT_LINE_MAX (KIPC_NAME_MAX + sizeof " semaphore:0x00000000\n")
#define NEW_NAME ".new"
#define ASIDE REGISTRY_FOLDER ".old-"

/* -- reading ---------------------------------------------------------------------------------------------- */

/* Takes the descriptor over. */
static int open_stream(int fd, const char *mode, FILE **ret_file)
{
	FILE *file = fd < 0 ? NULL : fdopen(fd, mode);

	if (file == NULL) {
		int r = -errno;

		if (fd >= 0)
			close(fd);
		return r;
	}
	*ret_file = file;
	return 0;
}

int store_open_text(int folder_fd, const char *name, FILE **ret_file)
{
	int fd = openat(folder_fd, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);

	return open_stream(fd, "r", ret_file);
}

static int compare_entries(const void *a, const void *b)
{
	const struct registry_entry *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : y->has_link - x->has_link;
}

static int append_entry(struct registry *registry, size_t *n_allocated, const struct registry_entry *entry)
{
	if (registry->n_entries == *n_allocated) {
		size_t n = *n_allocated == 0 ? 64 : *n_allocated * 2;
		struct registry_entry *grown = reallocarray(registry->entries, n, sizeof *grown);

		if (grown == NULL)
			return -ENOMEM;
		registry->entries = grown;
		*n_allocated = n;
	}
	registry->entries[registry->n_entries++] = *entry;
	return 0;
}

/* "NAME KIND:KEY", and words of older kipcds. A malformed line was not written by kipcd, and is skipped. */
static int parse_intent(const char *line, struct registry_entry *entry)
{
	char kind[16];
	unsigned key;

	*entry = (struct registry_entry){ .has_intent = true };
	if (sscanf(line, "%31s %15[a-z]:%x", entry->name, kind, &key) != 3)
		return -EBADMSG;
	entry->intent_kind = kipc_kind_from_string(kind);
	entry->intent_key = (key_t)key;
	return entry->intent_kind != 0 && kipc_name_is_valid(entry->name) ? 0 : -EBADMSG;
}

static int read_intents(int channels_fd, struct registry *registry, size_t *n_allocated)
{
	struct registry_entry entry;
	char line[128];
	FILE *file;
	int r;

	r = store_open_text(channels_fd, INTENTS, &file);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	while (r == 0 && fgets(line, sizeof line, file) != NULL)
		if (parse_intent(line, &entry) == 0)
			r = append_entry(registry, n_allocated, &entry);
	if (r == 0 && ferror(file))
		r = -EIO;
	fclose(file);
	return r;
}

static int read_links(DIR *folder, struct registry *registry, size_t *n_allocated)
{
	struct dirent *dirent;
	int r = 0;

	while (r == 0 && (errno = 0, dirent = readdir(folder)) != NULL) {
		struct registry_entry entry = { .has_link = true };

		if (!kipc_name_is_valid(dirent->d_name))
			continue;
		r = registry_link_read(dirfd(folder), dirent->d_name, &entry.link);
		if (r == -EBADMSG || r == -ENOENT) {
			r = 0; /* not a link of ours, or gone by now */
			continue;
		}
		if (r < 0) /* a link that cannot be read still exists */
			return r;
		memcpy(entry.name, dirent->d_name, strlen(dirent->d_name) + 1);
		r = append_entry(registry, n_allocated, &entry);
	}
	return r < 0 ? r : -errno;
}

/* Makes one entry of the link and the intent of one name. */
static void join_entries(struct registry *registry)
{
	size_t n = 0;

	for (size_t i = 0; i < registry->n_entries; i++) {
		const struct registry_entry *entry = &registry->entries[i];
		struct registry_entry *last = n == 0 ? NULL : &registry->entries[n - 1];

		if (last == NULL || strcmp(last->name, entry->name) != 0) {
			registry->entries[n++] = *entry;
		} else if (entry->has_intent) {
			last->has_intent = true;
			last->intent_kind = entry->intent_kind;
			last->intent_key = entry->intent_key;
		}
	}
	registry->n_entries = n;
}

static int open_folder(int parent_fd, const char *name, DIR **ret_folder)
{
	int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);

	if (folder == NULL) {
		int r = -errno;

		if (fd >= 0)
			close(fd);
		return r;
	}
	*ret_folder = folder;
	return 0;
}

int store_read(int channels_fd, struct registry *ret_registry)
{
	struct registry registry = { 0 };
	size_t n_allocated = 0;
	DIR *folder;
	int r;

	r = open_folder(channels_fd, ".", &folder);
	if (r < 0)
		return r;
	r = read_links(folder, &registry, &n_allocated);
	if (r == 0)
		r = read_intents(channels_fd, &registry, &n_allocated);
	closedir(folder);
	if (r < 0) {
		store_registry_done(&registry);
		return r;
	}
	if (registry.n_entries > 0)
		qsort(registry.entries, registry.n_entries, sizeof *registry.entries, compare_entries);
	join_entries(&registry);
	*ret_registry = registry;
	return 0;
}

int store_is_empty(int channels_fd)
{
	const struct dirent *dirent;
	bool is_empty = true;
	DIR *folder;
	int r;

	r = open_folder(channels_fd, ".", &folder);
	if (r < 0)
		return r;
	while (is_empty && (errno = 0, dirent = readdir(folder)) != NULL)
		is_empty = !kipc_name_is_valid(dirent->d_name) && strcmp(dirent->d_name, INTENTS) != 0;
	r = is_empty ? -errno : 0;
	closedir(folder);
	return r < 0 ? r : is_empty;
}

int store_read_namespace(int channels_fd, char buffer[static REGISTRY_NAMESPACE_MAX])
{
	ssize_t n = readlinkat(channels_fd, REGISTRY_NAMESPACE, buffer, REGISTRY_NAMESPACE_MAX - 1);

	if (n < 0)
		return -errno;
	buffer[n] = '\0';
	return 0;
}

void store_registry_done(struct registry *registry)
{
	free(registry->entries);
	*registry = (struct registry){ 0 };
}

/* -- writing ---------------------------------------------------------------------------------------------- */

int store_open_new(int folder_fd, const char *name, mode_t mode, FILE **ret_file)
{
	int fd;

	(void)unlinkat(folder_fd, name, 0);
	fd = openat(folder_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	return open_stream(fd, "w", ret_file);
}

int store_finish_new(int folder_fd, const char *new_name, FILE *file, int r, const char *name)
{
	if (fclose(file) != 0 && r == 0)
		r = -errno;
	if (r == 0 && renameat(folder_fd, new_name, folder_fd, name) < 0)
		r = -errno;
	if (r < 0) /* it takes room, which may be what is missing */
		(void)unlinkat(folder_fd, new_name, 0);
	return r;
}

static int replace_link(int channels_fd, const char *target, const char *name)
{
	(void)unlinkat(channels_fd, NEW_NAME, 0); /* left by a kill */
	if (symlinkat(target, channels_fd, NEW_NAME) < 0 ||
	    renameat(channels_fd, NEW_NAME, channels_fd, name) < 0)
		return -errno;
	return 0;
}

int store_write_namespace(int channels_fd, const char *namespace)
{
	return replace_link(channels_fd, namespace, REGISTRY_NAMESPACE);
}

int store_write_nsid(int channels_fd, const struct nsid *nsid)
{
	char text[NSID_TEXT_MAX];
	FILE *file;
	int r;

	nsid_to_string(nsid, text);
	r = store_open_new(channels_fd, NSID_FILE NEW_NAME, 0644, &file);
	if (r < 0)
		return r;
	r = fprintf(file, "%s\n", text) < 0 ? -errno : 0;
	return store_finish_new(channels_fd, NSID_FILE NEW_NAME, file, r, NSID_FILE);
}

int store_write_link(int channels_fd, const char *name, const struct registry_link *link, bool is_new)
{
	char target[REGISTRY_LINK_MAX];

	registry_link_to_string(link, target);
	if (is_new && symlinkat(target, channels_fd, name) == 0)
		return 0;
	return replace_link(channels_fd, target, name);
}

int store_drop_link(int channels_fd, const char *name)
{
	return unlinkat(channels_fd, name, 0) < 0 && errno != ENOENT ? -errno : 0;
}

/* Returns the end of the line, which has no NUL. */
static char *print_intent(const struct store_intent *intent, char line[static INTENT_LINE_MAX])
{
	char *p = append_text(line, intent->name);

	*p++ = ' ';
	p = append_text(p, kipc_kind_to_string(intent->kind));
	*p++ = ':';
	p = append_key(p, (uint32_t)intent->key);
	*p++ = '\n';
	return p;
}

int store_write_intents(int channels_fd, const struct store_intent *intents, size_t n_intents)
{
	char line[INTENT_LINE_MAX];
	FILE *file;
	int r;

	if (n_intents == 0)
		return unlinkat(channels_fd, INTENTS, 0) < 0 && errno != ENOENT ? -errno : 0;
	r = store_open_new(channels_fd, INTENTS NEW_NAME, 0600, &file);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n_intents && r == 0; i++) {
		size_t n = (size_t)(print_intent(&intents[i], line) - line);

		if (fwrite(line, 1, n, file) != n)
			r = -errno;
	}
	return store_finish_new(channels_fd, INTENTS NEW_NAME, file, r, INTENTS);
}

/* -- registries of the past ------------------------------------------------------------------------------- */

/* "20261130T061650.123456Z": the order of the names is that of their age. */
static void write_stamp(char *stamp, size_t size)
{
	uint64_t now = clock_usec(CLOCK_REALTIME);
	time_t now_seconds = (time_t)(now / USEC_PER_SEC);
	char seconds[32];
	struct tm tm;

	if (gmtime_r(&now_seconds, &tm) == NULL ||
	    strftime(seconds, sizeof seconds, "%Y%m%dT%H%M%S", &tm) == 0)
		strcpy(seconds, "0");
	snprintf(stamp, size, "%s.%06dZ", seconds, (int)(now % USEC_PER_SEC));
}

int store_move_aside(int runtime_fd, const char *why, char name[static STORE_ASIDE_MAX])
{
	char stamp[48];

	for (int i = 0; i < 100; i++) {
		write_stamp(stamp, sizeof stamp);
		snprintf(name, STORE_ASIDE_MAX, ASIDE "%s-%s", stamp, why);
		if (renameat(runtime_fd, REGISTRY_FOLDER, runtime_fd, name) == 0)
			return 0;
		if (errno != EEXIST && errno != ENOTEMPTY)
			return -errno;
	}
	return -EEXIST;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void remove_aside(int runtime_fd, const char *name)
{
	const struct dirent *dirent;
	DIR *folder;

	if (open_folder(runtime_fd, name, &folder) < 0)
		return;
	while ((dirent = readdir(folder)) != NULL)
		(void)unlinkat(dirfd(folder), dirent->d_name, 0);
	closedir(folder);
	(void)unlinkat(runtime_fd, name, AT_REMOVEDIR);
}

void store_prune_aside(int runtime_fd)
{
	char(*names)[STORE_ASIDE_MAX] = NULL, (*grown)[STORE_ASIDE_MAX];
	const struct dirent *dirent;
	size_t n = 0;
	DIR *folder;

	if (open_folder(runtime_fd, ".", &folder) < 0)
		return;
	while ((dirent = readdir(folder)) != NULL) {
		if (strncmp(dirent->d_name, ASIDE, strlen(ASIDE)) != 0 ||
		    strlen(dirent->d_name) >= STORE_ASIDE_MAX)
			continue;
		grown = reallocarray(names, n + 1, sizeof *names);
		if (grown == NULL)
			break;
		names = grown;
		strcpy(names[n++], dirent->d_name);
	}
	closedir(folder);
	if (n > STORE_ASIDE_KEPT) {
		qsort(names, n, sizeof *names, compare_names); /* the oldest first */
		for (size_t i = 0; i < n - STORE_ASIDE_KEPT; i++)
			remove_aside(runtime_fd, names[i]);
	}
	free(names);
}
