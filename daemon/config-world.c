/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What the configuration must ask of the real machine: users, groups, and the inode behind an ftok key. The
 * edge of config_parse(), which is pure and gets these functions handed in; tests hand it others.
 */

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/ipc.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/config.h"

#define SYSTEM_UID_MAX 999 /* logind's own bound, unless it was built with another */
#define NOBODY 65534	   /* who never logs in */

/* getpwnam(3) and getgrnam(3) leave errno at 0, or at one of these, for a name that is not there. */
static int look_up_error(void)
{
	switch (errno) {
	case 0:
	case ENOENT:
	case ESRCH:
	case EBADF:
	case EPERM:
		return -ENOENT;
	}
	return -errno;
}

static int find_user(const char *name, uid_t *ret_uid)
{
	const struct passwd *user;

	errno = 0;
	user = getpwnam(name);
	if (user == NULL)
		return look_up_error();
	*ret_uid = user->pw_uid;
	return 0;
}

static int find_group(const char *name, gid_t *ret_gid)
{
	const struct group *group;

	errno = 0;
	group = getgrnam(name);
	if (group == NULL)
		return look_up_error();
	*ret_gid = group->gr_gid;
	return 0;
}

static int find_ftok(const char *path, int project, key_t *ret_key)
{
	key_t key = ftok(path, project);

	/* -1 is a key, too, if a most unlikely one: only stat(2) tells a failure from it */
	if (key == (key_t)-1) {
		struct stat status;

		if (stat(path, &status) < 0)
			return -errno;
	}
	*ret_key = key;
	return 0;
}

static bool user_is_system(uid_t uid)
{
	return uid <= SYSTEM_UID_MAX || uid == NOBODY;
}

const struct config_world config_world_of_this_machine = {
	.own_uid = geteuid,
	.own_gid = getegid,
	.user = find_user,
	.group = find_group,
	.ftok = find_ftok,
	.user_is_system = user_is_system,
};
