/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_START_SOLE_H
#define KIPC_DAEMON_START_SOLE_H

/* One kipcd for a configuration file in an IPC namespace: two would declare the same keys, and be in conflict for ever. */

struct sole {
	int fd; /* the lock; -1: none */
	char name[64];
};

#define SOLE_NONE ((struct sole){ .fd = -1 })

/*
 * Locks the file that the path means now, in place of the one before, since an editor replaces files. Where there is no file,
 * there is nothing to lock. -EBUSY with a sentence: another kipcd has it.
 */
int sole_take(struct sole *sole, const char *config_file, char **reterr_text);
void sole_release(struct sole *sole);

#endif
