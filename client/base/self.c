/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Finds kipcd and the control half that belong to this kipcctl. One in a build tree must not use the parts of an
 * installed one, or the reverse. A copy in /tmp must not run what another user has put beside it.
 */

#include "client/base/self.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether `path` is not a link, belongs to `owner`, and cannot be written by every user. */
static bool is_of_owner(const char *path, uid_t owner)
{
	struct stat st;

	return lstat(path, &st) == 0 && !S_ISLNK(st.st_mode) && st.st_uid == owner && !(st.st_mode & S_IWOTH);
}

/* Whether all parts of `path` below the folder of the executable belong to its owner. */
static bool is_part_of_us(char *path, char *behind_folder, uid_t owner)
{
	for (char *slash = strchr(behind_folder, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		bool is_ours;

		*slash = '\0';
		is_ours = is_of_owner(path, owner);
		*slash = '/';
		if (!is_ours)
			return false;
	}
	return is_of_owner(path, owner);
}

const char *self_find(const char *name, const char *installed, char buffer[static PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", buffer, PATH_MAX - 1);
	struct stat self;
	char *slash;
	size_t room;

	/* A set-user-ID program is installed. */
	if (n < 0 || getauxval(AT_SECURE) != 0 || stat("/proc/self/exe", &self) < 0)
		return installed;
	buffer[n] = '\0';
	slash = strrchr(buffer, '/');
	if (slash == NULL)
		return installed;

	room = PATH_MAX - (size_t)(slash + 1 - buffer);
	if ((size_t)snprintf(slash + 1, room, "%s", name) >= room ||
	    !is_part_of_us(buffer, slash + 1, self.st_uid))
		return installed;
	return buffer;
}
