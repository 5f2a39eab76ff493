/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the parts that belong to this very kipcctl: kipcd and the control half. A kipcctl that runs in its build
 * tree must not use the parts of an installed one, nor the other way round.
 */

#include "client/self.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *self_find(const char *name, const char *installed, char buffer[static PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", buffer, PATH_MAX - 1);
	char *slash;
	size_t room;

	if (n < 0)
		return installed;
	buffer[n] = '\0';
	slash = strrchr(buffer, '/');
	if (!slash)
		return installed;

	room = PATH_MAX - (size_t)(slash + 1 - buffer);
	if ((size_t)snprintf(slash + 1, room, "%s", name) >= room || access(buffer, F_OK) < 0)
		return installed;
	return buffer;
}
