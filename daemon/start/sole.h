/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_START_SOLE_H
#define KIPC_DAEMON_START_SOLE_H

/* One kipcd for each configuration file in an IPC namespace: two would declare the same keys, and always be in conflict. */

struct sole {
	int fd; /* the lock; -1: none */
	char name[64];
};

#define SOLE_NONE ((struct sole){ .fd = -1 })

/*
 * Locks the file at that path instead of the one before, since editors replace files. Without a file there is nothing to
 * lock. -EBUSY with a sentence: another kipcd has it.
 */
int sole_take(struct sole *sole, const char *config_file, char **reterr_sentence);
void sole_release(struct sole *sole);

#endif
