/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_PAST_H
#define KIPC_CLIENT_FACTS_PAST_H

/* What kipcd kept of depths and rates: Manager.History(), at most BUS_HISTORY_NAMES names a call. */

#include "client/facts/bus.h"
#include "common/history.h"

/*
 * Calls `take` for each of the names (NULL-terminated) that kipcd has samples of; the history is its to free.
 * *ret_interval: microseconds between two samples. Asking makes kipcd keep them for half a minute.
 */
int past_read(sd_bus *bus, const char *const *names,
	      void (*take)(const char *name, struct history *history, void *userdata), void *userdata,
	      uint64_t *ret_interval);

#endif
