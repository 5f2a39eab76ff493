/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_DESCRIBE_H
#define KIPC_CLIENT_FACTS_DESCRIBE_H

/* Manager.Describe(): a channel's declaration, key by key. */

#include "client/facts/bus.h"

/* Takes one key of the declaration: reads or skips the variant under the cursor. 0 or more; or a negative errno. */
typedef int describe_take(sd_bus_message *reply, const char *key, void *userdata);

/* Asks kipcd, and calls `take` for each key. 0; errors of the bus, and of `take`. */
int describe_channel(sd_bus *bus, const char *name, describe_take *take, void *userdata);

#endif
