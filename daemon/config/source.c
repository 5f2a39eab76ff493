/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Called at start, reload and --check. Reads only files, in folders, that no user but root and kipcd's own can write. The opened
 * file is judged, not its name, so that it cannot be replaced in between.
 */

#include "daemon/config/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOURCE_SIZE_MAX (64 * 1024 * 1024)
#define SOURCE_SUFFIX ".conf"

struct reader {
	uid_t uid; /* may write, in addition to root: kipcd */
	struct problems *problems;
	struct config_source *sources;
	size_t n_sources;
};

struct config_source *source_list_free(struct config_source *sources, size_t n_sources)
{
	for (size_t i = 0; i < n_sources; i++) {
		free(sources[i].name);
		free(sources[i].text);
		free(sources[i].aside);
	}
	free(sources);
	return NULL;
}

static void complain(struct reader *reader, const char *file, const char *sentence)
{
	problems_add_mistake(reader->problems, file, 0, "%s", sentence);
}

/*
 * Whether only root and kipcd's user can write it. An ACL that lets other users write shows in the group's bits.
 */
static bool is_safe(struct reader *reader, const char *name, const struct stat *status)
{
	const char *what = S_ISDIR(status->st_mode) ? "folder" : "file";
	char kipcd[32] = "";

	if (status->st_uid != 0 && status->st_uid != reader->uid) {
		if (reader->uid != 0)
			(void)snprintf(kipcd, sizeof kipcd, " or uid %u", (unsigned)reader->uid);
		problems_add_mistake(reader->problems, name, 0,
				     "the %s is owned by uid %u; chown it to root%s", what,
				     (unsigned)status->st_uid, kipcd);
		return false;
	}
	if ((status->st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		problems_add_mistake(reader->problems, name, 0,
				     "other users can write the %s (mode %04o); run 'chmod go-w %s'", what,
				     (unsigned)status->st_mode & 07777, name);
		return false;
	}
	return true;
}

/* Reads to the end; the size of fstat(2) is only a guess. */
static int read_all(int fd, size_t guess, char **ret_text, size_t *ret_size)
{
	size_t room = guess + 2, size = 0; /* for a NUL, and a byte to detect the end of file with */
	char *text = malloc(room);

	if (text == NULL)
		return -ENOMEM;
	for (;;) {
		ssize_t n = read(fd, text + size, room - size - 1);
		char *larger;
		int r = n < 0 ? -errno : 0;

		if (n == 0)
			break;
		if (r == -EINTR)
			continue;
		size += n > 0 ? (size_t)n : 0;
		if (r == 0 && size > SOURCE_SIZE_MAX)
			r = -EFBIG;
		if (r == 0 && size + 1 == room) {
			larger = realloc(text, room * 2);
			if (larger == NULL)
				r = -ENOMEM;
			text = larger != NULL ? larger : text;
			room *= 2;
		}
		if (r < 0) {
			free(text);
			return r;
		}
	}
	text[size] = '\0';
	*ret_text = text;
	*ret_size = size;
	return 0;
}

/* Adds an opened file to the sources, or its mistake to the problems. */
static int add_opened(struct reader *reader, int fd, const char *name, bool runtime_layer)
{
	struct config_source source = { .runtime_layer = runtime_layer }, *sources;
	struct stat status;
	int r = 0;

	if (fstat(fd, &status) < 0)
		r = -errno;
	else if (S_ISDIR(status.st_mode))
		r = -EISDIR;
	else if (!S_ISREG(status.st_mode))
		r = -ENOTSUP;
	else if (status.st_size > SOURCE_SIZE_MAX)
		r = -EFBIG;
	else if (!is_safe(reader, name, &status))
		return 0;
	if (r == 0)
		r = read_all(fd, (size_t)status.st_size, &source.text, &source.size);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		complain(reader, name,
			 r == -EISDIR	 ? "is a folder; move it elsewhere"
			 : r == -ENOTSUP ? "is not a regular file; replace it with one"
			 : r == -EFBIG	 ? "is larger than 64M, the limit of a configuration"
					 : strerror(-r));
		return 0;
	}
	source.name = strdup(name);
	sources = reallocarray(reader->sources, reader->n_sources + 1, sizeof *sources);
	if (sources != NULL)
		reader->sources = sources;
	if (source.name == NULL || sources == NULL) {
		free(source.name);
		free(source.text);
		return -ENOMEM;
	}
	sources[reader->n_sources++] = source;
	return 0;
}

