/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CONFIG_LAYER_FILE_H
#define KIPC_DAEMON_CONFIG_LAYER_FILE_H

/*
 * Changes a file of the runtime layer, RUNTIME/kipcd.conf.d/NAME.conf, so that undoing the change needs no disk space and no
 * memory: the old file is kept beside it until the change is final.
 */

/* Replaces the contents; text NULL: removes the file. A failure changes nothing. */
int layer_file_replace(const char *path, const char *text);

/* Restores the file as it was before layer_file_replace(). */
int layer_file_restore(const char *path);

/* Makes the change final. */
void layer_file_settle(const char *path);

#endif
