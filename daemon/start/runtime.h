/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_START_RUNTIME_H
#define KIPC_DAEMON_START_RUNTIME_H

/*
 * The runtime folder: made and checked, held by one kipcd at a time, and the control socket in it. Errors come with a
 * sentence for the operator in *reterr_text (malloc'd; may stay NULL when out of memory).
 */

#include <stdbool.h>

#define RUNTIME_LAYER "kipcd.conf.d" /* what kipcctl create and set declare */

struct runtime {
	char *path;
	int fd;		 /* the folder */
	int channels_fd; /* channels/, the registry */
	int lock_fd;
};

/*
 * Makes the folder (0755) and its subfolders channels and kipcd.conf.d where they are missing, refuses one that is not
 * ours or that others may write, and takes its lock. -EBUSY: another kipcd holds it.
 */
int runtime_open(struct runtime *runtime, const char *path, char **reterr_text);
void runtime_close(struct runtime *runtime);

/* Takes the lock of the folder, in place of one whose file is gone. -EBUSY: another kipcd holds it. */
int runtime_lock(struct runtime *runtime, char **reterr_text);

/* mkdir -p. */
int runtime_make_folders(const char *path);

/* A subfolder (0755), made where it is missing, and refused as the folder itself is. Returns a descriptor. */
int runtime_open_subfolder(const struct runtime *runtime, const char *name, char **reterr_text);

/* Opens the registry's folder, again where it was exchanged. */
int runtime_open_channels(struct runtime *runtime, char **reterr_text);

/*
 * A listening socket at <runtime>/control, which appears there in one step. What is there already is replaced only if
 * it is a socket of ours: -EEXIST, else.
 */
int runtime_listen(const struct runtime *runtime, char **reterr_text);

/* Whether somebody listens at <runtime>/control; in doubt, yes. */
bool runtime_is_listened(const struct runtime *runtime);

/* Takes the control socket away. */
void runtime_unlisten(const struct runtime *runtime);

#endif