/* Opens without waiting for the other end of a FIFO. */
static int add_file(struct reader *reader, int folder_fd, const char *entry, const char *name,
		    bool must_exist, bool runtime_layer)
{
	int fd = openat(folder_fd, entry, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int r;

	if (fd < 0 && errno == ENOENT && !must_exist)
		return 0;
	problems_note_file(reader->problems, name);
	if (fd < 0) {
		reader->problems->n_unreadable += errno == EACCES;
		problems_add_mistake(reader->problems, name, 0, "cannot be opened: %s", strerror(errno));
		return 0;
	}
	r = add_opened(reader, fd, name, runtime_layer);
	(void)close(fd);
	return r;
}

struct names {
	char **items;
	size_t n_items;
};

static void names_done(struct names *names)
{
	for (size_t i = 0; i < names->n_items; i++)
		free(names->items[i]);
	free(names->items);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_drop_in(const char *name)
{
	size_t n = strlen(name), n_suffix = strlen(SOURCE_SUFFIX);

	return name[0] != '.' && n > n_suffix && strcmp(name + n - n_suffix, SOURCE_SUFFIX) == 0;
}

/* The drop-ins of a folder, sorted. */
static int list_drop_ins(DIR *folder, struct names *names)
{
	const struct dirent *entry;

	while (errno = 0, (entry = readdir(folder)) != NULL) {
		char **items;

		if (!is_drop_in(entry->d_name))
			continue;
		items = reallocarray(names->items, names->n_items + 1, sizeof *items);
		if (items == NULL)
			return -ENOMEM;
		names->items = items;
		items[names->n_items] = strdup(entry->d_name);
		if (items[names->n_items] == NULL)
			return -ENOMEM;
		names->n_items++;
	}
	if (errno != 0)
		return -errno;
	if (names->n_items > 0)
		qsort(names->items, names->n_items, sizeof *names->items, compare_names);
	return 0;
}

static int add_drop_ins(struct reader *reader, DIR *folder, const char *path, bool runtime_layer)
{
	struct names names = { 0 };
	int r = list_drop_ins(folder, &names);

	if (r < 0 && r != -ENOMEM) {
		problems_add_mistake(reader->problems, path, 0, "the folder cannot be read: %s",
				     strerror(-r));
		r = 0;
	}
	for (size_t i = 0; r == 0 && i < names.n_items; i++) {
		char *file;

		if (asprintf(&file, "%s/%s", path, names.items[i]) < 0) {
			r = -ENOMEM;
			break;
		}
		r = add_file(reader, dirfd(folder), names.items[i], file, true, runtime_layer);
		free(file);
	}
	names_done(&names);
	return r;
}

/*
 * A folder that other users can write is not read: a link in it may lead to a file that they may not read.
 */
static int add_folder(struct reader *reader, const char *path, bool runtime_layer)
{
	DIR *folder = opendir(path);
	struct stat status;
	int r = 0;

	if (folder == NULL) {
		if (errno == ENOMEM)
			return -ENOMEM;
		reader->problems->n_unreadable += errno == EACCES;
		if (errno != ENOENT)
			problems_add_mistake(reader->problems, path, 0, "the folder cannot be opened: %s",
					     strerror(errno));
		return 0;
	}
	if (fstat(dirfd(folder), &status) < 0)
		problems_add_mistake(reader->problems, path, 0, "the folder cannot be read: %s",
				     strerror(errno));
	else if (is_safe(reader, path, &status))
		r = add_drop_ins(reader, folder, path, runtime_layer);
	(void)closedir(folder);
	return r;
}

static int add_folder_of(struct reader *reader, const char *prefix, const char *suffix, bool runtime_layer)
{
	char *path;
	int r;

	if (asprintf(&path, "%s%s", prefix, suffix) < 0)
		return -ENOMEM;
	r = add_folder(reader, path, runtime_layer);
	free(path);
	return r;
}

int source_list_read(const char *main_file, bool must_exist, uid_t uid, const char *runtime_dir,
		     uid_t runtime_uid, struct problems *problems, struct config_source **ret_sources,
		     size_t *ret_n_sources)
{
	struct reader reader = { .uid = uid, .problems = problems };
	int r = add_file(&reader, AT_FDCWD, main_file, main_file, must_exist, false);

	if (r == 0)
		r = add_folder_of(&reader, main_file, ".d", false);
	reader.uid = runtime_uid;
	if (r == 0 && runtime_dir != NULL)
		r = add_folder_of(&reader, runtime_dir, "/" RUNTIME_LAYER, true);
	if (r < 0) {
		source_list_free(reader.sources, reader.n_sources);
		return r;
	}
	*ret_sources = reader.sources;
	*ret_n_sources = reader.n_sources;
	return 0;
}
