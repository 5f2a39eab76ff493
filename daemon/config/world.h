/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CONFIG_WORLD_H
#define KIPC_DAEMON_CONFIG_WORLD_H

/* What the configuration asks of the machine, as functions, so that tests can replace the machine. */

#include <stdbool.h>
#include <sys/types.h>

struct config_world {
	uid_t (*own_uid)(void); /* kipcd's own: the default owner and group */
	gid_t (*own_gid)(void);
	int (*user)(const char *name, uid_t *ret_uid); /* -ENOENT: unknown */
	int (*group)(const char *name, gid_t *ret_gid);
	/* negative errno of stat(2), or -ETIMEDOUT; *ret_key is then the key that the file had last, 0: not known */
	int (*ftok)(const char *path, int project, key_t *ret_key);
	/* whether logind's RemoveIPC= spares the objects of this user, because it is a system user */
	bool (*user_is_system)(uid_t uid);
};

/* The real machine: geteuid, getegid, getpwnam, getgrnam, ftok(3). */
extern const struct config_world config_world_of_this_machine;

#endif
