/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CONFIG_KEY_FILES_H
#define KIPC_DAEMON_CONFIG_KEY_FILES_H

/*
 * The files of keys (key = ftok:PATH:N). Threads look at them, because stat(2) of a file on a dead network mount does not return.
 * There is one table for the whole process.
 */

#include <stdint.h>

/*
 * The key that ftok(3) makes of the file now. Waits, but not longer than a few seconds for all files together. Negative errno of
 * stat(2); -ETIMEDOUT: no answer, and *ret_key is the last known key, or 0.
 */
int key_files_look(const char *path, int project, int32_t *ret_key);

/* Requests another look, without waiting. */
void key_files_want(const char *path, int project);

/* The result of the last look, as above; -EAGAIN: no look has ended yet. */
int key_files_last(const char *path, int project, int32_t *ret_key);

/* An eventfd, owned by the table, that counts the looks with a new result. Or -errno. */
int key_files_event_fd(void);

#endif
