/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_PAST_H
#define KIPC_CLIENT_FACTS_PAST_H

/* The depths and rates that kipcd has kept: Manager.History(), at most BUS_HISTORY_NAMES names in a call. */

#include "client/facts/bus.h"
#include "common/history.h"

/*
 * Calls `take` for each of the names (NULL-terminated) of which kipcd has samples; `take` frees the history. *ret_interval:
 * microseconds between two samples. The call makes kipcd keep samples for half a minute.
 */
int past_read(sd_bus *bus, const char *const *names,
	      void (*take)(const char *name, struct history *history, void *userdata), void *userdata,
	      uint64_t *ret_interval);

#endif
