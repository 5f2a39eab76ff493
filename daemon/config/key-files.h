/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CONFIG_KEY_FILES_H
#define KIPC_DAEMON_CONFIG_KEY_FILES_H

/*
 * The files that keys are made of (key = ftok:PATH:N), as threads look at them: stat(2) of a file on a dead network mount
 * does not return, and kipcd must. One table for the whole process, as users and groups are the process's, too.
 */

#include <stdint.h>

/*
 * The key that ftok(3) makes of the file now. Waits for it, but not more than a few seconds for all files together. Negative
 * errno of stat(2); -ETIMEDOUT: the file does not answer, and *ret_key is the key that it had last; 0: that is not known.
 */
int key_files_look(const char *path, int project, int32_t *ret_key);

/* Has it looked at again, and waits for nothing. */
void key_files_want(const char *path, int project);

/* What the last look found, as above; -EAGAIN: none has ended yet. */
int key_files_last(const char *path, int project, int32_t *ret_key);

/* An eventfd that tells of each look that found something else than the one before; owned by the table. -errno */
int key_files_event_fd(void);

#endif
