/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Users, groups and the files of keys on the real machine. Errors as config_world says. */

#include "daemon/config/world.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "daemon/config/key-files.h"

#define SYSTEM_UID_MAX 999 /* logind's own bound, unless it was built with another */
#define NOBODY 65534	   /* never logs in */

/* For an unknown name, getpwnam(3) and getgrnam(3) leave errno at 0 or at one of these. */
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

static bool user_is_system(uid_t uid)
{
	return uid <= SYSTEM_UID_MAX || uid == NOBODY;
}

const struct config_world config_world_of_this_machine = {
	.own_uid = geteuid,
	.own_gid = getegid,
	.user = find_user,
	.group = find_group,
	.ftok = key_files_look,
	.user_is_system = user_is_system,
};
