/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_KEY_CHANGES_H
#define KIPC_DAEMON_RUN_KEY_CHANGES_H

/* Whether a file of a declared key (key = ftok:PATH:N) was replaced or removed since the configuration was read. */

#include "daemon/run/manager.h"

/* Listens to the threads of key-files.c. */
int key_changes_start(struct manager *manager);

/* At each sample: asks the threads to check the files. True: one was replaced or removed, or does not answer. */
bool key_changes_sample(struct manager *manager);

/* Where a file does not answer, its channel gets the key that its object in the registry has. */
void key_changes_fill(const struct manager *manager, struct config *config);

#endif
