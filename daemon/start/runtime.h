/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_START_RUNTIME_H
#define KIPC_DAEMON_START_RUNTIME_H

/*
 * The runtime folder, which one kipcd at a time may use, and the control socket in it. Errors come with a sentence in
 * *reterr_sentence (malloc'd; NULL when out of memory).
 *
 *	channels/NAME		the registry: a link each (lib/registry.h); also its .ns and .nsid (identity.h)
 *	channels/.intents	what is about to be created, one line each (store.h); gone once it is linked
 *	channels/.renames	renames that are being carried out (rename.h); the next start finishes them
 *	channels.old-TIME-WHY	registries of another boot or namespace, moved aside; three are kept
 *	kipcd.conf.d/NAME.conf	the runtime layer: what kipcctl declared or altered (daemon/config/layer.h)
 *	waiting/NAME		messages wait in that channel (daemon/run/waiting.h)
 *	control, lock		the control socket, which appears after the first reconcile; the lock of the one kipcd
 *	refused			why the last start was refused (refusal.h)
 */

#include <stdbool.h>

struct runtime {
	char *path;
	int fd;		 /* the folder */
	int channels_fd; /* channels/, the registry */
	int lock_fd;
};

#define RUNTIME_NONE ((struct runtime){ .fd = -1, .channels_fd = -1, .lock_fd = -1 })

/*
 * Makes the folder (0755) and its subfolders channels and kipcd.conf.d if they are missing, refuses one that has another
 * owner or that other users may write, and takes its lock. -EBUSY: another kipcd holds it.
 */
int runtime_open(struct runtime *runtime, const char *path, char **reterr_sentence);
void runtime_close(struct runtime *runtime);

/* Takes the lock of the folder, also again after its file was removed. -EBUSY: another kipcd holds it. */
int runtime_lock(struct runtime *runtime, char **reterr_sentence);

/* mkdir -p. */
int runtime_make_folders(const char *path);

/* A subfolder (0755), made if it is missing, and checked like the folder itself. Returns a descriptor. */
int runtime_open_subfolder(const struct runtime *runtime, const char *name, char **reterr_sentence);

/* Opens the registry's folder, also again after it was removed. */
int runtime_open_channels(struct runtime *runtime, char **reterr_sentence);

/*
 * A listening socket at <runtime>/control, which appears there in one step. It replaces a socket of this user, and nothing
 * else: -EEXIST.
 */
int runtime_listen(const struct runtime *runtime, char **reterr_sentence);

/* Whether a process listens at <runtime>/control; in doubt, yes. */
bool runtime_is_listened(const struct runtime *runtime);

/* Removes the control socket. */
void runtime_unlisten(const struct runtime *runtime);

#endif
