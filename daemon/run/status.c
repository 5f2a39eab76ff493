/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The line of `systemctl status kipcd`, brought up to date after each reconcile. */

#include "daemon/run/status.h"

#include <systemd/sd-daemon.h>

#include "common/bus-names.h"
#include "common/plural.h"

void status_notify(const struct manager *manager)
{
	size_t n_active = 0, n_in_trouble = 0;

	for (size_t i = 0; i < manager->n_channels; i++) {
		n_active += manager->channels[i].state == STATE_ACTIVE;
		n_in_trouble += manager->channels[i].reason != NULL &&
				manager->channels[i].state != STATE_RETAINED &&
				manager->channels[i].state != STATE_ABSENT;
	}
	sd_notifyf(0, "STATUS=%zu %s, %zu active, %zu in trouble%s", manager->n_channels,
		   plural(manager->n_channels, "channel", "channels"), n_active, n_in_trouble,
		   manager->is_name_refused ? "; the system bus refuses it the name " BUS_NAME : "");
}
