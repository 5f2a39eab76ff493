/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_LAYER_FILE_H
#define KIPC_DAEMON_LAYER_FILE_H

/*
 * A file of the runtime layer, RUNTIME/kipcd.conf.d/NAME.conf, changed so that the change can be taken back without room,
 * memory or luck: what it was is kept beside it until the change is settled.
 */

/* Makes `text` its contents; NULL: no file. Nothing has changed after a failure. */
int layer_file_replace(const char *path, const char *text);

/* It is as it was before layer_file_replace(). */
int layer_file_restore(const char *path);

/* The change is for good. */
void layer_file_settle(const char *path);

#endif
