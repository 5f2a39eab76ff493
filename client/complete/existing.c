/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "client/complete/existing.h"

#include <dirent.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/base/channel.h"
#include "client/base/process.h"

void existing_channels(struct completion *completion, unsigned classes)
{
	struct kipc_name *names = NULL;
	char buffer[PATH_MAX], help[64];
	size_t n_names = 0;

	if (kipc_registry_list(completion_runtime_dir(completion, buffer), &names, &n_names) < 0)
		return;
	for (size_t i = 0; i < n_names; i++) {
		if ((channel_class_of_name(&names[i]) & classes) == 0)
			continue;
		(void)snprintf(help, sizeof help, "%s 0x%08x",
			       names[i].is_ring ? "ring" : kipc_kind_to_string(names[i].kind),
			       (unsigned)names[i].key);
		completion_tell(completion, names[i].name, help);
	}
	free(names);
}

void existing_overrides(struct completion *completion)
{
	char buffer[PATH_MAX], path[PATH_MAX + 16], name[KIPC_NAME_MAX + 1];
	struct dirent *entry;
	DIR *folder;

	(void)snprintf(path, sizeof path, "%s/kipcd.conf.d", completion_runtime_dir(completion, buffer));
	folder = opendir(path);
	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		size_t n = strlen(entry->d_name), n_suffix = strlen(".conf");

		if (n <= n_suffix || n - n_suffix > KIPC_NAME_MAX ||
		    strcmp(entry->d_name + n - n_suffix, ".conf") != 0)
			continue;
		memcpy(name, entry->d_name, n - n_suffix);
		name[n - n_suffix] = '\0';
		if (kipc_name_is_valid(name))
			completion_tell(completion, name, "");
	}
	if (folder != NULL)
		closedir(folder);
}

void existing_processes(struct completion *completion)
{
	DIR *folder = opendir("/proc");
	char command[PROCESS_COMMAND_MAX];
	struct dirent *entry;
	pid_t pid;

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		if (!process_id_from_string(entry->d_name, &pid) || process_command(pid, command) < 0)
			continue;
		/* A process can give itself any name. */
		for (char *p = command; *p != '\0'; p++)
			if (*p < ' ' || *p > '~')
				*p = '?';
		completion_tell(completion, entry->d_name, command);
	}
	if (folder != NULL)
		closedir(folder);
}

void existing_users(struct completion *completion)
{
	const struct passwd *user;

	while ((user = getpwent()) != NULL)
		completion_tell(completion, user->pw_name, "");
}

void existing_groups(struct completion *completion)
{
	const struct group *group;

	while ((group = getgrent()) != NULL)
		completion_tell(completion, group->gr_name, "");
}
