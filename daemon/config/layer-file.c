/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Used by change/. The old file is kept as a second link, NAME.conf.old, which is not read as a configuration file. If a kill leaves
 * it there, the next change overwrites it.
 */

#include "daemon/config/layer-file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int path_beside(const char *path, const char *suffix, char buffer[static PATH_MAX])
{
	int n = snprintf(buffer, PATH_MAX, "%s%s", path, suffix);

	return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

static int write_new(const char *new_path, const char *text)
{
	FILE *file;
	int fd, r = 0;

	(void)unlink(new_path);
	fd = open(new_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	file = fd < 0 ? NULL : fdopen(fd, "w");
	if (file == NULL) {
		r = -errno;
		if (fd >= 0)
			close(fd);
		return r;
	}
	if (fputs(text, file) < 0)
		r = -EIO;
	if (fclose(file) != 0)
		r = -errno;
	return r;
}

int layer_file_replace(const char *path, const char *text)
{
	char new_path[PATH_MAX], old_path[PATH_MAX];
	int r;

	r = path_beside(path, ".new", new_path);
	if (r == 0)
		r = path_beside(path, ".old", old_path);
	if (r == 0 && text != NULL)
		r = write_new(new_path, text);
	if (r == 0) {
		(void)unlink(old_path);
		if (link(path, old_path) < 0 && errno != ENOENT)
			r = -errno;
	}
	if (r == 0 && (text != NULL ? rename(new_path, path) : unlink(path)) < 0 && errno != ENOENT)
		r = -errno;
	if (r < 0 && r != -ENAMETOOLONG) {
		(void)unlink(new_path);
		(void)unlink(old_path);
	}
	return r;
}

int layer_file_restore(const char *path)
{
	char old_path[PATH_MAX];
	int r;

	r = path_beside(path, ".old", old_path);
	if (r < 0)
		return r;
	if (rename(old_path, path) == 0)
		return 0;
	/* There was no file before. */
	if (errno == ENOENT && (unlink(path) == 0 || errno == ENOENT))
		return 0;
	return -errno;
}

void layer_file_settle(const char *path)
{
	char old_path[PATH_MAX];

	if (path_beside(path, ".old", old_path) == 0)
		(void)unlink(old_path);
}
