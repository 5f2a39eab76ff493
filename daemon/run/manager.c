/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Lookups in the state of a running kipcd. */

#include "daemon/run/manager.h"

struct channel *manager_find(const struct manager *manager, const char *name)
{
	return channel_find(manager->channels, manager->n_channels, name);
}
