/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CONFIG_LAYER_FILE_H
#define KIPC_DAEMON_CONFIG_LAYER_FILE_H

/*
 * A file of the runtime layer, RUNTIME/kipcd.conf.d/NAME.conf, changed in such a way that taking the change back needs no disk
 * space and no memory: the old file is kept beside it until the change is settled.
 */

/* Makes `text` its contents; NULL: no file. Nothing has changed after a failure. */
int layer_file_replace(const char *path, const char *text);

/* Restores the file as it was before layer_file_replace(). */
int layer_file_restore(const char *path);

/* Makes the change final. */
void layer_file_settle(const char *path);

#endif
