/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_KEY_CHANGES_H
#define KIPC_DAEMON_RUN_KEY_CHANGES_H

/* Whether the files of declared keys (key = ftok:PATH:N) are the ones that they were when the configuration was read. */

#include "daemon/run/manager.h"

/* Listens for what the threads of key-files find. */
int key_changes_start(struct manager *manager);

/* With each sample: has the files looked at. True: one is another file by now, gone, or does not answer. */
bool key_changes_sample(struct manager *manager);

/* Gives a key to what a file that does not answer declares: the one that its object in the registry has. */
void key_changes_fill(const struct manager *manager, struct config *config);

#endif
